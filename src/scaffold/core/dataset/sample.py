"""A sample of rows with the columns as numbers or texts, on which columns are compared with the target."""

from collections.abc import Sequence
from dataclasses import dataclass

from scaffold.core.dataset.model import Column
from scaffold.tools.tables.database import Database

ROWS = 20_000
_BINS = 50
_COMPLETE_ROWS = 400
_RAREST = 5
_FREQUENT = 20


@dataclass(frozen=True)
class Line:
    """A straight line from a column to the target.

    Attributes:
        slope: Of the line.
        intercept: Of the line.
        r2: Share of the target's variance that it explains.
        equal: Both are the same number in every row.
        rows: Rows in which both are known.
        error: Nine of ten rows lie nearer to the line than this share of the target.
    """

    slope: float
    intercept: float
    r2: float
    equal: bool
    rows: int
    error: float


class Sample:
    """Up to 20,000 rows; x0, x1 … are numbers, v0, v1 … are texts, y is the target."""

    def __init__(self, database: Database, target: Column, columns: Sequence[Column]) -> None:
        self._database = database
        self._target = target
        cells: list[str] = []
        values: dict[str, str | list[str]] = {}
        for column in [*columns, target]:
            place = column.position
            values[f"m{place}"] = list(column.missing_values)
            known = f"CASE WHEN NOT list_contains($m{place}, c{place}) THEN c{place} END"
            if self.is_numeric(column):
                form = column.number
                values |= {f"r{place}": form.remove if form else "", f"d{place}": form.decimal if form else "."}
                cell = f"TRY_CAST(replace(translate({known}, $r{place}, ''), $d{place}, '.') AS DOUBLE) AS x{place}"
            else:
                cell = f"{known} AS v{place}"
            cells.append(cell)
        database.run(
            f"CREATE OR REPLACE TEMP TABLE s AS SELECT row_number() OVER () AS r, * FROM (SELECT {', '.join(cells)} "
            f"FROM (SELECT *, rowid AS id FROM t ORDER BY hash(rowid) LIMIT {ROWS}) ORDER BY id)",
            values,
        )
        self._y = self._name(target)

    def is_numeric(self, column: Column) -> bool:
        """Whether the sample holds the column as numbers."""
        return column.is_number or (column.kind == "identifier" and column.number is not None)

    def _name(self, column: Column) -> str:
        return f"{'x' if self.is_numeric(column) else 'v'}{column.position}"

    def line(self, column: Column) -> Line | None:
        """The straight line from a numeric column to a numeric target; None where there is none."""
        x, y = self._name(column), self._y
        pairs = f"p AS (SELECT {x} AS x, {y} AS y FROM s WHERE {x} IS NOT NULL AND {y} IS NOT NULL)"
        fitted = "f AS (SELECT regr_slope(y, x) AS a, regr_intercept(y, x) AS b, regr_r2(y, x) AS r2 FROM p)"
        slope, intercept, r2, equal, rows, error = self._database.one(
            f"WITH {pairs}, {fitted} SELECT any_value(a), any_value(b), any_value(r2), bool_and(x = y), count(*), "
            "quantile_cont(abs(y - a * x - b) / nullif(abs(y), 0), 0.9) FROM p, f"
        )
        if rows < _COMPLETE_ROWS // 10 or r2 is None or slope is None or error is None:
            return None
        return Line(slope, intercept, r2, bool(equal), rows, error)

    def is_recoded(self, column: Column) -> bool:
        """Whether each text of a column goes with one text of the target and the other way round."""
        x, y = self._name(column), self._y
        pairs, left, right, rows, rarest = self._database.one(
            "SELECT count(*), count(DISTINCT x), count(DISTINCT y), coalesce(sum(n), 0), coalesce(min(n), 0) FROM "
            f"(SELECT {x} AS x, {y} AS y, count(*) AS n FROM s WHERE {x} IS NOT NULL AND {y} IS NOT NULL GROUP BY ALL)"
        )
        # Two columns with one "yes" each may have it in the same row by chance.
        return bool(rows >= _COMPLETE_ROWS // 10 and rarest >= _RAREST and 2 <= pairs == left == right)

    def separates(self, column: Column) -> bool:
        """Whether each class has a range of a column for itself, as it does when a threshold made the classes.

        Classes of a few rows are set aside where the others hold nine rows of ten: `g2` made the two large classes of
        rpart's stagec, and a third one of five rows lies across both.
        """
        x, y = self._name(column), self._y
        classes, runs, rows, rarest = self._database.one(
            f"WITH p AS (SELECT {x} AS x, {y} AS y FROM s WHERE {x} IS NOT NULL AND {y} IS NOT NULL), "
            "ranges AS (SELECT y, min(x) AS low, max(x) AS high, count(*) AS n FROM p GROUP BY y), "
            f"frequent AS (SELECT * FROM ranges WHERE n >= {_FREQUENT} OR "
            f"(SELECT 10 * sum(n) FILTER (n >= {_FREQUENT}) < 9 * sum(n) FROM ranges)), "
            "ordered AS (SELECT *, lag(high) OVER (ORDER BY low) AS before FROM frequent) "
            "SELECT count(*), count(*) FILTER (before IS NULL OR before < low), sum(n), min(n) FROM ordered"
        )
        return bool(classes and classes >= 2 and runs == classes and rows >= _COMPLETE_ROWS // 10 and rarest >= _RAREST)

    def complete_rows(self, columns: Sequence[Column]) -> list[tuple[float, ...]]:
        """Rows in which everything is known: the columns' numbers, and the target behind them."""
        names = [self._name(column) for column in columns] + [self._y]
        known = " AND ".join(f"{name} IS NOT NULL" for name in names)
        return self._database.all(
            f"SELECT {', '.join(names)} FROM s WHERE {known} ORDER BY hash(r), r LIMIT {_COMPLETE_ROWS}"
        )

    def skill(self, column: Column) -> float:
        """How much a column alone knows of the target, fitted on half of the rows and judged on the others.

        Numbers are cut into 50 parts. For a number it is the share of the variance that the parts' means explain, for
        classes the share of right answers beyond the most frequent class; at most 1, and 0 where it cannot be told.
        """
        x, y = self._name(column), self._y
        # Equal numbers must share a part: an order among them would be that of the rows, which know their neighbours.
        part = f"floor(percent_rank() OVER (ORDER BY {x}) * {_BINS})" if self.is_numeric(column) else x
        parts = (
            f"WITH b AS (SELECT {y} AS y, hash(r) % 2 AS half, {part} AS k FROM s "
            f"WHERE {x} IS NOT NULL AND {y} IS NOT NULL), "
        )
        if self._target.is_number:
            sql = (
                "o AS (SELECT avg(y) AS m FROM b WHERE half = 0), "
                "f AS (SELECT k, avg(y) AS m FROM b WHERE half = 0 GROUP BY k) "
                "SELECT 1 - sum((y - coalesce(f.m, o.m)) ** 2) / nullif(sum((y - o.m) ** 2), 0), count(*) "
                "FROM b CROSS JOIN o LEFT JOIN f USING (k) WHERE half = 1"
            )
        else:
            sql = (
                "o AS (SELECT mode(y) AS m FROM b WHERE half = 0), "
                "f AS (SELECT k, mode(y) AS m FROM b WHERE half = 0 GROUP BY k) "
                "SELECT 1 - avg((y <> coalesce(f.m, o.m))::INT) / nullif(avg((y <> o.m)::INT), 0), count(*) "
                "FROM b CROSS JOIN o LEFT JOIN f USING (k) WHERE half = 1"
            )
        skill, rows = self._database.one(parts + sql)
        return float(skill) if skill is not None and rows >= _COMPLETE_ROWS // 10 else 0.0
