"""The door to copier: what it is asked, and what of its answers reaches a person."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scaffold.core.templates import rendering
from scaffold.core.templates.rendering import Rendering, Wanted
from scaffold.errors import ScaffoldError, UsageError
from scaffold.tools.copier import private
from support import TEMPLATES, git, git_repository, snapshot, write

KINDS = """\
_preserve_symlinks: true
word: {type: str, default: s}
count: {type: int, default: 3, validator: "{% if count < 0 %}Not below zero.{% endif %}"}
share: {type: float, default: 0.5}
flag: {type: bool, default: false}
one: {type: str, default: a, choices: [a, b]}
named: {type: str, default: x, choices: {The X: x, The Y: y}}
many: {type: str, multiselect: true, default: "[a]", choices: [a, b, c]}
data: {type: yaml, default: "[1]"}
short: text
derived: {type: str, default: "{{ word }}!", when: false}
"""


@pytest.fixture
def kinds(tmp_path: Path) -> Path:
    """A plain Copier template with a question of every kind."""
    lines = "".join(
        f"{key}={{{{ {key} }}}}\n" for key in ("word", "count", "share", "flag", "one", "many", "data", "derived")
    )
    return write(tmp_path / "kinds", {"copier.yml": KINDS, "out.txt.jinja": lines})


def render(template: Path | str, work: Path, answers: Any = (), ref: str | None = None, **options: Any) -> Rendering:
    return rendering.write(Wanted(str(template), ref, "out", given=dict(answers), **options), work / "out")


def values(work: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in (work / "out/out.txt").read_text().splitlines() if "=" in line)


def test_defaults(kinds: Path, work: Path) -> None:
    rendered = render(kinds, work)
    assert rendered.version == ""
    assert next(iter(rendered.questions)) == "word"
    assert rendered.answers["many"] == ["a"]
    assert values(work)["derived"] == "s!"


@pytest.mark.parametrize(
    ("key", "text", "shown"),
    [
        ("word", "no", "no"),
        ("word", "true", "true"),
        ("word", "3.10", "3.10"),
        ("word", "{{ 7*7 }}", "{{ 7*7 }}"),
        ("word", "[a]", "[a]"),
        ("count", "7", "7"),
        ("share", "1e-3", "0.001"),
        ("flag", "yes", "True"),
        ("flag", "off", "False"),
        ("one", "b", "b"),
        ("many", "[a, c]", "['a', 'c']"),
        ("data", "{a: 1}", "{'a': 1}"),
    ],
)
def test_an_answer_is_cast_to_its_question(kinds: Path, work: Path, key: str, text: str, shown: str) -> None:
    render(kinds, work, answers={key: text})
    assert values(work)[key] == shown


@pytest.mark.parametrize(
    ("key", "value"), [("count", 7), ("share", 1), ("flag", True), ("many", ["a", "b"]), ("data", {"a": 1})]
)
def test_an_answer_from_a_file_has_its_type_already(kinds: Path, work: Path, key: str, value: Any) -> None:
    assert render(kinds, work, answers={key: value}).answers[key] == value


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("count", "abc", "a whole number, not `abc`"),
        ("count", "1.5", "a whole number"),
        ("count", "", "a whole number"),
        ("count", "-1", "Not below zero"),
        ("share", "x", "a number"),
        ("flag", "maybe", "true or false, not `maybe`"),
        ("flag", "", "true or false"),
        ("one", "q", "['a', 'b']"),
        ("named", "The X", "['x', 'y']"),
        ("many", "b", "a list like [a, b]"),
        ("word", ["a"], "text"),
    ],
)
def test_a_bad_answer_names_the_question_and_what_is_allowed(
    kinds: Path, work: Path, key: str, value: Any, allowed: str
) -> None:
    with pytest.raises(UsageError) as said:
        render(kinds, work, answers={key: value})
    assert key in said.value.message
    assert allowed in said.value.message
    assert not (work / "out").exists()


@pytest.mark.parametrize(("key", "hint"), [("wrod", "Did you mean `word`?"), ("zzz", "It asks: word, count")])
def test_an_unknown_question_is_told_the_nearest(kinds: Path, work: Path, key: str, hint: str) -> None:
    with pytest.raises(UsageError, match=f"asks no question `{key}`") as said:
        render(kinds, work, answers={key: "x"})
    assert said.value.hint.startswith(hint)
    assert not (work / "out").exists()


def test_the_user_s_defaults_stand_in_for_the_template_s(kinds: Path, work: Path) -> None:
    rendered = render(kinds, work, defaults={"word": "{{ 7*7 }}", "unknown": "ignored"})
    assert rendered.answers["word"] == "{{ 7*7 }}"
    assert "unknown" not in rendered.answers


def test_a_required_question_is_named(work: Path, tmp_path: Path) -> None:
    template = write(tmp_path / "t", {"copier.yml": "must: {type: str}\n"})
    with pytest.raises(UsageError, match="The question `must` has no default"):
        render(template, work)


@pytest.mark.parametrize("content", ["{% if %}", "{{ nope( }}", "{% include 'missing.jinja' %}"])
def test_a_mistake_in_a_template_is_said(work: Path, tmp_path: Path, content: str) -> None:
    template = write(tmp_path / "t", {"copier.yml": "", "a.jinja": content})
    with pytest.raises(ScaffoldError, match="The template has a mistake"):
        render(template, work)


@pytest.mark.parametrize("content", ["a: [", "- a\n", "a: b: c\n"])
def test_a_copier_yml_that_is_not_valid_is_said(work: Path, tmp_path: Path, content: str) -> None:
    template = write(tmp_path / "t", {"copier.yml": content})
    with pytest.raises(ScaffoldError, match=r"copier\.yml (of .* )?is not valid"):
        render(template, work)


def test_a_git_repository_gives_its_newest_tag(work: Path, tmp_path: Path) -> None:
    template = write(tmp_path / "t", {"copier.yml": "", "a": "one"})
    git_repository(template)
    git(template, "tag", "1.0")
    write(template, {"a": "two"})
    git(template, "-c", "user.name=x", "-c", "user.email=x", "commit", "--quiet", "--all", "--message", "two")
    assert render(template, work).version == "1.0"
    assert (work / "out/a").read_text() == "one"


@pytest.mark.parametrize("address", ["git+file:///no/such/place", "/no/such.git", "git+scaffold://nope"])
def test_what_cannot_be_read_is_said(work: Path, address: str) -> None:
    with pytest.raises(ScaffoldError) as said:
        render(address, work)
    assert "fatal" not in said.value.message
    assert said.value.message.count("\n") == 0


def test_a_reference_that_is_not_there_is_said(work: Path, tmp_path: Path) -> None:
    template = git_repository(write(tmp_path / "t", {"copier.yml": ""}))
    with pytest.raises(ScaffoldError, match="nope"):
        render(template, work, ref="nope")


RUNS = """\
_tasks:
  - echo one
  - [echo, two]
  - command: echo three
_jinja_extensions: [jinja2_time.TimeExtension]
"""


def test_a_template_that_runs_code_is_refused_with_all_of_it(work: Path, tmp_path: Path) -> None:
    template = write(tmp_path / "t", {"copier.yml": RUNS})
    with pytest.raises(ScaffoldError, match="wants to run code of its own") as said:
        render(template, work)
    for what in (
        "`echo one`",
        "`echo two`",
        "`echo three`",
        "`jinja2_time.TimeExtension`",
    ):
        assert what in said.value.message
    assert "--trust" in said.value.hint


@pytest.mark.parametrize("ref", [None, "main"])
def test_code_of_a_repository_is_listed_as_of_the_release_asked_for(
    work: Path, tmp_path: Path, ref: str | None
) -> None:
    template = git_repository(write(tmp_path / "t", {"copier.yml": "_tasks: [touch new]\n"}))
    with pytest.raises(ScaffoldError, match="task `touch new`"):
        render(f"git+file://{template}", work, ref=ref)


def test_trusted_code_runs_in_the_project(work: Path, tmp_path: Path) -> None:
    template = write(tmp_path / "t", {"a": "", "copier.yml": "_tasks: [touch made]\n"})
    render(template, work, trust=True)
    assert (work / "out/made").is_file()


def test_copier_s_own_list_of_trusted_places_is_not_asked(work: Path, tmp_path: Path, home: Path) -> None:
    template = write(tmp_path / "t", {"a": "", "copier.yml": "_tasks: [touch made]\n"})
    settings = write(tmp_path, {"copier.yml": f"trust: ['{template}', '{tmp_path}/']\n"}) / "copier.yml"
    os.environ["COPIER_SETTINGS_PATH"] = str(settings)  # the sealed home takes it back
    try:
        with pytest.raises(ScaffoldError, match="wants to run code"):
            render(template, work)
    finally:
        del os.environ["COPIER_SETTINGS_PATH"]


def test_a_task_that_fails_is_said(work: Path, tmp_path: Path) -> None:
    template = write(tmp_path / "t", {"a": "", "copier.yml": "_tasks: ['exit 3']\n"})
    with pytest.raises(ScaffoldError, match="exit 3"):
        render(template, work, trust=True)


def test_nothing_is_printed(kinds: Path, work: Path, capfd: pytest.CaptureFixture[str]) -> None:
    render(kinds, work)
    assert capfd.readouterr() == ("", "")


def test_the_environment_is_put_back(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from plumbum import local

    monkeypatch.setenv("GIT_DIR", str(work / "elsewhere"))
    before, plumbum = dict(os.environ), dict(local.env)
    template = write(work / "t", {"copier.yml": "_tasks: ['git --version']\n", "a": "1"})
    render(template, work, trust=True)
    assert (dict(os.environ), dict(local.env)) == (before, plumbum)


def expected() -> dict[str, bytes]:
    """The files of hello 0.2.0 that hold no answers, as its author wrote them."""
    names = [".gitattributes", ".gitignore", "data/unix.csv", "data/windows.txt", "Dockerfile"]
    return {name: TEMPLATES[f"_layers/base/project/{name}"].encode() for name in names}


@pytest.mark.parametrize(
    "config",
    [
        "",
        "[core]\n\tautocrlf = true\n\teol = crlf\n",
        "[core]\n\tattributesFile = ~/attributes\n",
        "[core]\n\thooksPath = ~/hooks\n",
        "[init]\n\ttemplateDir = ~/template\n\tdefaultBranch = trunk\n",
        "[safe]\n\tbareRepository = explicit\n",
        "[clone]\n\tdefaultRemoteName = up\n[fetch]\n\tprune = true\n[submodule]\n\trecurse = true\n",
        "[user]\n\tuseConfigOnly = true\n[commit]\n\tgpgSign = true\n[tag]\n\tgpgSign = true\n",
        '[url "https://evil.example.org/"]\n\tinsteadOf = scaffold://\n\tinsteadOf = "/"\n',
    ],
)
def test_no_byte_changes_whatever_git_is_told(
    acme: str, work: Path, home: Path, gitconfig: Callable[[str], None], config: str
) -> None:
    gitconfig(config)
    write(home, {"attributes": "* text eol=crlf ident\n"})
    for folder in ("hooks", "template/hooks"):
        write(home, {f"{folder}/post-checkout": "#!/bin/sh\necho hook > hooked\nexit 1\n"})
        (home / folder / "post-checkout").chmod(0o755)
    rendering.write(Wanted("acme/hello", None, "out"), work / "out")
    made = snapshot(work / "out")
    assert {name: made[name] for name in expected()} == expected()
    assert "hooked" not in made


def test_a_copier_that_lacks_a_private_name_is_told(kinds: Path, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import copier._main

    monkeypatch.delattr(copier._main, "_operation")
    for use in (lambda: render(kinds, work), lambda: private.rendered(object(), ["x"])):
        with pytest.raises(ScaffoldError, match="newer than this scaffold knows") as told:
            use()
        assert "pip install 'copier<9.20'" in told.value.hint
