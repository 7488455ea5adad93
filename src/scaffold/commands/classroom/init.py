"""`scaffold class init`: a folder for a class."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path

from scaffold.core.classroom import course, roster_columns
from scaffold.core.classroom.course import HOSTED
from scaffold.core.classroom.delivery import batch
from scaffold.core.outcome import Outcome, Text
from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.files import friendly_os_errors, write_atomically

_FOLDER = """\
# Where students' repositories are: bare repositories in a folder, which may be a shared one.
[forge]
kind = "folder"
place = {place}
"""
_GIT = """\
# Where students' repositories are: any git server. They exist already, or the server makes them on push.
[forge]
kind = "git"
url = {url}
"""
_HOSTED = """\
# Where students' repositories are: private ones of an organisation (a group, a user). The token stays in the
# environment ({token}) or in the keyring.
[forge]
kind = {kind}
organisation = {organisation}
"""
_REST = """\

# How they are named: {assignment} and {owner}, and {section} if you like. With pseudonyms, {owner} is a word that only
# this folder can take back to a student.
[repositories]
name = "{assignment}-{owner}"
branch = "main"
pseudonyms = false
"""
_IGNORED = """\
# What scaffold keeps of the class, and the roster: personal data has no place in a history that cannot forget.
/.scaffold/
/roster.*
/repositories/
"""


@dataclass(frozen=True)
class Where:
    """Where students' repositories are to be.

    Attributes:
        kind: of a forge with accounts; empty for the others.
        organisation: who they belong to there.
        url: the pattern of repositories on a git server, or a hosted forge's own address.
        place: the folder of repositories; `repositories` when empty.
    """

    kind: str = ""
    organisation: str = ""
    url: str = ""
    place: str = ""

    @property
    def forge(self) -> str:
        """The kind, as class.toml says it."""
        return self.kind or ("git" if self.url else "folder")

    def section(self) -> str:
        """What class.toml says of it."""
        if self.forge not in course.FORGES:
            message = f"There is no forge of the kind `{self.forge}`."
            raise ScaffoldError(message, f"There are: {', '.join(course.FORGES)}.")
        if self.forge in HOSTED:
            token = batch.HOSTED[self.kind].vendor.tokens[0]
            text = _HOSTED.format(token=token, kind=_quoted(self.kind), organisation=_quoted(self.organisation))
            return text + (f"url = {_quoted(self.url)}\n" if self.url else "")
        if self.forge == "git":
            return _GIT.format(url=_quoted(self.url))
        return _FOLDER.format(place=_quoted(self.place or "repositories"))


def init(folder: Path, title: str, where: Where) -> Outcome:
    """Make a class.

    Args:
        folder: where; made when absent.
        title: what the course is called; the folder's name when empty.
        where: where students' repositories are to be.

    Raises:
        ScaffoldError: there is a class already, or the folder cannot be written.
    """
    folder = folder.expanduser().absolute()
    if (folder / course.FILE_NAME).exists():
        raise ScaffoldError(f"{folder} is a class already.", "Change its class.toml; nothing was written.")
    text = f'title = {_quoted(title or folder.name)}\nroster = "roster.csv"\n\n'
    text += where.section() + _REST
    course.parse(folder, tomllib.loads(text))  # before anything is written
    with friendly_os_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    made = [".gitignore", "roster.csv", course.FILE_NAME]
    _write_once(folder / ".gitignore", _IGNORED)
    _write_once(folder / "roster.csv", ",".join(roster_columns.FIELDS) + "\n")
    # The last: what makes a folder a class.
    write_atomically(folder / course.FILE_NAME, text)
    if git.toplevel(folder) is None:
        git.init(folder)
    blocks = [
        Text(f"{folder} is a class now. Next:"),
        Text("  roster.csv               your students: type them in, or save your system's export there"),
        Text(
            "  scaffold new ml-tabular hw1 -d edition=teacher     an assignment, or a repository of yours with markers"
        ),
        Text("  scaffold class handout hw1 --dry-run               what would be handed out, to whom"),
    ]
    return Outcome({"class": str(folder), "files": made, "forge": where.forge}, blocks)


def _write_once(path: Path, text: str) -> None:
    if not path.exists():
        write_atomically(path, text)


def _quoted(text: str) -> str:
    """A TOML string (a JSON string is one)."""
    return json.dumps(text, ensure_ascii=False)
