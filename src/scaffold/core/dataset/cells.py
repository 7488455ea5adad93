"""The different values of one column with their counts: what every measurement of a column asks."""

from collections.abc import Sequence
from dataclasses import dataclass

from scaffold.core.dataset.model import NumberFormat
from scaffold.tools.tables.database import Database

_NUMBER = "TRY_CAST(replace(translate(v, $remove, ''), $decimal, '.') AS DOUBLE)"


@dataclass(frozen=True)
class NumberFacts:
    """Numbers, measured over all filled cells.

    Attributes:
        minimum: The smallest.
        maximum: The largest.
        mean: The arithmetic mean.
        median: The median.
        whole: All are whole.
        distinct: How many different ones.
        readable: Every cell is a finite number.
        lowest: The six smallest with how many cells hold them.
        highest: The six largest, the largest first.
    """

    minimum: float
    maximum: float
    mean: float
    median: float
    whole: bool
    distinct: int
    readable: bool
    lowest: tuple[tuple[float, int], ...] = ()
    highest: tuple[tuple[float, int], ...] = ()


class Cells:
    """One column's values: a table `g` of (value, number of cells), made anew for each column."""

    def __init__(self, database: Database, position: int) -> None:
        self._database = database
        database.run(
            f"CREATE OR REPLACE TEMP TABLE g AS SELECT c{position} AS v, count(*) AS n FROM t "
            f"WHERE c{position} IS NOT NULL GROUP BY ALL"
        )

    def size(self) -> tuple[int, int]:
        """How many cells hold a value, and how many different values there are."""
        filled, distinct = self._database.one("SELECT coalesce(sum(n), 0), count(*) FROM g")
        return int(filled), int(distinct)

    def head(self, limit: int) -> list[tuple[str, int]]:
        """The most frequent values with their counts."""
        return self._database.all("SELECT v, n FROM g ORDER BY n DESC, v LIMIT $limit", {"limit": limit})

    def spread(self, limit: int) -> list[str]:
        """Some values from everywhere, the same ones each time."""
        rows = self._database.all("SELECT v FROM g ORDER BY hash(v), v LIMIT $limit", {"limit": limit})
        return [value for (value,) in rows]

    def misfits(self, pattern: str, limit: int) -> list[str]:
        """Values that a pattern does not match as a whole."""
        rows = self._database.all(
            "SELECT v FROM g WHERE NOT regexp_full_match(v, $pattern) ORDER BY n DESC, v LIMIT $limit",
            {"pattern": pattern, "limit": limit},
        )
        return [value for (value,) in rows]

    def matching(self, pattern: str, limit: int) -> tuple[int, list[str]]:
        """How many cells a pattern matches as a whole, and some of their values."""
        rows = self._database.all(
            "SELECT sum(n) OVER (), v FROM g WHERE regexp_full_match(v, $pattern) ORDER BY n DESC, v LIMIT $limit",
            {"pattern": pattern, "limit": limit},
        )
        return (int(rows[0][0]) if rows else 0), [value for _, value in rows]

    def not_dates(self, form: str, limit: int) -> list[str]:
        """Values that are no date in a strptime format."""
        rows = self._database.all(
            "SELECT v FROM g WHERE TRY_STRPTIME(v, $form) IS NULL ORDER BY n DESC, v LIMIT $limit",
            {"form": form, "limit": limit},
        )
        return [value for (value,) in rows]

    def first_and_last(self, form: str) -> tuple[str, str]:
        """The earliest and the latest date in ISO form; empty texts when one cannot be read."""
        moment = "TRY_STRPTIME(v, $form)" if form else "TRY_CAST(replace(v, ',', '.') AS TIMESTAMP)"
        low, high, unread = self._database.one(
            f"SELECT min({moment}), max({moment}), count(*) FILTER (WHERE {moment} IS NULL) FROM g",
            {"form": form} if form else {},
        )
        if unread or low is None:
            return "", ""
        dates = low.time() == high.time() == low.min.time()
        return (str(low.date()), str(high.date())) if dates else (low.isoformat(), high.isoformat())

    def letters(self) -> str:
        """Every character that the values use and that is no digit."""
        (found,) = self._database.one(
            "SELECT coalesce(string_agg(DISTINCT l, ''), '') FROM "
            "(SELECT unnest(string_split(regexp_replace(v, '[0-9]+', '', 'g'), '')) AS l FROM g)"
        )
        return str(found)

    def take_out(self, texts: Sequence[str]) -> None:
        """Count these values as missing from here on."""
        self._database.run("DELETE FROM g WHERE list_contains($texts, v)", {"texts": list(texts)})

    def same_as(self, told: Sequence[str]) -> list[str]:
        """The values that equal one of the told ones, as text or as a number."""
        rows = self._database.all(
            "SELECT v FROM g, (SELECT unnest($told) AS w) "
            "WHERE v = w OR TRY_CAST(v AS DOUBLE) = TRY_CAST(w AS DOUBLE) GROUP BY v ORDER BY v",
            {"told": list(told)},
        )
        return [value for (value,) in rows]

    def numbers(self, form: NumberFormat) -> NumberFacts:
        """Measure the values as numbers."""
        how = {"remove": form.remove, "decimal": form.decimal}
        self._database.run(
            f"CREATE OR REPLACE TEMP TABLE x AS SELECT {_NUMBER} AS x, sum(n) AS n FROM g GROUP BY ALL ORDER BY x", how
        )
        unread = self._database.one("SELECT count(*) FROM x WHERE x IS NULL OR NOT isfinite(x)")[0]
        if unread:
            return NumberFacts(0, 0, 0, 0, False, 0, False)
        low, high, mean, whole, distinct = self._database.one(
            "SELECT min(x), max(x), sum(x / 1e3 * n) / sum(n) * 1e3, bool_and(x = round(x)), count(*) FROM x"
        )
        (median,) = self._database.one(
            "SELECT min(x) FROM (SELECT x, sum(n) OVER (ORDER BY x) AS upto FROM x) "
            "WHERE upto >= (SELECT sum(n) FROM x) / 2"
        )
        lowest = self._database.all("SELECT x, n FROM x ORDER BY x LIMIT 6")
        highest = self._database.all("SELECT x, n FROM x ORDER BY x DESC LIMIT 6")
        ends = [tuple((float(x), int(n)) for x, n in end) for end in (lowest, highest)]
        return NumberFacts(float(low), float(high), float(mean), float(median), whole, distinct, True, *ends)

    def text_shape(self) -> tuple[float, float]:
        """The mean number of characters and of words, over the different values."""
        characters, words = self._database.one(
            "SELECT coalesce(avg(length(v)), 0), coalesce(avg(len(string_split(v, ' '))), 0) FROM g"
        )
        return float(characters), float(words)
