
METRIC = "balanced_accuracy"  # the one that decides; docs/decisions/0001-metric.md says why
COLUMNS = {
    "balanced_accuracy": "balanced accuracy",
    "accuracy": "accuracy",
    "worst_recall": "recall of the worst class",
}


def confusion(actual: NDArray[Any], predicted: NDArray[Any], classes: int) -> NDArray[np.int64]:
    """Count which class was taken for which.

    Parameters
    ----------
    actual, predicted
        Numbers of classes, shape (images,) each.
    classes
        How many there are.

    Returns
    -------
    ndarray of int
        Shape (classes, classes): row = what it was, column = what it was taken for. The diagonal was recognised.
    """
    pairs = actual.astype(np.int64) * classes + predicted.astype(np.int64)
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


def recalls(actual: NDArray[Any], predicted: NDArray[Any]) -> NDArray[np.float64]:
    """Compute the share of each class that was recognised; a class without an image is left out."""
    table = confusion(actual, predicted, int(max(actual.max(), predicted.max())) + 1)
    there = table.sum(axis=1) > 0
    shares: NDArray[np.float64] = table.diagonal()[there] / table.sum(axis=1)[there]
    return shares


def score(actual: NDArray[Any], predicted: NDArray[Any]) -> float:
    """Compute the balanced accuracy: the mean over classes of the share that was recognised.

    1 is perfect, and always saying the same class is 1 / classes, however frequent that class is.
    """
    return float(recalls(actual, predicted).mean())


def scores(actual: NDArray[Any], predicted: NDArray[Any]) -> dict[str, float]:
    """Score predictions in every way that is reported.

    Parameters
    ----------
    actual, predicted
        Numbers of classes, shape (images,) each.

    Returns
    -------
    dict
        `balanced_accuracy`; `accuracy`, the share of images that were recognised; `worst_recall`, that share in the
        class in which it is lowest.
    """
    return {
        "balanced_accuracy": score(actual, predicted),
        "accuracy": float((actual == predicted).mean()),
        "worst_recall": float(recalls(actual, predicted).min()),
    }


def per_class(actual: NDArray[Any], predicted: NDArray[Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Say of each class how many images it has, how many were recognised, and how often its name was right.

    Returns
    -------
    list of dict
        `name`, `n`, `recall`, `precision` (0 if nothing was taken for it) and `f1`, their harmonic mean.
    """
    rows = []
    for number, name in enumerate(names):
        is_it, said = actual == number, predicted == number
        both = float((is_it & said).sum())
        n, answers = int(is_it.sum()), int(said.sum())
        shares = {"recall": both / max(n, 1), "precision": both / max(answers, 1)}
        rows.append({"name": name, "n": n, **shares, "f1": 2 * both / max(n + answers, 1)})
    return rows
