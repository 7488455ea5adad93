"""Time what a teacher waits for: starters for a class, the forecast of an update, for 100 to 10,000 students; grading.

    python benchmarks/classes.py            print the table
    python benchmarks/classes.py --write    and put it into docs/performance.md

Every figure is taken in a process of its own, whose peak memory (its own, and that of its largest git) is told with it,
and the CPU time of all its processes, which other work on the machine changes less. Absolute times are this machine's.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import page

from scaffold.commands.classroom.handout import HandoutOptions, handout
from scaffold.core.classroom.assignment import find_assignment
from scaffold.core.classroom.course import read_course
from scaffold.core.classroom.delivery.batch import Classroom, open_forge
from scaffold.core.classroom.delivery.plan import forecast_all
from scaffold.core.classroom.grading.autograder import expected_exercises, load_autograder
from scaffold.core.classroom.grading.grade import choose_submissions, grade_submissions
from scaffold.core.classroom.journal import Journal
from scaffold.core.classroom.starter.prepare import all_owners, prepare_starter, write_starters
from scaffold.core.classroom.store import StarterVersion, open_store
from scaffold.core.outcome import silent
from scaffold.tools.git.trees import Commit, File
from scaffold.tools.sandbox import Bubblewrap, find_sandbox

COPIER = str(Path(sys.executable).parent / "copier")
FILES, LINES = 60, 80
LOOPED = 20
ASSIGNMENT = 'title = "Homework"\n[personal]\nfile = "personal.toml"\nvalues = {seed = {from = 1, to = 1000000}}\n'


def git(folder: Path, *args: str) -> None:
    """Run git in a folder."""
    subprocess.run(["git", *args], cwd=folder, check=True, capture_output=True)


def text(number: int, mended: str = "", mine: str = "") -> str:
    """A source file, perhaps with a line that the teacher or a student changed."""
    lines = [f"line {line} of file {number}\n" for line in range(LINES)]
    if mended:
        lines[10] = mended + "\n"
    if mine:
        lines[40 if mine.startswith("far") else 10] = mine + "\n"
    return "".join(lines)


def make_class(folder: Path, students: int) -> None:
    """A class of so many students with one assignment."""
    hw1 = folder / "hw1"
    hw1.mkdir(parents=True)
    (folder / "class.toml").write_text('title = "A class"\n')
    roster = "".join(f"s{number:05},Student {number}\n" for number in range(students))
    (folder / "roster.csv").write_text("student_id,name\n" + roster)
    (folder / ".gitignore").write_text("/roster.csv\n/.scaffold/\n")
    (hw1 / "assignment.toml").write_text(ASSIGNMENT)
    for number in range(FILES):
        (hw1 / f"file{number}.py").write_text(text(number))
    solution = "### BEGIN SOLUTION\nanswer = 6 * 7 + sum(values)\n### END SOLUTION\n"
    (hw1 / "answer.py").write_text(solution)
    git(folder, "init", "--quiet")
    commit(folder)


def commit(folder: Path) -> None:
    """Commit everything."""
    git(folder, "add", "--all")
    git(folder, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "--quiet", "--message", "all")


Times = tuple[float, float]
"""Seconds by the clock, and of CPU time, child processes included."""


def now() -> Times:
    """The times so far."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return time.perf_counter(), sum(one.ru_utime + one.ru_stime for one in used)


def since(start: Times) -> Times:
    """The times from `start` until now."""
    end = now()
    return end[0] - start[0], end[1] - start[1]


def write_store(folder: Path) -> Times:
    """Make the starter, write everybody's branch, and search all of it for leaks."""
    course = read_course(folder)
    start = now()
    assignment = find_assignment(course, "hw1")
    store = open_store(course)
    prepared = prepare_starter(assignment, store, silent)
    owners = all_owners(course, assignment)
    starters = write_starters(course, assignment, store, prepared, owners, update_older=False)
    times = since(start)
    assert starters
    return times


def hand_out(folder: Path) -> Times:
    """Hand out from end to end: a repository for everybody in a folder, with their starter in it."""
    start = now()
    outcome = handout(folder, "hw1", HandoutOptions(all_tests_visible=True))
    times = since(start)
    assert {row["state"] for row in outcome.data["students"]} == {"handed out"}
    return times


def forecast(folder: Path) -> Times:
    """Forecast an update of everybody's work."""
    write_store(folder)
    course = read_course(folder)
    assignment = find_assignment(course, "hw1")
    store = open_store(course)

    def student_commit(number: int, owner: str, starter: StarterVersion) -> Commit:
        mine = f"{'near' if number % 10 == 0 else 'far'} work of {owner}"
        ref = f"refs/fetched/{owner}/hw1/main"
        files = {"file3.py": File(text(3, mine=mine).encode())}
        return Commit("", files, start=starter.tree, parent=starter.commit, ref=ref)

    starters = store.student_starters("hw1")
    store.write(student_commit(number, *item) for number, item in enumerate(starters.items()))
    (folder / "hw1/file3.py").write_text(text(3, mended="mended"))
    commit(folder)
    classroom = Classroom(course, open_forge(course), store, Journal(course.data_folder))
    owners = all_owners(course, assignment)
    start = now()
    prepared = prepare_starter(assignment, store, silent)
    updates = forecast_all(classroom, assignment, prepared, owners, {})
    times = since(start)
    states = [update.state for update in updates]
    assert states.count("conflict") == len(states) // 10, states[:20]
    assert states.count("clean") == len(states) - len(states) // 10
    return times


def grade(folder: Path) -> Times:
    """Seconds per submission by the clock for grading, beyond what pytest alone takes for the same tests."""
    hw1 = folder / "hw1"
    (hw1 / "tests").mkdir()
    (hw1 / "assignment.toml").write_text(f'title = "Homework"\n[grading]\npython = "{sys.executable}"\n')
    (hw1 / "answer.py").write_text("def answer(values):\n    return sum(values)\n")
    tests = "".join(f"def test_{n}():\n    assert answer([{n}]) == {n}\n\n\n" for n in range(10))
    (hw1 / "tests/test_answer.py").write_text("from answer import answer\n\n\n" + tests)
    commit(folder)
    course = read_course(folder)
    store, assignment = open_store(course), find_assignment(course, "hw1")
    files = {path.relative_to(hw1).as_posix(): File(path.read_bytes()) for path in hw1.rglob("*.py")}
    owners = all_owners(course, assignment)
    ref = "refs/submissions/{}/hw1/2026-01-01T000000Z"
    store.write(Commit("", files, ref=ref.format(owner.id)) for owner in owners)
    grader = load_autograder(course, assignment, find_sandbox(), silent)
    expected_exercises(grader, silent)
    alone, judged = [], []
    for owner in owners:
        start = time.perf_counter()
        chosen = choose_submissions(grader, store, [owner])
        (row,) = grade_submissions(grader, store, [owner], chosen, 1, silent)
        middle = time.perf_counter()
        args = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
        subprocess.run(args, cwd=hw1, env={**os.environ, "PYTHONPATH": str(hw1)}, check=True, capture_output=True)
        judged.append(middle - start)
        alone.append(time.perf_counter() - middle)
        assert row.score
        assert row.score.points == 10
    return statistics.median(judged) - statistics.median(alone), 0.0


WHAT: dict[str, Callable[[Path], Times]] = {
    "store": write_store,
    "handout": hand_out,
    "forecast": forecast,
    "grade": grade,
}


def measure(what: str, students: int) -> tuple[float, float, float]:
    """Seconds, seconds of CPU time, and MiB of the largest process, in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "class"
        make_class(folder, students)
        args = [sys.executable, __file__, "--one", what, str(folder)]
        done = subprocess.run(args, check=True, capture_output=True, text=True)
    seconds, cpu, kib = json.loads(done.stdout)
    return seconds, cpu, kib / 1024


def one(what: str, folder: Path) -> None:
    """What `measure` runs."""
    seconds, cpu = WHAT[what](folder)
    used = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps([seconds, cpu, max(used)]))


def looped(make: Callable[[Path, Path, int], None]) -> float:
    """Seconds a student for making repositories one after the other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_class(folder / "class", 1)
        source = Path(shutil.copytree(folder / "class/hw1", folder / "source"))
        (source / "copier.yml").write_text("seed: {type: int, default: 1}\n")
        (source / "personal.toml.jinja").write_text("seed = {{ seed }}\n")
        git(source, "init", "--quiet")
        commit(source)
        times = []
        for number in range(LOOPED):
            start = time.perf_counter()
            make(source, folder / f"s{number}", number)
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def by_clone(source: Path, dest: Path, number: int) -> None:
    """What a script does: clone, write the student's file, commit."""
    git(source.parent, "clone", "--quiet", str(source), str(dest))
    (dest / "personal.toml").write_text(f"seed = {number}\n")
    commit(dest)


def by_copier(source: Path, dest: Path, number: int) -> None:
    """One Copier run a student, and a commit."""
    args = [
        COPIER,
        "copy",
        "--defaults",
        "--quiet",
        "--vcs-ref",
        "HEAD",
        "--data",
        f"seed={number}",
        str(source),
        str(dest),
    ]
    subprocess.run(args, check=True, capture_output=True)
    git(dest, "init", "--quiet")
    commit(dest)


def row(*cells: str) -> str:
    """One line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def measured(what: str, name: str, students: int, aim: str) -> str:
    """A row of the table."""
    seconds, cpu, mib = measure(what, students)
    return row(
        name,
        f"{students:,}",
        f"**{seconds:.2f} s**",
        f"{cpu:.2f} s",
        f"{students / seconds:.0f}",
        aim,
        f"{mib:.0f} MiB",
    )


def table() -> str:
    """All rows under their heading, and where they were taken."""
    heading = ("what", "students", "time", "CPU time", "a second", "aim", "peak memory")
    rows = [row(*heading), "|---|---|---|---|---|---|---|"]
    for what, name, students, aim in (
        ("store", "hand-out into the store", 100, "≥ 300 a second"),
        ("store", "hand-out into the store", 1000, "≥ 300 a second"),
        ("store", "hand-out into the store", 10_000, "≥ 300 a second"),
        ("handout", "hand-out into a folder, end to end", 1000, "≤ 60 s"),
        ("forecast", "forecast of an update", 200, "≤ 0.5 s"),
        ("forecast", "forecast of an update", 10_000, "≤ 10 s, < 100 MB"),
    ):
        rows.append(measured(what, name, students, aim))
    for name, make in (("`git clone` and a commit", by_clone), ("`copier copy` and a commit", by_copier)):
        each = looped(make)
        rows.append(
            row(f"a loop of {name} ({LOOPED} timed)", "100", f"{100 * each:.0f} s", "–", f"{1 / each:.1f}", "–", "–")
        )
    # The cost of the sandbox is what is measured: without one there is nothing to report.
    if Bubblewrap().works():
        seconds, _, mib = measure("grade", 20)
        each = f"**{1000 * seconds:.0f} ms** each"
        rows.append(row("grading, beyond what pytest alone takes", "20", each, "–", "–", "≤ 150 ms", f"{mib:.0f} MiB"))
    return "\n".join([*rows, "", f"{os.cpu_count()} cores, Python {platform.python_version()}."])


def main() -> None:
    """Print the table, and write it into the page when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    parser.add_argument("--one", nargs=2, metavar=("WHAT", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one(options.one[0], Path(options.one[1]))
        return
    result = table()
    print(result)
    if options.write:
        page.write("classes", result)


if __name__ == "__main__":
    main()
