"""Exact relations between columns of numbers: sums, products and ratios, found on a few hundred rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from math import isclose, sqrt
from statistics import fmean, pstdev

_MOST_COLUMNS = 60
_ROWS_A_COLUMN = 4
_EXACT = 1e-9
_ADDED = 2e-4
_DEPENDENT = 1e-8
_SHARE = 1e-3
_NEARLY = (1 - 0.999) ** 0.5
_SMALL_SHARE = 0.02
_FEWEST_ROWS = 30
_PRODUCT_ROWS = 60
_LEAST_SPREAD = 0.05


def linear_parts(rows: Sequence[Sequence[float]]) -> list[int]:
    """Which columns give the last one by adding them, each with its factor.

    Least squares by Gram-Schmidt. The target counts as computed when nothing is left of it, or when next to nothing
    (cents that were rounded) is left and every factor is 1 or -1.

    Args:
        rows: Rows of numbers, the target last.

    Returns:
        Positions of the columns that take part; empty when the target is not computed from them.
    """
    line = _line(rows, fewest=2)
    if line is None or line.left > _ADDED:
        return []
    chosen, factors = line.chosen, line.factors
    shares = list(line.shares().values())
    parts = [place for place, share in enumerate(shares) if share > _SHARE]
    simple = all(isclose(abs(factors[place]), 1, rel_tol=1e-3) for place in parts)
    return [chosen[place] for place in parts] if simple or line.left < _EXACT else []


def nearly_linear(rows: Sequence[Sequence[float]]) -> list[int]:
    """Which columns explain 99.9 % of the variance of the last one along a straight line.

    A project refuses to train on these: a total and its parts that were rounded, an age and the years since.

    Args:
        rows: Rows of numbers, the target last.

    Returns:
        Positions of columns of which none can be spared; empty when a straight line explains less.
    """
    line = _line(rows, fewest=1)
    if line is None or line.left >= _NEARLY:
        return []

    def explained(positions: Sequence[int]) -> bool:
        return bool(positions) and line.left_by(positions) < _NEARLY

    chosen, share = line.chosen, line.shares()
    large = [one for one in chosen if share[one] > _SMALL_SHARE]
    needed = large if explained(large) else chosen
    for one in sorted(needed, key=lambda each: share[each]):
        rest = [other for other in needed if other != one]
        needed = rest if explained(rest) else needed
    return needed


def products(rows: Sequence[Sequence[float]]) -> Iterator[tuple[int, int, str]]:
    """Pairs of columns whose product or ratio is the last column, up to one constant factor."""
    rows = rows[:_PRODUCT_ROWS]
    width = min(len(rows[0]) - 1, _MOST_COLUMNS) if rows else 0
    if len(rows) < _FEWEST_ROWS:
        return
    moving = [position for position in range(width) if _vary([row[position] for row in rows])]
    for first, second in combinations(moving, 2):
        if _proportional([(row[first] * row[second], row[-1]) for row in rows]):
            yield first, second, "×"
    for first, second in permutations(moving, 2):
        if all(row[second] for row in rows) and _proportional([(row[first] / row[second], row[-1]) for row in rows]):
            yield first, second, "÷"


@dataclass(frozen=True)
class _Line:
    """The least-squares line through the columns that go most with the target, all of them centred.

    Attributes:
        columns: All columns.
        target: The target.
        chosen: Positions of the columns of the line.
        factors: Their factors.
        left: What the line leaves of the target, as a share of its norm.
    """

    columns: Sequence[Sequence[float]]
    target: Sequence[float]
    chosen: list[int]
    factors: Sequence[float]
    left: float

    def shares(self) -> dict[int, float]:
        """Position of each chosen column → the norm of its term, as a share of the target's."""
        size = _norm(self.target)
        terms = zip(self.chosen, self.factors, strict=True)
        return {one: abs(factor) * _norm(self.columns[one]) / size for one, factor in terms}

    def left_by(self, positions: Sequence[int]) -> float:
        """What a line through other columns leaves, as a share."""
        return _least_squares([self.columns[one] for one in positions], self.target)[1] / _norm(self.target)


def _line(rows: Sequence[Sequence[float]], fewest: int) -> _Line | None:
    """The line of some rows, the target last; None where there are too few rows or columns, or a constant target."""
    width = min(len(rows[0]) - 1, _MOST_COLUMNS, len(rows) // _ROWS_A_COLUMN) if rows else 0
    if width < fewest or len(rows) < _FEWEST_ROWS:
        return None
    columns = [_centred([row[position] for row in rows]) for position in range(len(rows[0]) - 1)]
    target = _centred([row[-1] for row in rows])
    size = _norm(target)
    if not size:
        return None
    chosen = sorted(_likeliest(columns, target, width))
    factors, left = _least_squares([columns[one] for one in chosen], target)
    return _Line(columns, target, chosen, factors, left / size)


def _proportional(pairs: Sequence[tuple[float, float]]) -> bool:
    """Whether the second number of every pair is the first one times a constant, and both vary."""
    (first, target), *rest = pairs
    if not first or not target or any(not left or not right for left, right in rest[:3]):
        pairs = [pair for pair in pairs if pair[0] or pair[1]]
        if len(pairs) < _FEWEST_ROWS or any(not left or not right for left, right in pairs):
            return False
        first, target = pairs[0]
    ratio = target / first
    if not all(isclose(left * ratio, right, rel_tol=2e-3) for left, right in pairs):
        return False
    return _vary([left for left, _ in pairs])


def _vary(values: Sequence[float]) -> bool:
    return pstdev(values) > _LEAST_SPREAD * abs(fmean(values))


def _likeliest(columns: Sequence[Sequence[float]], target: Sequence[float], width: int) -> list[int]:
    """The columns that go most with the target."""

    def strength(position: int) -> float:
        size = _norm(columns[position])
        return abs(_dot(columns[position], target)) / size if size else 0.0

    return sorted(range(len(columns)), key=strength, reverse=True)[:width]


def _least_squares(columns: Sequence[Sequence[float]], target: Sequence[float]) -> tuple[list[float], float]:
    """The factors of centred columns, and the norm of what they leave of the target."""
    basis: list[tuple[int, list[float]]] = []
    upper: dict[tuple[int, int], float] = {}
    for place, column in enumerate(columns):
        rest, size = list(column), _norm(column)
        for _ in range(2):  # twice is enough: what rounding left of the first pass
            for earlier, direction in basis:
                part = _dot(direction, rest)
                upper[earlier, place] = upper.get((earlier, place), 0.0) + part
                rest = [value - part * unit for value, unit in zip(rest, direction, strict=True)]
        length = _norm(rest)
        if size and length > _DEPENDENT * size:
            upper[place, place] = length
            basis.append((place, [value / length for value in rest]))
    rest, along = list(target), {}
    for place, direction in basis:
        along[place] = _dot(direction, rest)
        rest = [value - along[place] * unit for value, unit in zip(rest, direction, strict=True)]
    factors = [0.0] * len(columns)
    places = [place for place, _ in basis]
    for place in reversed(places):
        known = sum(upper.get((place, later), 0.0) * factors[later] for later in places if later > place)
        factors[place] = (along[place] - known) / upper[place, place]
    return factors, _norm(rest)


def _centred(values: Sequence[float]) -> list[float]:
    middle = fmean(values)
    return [value - middle for value in values]


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(one * other for one, other in zip(left, right, strict=True))


def _norm(values: Sequence[float]) -> float:
    return sqrt(_dot(values, values))
