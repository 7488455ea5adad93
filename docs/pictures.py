"""Draw docs/images anew from real runs: what the terminal shows, and what the generated project draws.

    make pictures

The terminal is a pseudo-terminal, so colours and progress are those that a person sees.
"""

import os
import pty
import re
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

IMAGES = Path(__file__).parent / "images"
SCAFFOLD = str(Path(sys.executable).parent / "scaffold")
UV = str(Path(sys.executable).parent / "uv")
COLUMNS = 100
SPINNER = re.compile(r"(\x1b\[[0-9;]*m)*[\u2800-\u28ff]")
"""A line of progress, which the cursor went back to and cleared."""
LAST_LINES = 26
"""How much of a long run is shown: its end, where the results stand."""


def transcript(command: list[str], cwd: Path, status: int = 0) -> list[str]:
    """Run a command on a pseudo-terminal and return the lines that stay on the screen, colours included."""
    chunks = []

    def keep(descriptor: int) -> bytes:
        chunks.append(os.read(descriptor, 1024))
        return chunks[-1]

    here = Path.cwd()
    os.chdir(cwd)
    try:
        ended = os.waitstatus_to_exitcode(pty.spawn(command, keep))
    finally:
        os.chdir(here)
    if ended != status:
        raise SystemExit(f"{command} ended with {ended}")
    text = b"".join(chunks).decode("utf-8", "replace").replace("\r\n", "\n")
    text = re.sub(r"\x1b\[\??[0-9;]*[A-HJKSTfhlnsu]", "", text)  # the cursor's moves; colours (m) stay
    lines = [line.rsplit("\r", 1)[-1].rstrip() for line in text.split("\n")]
    return [line for line in lines if not SPINNER.match(line)]


def draw(name: str, title: str, lines: list[str]) -> None:
    """Write a terminal window as SVG."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True)
        for line in lines:
            console.print(Text.from_ansi(line), soft_wrap=True)
        console.save_svg(str(IMAGES / name), title=title)


def first_use(work: Path) -> None:
    """What the README shows: the list, and a first run with its results and its figure."""
    listing = transcript([SCAFFOLD, "list"], work)
    made = transcript([SCAFFOLD, "new", "ml-tabular", "bike-demand", "-y", "--run"], work)
    lines = ["$ scaffold list", *listing, "$ scaffold new ml-tabular bike-demand -y --run"]
    draw("terminal.svg", "scaffold", [*lines, "…", *made[-LAST_LINES:]])
    shutil.copy(work / "bike-demand/reports/figures/predictions.png", IMAGES / "hero.png")


def updating(work: Path) -> None:
    """What docs/updating.md shows: the plan for a project of the first release, and a conflict.

    To the second release, which is small enough for a picture.
    """
    transcript([SCAFFOLD, "new", "ml-tabular", "bikes", "-y", "--no-install", "--ref", "0.1.0"], work)
    bikes = work / "bikes"
    edit(bikes / "README.md", "A forecast for the people", "My forecast for the people")
    (bikes / "docs/talk.md").unlink()
    commit(bikes)
    update = [SCAFFOLD, "update", "--to", "0.2.0"]
    plan = transcript([*update, "--dry-run"], bikes)
    draw("plan.svg", "scaffold update --dry-run", ["$ scaffold update --to 0.2.0 --dry-run", *plan])
    edit(bikes / "conf/train.yaml", "# The gate. Repeating", "# My own gate. Repeating")
    commit(bikes)
    said = transcript(update, bikes, status=4)
    marked = transcript(["git", "--no-pager", "diff", "--color=always", "conf/train.yaml"], bikes)
    lines = ["$ scaffold update --to 0.2.0", *said, "$ git diff conf/train.yaml", *marked]
    draw("conflict.svg", "scaffold update, with a conflict", lines)


HOMEWORK = {
    "assignment.toml": """title = "First homework"
due = 2027-01-31T23:59:00+01:00
hidden = ["tests/hidden"]

[[exercises]]
id = "mean"
title = "The mean"
points = 4
tests = ["tests/test_stats.py::test_mean"]
hidden_tests = ["tests/hidden/test_more.py::test_mean_of_nothing"]

[[exercises]]
id = "spread"
title = "The spread"
points = 6
tests = ["tests/test_stats.py::test_spread"]
hidden_tests = ["tests/hidden/test_more.py::test_spread_of_one"]
""",
    "README.md": "# First homework\n\nFill in `stats.py`.\n\nHand in by pushing.\n",
    "pyproject.toml": """[project]
name = "homework"
version = "1.0"
requires-python = ">=3.11"

[dependency-groups]
dev = ["pytest"]
""",
    "stats.py": """# Two numbers that say much.


def mean(values):
    ### BEGIN SOLUTION
    return sum(values) / len(values) if values else 0.0
    ### END SOLUTION


def spread(values):
    ### BEGIN SOLUTION
    middle = mean(values)
    return (sum((value - middle) ** 2 for value in values) / len(values)) ** 0.5
    ### END SOLUTION
""",
    "tests/test_stats.py": """from stats import mean, spread


def test_mean():
    assert mean([1, 2, 6]) == 3


def test_spread():
    assert spread([1, 3]) == 1
""",
    "tests/hidden/test_more.py": """from stats import mean, spread


def test_mean_of_nothing():
    assert mean([]) == 0


def test_spread_of_one():
    assert spread([5]) == 0
""",
}
MEAN = "    return sum(values) / len(values)\n"
SAFE = "    return sum(values) / len(values) if values else 0\n"
SPREAD = "    return (sum((v - mean(values)) ** 2 for v in values) / len(values)) ** 0.5\n"
STUDENTS = {
    "ada": ("Ada Lovelace", SAFE, SPREAD),
    "alan": ("Alan Turing", MEAN, SPREAD),
    "emmy": ("Emmy Noether", MEAN, "    return max(values) - min(values)\n"),
    "grace": ("Grace Hopper", SAFE, ""),
    "mary": ("Mary Cartwright", "", ""),
}
"""Who is in the class, and what they made of the two functions."""


def teaching(work: Path) -> None:
    """What docs/teaching.md shows: a class from its hand-out to its points, and its page."""
    transcript([SCAFFOLD, "class", "init", "ml1", "--title", "Machine learning 1"], work)
    course = work / "ml1"
    roster = [f"{student},{name}\n" for student, (name, _, _) in STUDENTS.items()]
    (course / "roster.csv").write_text("student_id,name\n" + "".join(roster), encoding="utf-8")
    for path, text in HOMEWORK.items():
        (course / "hw1" / path).parent.mkdir(parents=True, exist_ok=True)
        (course / "hw1" / path).write_text(text, encoding="utf-8")
    transcript([UV, "lock", "--quiet"], course / "hw1")
    add(course)
    given = transcript([SCAFFOLD, "class", "handout", "hw1"], course)
    for student, (_, mean, spread) in STUDENTS.items():
        solve(course, student, [mean, spread])
    edit(course / "hw1/stats.py", "# Two numbers", "# Of a list of numbers: two")
    edit(course / "hw1/README.md", "Hand in by pushing.", "Hand in by pushing, as often as you like.")
    commit(course)
    plan = transcript([SCAFFOLD, "class", "update", "hw1", "--plan"], course)
    transcript([SCAFFOLD, "class", "collect", "hw1"], course)
    points = transcript([SCAFFOLD, "class", "grade", "hw1"], course)
    steps = {"handout hw1": given, "update hw1 --plan": plan, "grade hw1": points}
    lines = [line for step, said in steps.items() for line in (f"$ scaffold class {step}", *shorter(said, work))]
    draw("class.svg", "scaffold class", lines)
    transcript([SCAFFOLD, "class", "page", "hw1"], course)
    photograph(course / "results/hw1/page.html", IMAGES / "class-page.png")


def solve(course: Path, student: str, bodies: list[str]) -> None:
    """Do a student's homework: a body for every function that is still to be written; nothing for none."""
    if not any(bodies):
        return
    clone = course.parent / student
    transcript(["git", "clone", "--quiet", str(course / f"repositories/hw1-{student}.git"), str(clone)], course)
    unsolved = r"    # YOUR CODE HERE\n    raise NotImplementedError\(\)\n"
    parts = re.split(unsolved, (clone / "stats.py").read_text("utf-8"))
    text = parts[0]
    for body, part in zip(bodies, parts[1:], strict=True):
        text += (body or "    raise NotImplementedError()\n") + part
    if student == "emmy":
        text = text.replace("# Two numbers that say much.", "# By Emmy")
    (clone / "stats.py").write_text(text, encoding="utf-8")
    commit(clone)
    transcript(["git", "push", "--quiet"], clone)


def shorter(lines: list[str], work: Path) -> list[str]:
    """Without the folder in which the pictures are made."""
    return [line.replace(str(work), "~") for line in lines]


def photograph(page: Path, image: Path) -> None:
    """What a browser shows of a page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        shown = browser.new_page(viewport={"width": 900, "height": 700}, color_scheme="light")
        shown.goto(page.as_uri())
        shown.screenshot(path=str(image), full_page=True)
        browser.close()


def add(folder: Path) -> None:
    """Commit files that are new."""
    transcript(["git", "add", "--all"], folder)
    commit(folder)


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that must be there."""
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise SystemExit(f"{path} no longer holds {old!r}")
    path.write_text(text.replace(old, new), encoding="utf-8")


def commit(folder: Path) -> None:
    """Commit everything."""
    transcript(["git", "-c", "user.name=Ada", "-c", "user.email=a@b.c", "commit", "--quiet", "-am", "mine"], folder)


def main() -> None:
    """Make every picture."""
    IMAGES.mkdir(exist_ok=True)
    os.environ.update(COLUMNS=str(COLUMNS), TERM="xterm-256color")
    for name in ("MAKELEVEL", "MAKEFLAGS", "MFLAGS"):  # the project's make would say which folder it is in
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SCAFFOLD_CONFIG_DIR"] = str(Path(folder) / "config")
        teaching(Path(folder))
        updating(Path(folder))
        first_use(Path(folder))


if __name__ == "__main__":
    main()
