
METRIC = "bits_per_character"  # the lower the better; docs/decisions/0001-metric.md says why
COLUMNS = {"bits_per_character": "bits per character", "saved": "share of 8 bits that is saved"}
BITS = 8  # of a character in a plain file


def score(characters: NDArray[Any], bits: NDArray[Any]) -> float:
    """Compute the bits per character: how many yes-or-no answers a reader lacks to know the next character.

    Parameters
    ----------
    characters, bits
        Of each paragraph: its characters, and minus the logarithm to base 2 of its probability, shape (n,) each.
    """
    return float(bits.sum() / characters.sum())


def scores(characters: NDArray[Any], bits: NDArray[Any]) -> dict[str, float]:
    """Score a model in every way that is reported.

    Returns
    -------
    dict
        `bits_per_character`; `saved`, the share of the 8 bits of a character that the model makes unnecessary.
    """
    found = score(characters, bits)
    return {"bits_per_character": found, "saved": 1 - found / BITS}
