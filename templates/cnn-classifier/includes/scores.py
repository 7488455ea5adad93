from sklearn.metrics import precision_recall_fscore_support

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
    """Compute recall, precision and F1 of each class.

    Returns
    -------
    list of dict
        `name`, `n` images of the class, `recall`, `precision` and `f1`; 0 where one is not defined.
    """
    found = precision_recall_fscore_support(actual, predicted, labels=range(len(names)), zero_division=0)
    return [
        {"name": name, "n": int(n), "recall": float(recall), "precision": float(precision), "f1": float(f1)}
        for name, precision, recall, f1, n in zip(names, *found, strict=True)
    ]
