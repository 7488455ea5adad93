"""A text, from `scaffold new --data` to a green `make all` without a file touched by hand."""

from pathlib import Path

import pytest

from generated_support import Run, metrics

pytestmark = pytest.mark.changed_only


def test_a_folder_of_texts_ends_with_a_result(run: Run, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    texts = tmp_path / "texts"
    texts.mkdir()
    for path in sorted(root.glob("docs/*.md")):
        (texts / path.name).write_bytes(path.read_bytes())
    run("scaffold", "new", "text-generator", "mine", "-y", "--data", "texts/", cwd=tmp_path)
    project = tmp_path / "mine"
    run("make", "setup", "all", cwd=project, env={"STEPS": "40"})
    found = metrics(project)
    assert not found["gate"]["passed"]  # after forty steps counting letters is better
    assert "No gain from a network was found, which is a result" in (project / "README.md").read_text()
    assert "Austen" not in (project / "README.md").read_text()
    run("make", "check", cwd=project)
