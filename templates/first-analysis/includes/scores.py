
Z = 1.959964  # 95 % of a normal distribution lie within so many standard deviations of its mean


@dataclass(frozen=True)
class Claim:
    """One number that the documents state."""

    name: str  # how the documents refer to it, in a comment behind the number
    what: str
    value: float
    n: int  # on how many cases it rests
    low: float | None = None  # the ends of its 95 % interval, where it has one
    high: float | None = None
    over: str = ""  # which cases could have been others: plots, rows
    unit: str = ""
    digits: int = 0
    question: str = ""  # the one that it answers; empty for what the table is


def share(hits: int, n: int) -> dict[str, Any]:
    """Compute a share in percent with Wilson's 95 % interval (1927).

    The textbook's share ± 1.96 standard errors leaves the range from 0 to 100 where a share is near one of its ends, and
    has no width at all at 0 of n. Wilson's asks which true shares would make what was seen unsurprising.
    """
{% call exercise(edition, exercises, 'share') %}
    seen = hits / n
    middle = (seen + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * (seen * (1 - seen) / n + Z**2 / (4 * n**2)) ** 0.5
    ends = {"low": 100 * max(0.0, middle - half), "high": 100 * min(1.0, middle + half)}
    return {"value": 100 * seen, **ends, "n": n, "unit": "%", "digits": 1}
{% endcall %}


def bootstrap(
    statistic: Callable[[NDArray[np.intp]], float], blocks: NDArray[Any], draws: int, seed: int
) -> dict[str, Any]:
    """Compute a number on all rows, and its 95 % interval by drawing whole blocks again and again.

    `statistic` computes it from row numbers; `blocks` has the block of each row, shape (rows,).
    """
    values = [statistic(rows) for rows in resamples(blocks, draws, seed)]
    # A draw may miss one of two groups that are compared: it says nothing then.
    return {"value": statistic(np.arange(len(blocks))), **interval([v for v in values if np.isfinite(v)])}
