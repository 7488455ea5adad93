"""Hostile templates, in one table: whatever they hold, no code of theirs runs and nothing outside the project changes.

Every case is a release of a template that nobody trusts. Each command ends with a documented exit code and one sentence
without escape sequences, and other projects are updated all the same.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conftest import Run
from scaffold.core.templates import jinja
from support import Result, git, git_repository, write
from update_support import LINES, Content, File, committed, lay_out, write_and_commit

BY_COPIER = "_preserve_symlinks: true\n"
"""A setting for which scaffold leaves the rendering to Copier."""
TITLE = r"\x1b]0;pwned\x07\u202e"
"""As YAML has it: a window's title, and text that runs backwards."""
REFUSED = (1, 2)


@dataclass(frozen=True)
class Case:
    """A hostile release.

    Attributes:
        config: Its copier.yml.
        files: Its files.
        codes: The exit codes of `scaffold new`.
        says: What the message names; `-` for nothing in particular.
    """

    config: str = "name: it\n"
    files: Mapping[str, Content] = field(default_factory=dict)
    codes: tuple[int, ...] = REFUSED
    says: str = ""


def led(path: str) -> Case:
    """A file whose name is an answer's default."""
    return Case(f"_exclude: []\nwhere: {json.dumps(path)}\n", {"{{ where }}.jinja": "#!/bin/sh\ntouch ran\n"})


OUTSIDE = [
    ".git/hooks/pre-commit", ".GIT/config", "a/.git/config", "git~1/config", ".git /x", ".git./x", ".g\u200cit/config",
    ".git::$INDEX_ALLOCATION/x", "../victim", "/victim", "a/../../victim", "..", "C:/x", "a\\..\\..\\victim", "a\0b",
]  # fmt: skip
BOMBS = {
    "loops": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "a product": "{{ 'x' * 10 ** 10 }}",
    "a power": "{{ 9 ** 999999 }}",
    "a list": "{{ [1] * 10 ** 10 }}",
    "a join": "{{ (['x' * 60000000] * 1000) | join }}",
    "output": "{% for a in range(99999) %}{{ 'x' * 60000000 }}{% endfor %}",
    "doubling": "{% set n = namespace(t='xxxx') %}{% for a in range(60) %}{% set n.t = n.t + n.t %}{% endfor %}",
    "tildes": "{% set n = namespace(t='xxxx') %}{% for a in range(60) %}{% set n.t = n.t ~ n.t %}{% endfor %}",
    "a width": "{{ '%9999999999d' % 1 }}",
    "a format": "{{ '{:>9999999999}'.format(1) }}",
    "a centre": "{{ 'x' | center(9999999999) }}",
    "recursion": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "itself": "{% include 'a.jinja' %}",
    "parentheses": "{{ " + "(" * 9000 + "1" + ")" * 9000 + " }}",
    "blocks": "{% for a in [1] %}" * 60 + "{% endfor %}" * 60,
    "conditions": "{% if 1 %}" * 300 + "{% endif %}" * 300,
}
CONFIGS = {
    f"a wrong `{key}`": f"{key}: {value}\nname: it\n"
    for key, value in {
        "_exclude": "1", "_subdirectory": "[1]", "_envops": "3", "_templates_suffix": "5", "_skip_if_exists": "{a: 1}",
        "_tasks": "7", "_migrations": "3", "_answers_file": "[7]", "_jinja_extensions": "5", "_external_data": "5",
        "_message_after_copy": "[1]", "_secret_questions": "5", "2020-01-01": "x",
        "null": "x", "[1, 2]": "x",
    }.items()
}  # fmt: skip
PLACES = {
    "a default": "x: {type: str, default: BOMB}\n",
    "a condition": "x: {type: str, default: '', when: BOMB}\n",
    "a validator": "x: {type: str, default: a, validator: BOMB}\n",
    "a choice": "x: {type: str, default: a, choices: [a, BOMB]}\n",
    "help": "x: {type: str, default: a, help: BOMB}\n",
    "_exclude": "_exclude: [BOMB]\n",
    "_skip_if_exists": "_skip_if_exists: [BOMB]\n",
    "_subdirectory": "_subdirectory: BOMB\n",
    "_answers_file": "_answers_file: BOMB\n",
    "_message_after_copy": "_message_after_copy: BOMB\n",
}
LOOP = json.dumps(BOMBS["loops"])

CASES: dict[str, Case] = {
    **{f"a file {path!r}": led(path) for path in OUTSIDE},
    **{f"copier: a file {path!r}": Case(BY_COPIER + led(path).config, led(path).files) for path in OUTSIDE},
    "a name of 300 bytes": led("x" * 300),
    "a path of 6000 bytes": led("/".join(["d"] * 3000)),
    "a lone surrogate in a path": led("\ud800"),
    **{f"{name} in a file": Case(files={"a.jinja": bomb}) for name, bomb in BOMBS.items()},
    **{f"copier: {name} in a file": Case("name: it\n" + BY_COPIER, {"a.jinja": bomb}) for name, bomb in BOMBS.items()},
    **{f"loops in {place}": Case(config.replace("BOMB", LOOP), codes=(0, 1, 2)) for place, config in PLACES.items()},
    **{
        f"copier: loops in {place}": Case(BY_COPIER + config.replace("BOMB", LOOP), codes=(0, 1, 2))
        for place, config in PLACES.items()
    },
    "loops in a file's name": Case(files={BOMBS["loops"].replace("/", ""): "x"}, codes=(0, 1, 2)),
    **{name: Case(config, codes=(0, 1, 2)) for name, config in CONFIGS.items()},
    "aliases": Case("a: &a [x]\nb: [" + "*a, " * 200 + "]\n"),
    "an alias of itself": Case("a: &a [*a]\n"),
    "aliases in a default": Case(
        "x: {type: yaml, default: '{a: &a [x], b: [" + "*a, " * 200 + "]}'}\n", {"a.jinja": "{{ x }}"}
    ),
    "a cycle in a default": Case("x: {type: yaml, default: '&a [*a]'}\n"),
    "depth": Case("x: " + "[" * 3000 + "]" * 3000 + "\n"),
    "depth in a default": Case(f"x: {{type: yaml, default: '{'[' * 3000}'}}\n"),
    "a tag for Python": Case("x: !!python/object/apply:os.system ['touch ran']\n", codes=(0, 1, 2)),
    "a tag for Python in a default": Case(
        "x: {type: yaml, default: \"!!python/object/apply:os.system ['touch ran']\"}\n"
    ),
    "a file of the machine included": Case(files={"a.jinja": "{% include '/etc/passwd' %}"}),
    "a file above included": Case(files={"a.jinja": "{% include '../../../../etc/passwd' %}"}),
    "copier: a file above included": Case(BY_COPIER, {"a.jinja": "{% include '../../../../etc/passwd' %}"}),
    "a link out of the template included": Case(
        BY_COPIER, {"l": File(b"/etc/passwd", symlink=True), "a.jinja": "{% include 'l' %}"}
    ),
    "a link out of the template": Case(files={"l": File(b"/etc/passwd", symlink=True)}, codes=(0, 1)),
    "a link that is kept": Case(BY_COPIER, {"l": File(b"/etc/passwd", symlink=True)}, codes=(0, 1)),
    "a folder linked outside, and a file in it": Case(
        BY_COPIER + "where: out\n", {"out": File(b"../..", symlink=True), "{{ where }}/victim.jinja": "x"}, codes=(0, 1)
    ),
    "a link to itself": Case(BY_COPIER, {"l": File(b"l", symlink=True)}, codes=(0, 1)),
    "a link called .git": Case(BY_COPIER + "_exclude: []\nwhere: .git\n", {"{{ where }}": File(b"..", symlink=True)}),
    "a subdirectory above": Case("_subdirectory: ..\n", codes=(0, 1)),
    "copier: a subdirectory above": Case(BY_COPIER + "_subdirectory: ..\n", codes=(0, 1)),
    "copier: a subdirectory of the machine": Case(BY_COPIER + "_subdirectory: /etc\n", codes=(0, 1)),
    "an answers file above": Case("_answers_file: ../victim.yml\n"),
    "copier: an answers file above": Case(BY_COPIER + "_answers_file: ../victim.yml\n"),
    "an answers file of git's": Case("_answers_file: .git/config\n", codes=(0,)),
    "data of the machine": Case("_external_data: {x: /etc/passwd}\n", {"a.jinja": "{{ _external_data.x }}"}),
    "data from above": Case("_external_data: {x: ../../../etc/passwd}\n", {"a.jinja": "{{ _external_data.x }}"}),
    "Python behind an object": Case(files={"a.jinja": "{{ ''.__class__.__mro__[1].__subclasses__() }}"}),
    "Python behind a path": Case(files={"a.jinja": "{{ _copier_conf.answers_file.parser.os.system('touch ran') }}"}),
    "copier: Python behind a path": Case(
        BY_COPIER, {"a.jinja": "{{ _copier_conf.answers_file.parser.os.system('touch ran') }}"}
    ),
    "a task": Case("_tasks: ['touch ran']\n", says="task `touch ran`"),
    "a migration": Case("_migrations: ['touch ran']\n", codes=(0,)),
    "an extension": Case("_jinja_extensions: [ext.Evil]\n", {"ext.py": "open('ran', 'w')\n"}, says="ext.Evil"),
    "a task with escapes": Case(f'_tasks: ["touch ran # {TITLE}"]\n', says="task `touch ran"),
    "a build backend": Case(
        files={
            "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "b"\nbackend-path = ["."]\n'
            '[project]\nname = "x"\nversion = "1"\n',
            "b.py": "open('ran', 'w')\n",
        },
        codes=(0,),
    ),
    "escapes in a question": Case(f'"{TITLE}": {{type: str, default: "{TITLE}", help: "{TITLE}"}}\n', codes=(0, 1, 2)),
    "escapes in choices": Case(f'x: {{type: str, choices: ["{TITLE}", b], default: c}}\n', codes=(0, 1, 2)),
    "escapes in a message": Case(
        "".join(f'_message_{when}: "{TITLE}"\n' for when in ("after_copy", "before_update", "after_update")), codes=(0,)
    ),
    "escapes in a name": Case(led("\x1b]0;pwned\x07\u202e").config, {"{{ where }}.jinja": ""}, codes=(0,)),
    "escapes in a mistake": Case(f'x: {{type: str, default: "{{{{ {TITLE} }}}}"}}\n'),
    "escapes in a validator": Case(f'x: {{type: str, default: a, validator: "{TITLE}"}}\n'),
    "a lone surrogate": Case('x: "\\uD800"\n', {"a.jinja": "{{ x }}"}),
    "a lone surrogate in a text": Case(files={"a.jinja": '{{ "\\ud800" }}'}),
    "no UTF-8": Case(files={"a.jinja": b"\xff\xfe"}),
    "no UTF-8 in copier.yml": Case(files={"copier.yaml": b"\xff"}),
    "a number of a million digits": Case("x: " + "1" * 5000 + "\n", {"a.jinja": "{{ x }}"}),
    "a number that is none": Case("x: {type: int, default: nan}\n"),
    "an infinite number": Case("x: {type: int, default: 1e999}\n"),
    "a version of Copier that does not exist": Case('_min_copier_version: "99.0"\n'),
    "a kind that does not exist": Case("x: {type: nonsense, default: 1}\n"),
    "an undefined variable": Case("_envops: {undefined: jinja2.StrictUndefined}\n", {"a.jinja": "{{ nothing }}"}),
    "attributes that run programs": Case(files={".gitattributes": "* filter=x diff=x merge=x\n"}, codes=(0,)),
    "a module that goes nowhere": Case(
        files={".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "touch ran"\n'}, codes=(0,)
    ),
}  # fmt: skip


# An interrupt that reaches a finalizer, or a callback of the garbage collector, is lost there and comes again.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def soon(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rendering that has no end is stopped early."""
    if any(bomb in request.node.name for bomb in BOMBS):
        monkeypatch.setattr(jinja, "LONGEST", 0.5)


@dataclass
class World:
    """Everything around the projects, and the commands that were run."""

    root: Path
    run: Run

    def __call__(self, *args: str | Path, inside: str = "nowhere") -> Result:
        """Run a command, and check what holds for every hostile template: only files `inside` may change."""
        before = self._not_to_be_changed(inside)
        done = self.run(*args)
        said, where = done.out + done.err, (args, done)
        assert done.code in {0, 1, 2, 4}, where
        if args[0] != "diff" and "-v" not in args:  # a patch in a pipe is byte for byte, for `git apply`
            assert not {"\x1b", "\x07", "\u202e", "\0"} & set(said), where
        assert "Traceback" not in said, where
        assert " bug" not in said, where
        assert not done.err.startswith("error: ") or done.err.count("\n\n") <= 1, where
        assert not list(self.root.rglob("ran")), where
        assert self._not_to_be_changed(inside) == before, where
        return done

    def _not_to_be_changed(self, inside: str) -> dict[str, bytes]:
        """Every file that is not the command's to write; in a repository, its configuration and its hooks."""
        found = {path.relative_to(self.root).as_posix(): path for path in self.root.rglob("*") if path.is_file()}
        ours = ("sealed/tmp/", "sealed/xdg/", f"work/{inside}/")
        return {
            path: place.read_bytes()
            for path, place in found.items()
            if not path.startswith(ours)
            or (inside.startswith("all") and (path.endswith("/.git/config") or "/.git/hooks/" in path))
        }


@pytest.fixture
def world(tmp_path: Path, run: Run) -> World:
    write(tmp_path, {"victim": "unharmed\n"})
    return World(tmp_path, run)


def hostile(case: Case, folder: Path) -> Path:
    """A template with a harmless release 1.0 and the hostile one."""
    answers = {"{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml -}}\n"}
    lay_out(folder, {"copier.yml": "name: it\n", "ours.txt": LINES, **answers})
    git(folder, "init", "--quiet")
    write_and_commit(folder, {})
    git(folder, "tag", "1.0")
    (folder / "copier.yml").unlink()
    lay_out(folder, {"copier.yml": case.config, "new.txt": "new\n", **case.files})
    write_and_commit(folder, {})
    git(folder, "tag", "2.0")
    return folder


def is_quick(name: str) -> bool:
    """Whether a case belongs to the quick tests: paths, and what the templates of others want to run."""
    return name.startswith("a file ") or bool(CASES[name].says)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if is_quick(name) else pytest.mark.thorough) for name in CASES]
)
def test_a_new_project(name: str, world: World, work: Path) -> None:
    case = CASES[name]
    done = world("new", hostile(case, work / "hostile"), "mine", "-y", "--no-install", inside="mine")
    assert done.code in case.codes, done
    assert case.says in done.err
    assert done.code == 0 or not (work / "mine").exists()


FEWER = [name for name in CASES if not name.startswith(("copier: ", "a file "))]
"""Without those that only differ in who renders them, or in the spelling of a path."""


@pytest.mark.thorough
@pytest.mark.parametrize("name", [*FEWER, "copier: a file '.git/hooks/pre-commit'", "a file '/victim'"])
def test_a_project_whose_template_turns_hostile(name: str, world: World, project: Path, work: Path) -> None:
    template = hostile(CASES[name], work / "hostile")
    bad, good = work / "all/bad", work / "all/good"
    assert world.run("new", template, bad, "--ref", "1.0", "-y", "--no-install").code == 0
    project.rename(good)
    git_repository(write(work / "other", {"ours.txt": LINES, "own.txt": "own\n"}))

    world("show", template)
    for command in (["status"], ["diff"], ["set", "name=x", "--dry-run", "-C"], ["update", "--dry-run", "-v", "-y"]):
        world(*command, bad, inside="all/bad/.git/scaffold")
    world("adopt", work / "other", template, "--dry-run")
    world("update", "--all", work / "all", "-y", inside="all")
    world("update", bad, "-y", inside="all/bad")
    world("diff", bad, inside="all/bad")

    assert "new.txt" in committed(good)
    assert git(bad, "status", "--porcelain") == ""
