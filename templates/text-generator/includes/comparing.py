def compare(
    characters: NDArray[Any], model: NDArray[Any], baseline: NDArray[Any], draws: Iterator[NDArray[np.intp]]
) -> tuple[dict[str, float], dict[str, float]]:
    """Give the model's bits per character, and what it saves against a baseline, an interval.

    Both are computed on the same samples: a hard chapter is hard for both, so their difference varies less than either.

    Parameters
    ----------
    characters, model, baseline
        Of each paragraph: its characters, and the bits that the two need, shape (n,) each.
    draws
        Row numbers of the samples, from `resamples`.

    Returns
    -------
    tuple of dict
        `low` and `high` of the model's score; `low` and `high` of its gain, the baseline's score minus its own.
    """
    pairs = [
        (score(characters[rows], model[rows]), score(characters[rows], baseline[rows])) for rows in draws
    ]
    return interval([ours for ours, _ in pairs]), interval([theirs - ours for ours, theirs in pairs])


def by_slice(
    characters: NDArray[Any], bits: NDArray[Any], slices: Mapping[str, NDArray[np.bool_]]
) -> list[dict[str, Any]]:
    """Score parts of the test text: a good average can hide a part where the model fails.

    Returns
    -------
    list of dict
        `name`, `n` and the scores of each slice that has two paragraphs or more.
    """
    return [
        {"name": name, "n": int(rows.sum()), **scores(characters[rows], bits[rows])}
        for name, rows in slices.items()
        if rows.sum() > 1
    ]
