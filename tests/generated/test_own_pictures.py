"""A folder of pictures, from `scaffold new --data` to a green `make all` without a file touched by hand."""

from pathlib import Path

import pytest

from generated_support import Run, metrics
from picture_support import png

pytestmark = pytest.mark.changed_only


def test_a_folder_of_pictures_ends_with_a_result(run: Run, tmp_path: Path) -> None:
    for number in range(60):
        png(tmp_path / f"photos/dark/{number}.png", number)
        png(tmp_path / f"photos/light/{number}.png", number + 150, side=21)
    run("scaffold", "new", "cnn-classifier", "mine", "-y", "--data", "photos/", cwd=tmp_path)
    project = tmp_path / "mine"
    run("make", "setup", "all", cwd=project, env={"MAX_EPOCHS": "3"})
    found = metrics(project)
    assert found["baselines"]["nearest centroid"]["balanced_accuracy"] == 1  # dark from light: nobody needs a network
    assert not found["gate"]["passed"]
    assert "No gain from a network was found, which is a result" in (project / "README.md").read_text()
    run("make", "check", cwd=project)
