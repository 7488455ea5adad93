"""What stays as the owner has it, whatever the template does with the same file.

Before a merge, base and theirs are aligned with the owner's version where the difference is nobody's decision: results
that a run wrote, line ends, and the hint in the place of an exercise that is solved. A three-way merge then sees no
change there. Each rule is one function over contents.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from scaffold.core.project import ANSWERS_FILE, RESULTS_END, RESULTS_START
from scaffold.tools.git.ignore import ignored
from scaffold.tools.git.trees import File, Tree

_RESULTS = re.escape(RESULTS_START.encode()) + b".*?" + re.escape(RESULTS_END.encode())
_BLOCK = re.compile(_RESULTS + rb"|<!-- experiments:start -->.*?<!-- experiments:end -->", re.DOTALL)
_EXERCISE = re.compile(rb'^ *def (\w+)|^ +raise NotImplementedError\(\n +"Exercise .*\n(?: +".*\n)* +\)', re.MULTILINE)
Read = Callable[[list[str]], Mapping[str, bytes]]


def align(
    base: Tree, theirs: Tree, yours: Mapping[str, tuple[str, str]], read: Read
) -> tuple[dict[str, File], dict[str, File]]:
    """Give both versions of the template the owner's results and line ends, and one hint for each exercise.

    Args:
        base: The template as the project last took it.
        theirs: The template as it will be.
        yours: The owner's files: path → (mode, blob id).
        read: A function from blob ids to their contents.

    Returns:
        base and theirs, changed only in files that the owner changed.
    """
    old, new = dict(base), dict(theirs)
    changed = {
        path: oid
        for path, (mode, oid) in yours.items()
        if mode.startswith("100")
        and (path in base or path in theirs)
        and not (path in base and base[path].oid == oid)
        and not any(path in tree and tree[path].symlink for tree in (base, theirs))
    }
    contents = read(list(changed.values()))
    for path, oid in changed.items():
        for tree in (old, new):
            if path in tree:
                tree[path] = replace(tree[path], content=_like(contents[oid], tree[path].content))
        if path in old and path in new:
            hinted = _hints_of(contents[oid], old[path].content, new[path].content)
            new[path] = replace(new[path], content=hinted)
    return old, new


def without_ignored(tree: Tree, yours: Collection[str]) -> Tree:
    """Leave out what the template's own ignore rules keep out of a project's first commit.

    Args:
        tree: The template's files.
        yours: The owner's committed files: an ignore rule changes nothing for these.
    """
    skipped = ignored(tree, [path for path in tree if path not in yours and path != ANSWERS_FILE])
    return {path: file for path, file in tree.items() if path not in skipped} if skipped else tree


def keep_existing(
    base: dict[str, File], theirs: dict[str, File], yours: Collection[str], skipped: Collection[str]
) -> None:
    """Remove files that the template writes only where they are absent (`_skip_if_exists`) from the merge."""
    for path in skipped:
        if path in yours or path not in theirs:
            base.pop(path, None)
            theirs.pop(path, None)
        elif path in base:  # the owner deleted it: no change, so it stays away
            theirs[path] = base[path]


def _like(yours: bytes, template: bytes) -> bytes:
    return _line_ends_of(yours, _results_of(yours, template))


def _results_of(yours: bytes, template: bytes) -> bytes:
    """Replace the template's blocks of results, which the project's own run writes, by the owner's, one by one."""
    left = iter(_BLOCK.findall(yours))
    return _BLOCK.sub(lambda block: next(left, block[0]), template)


def _hints_of(yours: bytes, old: bytes, new: bytes) -> bytes:
    """Keep the old hint in the place of an exercise that the owner solved: its new words are no change there."""
    hints = _exercises(new)
    for function, hint in _exercises(old).items():
        if function in hints and hint not in yours:
            new = new.replace(hints[function], hint, 1)
    return new


def _exercises(module: bytes) -> dict[bytes, bytes]:
    """The lines in the place of each exercise of a module, by the name of their function."""
    found, function = {}, b""
    for match in _EXERCISE.finditer(module):
        if match[1]:
            function = match[1]
        else:
            found[function] = match[0]
    return found


def _line_ends_of(yours: bytes, template: bytes) -> bytes:
    """Keep the line ends of an owner who changed those of the whole file."""
    windows = _is_windows(yours)
    if windows is None or _is_windows(template) in (None, windows):
        return template
    unix = template.replace(b"\r\n", b"\n")
    return unix.replace(b"\n", b"\r\n") if windows else unix


def _is_windows(text: bytes) -> bool | None:
    """Whether every line ends as on Windows; None for mixed line ends, no line end, or a binary file."""
    ends, windows = text.count(b"\n"), text.count(b"\r\n")
    if b"\0" in text or ends == 0 or windows not in (0, ends):
        return None
    return windows == ends
