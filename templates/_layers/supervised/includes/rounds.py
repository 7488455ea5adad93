def rounds(model: Pipeline, known: Table, actual: NDArray[np.intp], late: NDArray[np.bool_]) -> int:
    """Count the trees after which the log loss stops falling, on the last rows of the training part.

    They are the last in the order that the split follows, so that the model is not asked about rows whose like it has just seen.
    The model learns from them afterwards, when the number is known.

    Parameters
    ----------
    model
        The trees with their preparation, not fitted.
    known, actual
        The features of the training part, and the number of each row's class, shape (rows,).
    late
        Which rows say when to stop, shape (rows,); see `data.last_part`.
    """
    late = late & np.isin(actual, actual[~late])  # a class that was never learned says nothing
    if len(np.unique(actual[~late])) < 2 or not late.any():  # noqa: PLR2004
        return int(model[-1].max_iter)
    trial = clone(model)
    trial[-1].set_params(early_stopping=True)
    early = trial[:-1].fit_transform(binnable(columns.rows(known, ~late)), actual[~late])
    weights = compute_sample_weight(trial[-1].class_weight, actual[late])
    trial[-1].fit(
        early,
        actual[~late],
        X_val=trial[:-1].transform(columns.rows(known, late)),
        y_val=actual[late],
        sample_weight_val=weights,
    )
    return max(1, int(np.argmax(trial[-1].validation_score_)))
