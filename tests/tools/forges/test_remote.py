"""What git says of a neighbour's refs is not held against the repository that is fetched."""

import shlex
import shutil
from pathlib import Path

import pytest

from scaffold.tools.forges.base import ForgeError, UnusableRepositoryError
from scaffold.tools.forges.remote import Remote
from scaffold.tools.git.bare import BareRepository, make_bare
from scaffold.tools.git.trees import Commit, File
from support import git, spawn, stand_in

NEIGHBOUR = "refs/fetched/ada/hw1/main"


@pytest.fixture
def store(work: Path) -> Path:
    """A store with the ref of a neighbour, whose object is missing."""
    folder = make_bare(work / "store.git").folder
    commit = Commit("", {"a.py": File(b"mine")}, ref=NEIGHBOUR, message="mine", stamp="S <s@e> 1767225600 +0000")
    BareRepository(folder).write([commit])
    blob = git(folder, "hash-object", "-w", "--stdin")
    git(folder, "update-ref", NEIGHBOUR, blob)
    (folder / "objects" / blob[:2] / blob[2:]).unlink()
    return folder


@pytest.fixture
def student(work: Path) -> Remote:
    folder = make_bare(work / "bob.git").folder
    commit = Commit("main", {"b.py": File(b"his")}, message="his", stamp="S <s@e> 1767225600 +0000")
    BareRepository(folder).write([commit])
    return Remote(str(folder), local=True)


def test_a_neighbours_damage_is_not_the_students(store: Path, student: Remote) -> None:
    with pytest.raises(ForgeError, match=f"git cannot read {NEIGHBOUR}") as raised:
        student.fetch(store, "refs/fetched/bob/hw1")
    assert not isinstance(raised.value, UnusableRepositoryError)
    assert "bob" not in raised.value.message
    command = shlex.split(raised.value.hint.partition(": ")[2])
    assert spawn(*command, cwd=store).code == 0
    student.fetch(store, "refs/fetched/bob/hw1")


def test_a_ref_that_changes_meanwhile_is_read_again(
    store: Path, student: Remote, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A git that fails once, after which the neighbour's ref is gone."""
    real = shutil.which("git")
    ref = store / NEIGHBOUR
    stand_in(work / "bin/git", f'"{real}" "$@"\ncode=$?\ncase "$*" in *" fetch "*) rm -f "{ref}" ;; esac\nexit $code')
    monkeypatch.setenv("PATH", str(work / "bin"), prepend=":")
    student.fetch(store, "refs/fetched/bob/hw1")
    assert not ref.exists()
    assert git(store, "for-each-ref", "--format=%(refname)") == "refs/fetched/bob/hw1/main"
