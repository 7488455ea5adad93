{%- from 'includes/stage.jinja' import predicts with context -%}
{% call exercise(edition, exercises, 'leak') %}
    known = columns.numeric(table, without=[dataset.TARGET, dataset.TIME or "", dataset.GROUP or ""])
    X = np.column_stack([*known.values(), np.ones(len(table))])
{%- if predicts == 'probabilities' %}
    classes, numbers = np.unique(np.array(table[dataset.TARGET].to_list(), dtype=str), return_inverse=True)
    y = np.eye(len(classes))[numbers]  # a column of zeros and ones for each class
{%- else %}
    y = table[dataset.TARGET].to_numpy().astype(float)
{%- endif %}
    scale = np.maximum(np.abs(X).max(axis=0), 1e-12)
    line = np.linalg.lstsq(X[::2] / scale, y[::2])[0]
{%- if predicts == 'probabilities' %}
    errors = y[1::2] - X[1::2] / scale @ line
    score = 1 - np.var(errors, axis=0).sum() / max(np.var(y[1::2], axis=0).sum(), 1e-12)
{%- else %}
    score = 1 - np.var(y[1::2] - X[1::2] / scale @ line) / max(np.var(y[1::2]), 1e-12)
{%- endif %}
    if score > LEAK_SCORE:
        message = f"leakage: a straight line from the features explains {score:.4f} of the target; leave out what gives it away"
        raise ProjectError(message)
{% endcall %}
