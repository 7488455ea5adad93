"""`scaffold adopt`: a repository that knows no template finds the release that it is nearest to."""

from pathlib import Path

import pytest

from conftest import Run
from support import git, git_repository, write
from update_support import LINES, Condition, Template, answers_of, changed, commit, committed, to_the_bit


@pytest.fixture
def stray(project: Path, run: Run) -> Path:
    """A project whose link to its template is lost."""
    git(project, "rm", "--quiet", ".copier-answers.yml")
    commit(project, "no link")
    return project


@pytest.mark.thorough
@pytest.mark.parametrize("version", ["0.1.0", "0.2.0"])
def test_the_nearest_release_is_found(version: str, project: Path, template: Path, run: Run) -> None:
    run("update", project, "-y", "--to", version)
    git(project, "rm", "--quiet", ".copier-answers.yml")
    write(project, {"README.md": "# it\n\n" + changed(LINES, l3="mine"), "own.txt": "own\n"})
    (project / "run.sh").unlink()
    head = commit(project)

    done = run("adopt", project, template, "--json")

    assert done.code == 0, done.out
    assert (done.data["version"], done.data["changed"], done.data["missing"]) == (version, ["README.md"], ["run.sh"])
    assert done.data["releases"].keys() == {"0.1.0", "0.2.0"}
    assert (done.data["answers"]["name"], done.data["written"]) == ("it", True)
    assert git(project, "rev-parse", "HEAD") == head
    assert git(project, "status", "--porcelain") == "A  .copier-answers.yml"
    assert answers_of(project)["_commit"] == version
    assert answers_of(project)["_src_path"] == str(template)
    assert "are not here" in done.json["warnings"][0]["message"] or "is not here" in done.json["warnings"][0]["message"]


@pytest.mark.thorough
def test_an_adopted_repository_is_updated(stray: Path, template: Path, run: Run) -> None:
    write(stray, {"src/a.txt": changed(LINES, l2="mine")})
    commit(stray)
    assert run("adopt", stray, template).code == 0
    git(stray, "commit", "--quiet", "--message", "Link")

    assert run("update", stray, "-y").code == 0

    assert (stray / "src/a.txt").read_text() == changed(LINES, l2="mine", l18="theirs")
    assert "lib/b.txt" in committed(stray)


@pytest.mark.thorough
def test_answers_are_found_by_what_fits(project: Path, template: Path, run: Run) -> None:
    assert run("set", "docker=false", "license=Apache-2.0", "-C", project).code == 0
    git(project, "rm", "--quiet", ".copier-answers.yml")
    commit(project)

    done = run("adopt", project, template, "--json")

    assert done.data["answers"]["docker"] is False
    assert done.data["answers"]["license"] == "Apache-2.0"
    assert (done.data["changed"], done.data["missing"], done.data["releases"]["0.1.0"]) == ([], [], 0)


def test_given_answers_and_a_named_release(stray: Path, template: Path, run: Run, work: Path) -> None:
    write(work, {"answers.yml": "docker: false\n"})
    done = run("adopt", stray, template, "--to", "0.2.0", "-d", "name=New", "--answers", work / "answers.yml", "--json")
    assert (done.code, done.data["version"]) == (0, "0.2.0")
    assert (answers_of(stray)["name"], answers_of(stray)["docker"]) == ("New", False)


def test_a_dry_run_writes_nothing(stray: Path, template: Path, run: Run) -> None:
    before = to_the_bit(stray)
    done = run("adopt", stray, template, "--dry-run", "--json")
    assert (done.code, done.data["written"], done.data["version"]) == (0, False, "0.1.0")
    assert to_the_bit(stray) == before


def test_uncommitted_work_stays_as_it_is(stray: Path, template: Path, run: Run) -> None:
    write(stray, {"README.md": "mine, uncommitted\n", "notes.txt": "n\n"})
    assert run("adopt", stray, template).code == 0
    assert git(stray, "status", "--porcelain").splitlines() == [
        "A  .copier-answers.yml",
        " M README.md",
        "?? notes.txt",
    ]


def test_for_people(stray: Path, template: Path, run: Run) -> None:
    write(stray, {"src/a.txt": "mine\n"})
    commit(stray)

    done = run("adopt", stray, template)

    assert "project: linked to tpl 0.1.0; 7 of its 8 files are the same here." in done.out
    assert ["src/a.txt", "differs"] in [line.split() for line in done.out.splitlines()]
    assert 'git commit --message "Link to tpl 0.1.0"' in done.out


def test_a_linked_project_is_refused(project: Path, template: Path, run: Run) -> None:
    before = Condition.of(project)
    done = run("adopt", project, template, "--json")
    assert (done.code, "linked already: tpl 0.1.0" in done.json["error"]["message"]) == (1, True)
    assert Condition.of(project) == before


def test_a_damaged_answers_file_is_written_anew(project: Path, template: Path, run: Run) -> None:
    write(project, {".copier-answers.yml": "docker: [\n"})
    commit(project)
    assert run("adopt", project, template).code == 0
    assert answers_of(project)["_commit"] == "0.1.0"


def test_a_repository_that_has_nothing_of_the_template(template: Path, run: Run, work: Path) -> None:
    write(work / "other", {"main.c": "int main;\n"})
    git(work / "other", "init", "--quiet")
    commit(work / "other")
    before = Condition.of(work / "other")

    done = run("adopt", work / "other", template, "--json")

    assert (done.code, "--to " in done.json["error"]["hint"]) == (1, True)
    assert Condition.of(work / "other") == before
    assert run("adopt", work / "other", template, "--to", "0.1.0").code == 0


@pytest.mark.parametrize("made", ["nothing", "folder", "repository"])
def test_what_cannot_be_linked(made: str, template: Path, run: Run, work: Path) -> None:
    place = work / "place"
    if made != "nothing":
        place.mkdir()
    if made == "repository":
        git(place, "init", "--quiet")
    done = run("adopt", place, template, "--json")
    assert (done.code, bool(done.json["error"]["hint"])) == (1, True)


def test_a_template_without_an_answers_file(stray: Path, work: Path, run: Run) -> None:
    made = Template(work / "plain", {}).release("1.0", {"src/a.txt": LINES})

    done = run("adopt", stray, made.folder, "--json")

    assert (done.code, "writes no .copier-answers.yml" in done.json["error"]["message"]) == (1, True)


def test_a_template_of_a_catalog_with_guessed_names(acme: str, work: Path, run: Run) -> None:
    given = ["-d", "project_name=Bike rides", "-d", "docker=false"]
    run("new", "acme/hello", work / "bikes", "-y", "--no-install", *given)
    git(work / "bikes", "rm", "--quiet", ".copier-answers.yml")
    commit(work / "bikes")

    done = run("adopt", work / "bikes", "acme/hello", "--json")

    assert (done.code, done.data["version"]) == (0, "0.2.0")
    assert done.data["answers"]["project_name"] == "Bike rides"
    assert (done.data["changed"], done.data["missing"], done.data["answers"]["docker"]) == ([], [], False)
    assert answers_of(work / "bikes")["_src_path"] == "git+scaffold://acme/hello"


def test_a_guess_that_the_template_refuses_is_dropped(work: Path, run: Run) -> None:
    questions = (
        "project_name: {type: str, default: it, validator: \"{% if ' ' in project_name %}No spaces.{% endif %}\"}\n"
    )
    made = Template(work / "strict").release("1.0", {"a.txt": LINES}, questions)
    write(work / "place", {"a.txt": LINES, "README.md": "# Two words\n"})
    git(work / "place", "init", "--quiet")
    commit(work / "place")

    done = run("adopt", work / "place", made.folder, "--json")

    assert (done.code, done.data["answers"]["project_name"]) == (0, "it")


@pytest.mark.thorough
def test_a_subfolder_of_a_repository(template: Path, run: Run, work: Path) -> None:
    write(work / "mono", {"apps/one/src/a.txt": LINES, "other.txt": "o\n"})
    git(work / "mono", "init", "--quiet")
    commit(work / "mono")

    assert run("adopt", work / "mono/apps/one", template).code == 0

    assert git(work / "mono", "status", "--porcelain") == "A  apps/one/.copier-answers.yml"


def test_a_draft_has_one_release(templates: Path, work: Path, run: Run) -> None:
    run("new", templates / "hello", work / "one", "-y", "--no-install")
    git(work / "one", "rm", "--quiet", ".copier-answers.yml")
    commit(work / "one")
    done = run("adopt", work / "one", templates / "hello", "--json")
    assert (done.code, done.data["version"]) == (0, "0.1.0.dev0")


@pytest.fixture
def sparse(work: Path) -> Path:
    """A repository as a forge makes it, and a file of its owner's."""
    write(work / "sparse", {"README.md": "# sparse\n", "LICENSE": "Ada's\n", "own.txt": "own\n"})
    return git_repository(work / "sparse")


def test_next_to_nothing_of_the_template_names_the_command_that_brings_it(
    sparse: Path, template: Path, run: Run
) -> None:
    before = Condition.of(sparse)
    done = run("adopt", sparse, template, "--json")
    assert done.code == 1
    assert "has next to nothing" in done.json["error"]["message"]
    assert f"scaffold adopt {sparse} {template} --complete" in done.json["error"]["hint"]
    assert "--to 0.2.0" in done.json["error"]["hint"]
    assert Condition.of(sparse) == before


@pytest.mark.thorough
def test_complete_brings_what_is_missing_of_the_newest_release(sparse: Path, template: Path, run: Run) -> None:
    before = Condition.of(sparse)

    done = run("adopt", sparse, template, "--complete", "--json")

    assert (done.code, done.data["version"], done.json["warnings"]) == (0, "0.2.0", [])
    actions = {row["path"]: row["action"] for row in done.data["brought"]}
    assert (actions["README.md"], actions["lib/b.txt"]) == ("change", "add")
    assert not {"LICENSE", "own.txt"} & actions.keys()
    assert (sparse / "LICENSE").read_text() == "Ada's\n"
    assert git(sparse, "rev-parse", "HEAD") == before.head
    assert run("update", "--abort", sparse).code == 0
    assert Condition.of(sparse) == before
    assert run("adopt", sparse, template, "--complete").code == 0
    git(sparse, "commit", "--quiet", "--no-edit")
    assert git(sparse, "log", "-1", "--format=%s") == "Link to tpl 0.2.0"
    assert run("update", "--check", sparse).code == 0


@pytest.mark.thorough
def test_complete_keeps_what_the_owner_changed(stray: Path, template: Path, run: Run) -> None:
    write(stray, {"src/a.txt": "mine\n"})
    (stray / "run.sh").unlink()
    commit(stray)

    done = run("adopt", stray, template, "--complete", "--json")

    assert (done.code, done.data["version"]) == (0, "0.1.0")
    assert {row["path"]: row["action"] for row in done.data["brought"]} == {
        ".copier-answers.yml": "add",
        "run.sh": "add",
    }
    assert (stray / "src/a.txt").read_text() == "mine\n"


def test_complete_brings_what_a_linked_project_lacks(project: Path, template: Path, run: Run) -> None:
    (project / "run.sh").unlink()
    commit(project)
    done = run("adopt", project, template, "--complete", "--json")
    assert (done.code, [row["path"] for row in done.data["brought"]]) == (0, ["run.sh"])


@pytest.mark.parametrize("dry", [True, False])
def test_complete_loses_no_uncommitted_work(dry: bool, sparse: Path, template: Path, run: Run) -> None:
    write(sparse, {"own.txt": "changed\n"} if not dry else {"new.txt": "mine\n"})
    before = to_the_bit(sparse)
    done = run("adopt", sparse, template, "--complete", "--json", *(["--dry-run"] if dry else []))
    assert done.code == (0 if dry else 1)
    now = to_the_bit(sparse)
    assert {path: now[path] for path in before} == before
    if dry:
        assert "yours stays" in done.json["warnings"][0]["message"]
