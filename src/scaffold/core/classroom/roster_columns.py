"""Recognise the columns of a roster by the headings that other systems export.

Sources: GitHub Classroom's `roster.csv` (identifier, github_username, github_id, name; in groups also group_name),
Classroom 50's (username, first_name, last_name, email, section, github_id, role), Canvas' gradebook (Student, or
LastName and FirstName; ID, SIS User ID, SIS Login ID, Section), Moodle's participants and worksheets in English,
German, French and Spanish (First name, Last name, ID number, Email address, Groups), Brightspace's class list
(OrgDefinedId, Username, Last Name, First Name, Email, Section Membership).
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

STUDENT_ID, NAME, EMAIL, USERNAME, SECTION, TEAM = "student_id", "name", "email", "username", "section", "team"
FIELDS = (STUDENT_ID, NAME, EMAIL, USERNAME, SECTION, TEAM)
FIRST, LAST = "first_name", "last_name"
LOGIN = "login"
"""The name with which a student logs in to the learning platform: not that of an account on the forge."""
ROLE = "role"
IDENTIFIER = "identifier"
"""GitHub Classroom's column: an id, an email address or a name, as the teacher chose."""
# In order of preference where a file has several: Canvas' own `ID` has no meaning outside Canvas.
_NAMES: dict[str, tuple[str, ...]] = {
    STUDENT_ID: (
        "studentid", "studentnumber", "sisuserid", "sisid", "orgdefinedid", "idnumber", "idnummer",
        "numerodidentification", "numerodeid", "numerodeidentificacion", "matriculationnumber", "matrikelnummer",
        "matrikelnr", "numeroetudiant", "numerodetudiant", "matricula", "integrationid", "id",
    ),
    IDENTIFIER: ("identifier", "identifiant", "identificador"),
    NAME: (
        "name", "fullname", "studentname", "student", "displayname", "vollstandigername", "nomcomplet",
        "nombrecompleto", "nom",
    ),
    FIRST: ("firstname", "givenname", "forename", "vorname", "prenom", "nombre"),
    LAST: ("lastname", "surname", "familyname", "nachname", "nomdefamille", "apellidos", "apellido"),
    EMAIL: (
        "email", "emailaddress", "mail", "emailadresse", "adressedecourriel", "adresseemail", "courriel",
        "direcciondecorreo", "direcciondecorreoelectronico", "direccionemail", "correoelectronico", "correo",
    ),
    USERNAME: ("githubusername", "gitlabusername", "giteausername", "gitusername", "username", "login", "user"),
    LOGIN: ("sisloginid", "loginid", "anmeldename", "nomdutilisateur", "nombredeusuario"),
    SECTION: ("section", "sectionmembership", "sections", "groups", "gruppen", "groupes", "grupos", "class"),
    TEAM: ("team", "groupname", "teamname", "group", "gruppe", "groupe", "grupo"),
    ROLE: ("role", "roles", "rolle", "rollen", "rol"),
}  # fmt: skip
_PLATFORMS_OWN = ("orgdefinedid", "idnumber", "endoflineindicator")
"""Headings of learning platforms; beside one of them, `Username` is the platform's login."""
STUDENT_ROLES = ("", "student", "students", "learner", "participant", "teilnehmer/in", "étudiant", "estudiante")


@dataclass(frozen=True)
class Columns:
    """How the columns of a roster were understood.

    Attributes:
        indices: Field (or one of the constants above) → the number of the column, from 0.
        headings: All headings.
    """

    indices: Mapping[str, int] = field(default_factory=dict)
    headings: tuple[str, ...] = ()

    @property
    def used(self) -> dict[str, str]:
        """Field → the heading of its column."""
        return {name: self.headings[index] for name, index in self.indices.items()}

    @property
    def unused(self) -> list[str]:
        """The headings of columns that are not used; where a heading stands twice, with its position."""
        return [
            f"{heading} (column {index + 1})" if self.headings.count(heading) > 1 else heading
            for index, heading in enumerate(self.headings)
            if heading and index not in self.indices.values()
        ]

    @property
    def sentence(self) -> str:
        """How the columns were understood, in words; empty where the headings are scaffold's own."""
        if all(name == heading.casefold() for name, heading in self.used.items()) and not self.unused:
            return ""
        read = ", ".join(f"{name} from `{heading}`" for name, heading in self.used.items())
        return f"{read}; not used: {', '.join(self.unused) or 'none'}"

    @property
    def identify_students(self) -> bool:
        """Whether these columns identify a student."""
        return bool(self.indices.keys() & {STUDENT_ID, USERNAME, LOGIN, EMAIL, IDENTIFIER})


def recognise(header: Sequence[str]) -> Columns:
    """The columns of a header."""
    headings = [fold(cell) for cell in header]
    indices = {}
    for name, spellings in _NAMES.items():
        index = next((headings.index(spelling) for spelling in spellings if spelling in headings), None)
        if index is not None:
            indices[name] = index
    if FIRST in indices and LAST not in indices and NAME in indices:  # `Name;Vorname`, `Nom;Prénom`
        indices[LAST] = indices.pop(NAME)
    if FIRST in indices and LAST not in indices:  # `Nombre` alone is the whole name
        indices[NAME] = indices.pop(FIRST)
    if headings.count("username") and LOGIN not in indices and set(headings) & set(_PLATFORMS_OWN):
        indices[LOGIN] = headings.index("username")
        if indices.get(USERNAME) == indices[LOGIN]:
            del indices[USERNAME]
    return Columns(indices, tuple(header))


def fold(heading: str) -> str:
    """A heading without case, accents, blanks and punctuation."""
    plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "", plain.casefold())
