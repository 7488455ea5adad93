{#- `judged`, set by the file that includes this, says what a part of the split is here. -#}
def judge(
    settings: Settings, part: {{ judged.part }}, model: NDArray[Any], others: dict[str, NDArray[Any]]
) -> dict[str, Any]:
    """Compare the model with its best baseline on one part of the split, and ask the gate.

    Parameters
    ----------
    settings
        Seed, number of draws, floor and least gain.
    part
        The {{ judged.unit }} that were predicted.
    model, others
        Predictions of the model and of each baseline, shape ({{ judged.unit }},) each.

    Returns
    -------
    dict
        `baselines`, `model`, `interval`, `gain` and `gate` as they stand in `reports/metrics.json`.
    """
    actual = {{ judged.actual }}
    rivals = {name: metrics.scores(actual, predicted) for name, predicted in others.items()}
    ours = metrics.scores(actual, model)
    best = max(rivals, key=lambda name: rivals[name][metrics.METRIC])
    draws = metrics.resamples({{ judged.blocks }}, settings.bootstrap_draws, settings.seed)
    score, gain = metrics.compare(actual, model, others[best], draws)
    return {
        "baselines": rivals,
        "model": {"name": MODEL_NAME, **ours},
        "interval": {**score, "method": f"{settings.bootstrap_draws} bootstrap draws of {{ judged.drawn }}"},
        "gain": {"over": best, "value": ours[metrics.METRIC] - rivals[best][metrics.METRIC], **gain},
        "gate": metrics.gate(ours[metrics.METRIC], gain["low"], settings.min_score, settings.min_gain),
    }
