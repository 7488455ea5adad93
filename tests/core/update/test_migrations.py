"""`_migrations` run inside the merge: in Copier's order, on throw-away checkouts, with one plan and one abort."""

import shutil
from pathlib import Path

import pytest

from conftest import Run
from core.update.conftest import Forked
from support import BIN, git, spawn, write
from update_support import (
    LINES,
    Condition,
    Template,
    answers_of,
    changed,
    committed,
    in_work_tree,
    stages,
    to_the_bit,
    write_and_commit,
)

NAME = "name: {type: str, default: it}\n"


def migrations(*lines: str) -> str:
    return NAME + "_migrations:\n" + "".join(f"  - {line}\n" for line in lines)


AFTER = migrations('{version: "2.0", command: "echo $VERSION_FROM-$VERSION_TO-$STAGE > migrated.txt"}')


@pytest.fixture
def template(work: Path) -> Template:
    return Template(work / "tpl").release("1.0", {"a.txt": LINES, "b.txt": LINES + "b\n", ".gitignore": ".env\n"})


@pytest.fixture
def project(template: Template, run: Run, work: Path) -> Path:
    """A project from release 1.0 with an edit of its owner's."""
    assert run("new", template.folder, work / "one", "-y", "--no-install").code == 0
    write_and_commit(work / "one", {"a.txt": changed(LINES, l2="mine")})
    return work / "one"


def rows(data: dict) -> dict[str, tuple[str, str]]:
    return {row["path"]: (row["action"], row["reason"]) for row in data["changes"]}


def test_they_need_trust_and_are_named(template: Template, project: Path, run: Run) -> None:
    template.release("2.0", {}, AFTER)
    before = Condition.of(project)
    done = run("update", project, "-y", "--json")
    assert (done.code, done.json["error"]["code"]) == (1, "template-runs-code")
    assert "migration `echo" in done.json["error"]["message"]
    assert "--trust" in done.json["error"]["hint"]
    assert Condition.of(project) == before


def test_a_new_project_runs_none_and_needs_no_trust(template: Template, run: Run, work: Path) -> None:
    template.release("2.0", {}, AFTER)
    assert run("new", template.folder, work / "two", "-y", "--no-install").code == 0
    assert "migrated.txt" not in committed(work / "two")


@pytest.mark.thorough
def test_what_they_change_is_planned_and_committed(template: Template, project: Path, run: Run) -> None:
    template.release("2.0", {"a.txt": changed(LINES, l18="theirs")}, AFTER)
    before = to_the_bit(project)

    planned = run("update", project, "-y", "--trust", "--dry-run", "--json")
    assert (planned.code, planned.data["state"]) == (0, "planned")
    assert rows(planned.data)["migrated.txt"] == ("add", "a migration of the template adds it")
    assert to_the_bit(project) == before

    done = run("update", project, "-y", "--trust", "--json")
    assert (done.code, done.data["state"], rows(done.data)) == (0, "updated", rows(planned.data))
    files = committed(project)
    assert files["migrated.txt"].content == b"1.0-2.0-after\n"
    assert files["a.txt"].content.decode() == changed(LINES, l2="mine", l18="theirs")
    assert git(project, "status", "--porcelain") == ""
    assert run("update", project, "-y", "--json").data["state"] == "current"


ORDER = migrations(
    '{version: "1.5", before: ["echo before-$VERSION_CURRENT-$(test -e new.txt; echo $?) >> log.txt"], '
    'after: [[sh, -c, "echo after-$VERSION_CURRENT-$(test -e new.txt; echo $?) >> log.txt"]]}',
    '{version: "1.0", command: "echo never >> log.txt"}',
    '{version: "3.0", command: "echo never >> log.txt"}',
    '{version: "2.0", command: "echo {{ _stage }}-2.0-{{ _copier_operation }} >> log.txt", '
    "when: \"{{ _stage == 'before' }}\"}",
    '"echo {{ name }}-{{ _version_from }}-{{ _version_to }}-{{ _copier_phase }} >> log.txt"',
    '{command: "echo in $(basename $PWD) >> ../log.txt", working_directory: "{{ \'sub\' }}"}',
)


@pytest.mark.thorough
def test_the_order_and_the_filters_are_copier_s(template: Template, project: Path, run: Run) -> None:
    template.release("2.0", {"new.txt": "new\n", "sub/x.txt": "x\n"}, ORDER)
    assert run("update", project, "-y", "--trust", "-d", "name=me").code == 0
    assert committed(project)["log.txt"].content.decode().splitlines() == [
        "before-1.5-1",
        "before-2.0-update",
        "after-1.5-0",
        "me-1.0-2.0-migrate",
        "in sub",
    ]


@pytest.mark.thorough
def test_copier_s_own_update_leaves_the_same_files(template: Template, project: Path, run: Run, work: Path) -> None:
    template.release("2.0", {"new.txt": "new\n", "sub/x.txt": "x\n", "a.txt": changed(LINES, l18="theirs")}, ORDER)
    other = Path(shutil.copytree(project, work / "other/one", symlinks=True))
    done = spawn(BIN / "copier", "update", "--defaults", "--trust", "--data", "name=me", other)
    assert done.code == 0, done.err
    assert run("update", project, "-y", "--trust", "-d", "name=me").code == 0
    assert in_work_tree(project) == in_work_tree(other)


@pytest.mark.thorough
def test_an_answer_that_a_migration_renames_is_kept(template: Template, project: Path, run: Run) -> None:
    assert run("set", "name=Bikes", "-C", project).code == 0
    rename = "sed 's/^name:/title:/' .copier-answers.yml > x; mv x .copier-answers.yml"
    early = "{{ _stage == 'before' }}"
    questions = f'title: {{type: str, default: none}}\n_migrations: [{{command: "{rename}", when: "{early}"}}]\n'
    template.release("2.0", {"t.txt.jinja": "{{ title }}\n"}, questions)
    assert run("update", project, "-y", "--trust").code == 0
    assert committed(project)["t.txt"].content == b"Bikes\n"
    assert answers_of(project)["title"] == "Bikes"


@pytest.mark.thorough
def test_a_file_that_a_migration_moves_goes_with_its_owner_s_edits(template: Template, project: Path, run: Run) -> None:
    write_and_commit(project, {"b.txt": changed(LINES, l2="mine") + "b\n"})
    move = '{version: "2.0", command: "mkdir -p lib && git mv b.txt lib/b.txt", when: "{{ _stage == \'before\' }}"}'
    template.release("2.0", {"b.txt": None, "lib/b.txt": LINES + "b\n"}, migrations(move))
    done = run("update", project, "-y", "--trust", "--json")
    assert (done.code, "b.txt" in committed(project)) == (0, False)
    assert committed(project)["lib/b.txt"].content.decode() == changed(LINES, l2="mine") + "b\n"
    assert rows(done.data)["lib/b.txt"] == ("rename", "a migration of the template moves it")


@pytest.mark.thorough
def test_ignored_and_untracked_files_are_out_of_reach(template: Template, project: Path, run: Run) -> None:
    write(project, {".env": "KEY=real\n", "notes.txt": "mine\n"})
    writes = '{version: "2.0", command: "echo theirs > notes.txt; echo KEY=theirs > .env; rm -rf .venv; mkdir .venv"}'
    template.release("2.0", {}, migrations(writes))

    done = run("update", project, "-y", "--trust", "--json")

    assert done.code == 0
    assert ((project / ".env").read_text(), (project / "notes.txt").read_text()) == ("KEY=real\n", "mine\n")
    assert not {".env", "notes.txt"} & committed(project).keys()
    assert [warning["message"] for warning in done.json["warnings"]] == [
        "notes.txt: a migration adds it, but you have an untracked file there: yours stays."
    ]


@pytest.mark.thorough
def test_a_file_that_a_migration_moves_onto_an_untracked_one_stays(template: Template, project: Path, run: Run) -> None:
    write(project, {"lib/b.txt": "untracked\n"})
    move = '{version: "2.0", command: "mkdir -p lib && git mv b.txt lib/b.txt"}'
    template.release("2.0", {}, migrations(move))
    assert run("update", project, "-y", "--trust").code == 0
    assert committed(project)["b.txt"].content.decode() == LINES + "b\n"
    assert (project / "lib/b.txt").read_text() == "untracked\n"


@pytest.mark.parametrize("command", ["echo more >> c.txt", pytest.param("rm a.txt", marks=pytest.mark.thorough)])
def test_conflicts_are_named_and_abort_undoes_all(command: str, template: Template, project: Path, run: Run) -> None:
    write_and_commit(project, {"a.txt": changed(LINES, l18="mine")})
    template.release(
        "2.0", {"a.txt": changed(LINES, l18="theirs")}, migrations(f'{{version: "2.0", command: "{command}"}}')
    )
    before = Condition.of(project)

    done = run("update", project, "-y", "--trust", "--json")

    assert (done.code, done.data["state"], set(stages(project))) == (4, "conflicts", {"a.txt"})
    assert rows(done.data)["a.txt"] == ("conflict", "both changed the same place")
    assert "<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> tpl-2.0\n" in (project / "a.txt").read_text()
    assert run("status", project, "--json").data["projects"][0]["state"] == "conflicts to resolve (2.0)"
    assert run("update", project, "--abort").code == 0
    assert Condition.of(project) == before


@pytest.mark.thorough
@pytest.mark.parametrize("stage", ["before", "after"])
def test_one_that_fails_leaves_the_project_as_it_was(stage: str, template: Template, project: Path, run: Run) -> None:
    fails = f'{{version: "2.0", {stage}: ["touch half.txt", "exit 7"]}}'
    template.release("2.0", {"a.txt": changed(LINES, l18="theirs")}, migrations(fails))
    before = Condition.of(project)
    done = run("update", project, "-y", "--trust", "--json")
    assert (done.code, done.json["error"]["message"]) == (
        1,
        "The template's own code failed with exit status 7: `exit 7`.",
    )
    assert Condition.of(project) == before


@pytest.mark.thorough
@pytest.mark.parametrize("stage", ["before", "after"])
def test_what_the_owner_commits_while_one_runs_is_kept(stage: str, template: Template, project: Path, run: Run) -> None:
    commits = f"cd {project} && echo meanwhile > b.txt && git commit --quiet --all --message meanwhile"
    template.release("2.0", {"new.txt": "new\n"}, migrations(f'{{version: "2.0", {stage}: ["{commits}"]}}'))
    assert run("update", project, "-y", "--trust").code == 0
    assert committed(project)["b.txt"].content == b"meanwhile\n"
    assert committed(project)["new.txt"].content == b"new\n"


@pytest.mark.thorough
def test_one_that_takes_the_answers_away_is_named(template: Template, project: Path, run: Run) -> None:
    template.release("2.0", {}, migrations('{version: "2.0", before: ["rm .copier-answers.yml"]}'))
    before = Condition.of(project)
    done = run("update", project, "-y", "--trust", "--json")
    assert (done.code, "A migration of the template left no answers" in done.json["error"]["message"]) == (1, True)
    assert Condition.of(project) == before


@pytest.mark.thorough
@pytest.mark.parametrize("stage", ["before", "after"])
def test_killed_while_one_runs(stage: str, template: Template, project: Path, run: Run, forked: Forked) -> None:
    template.release("2.0", {}, migrations(f'{{version: "2.0", {stage}: ["touch half.txt; kill -9 0"]}}'))
    before = Condition.of(project)
    assert forked("update", project, "-y", "--trust") == -9
    assert run("status", project, "--json").data["projects"][0]["state"] == "ok"
    assert Condition.of(project) == before


@pytest.mark.thorough
def test_set_runs_none(template: Template, project: Path, run: Run) -> None:
    template.release("2.0", {}, migrations('"echo ran >> ran.txt"'))
    assert run("update", project, "-y", "--trust").code == 0
    assert committed(project)["ran.txt"].content == b"ran\n"
    assert run("set", "name=me", "-C", project).code == 0
    assert committed(project)["ran.txt"].content == b"ran\n"


@pytest.mark.thorough
def test_uncommitted_work_is_refused_or_put_aside(template: Template, project: Path, run: Run) -> None:
    template.release("2.0", {}, AFTER)
    write(project, {"a.txt": "dirty\n"})
    before = Condition.of(project)
    assert run("update", project, "-y", "--trust").code == 1
    assert Condition.of(project) == before
    assert run("update", project, "-y", "--trust", "--autostash").code == 0
    assert (project / "a.txt").read_text() == "dirty\n"
    assert "migrated.txt" in committed(project)


@pytest.mark.thorough
def test_a_project_in_a_larger_repository(template: Template, run: Run, work: Path) -> None:
    git(work, "init", "--quiet", "mono")
    assert run("new", template.folder, work / "mono/apps/one", "-y", "--no-install").code == 0
    write_and_commit(work / "mono", {"other.txt": "o\n"})
    template.release("2.0", {}, AFTER)
    assert run("update", work / "mono/apps/one", "-y", "--trust").code == 0
    assert "apps/one/migrated.txt" in committed(work / "mono")
    assert "other.txt" in committed(work / "mono")


@pytest.mark.thorough
def test_what_they_print_is_not_our_json(template: Template, project: Path, run: Run) -> None:
    template.release("2.0", {}, migrations('{version: "2.0", command: "echo loud"}'))
    done = run("update", project, "-y", "--trust", "--json")
    assert (done.data["state"], "loud" in done.err) == ("updated", True)
