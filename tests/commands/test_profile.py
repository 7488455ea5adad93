"""`scaffold profile FILE`."""

from pathlib import Path

import pytest

from conftest import Run
from data_support import csv_text, houses, write_houses


def test_for_people(run: Run, work: Path) -> None:
    write_houses(work / "h.csv")
    done = run("profile", "h.csv")
    assert (done.code, done.err) == (0, "")
    assert "h.csv: 120 rows, 5 columns" in done.out
    row = next(line for line in done.out.splitlines() if line.strip().startswith("district"))
    assert "category" in row
    assert "3 different texts in 120 cells" in row


def test_for_machines(run: Run, work: Path) -> None:
    write_houses(work / "h.csv")
    done = run("profile", "h.csv", "--json")
    assert done.data.keys() == {"file", "rows", "columns", "findings", "notes", "target"}
    price = done.data["columns"][-1]
    assert (price["name"], price["kind"], price["missing"], price["distinct"]) == ("price", "number", 0, 120)
    assert done.data["columns"][3]["format"] == "ISO8601"


@pytest.mark.thorough
def test_what_gives_a_target_away(run: Run, work: Path) -> None:
    header, rows = houses()
    (work / "h.csv").write_text(csv_text([*header, "again"], [[*row, row[-1]] for row in rows]))
    assert run("profile", "h.csv", "--json").data["findings"] == []
    done = run("profile", "h.csv", "--target", "price")
    assert "warning: `again` equals `price` in all of 120 rows." in done.err
    assert "hint: --drop again" in done.err


def test_a_missing_value_that_was_told(run: Run, work: Path) -> None:
    header, rows = houses()
    (work / "h.csv").write_text(csv_text(header, [[999 if n % 3 else row[0], *row[1:]] for n, row in enumerate(rows)]))
    found = run("profile", "h.csv", "--json").data["findings"]
    assert [(item["column"], item["kind"]) for item in found] == [("size", "missing")]
    assert found[0]["advice"] == "If it means that there is no value: --missing size=999"
    size = run("profile", "h.csv", "--missing", "size=999", "--json").data["columns"][0]
    assert (size["missing"], size["missing_values"]) == (80, ["999"])


def test_hostile_text_reaches_the_terminal_as_text(run: Run, work: Path) -> None:
    rows = [["[red]x[/red]", "\x1b[31m", "{{ 7*7 }}"] for _ in range(5)]
    (work / "h.csv").write_text(csv_text(["[bold]a[/bold]", "b", "c"], rows))
    done = run("profile", "h.csv")
    assert "[bold]a[/bold]" in done.out
    assert "[red]x[/red]" in done.out
    assert "\x1b[31m" not in done.out


def test_no_such_file_and_no_such_column(run: Run, work: Path) -> None:
    assert "error: There is no file nope.csv." in run("profile", "nope.csv").err
    write_houses(work / "h.csv")
    done = run("profile", "h.csv", "--target", "prize")
    assert (done.code, "Did you mean `price`" in done.err) == (2, True)
