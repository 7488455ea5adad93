"""From a file to roles, a copy and answers; and every refusal, in one sentence with the next command."""

import hashlib
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from data_support import brought, csv_text, houses, table, write_houses
from scaffold.core.dataset import bring, describe
from scaffold.core.dataset.answers import QUESTIONS, without_typed
from scaffold.core.dataset.bring import Brought, Person
from scaffold.core.dataset.place import Copy
from scaffold.core.dataset.request import Request
from scaffold.core.outcome import Table
from scaffold.errors import ScaffoldError, UsageError

N = 120


def extended(path: Path, **extra: Sequence[object]) -> Path:
    header, rows = houses(N)
    path.write_text(
        csv_text([*header, *extra], [[*row, *(values[n] for values in extra.values())] for n, row in enumerate(rows)])
    )
    return path


def roles(found: Brought) -> dict[str, str]:
    return {item.column.name: item.role for item in found.proposal.columns}


def refused(path: Path, **options: Any) -> tuple[str, str]:
    with pytest.raises(ScaffoldError) as caught, brought(path, **options):
        pass
    return caught.value.message, caught.value.hint


def said(found: Brought) -> str:
    return "\n".join(f"{notice.message} | {notice.hint}" for notice in describe.notices(found.proposal))


def text_of(found: Brought) -> str:
    return "\n".join(str(block) for block in describe.proposal_blocks(found.proposal))


def test_a_table_that_is_only_described_needs_no_target(tmp_path: Path) -> None:
    with brought(write_houses(tmp_path / "h.csv"), task="") as found:
        assert set(roles(found).values()) == {"feature", "time"}
        assert (found.answers["task"], found.answers["target"], found.answers["time_column"]) == ("", "", "sold")
        assert [item for item in found.proposal.findings if item.kind == "leak"] == []
        assert said(found) == ""
    with brought(tmp_path / "h.csv", "price", task="") as found:
        assert found.answers["target"] == "price"


@pytest.mark.thorough
def test_few_rows_can_be_described_and_not_learned_from(tmp_path: Path) -> None:
    path = write_houses(tmp_path / "h.csv", rows=32)
    with brought(path, task="") as found:
        assert found.proposal.profile.rows == 32
    assert "at least 50 are needed to learn and to test" in refused(path, target="price")[0]
    few = write_houses(tmp_path / "few.csv", rows=19)
    assert "19 rows; at least 20 are needed to describe them" in refused(few, task="")[0]


def test_a_table_with_nothing_to_ask_about_is_refused(tmp_path: Path) -> None:
    notes = [f"{n} a long note that nobody will ever read to its end" for n in range(60)]
    path = table(tmp_path, {"note": notes, "country": ["Chile"] * 60})
    assert refused(path, task="")[0] == "No column is left to ask about."


def test_every_column_gets_a_role(tmp_path: Path) -> None:
    path = extended(
        tmp_path / "h.csv",
        id=range(1, N + 1),
        country=["Chile"] * N,
        note=[f"{n} a very long note that nobody will ever read to its end" for n in range(N)],
        customer=[f"C{n % 30}" for n in range(N)],
    )
    with brought(path, "price", group="customer") as found:
        assert roles(found) == {
            "size": "feature",
            "rooms": "feature",
            "district": "feature",
            "sold": "time",
            "price": "target",
            "id": "left out",
            "country": "left out",
            "note": "left out",
            "customer": "group",
        }
        reasons = {item.column.name: item.reason for item in found.proposal.columns if item.reason}
        assert reasons["id"].startswith("an identifier: 120 different whole numbers from 1 to 120")
        assert reasons["country"] == "a constant: every filled cell holds `Chile`"
        assert reasons["note"].startswith("free text: ")


def test_the_only_date_makes_the_split_and_it_is_said(tmp_path: Path) -> None:
    path = write_houses(tmp_path / "h.csv")
    with brought(path, "price") as found:
        assert found.proposal.time == "sold"
        assert "`sold` is the only date, so the split is made in time. | Not so: --time none" in said(found)
    with brought(path, "price", time="none") as found:
        assert (found.proposal.time, roles(found)["sold"]) == ("", "feature")


def test_of_two_dates_or_a_birthday_none_is_taken(tmp_path: Path) -> None:
    days = [f"2019-01-{1 + n % 28:02d}" for n in range(N)]
    with brought(extended(tmp_path / "h.csv", listed=days), "price") as found:
        assert found.proposal.time == ""
    path = table(tmp_path, {"size": range(N), "birthday": days, "price": [n * n % 101 for n in range(N)]})
    with brought(path, "price") as found:
        assert found.proposal.time == ""


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("year", [2001 + n // 10 for n in range(N)], "`year` may say when a row happened, and the split is random."),
        ("Quarter", [f"{1970 + n // 4} Q{n % 4 + 1}" for n in range(N)], "`Quarter` is not written as a date"),
        ("year", [n % 7 for n in range(N)], ""),
        ("age", [1900 + n % 90 for n in range(N)], ""),
    ],
)
def test_a_random_split_of_rows_that_may_have_an_order_is_said(
    tmp_path: Path, name: str, values: list[object], words: str
) -> None:
    path = table(tmp_path, {name: values, "x": [n * 7 % 11 for n in range(N)], "y": [n * n % 97 for n in range(N)]})
    with brought(path, "y") as found:
        notices = said(found)
    assert (words in notices) if words else "random" not in notices
    with brought(path, "y", time="none") as found:
        assert not [item for item in found.proposal.findings if item.kind == "time"]


@pytest.mark.thorough
def test_a_leak_is_left_out_and_said_before_anything_is_trained(tmp_path: Path) -> None:
    _, rows = houses(N)
    path = extended(tmp_path / "h.csv", price_eur=[round(float(str(row[-1])) * 0.92, 2) for row in rows])
    with brought(path, "price") as found:
        assert roles(found)["price_eur"] == "left out"
        assert "`price` is 1.08696 × `price_eur`" in said(found)
        assert "--drop price_eur; a feature all the same: --keep price_eur" in said(found)
    with brought(path, "price", drop=("price_eur",)) as found:
        assert "price_eur" not in roles(found)
        assert "price_eur" not in said(found)
        assert "price_eur" not in found.copy.path.read_text()
    with brought(path, "price", keep=("price_eur",)) as found:
        assert roles(found)["price_eur"] == "feature"


def test_an_identifier_that_repeats_may_be_a_group(tmp_path: Path) -> None:
    path = extended(tmp_path / "h.csv", customer_id=[1000 + n % 60 * 17 for n in range(N)])
    with brought(path, "price") as found:
        assert roles(found)["customer_id"] == "left out"
        assert "Each `customer_id` has 2.0 rows" in said(found)
        assert "--group customer_id" in said(found)


@pytest.mark.thorough
def test_personal_data_is_refused_until_somebody_decides(tmp_path: Path) -> None:
    path = extended(tmp_path / "h.csv", **{"e mail": [f"person{n}@example.org" for n in range(N)]})
    message, hint = refused(path, target="price")
    assert message.startswith("A portfolio is public, and `e mail` holds e-mail addresses, such as `")
    assert hint == "Leave it out: --drop 'e mail'; or, if everybody in it agreed: --keep-personal"
    with brought(path, "price", drop=("e mail",)) as found:
        assert "@" not in found.copy.path.read_text()
        assert found.answers["dropped_columns"] == ["e mail"]
        assert "@" not in yaml.safe_dump(found.answers)
    with brought(path, "price", keep_personal=True) as found:
        assert roles(found)["e mail"] == "left out"
        assert "person1" not in yaml.safe_dump(found.answers)


def test_a_missing_target_is_counted(tmp_path: Path) -> None:
    header, rows = houses(N)
    for row in rows[::4]:
        row[-1] = "NA"
    (tmp_path / "h.csv").write_text(csv_text(header, rows))
    with brought(tmp_path / "h.csv", "price") as found:
        assert "30 rows have no `price` and are not used." in said(found)


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"target": "prise"}, "h.csv has no column `prise` (--target).", "Did you mean `price`?"),
        ({"target": "PRICE"}, "h.csv has no column `PRICE` (--target).", "Did you mean `price`?"),
        ({"target": "price", "drop": ("sizze",)}, "h.csv has no column `sizze` (--drop).", "Did you mean `size`?"),
        (
            {"target": "xyzzy"},
            "h.csv has no column `xyzzy` (--target).",
            "Its columns: `size`, `rooms`, `district`, `sold`, `price`",
        ),
        ({}, "Which column is to be predicted?", "Add --target COLUMN; it could be `size`, `rooms`, `price`."),
        (
            {"target": "price", "group": "price"},
            "`price` cannot have two roles.",
            "Name another column for one of them.",
        ),
        (
            {"target": "price", "drop": ("price",)},
            "`price` is needed, so --drop cannot take it.",
            "Leave out --drop price.",
        ),
        (
            {"target": "price", "time": "district"},
            "`district` does not order rows in time: 3 different texts in 120 cells.",
            "Name a column of dates, or of numbers such as years.",
        ),
        (
            {"target": "price", "group": "district"},
            "`district` makes 3 groups, too few to keep some of them for the test.",
            "Name a column with at least 5 values, such as a customer or a place.",
        ),
        (
            {"target": "sold"},
            "`sold` cannot be predicted, because it is a date: dates from 2010-01-04 to …",
            "Columns that can be predicted: `size`, `rooms`, `price`.",
        ),
        (
            {"target": "price", "task": "classification"},
            "`price` is no class: it is a number with 120 values.",
            "Columns that can be predicted: `rooms`, `district`.",
        ),
        (
            {"target": "price", "time": "none", "drop": ("size", "rooms", "district", "sold")},
            "No column is left to predict `price` from.",
            "Keep one although it was left out: --keep COLUMN",
        ),
    ],
)
def test_refusals(tmp_path: Path, options: dict[str, Any], message: str, hint: str) -> None:
    path = write_houses(tmp_path / "h.csv")
    found = refused(path, **options)
    start = message.split(" dates from", maxsplit=1)[0]
    assert (found[0][: len(start)], found[1]) == (start, hint)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([7] * N, "`y` cannot be predicted: every filled cell holds 7."),
        ([""] * 70 + list(range(50)), "`y` is missing in 58% of the rows, so there is little to learn."),
        (["yes", "no"] * 60, "`y` is no number to predict: it has 2 classes (no, yes)."),
        (["red", "green", "blue"] * 40, "`y` is no number to predict: it has 3 classes (blue, green, red)."),
        ([f"text number {n} in some words" for n in range(N)], "`y` cannot be predicted, because it is free text"),
        ([""] * 71 + list(range(49)), "table.csv has 49 rows with a `y`; at least 50 are needed to learn and to test."),
    ],
)
def test_targets_that_cannot_be_learned(tmp_path: Path, values: list[object], message: str) -> None:
    found, hint = refused(table(tmp_path, {"x": [n * 7 % 11 for n in range(N)], "y": values}), target="y")
    assert found.startswith(message)
    assert hint


def test_few_rows_and_one_class(tmp_path: Path) -> None:
    path = table(tmp_path, {"x": range(49), "y": [n * 3 % 17 for n in range(49)]})
    assert refused(path, target="y")[0] == "table.csv has 49 rows; at least 50 are needed to learn and to test."
    path = table(tmp_path, {"x": range(N), "y": ["yes"] * N})
    assert (
        refused(path, target="y", task="classification")[0] == "`y` cannot be predicted: every filled cell holds `yes`."
    )


def test_the_right_template_is_named(tmp_path: Path) -> None:
    path = table(tmp_path, {"x": [n % 7 for n in range(N)], "y": ["yes", "no"] * 60})
    request = Request(path, target="y")
    with pytest.raises(ScaffoldError) as caught, bring.brought(request, "regression", {"classification": "go there"}):
        pass
    assert caught.value.hint == "go there"


def test_the_copy_is_the_file_byte_by_byte(tmp_path: Path) -> None:
    header, rows = houses(N)
    content = csv_text(header, rows, ";").replace("old town", "Süd").encode("latin-1")
    (tmp_path / "Häuser 2024 (final).CSV").write_bytes(content)
    with brought(tmp_path / "Häuser 2024 (final).CSV", "price") as found:
        assert found.copy.path.read_bytes() == content
        assert found.answers["dataset"] == "hauser-2024-final.csv"
        assert found.answers["dataset_source"] == "Häuser 2024 (final).CSV"
        assert found.answers["dataset_sha256"] == hashlib.sha256(content).hexdigest()
        assert found.answers["reading"] == {"separator": ";", "encoding": "cp1252", "skip_rows": 0}


def test_other_formats_come_as_plain_csv(tmp_path: Path) -> None:
    header, rows = houses(N)
    book = openpyxl.Workbook()
    for row in [header, *rows]:
        book.active.append(row)
    book.save(tmp_path / "h.xlsx")
    with brought(tmp_path / "h.xlsx", "price") as found:
        assert found.answers["dataset"] == "h.csv"
        assert found.answers["reading"] == {"separator": ",", "encoding": "utf-8", "skip_rows": 0, "converted": True}
        assert found.copy.path.read_text().splitlines()[0] == ",".join(header)
        assert found.copy.path.read_text().replace(".0\n", "\n") == csv_text(header, rows).replace(".0\n", "\n")


@pytest.mark.parametrize(("size", "in_git"), [(5_000_000, True), (5_000_001, False)])
def test_only_a_small_file_goes_into_git(tmp_path: Path, size: int, in_git: bool) -> None:
    assert Copy(tmp_path / "h.csv", "h.csv", "", size).in_git is in_git


def test_answers_are_plain_and_all_there(tmp_path: Path) -> None:
    with brought(write_houses(tmp_path / "h.csv"), "price") as found:
        assert tuple(found.answers) == QUESTIONS
        assert yaml.safe_load(yaml.safe_dump(found.answers)) == found.answers
        price = found.answers["columns"][-1]
        assert price["role"] == "target"
        assert price["minimum"] < price["median"] < price["maximum"]


def test_answers_that_only_a_file_gives_are_not_typed() -> None:
    assert without_typed({"ci": "none", "dataset": "", "columns": [], "dataset_in_git": True}) == {"ci": "none"}
    assert without_typed({"ci": "none", "dataset": "x.csv"}, has_file=True) == {"ci": "none"}
    with pytest.raises(UsageError, match=r"data of its own, x\.csv"):
        without_typed({"dataset": "x.csv", "target": "a b"})
    with pytest.raises(UsageError, match="`target` is answered by a file"):
        without_typed({"target": "price"})


class Asked:
    """Somebody who gives prepared answers, and remembers the questions."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.questions: list[tuple[str, list[str]]] = []

    def choose(self, question: str, _table: Table, names: Sequence[str]) -> str:
        self.questions.append((question, list(names)))
        return self.answers.pop(0)

    @property
    def person(self) -> Person:
        return Person(self.choose, lambda question: self.choose(question, Table((), ()), []))


def test_what_is_open_is_asked(tmp_path: Path) -> None:
    mail = [f"person{n}@example.org" for n in range(N)]
    path = extended(tmp_path / "h.csv", listed=[f"2019-01-{1 + n % 28:02d}" for n in range(N)], mail=mail)
    asked = Asked("price", "listed", "leave out")
    with bring.brought(Request(path), "regression", {}, asked.person) as found:
        assert [names for _, names in asked.questions] == [
            ["size", "rooms", "price"],
            ["sold", "listed", "none"],
            ["leave out", "keep"],
        ]
        assert (found.proposal.target.name, found.proposal.time, found.proposal.dropped) == (
            "price",
            "listed",
            ("mail",),
        )


def test_nothing_is_asked_that_was_said(tmp_path: Path) -> None:
    asked = Asked()
    request = Request(write_houses(tmp_path / "h.csv"), target="price")
    with bring.brought(request, "regression", {}, asked.person) as found:
        assert (asked.questions, found.proposal.time) == ([], "sold")


def test_every_column_that_may_be_read_as_texts_has_a_list_of_values(tmp_path: Path) -> None:
    """A template reads `values` of an identifier that its owner keeps, as of a category."""
    more = {"code": [f"k{n}" for n in range(N)], "number_id": [5000 + n for n in range(N)], "same": ["x"] * N}
    with brought(extended(tmp_path / "h.csv", **more), "price", keep=("code", "number_id")) as found:
        entries = {entry["name"]: entry for entry in found.answers["columns"]}
    assert {name for name, entry in entries.items() if "values" in entry} == {"district", *more}
    assert all(entries[name]["role"] == "feature" for name in ("code", "number_id"))
    assert all(isinstance(entries[name]["values"], list) for name in more)


def churn(folder: Path, **counts: int) -> Path:
    """A table with so many rows of each class."""
    classes = [name for name, rows in counts.items() for _ in range(rows)]
    return table(folder, {"x": [n % 7 for n in range(len(classes))], "churned": classes})


def test_of_two_classes_the_one_that_is_looked_for_is_asked_and_the_rarer_is_offered_first(tmp_path: Path) -> None:
    path = churn(tmp_path, yes=40, no=80)
    asked = Asked("churned", "no")
    with bring.brought(Request(path), "classification", {}, asked.person) as found:
        assert asked.questions[1] == ("Which class is looked for", ["yes", "no"])
        assert found.answers["positive_class"] == "no"
        assert "is `no`." in text_of(found)
    asked = Asked("churned")
    with bring.brought(Request(path, positive="yes"), "classification", {}, asked.person) as found:
        assert found.answers["positive_class"] == "yes"
    asked = Asked()
    with bring.brought(
        Request(churn(tmp_path, a=40, b=40, c=40), target="churned"), "classification", {}, asked.person
    ):
        assert asked.questions == []


def test_without_a_person_the_rarer_class_is_looked_for_and_that_is_said(tmp_path: Path) -> None:
    with brought(churn(tmp_path, yes=40, no=80), "churned", "classification") as found:
        assert "positive_class" not in found.answers
        assert "`no` in 80 rows, `yes` in 40. The one that is looked for is `yes`, the rarer one." in text_of(found)
    with brought(churn(tmp_path, yes=60, no=60), "churned", "classification") as found:
        assert "The one that is looked for is `yes`." in text_of(found)


@pytest.mark.parametrize(
    ("counts", "task", "message", "hint"),
    [
        (
            {"yes": 40, "no": 80},
            "classification",
            "`churned` has no class `y` (--positive).",
            "Its classes: `no`, `yes`",
        ),
        ({"a": 40, "b": 40, "c": 40}, "classification", "`churned` has not two classes", "Leave out --positive."),
    ],
)
def test_a_class_that_cannot_be_looked_for(
    tmp_path: Path, counts: dict[str, int], task: str, message: str, hint: str
) -> None:
    found = refused(churn(tmp_path, **counts), target="churned", task=task, positive="y")
    assert found[0].startswith(message)
    assert found[1] == hint


NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=200).map(str.strip)


@pytest.mark.thorough
@settings(max_examples=15)
@given(name=NAMES.filter(lambda text: text and text not in ("size", "rooms") and not text[0].isdigit()))
def test_any_name_is_a_target(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    from scaffold.core.dataset.read import _clean

    dice = random.Random(1)
    path = tmp_path_factory.mktemp("d") / "t.csv"
    rows = [[dice.uniform(1, 9), dice.randint(1, 9), dice.gauss(0, 1)] for _ in range(60)]
    path.write_bytes(csv_text(["size", "rooms", name], rows).encode())
    clean = _clean(name)
    if not clean or clean in ("size", "rooms"):
        return
    with brought(path, clean) as found:
        assert found.answers["target"] == clean
        assert yaml.safe_load(yaml.safe_dump(found.answers, allow_unicode=True)) == found.answers


def test_what_tells_the_class_of_all_its_rows_may_be_a_group(tmp_path: Path) -> None:
    cows = [f"cow {n % 8}" for n in range(N)]
    columns = {
        "milk": [n * 37 % 101 for n in range(N)],
        "cow": cows,
        "diet": ["hay" if n % 2 else "oats" for n in range(N)],
    }
    with brought(table(tmp_path, columns), "diet", "classification") as found:
        assert "`cow` alone tells `diet`" in said(found)
        assert "If its rows belong together: --group cow. Out of the file too: --drop cow;" in said(found)
    with brought(table(tmp_path, columns), "diet", "classification", group="cow") as found:
        assert roles(found)["cow"] == "group"
        assert "alone tells" not in said(found)
