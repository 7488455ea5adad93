"""Processes of our own."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scaffold.errors import ScaffoldError
from scaffold.tools import process, uv
from support import PACKAGED, write


def python(code: str, work: Path, **options: object) -> process.Completed:
    return process.run([sys.executable, "-c", code], cwd=work, **options)  # type: ignore[arg-type]


def test_output_and_status(work: Path) -> None:
    done = python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)", work)
    assert (done.returncode, done.ok, done.stdout, done.stderr) == (3, False, "out\n", "err\n")
    assert done.last_line == "err"


def test_the_last_line_of_a_silent_process(work: Path) -> None:
    assert python("raise SystemExit(7)", work).last_line == "exit status 7"


def test_bytes_that_are_no_text(work: Path) -> None:
    assert python(r"import sys; sys.stdout.buffer.write(b'\xff')", work).stdout == "\ufffd"


def test_the_environment_is_added_to_and_taken_from(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONE", "x")
    monkeypatch.setenv("EMPTY", "")
    show = "import os; print([os.environ.get(n) for n in ('GONE', 'EMPTY', 'NEW')])"
    assert python(show, work, env={"GONE": "", "NEW": "n"}).stdout == "[None, '', 'n']\n"


def test_standard_input_is_what_is_given_and_never_the_terminal(work: Path) -> None:
    read = "import sys; print(repr(sys.stdin.read()))"
    assert python(read, work).stdout == "''\n"
    assert python(read, work, stdin=b"in").stdout == "'in'\n"


def test_live_output_goes_to_stderr(work: Path, capfd: pytest.CaptureFixture[str]) -> None:
    done = python("print('now', flush=True)", work, live=True)
    assert (done.stdout, capfd.readouterr()) == ("", ("", "now\n"))


@pytest.mark.parametrize("program", ["/no/such/program", "/"])
def test_a_program_that_cannot_start_is_said(work: Path, program: str) -> None:
    with pytest.raises(ScaffoldError, match=f"`{program}` could not be started"):
        process.run([program], cwd=work)


def test_find_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert process.find_program("sh")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert process.find_program("sh") is None


@pytest.fixture
def project(work: Path) -> Path:
    return write(work, {name.removeprefix("project/"): text for name, text in PACKAGED.items() if "project/" in name})


def test_uv_locks_and_installs_a_project_without_dependencies_offline(project: Path) -> None:
    assert uv.lock(project).ok
    assert (project / "uv.lock").is_file()
    done = uv.sync(project)
    assert done.ok, done.stderr
    assert (project / ".venv/pyvenv.cfg").is_file()


def test_an_outer_environment_is_left_alone(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "outer"))
    assert uv.lock(project).ok
    assert uv.sync(project).ok
    assert not (tmp_path / "outer").exists()


def test_uv_says_what_it_could_not_get_offline(project: Path) -> None:
    toml = project / "pyproject.toml"
    toml.write_text(toml.read_text() + 'dependencies = ["iniconfig"]\n')
    done = uv.lock(project)
    assert not done.ok
    assert "iniconfig" in done.stderr


def test_feeding_a_program_piece_by_piece(work: Path) -> None:
    code = "import sys; print(len(sys.stdin.buffer.read())); print('x' * 100000, file=sys.stderr); sys.exit(3)"
    done = process.feed([sys.executable, "-c", code], work, (b"a" * 1000 for _ in range(1000)))
    assert (done.returncode, done.stdout, len(done.stderr)) == (3, "1000000\n", 100001)


def test_feeding_a_program_that_ends_early(work: Path) -> None:
    code = "import sys; sys.stdin.close(); sys.exit('enough')"
    done = process.feed([sys.executable, "-c", code], work, (b"a" * 100_000 for _ in range(100)))
    assert (done.returncode, done.last_line) == (1, "enough")


def test_what_is_fed_may_fail(work: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"a"
        raise KeyError

    with pytest.raises(KeyError):
        process.feed([sys.executable, "-c", "import time; time.sleep(600)"], work, chunks())


def test_feeding_a_program_that_is_not_there(work: Path) -> None:
    with pytest.raises(ScaffoldError, match="`nope-nope` could not be started"):
        process.feed(["nope-nope"], work, [])


def test_a_program_that_has_to_answer_soon(work: Path) -> None:
    echo = "import sys; print(sys.stdin.read()); print('err', file=sys.stderr); sys.exit(3)"
    done = process.ask([sys.executable, "-c", echo], 60, stdin=b"asked")
    assert done is not None
    assert (done.returncode, done.stdout.strip(), done.stderr.strip()) == (3, "asked", "err")
    with pytest.raises(ScaffoldError, match="could not be started"):
        process.ask([str(work / "nope")], 60)


def test_a_program_that_never_answers_is_ended_with_what_holds_its_output(work: Path) -> None:
    # The inner one reads until the outer one is gone.
    inner = "[sys.executable, '-c', 'import sys; sys.stdin.read()']"
    parent = f"import subprocess, sys; subprocess.Popen({inner}, stdin=subprocess.PIPE).wait()"
    assert process.ask([sys.executable, "-c", parent], 0.2) is None
