from scipy.stats import rankdata
from sklearn.metrics import average_precision_score

from {{ package_name }} import dataset

METRIC = "skill"  # the one that decides; docs/decisions/0001-metric.md says why
COLUMNS = {"skill": "skill", "log_loss": "log loss", "average_precision": "AP", "auc": "AUC"}
LEAST = 1e-6  # no probability counts as less: one wrong certainty would outweigh everything else


def log_loss(actual: NDArray[Any], predicted: NDArray[Any]) -> float:
    """Compute the mean of -log(probability of the class that it was), the loss that the models are trained on."""
    chance = np.clip(predicted[np.arange(len(actual)), actual], LEAST, 1)
    return float(-np.log(chance).mean())


def score(actual: NDArray[Any], predicted: NDArray[Any]) -> float:
    """Compute the skill: how much of the log loss of the best constant guess, the class shares, a prediction removes.

    1 is perfect, 0 is no better than that guess, below 0 is worse. (scikit-learn calls it `d2_log_loss_score`;
    thousands of draws want it faster.)
    """
    shares = np.bincount(actual) / len(actual)
    shares = shares[shares > 0]
    guess = float(-(shares * np.log(shares)).sum())
    return 1 - log_loss(actual, predicted) / guess if guess else 0.0


def scores(actual: NDArray[Any], predicted: NDArray[Any]) -> dict[str, float]:
    """Score predictions in every way that is reported.

    Parameters
    ----------
    actual
        Numbers of classes, shape (rows,).
    predicted
        Probabilities, shape (rows, classes).

    Returns
    -------
    dict
        `skill`; `log_loss`; `average_precision`, the mean precision over all thresholds; `auc`, how often a row of the
        class gets a higher probability than another. The last two are of the positive class, or the mean over all.
    """
    pairs = [(actual == number, predicted[:, number]) for number in events(actual)]
    return {
        "skill": score(actual, predicted),
        "log_loss": log_loss(actual, predicted),
        "average_precision": mean([float(average_precision_score(event, chance)) for event, chance in pairs]),
        "auc": mean([auc(event, chance) for event, chance in pairs]),
    }


def events(actual: NDArray[Any]) -> list[int]:
    """List the classes that are looked for by number: the positive one of two, else all that some rows are and some not."""
    wanted = [dataset.CLASSES.index(dataset.POSITIVE)] if dataset.POSITIVE else range(len(dataset.CLASSES))
    return [number for number in wanted if 0 < (actual == number).sum() < len(actual)]


def mean(values: list[float]) -> float:
    """Compute the mean; 0 of no value."""
    return sum(values) / len(values) if values else 0.0


def auc(event: NDArray[np.bool_], chance: NDArray[Any]) -> float:
    """Compute the share of pairs, one of the class and one not, in which the first has the higher probability."""
    right, pairs = ranked_pairs(event, chance)
    return right / pairs


def ranked_pairs(event: NDArray[np.bool_], chance: NDArray[Any]) -> tuple[float, int]:
    """Count the pairs that are ranked rightly, ties as a half, and all pairs."""
    ranks, n = rankdata(chance), int(event.sum())
    return float(ranks[event].sum()) - n * (n + 1) / 2, n * (len(event) - n)


def auc_within(actual: NDArray[Any], predicted: NDArray[Any], groups: NDArray[Any]) -> float:
    """Compute the AUC from pairs of rows of the same group only, the mean over the classes that are looked for.

    A model that only knows which group is at risk has a good AUC, and none within a group.

    Parameters
    ----------
    actual, predicted
        As in `scores`.
    groups
        The group of each row, shape (rows,).

    Returns
    -------
    float
        NaN where no group holds such a pair.
    """
{% call exercise(edition, exercises, 'within') %}
    found = []
    for number in events(actual):
        counted = [
            ranked_pairs(actual[groups == group] == number, predicted[groups == group, number])
            for group in np.unique(groups)
        ]
        pairs = sum(n for _, n in counted)
        if pairs:
            found.append(sum(right for right, _ in counted) / pairs)
    return mean(found) if found else float("nan")
{% endcall %}


def judgeable(actual: NDArray[Any], slices: Mapping[str, NDArray[np.bool_]]) -> dict[str, NDArray[np.bool_]]:
    """Keep the slices in which a prediction can be right or wrong: those with rows of two classes."""
    kept = {name: rows for name, rows in slices.items() if len(np.unique(actual[rows])) > 1}
    return kept or {"every row": np.ones(len(actual), dtype=bool)}


def decisions(actual: NDArray[Any], decided: NDArray[Any], costs: NDArray[Any]) -> dict[str, Any]:
    """Measure what decisions cost, and how often each class is called and found.

    Parameters
    ----------
    actual, decided
        Numbers of classes, shape (rows,) each.
    costs
        Cost of each decision (column) where each class (row) is true, shape (classes, classes).
    """
    constant = [float(costs[actual, number].mean()) for number in range(len(costs))]
    best = int(np.argmin(constant))
    found: dict[str, Any] = {
        "cost": float(costs[actual, decided].mean()),
        "best_constant": dataset.CLASSES[best],
        "constant_cost": constant[best],
        "accuracy": float((actual == decided).mean()),
        "called": {name: float((decided == i).mean()) for i, name in enumerate(dataset.CLASSES)},
        "found": {
            name: float((decided[actual == i] == i).mean()) if (actual == i).any() else 0.0
            for i, name in enumerate(dataset.CLASSES)
        },
    }
    if dataset.POSITIVE:
        number = dataset.CLASSES.index(dataset.POSITIVE)
        called = decided == number
        found |= {
            "alarm_rate": float(called.mean()),
            "positive_rate": float((actual == number).mean()),
            "precision": float((actual[called] == number).mean()) if called.any() else 0.0,
            "recall": found["found"][dataset.POSITIVE],
        }
    return found


def calibration_errors(actual: NDArray[Any], before: NDArray[Any], after: NDArray[Any]) -> dict[str, float]:
    """Compute by how much predicted and actual shares differ, before and after the calibration; see `reliability`."""

    def error(predicted: NDArray[Any]) -> float:
        gaps = [
            float((np.abs(said - was) * sizes).sum() / sizes.sum())
            for number in events(actual)
            for said, was, sizes in [reliability(actual == number, predicted[:, number])]
        ]
        return mean(gaps)

    return {"before": error(before), "after": error(after)}


def reliability(
    event: NDArray[np.bool_], chance: NDArray[Any], parts: int = 10
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    """Cut rows by their predicted probability into equal parts: the mean prediction, the actual share, the size of each."""
    cut = [part for part in np.array_split(np.argsort(chance, kind="stable"), parts) if len(part)]
    said = np.array([chance[part].mean() for part in cut])
    was = np.array([event[part].mean() for part in cut])
    return said, was, np.array([len(part) for part in cut])
