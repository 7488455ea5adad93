"""Projects of several templates: each has an answers file of its own."""

from pathlib import Path

import pytest

from conftest import Run
from support import git
from update_support import LINES, Condition, Template, changed, committed, write_and_commit

OTHER = ".copier-answers.ci.yml"


@pytest.fixture
def second(work: Path) -> Template:
    """A template whose answers file has a name of its own, with two releases."""
    questions = f"_answers_file: {OTHER}\njob: {{type: str, default: test}}\n"
    made = Template(work / "ci").release("1.0", {"ci.yml.jinja": "job: {{ job }}\n", "other.txt": LINES}, questions)
    return made.release("2.0", {"other.txt": changed(LINES, l3="theirs")})


@pytest.fixture
def both(project: Path, second: Template, run: Run) -> Path:
    """A project of `tpl` 0.1.0 and `ci` 1.0."""
    done = run("new", second.folder, project, "--ref", "1.0", "-a", OTHER, "-y", "--no-install")
    assert done.code == 0, done.err
    return project


def test_a_second_template_is_added_beside_the_first(both: Path) -> None:
    assert {OTHER, ".copier-answers.yml", "ci.yml", "src/a.txt"} <= committed(both).keys()
    assert git(both, "log", "-1", "--format=%s").startswith("Start from ")
    assert git(both, "status", "--porcelain") == ""


def test_the_usual_answers_file_is_taken(project: Path, second: Template, run: Run) -> None:
    before = Condition.of(project)
    done = run("new", second.folder, project, "-y", "--no-install", "--json")
    assert (done.code, done.json["error"]["code"]) == (1, "already-linked")
    assert "--answers-file .copier-answers.NAME.yml" in done.json["error"]["hint"]
    assert Condition.of(project) == before


def test_status_lists_each_template(both: Path, run: Run) -> None:
    rows = run("status", both, "--json").data["projects"]
    assert [(row["answers_file"], row["template"], row["version"], row["newest"]) for row in rows] == [
        (OTHER, "ci", "1.0", "2.0"),
        (".copier-answers.yml", "tpl", "0.1.0", "0.2.0"),
    ]
    assert [row["changed"] for row in rows] == [0, 0]


@pytest.mark.thorough
def test_each_template_is_updated_by_its_name(both: Path, run: Run) -> None:
    write_and_commit(both, {"other.txt": changed(LINES, l9="mine")})

    done = run("update", both, "-a", OTHER, "-y", "--json")

    assert (done.code, done.data["to"], done.json["warnings"]) == (0, "2.0", [])
    assert {row["path"] for row in done.data["changes"]} == {OTHER, "other.txt"}
    assert (both / "other.txt").read_text() == changed(LINES, l3="theirs", l9="mine")
    assert run("update", both, "--check", "-a", OTHER).code == 0
    assert run("update", both, "--check").code == 1

    done = run("update", both, "-y", "--json")

    assert (done.code, done.data["to"]) == (0, "0.2.0")
    assert f"there is also {OTHER}" in done.json["warnings"][0]["message"]
    assert done.json["warnings"][0]["hint"] == f"scaffold update --answers-file {OTHER}"


@pytest.mark.thorough
def test_set_and_diff_take_the_name_too(both: Path, run: Run) -> None:
    assert run("set", "job=build", "-C", both, "-a", OTHER).code == 0
    assert (both / "ci.yml").read_text() == "job: build\n"
    write_and_commit(both, {"other.txt": changed(LINES, l9="mine")})
    assert run("diff", both, "-a", OTHER, "--json").data["files"] == ["other.txt"]
    assert run("diff", both, "--json").data["files"] == []


def test_an_answers_file_of_another_name_is_found_when_it_is_the_only_one(
    second: Template, work: Path, run: Run
) -> None:
    assert run("new", second.folder, "mine", "--ref", "1.0", "-y", "--no-install").code == 0
    assert not (work / "mine/.copier-answers.yml").exists()
    assert run("update", "mine", "--check").code == 1
    assert run("update", "--all", ".", "-y", "--json").data["projects"][0]["to"] == "2.0"
    assert (work / "mine/other.txt").read_text() == changed(LINES, l3="theirs")


@pytest.mark.thorough
def test_without_a_usual_one_a_name_is_needed(both: Path, run: Run) -> None:
    git(both, "mv", ".copier-answers.yml", ".copier-answers.main.yml")
    git(both, "commit", "--quiet", "--message", "renamed")
    before = Condition.of(both)
    done = run("update", both, "-y", "--json")
    assert (done.code, done.json["error"]["code"]) == (1, "several-templates")
    assert f"scaffold update {both} --answers-file {OTHER}" in done.json["error"]["hint"]
    assert Condition.of(both) == before
    assert run("update", both, "-y", "-a", ".copier-answers.main.yml").code == 0


def test_a_repository_is_adopted_by_a_template_with_a_name_of_its_own(
    project: Path, second: Template, run: Run
) -> None:
    write_and_commit(project, {"ci.yml": "job: test\n", "other.txt": LINES})
    done = run("adopt", project, second.folder, "-a", OTHER, "--json")
    assert (done.code, done.data["version"], done.data["same"]) == (0, "1.0", 2)
    assert git(project, "status", "--porcelain") == f"A  {OTHER}"


@pytest.mark.thorough
def test_a_template_that_copier_renders(project: Path, work: Path, run: Run) -> None:
    made = Template(work / "asks").release(
        "1.0", {"x.txt.jinja": "{{ x }}\n"}, "_preserve_symlinks: true\nx: {type: str, default: a}\n"
    )
    assert run("new", made.folder, project, "-a", OTHER, "-y", "--no-install").code == 0
    made.release("2.0", {"y.txt": "y\n"})
    assert run("update", project, "-a", OTHER, "-y").code == 0
    assert (project / "y.txt").is_file()


@pytest.mark.thorough
def test_an_answers_file_that_the_template_renames_is_no_second_template(run: Run, work: Path) -> None:
    made = Template(work / "tpl").release("1.0", {"a.txt": LINES})
    assert run("new", made.folder, work / "one", "-y", "--no-install").code == 0
    made.release("2.0", {}, f"_answers_file: {OTHER}\nname: {{type: str, default: it}}\n")
    done = run("update", work / "one", "-y", "--json")
    assert (done.code, done.json["warnings"]) == (0, [])
    assert run("status", work / "one", "--json").data["projects"][0]["version"] == "2.0"


def test_a_release_that_records_nothing_is_told(run: Run, work: Path) -> None:
    made = Template(work / "tpl").release("1.0", {"a.txt": LINES})
    assert run("new", made.folder, work / "one", "-y", "--no-install").code == 0
    made.release("2.0", {"{{ _copier_conf.answers_file }}.jinja": None})
    (warning,) = run("update", work / "one", "-y", "--dry-run", "--json").json["warnings"]
    assert warning["message"] == (
        "Release 2.0 writes no .copier-answers.yml, so this project cannot be updated any more."
    )


@pytest.mark.thorough
def test_all_updates_each_template(both: Path, run: Run) -> None:
    assert run("update", "--all", both.parent, "--check", "--json").data["projects"] == [
        {"project": str(both), "answers_file": OTHER, "version": "1.0", "newest": "2.0", "current": False, "error": ""},
        {
            "project": str(both), "answers_file": ".copier-answers.yml", "version": "0.1.0", "newest": "0.2.0",
            "current": False, "error": "",
        },
    ]  # fmt: skip
    done = run("update", "--all", both.parent, "-y", "--json")
    rows = [(row["answers_file"], row["to"], row["state"], row["warnings"]) for row in done.data["projects"]]
    assert rows == [(OTHER, "2.0", "updated", []), (".copier-answers.yml", "0.2.0", "updated", [])]
    said = run("update", "--all", both.parent, "-y").out
    assert f"{both} ({OTHER})" in said
    assert "1 project of 2 templates, 2 done, 0 left to you." in said


@pytest.mark.thorough
def test_all_takes_one_template_of_each_where_it_is_named(both: Path, run: Run) -> None:
    done = run("update", "--all", both.parent, "-a", OTHER, "-y", "--json")
    assert [(row["answers_file"], row["to"]) for row in done.data["projects"]] == [(OTHER, "2.0")]
    assert run("update", both, "--check").code == 1


@pytest.mark.thorough
def test_a_second_template_reads_the_answers_of_the_first(project: Path, work: Path, run: Run) -> None:
    questions = (
        f"_answers_file: {OTHER}\n_external_data: {{first: .copier-answers.yml}}\n"
        "named: {type: str, default: '{{ _external_data.first.name }}'}\n"
    )
    made = Template(work / "reads").release("1.0", {"named.txt.jinja": "{{ named }}\n"}, questions)
    done = run("new", made.folder, project, "-a", OTHER, "-y", "--no-install", "--json")
    assert (done.code, (project / "named.txt").read_text()) == (0, "it\n")
    assert "name: it" in (project / ".copier-answers.yml").read_text()
    assert git(project, "status", "--porcelain") == ""
    made.release("2.0", {"named.txt.jinja": "{{ named }}, {{ _external_data.first.name }}\n"})
    run("set", "name=other", "-C", project)
    assert run("update", project, "-a", OTHER, "-y").code == 0
    assert (project / "named.txt").read_text() == "it, other\n"
