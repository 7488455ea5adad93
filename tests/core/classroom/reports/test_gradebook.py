"""One column of a platform's export is filled, and every other byte stays the same."""

import csv
import io

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scaffold.core.classroom.reports.gradebook import fill
from scaffold.core.classroom.reports.matching import Person
from scaffold.core.classroom.reports.platforms import PLATFORMS
from scaffold.core.classroom.table_text import parse
from scaffold.errors import ScaffoldError

PEOPLE = [
    Person("s1", frozenset({"ada", "ada@example.org"}), "ada@example.org", 7.5),
    Person("s2", frozenset({"bob"}), "bob@example.org", 10.0),
    Person("s3", points=3.0),
    Person("s4"),
]
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
    done = fill(CANVAS, PLATFORMS["canvas"], "Homework 1", PEOPLE)
    assert [(change.line, change.before, change.after) for change in done.changes] == [(4, "", "7.5"), (5, "9.0", "10")]
    expected = CANVAS.replace("ada,A,,5", "ada,A,7.5,5").replace("bob,A,9.0,", "bob,A,10,")
    assert done.text == expected
    assert (done.column, done.maximum) == ("Homework 1 (4711)", 10.0)
    assert done.unmatched == ("7: s9",)
    assert done.matched == {"s1", "s2", "s3"}


def test_moodle() -> None:
    done = fill(MOODLE, PLATFORMS["moodle"], "", PEOPLE)
    assert [(change.who, change.after) for change in done.changes] == [("Ada@example.org", "7.5")]
    assert done.text == MOODLE.replace('"Submitted","","10', '"Submitted","7.5","10')
    assert done.maximum == 10.0


def test_brightspace() -> None:
    done = fill(BRIGHTSPACE, PLATFORMS["brightspace"], "", PEOPLE)
    assert done.text == BRIGHTSPACE.replace("Lovelace,,#", "Lovelace,7.5,#").replace("B,4,#", "B,10,#")
    assert done.maximum == 10.0


def canvas(*rows: str) -> str:
    header = "Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (4711)\n"
    return header + "".join(f"{row}\n" for row in rows)


def test_a_platforms_own_number_is_nobodys_id() -> None:
    """Mallory is not in the class; Canvas' own number of hers is Bob's id."""
    people = [Person("101", points=1.0), Person("102", points=2.0)]
    text = canvas("Ada,7,101,ada,A,", "Mallory,102,999,mal,A,")
    done = fill(text, PLATFORMS["canvas"], "", people)
    assert [(change.who, change.after) for change in done.changes] == [("101", "1")]
    assert done.unmatched == ("3: 999",)
    assert done.matched == {"101"}


def test_a_roster_with_canvas_own_numbers() -> None:
    people = [Person("101", points=1.0), Person("102", points=2.0)]
    done = fill(canvas("Ada,101,,ada,A,", "Bob,102,,bob,A,"), PLATFORMS["canvas"], "", people)
    assert [change.after for change in done.changes] == ["1", "2"]


def test_names_of_two_students_in_one_row_are_told() -> None:
    people = [Person("s1", frozenset({"ada"}), points=1.0), Person("s2", frozenset({"bob"}), points=2.0)]
    done = fill(canvas("Ada,1,s1,bob,A,", "Bob,2,s2,bob,A,"), PLATFORMS["canvas"], "", people)
    assert [change.who for change in done.changes] == ["s2"]
    assert done.doubtful == ("2: s1 (its SIS Login ID is that of s2, and its SIS User ID is not)",)


def test_a_changed_id_does_not_fall_back_on_the_login() -> None:
    people = [Person("s1", frozenset({"ada"}), points=1.0), Person("s2", frozenset({"bob"}), points=2.0)]
    done = fill(canvas("Ada,1,s77,ada,A,", "Bob,2,s2,bob,A,"), PLATFORMS["canvas"], "", people)
    assert [change.who for change in done.changes] == ["s2"]
    assert done.doubtful == ("2: s77 (its SIS Login ID is that of s1, and its SIS User ID is not)",)
    assert done.matched == {"s2"}


def test_two_rows_of_one_student_are_told() -> None:
    done = fill(canvas("Ada,1,s1,ada,A,", "Ada,2,S1,ada,B,"), PLATFORMS["canvas"], "", PEOPLE)
    assert done.changes == ()
    assert done.doubtful == ("2: s1 (s1 has 2 rows)", "3: S1 (s1 has 2 rows)")


def test_a_student_without_points_takes_nobody_elses() -> None:
    people = [Person("s1", frozenset({"x"}), points=1.0), Person("s2", frozenset({"ada"}), points=2.0), Person("s4")]
    done = fill(canvas("Eve,3,s4,,A,", "Ada,1,s1,x,A,"), PLATFORMS["canvas"], "", people)
    assert [change.who for change in done.changes] == ["s1"]
    assert done.blank == ("2: s4",)


def test_decimal_commas_are_kept() -> None:
    text = "Identifier;ID number;Grade;Maximum Grade\nP1;s1;6,50;10,00\nP2;s2;;10,00\n"
    done = fill(text, PLATFORMS["moodle"], "", PEOPLE)
    assert done.text == text.replace("6,50", '"7,5"').replace("s2;;", 's2;"10";')
    assert done.maximum == 10.0


def test_a_column_is_chosen_by_its_position() -> None:
    text = "Student,ID,HW (1),HW (1)\nAda,s1,,\n"
    assert fill(text, PLATFORMS["canvas"], "4", PEOPLE).text == text.replace("s1,,", "s1,,7.5")
    with pytest.raises(ScaffoldError) as caught:
        fill(text, PLATFORMS["canvas"], "HW", PEOPLE)
    assert '--column 3: "HW" (column 3), "HW" (column 4).' in caught.value.hint
    with pytest.raises(ScaffoldError, match='no column for "2"'):
        fill(text, PLATFORMS["canvas"], "2", PEOPLE)


def test_points_are_scaled_to_the_column() -> None:
    people = [Person("s1", points=15.0, most=20.0), Person("s2", points=1.0, most=3.0)]
    text = "Student,ID,SIS User ID,HW (1)\nPoints Possible,,,10\nAda,1,s1,\nBob,2,s2,\n"
    done = fill(text, PLATFORMS["canvas"], "", people)
    assert [change.after for change in done.changes] == ["7.5", "3.33"]


def test_who_has_no_points_keeps_the_cell() -> None:
    people = [Person("s1", why="nothing collected"), Person("s2", points=0.0)]
    text = canvas("Ada,1,s1,ada,A,", "Bob,2,s2,bob,A,")
    done = fill(text, PLATFORMS["canvas"], "", people)
    assert done.blank == ("2: s1 (nothing collected)",)
    assert done.text == text.replace("bob,A,", "bob,A,0")


LOCALISED = {
    "German worksheet": (
        "ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung,Bestwertung,Zuletzt geändert (Bewertung),"
        "Feedback als Kommentar\n"
        'Teilnehmer/in7,"Ada, L",ada@example.org,,,"10,00",-,\n',
        ',,"10,00",-,\n',
        ',"7,5","10,00",-,"<p>Gut!</p>"\n',
    ),
    "French worksheet": (
        "Identifiant;Nom complet;Adresse de courriel;Statut;Note;Note maximale;Feedback par commentaires\n"
        "Participant7;Ada L;ada@example.org;;;10,00;\n",
        ";;10,00;\n",
        ';"7,5";10,00;"<p>Gut!</p>"\n',
    ),
    "Spanish worksheet": (
        "Identificador,Nombre completo,Dirección de correo,Estado,Calificación,Calificación máxima,"
        "Comentarios de retroalimentación\n"
        "Participante 7,Ana,ada@example.org,,,10.00,\n",
        ",,10.00,\n",
        ',7.5,10.00,"<p>Gut!</p>"\n',
    ),
}


@pytest.mark.parametrize("name", LOCALISED)
def test_moodle_in_other_languages(name: str) -> None:
    text, before, after = LOCALISED[name]
    ada = Person("s1", email="ada@example.org", points=15.0, most=20.0, comment="<p>Gut!</p>")
    done = fill(text, PLATFORMS["moodle"], "", [ada], comments=True)
    assert done.text == text.replace(before, after)
    assert done.maximum == 10.0


GRADEBOOKS = {
    "English": "First name,Last name,ID number,Email address,Assignment: HW 1 (Real),Course total (Real)",
    "German": "Vorname,Nachname,ID-Nummer,E-Mail-Adresse,Aufgabe:\xa0HW 1 (Punkte),Kurs gesamt (Punkte)",
    "French": "Prénom,Nom,Numéro d'identification,Adresse de courriel,Devoir : HW 1 (Brut),Total du cours (Brut)",
    "Spanish": "Nombre,Apellido(s),Número de ID,Dirección de correo,Tarea:HW 1 (Real),Total del curso (Real)",
}


@pytest.mark.parametrize("language", GRADEBOOKS)
def test_gradebooks_of_moodle(language: str) -> None:
    text = f"{GRADEBOOKS[language]}\nAda,L,s1,,-,-\n"
    done = fill(text, PLATFORMS["moodle"], "HW 1", PEOPLE)
    assert done.text == text.replace(",-,-", ",7.5,-")
    with pytest.raises(ScaffoldError, match="several columns"):
        fill(text, PLATFORMS["moodle"], "", PEOPLE)


def test_canvas_with_names_in_two_columns() -> None:
    text = "LastName,FirstName,ID,SIS User ID,HW (1)\n    Points Possible,,,,10\nL,Ada,1,s1,\nStudent,Test,9,s2,\n"
    assert fill(text, PLATFORMS["canvas"], "", PEOPLE).text == text.replace("s1,", "s1,7.5")


def test_a_comment_that_is_there_stays() -> None:
    people = [Person("s1", points=1.0, comment='<p>"A"</p>'), Person("s2", points=2.0, comment="<p>B</p>")]
    text = "Identifier,ID number,Grade,Feedback comments\nP1,s1,,\nP2,s2,,See me\n"
    done = fill(text, PLATFORMS["moodle"], "", people, comments=True)
    assert done.text == text.replace("s1,,", 's1,1,"<p>""A""</p>"').replace("s2,,", "s2,2,")
    assert (done.kept, len(done.comments)) == (("3: s2",), 1)
    again = fill(done.text, PLATFORMS["moodle"], "", people, comments=True)
    assert (again.text, again.changes, again.comments) == (done.text, (), ())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Identifier,ID number,Grade\n", "has no column with comments"),
        ("Identifier,ID number,Grade,Scale,Feedback comments\n", "graded with a scale there"),
        ("Identifier,ID number\n", "no column with points"),
    ],
)
def test_a_worksheet_that_cannot_be_filled(text: str, words: str) -> None:
    with pytest.raises(ScaffoldError, match=words):
        fill(text, PLATFORMS["moodle"], "", PEOPLE, comments=True)


def test_a_separator_that_the_first_line_names_stays() -> None:
    text = "sep=;\r\nIdentifier;ID number;Grade\r\nP1;s1;\r\n"
    assert fill(text, PLATFORMS["moodle"], "", PEOPLE).text == text.replace("s1;", "s1;7.5")


def test_filling_twice_changes_nothing() -> None:
    for kind, text in (("canvas", CANVAS), ("moodle", MOODLE), ("brightspace", BRIGHTSPACE)):
        once = fill(text, PLATFORMS[kind], "Homework 1" if kind == "canvas" else "", PEOPLE)
        again = fill(once.text, PLATFORMS[kind], "Homework 1" if kind == "canvas" else "", PEOPLE)
        assert (again.text, again.changes) == (once.text, ())


@pytest.mark.parametrize(
    ("text", "wanted", "words"),
    [
        ("a,b\n1,2\n", "", "not an export of Canvas"),
        ("", "", "not an export of Canvas"),
        (CANVAS, "", "several columns"),
        ("Student,ID,HW (1),HW (1)\nAda,1,,\n", "HW", 'several columns "HW"'),
        (CANVAS, "Homework 9", 'no column for "Homework 9"'),
    ],
)
def test_an_export_that_cannot_be_filled(text: str, wanted: str, words: str) -> None:
    with pytest.raises(ScaffoldError) as caught:
        fill(text, PLATFORMS["canvas"], wanted, PEOPLE)
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
    assert [[cell.text for cell in row.cells] for row in parse(text)][1:] == table
    assert all(0 <= cell.start <= cell.end <= len(text) for row in parse(text) for cell in row.cells)


@given(st.text(max_size=200))
def test_any_text_is_parsed_and_kept(text: str) -> None:
    spans = [(cell.start, cell.end) for row in parse(text) for cell in row.cells]
    assert spans == sorted(spans)


@given(cells)
def test_nothing_changes_without_points(table: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["Identifier", "ID number", "Grade"], *table])
    assert fill(out.getvalue(), PLATFORMS["moodle"], "", []).text == out.getvalue()
