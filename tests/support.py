"""What the tests share: mini templates, real git, and two ways to run the program."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from forking import Fork

BIN = Path(sys.executable).parent
"""Where the console scripts stand that `pip install` made."""

BASE_QUESTIONS = """\
_min_copier_version: "9.19.0"
_exclude:
  - "{% if not docker %}/Dockerfile{% endif %}"
project_name:
  type: str
  help: What is it called?
  default: "{{ _folder_name }}"
  validator: "{% if not project_name.strip() %}It needs a name.{% endif %}"
author_name: {type: str, help: "Who writes it?", default: A. Author}
author_email: {type: str, help: "Where to reach you?", default: author@example.org}
license: {type: str, help: "Which licence?", choices: [MIT, Apache-2.0], default: MIT}
docker: {type: bool, help: "A Dockerfile?", default: true}
stars: {type: int, help: "How many?", default: 3, validator: "{% if stars > 5 %}At most 5.{% endif %}"}
"""

TEMPLATES: dict[str, str] = {
    "_layers/base/copier.yml": BASE_QUESTIONS,
    "_layers/base/project/README.md.jinja": (
        '{% from "includes/say.jinja" import say %}# {{ project_name }}\n\n{{ say(greeting, author_name) }}\n'
    ),
    "_layers/base/project/Dockerfile": "FROM scratch\n",
    "_layers/base/project/{{_copier_conf.answers_file}}.jinja": "{{ _copier_answers|to_nice_yaml -}}\n",
    # Whatever these two say, no byte of the template may change on its way into a release or a project.
    "_layers/base/project/.gitattributes": "*.csv text eol=crlf\n*.txt ident\n",
    "_layers/base/project/.gitignore": "*.log\nout/\n",
    "_layers/base/project/data/unix.csv": "a,b\n1,2\n",
    "_layers/base/project/data/windows.txt": "$Id$\r\nend\r\n",
    "hello/template.toml": (
        'title = "Hello"\nstage = "first steps"\norder = 2\nmonths = "1-2"\nversion = "0.1.0"\n'
        'summary = "Says hello."\nskills = ["Python", "git"]\nlayers = ["base"]\nminutes = 1.5\ndisk_mb = 20\n'
    ),
    "hello/copier.yml": 'greeting: {type: str, help: "How to greet?", default: Hello}\n',
    "hello/includes/say.jinja": "{% macro say(greeting, who) %}{{ greeting }} by {{ who }}{% endmacro %}\n",
    "hello/project/src/hello.py": 'print("hello")\n',
    "hello/CHANGELOG.md": "# 0.1.0\n\nIt says hello.\n",
    "hello-world/template.toml": (
        'title = "Hello world"\nstage = "second steps"\norder = 1\nversion = "1.0"\nsummary = "Greets all."\n'
    ),
    "hello-world/copier.yml": "project_name: {type: str, default: '{{ _folder_name }}'}\n",
    "hello-world/project/world.txt.jinja": "{{ project_name }} greets the world\n",
    "hello-world/project/{{_copier_conf.answers_file}}.jinja": "{{ _copier_answers|to_nice_yaml -}}\n",
}

PACKAGED: dict[str, str] = {
    "template.toml": 'title = "Packaged"\nstage = "x"\norder = 3\nversion = "0.1.0"\nsummary = "Has an environment."\n',
    "copier.yml": "project_name: {type: str, default: packaged}\n",
    "project/pyproject.toml": '[project]\nname = "packaged"\nversion = "0"\nrequires-python = ">=3.11"\n',
    "project/.gitignore": ".venv/\n",
    "project/README.md": "# Packaged\n\n<!-- results:start -->\nnothing yet\n<!-- results:end -->\n",
    "project/Makefile": (
        "all:\n\tsed -i.bak 's/nothing yet/accuracy 0.9/' README.md && rm README.md.bak\n\t@echo noise of make\n"
    ),
}
"""A template whose project uv can lock and install with no network: it depends on nothing."""


@dataclass(frozen=True)
class Result:
    """One command line that ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object on stdout; anything beside it fails the test."""
        return json.loads(self.out)

    @property
    def data(self) -> Any:
        return self.json["data"]


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files, byte for byte, below `folder`."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def stand_in(path: Path, script: str) -> Path:
    """A shell script that stands in for a program; the test is skipped where the system starts none."""
    if sys.platform == "win32":
        pytest.skip("Windows starts no shell script as a program")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def make_templates(folder: Path) -> Path:
    """The folder of mini templates, as an author has it."""
    write(folder, TEMPLATES)
    script = folder / "hello/project/run.sh"
    script.write_bytes(b"#!/bin/sh\necho hello\n")
    script.chmod(0o755)
    return folder


def set_version(template: Path, version: str) -> None:
    """Raise (or lower) the version in a template.toml."""
    lines = (template / "template.toml").read_text().splitlines()
    changed = [f'version = "{version}"' if line.startswith("version") else line for line in lines]
    (template / "template.toml").write_text("\n".join(changed) + "\n")


def git(folder: Path, *args: str, check: bool = True) -> str:
    """Run real git."""
    done = subprocess.run(["git", *args], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0 or not check, f"git {args}: {done.stderr}"
    return done.stdout.strip()


def head(folder: Path) -> str:
    """The commit that HEAD names; without a process after a commit on a branch, whose ref is a file then."""
    head_file = folder / ".git/HEAD"
    if head_file.is_file() and (named := head_file.read_text().strip()).startswith("ref: "):
        return (folder / ".git" / named.removeprefix("ref: ")).read_text().strip()
    return git(folder, "rev-parse", "HEAD")


def git_repository(folder: Path) -> Path:
    """Make `folder`, as it is, a repository with one commit."""
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "--quiet", "--message", "all")
    return folder


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes, git's own files left out."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def spawn(*args: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None, stdin: str = "") -> Result:
    """Run a program in a process of its own."""
    done = subprocess.run(
        [str(arg) for arg in args],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


class Gate:
    """A named pipe at which a process says that it came, and waits to be killed."""

    def __init__(self, folder: Path) -> None:
        self.arrived, self.never = folder / "arrived", folder / "never"
        os.mkfifo(self.arrived)
        os.mkfifo(self.never)
        self.command = f"echo here > '{self.arrived}'; read x < '{self.never}'"

    def wait(self) -> None:
        with self.arrived.open() as pipe:
            assert pipe.readline() == "here\n"


def kill(process: Fork) -> None:
    """Kill a process and all that it started."""
    os.killpg(process.pid, 9)
    assert process.wait() == -9
