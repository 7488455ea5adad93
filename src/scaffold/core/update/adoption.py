"""The distance between a repository and a template's release, by which `scaffold adopt` chooses one."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from scaffold.core.project import Project
from scaffold.core.templates import settings
from scaffold.core.templates.rendering import Rendering, Wanted, render
from scaffold.core.update import ownership
from scaffold.core.update.plan import head_of
from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.git.merge import Workbench
from scaffold.tools.git.trees import Commit

_MOST = 24
"""How many other answers are tried; each takes a rendering."""


@dataclass(frozen=True)
class Fit:
    """A release with some answers, compared with the repository.

    Attributes:
        wanted: The release and the answers that were rendered.
        rendering: The result.
        distance: The lines that differ, added and deleted ones counted, plus one for each missing file.
        changed: The template's files that the repository has and that differ.
        missing: The template's files that the repository does not have.
        total: How many files were compared.
    """

    wanted: Wanted
    rendering: Rendering
    distance: int
    changed: list[str]
    missing: list[str]
    total: int

    @property
    def same(self) -> int:
        """How many of the template's files the repository has as they are."""
        return self.total - len(self.changed) - len(self.missing)

    @property
    def resembles(self) -> bool:
        """Whether the repository may come from the template.

        A file of the same name counts little: most repositories have a README, a licence and a .gitignore of their own.
        """
        return self.same + len(self.changed) / 4 >= self.total / 10


class Yardstick:
    """Measures the distance of releases from a project's last commit."""

    def __init__(self, bench: Workbench, project: Project) -> None:
        self._bench = bench
        _, start = head_of(project)
        self._entries = bench.entries(start)
        self._measured = 0

    def measure(self, wanted: Wanted) -> Fit:
        """Render a release and compare it.

        Raises:
            ScaffoldError: The release is gone, or a given answer does not fit.
        """
        # No task runs: there are dozens of renderings, and every one would run them.
        wanted, rendering = _render_what_fits(replace(wanted, operation="update", run_tasks=False))
        tree = ownership.without_ignored(rendering.tree, self._entries)
        tree, _ = ownership.align(tree, {}, self._entries, self._bench.read_many)
        for path in (rendering.answers_file, *rendering.skipped):
            tree.pop(path, None)
        here = {path: self._entries[path] for path in tree if path in self._entries}
        self._measured += 1
        names = f"candidate-{self._measured}", f"here-{self._measured}"
        self._bench.write([Commit(names[0], tree), Commit(names[1], {}, entries=here)])
        rows = self._bench.run("diff-tree", "-r", "--numstat", *names).splitlines()
        distance = sum(_lines(added) + _lines(deleted) for added, deleted, _ in (row.split("\t", 2) for row in rows))
        changed = [path for path in here if here[path] != (tree[path].mode, tree[path].oid)]
        missing = [path for path in tree if path not in here]
        return Fit(wanted, rendering, distance + len(missing), sorted(changed), sorted(missing), len(tree))

    def with_better_answers(self, best: Fit) -> Fit:
        """Try other values of questions with few choices, one at a time, and keep those that reduce the distance."""
        for key, value in list(_alternatives(best))[:_MOST]:
            known = {**best.rendering.answers, **best.wanted.remembered, key: value}
            try:
                fit = self.measure(replace(best.wanted, remembered=known))
            except ScaffoldError:  # the value does not go with the other answers
                continue
            best = min(best, fit, key=lambda fit: fit.distance)
        return best


def _lines(count: str) -> int:
    return int(count) if count.isdecimal() else 1


def _alternatives(fit: Fit) -> Iterator[tuple[str, Any]]:
    for key, question in fit.rendering.questions.items():
        if key in fit.wanted.given or key not in fit.rendering.answers or question.get("when") is False:
            continue
        choices = question.get("choices")
        values = list(choices.values()) if isinstance(choices, dict) else choices
        if question.get("type") == "bool":
            values = [True, False]
        if isinstance(values, list) and not question.get("multiselect"):
            plain = [value for value in values if isinstance(value, (str, bool, int))]
            yield from ((key, value) for value in plain if value != fit.rendering.answers[key])


def _render_what_fits(wanted: Wanted) -> tuple[Wanted, Rendering]:
    """Render; a guessed answer that the template does not accept is dropped."""
    while True:
        try:
            return wanted, render(wanted)
        except ScaffoldError as error:
            named = [key for key in wanted.remembered if re.search(rf"\b{re.escape(key)}\b", error.message)]
            if not named:
                raise
            kept = {key: value for key, value in wanted.remembered.items() if key not in named}
            wanted = replace(wanted, remembered=kept)


def guesses(project: Project) -> dict[str, Any]:
    """Answers that the repository suggests: the built-in templates' question → answer."""
    found = {**settings.default_answers(), "project_name": project.folder.name, **github_owner(project)}
    found |= _pyproject(project)
    packages = [path.parent.name for path in project.folder.glob("src/*/__init__.py")]
    if len(packages) == 1:
        found["package_name"] = packages[0]
    title = _title(project)
    return found | ({"project_name": title} if title else {})


def _title(project: Project) -> str:
    readme = project.folder / "README.md"
    text = readme.read_text(encoding="utf-8", errors="replace") if readme.is_file() else ""
    heading = re.search(r"^# +(.+?)\s*$", text, re.MULTILINE)
    return heading[1] if heading else ""


def github_owner(project: Project) -> dict[str, str]:
    """The owner of the repository on GitHub, as an answer; none when it was not cloned from there."""
    owner = re.search(r"github\.com[:/]([\w-]+)/", git.remote_url(project.root))
    return {"github_owner": owner[1]} if owner else {}


def _pyproject(project: Project) -> dict[str, Any]:
    path = project.folder / "pyproject.toml"
    try:
        table: Mapping[str, Any] = tomllib.loads(path.read_text(encoding="utf-8")).get("project", {})
    except (OSError, ValueError):
        return {}
    author = next((one for one in table.get("authors", []) if isinstance(one, dict)), {})
    python = re.search(r"\d+\.\d+", str(table.get("requires-python", "")))
    found = {
        "project_name": table.get("name"),
        "project_slug": table.get("name"),
        "description": table.get("description"),
        "license": table.get("license"),
        "author_name": author.get("name"),
        "author_email": author.get("email"),
        "python_version": python[0] if python else None,
    }
    return {key: value for key, value in found.items() if isinstance(value, str) and value}
