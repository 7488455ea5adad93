"""Renderings and releases that are kept, so that projects which share them are rendered once."""

from dataclasses import replace
from typing import Any

from scaffold.core.templates import source
from scaffold.core.templates.rendering import Rendering, Wanted, render_source
from scaffold.core.templates.source import Source

_UNUSED_NAME = "f7c1d90b"
_KEPT = 4
"""How many renderings are kept, and how many releases: enough for neighbours in a sorted list of a thousand projects."""


class Renderer:
    """Renders, and remembers the last few: projects that share base and new are rendered once."""

    def __init__(self) -> None:
        self._done: dict[str, Rendering | None] = {}
        self._sources: dict[tuple[str, str | None], Source] = {}
        self._newest: dict[str, str] = {}

    def newest_release(self, address: str) -> str:
        """The newest release of a template, asked for once. Raises ScaffoldError when it is gone or has none."""
        if address not in self._newest:
            self._newest[address] = source.newest_release(address)
        return self._newest[address]

    def read(self, address: str, ref: str | None, also: str = "") -> Source:
        """A template at a release, read once. Arguments and errors are those of `source.read`."""
        key = (address, ref)
        if key not in self._sources:
            _keep(self._sources, key, source.read(address, ref, also))
        return self._sources[key]

    def render(self, wanted: Wanted) -> Rendering:
        """Render, or return the rendering made before.

        Raises:
            ScaffoldError: The template or the release is gone, or an answer does not fit.
        """
        if wanted.ask:
            return render_source(self.read(wanted.address, wanted.ref), wanted)
        # Projects differ in their folder's name, and few templates use it once the questions are answered. So render
        # under a name that no project has: when it does not show in the result, the result holds for every folder.
        anywhere = replace(wanted, folder_name=_UNUSED_NAME, project=None)
        known = self._done.get(anywhere.key) or self._done.get(wanted.key)
        if known is not None:
            return known
        template = self.read(wanted.address, wanted.ref)
        if anywhere.key not in self._done and _is_same_anywhere(template):
            rendering = render_source(template, anywhere)
            shared = None if _has_traces(rendering) else rendering
            _keep(self._done, anywhere.key, shared)
            if shared is not None:
                return shared
        rendering = render_source(template, wanted)
        _keep(self._done, wanted.key, rendering)
        return rendering


def _keep(known: dict[Any, Any], key: Any, value: Any) -> None:
    known[key] = value
    if len(known) > _KEPT:
        del known[next(iter(known))]


def _is_same_anywhere(template: Source) -> bool:
    """Whether only a folder's name can tell projects apart: no task runs, which may do anything, and runs only once."""
    from scaffold.core.templates import copier_yml

    config = copier_yml.raw_config(template.tree).settings
    return bool(template.tree) and not config.get("tasks") and not config.get("external_data")


def _has_traces(rendering: Rendering) -> bool:
    """Whether a rendering contains the folder's name."""
    traces = (repr(rendering.answers).encode(), *(path.encode() for path in rendering.tree))
    contents = (file.content for file in rendering.tree.values())
    return any(_UNUSED_NAME.encode() in text.lower() for text in (*traces, *contents))
