"""What is rendered for an update, how often and by which rules: tasks, ignored files, `_external_data`, answers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Run
from core.update.test_door import terminal  # noqa: F401 - a fixture
from support import git, write
from update_support import LINES, Condition, Template, answers_of, changed, commit, committed, write_and_commit


@pytest.fixture
def log(work: Path) -> Path:
    """A file outside every project, to which tasks append a line for each run."""
    return work / "log.txt"


def runs(log: Path) -> list[str]:
    found = log.read_text().split() if log.exists() else []
    log.unlink(missing_ok=True)
    return found


def counting(log: Path) -> str:
    return (
        "name: {type: str, default: it}\nci: {type: str, choices: [a, b, c], default: a}\n_tasks:\n"
        f'  - {{command: "echo copy >> {log}", when: "{{{{ _copier_operation == \'copy\' }}}}"}}\n'
        f'  - "echo any >> {log}; echo {{{{ ci }}}} > made.txt"\n'
    )


@pytest.mark.parametrize(
    ("command", "flags"),
    [
        (["update", "-y"], []),
        (["set", "ci=b"], ["--dry-run"]),
        pytest.param(["update", "-y"], ["--dry-run"], marks=pytest.mark.thorough),
        pytest.param(["set", "ci=b"], [], marks=pytest.mark.thorough),
    ],
    ids=" ".join,
)
def test_a_task_runs_once_for_each_side_and_one_of_new_projects_never(
    command: list[str], flags: list[str], run: Run, work: Path, log: Path
) -> None:
    template = Template(work / "tpl").release("1.0", {"a.txt": LINES}, counting(log))
    assert run("new", template.folder, work / "one", "-y", "--no-install", "--trust").code == 0
    assert runs(log) == ["copy", "any"]
    template.release("2.0", {"a.txt": changed(LINES, l18="theirs")})
    folder = [work / "one"] if command[0] == "update" else ["-C", work / "one"]

    done = run(*command, *folder, "--trust", *flags, "--json")

    assert (done.code, runs(log)) == (0, ["any", "any"])
    assert committed(work / "one")["made.txt"].content == (b"b\n" if command[0] == "set" and not flags else b"a\n")


@pytest.mark.parametrize("flags", [pytest.param([], marks=pytest.mark.thorough), ["--dry-run"]], ids=" ".join)
def test_adopt_runs_no_task(flags: list[str], run: Run, work: Path, log: Path) -> None:
    template = Template(work / "tpl").release("1.0", {"a.txt": LINES}, counting(log)).release("2.0", {"b.txt": "b\n"})
    write(work / "one", {"a.txt": LINES})
    git(work / "one", "init", "--quiet")
    commit(work / "one")
    done = run("adopt", work / "one", template.folder, *flags, "--json")
    assert (done.code, done.data["version"], runs(log)) == (0, "1.0", [])


def test_files_of_new_projects_only_are_the_owner_s_at_an_update(run: Run, work: Path) -> None:
    questions = "name: it\n_exclude: [\"{% if _copier_operation == 'update' %}start.txt{% endif %}\"]\n"
    template = Template(work / "tpl").release("1.0", {"a.txt": LINES, "start.txt": "theirs\n"}, questions)
    assert run("new", template.folder, work / "one", "-y", "--no-install").code == 0
    write_and_commit(work / "one", {"start.txt": "mine\n"})
    template.release("2.0", {"a.txt": changed(LINES, l2="theirs"), "start.txt": "theirs, newer\n"})
    assert run("update", work / "one", "-y").code == 0
    assert committed(work / "one")["start.txt"].content == b"mine\n"


IGNORING = {".gitignore.jinja": ".env\n.venv/\n", "a.txt": LINES, "sub/.gitignore.jinja": "*.tmp\n!keep.tmp\n"}
MAKES = (
    "name: it\n_tasks: ['echo KEY={{ name }} > .env; mkdir -p .venv/bin sub; touch .venv/bin/python sub/x.tmp "
    "sub/keep.tmp; echo {{ name }} > made.txt']\n"
)


@pytest.mark.thorough
def test_what_a_task_makes_and_the_project_ignores_is_never_committed(run: Run, work: Path) -> None:
    template = Template(work / "tpl").release("1.0", IGNORING, MAKES)
    one = work / "one"
    assert run("new", template.folder, one, "-y", "--no-install", "--trust").code == 0
    assert not {".env", ".venv/bin/python", "sub/x.tmp"} & committed(one).keys()
    (one / ".env").write_text("KEY=real\n")
    template.release("2.0", {"a.txt": changed(LINES, l2="theirs")})

    done = run("update", one, "-y", "--trust", "-d", "name=you", "--json")

    assert (done.code, done.json["warnings"]) == (0, [])
    assert {row["path"] for row in done.data["changes"]} == {".copier-answers.yml", "a.txt", "made.txt"}
    assert not {".env", ".venv/bin/python", "sub/x.tmp"} & committed(one).keys()
    assert "sub/keep.tmp" in committed(one)
    assert (one / ".env").read_text() == "KEY=real\n"


@pytest.mark.thorough
def test_an_ignored_file_of_a_template_is_nobody_s_deletion(run: Run, work: Path) -> None:
    template = Template(work / "tpl").release("1.0", {**IGNORING, ".env.jinja": "KEY=\n"})
    one = work / "one"
    assert run("new", template.folder, one, "-y", "--no-install").code == 0
    assert ".env" not in committed(one)
    (one / ".env").unlink()
    template.release("2.0", {".env.jinja": "KEY=\nMORE=\n", "b.txt": "b\n"})
    assert run("diff", one, "--json").data["files"] == []

    done = run("update", one, "-y", "--json")

    assert {row["path"] for row in done.data["changes"]} == {".copier-answers.yml", "b.txt"}
    assert not (one / ".env").exists()


def test_an_ignored_file_that_its_owner_committed_is_merged(run: Run, work: Path) -> None:
    template = Template(work / "tpl").release("1.0", {**IGNORING, ".env.jinja": LINES})
    one = work / "one"
    assert run("new", template.folder, one, "-y", "--no-install").code == 0
    (one / ".env").write_text(changed(LINES, l2="mine"))
    git(one, "add", "--force", ".env")
    commit(one)
    template.release("2.0", {".env.jinja": changed(LINES, l18="theirs")})
    assert run("update", one, "-y").code == 0
    assert committed(one)[".env"].content.decode() == changed(LINES, l2="mine", l18="theirs")


EXTERNAL = "name: {type: str, default: '{{ _external_data.parent.who }}'}\n_external_data: {parent: parent.yml}\n"
WHO = {"who.txt.jinja": "{{ _external_data.parent.who }} {{ name }}\n"}


@pytest.mark.thorough
def test_external_data_is_read_at_an_update(run: Run, work: Path) -> None:
    template = Template(work / "tpl").release("1.0", {"a.txt": LINES})
    one = work / "one"
    assert run("new", template.folder, one, "-y", "--no-install").code == 0
    write_and_commit(one, {"parent.yml": "who: Ada\n"})
    template.release("2.0", WHO, EXTERNAL)

    assert run("update", one, "-y").code == 0

    assert committed(one)["who.txt"].content == b"Ada it\n"
    assert committed(one)["parent.yml"].content == b"who: Ada\n"
    write_and_commit(one, {"parent.yml": "who: Grace\n"})
    template.release("3.0", {"who.txt.jinja": WHO["who.txt.jinja"] + "more\n"})
    done = run("update", one, "-y", "--json")
    assert (done.code, committed(one)["who.txt"].content) == (0, b"Grace it\nmore\n")
    assert run("diff", one, "--json").data["files"] == []


@pytest.mark.parametrize("named", ["../outside.yml", "{{ name }}/../../outside.yml", "{{ nothing.at.all }}"])
def test_external_data_is_read_from_the_project_only(named: str, run: Run, work: Path) -> None:
    write(work, {"outside.yml": "who: secret\n"})
    template = Template(work / "tpl").release("1.0", {"a.txt": LINES})
    assert run("new", template.folder, work / "one", "-y", "--no-install").code == 0
    before = Condition.of(work / "one")
    template.release("2.0", WHO, EXTERNAL.replace("parent.yml", f"'{named}'"))
    done = run("update", work / "one", "-y", "--json")
    assert "secret" not in done.out
    assert done.code == 0 or Condition.of(work / "one") == before


FORBIDS = [
    "name: it\nci: {type: str, choices: [a, b], default: a}\n",
    "name: it\nci: {type: str, choices: [a, c], default: c}\n",
    "name: it\nci: {type: str, choices: [a, c, d], default: c}\n",
]
COPIERS_OWN = "_tasks: ['true']\n"
"""What makes Copier, and not our own engine, render."""


@pytest.fixture(params=["", COPIERS_OWN], ids=["engine", "copier"])
def forbidding(request: pytest.FixtureRequest, run: Run, work: Path) -> Path:
    """A project whose answer `ci=b` its template's new release forbids."""
    template = Template(work / "tpl").release("1.0", {"x.txt.jinja": "{{ ci }}\n"}, FORBIDS[0] + request.param)
    assert run("new", template.folder, work / "one", "-y", "-d", "ci=b", "--no-install", "--trust").code == 0
    template.release("2.0", {}, FORBIDS[1] + request.param)
    return work / "one"


@pytest.mark.thorough
def test_a_forbidden_answer_takes_its_default_and_the_way_is_named(forbidding: Path, run: Run) -> None:
    done = run("update", forbidding, "-y", "--trust", "--json")
    assert (done.code, committed(forbidding)["x.txt"].content) == (0, b"c\n")
    [warning] = done.json["warnings"]
    assert warning["message"].startswith("`ci` is no longer allowed and took its default: Invalid choice for 'ci'")
    assert warning["hint"] == "Choose: scaffold update -d ci=VALUE"
    assert run("update", forbidding, "-y", "--trust", "-d", "ci=a").code == 0
    assert committed(forbidding)["x.txt"].content == b"a\n"


@pytest.mark.thorough
@pytest.mark.parametrize("more", ["", "_preserve_symlinks: true\n"], ids=["engine", "copier"])
def test_a_new_question_without_a_default_is_named(more: str, run: Run, work: Path) -> None:
    template = Template(work / "tpl").release("1.0", {"a.txt": LINES}, "name: it\n" + more)
    assert run("new", template.folder, work / "one", "-y", "--no-install").code == 0
    template.release("2.0", {}, "name: it\ndocs: {type: str, choices: [sphinx, mkdocs]}\n" + more)
    error = run("update", work / "one", "-y", "--json").json["error"]
    assert (error["message"], error["hint"]) == ("The question `docs` has no default.", "Answer it: -d docs=VALUE")
    assert run("update", work / "one", "-y", "-d", "docs=sphinx").code == 0


@pytest.mark.thorough
def test_a_given_answer_settles_it(forbidding: Path, run: Run) -> None:
    done = run("update", forbidding, "-y", "--trust", "-d", "ci=a", "--json")
    assert (done.code, done.json["warnings"], committed(forbidding)["x.txt"].content) == (0, [], b"a\n")


@pytest.mark.thorough
def test_a_forbidden_answer_is_asked_again(
    forbidding: Path,
    terminal: Callable,  # noqa: F811
) -> None:
    window = terminal("update", str(forbidding), "--trust")
    window.until("ci")
    window.type("\x1b[A\r")
    assert window.end() == 0, window.seen
    assert committed(forbidding)["x.txt"].content == b"a\n"
    assert "no longer allowed" not in window.seen
    assert window.seen.count("name") == 0


@pytest.mark.thorough
@pytest.mark.parametrize("more", ["", COPIERS_OWN], ids=["engine", "copier"])
def test_a_recorded_answer_that_its_own_release_forbids_stops_no_update(more: str, run: Run, work: Path) -> None:
    template = Template(work / "tpl").release("1.0", {"a.txt": LINES, "x.txt.jinja": "{{ ci }}\n"}, FORBIDS[1] + more)
    one = work / "one"
    assert run("new", template.folder, one, "-y", "--no-install", "--trust").code == 0
    answers = (one / ".copier-answers.yml").read_text().replace("ci: c", "ci: b")
    write_and_commit(one, {".copier-answers.yml": answers})
    template.release("2.0", {"y.txt": "y\n"}, FORBIDS[2] + more)

    done = run("update", one, "-y", "--trust", "--json")

    assert (done.code, answers_of(one)["ci"]) == (0, "c")
    assert {path: committed(one)[path].content for path in ("x.txt", "y.txt")} == {"x.txt": b"c\n", "y.txt": b"y\n"}
    assert [warning["hint"] for warning in done.json["warnings"]] == ["Choose: scaffold update -d ci=VALUE"]


def test_the_base_is_rendered_with_the_answers_as_they_are_recorded(run: Run, work: Path) -> None:
    """So that a file which holds such an answer is no edit of its owner's."""
    template = Template(work / "tpl").release("1.0", {"x.txt.jinja": "{{ ci }}\n"}, FORBIDS[1])
    one = work / "one"
    assert run("new", template.folder, one, "-y", "--no-install").code == 0
    answers = (one / ".copier-answers.yml").read_text().replace("ci: c", "ci: b")
    write_and_commit(one, {".copier-answers.yml": answers, "x.txt": "b\n"})
    assert run("update", one, "-y", "-d", "ci=a").code == 0
    assert committed(one)["x.txt"].content == b"a\n"
