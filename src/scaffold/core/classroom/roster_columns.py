"""What the columns of a roster are called where rosters come from.

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
"""GitHub Classroom's: an id, an address or a name, as the teacher pleased."""
# In the order in which they are preferred where a file has several: Canvas' own `ID` says nothing outside Canvas.
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
    """Which column holds what: field (or `first_name`, `last_name`) → number of the column."""
    plain = [re.sub(r"[^a-z0-9]+", "", cell.casefold()) for cell in header]
    found = {}
    for field, names in _NAMES.items():
        place = next((plain.index(name) for name in names if name in plain), None)
        if place is not None:
            found[field] = place
    return found


def names_somebody(columns: dict[str, int]) -> bool:
    """Whether a student can be told from another by these columns."""
    return bool(columns.keys() & {STUDENT_ID, USERNAME, EMAIL, IDENTIFIER})
