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


def transcript(command: list[str], cwd: Path) -> list[str]:
    """Run a command on a pseudo-terminal and return the lines that stay on the screen, colours included."""
    chunks = []

    def keep(descriptor: int) -> bytes:
        chunks.append(os.read(descriptor, 1024))
        return chunks[-1]

    here = Path.cwd()
    os.chdir(cwd)
    try:
        status = pty.spawn(command, keep)
    finally:
        os.chdir(here)
    if status:
        raise SystemExit(f"{command} failed with {status}")
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


def main() -> None:
    """Make every picture."""
    IMAGES.mkdir(exist_ok=True)
    os.environ.update(COLUMNS=str(COLUMNS), TERM="xterm-256color")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        os.environ["SCAFFOLD_CONFIG_DIR"] = str(work / "config")
        listing = transcript([SCAFFOLD, "list"], work)
        made = transcript([SCAFFOLD, "new", "ml-tabular", "bike-demand", "-y", "--run"], work)
        lines = ["$ scaffold list", *listing, "$ scaffold new ml-tabular bike-demand -y --run"]
        draw("terminal.svg", "scaffold", [*lines, "…", *made[-LAST_LINES:]])
        for figure in sorted((work / "bike-demand/reports/figures").glob("*.png"))[:1]:
            shutil.copy(figure, IMAGES / "hero.png")
        hero = next((work / "bike-demand/reports/figures").glob("*week*.png"), None)
        if hero:
            shutil.copy(hero, IMAGES / "hero.png")


if __name__ == "__main__":
    main()
