"""A template at one release with one set of answers, as a tree: what an update takes for base and for new."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from scaffold.core.templates import source
from scaffold.errors import ScaffoldError
from scaffold.tools import copier, files
from scaffold.tools.git.trees import Tree, read_folder

_NOBODY = "f7c1d90b"
_KEPT = 4
"""How many renderings are remembered: enough for neighbours in a sorted list, and no more with a thousand projects."""


@dataclass(frozen=True)
class Rendering:
    """What a template gives.

    Attributes:
        tree: the files.
        version: the release.
        answers: all answers, defaults included.
        skipped: files that the template writes only where they are absent.
        migrates: whether the template brings code to run at updates.
        questions: the template's questions as its copier.yml has them.
    """

    tree: Tree
    version: str
    answers: Mapping[str, Any]
    skipped: frozenset[str]
    migrates: bool = False
    questions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """Which template, which release, which answers.

    Attributes:
        address: as a project records it.
        ref: the release; None for the newest.
        folder_name: the project's folder, which templates derive names from.
        remembered: answers of an earlier time.
        given: answers given now.
        ask: prompt for the ones that are new.
        trust: let the template run code.
    """

    address: str
    ref: str | None
    folder_name: str
    remembered: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    ask: bool = False
    trust: bool = False

    @property
    def key(self) -> str:
        """The same for projects that get the same files."""
        parts = [self.address, self.ref, self.folder_name, self.remembered, self.given, self.trust]
        return json.dumps(parts, default=str, sort_keys=True)


class Renderer:
    """Renders, and remembers the last few: projects that share base and new are rendered once."""

    def __init__(self) -> None:
        self._done: dict[str, Rendering | None] = {}
        self._newest: dict[str, str] = {}

    def newest_release(self, address: str) -> str:
        """The newest release of a template, asked for once. Raises ScaffoldError when it is gone or has none."""
        if address not in self._newest:
            self._newest[address] = source.newest_release(address)
        return self._newest[address]

    def render(self, wanted: Wanted) -> Rendering:
        """The rendering of what is wanted.

        Raises:
            ScaffoldError: the template or the release is gone, or an answer does not fit.
        """
        if wanted.ask:
            return render(wanted)
        # Few templates look at the folder's name once the questions are answered, and projects differ in it: rendered
        # under a name that nobody has, a template that does not show it gives every folder the same files.
        anywhere = self._remember(replace(wanted, folder_name=_NOBODY), _render_anywhere)
        return anywhere or self._remember(wanted, render) or render(wanted)

    def _remember(self, wanted: Wanted, make: Callable[[Wanted], Rendering | None]) -> Rendering | None:
        key = wanted.key
        if key not in self._done:
            fresh = make(wanted)
            self._done[key] = fresh
            if len(self._done) > _KEPT:
                del self._done[next(iter(self._done))]
        return self._done[key]


def _render_anywhere(wanted: Wanted) -> Rendering | None:
    """The rendering, or None when the folder's name shows in it."""
    found = render(wanted)
    traces = (repr(found.answers).encode(), *(path.encode() for path in found.tree))
    contents = (file.content for file in found.tree.values())
    return None if any(_NOBODY.encode() in text.lower() for text in (*traces, *contents)) else found


def render(wanted: Wanted) -> Rendering:
    """Render once, in a folder of the project's name.

    Raises:
        ScaffoldError: the template or the release is gone, or an answer does not fit.
    """
    with source.opened(wanted.address, wanted.ref) as template, files.temporary_folder() as parent:
        request = copier.Request(
            template.address,
            template.ref,
            template.checkout,
            answers=wanted.given,
            remembered=wanted.remembered,
            ask=wanted.ask,
            trust=wanted.trust,
        )
        folder = parent / wanted.folder_name
        rendered = copier.render(request, folder)
        if not rendered.version:
            raise ScaffoldError(
                f"The template {wanted.address} is in no git repository, so it has no releases to move between.",
                "Its authors can make it one: git init, commit, git tag 0.1.0.", code="no-such-release")
        return Rendering(
            read_folder(folder),
            rendered.version,
            rendered.answers,
            rendered.skipped,
            rendered.migrates,
            rendered.questions,
        )
