"""A folder of documents, from `scaffold new --data` to answers without a file touched by hand."""

import re
from pathlib import Path

import pytest

from generated_support import Run, metrics

pytestmark = pytest.mark.changed_only

EXAMPLE = re.compile(r"tool library|kelmouth|harbour street|opening-hours|late-returns|power-tool", re.IGNORECASE)
ASK = """
from mine.answers.answer import load_assistant
from mine.config import load_settings

answer = load_assistant(load_settings()).answer("What does the second night at the quay cost?")
print(answer.text, [source.passage.document_id for source in answer.sources])
"""
SUBJECTS = {
    "Mooring": "A boat may moor at the north quay for two nights, and the second night costs 14 crowns.",
    "Waste water": "Empty the tank at the pump behind the fuel station, which is open from dawn to dusk.",
    "Keys": "The key for the showers is at the office, and the office keeps a deposit for it until you leave.",
    "Storm warnings": "A red ball at the mast says that a storm is near, and no boat leaves while it hangs there.",
}


def test_a_folder_of_documents_ends_with_a_result(run: Run, tmp_path: Path) -> None:
    for name, text in SUBJECTS.items():
        path = tmp_path / f"My harbour/rules/{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n\n{text}\n\n## Who decides about {name.lower()}\n\nThe master decides: {text}\n")
    (tmp_path / "My harbour/prices.csv").write_text("what;price\nshower;2 crowns\ncrane;90 crowns\n")
    (tmp_path / "My harbour/broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    run("scaffold", "new", "rag-app", "mine", "-y", "--data", "My harbour/", cwd=tmp_path)
    project = tmp_path / "mine"
    assert run("git", "status", "--porcelain", cwd=project).stdout == ""
    shipped = run("git", "grep", "-lEi", EXAMPLE.pattern, cwd=project, fails=True)
    assert shipped.stdout == ""
    said = run("make", "setup", "all", cwd=project).stdout
    assert "broken.pdf: it is damaged" in said
    found = metrics(project)
    assert found["gate"]["passed"]
    assert found["model"]["hit_5"] > 0.8
    assert "questions were made from headings of the documents" in (project / "README.md").read_text()
    answer = run(project / ".venv/bin/python", "-c", ASK, cwd=project).stdout
    assert "14 crowns" in answer
    assert "Mooring.md" in answer
    run("make", "check", cwd=project)
