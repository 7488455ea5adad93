"""At the door: new questions on a terminal, and what scripts rely on in the JSON of each command."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.test_interactive import Terminal
from conftest import Run
from support import git
from update_support import LINES, Condition, answers_of, changed, commit, write_and_commit

ENVELOPE = {"schema", "scaffold", "command", "ok", "exit_code", "data", "warnings", "error"}
UPDATE = {"project", "from", "to", "state", "changes", "notices"}
STATUS = {"project", "template", "version", "newest", "changed", "conflicts", "state", "answers_file", "error", "hint"}
ADOPT = {"project", "template", "version", "answers", "releases", "same", "changed", "missing", "written"}
CHECK = {"project", "version", "newest", "current"}


@pytest.fixture
def terminal(sealed: Path) -> Iterator[Callable[..., Terminal]]:
    open_ones: list[Terminal] = []

    def start(*args: str) -> Terminal:
        open_ones.append(Terminal(*args))
        return open_ones[-1]

    yield start
    for one in open_ones:
        one.close()


def test_only_new_questions_are_asked(project: Path, terminal: Callable[..., Terminal]) -> None:
    window = terminal("update", str(project))
    window.until("greeting")
    window.type("!\r")
    assert window.end() == 0, window.seen
    assert (project / "greeting.txt").read_text() == "Hello!\n"
    assert answers_of(project)["greeting"] == "Hello!"
    assert "license" not in window.seen


def test_leaving_the_questions_changes_nothing(project: Path, terminal: Callable[..., Terminal]) -> None:
    before = Condition.of(project)
    window = terminal("update", str(project))
    window.until("greeting")
    window.type("\x03")
    assert window.end() == 130, window.seen
    assert Condition.of(project) == before


@pytest.mark.parametrize(
    ("args", "command", "code", "keys"),
    [
        (["update", "{project}", "-y"], "update", 0, UPDATE),
        (["update", "{project}", "-y", "--no-commit"], "update", 0, UPDATE),
        (["update", "{project}", "-y", "--dry-run", "-v"], "update", 0, UPDATE | {"changelog", "diff"}),
        (["update", "{project}", "--check"], "update", 1, CHECK),
        (["set", "docker=false", "-C", "{project}"], "set", 0, UPDATE),
        (["diff", "{project}"], "diff", 0, {"project", "version", "files", "diff"}),
        (["adopt", "{project}", "{template}", "--dry-run"], "adopt", 0, ADOPT),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_one_json_object(
    args: list[str], command: str, code: int, keys: set[str], project: Path, template: Path, run: Run
) -> None:
    if command == "adopt":
        git(project, "rm", "--quiet", ".copier-answers.yml")
        commit(project)
    done = run(*[arg.format(project=project, template=template) for arg in args], "--json")
    assert done.json.keys() == ENVELOPE
    assert (done.code, done.json["command"], done.json["ok"]) == (code, command, code == 0)
    assert (done.data.keys(), done.json["error"], done.err) == (keys, None, "")
    for row in done.data.get("changes", []):
        assert row.keys() == {"path", "action", "reason"}


@pytest.mark.thorough
def test_one_json_object_of_many(project: Path, run: Run, work: Path) -> None:
    write_and_commit(project, {"src/a.txt": changed(LINES, l18="mine")})
    every = run("update", "--all", work, "-y", "--json")
    assert every.data["projects"][0].keys() == UPDATE | {"answers_file", "warnings", "error", "hint", "exit_code"}
    status = run("status", project, "--json")
    assert status.data["projects"][0].keys() == STATUS
    check = run("update", "--all", work, "--check", "--json")
    assert check.data["projects"][0].keys() == CHECK | {"answers_file", "error"}
    abort = run("update", project, "--abort", "--json")
    assert abort.data.keys() == {"project", "aborted"}


@pytest.mark.parametrize(
    "args",
    [["update", "absent"], ["set", "a=b", "-C", "absent"], ["diff", "absent"], ["adopt", "absent", "absent"]],
    ids=lambda args: args[0],
)
def test_errors_in_json(args: list[str], run: Run) -> None:
    done = run(*args, "--json")
    assert done.json.keys() == ENVELOPE
    assert (done.code, done.json["command"], done.data) == (1, args[0], None)
    assert all(done.json["error"].values())


def test_help_names_every_command(run: Run) -> None:
    words = run("--help").out
    assert all(f" {name} " in words for name in ("update", "set", "diff", "status", "adopt"))
