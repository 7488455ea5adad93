"""A template with three releases and a project from the first, made once; every test gets a copy of its own."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import seal
from forking import Fork
from scaffold.cli.main import main
from support import stand_in
from update_support import LINES, File, Template, changed

QUESTIONS = """\
_skip_if_exists: [conf/local.ini]
_exclude: ["{% if not docker %}Dockerfile{% endif %}"]
name: {type: str, default: "it"}
docker: {type: bool, default: true}
license: {type: str, choices: [MIT, Apache-2.0], default: MIT}
"""
FIRST = {
    "README.md.jinja": "# {{ name }}\n\n" + LINES,
    "src/a.txt": LINES,
    "src/b.txt": LINES + "b\n",
    "docs/gone.md": "gone\n",
    "run.sh": File(b"#!/bin/sh\necho one\n", executable=True),
    "LICENSE.jinja": "{{ license }}\n",
    "Dockerfile": "FROM scratch\n",
    "conf/local.ini": "theirs\n",
    ".gitignore": "*.log\n.env\n",
}
SECOND = {
    "src/a.txt": changed(LINES, l18="theirs"),
    "src/b.txt": None,
    "lib/b.txt": LINES + "b\n",
    "docs/gone.md": None,
    "new.txt": "new\n",
    "conf/local.ini": "theirs, newer\n",
    "greeting.txt.jinja": "{{ greeting }}\n",
}
UPDATED_FILES = {"src/a.txt", "lib/b.txt", "new.txt", "greeting.txt", ".copier-answers.yml"}


@dataclass(frozen=True)
class Family:
    template: Path
    project: Path


@pytest.fixture(scope="session")
def _family(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Family]:
    root = tmp_path_factory.mktemp("family")
    with pytest.MonkeyPatch.context() as patch:
        seal(patch, root / "sealed")
        (root / "sealed/home/.gitconfig").write_text("[user]\n\tname = Tem Plate\n\temail = t@example.org\n")
        patch.chdir(root)
        template = Template(root / "tpl").release("0.1.0", FIRST, QUESTIONS)
        template.release("0.2.0", SECOND, QUESTIONS + "greeting: {type: str, default: Hello}\n")
        template.release("0.3.0rc1", {"new.txt": "newer\n"})
        code = main(["new", str(template.folder), str(root / "project"), "--ref", "0.1.0", "-y", "--no-install", "-q"])
        assert code == 0
        yield Family(template.folder, root / "project")


@pytest.fixture
def template(_family: Family) -> Path:
    """A plain Copier template with the releases 0.1.0, 0.2.0 and 0.3.0rc1. Not to be changed."""
    return _family.template


@pytest.fixture
def project(_family: Family, work: Path) -> Path:
    """A project from release 0.1.0, untouched by its owner."""
    return Path(shutil.copytree(_family.project, work / "project", symlinks=True))


GIT = shutil.which("git")
SHIM = """\
{first}
read -r n < {count}
n=$((n + 1))
echo $n > {count}
printf '%s\\0' "$*" >> {count}.log
[ $n.before = {at} ] && {end}
{git} "$@"
code=$?
[ $n.after = {at} ] && {end}
exit $code"""


@dataclass
class Shim:
    """A `git` first on PATH that kills its process group, scaffold included, before or after the N-th git command."""

    folder: Path

    def arm(self, at: tuple[int, str] = (0, ""), end: str = "kill -9 0", first: str = ":") -> None:
        """Say when it strikes, how (`kill -9 0` means the whole group), and what each command does first."""
        self.folder.mkdir(exist_ok=True)
        count = self.folder / "count"
        count.write_text("0\n")
        (self.folder / "count.log").write_text("")
        script = SHIM.format(count=count, at=f"{at[0]}.{at[1]}", git=GIT, end=end, first=first)
        stand_in(self.folder / "git", script)

    @property
    def log(self) -> list[str]:
        return (self.folder / "count.log").read_text().split("\0")[:-1]


@pytest.fixture
def shim(work: Path) -> Shim:
    made = Shim(work.parent / "shim")
    made.arm()
    return made


Forked = Callable[..., int]


@pytest.fixture
def forked(sealed: Path) -> Forked:
    """Run one command line in a process group of its own. Gives the exit code, or minus the signal that ended it."""

    def run_it(*args: str | Path, path: Path | None = None) -> int:
        return Fork(args, env={"PATH": f"{path}{os.pathsep}{os.environ['PATH']}"} if path else {}).wait()

    return run_it
