"""What a learner does to a project made from ml-tabular: edits that every update must keep."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"(<!-- results:start -->\n).*?(<!-- results:end -->)", re.DOTALL)

EDITS = {
    "README.md": ("How many bikes will the city need in each hour of tomorrow?", "I forecast the bikes of my city."),
    "conf/train.yaml": ("max_iter: 100\n", "max_iter: 120  # a little better, I think\n"),
    "docs/model-card.md": ("- Ask for two full years of data", "- I would ask for three years of data"),
    "src/*/features.py": ("\nFEATURES", "\n# I tried the phase of the moon as well; it does not help.\nFEATURES"),
    "src/*/demo.py": ("server_port=port)", "server_port=port, inbrowser=True)"),
    "Makefile": ("\nhelp: ## List", "\nnotes: ## Write my notes\n\tuv run python notes.py\n\nhelp: ## List"),
    "tests/test_train.py": ("(3, 5, settings.seed)\n", "(3, 5, settings.seed)  # seen\n"),
}
"""File → what is replaced by what: words, a setting, a comment, an argument."""


@dataclass(frozen=True)
class Learner:
    """A project with its learner's work in it.

    Attributes:
        folder: the project.
        kept: file → every text of the learner's that stands in it.
        added: file → its content, of files that only the learner has.
        gone: what the learner deleted.
    """

    folder: Path
    kept: dict[str, list[str]]
    added: dict[str, str]
    gone: list[str]

    def lost(self) -> list[str]:
        """Every edit that is no longer there."""
        texts = {path: (self.folder / path).read_text() for path in [*self.kept, *self.added]}
        missing = [f"{path}: {mine}" for path, edits in self.kept.items() for mine in edits if mine not in texts[path]]
        changed = [path for path, content in self.added.items() if texts[path] != content]
        return [*missing, *changed, *(path for path in self.gone if (self.folder / path).exists())]


def work_on(folder: Path, results: str = "") -> Learner:
    """Edit a fresh project as learners do; in the starter edition two of the exercises are solved.

    Args:
        folder: the project.
        results: what a run wrote into the documents; empty when it really ran.
    """
    learner = Learner(folder, {}, {"tests/test_mine.py": "def test_mine() -> None:\n    assert True\n"}, [])

    def edit(pattern: str, change: Callable[[str], str], *mine: str) -> None:
        path = next(folder.glob(pattern))
        before = path.read_text()
        path.write_text(change(before))
        assert path.read_text() != before, f"there is nothing to edit any more in {pattern}"
        learner.kept.setdefault(path.relative_to(folder).as_posix(), []).extend(mine)

    for pattern, (old, new) in EDITS.items():
        edit(pattern, replacing(old, new), new)
    edit("README.md", replacing(", [slides](docs/talk.md)", ""))
    (folder / "docs/talk.md").unlink()
    learner.gone.append("docs/talk.md")
    for path, content in learner.added.items():
        (folder / path).write_text(content)
    if results:
        for name in ("README.md", "docs/model-card.md"):
            edit(name, lambda text: BLOCK.sub(rf"\g<1>{results}\n\g<2>", text), results)
    if (folder / "EXERCISES.md").exists():
        for name, solution in {"train": "return {}  # my baselines", "data": "return {}  # my split"}.items():
            edit(f"src/*/{name}.py", solving(solution), solution)
    return learner


def replacing(old: str, new: str) -> Callable[[str], str]:
    """Put one text in the place of another."""
    return lambda text: text.replace(old, new, 1)


def solving(solution: str) -> Callable[[str], str]:
    """Put a solution in the place of the first exercise of a module."""
    return lambda text: re.sub(r"raise NotImplementedError\(\n(?: +\".*\"\n)+ +\)", solution, text, count=1)
