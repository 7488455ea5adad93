"""`scaffold class init`: a folder for a class."""

import json
from pathlib import Path

from scaffold.core.classroom import course, headers
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


def init(folder: Path, title: str, url: str = "", place: str = "") -> Outcome:
    """Make a class.

    Args:
        folder: where; made when absent.
        title: what the course is called; the folder's name when empty.
        url: the pattern of repositories on a git server; empty for a folder.
        place: the folder of repositories; `repositories` when empty.

    Raises:
        ScaffoldError: there is a class already, or the folder cannot be written.
    """
    folder = folder.expanduser().absolute()
    if (folder / course.FILE_NAME).exists():
        raise ScaffoldError(f"{folder} is a class already.", "Change its class.toml; nothing was written.")
    git.refuse_secret(url, "forge")
    text = f'title = {_quoted(title or folder.name)}\nroster = "roster.csv"\n\n'
    text += _GIT.format(url=_quoted(url)) if url else _FOLDER.format(place=_quoted(place or "repositories"))
    with friendly_os_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    made = [".gitignore", "roster.csv", course.FILE_NAME]
    _write_once(folder / ".gitignore", _IGNORED)
    _write_once(folder / "roster.csv", ",".join(headers.FIELDS) + "\n")
    # The last: what makes a folder a class.
    write_atomically(folder / course.FILE_NAME, text + _REST)
    course.read(folder)
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
    return Outcome({"class": str(folder), "files": made, "forge": "git" if url else "folder"}, blocks)


def _write_once(path: Path, text: str) -> None:
    if not path.exists():
        write_atomically(path, text)


def _quoted(text: str) -> str:
    """A TOML string (a JSON string is one)."""
    return json.dumps(text, ensure_ascii=False)
