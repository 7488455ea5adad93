"""The exports of learning platforms, by their headings in English, German, French and Spanish.

Formats: Canvas' gradebook export (docs: "How do I export grades in the Gradebook?"), Moodle's grading worksheet
(docs.moodle.org, "Offline grading worksheet") and its gradebook export as text, Brightspace's grade export ("Export
grades"). The translations are those of Moodle's language packs (`gradeitem`, `lastmodifiedgrade`, `real`, …).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scaffold.core.classroom.reports.matching import EMAIL, ID, LOGIN, OWN
from scaffold.core.classroom.roster_columns import fold


@dataclass(frozen=True)
class Platform:
    """The format of a platform's export. Headings are compared as `roster_columns.fold` writes them.

    Attributes:
        name: The platform's name.
        needs: Of each of these groups of headings, every such export has one.
        who: Headings of columns that identify a student, the surest first, and what they hold: `id`, `login` or `email`
            of the roster, or the platform's `own` number, which means something only where the roster has it as the id.
        column: The pattern of columns with points, as they are written; its last group is the name of the grade item.
        maximum: Headings of a column with the points that can be reached.
        most: The pattern in a column's own heading of the points that can be reached; empty for none.
        scale: Headings of a column with the words of a scale, where the item is not graded with points.
        comments: Headings of the column with comments for the student.
    """

    name: str
    needs: tuple[tuple[str, ...], ...]
    who: Mapping[str, str]
    column: re.Pattern[str]
    maximum: tuple[str, ...] = ()
    most: str = ""
    scale: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()

    def index_of(self, headings: Sequence[str], wanted: Sequence[str]) -> int | None:
        """The first column with one of the headings; None for none."""
        return next((index for index, heading in enumerate(headings) if fold(heading) in wanted), None)

    def items(self, headings: Sequence[str]) -> dict[int, str]:
        """The columns with points: index → the name of the grade item."""
        matches = {index: self.column.fullmatch(heading) for index, heading in enumerate(headings)}
        return {index: match[match.lastindex or 0] for index, match in matches.items() if match}


_CANVAS = Platform(
    "Canvas",
    (("student", "lastname"), ("id",)),
    {"sisuserid": ID, "sisloginid": LOGIN, "integrationid": ID, "id": OWN},
    re.compile(r"(.+) \(\d+\)"),
)
_MOODLE_IDS = {
    ID: ("idnumber", "idnummer", "numerodidentification", "numerodeid"),
    EMAIL: ("emailaddress", "emailadresse", "adressedecourriel", "direcciondecorreo", "direccionemail"),
    LOGIN: ("username", "anmeldename", "nomdutilisateur", "nombredeusuario"),
    OWN: ("identifier", "identifiant", "identificador", "id"),
}
_MOODLE = Platform(
    "Moodle",
    (tuple(heading for headings in _MOODLE_IDS.values() for heading in headings),),
    {heading: kind for kind, headings in _MOODLE_IDS.items() for heading in headings},
    # In a worksheet `Grade`; in a gradebook `Assignment: HW (Real)`, `Aufgabe: HW (Punkte)`, `Devoir : HW (Brut)`.
    re.compile(r"(Grade|Bewertung|Note|Calificación)|(?:\w+ ?: ?)?(.+) \((?:Real|Punkte|Brut)\)"),
    maximum=("maximumgrade", "bestwertung", "notemaximale", "calificacionmaxima"),
    scale=("scale", "skala", "bareme", "escala"),
    comments=(
        "feedbackcomments", "feedbackalskommentar", "feedbackparcommentaires", "comentariosderetroalimentacion",
    ),
)  # fmt: skip
_BRIGHTSPACE = Platform(
    "Brightspace",
    (("endoflineindicator",),),
    {"orgdefinedid": ID, "username": LOGIN, "email": EMAIL},
    re.compile(r"(.+) Points Grade(?: <.*>)?"),
    most=r"MaxPoints:([\d.]+)",
)
PLATFORMS = {"canvas": _CANVAS, "moodle": _MOODLE, "brightspace": _BRIGHTSPACE}
