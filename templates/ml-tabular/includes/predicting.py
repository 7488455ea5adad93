def predict(model: Pipeline, table: Table) -> NDArray[np.float64]:
    """Predict the target, shape (rows,); what lies below `dataset.LOWEST` is impossible and moved up to it."""
    return possible(model.predict(derive(table)))


def possible(predicted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move predictions below `dataset.LOWEST`, shape (rows,), up to it."""
    return predicted if dataset.LOWEST is None else np.maximum(predicted, dataset.LOWEST)


SPREADS = ("constant", "root", "proportion")


def spread(predicted: NDArray[Any], unit: str = dataset.SPREAD) -> NDArray[np.float64]:
    """Say how errors grow with the prediction, shape (rows,), as one of `SPREADS`."""
    size = np.abs(predicted).astype(float)
    sizes = {"root": np.sqrt(size + 1), "proportion": size + 1, "constant": np.ones_like(size)}
    found: NDArray[np.float64] = sizes[unit]
    return found


def calibrate(model: Pipeline, table: Table, level: float) -> float:
    """Learn from rows that the model has not trained on how far the truth is from its predictions.

    An error is measured in units of `spread`. The factor that covers `level` of the rows is kept in the model itself,
    so that no version is served with the intervals of another. docs/decisions/0004-range.md says what else was tried.

    Returns
    -------
    float
        The factor.
    """
    predicted = predict(model, table)
    errors = np.sort(np.abs(table[dataset.TARGET].to_numpy() - predicted) / spread(predicted))
    last = min(math.ceil((len(errors) + 1) * level), len(errors)) - 1
    factor = model.interval_factor_ = float(errors[last])
    return factor


def bounds(model: Pipeline, predicted: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]] | None:
    """Compute the prediction intervals: the lower and the upper ends, shape (rows,) each.

    None for a model that was not calibrated.
    """
    factor = getattr(model, "interval_factor_", None)
    if factor is None:
        return None
    reach = factor * spread(predicted)
    return possible(predicted - reach), predicted + reach
