"""`scaffold class init`: create the folder of a class."""

import json
from dataclasses import dataclass
from pathlib import Path

from scaffold.core.classroom import roster_columns
from scaffold.core.classroom.course import CLASS_FILE, FORGES, HOSTED, parse_course
from scaffold.core.classroom.delivery.batch import HOSTED_FORGES
from scaffold.core.outcome import Outcome, Text
from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.files import friendly_os_errors, write_atomically

_FOLDER = """\
# Students' repositories are bare repositories in a folder, which may be on a shared disk.
[forge]
kind = "folder"
place = {place}
"""
_GIT = """\
# Students' repositories are on a git server. They exist already, or the server creates them on push.
[forge]
kind = "git"
url = {url}
"""
_HOSTED = """\
# Students' repositories are private repositories of an organisation (or a group, or a user). The token is read from the
# environment ({token}) or from the keyring.
[forge]
kind = {kind}
organisation = {organisation}
"""
_REPOSITORIES = """\

# The names of repositories: {assignment} and {owner}, and {section} if you like. With pseudonyms, {owner} is a code
# that only this folder can resolve to a student.
[repositories]
name = "{assignment}-{owner}"
branch = "main"
pseudonyms = false
"""
_GITIGNORE = """\
# Personal data, which must not enter the git history: scaffold's data about the class, and the roster.
/.scaffold/
/roster.*
/repositories/
"""


@dataclass(frozen=True)
class ForgeOptions:
    """Where students' repositories will be.

    Attributes:
        kind: The kind of a forge with accounts (github, gitlab, gitea); empty for the others.
        organisation: The organisation, group or user on that forge that owns the repositories.
        url: The URL pattern of repositories on a git server, or the address of a self-hosted forge.
        place: The folder of repositories; `repositories` when empty.
    """

    kind: str = ""
    organisation: str = ""
    url: str = ""
    place: str = ""

    @property
    def forge(self) -> str:
        """The value of `kind` in class.toml."""
        return self.kind or ("git" if self.url else "folder")

    def section(self) -> str:
        """The text of the section [forge] of class.toml. Raises ScaffoldError for an unknown kind."""
        if self.forge not in FORGES:
            message = f"There is no forge of the kind `{self.forge}`."
            raise ScaffoldError(message, f"There are: {', '.join(FORGES)}.")
        if self.forge in HOSTED:
            token = HOSTED_FORGES[self.kind].vendor.tokens[0]
            text = _HOSTED.format(token=token, kind=_quoted(self.kind), organisation=_quoted(self.organisation))
            return text + (f"url = {_quoted(self.url)}\n" if self.url else "")
        if self.forge == "git":
            return _GIT.format(url=_quoted(self.url))
        return _FOLDER.format(place=_quoted(self.place or "repositories"))


def init(folder: Path, title: str, forge: ForgeOptions) -> Outcome:
    """Create a class.

    Args:
        folder: The class folder; created when it does not exist.
        title: The title of the course; the folder's name when empty.
        forge: Where students' repositories will be.

    Raises:
        ScaffoldError: The folder is a class already, or cannot be written.
    """
    folder = folder.expanduser().absolute()
    if (folder / CLASS_FILE).exists():
        raise ScaffoldError(f"{folder} is a class already.", "Change its class.toml; nothing was written.")
    text = f'title = {_quoted(title or folder.name)}\nroster = "roster.csv"\n\n'
    text += forge.section() + _REPOSITORIES
    parse_course(folder, text)  # validated before anything is written
    with friendly_os_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    _write_if_absent(folder / ".gitignore", _GITIGNORE)
    _write_if_absent(folder / "roster.csv", ",".join(roster_columns.FIELDS) + "\n")
    # Written last: this file is what makes the folder a class.
    write_atomically(folder / CLASS_FILE, text)
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
    files = [".gitignore", "roster.csv", CLASS_FILE]
    return Outcome({"class": str(folder), "files": files, "forge": forge.forge}, blocks)


def _write_if_absent(path: Path, text: str) -> None:
    if not path.exists():
        write_atomically(path, text)


def _quoted(text: str) -> str:
    """A TOML string: every JSON string is one."""
    return json.dumps(text, ensure_ascii=False)
