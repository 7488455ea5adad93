"""A person at a terminal: a real one, made by the standard library's pty."""

import os
import select
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from data_support import TABLE_TEMPLATE, write_houses
from forking import Fork
from scaffold import console
from scaffold.cli.main import main
from support import BIN, git, spawn, write

pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals", exc_type=ImportError)
termios = pytest.importorskip("termios", reason="this system has no pseudo-terminals", exc_type=ImportError)


CTRL_C = "\x03"


class Terminal:
    """A program with a person at it: scaffold, unless told otherwise."""

    def __init__(
        self,
        *args: str,
        program: Callable[[list[str]], int] = main,
        env: dict[str, str] | None = None,
        columns: int = 200,
    ) -> None:
        self.seen = self.typed = ""
        self.ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (50, columns))
        self.process = Fork(args, theirs, {"TERM": "xterm", "COLUMNS": str(columns), **(env or {})}, program)
        os.close(theirs)

    def until(self, words: str) -> None:
        """Read until `words` stand on the screen, after what was read up to now."""
        start = len(self.seen)
        while words not in self.seen[start:]:
            assert self._read(), f"it ended without {words!r}:\n{self.seen}"

    def type(self, keys: str) -> None:
        self.typed = keys
        os.write(self.ours, keys.encode())

    def end(self) -> int:
        """Read to the end. Gives the exit code."""
        self._press_again()
        while self._read():
            self._press_again()
        return self.process.wait()

    def _press_again(self) -> None:
        """Press Ctrl-C again while nothing happens, as a person does.

        A signal that comes just before Python's `input` begins to wait is noticed only when a line, or another, comes.
        """
        while self.typed == CTRL_C and not select.select([self.ours], [], [], 20)[0]:
            self.type(CTRL_C)

    def close(self) -> None:
        self.process.kill()
        os.close(self.ours)

    def _read(self) -> bool:
        try:
            data = os.read(self.ours, 65536)
        except OSError:  # Linux says EIO when the other side is closed
            return False
        # A terminal answers when it is asked where the cursor stands; prompt_toolkit asks.
        if b"\x1b[6n" in data:
            os.write(self.ours, b"\x1b[1;1R")
        self.seen += data.decode(errors="replace")
        return bool(data)


@pytest.fixture
def terminal(built_in: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def open_it(*args: str, **more: Any) -> Terminal:
        opened.append(Terminal(*args, **more))
        return opened[-1]

    yield open_it
    for item in opened:
        item.close()


Open = Callable[..., Terminal]


def test_without_a_template_it_shows_the_stages_and_asks(terminal: Open, work: Path) -> None:
    person = terminal("new", "--no-install")
    person.until("Which one")
    assert "first steps" in person.seen
    assert "second steps" in person.seen
    person.type("1\r")
    person.until("project_name")
    person.type("\r")
    assert person.end() == 0
    assert (work / "hello-world/world.txt").read_text() == "hello-world greets the world\n"
    assert git(work / "hello-world", "status", "--porcelain") == ""


def test_a_template_can_be_chosen_by_its_name(terminal: Open, work: Path) -> None:
    person = terminal("new", "--no-install")
    person.until("Which one")
    person.type("nonsense\r")
    person.until("Which one")
    person.type("hello-world\r")
    person.until("project_name")
    person.type("\r")
    assert person.end() == 0
    assert (work / "hello-world").is_dir()


def test_questions_are_asked_with_git_s_defaults(terminal: Open, work: Path) -> None:
    person = terminal("new", "hello", "mine", "--no-install", "-d", "stars=1", "-d", "docker=false")
    person.until("What is it called?")
    person.type("\x15Bikes\r")  # Ctrl-U takes the default away
    person.until("Who writes it?")
    person.until("Ada Lovelace")
    person.type("\r")
    person.until("Where to reach you?")
    person.type("\r")
    person.until("Which licence?")
    person.type("\x1b[B\r")
    person.until("How to greet?")
    person.type("\r")
    assert person.end() == 0
    assert "How many?" not in person.seen
    answers = (work / "mine/.copier-answers.yml").read_text()
    for line in ("project_name: Bikes", "author_name: Ada Lovelace", "license: Apache-2.0", "stars: 1"):
        assert line in answers


REFUSAL = "Use at least one letter of A-Z or a digit: the repository and the package get its name, unexceptionally."
NARROW = f"""\
name:
  type: str
  help: What is the project called? This is the title of its README, and everything else is named after it.
  default: Bikes
  validator: "{{% if name == '-' %}}{REFUSAL}{{% endif %}}"
"""


@pytest.mark.parametrize("more", ["", "none: {multiselect: true, when: false}\n"], ids=["ours", "copier's"])
def test_a_refusal_is_shown_whole_on_a_narrow_terminal(terminal: Open, work: Path, more: str) -> None:
    write(work / "narrow", {"copier.yml": NARROW + more, "{{ _copier_conf.answers_file }}.jinja": ANSWERS})
    person = terminal("new", "./narrow", "mine", "--no-install", columns=40)
    person.until("What is the project called?")
    person.type("\x15-\r")
    person.until("unexceptionally")
    assert all(word in person.seen for word in REFUSAL.split())
    person.type("\x15Cars\r")
    assert person.end() == 0
    assert "name: Cars" in (work / "mine/.copier-answers.yml").read_text()


def test_a_secret_is_not_shown_and_several_choices_are_numbers(terminal: Open, work: Path) -> None:
    questions = (
        'token: {type: str, secret: true, default: t0psecret, help: "Which token?"}\n'
        "parts: {type: str, multiselect: true, choices: [docs, tests, docker], default: [docs]}\n"
    )
    files = {"{{ _copier_conf.answers_file }}.jinja": ANSWERS, "out.jinja": "{{ token }}"}
    write(work / "asks", {"copier.yml": questions, **files})
    person = terminal("new", "./asks", "mine", "--no-install")
    person.until("1 of 2 Which token? (not shown; Enter accepts the default)")
    person.type("hunter2\r")
    person.until("3 docker")
    person.type("\x154\r")
    person.until("Type numbers of the list, separated by commas.")
    person.type("\x153, 2\r")
    assert person.end() == 0
    assert "hunter2" not in person.seen
    assert "t0psecret" not in person.seen
    assert (work / "mine/out").read_text() == "hunter2"
    answers = (work / "mine/.copier-answers.yml").read_text()
    assert ("token" in answers, "parts:\n- tests\n- docker\n" in answers) == (False, True)


def test_a_beginner_is_asked_the_first_questions_and_offered_the_others(
    terminal: Open, tmp_path: Path, work: Path
) -> None:
    template = write(tmp_path / "numbers", TABLE_TEMPLATE)
    manifest = (template / "template.toml").read_text()
    write(template, {"template.toml": 'first_questions = ["project_name"]\n' + manifest})
    write(template, {"copier.yml": (template / "copier.yml").read_text() + "docker: {type: bool, default: true}\n"})
    person = terminal("new", str(template), "mine", "--no-install")
    person.until("1 of 2  Which data, 1 to 2 (Enter accepts 1)")
    person.type("\r")
    person.until("(Enter accepts)")
    person.type("\r")
    person.until("(Enter accepts no) [y/N]")
    person.type("y")
    person.until("(Enter accepts yes) [Y/n]")
    person.type("n")
    assert person.end() == 0
    assert all(words in person.seen for words in ("2 of 2", "Change docker, too?", "1 of 1"))
    assert "docker: false" in (work / "mine/.copier-answers.yml").read_text()


@pytest.mark.parametrize("key", [CTRL_C, "\x04"])
def test_leaving_the_choice(terminal: Open, work: Path, key: str) -> None:
    person = terminal("new")
    person.until("Which one")
    person.type(key)
    assert person.end() == 130
    assert "Interrupted; nothing half made was left behind." in person.seen
    assert os.listdir(work) == []


@pytest.mark.parametrize("key", [CTRL_C, "\x04"])
def test_leaving_the_questions(terminal: Open, work: Path, sealed: Path, key: str) -> None:
    person = terminal("new", "hello", "deep/mine")
    person.until("What is it called?")
    person.type("\x15")
    person.type(key)
    assert person.end() == 130
    assert "Traceback" not in person.seen
    assert os.listdir(work) == []
    assert os.listdir(sealed / "tmp") == []


def test_yes_asks_nothing_and_shows_progress(terminal: Open, work: Path) -> None:
    person = terminal("new", "hello", "mine", "-y", "--no-install")
    assert person.end() == 0
    assert "Committing" in person.seen
    assert "What is it called?" not in person.seen
    assert "Made " in person.seen


def test_quiet_shows_no_progress(terminal: Open) -> None:
    person = terminal("new", "hello", "mine", "-y", "--no-install", "-q")
    assert person.end() == 0
    assert person.seen == ""


def test_a_terminal_gets_colour_unless_it_does_not_want_any(terminal: Open) -> None:
    coloured, plain = terminal("show", "nope"), terminal("show", "nope", env={"NO_COLOR": "1"})
    assert (coloured.end(), plain.end()) == (1, 1)
    assert "\x1b[1;31m" in coloured.seen
    assert "\x1b[1;31m" not in plain.seen


def test_json_never_asks(terminal: Open) -> None:
    person = terminal("new", "hello", "mine", "--json")
    assert person.end() == 2
    assert '"exit_code": 2' in person.seen


@pytest.mark.thorough
@pytest.mark.parametrize("args", [("new",), ("new", "hello"), ("new", "hello", "--dry-run")])
def test_without_a_terminal_nothing_is_asked(installed: Path, work: Path, args: tuple[str, ...]) -> None:
    failed = spawn(BIN / "scaffold", *args)
    assert failed.code == 2
    assert failed.err == (
        "error: There is no terminal to ask the questions on.\n\n"
        "hint: Add -y to take the defaults, and -d KEY=VALUE to answer.\n"
    )
    assert os.listdir(work) == []


@pytest.mark.thorough
def test_yes_without_a_template_and_a_terminal(installed: Path, work: Path) -> None:
    failed = spawn(BIN / "scaffold", "new", "-y")
    assert (failed.code, failed.out) == (2, "")
    assert failed.err.startswith("error: Which template?\n\nhint: For example: scaffold new")


def show_progress(_: list[str]) -> int:
    """A program that goes on whenever a line is typed."""
    console.style = console.Style()
    with console.progress() as progress:
        progress.step("Running your own solution")
        progress.count("Grading", 2, 3)
        input()
        progress.release_terminal("Running [make] all")
        input()
        progress.count("Grading", 3, 3)
        input()
    return 0


def test_a_count_shows_whatever_the_step_before_was_called(terminal: Open) -> None:
    person = terminal(program=show_progress)
    person.until("Grading, 2 of 3 …")
    person.type("\n")
    person.until("Running [make] all …")
    person.type("\n")
    person.until("Grading, 3 of 3 …")
    person.type("\n")
    assert person.end() == 0


TITLE = "\x1b]0;pwned\x07"
FLIPPED = "\u202egnp.exe"
IN_YAML = TITLE.encode("unicode_escape").decode()
COPIER = f'word: {{type: str, default: "{IN_YAML}", help: "say {IN_YAML}{FLIPPED}"}}\n'
ANSWERS = "{{ _copier_answers|to_nice_yaml }}"


@pytest.fixture
def hostile(work: Path) -> Path:
    """A template that tries to set the terminal's title and to hide a file's true name."""
    files = {"copier.yml": COPIER, f"{TITLE}{FLIPPED}.txt": "x\n", "{{ _copier_conf.answers_file }}.jinja": ANSWERS}
    return write(work / "hostile", files)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "args",
    [("show", "./hostile"), ("new", "./hostile", "mine", "-y", "--dry-run"), ("new", f"./{TITLE}{FLIPPED}", "-y")],
)
def test_a_hostile_template_cannot_write_to_the_terminal(terminal: Open, hostile: Path, args: tuple[str, ...]) -> None:
    person = terminal(*args)
    person.end()
    assert "\\x1b]0;pwned" in person.seen
    assert TITLE not in person.seen
    assert "\u202e" not in person.seen
    piped = spawn(BIN / "scaffold", *args)
    assert not {"\x1b", "\x07", "\u202e"} & set(piped.out + piped.err)


def test_a_hostile_question_cannot_write_to_the_terminal(terminal: Open, hostile: Path) -> None:
    person = terminal("new", "./hostile", "mine", "--no-install")
    person.until("say ")
    person.type("\x15fine\r")
    assert person.end() == 0
    assert TITLE not in person.seen
    assert "\u202e" not in person.seen


@pytest.mark.thorough
def test_a_hostile_address_of_a_template_cannot_write_to_the_terminal(work: Path) -> None:
    answers = f'_src_path: "{TITLE.encode("unicode_escape").decode()}"\n_commit: "1{FLIPPED}"\n'
    git(write(work / "project", {".copier-answers.yml": answers}), "init", "-q")
    git(work / "project", "add", "-A")
    git(work / "project", "commit", "-qm", "x")
    for args in (["status", "project"], ["update", "project"], ["diff", "project"]):
        done = spawn(BIN / "scaffold", *args)
        assert "pwned" in done.out + done.err
        assert not {"\x1b", "\x07", "\u202e"} & set(done.out + done.err)


@pytest.mark.thorough
def test_own_data_is_asked_for(terminal: Open, tmp_path: Path, work: Path) -> None:
    template = write(tmp_path / "numbers", TABLE_TEMPLATE)
    write_houses(work / "h.csv")
    person = terminal("new", str(template), "mine", "--no-install")
    person.until("Which data")
    person.type("own\r")
    person.until("Which file")
    person.type("h.csv\r")
    person.until("Which column is to be predicted")
    assert "3 different texts in 120 cells" not in person.seen  # no target: a district is no number
    person.type("price\r")
    person.until("project_name")
    person.type("\r")
    assert person.end() == 0
    assert (work / "mine/data/raw/h.csv").read_bytes() == (work / "h.csv").read_bytes()


def test_the_example_can_be_chosen(terminal: Open, tmp_path: Path, work: Path) -> None:
    template = write(tmp_path / "numbers", TABLE_TEMPLATE)
    person = terminal("new", str(template), "mine", "--no-install")
    person.until("Which data")
    assert "Predicts apples." in person.seen
    person.type("\r")
    person.until("project_name")
    person.type("\r")
    assert person.end() == 0
    assert (work / "mine/data/raw/example.csv").is_file()
