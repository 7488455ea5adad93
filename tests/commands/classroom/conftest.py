"""A class with three students and one assignment."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from classroom_support import Course, make_course
from conftest import seal


@pytest.fixture(scope="session")
def _course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("course")
    with pytest.MonkeyPatch.context() as patch:
        seal(patch, root / "sealed")
        (root / "sealed/home/.gitconfig").write_text("[user]\n\tname = Tea Cher\n\temail = t@example.org\n")
        yield make_course(root / "ml1").folder


@pytest.fixture
def course(_course: Path, work: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """The class, as the working directory."""
    folder = Path(shutil.copytree(_course, work / "ml1", symlinks=True))
    monkeypatch.chdir(folder)
    return Course(folder, folder / "repositories")
