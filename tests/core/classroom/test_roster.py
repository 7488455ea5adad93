"""Rosters from systems and written by hand: they are read, or every problem is reported by line."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.core.classroom import roster
from scaffold.core.classroom.roster import Student, parse
from scaffold.core.classroom.roster_cells import ID, team_id
from scaffold.errors import ScaffoldError

HEADER = "student_id,name,email,username,section,team\n"
ADA = Student("s1", "Ada Lovelace", "ada@example.org", "ada-l", "A", "red")


def students(text: str | bytes, **options: bool) -> list[Student]:
    found = parse(text.encode() if isinstance(text, str) else text, **options)
    assert found.problems == ()
    return list(found.students)


def problems(text: str | bytes) -> list[tuple[int, str]]:
    found = parse(text.encode() if isinstance(text, str) else text)
    return [(problem.line, problem.message) for problem in found.problems]


EXPORTS = {
    "ours": (HEADER + "s1,Ada Lovelace,ada@example.org,ada-l,A,red\n", [ADA]),
    "GitHub Classroom's": (
        '"identifier","github_username","github_id","name"\n"s1","ada-l","1","Ada"\n"Alan M. Turing","alan","2",""\n'
        '"grace@example.org","","",""\n',
        [
            Student("s1", "Ada", username="ada-l"),
            Student("alan-m-turing", "Alan M. Turing", username="alan"),
            Student("grace"),
        ],
    ),
    "Classroom 50's": (
        "username,first_name,last_name,email,section,github_id\nada-l,Ada,Lovelace,ada@example.org,A,17\n",
        [Student("ada-l", "Ada Lovelace", "ada@example.org", "ada-l", "A")],
    ),
    "Canvas's gradebook": (
        "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,HW1 (123),Current Score\n"
        "    Points Possible,,,,,10,(read only)\n"
        '"Lovelace, Ada",4711,s1,ada-l,"ML 1 and ML 2",9,90\n"Student, Test",99,,0aef,ML 1,,\n',
        [Student("s1", "Lovelace, Ada", login="ada-l", section="ML 1 and ML 2")],
    ),
    "Moodle's participants": (
        "First name,Last name,ID number,Email address,Groups\nAda,Lovelace,s1,ada@example.org,Lab 1\n",
        [Student("s1", "Ada Lovelace", "ada@example.org", section="Lab 1")],
    ),
    "Brightspace's": (
        "OrgDefinedId,Username,Last Name,First Name,Email,Section Membership,End-of-Line Indicator\n"
        "#20067930,#ada.l,Lovelace,Ada,ada@example.org,A,#\n",
        [Student("20067930", "Ada Lovelace", "ada@example.org", "", "A", login="ada.l")],
    ),
    "semicolons, as Excel in Europe": (
        "Matrikelnummer;Vorname;Nachname;E-Mail\n17;Zoë;O'Brien-Ñandú;zoe@example.org\n",
        [Student("17", "Zoë O'Brien-Ñandú", "zoe@example.org")],
    ),
    "tabs": ("student_id\tname\n1\tWang 小明\n", [Student("1", "Wang 小明")]),
    "quotes and a line end in a cell of no interest": (
        'id,name,remark\n1,"Ada ""Countess"" L","two\nlines; and, more"\n2,Bob,\n',
        None,
    ),
    "blank lines, blanks, missing cells": ("\n id , name \n\n 1 , Ada \n2\n,,\n", [Student("1", "Ada"), Student("2")]),
    "Canvas's gradebook with logins that are addresses, and names in two columns": (
        "LastName,FirstName,ID,SIS User ID,SIS Login ID,Root Account,Section,HW1 (123)\n"
        ",,,,,,,Manual Posting\n"
        "    Points Possible,,,,,,,10\n"
        "Lovelace,Ada,4711,s1,ada@example.org,uni,ML 1,9\nHopper,Grace,4712,,grace@example.org,uni,ML 1,\n"
        "Student,Test,99,,0aef,,ML 1,\n",
        [
            Student("s1", "Ada Lovelace", "ada@example.org", section="ML 1"),
            Student("grace", "Grace Hopper", "grace@example.org", section="ML 1"),
        ],
    ),
    "Classroom 50's with roles": (
        "username,first_name,last_name,email,section,github_id,role\n"
        "ada-l,Ada,Lovelace,,A,17,student\nmalan,David,M,,,18,teacher\nbob,Bob,B,,A,19,ta\neve,Eve,E,,A,20,\n",
        [Student("ada-l", "Ada Lovelace", "", "ada-l", "A"), Student("eve", "Eve E", "", "eve", "A")],
    ),
    "GitHub Classroom's, with students who linked no account": (
        '"identifier","github_username","github_id","name"\n"Ada Lovelace","","",""\n"Zoë","","",""\n"s3","","",""\n',
        [Student("ada-lovelace", "Ada Lovelace"), Student("zoe", "Zoë"), Student("s3")],
    ),
    "Moodle's participants in German": (
        "Vorname,Nachname,ID-Nummer,E-Mail-Adresse,Gruppen\nAda,Lovelace,s1,ada@example.org,Labor 1\n",
        [Student("s1", "Ada Lovelace", "ada@example.org", section="Labor 1")],
    ),
    "Moodle's participants in French": (
        "Prénom,Nom,Numéro d'identification,Adresse de courriel,Groupes\nZoé,L'Œil,s1,zoe@example.org,TP 1\n",
        [Student("s1", "Zoé L'Œil", "zoe@example.org", section="TP 1")],
    ),
    "Moodle's participants in Spanish": (
        "Nombre,Apellido(s),Número de ID,Dirección de correo,Grupos\nAna,Núñez,s1,ana@example.org,Lab 1\n",
        [Student("s1", "Ana Núñez", "ana@example.org", section="Lab 1")],
    ),
    "Moodle's worksheet": (
        'Identifier,"Full name","Email address",Status,Grade\n"Participant 7","Ada L","ada@example.org",,\n',
        [Student("ada", "Ada L", "ada@example.org")],
    ),
    "Moodle's worksheet in German": (
        "ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung\nTeilnehmer/in7,Ada L,ada@example.org,,\n",
        [Student("ada", "Ada L", "ada@example.org")],
    ),
    "a separator that the first line names": (
        'sep=;\nMatrikelnummer;Name;Vorname\n17;"Müller, Dr.";Zoë\n',
        [Student("17", "Zoë Müller, Dr.")],
    ),
    "quotes in names": (
        'id,name,email\n1,"Ada ""Countess"" L",\n2,Bob "Bobby" T,\n3,"Eve "E" F",eve@example.org\n4,O\'Brien,\n',
        [
            Student("1", 'Ada "Countess" L'),
            Student("2", 'Bob "Bobby" T'),
            Student("3", 'Eve "E" F', "eve@example.org"),
            Student("4", "O'Brien"),
        ],
    ),
    "no line end, and line ends of an old Mac": ("id,name\r1,Ada\r2,Bob", [Student("1", "Ada"), Student("2", "Bob")]),
    "only addresses": ("email\nada.l@example.org\n", [Student("ada.l", email="ada.l@example.org")]),
}


@pytest.mark.parametrize("name", [name for name in EXPORTS if EXPORTS[name][1] is not None])
def test_an_export(name: str) -> None:
    text, expected = EXPORTS[name]
    assert students(text) == expected


def test_a_line_number_counts_lines_and_not_records() -> None:
    text = 'id,name,remark\n1,Ada,"two\nlines"\n../x,Bob,\n'
    assert [line for line, _ in problems(text)] == [4]


def test_canvas_own_rows_are_skipped() -> None:
    found = parse(EXPORTS["Canvas's gradebook"][0].encode())
    assert [(row.line, row.message) for row in found.skipped] == [
        (2, "`Points Possible` is Canvas's own row"),
        (4, "`Student, Test` is Canvas's own row"),
    ]


def test_a_students_file_of_repobee() -> None:
    assert students("slarse glassey\n\nglennol\n", as_teams=True) == [
        Student("slarse", username="slarse", team="glassey-slarse"),
        Student("glassey", username="glassey", team="glassey-slarse"),
        Student("glennol", username="glennol"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(encoding: str) -> None:
    assert students("id,name\n1,Zoë\n".encode(encoding)) == [Student("1", "Zoë")]


@pytest.mark.parametrize(("encoding", "name"), [("cp1252", "Windows-1252"), ("latin-1", "Windows-1252")])
def test_a_file_of_western_europe_is_read_and_told(encoding: str, name: str) -> None:
    found = parse("id;name\n1;Zoë Müller\n".encode(encoding))
    assert found.students == (Student("1", "Zoë Müller"),)
    assert found.notes == (f"It is not UTF-8, and was read as {name}: is `Zoë Müller` right?",)


def test_a_workbook(work: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Matrikelnummer", "Name", "Vorname", "Note"])
    book.active.append([])
    book.active.append([4711, "Müller", "Zoë", 1.3])
    book.active.append(["=1+1", "Evil", "E", None])
    book.create_sheet("other").append(["x"])
    book.save(work / "list.xlsx")
    found = roster.read(work / "list.xlsx")
    assert found.students == (Student("4711", "Zoë Müller"),)
    assert found.notes == ("Of its 2 sheets, `Sheet` was read.",)
    assert found.columns.unused == ["Note"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1", "one of Excel before 2007"),
        ("list.ods", b"PK\x03\x04", "a zip archive"),
        ("list.xlsx", b"PK\x03\x04", "a damaged workbook"),
    ],
)
def test_a_workbook_that_is_not_read(work: Path, name: str, content: bytes, words: str) -> None:
    (work / name).write_bytes(content)
    with pytest.raises(ScaffoldError, match=words):
        roster.read(work / name)


def test_columns_are_told_as_they_were_understood() -> None:
    found = parse(EXPORTS["Canvas's gradebook"][0].encode()).columns
    assert found.used == {
        "student_id": "SIS User ID",
        "name": "Student",
        "login": "SIS Login ID",
        "section": "Section",
    }
    assert found.unused == ["ID", "HW1 (123)", "Current Score"]
    twice = parse(b"id,email,points,E-Mail,points\n1,a@x.org,,,\n").columns
    assert twice.unused == ["points (column 3)", "E-Mail", "points (column 5)"]


def test_rows_of_other_roles_are_skipped() -> None:
    found = parse(EXPORTS["Classroom 50's with roles"][0].encode())
    assert [(row.line, row.message) for row in found.skipped] == [
        (3, "role `teacher` is not a student's"),
        (4, "role `ta` is not a student's"),
    ]


def test_names_are_normalised_to_nfc() -> None:
    assert students("id,name\n1,Zoe\u0308\n") == [Student("1", "Zoë")]


WRONG = {
    "a path": ("../x", "student_id `../x` may contain only letters, digits and single . _ -, at most 63"),
    "a command": (";rm", "student_id `;rm` may contain only"),
    "an option": ("-rf", "student_id `-rf` would be a formula"),
    "two dots": ("a..b", "student_id `a..b` may contain only"),
    "a ref lock": ("a.lock", "student_id `a.lock` may contain only"),
    "git": ("a.git", "student_id `a.git` may contain only"),
    "a blank": ("a b", "student_id `a b` may contain only"),
    "a dot at the end": ("a.", "student_id `a.` may contain only"),
    "hidden": (".a", "student_id `.a` may contain only"),
    "a colon": ("a:b", "student_id `a:b` may contain only"),
    "a letter of another script": ("é1", "student_id `é1` may contain only"),
    "a formula": ("=1+1", "student_id `=1+1` would be a formula in a spreadsheet"),
    "long": ("a" * 64, "student_id `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…` may contain only"),
}


@pytest.mark.parametrize("name", WRONG)
def test_unsafe_ids(name: str) -> None:
    cell, message = WRONG[name]
    ((line, found),) = problems(HEADER + f"ok,Ada,,,,\n{cell},Bob,,,,\n")
    assert line == 3
    assert found.startswith(message)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("1,../x,,,,", "name `../x` contains `..`"),
        ("1,x;rm -rf,,,,", "name `x;rm -rf` contains `;`"),
        ("1,<b>x</b>,,,,", "name `<b>x</b>` contains `<`"),
        ("1,$(x),,,,", "name `$(x)` contains `$`"),
        ("1,`x`,,,,", "name ``x`` contains ```"),
        ('1,=HYPERLINK("http://x"),,,,', 'name `=HYPERLINK("http://x")` would be a formula'),
        ("1,@SUM(A1),,,,", "name `@SUM(A1)` would be a formula"),
        ("1,a\u202eb,,,,", "name `a\\u202eb` contains an invisible character"),
        ("1,a\x1bb,,,,", "name `a\\x1bb` contains `\\x1b`"),
        ("1,Ada,nobody,,,", "email `nobody` is not an email address"),
        ("1,Ada,a@b c,,,", "email `a@b c` is not an email address"),
        ("1,Ada,,../u,,", "username `../u` may contain only"),
        ("1,Ada,,,<a>,", "section `<a>` contains `<`"),
        ("1,Ada,,,,***", "team `***` has no letter or digit"),
        (",Ada,,,A,", "nothing identifies this student: student_id, username or email is missing"),
        (",,'a b'@x.org,,,", "email `'a b'@x.org` is not an email address"),
        (",,a+b@example.org,,,", "`a+b` of the email cannot name a repository"),
        ("1,Ada,,,,,extra", "7 cells under 6 headings: quote a cell that has the separator in it"),
        ('1,"Ada,,,,', "the quotes are unbalanced"),
    ],
)
def test_invalid_rows(row: str, message: str) -> None:
    found = problems(HEADER + row + "\n")
    assert any(line == 2 and text.startswith(message) for line, text in found), found


def test_all_problems_are_reported_at_once() -> None:
    text = HEADER + "a,,,,,\n../x,;rm,x,,,\nA,,,,,\nb,,E@x.org,U,,\nc,,e@x.org,u,,\nd,,,,,B\n"
    assert problems(text) == [
        (3, "name `;rm` contains `;`"),
        (3, "email `x` is not an email address"),
        (3, "student_id `../x` may contain only letters, digits and single . _ -, at most 63"),
        (4, "student_id `A` is already on line 2"),
        (6, "username `u` is already on line 5"),
        (6, "email `e@x.org` is already on line 5"),
        (7, "team `B` has the id of the student on line 5"),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (b"Vorname,Nachname\nAda,L\n", "no column identifies a student"),
    ],
)
def test_a_file_that_is_not_a_roster(content: bytes, message: str) -> None:
    ((_, found),) = problems(content)
    assert found.startswith(message)


def test_the_same_member_twice_in_a_line_of_repobee() -> None:
    first, *_ = parse(b"a a\n", as_teams=True).problems
    assert first.message == "student_id `a` is already on line 1"


def test_a_roster_with_problems_is_an_error(work: Path) -> None:
    (work / "r.csv").write_text("id,name\n1,Ada\n1,Bob\n;x,Eve\n")
    with pytest.raises(
        ScaffoldError, match=r"r.csv:3: student_id `1` is already on line 2; 1 more problem\."
    ) as caught:
        roster.require_clean(work / "r.csv")
    assert "roster check" in caught.value.hint
    (work / "r.csv").write_text("id,name\n")
    with pytest.raises(ScaffoldError, match="has no students yet"):
        roster.require_clean(work / "r.csv")
    with pytest.raises(ScaffoldError, match="cannot be read"):
        roster.require_clean(work / "none.csv")


def test_two_teams_never_share_a_repository() -> None:
    text = "id,team\na,Team A\nb,Team Ä\nc,team  a\nd,Team-A\n"
    problems = [(problem.line, problem.message) for problem in parse(text.encode()).problems]
    assert problems == [
        (3, "team `Team Ä` would share a repository with team `Team A` of line 2: rename one of them"),
        (5, "team `Team-A` would share a repository with team `Team A` of line 2: rename one of them"),
    ]


@pytest.mark.parametrize(("team", "id_"), [("Équipe n° 1", "equipe-n-1"), ("Red  Team!", "red-team"), ("小", "")])
def test_a_team_has_an_id(team: str, id_: str) -> None:
    assert team_id(team) == id_


HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1",
    "@SUM(A1)",
    "-2",
    "../../x",
    "a;rm",
    '"',
    'Bob "B"',
    "a\nb",
    "a\r\nb",
    "x\ty",
    "<b>",
]
CELL = st.text(max_size=12) | st.sampled_from(
    [*HOSTILE, "ada", "s1", "ada@example.org", "Ada Lovelace", "student", "ta"]
)
HEADERS = (
    HEADER.strip(),
    "identifier,github_username,github_id,name,group_name,role",
    "LastName,FirstName,ID,SIS User ID,SIS Login ID,Section",
    "ID,Vollständiger Name,E-Mail-Adresse,Status,Gruppe,Bewertung",
    "Prénom,Nom,Numéro d'identification,Adresse de courriel,Groupes,x",
)


@pytest.mark.thorough
@given(st.lists(st.lists(CELL, min_size=6, max_size=6), max_size=8), st.sampled_from(",;\t"), st.sampled_from(HEADERS))
def test_every_accepted_cell_is_safe(rows: list[list[str]], delimiter: str, header: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([header.split(","), *rows])
    found = parse(out.getvalue().encode("utf-8", "replace"))
    for student in found.students:
        assert ID.fullmatch(student.id)
        assert ".." not in student.id
        for cell in (student.name, student.section.replace("/", ""), student.team, student.username):
            assert not set(cell) & set("<>|;`$\\/{}\n\0\x1b")
            assert cell[:1] not in ("=", "+", "@", "-")
    usable = [student.id.casefold() for student in found.students]
    assert found.problems or len(set(usable)) == len(usable)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_roster_or_a_list_of_problems(content: bytes) -> None:
    for problem in parse(content).problems:
        assert problem.line >= 1
        assert problem.message.isprintable()


def test_duplicates_are_reported_even_in_invalid_rows() -> None:
    found = roster.parse(b"student_id,name,email\ns1,Ada,\ns1,=1+1,\ns2,Bob,a@example.org\ns3,x|y,a@example.org\n")
    assert [(problem.line, problem.column) for problem in found.problems] == [
        (3, "name"),
        (3, "student_id"),
        (5, "name"),
        (5, "email"),
    ]
