"""Tables for the tests of own data, and a template that takes them."""

import csv
import io
import random
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path

from scaffold.core.dataset import bring, leaks, profile, propose, read
from scaffold.core.dataset.model import Column, Finding, Profile
from scaffold.core.dataset.request import Request

QUESTIONS = """\
project_name: {type: str, default: "{{ _folder_name }}"}
dataset: {type: str, ask: false, default: ""}
dataset_source: {type: str, ask: false, default: ""}
dataset_sha256: {type: str, ask: false, default: ""}
dataset_bytes: {type: int, ask: false, default: 0}
dataset_in_git: {type: bool, ask: false, default: true}
dataset_rows: {type: int, ask: false, default: 0}
reading: {type: yaml, ask: false, default: {}}
task: {type: str, ask: false, default: ""}
target: {type: str, ask: false, default: ""}
time_column: {type: str, ask: false, default: ""}
group_column: {type: str, ask: false, default: ""}
columns: {type: yaml, ask: false, default: []}
dropped_columns: {type: yaml, ask: false, default: []}
findings: {type: yaml, ask: false, default: []}
_exclude:
  - "{% if dataset %}/data/raw/example.csv{% endif %}"
"""
TABLE_TEMPLATE = {
    "template.toml": (
        'title = "Numbers"\nstage = "basic ML"\norder = 1\nversion = "0.1.0"\nsummary = "Predicts apples."\n\n'
        '[data]\nkind = "table"\ntask = "regression"\n'
    ),
    "copier.yml": QUESTIONS,
    "project/.gitignore.jinja": "{% if dataset and not dataset_in_git %}/data/raw/{{ dataset }}\n{% endif %}",
    "project/data/raw/example.csv": "apples\n1\n",
    "project/data/raw/SHA256SUMS.jinja": "{{ dataset_sha256 or 'x' }}  {{ dataset or 'example.csv' }}\n",
    "project/names.py.jinja": "NAMES = {{ columns | map(attribute='name') | list | to_json(ensure_ascii=False) }}\n",
    "project/{{_copier_conf.answers_file}}.jinja": "{{ _copier_answers|to_nice_yaml -}}\n",
}
"""A template that takes a table and predicts a number."""


def csv_text(header: Sequence[object], rows: Iterable[Sequence[object]], separator: str = ",") -> str:
    """A table as CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def houses(rows: int = 120, seed: int = 1) -> tuple[list[str], list[list[object]]]:
    """A plain table: size, rooms, district, sold, price; the price follows from size and rooms, with noise."""
    dice = random.Random(seed)
    made: list[list[object]] = []
    for _ in range(rows):
        size, rooms = dice.randint(30, 200), dice.randint(1, 6)
        sold = f"20{dice.randint(10, 23)}-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}"
        price = round(1500 * size + 9000 * rooms + dice.gauss(0, 30000), 2)
        made.append([size, rooms, dice.choice(["north", "south", "old town"]), sold, price])
    return ["size", "rooms", "district", "sold", "price"], made


def write_houses(path: Path, **options: int) -> Path:
    """`houses` in a file."""
    path.write_text(csv_text(*houses(**options)), encoding="utf-8")
    return path


def table(folder: Path, columns: dict[str, Sequence[object]], name: str = "table.csv") -> Path:
    """A CSV of columns."""
    path = folder / name
    path.write_text(csv_text(list(columns), zip(*columns.values(), strict=True)), encoding="utf-8")
    return path


def measured(path: Path, *missing: str) -> Profile:
    """The profile of a file."""
    with read.opened(path) as opened:
        return profile.measure(opened, Request(path, missing=missing).told(opened.names))


def column_of(folder: Path, values: Sequence[object], name: str = "x", *missing: str) -> Column:
    """One column's measurement, in a table with another one beside it."""
    path = table(folder, {name: values, "beside": [position % 7 for position in range(len(values))]})
    return measured(path, *missing)[name]


def leaks_of(path: Path, target: str) -> list[Finding]:
    """The leaks of a target."""
    with read.opened(path) as opened:
        found = profile.measure(opened)
        request = Request(path, target=target)
        return leaks.find(opened.database, found, found[target], propose.candidates(found, request))


@contextmanager
def brought(path: Path, target: str = "", task: str = "regression", **options: object):  # type: ignore[no-untyped-def]
    """What comes of a file."""
    with bring.brought(Request(path, target=target, **options), task, {}) as found:  # type: ignore[arg-type]
        yield found
