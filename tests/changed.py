"""Which templates are what an earlier commit released: their longest tests have been run, and are left out.

`TEST_BASE` names the commit; `TEST_BASE=none` leaves nothing out.
"""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from scaffold.core.templates import release
from scaffold.core.templates.assembly import assemble

ROOT = Path(__file__).parents[1]
A_DAY = 24 * 60 * 60


def ask_git(root: Path, *args: str) -> bytes | None:
    """What git prints; None where it fails, as outside a repository or for a commit that a shallow clone lacks."""
    done = subprocess.run(["git", *args], cwd=root, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def find_base(root: Path, wanted: str = "") -> str:
    """The commit that the work tree is compared with; empty to run everything.

    Without a wish it is the commit where this branch left `main`. On `main` itself, where as many commits as one likes
    may have arrived at once, it is the newest that is a day older than the last.

    Raises:
        ValueError: there is no such commit.
    """
    if wanted == "none":
        return ""
    if wanted:
        found = _commit(root, "rev-parse", "--verify", "--quiet", f"{wanted}^{{commit}}")
        if not found:
            raise ValueError(f"TEST_BASE={wanted} is no commit here")
        return found
    head = _commit(root, "rev-parse", "HEAD")
    for branch in ("origin/main", "main"):
        found = _commit(root, "merge-base", "HEAD", branch)
        if found not in ("", head):
            return found
    last = _commit(root, "log", "-1", "--format=%ct")
    return _commit(root, "rev-list", "-1", "--first-parent", f"--before={int(last) - A_DAY}", "HEAD") if last else ""


def _commit(root: Path, *args: str) -> str:
    return (ask_git(root, *args) or b"").decode().strip()


@dataclass(frozen=True)
class Base:
    """An earlier commit of this repository.

    Attributes:
        root: the repository.
        commit: the commit.
    """

    root: Path
    commit: str

    def holds(self, path: Path) -> bool:
        """Whether a file was in the commit as it is now."""
        return self._content(path) == path.read_bytes()

    def released(self, template: str) -> bool:
        """Whether the newest release that the commit has of a template is the template as it stands."""
        bundle = self._content(self.root / f"src/scaffold/releases/{template}.bundle")
        if not bundle:
            return False
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"{template}.bundle"
            path.write_bytes(bundle)
            return release.matches(path, assemble(self.root / "templates" / template))

    def _content(self, path: Path) -> bytes | None:
        return ask_git(self.root, "show", f"{self.commit}:{path.relative_to(self.root).as_posix()}")


def told(base: Base, left_out: Sequence[tuple[str, str]]) -> list[str]:
    """What is said of the tests that were left out, each a template and a test's name: lines for people."""
    lines = [f"{len(left_out)} tests of templates that are what commit {base.commit[:10]} released:"]
    for template in sorted({template for template, _ in left_out}):
        names = sorted(name for whose, name in left_out if whose == template)
        lines.append(f"  {template} ({len(names)}): {', '.join(names)}")
    return [*lines, "`make test-all` runs them too."]
