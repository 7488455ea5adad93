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
COLUMNS = 100
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
    return [line.rsplit("\r", 1)[-1].rstrip() for line in text.split("\n")]


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
    shutil.copy(work / "bike-demand/reports/figures/week.png", IMAGES / "hero.png")


def updating(work: Path) -> None:
    """What docs/updating.md shows: the plan for a project of the first release, and a conflict."""
    transcript([SCAFFOLD, "new", "ml-tabular", "bikes", "-y", "--no-install", "--ref", "0.1.0"], work)
    bikes = work / "bikes"
    edit(bikes / "README.md", "A forecast for the people", "My forecast for the people")
    (bikes / "docs/talk.md").unlink()
    commit(bikes)
    plan = transcript([SCAFFOLD, "update", "--dry-run"], bikes)
    draw("plan.svg", "scaffold update --dry-run", ["$ scaffold update --dry-run", *plan])
    edit(bikes / "conf/train.yaml", "# The gate. Repeating", "# My own gate. Repeating")
    commit(bikes)
    said = transcript([SCAFFOLD, "update"], bikes, status=4)
    marked = transcript(["git", "--no-pager", "diff", "--color=always", "conf/train.yaml"], bikes)
    lines = ["$ scaffold update", *said, "$ git diff conf/train.yaml", *marked]
    draw("conflict.svg", "scaffold update, with a conflict", lines)


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
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SCAFFOLD_CONFIG_DIR"] = str(Path(folder) / "config")
        updating(Path(folder))
        first_use(Path(folder))


if __name__ == "__main__":
    main()
