from scipy.stats import rankdata

METRIC = "auc"  # the one that decides; docs/decisions/0001-metric.md says why
COLUMNS = {"auc": "ROC AUC", "average_precision": "average precision", "brier": "Brier score"}


def score(actual: NDArray[Any], predicted: NDArray[Any]) -> float:
    """Compute the area under the ROC curve: how often a late flight has a higher probability than one on time.

    1 is perfect, 0.5 is a coin. It is the Mann-Whitney statistic of the ranks, which thousands of draws can afford.
    Where only one of the two happened there is nothing to compare: nan.
    """
    late = actual.astype(bool)
    pairs = int(late.sum()) * int((~late).sum())
    if pairs == 0:
        return float("nan")
    ranks = rankdata(predicted)
    return float((ranks[late].sum() - late.sum() * (late.sum() + 1) / 2) / pairs)


def scores(actual: NDArray[Any], predicted: NDArray[Any]) -> dict[str, float]:
    """Score probabilities in every way that is reported.

    Parameters
    ----------
    actual, predicted
        1 for late and 0 for on time; the probability of late; shape (flights,) each.

    Returns
    -------
    dict
        `auc`; `average_precision`, the mean precision over all thresholds; `brier`, the mean squared error of the
        probability (lower is better).
    """
    from sklearn.metrics import average_precision_score

    return {
        "auc": score(actual, predicted),
        "average_precision": float(average_precision_score(actual, predicted)),
        "brier": float(((predicted - actual) ** 2).mean()),
    }


def calibration(actual: NDArray[Any], predicted: NDArray[Any], bins: int = 10) -> list[dict[str, float]]:
    """Hold probabilities to what happened, in groups of the same size from the surest "on time" to the surest "late".

    Returns
    -------
    list of dict
        `n`, the mean `predicted` probability and the share that was `late`, of each group.
    """
    groups = np.array_split(np.argsort(predicted, kind="stable"), bins)
    return [
        {"n": len(rows), "predicted": float(predicted[rows].mean()), "late": float(actual[rows].mean())}
        for rows in groups
        if len(rows)
    ]
