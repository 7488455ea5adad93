"""A table in DuckDB: loaded once from a CSV file into a database on disk, then asked with SQL in flat memory.

Columns are called c0, c1, … there. Their real names never stand in a statement, and every value is bound.
"""

import contextlib
import csv
import io
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffold.errors import DataError
from scaffold.tools.tables.dialect import Dialect

if TYPE_CHECKING:
    import duckdb

_MEMORY_MB = 512
_MEMORY_MB_A_COLUMN = 1
"""A column being written takes a block of DuckDB's, whatever the number of rows."""
_WIDE = 100
"""From here on one thread writes: each would have blocks of its own."""
BLANKS = " \t\r\n\u00a0\u2007\u202f\ufeff"
"""What is stripped from both ends of a cell."""
_LONGEST_LINE = 2_000_000


class Database:
    """One loaded table.

    Attributes:
        rows: How many rows it has.
        width: How many columns.
    """

    def __init__(self, connection: "duckdb.DuckDBPyConnection", width: int) -> None:
        self._connection = connection
        self.width = width
        self.rows: int = self.one("SELECT count(*) FROM t")[0]

    def run(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Execute a statement. Raises DataError when memory or disk do not suffice."""
        with _limits():
            self._connection.execute(sql, dict(parameters or {}))

    def all(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Every row of a query's result. Raises DataError when memory or disk do not suffice."""
        with _limits():
            return self._connection.execute(sql, dict(parameters or {})).fetchall()

    def one(self, sql: str, parameters: Mapping[str, Any] | None = None) -> tuple[Any, ...]:
        """The only row of a query's result."""
        return self.all(sql, parameters)[0]


@contextlib.contextmanager
def loaded(path: Path, dialect: Dialect, folder: Path) -> Iterator[Database]:
    """Load a CSV file that is UTF-8, or gzipped UTF-8.

    Args:
        path: The file.
        dialect: How it is written.
        folder: An empty folder for the database and for what does not fit into memory.

    Raises:
        ScaffoldError: A line does not have as many cells as the header.
    """
    width = len(dialect.header)
    connection = _connect(folder, width)
    try:
        cells = ", ".join(f"nullif(trim(c{number}, $blanks), '') AS c{number}" for number in range(width))
        _load(connection, path, dialect, f"CREATE TABLE t AS SELECT {cells} FROM source", {"blanks": BLANKS})
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield Database(connection, width)
    finally:
        connection.close()


def write_csv(path: Path, dialect: Dialect, keep: Mapping[int, str], dest: Path, folder: Path) -> None:
    """Write some columns of a UTF-8 CSV file as plain CSV.

    Args:
        path: The file.
        dialect: How it is written.
        keep: Position of a column → its name in the new file.
        dest: The new file.
        folder: A folder for the work.
    """
    body = folder / "body.csv"
    connection = _connect(folder, len(dialect.header))
    try:
        cells = ", ".join(f"c{number}" for number in keep)
        target = str(body).replace("'", "''")
        _load(connection, path, dialect, f"COPY (SELECT {cells} FROM source) TO '{target}' (FORMAT csv, HEADER false)")
    finally:
        connection.close()
    _join(list(keep.values()), body, dest)


def _join(header: list[str], body: Path, dest: Path) -> None:
    """Write a header and, below it, the rows that DuckDB wrote."""
    head = io.StringIO()
    csv.writer(head, lineterminator="\n").writerow(header)
    with dest.open("wb") as out, body.open("rb") as rows:
        out.write(head.getvalue().encode())
        shutil.copyfileobj(rows, out)
    body.unlink()


def to_csv(path: Path, kind: str, dest: Path, folder: Path) -> None:
    """Write a Parquet or JSON file as CSV.

    Raises:
        ScaffoldError: It cannot be read.
    """
    import duckdb

    reader = "read_parquet(?)" if kind == "parquet" else "read_json(?, format = 'auto', sample_size = -1)"
    body = folder / "body.csv"
    target = str(body).replace("'", "''")
    connection = _connect(folder)
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {reader}", [_literal(path)]).fetchall()
        names = [row[0] for row in described]
        aliases = ", ".join(f"c{number}" for number in range(len(names)))
        cells = ", ".join(_as_text(f"c{number}", row[1]) for number, row in enumerate(described))
        query = f"SELECT {cells} FROM {reader} AS source({aliases})"
        connection.execute(f"COPY ({query}) TO '{target}' (FORMAT csv, HEADER false)", [_literal(path)])
    except duckdb.Error as error:
        raise DataError(
            f"{path.name} could not be read as {'Parquet' if kind == 'parquet' else 'JSON'}: {_first_line(error)}.",
            "Save it again, or bring it as CSV.",
        ) from error
    finally:
        connection.close()
    _join(names, body, dest)


def _as_text(cell: str, kind: str) -> str:
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"CAST(CAST({cell} AS TIMESTAMP) AS VARCHAR) AS {cell}"
    if kind in ("DOUBLE", "FLOAT"):  # 3.0 was a whole number before a missing value made floats of its column
        whole, short = f"{cell} = round({cell}) AND abs({cell}) < 1e15", f"CAST({cell} AS BIGINT)"
        return f"CASE WHEN {whole} THEN {short}::VARCHAR ELSE {cell}::VARCHAR END AS {cell}"
    return f"CAST({cell} AS VARCHAR) AS {cell}"


def _connect(folder: Path, width: int = 0) -> "duckdb.DuckDBPyConnection":
    import duckdb

    spill = folder / "spill"
    spill.mkdir(exist_ok=True)
    name = f"table-{len(list(folder.iterdir()))}.duckdb"
    options: dict[str, Any] = {
        "memory_limit": f"{_MEMORY_MB + _MEMORY_MB_A_COLUMN * width}MB",
        "threads": 1 if width > _WIDE else min(4, os.cpu_count() or 1),
        "temp_directory": str(spill),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    return duckdb.connect(str(folder / name), config=options)


def _load(
    connection: "duckdb.DuckDBPyConnection",
    path: Path,
    dialect: Dialect,
    statement: str,
    parameters: dict[str, Any] | None = None,
) -> None:
    """Run a statement in which `source` is the file."""
    import duckdb

    columns = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(len(dialect.header)))
    reader = (
        "read_csv($path, auto_detect = false, header = true, skip = $skip, delim = $separator, quote = '\"', "
        f"escape = '\"', compression = $compression, columns = {{{columns}}}, "
        f"max_line_size = {_LONGEST_LINE}, buffer_size = {4 * _LONGEST_LINE})"
    )
    options = {
        "path": _literal(path),
        "skip": dialect.skip_rows,
        "separator": dialect.separator,
        "compression": "gzip" if dialect.compressed else "none",
    }
    try:
        with _limits():
            connection.execute(statement.replace("FROM source", f"FROM {reader}"), options | (parameters or {}))
    except duckdb.InvalidInputException as error:
        raise _irregular(path, str(error), len(dialect.header)) from error


@contextlib.contextmanager
def _limits() -> Iterator[None]:
    """Say in one sentence that memory or disk do not suffice."""
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise DataError(
            "The table needs more memory than is set aside for it, or more disk than is free.",
            "Bring fewer columns or rows, or free some disk.",
        ) from error


def _literal(path: Path) -> str:
    """The path as DuckDB's file functions take it, with their wildcards escaped."""
    return re.sub(r"[*?\[]", lambda found: f"[{found.group()}]", str(path.resolve()))


def _irregular(path: Path, message: str, width: int) -> DataError:
    line = re.search(r"CSV Error on Line: (\d+)", message)
    found = re.search(r"Expected Number of Columns: \d+ Found: (\d+)", message)
    if line and found:
        return DataError(
            f"Line {line[1]} of {path.name} has {found[1]} cells, and its header has {width}.",
            "Correct that line, or save the table again from the program that made it.",
        )
    where = f"line {line[1]}" if line else "a line"
    return DataError(f"{path.name} is no regular CSV: {where} cannot be read.", "Correct it and save it again.")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].removeprefix("Invalid Input Error: ").rstrip(".")[:200]
