from sklearn.metrics import mean_absolute_error, r2_score

from {{ package_name }} import dataset

METRIC = "skill"  # the one that decides; docs/decisions/0001-metric.md says why
COLUMNS = {"skill": "skill", "mae": f"MAE ({dataset.UNIT})" if dataset.UNIT else "MAE", "r2": "R²"}


def score(actual: NDArray[Any], predicted: NDArray[Any]) -> float:
    """Compute the skill: how much of the error of the best constant guess, the median, a prediction removes.

    1 is perfect, 0 is no better than that guess, below 0 is worse. An error that is twice as large counts twice.
    (scikit-learn calls it `d2_absolute_error_score`; thousands of draws want it faster.)
    """
    error, guess = np.abs(actual - predicted).mean(), np.abs(actual - np.median(actual)).mean()
    return float(1 - error / guess) if guess else float(error == 0)


def scores(actual: NDArray[Any], predicted: NDArray[Any]) -> dict[str, float]:
    """Score predictions in every way that is reported.

    Parameters
    ----------
    actual, predicted
        Values of the target, shape (rows,) each, at least two.

    Returns
    -------
    dict
        `skill`; `mae`, by how much a prediction is off on average; `r2`, the share of variance explained.
    """
    return {
        "skill": score(actual, predicted),
        "mae": float(mean_absolute_error(actual, predicted)),
        "r2": float(r2_score(actual, predicted)),
    }
