"""One column of a platform's export is filled, and every other byte stays the same."""

import csv
import io

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scaffold.core.classroom.reports.gradebook import PLATFORMS, fill, parse
from scaffold.errors import ScaffoldError

POINTS = {"s1": 7.5, "s2": 10.0, "s3": 3.0, "ada@example.org": 7.5, "bob@example.org": 10.0}
CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Homework 1 (4711),Homework 2 (4712),Final Score\r\n"
    ",,,,,Manual Posting,,(read only)\r\n"
    "    Points Possible,,,,,10.0,20.0,\r\n"
    '"Lovelace, Ada",101,s1,ada,A,,5,88.1\r\n'
    '"Bob ""B"" Ž",102,s2,bob,A,9.0,,77\r\n'
    "Eve,103,s3,eve,B,EX,,\r\n"
    "Mallory,104,s9,mal,B,,,\r\n"
    '"Student, Test",105,,abc,A,,,\r\n'
)
MOODLE = (
    '"Identifier","Full name","ID number","Email address","Status","Grade","Maximum Grade","Last modified (grade)"\n'
    '"Participant 1","Ada","","Ada@example.org","Submitted","","10.00","-"\n'
    '"Participant 2","Bob","s2","","Submitted","10.00","10.00","Monday, 3 March 2026, 9:00 AM"\n'
)
BRIGHTSPACE = (
    "OrgDefinedId,Username,Last Name,Homework 1 Points Grade <Numeric MaxPoints:10 Weight:5>,End-of-Line Indicator\r\n"
    "#s1,#ada,Lovelace,,#\r\n"
    "#s2,#bob,B,4,#\r\n"
)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_canvas() -> None:
    done = fill(CANVAS, PLATFORMS["canvas"], "Homework 1", POINTS)
    assert [(change.line, change.before, change.after) for change in done.changes] == [(4, "", "7.5"), (5, "9.0", "10")]
    expected = CANVAS.replace("ada,A,,5", "ada,A,7.5,5").replace("bob,A,9.0,", "bob,A,10,")
    assert done.text == expected
    assert (done.column, done.maximum) == ("Homework 1 (4711)", 10.0)
    assert done.unmatched == ("7: s9",)
    assert done.matched == {"s1", "s2", "s3"}


def test_moodle() -> None:
    done = fill(MOODLE, PLATFORMS["moodle"], "", POINTS)
    assert [(change.who, change.after) for change in done.changes] == [("Ada@example.org", "7.5")]
    assert done.text == MOODLE.replace('"Submitted","","10', '"Submitted","7.5","10')
    assert done.maximum == 10.0


def test_brightspace() -> None:
    done = fill(BRIGHTSPACE, PLATFORMS["brightspace"], "", POINTS)
    assert done.text == BRIGHTSPACE.replace("Lovelace,,#", "Lovelace,7.5,#").replace("B,4,#", "B,10,#")
    assert done.maximum == 10.0


def test_decimal_commas_are_kept() -> None:
    text = "Identifier;ID number;Grade;Maximum Grade\nP1;s1;6,50;10,00\nP2;s2;;10,00\n"
    done = fill(text, PLATFORMS["moodle"], "", POINTS)
    assert done.text == text.replace("6,50", '"7,5"').replace("s2;;", 's2;"10";')
    assert done.maximum == 10.0


def test_filling_twice_changes_nothing() -> None:
    for kind, text in (("canvas", CANVAS), ("moodle", MOODLE), ("brightspace", BRIGHTSPACE)):
        once = fill(text, PLATFORMS[kind], "Homework 1" if kind == "canvas" else "", POINTS)
        again = fill(once.text, PLATFORMS[kind], "Homework 1" if kind == "canvas" else "", POINTS)
        assert (again.text, again.changes) == (once.text, ())


@pytest.mark.parametrize(
    ("text", "wanted", "words"),
    [
        ("a,b\n1,2\n", "", "not an export of Canvas"),
        ("", "", "not an export of Canvas"),
        (CANVAS, "", "several columns"),
        (CANVAS, "Homework 9", 'no column for "Homework 9"'),
    ],
)
def test_an_export_that_cannot_be_filled(text: str, wanted: str, words: str) -> None:
    with pytest.raises(ScaffoldError) as caught:
        fill(text, PLATFORMS["canvas"], wanted, POINTS)
    assert words in caught.value.message
    assert caught.value.hint


cells = st.lists(
    st.lists(st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=8), min_size=2, max_size=5),
    min_size=1,
    max_size=6,
)


@given(cells, st.sampled_from(["\n", "\r\n"]), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_csv_files_written_by_python_are_parsed(table: list[list[str]], end: str, quoting: int) -> None:
    # With QUOTE_MINIMAL, csv.writer quotes a carriage return only where the line terminator has one.
    assume(quoting == csv.QUOTE_ALL or end == "\r\n" or not any("\r" in cell for row in table for cell in row))
    out = io.StringIO()
    csv.writer(out, lineterminator=end, quoting=quoting).writerows([["a,"] * 9, *table])  # type: ignore[arg-type]
    text = out.getvalue()
    assert [[cell.text for cell in row] for row in parse(text)][1:] == table
    assert all(0 <= cell.start <= cell.end <= len(text) for row in parse(text) for cell in row)


@given(st.text(max_size=200))
def test_any_text_is_parsed_and_kept(text: str) -> None:
    spans = [(cell.start, cell.end) for row in parse(text) for cell in row]
    assert spans == sorted(spans)


@given(cells)
def test_nothing_changes_without_points(table: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["Identifier", "ID number", "Grade"], *table])
    assert fill(out.getvalue(), PLATFORMS["moodle"], "", {}).text == out.getvalue()
