"""Every command that a hint names is one that the program takes."""

import ast
import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.main import get_command

import scaffold
from conftest import Run
from scaffold.cli.main import app
from support import git_repository, write

PACKAGE = Path(scaffold.__file__).parent
_COMMAND = re.compile(r"\bscaffold (?:[a-z]+(?: |$)|-)[^`;()|]*")


def texts(node: ast.AST) -> list[str]:
    """The texts that an expression may come to; what an f-string fills in becomes `x`."""
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)]
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    return [text for child in ast.iter_child_nodes(node) for text in texts(child)]


def hints() -> list[tuple[str, str]]:
    """(place, command) for every `scaffold …` in the hint of an error or a notice."""
    found = []
    for module in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if not (name.endswith("Error") or name in {"Notice", "leave_out"}):
                continue
            given = [*node.args[1:2], *(keyword.value for keyword in node.keywords if keyword.arg == "hint")]
            for text in (text for hint in given for text in texts(hint)):
                place = f"{module.relative_to(PACKAGE).as_posix()}:{node.lineno}"
                found += [(place, command) for command in _COMMAND.findall(text)]
    return found


def words(command: str) -> list[str]:
    """A hint's command as it would be typed: without the prose that follows it, its placeholders filled in."""
    text = re.split(r" && |, and |, or |, then | shows | lists | first|\.$|[,:] |…|\. ", command)[0]
    return shlex.split(text.replace("KEY=VALUE", "k=v"))[1:]


HINTS = sorted({(place, command) for place, command in hints()})


def test_there_are_hints() -> None:
    assert len(HINTS) > 30


@pytest.mark.parametrize(("place", "command"), HINTS, ids=[f"{place} {command[:40]}" for place, command in HINTS])
def test_a_command_in_a_hint_is_one_that_the_program_takes(place: str, command: str) -> None:
    context = typer.Context(get_command(app), info_name="scaffold")
    rest, group = words(command), get_command(app)
    while hasattr(group, "commands"):
        if not rest or rest[0] in {"--help", "--version", "x"}:  # `x`: filled in when it is said
            return
        assert rest[0] in group.commands, f"{place}: {command}"
        context = typer.Context(group.commands[rest[0]], info_name=rest[0], parent=context)
        group, rest = group.commands[rest[0]], rest[1:]
    group.make_context(group.name, rest, parent=context.parent, resilient_parsing=False)


# -- hints that failed when they were typed ----------------------------------------------------------------------------


@pytest.fixture
def tasked(work: Path) -> Path:
    """A template that runs code, at release 1, in git."""
    write(work / "tasked", {"copier.yml": "_tasks: ['touch ran']\nname: x\n", "f": "1"})
    answers = "{{ _copier_answers|to_nice_yaml }}"
    write(work / "tasked", {"{{ _copier_conf.answers_file }}.jinja": answers})
    from support import git

    git(git_repository(work / "tasked"), "tag", "1.0.0")
    return work / "tasked"


@pytest.mark.thorough
def test_what_says_add_trust_has_it(tasked: Path, run: Run) -> None:
    for command in (["show", tasked], ["new", tasked, "mine", "-y", "--no-install"], ["diff", "mine"]):
        refused = run(*command)
        assert (refused.code, "add --trust" in refused.err) == (1, True), refused
        assert run(*command, "--trust").code == 0
    state = run("status", "mine", "--json").data["projects"][0]
    assert (state["error"], "add --trust" in state["hint"]) == ("template-runs-code", True)
    assert run("status", "mine", "--trust", "--json").data["projects"][0]["state"] == "ok"


def test_show_of_a_template_with_a_required_question(work: Path, run: Run) -> None:
    write(work / "t", {"copier.yml": "name: {type: str}\n", "f": "1"})
    refused = run("show", "./t")
    assert (refused.code, refused.err.splitlines()[-1]) == (2, "hint: Answer it: -d name=VALUE")
    assert run("show", "./t", "-d", "name=x").code == 0


def test_set_without_a_value(run: Run) -> None:
    assert run("set", "foo").err.endswith("hint: For example: scaffold set license=MIT\n")


def test_a_refused_push_says_how_to_join_the_histories(acme: str, run: Run, work: Path) -> None:
    from support import git

    git_repository(write(work / "theirs", {"README.md": "x"}))
    git(work, "clone", "--quiet", "--bare", "theirs", "remote.git")
    made = run("new", "acme/hello", "mine", "-y", "--remote", work / "remote.git", "--push", "--json")
    assert made.code == 4
    command = made.json["warnings"][-1]["hint"].split(": ", 1)[1]
    assert command == "cd mine && git pull --rebase origin HEAD && git push -u origin HEAD"
