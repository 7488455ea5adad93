from sklearn.metrics import mean_absolute_error, r2_score

METRIC = "skill"  # the one that decides; docs/decisions/0001-metric.md says why
COLUMNS = {"skill": "skill", "mae": "MAE (bikers/hour)", "r2": "R²"}


def score(actual: NDArray[Any], predicted: NDArray[Any]) -> float:
    """Compute the skill: how much of the error of the best constant guess, the median, a prediction removes.

    1 is perfect, 0 is no better than that guess, below 0 is worse. Every bike counts the same, as it does on the
    van that has to move it. (scikit-learn calls it `d2_absolute_error_score`; thousands of draws want it faster.)
    """
    return float(1 - np.abs(actual - predicted).mean() / np.abs(actual - np.median(actual)).mean())


def scores(actual: NDArray[Any], predicted: NDArray[Any]) -> dict[str, float]:
    """Score predictions in every way that is reported.

    Parameters
    ----------
    actual, predicted
        Bikers per hour, shape (hours,) each.

    Returns
    -------
    dict
        `skill`; `mae`, by how many bikers a prediction is off on average; `r2`, the share of variance explained.
    """
    return {
        "skill": score(actual, predicted),
        "mae": float(mean_absolute_error(actual, predicted)),
        "r2": float(r2_score(actual, predicted)),
    }
