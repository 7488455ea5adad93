{% call exercise(edition, exercises, 'leak') %}
    known = columns.numeric(table, without=[dataset.TARGET, dataset.TIME or "", dataset.GROUP or ""])
    X = np.column_stack([*known.values(), np.ones(len(table))])
    y = table[dataset.TARGET].to_numpy().astype(float)
    scale = np.maximum(np.abs(X).max(axis=0), 1e-12)
    line = np.linalg.lstsq(X[::2] / scale, y[::2])[0]
    score = 1 - np.var(y[1::2] - X[1::2] / scale @ line) / max(np.var(y[1::2]), 1e-12)
    if score > LEAK_SCORE:
        message = f"leakage: a straight line from the features explains {score:.4f} of the target; leave out what gives it away"
        raise ProjectError(message)
{% endcall %}
