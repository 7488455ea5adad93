"""Recognise the columns of a roster by the headings that other systems export.

Sources: GitHub Classroom's `roster.csv` (identifier, github_username, github_id, name; in groups also group_name),
Classroom 50's (username, first_name, last_name, email, section, github_id), Canvas' gradebook (Student, ID,
SIS User ID, SIS Login ID, Section), Moodle's participants (First name, Last name, ID number, Email address, Groups),
Brightspace's class list (OrgDefinedId, Username, Last Name, First Name, Email, Section Membership).
"""

import re
from collections.abc import Sequence

STUDENT_ID, NAME, EMAIL, USERNAME, SECTION, TEAM = "student_id", "name", "email", "username", "section", "team"
FIELDS = (STUDENT_ID, NAME, EMAIL, USERNAME, SECTION, TEAM)
FIRST, LAST = "first_name", "last_name"
IDENTIFIER = "identifier"
"""GitHub Classroom's column: an id, an email address or a name, as the teacher chose."""
# In order of preference where a file has several: Canvas' own `ID` has no meaning outside Canvas.
_NAMES: dict[str, tuple[str, ...]] = {
    STUDENT_ID: (
        "studentid", "studentnumber", "sisuserid", "sisid", "orgdefinedid", "idnumber", "matriculationnumber",
        "matrikelnummer", "id",
    ),
    IDENTIFIER: ("identifier",),
    NAME: ("name", "fullname", "studentname", "student", "displayname"),
    FIRST: ("firstname", "givenname", "forename", "vorname"),
    LAST: ("lastname", "surname", "familyname", "nachname"),
    EMAIL: ("email", "emailaddress", "mail"),
    USERNAME: (
        "githubusername", "gitlabusername", "giteausername", "gitusername", "username", "login", "sisloginid", "user",
    ),
    SECTION: ("section", "sectionmembership", "sections", "groups", "class"),
    TEAM: ("team", "groupname", "teamname", "group"),
}  # fmt: skip


def recognise(header: Sequence[str]) -> dict[str, int]:
    """The columns of a header: field (or `first_name`, `last_name`) → index of the column."""
    headings = [re.sub(r"[^a-z0-9]+", "", cell.casefold()) for cell in header]
    columns = {}
    for field, names in _NAMES.items():
        index = next((headings.index(name) for name in names if name in headings), None)
        if index is not None:
            columns[field] = index
    return columns


def identifies_students(columns: dict[str, int]) -> bool:
    """Whether these columns identify a student."""
    return bool(columns.keys() & {STUDENT_ID, USERNAME, EMAIL, IDENTIFIER})
