{% from 'includes/stage.jinja' import predicts with context -%}
def compare(
    actual: NDArray[Any], model: NDArray[Any], baseline: NDArray[Any], draws: Iterator[NDArray[np.intp]]
) -> tuple[dict[str, float], dict[str, float]]:
    """Give the model's score, and its gain over a baseline, an interval.

    Both are computed on the same samples: a hard sample is hard for both, so their difference varies less than either.

    Parameters
    ----------
    actual, model, baseline
        Actual values and the predictions of the two, shape (rows,) each.
    draws
        Row numbers of the samples, from `resamples`.

    Returns
    -------
    tuple of dict
        `low` and `high` of the model's score; `low` and `high` of its gain.
    """
    pairs = [(score(actual[rows], model[rows]), score(actual[rows], baseline[rows])) for rows in draws]
    return interval([ours for ours, _ in pairs]), interval([ours - theirs for ours, theirs in pairs])


def by_slice(
    actual: NDArray[Any], predicted: NDArray[Any], slices: Mapping[str, NDArray[np.bool_]]
) -> list[dict[str, Any]]:
    """Score parts of the test set: a good average can hide a part where the model fails.

    Parameters
    ----------
    actual, predicted
        Shape (rows,) each.
    slices
        Which rows belong to each slice; a slice without two rows is left out.

    Returns
    -------
    list of dict
        `name`, `n`{{ ' and' if predicts else ', the `mean` of the actual values and' }} the scores of each slice.
    """
    return [
        {
            "name": name,
            "n": int(rows.sum()),
{%- if not predicts %}
            "mean": float(actual[rows].mean()),
{%- endif %}
            **scores(actual[rows], predicted[rows]),
        }
        for name, rows in slices.items()
        if rows.sum() > 1
    ]
