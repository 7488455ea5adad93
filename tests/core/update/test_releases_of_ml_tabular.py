"""Every release of ml-tabular to the newest: what a learner did to the project survives, with no conflict."""

from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Run
from learner_support import Learner, work_on
from scaffold.core.templates import catalog, release
from support import git
from update_support import answers_of, commit

pytestmark = pytest.mark.thorough

*OLD, NEWEST = release.versions(catalog.BUILT_IN / "ml-tabular.bundle")
EDITIONS = {
    "complete": ["engine=pandas"],
    "polars": ["engine=polars", "ci=gitlab", "data_versioning=dvc"],
    "starter": ["edition=starter"],
    "teacher": ["edition=teacher", "docker=false"],
}
RESULTS = "| **gradient boosting** | 0.661 |"


@pytest.fixture
def learner(run: Run, work: Path) -> Callable[[str, str], Learner]:
    """A project of an old release with a learner's work in it, committed."""

    def make(version: str, edition: str) -> Learner:
        answers = [part for answer in EDITIONS[edition] for part in ("-d", answer)]
        made = run("new", "ml-tabular", work / "bikes", "-y", "--no-install", "--ref", version, *answers)
        assert made.code == 0, made.err
        mine = work_on(work / "bikes", RESULTS)
        commit(mine.folder)
        return mine

    return make


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("version", OLD)
def test_a_learners_work_survives(
    version: str, edition: str, learner: Callable[[str, str], Learner], run: Run, work: Path
) -> None:
    mine = learner(version, edition)
    before = git(mine.folder, "rev-parse", "HEAD")
    plan = run("update", mine.folder, "--dry-run", "--json")
    assert plan.data["state"] == "planned"
    assert not [change for change in plan.data["changes"] if change["action"] == "conflict"]
    assert git(mine.folder, "rev-parse", "HEAD") == before

    done = run("update", mine.folder, "-y", "--json")

    assert (done.code, done.data["state"], done.data["to"]) == (0, "updated", NEWEST)
    assert done.data["changes"] == plan.data["changes"]
    assert mine.lost() == []
    assert git(mine.folder, "rev-parse", "HEAD^") == before
    assert git(mine.folder, "status", "--porcelain") == ""
    assert answers_of(mine.folder)["_commit"] == NEWEST
    touched = set(git(mine.folder, "diff", "--name-only", "HEAD^").splitlines())
    assert touched == {change["path"] for change in plan.data["changes"] if change["action"] != "keep"}

    # A project that nobody touched is, after its update, the newest release. Older ones made an owner out of a name.
    answers = [part for answer in [*EDITIONS[edition], "github_owner=ada"] for part in ("-d", answer)]
    for name, ref in {"old": version, "new": NEWEST}.items():
        made = run("new", "ml-tabular", work / name / "bikes", "-y", "--no-install", "-q", "--ref", ref, *answers)
        assert made.code == 0, made.err
    assert run("update", work / "old/bikes", "-y", "-q").code == 0
    assert git(work / "old/bikes", "rev-parse", "HEAD^{tree}") == git(work / "new/bikes", "rev-parse", "HEAD^{tree}")


def test_the_plan_of_0_2_0_says_what_becomes_of_every_file(learner: Callable[[str, str], Learner], run: Run) -> None:
    mine = learner("0.1.0", "complete")
    plan = run("update", mine.folder, "--to", "0.2.0", "--dry-run", "--json").data["changes"]
    found = {change["path"]: (change["action"], change["reason"]) for change in plan}
    assert {path for path, (action, _) in found.items() if action == "add"} == {
        "docs/decisions/0004-range.md",
        "tests/test_range.py",
    }
    assert {path for path, (_, reason) in found.items() if "your" in reason} == {
        "README.md",
        "conf/train.yaml",
        "docs/model-card.md",
        "src/bikes/demo.py",
    }
    assert "docs/talk.md" not in found
    shown = run("update", mine.folder, "--to", "0.2.0", "--dry-run")
    assert "Every prediction says how sure it is" in shown.out + shown.err


MINE = {
    "src/bikes/data.py": [
        ("bikeshare_hourly_2011.csv.gz", "houses.csv"),
        ('"season": pa.Column(int', '"rooms": pa.Column(int'),
    ],
    "src/bikes/features.py": [
        ('TARGET = "bikers"', 'TARGET = "price"'),
        ('"hour": pa.Column(int', '"rooms": pa.Column(int'),
    ],
    "src/bikes/train.py": [('["hour", "working_day"]', '["rooms", "district"]')],
    "src/bikes/demo.py": [("# {TITLE}", "# What is my house worth?"), ('label="Weather"', 'label="District"')],
    "README.md": [("How many bikes will the city need in each hour of tomorrow?", "What is a house worth?")],
    "docs/data-card.md": [("# Data card: bike rentals per hour", "# Data card: my houses")],
    "conf/train.yaml": [("min_score: 0.60", "min_score: 0.30")],
}
"""What an owner changes by hand to put another table into a project of release 0.3.1: file → old and new words."""


def test_a_project_whose_owner_replaced_the_data_by_hand_loses_nothing(run: Run, work: Path) -> None:
    """Both sides changed the same lines, so git asks; each line of the owner's is in its file, and abort undoes all."""
    folder = work / "bikes"
    assert run("new", "ml-tabular", folder, "-y", "--no-install", "--ref", "0.3.1").code == 0
    (folder / "data/raw/bikeshare_hourly_2011.csv.gz").unlink()
    (folder / "data/raw/houses.csv").write_text("rooms,price\n3,100\n")
    (folder / "data/raw/SHA256SUMS").write_text("0" * 64 + "  houses.csv\n")
    for path, edits in MINE.items():
        text = (folder / path).read_text()
        for old, new in edits:
            assert old in text, f"{path} has no {old} any more"
            text = text.replace(old, new)
        (folder / path).write_text(text)
    commit(folder)
    before = git(folder, "rev-parse", "HEAD")

    done = run("update", folder, "-y", "--json")

    assert (done.code, done.data["state"]) == (4, "conflicts")
    for path, edits in MINE.items():
        text = (folder / path).read_text()
        assert [new for _, new in edits if new not in text] == [], path
    assert (folder / "data/raw/houses.csv").read_text() == "rooms,price\n3,100\n"
    assert "houses.csv" in (folder / "data/raw/SHA256SUMS").read_text()
    assert not (folder / "data/raw/bikeshare_hourly_2011.csv.gz").exists()

    assert run("update", folder, "--abort").code == 0
    assert git(folder, "rev-parse", "HEAD") == before
    assert git(folder, "status", "--porcelain") == ""
