"""The table with the teacher's points: rows are added, and what is there stays byte for byte."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scaffold.core.classroom.grading import manual
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.roster import Student
from scaffold.core.classroom.rules import Manual

ENTRIES = [Manual("report", "The report", 4)]


def owner(id_: str, name: str = "") -> Owner:
    return Owner(id_, (Student(id_, name),), f"hw1-{id_}")


def test_a_new_table(tmp_path: Path) -> None:
    manual.add_rows(tmp_path, ENTRIES, [owner("ada", "=cmd"), owner("bob", 'Bob "B", Jr')])
    assert (tmp_path / "manual.csv").read_text() == (
        'student_id,name,report,report comment,comment\nada,\'=cmd,,,\nbob,"Bob ""B"", Jr",,,\n'
    )
    assert manual.read(tmp_path, ENTRIES)["ada"].points == {"report": None}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_rows_are_added_as_excel_saved_the_table(tmp_path: Path, encoding: str) -> None:
    text = 'Student_ID;Name;Report;Report comment;Mine\r\nada;Zoë;"2,5";"für; alle";x\r\nbob;;3;;'
    (tmp_path / "manual.csv").write_bytes(text.encode(encoding))
    manual.add_rows(tmp_path, ENTRIES, [owner("ada"), owner("eve", "Eve"), owner("bob")])
    assert (tmp_path / "manual.csv").read_bytes().decode(encoding) == text + "\neve;Eve;;;\n"
    rows = manual.read(tmp_path, ENTRIES)
    assert rows["ada"].points == {"report": 2.5}
    assert rows["ada"].comments == {"report": "für; alle"}
    manual.add_rows(tmp_path, ENTRIES, [owner("eve")])
    assert (tmp_path / "manual.csv").read_bytes().decode(encoding) == text + "\neve;Eve;;;\n"
    manual.rename_row(tmp_path / manual.FILE, "ada", "a2")
    assert (tmp_path / "manual.csv").read_bytes().decode(encoding) == text.replace("ada", "a2") + "\neve;Eve;;;\n"


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12) | st.sampled_from(
    ["=cmd|' /C calc'!A0", '"', "\n", "a\r\nb", "+1", "@x", ";;"]
)


@pytest.mark.thorough
@given(comments=st.lists(CELLS, min_size=1, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_comment_is_kept(tmp_path: Path, comments: list[str]) -> None:
    out = io.StringIO()
    rows = [[f"s{number}", "", "1", comment, ""] for number, comment in enumerate(comments)]
    header = ["student_id", "name", "report", "report comment", "comment"]
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([header, *rows])
    content = out.getvalue().encode()
    (tmp_path / "manual.csv").write_bytes(content)
    manual.add_rows(tmp_path, ENTRIES, [owner("s0"), owner("new")])
    assert (tmp_path / "manual.csv").read_bytes().startswith(content)
    found = manual.read(tmp_path, ENTRIES)
    assert [found[f"s{number}"].comments["report"] for number in range(len(comments))] == [
        comment.strip() for comment in comments
    ]
