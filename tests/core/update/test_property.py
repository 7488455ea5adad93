"""Whatever the two sides do to a text: the result is git's own, and no line of the owner is lost."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scaffold.core.update import recovery
from support import git
from update_support import Condition, at_base, committed, gits_own, in_work_tree, merge_in, opened, put, stages

pytestmark = pytest.mark.thorough

Edits = list[tuple[int, str, str]]
LINES = [f"line {number}" for number in range(12)]
EDITS = st.lists(
    st.tuples(st.integers(0, len(LINES) - 1), st.sampled_from(["replace", "insert", "delete"]), st.sampled_from("abc")),
    max_size=4,
)


def edited(edits: Edits, who: str) -> str:
    """The text with some lines replaced, inserted before, or deleted."""
    lines: list[list[str]] = [[line] for line in LINES]
    for number, (index, action, word) in enumerate(edits):
        if action == "replace":
            lines[index][-1:] = [f"{who} {word}"]
        elif action == "insert":
            lines[index].insert(0, f"{who} {word} {number}")
        else:
            lines[index] = []
    return "".join(f"{line}\n" for block in lines for line in block)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(mine=EDITS, theirs=EDITS)
def test_the_result_is_gits_own_and_abort_goes_all_the_way_back(mine: Edits, theirs: Edits) -> None:
    base, new = {"a.txt": edited([], ""), "z": "z\n"}, {"a.txt": edited(theirs, "theirs"), "z": "y\n"}
    own = edited(mine, "mine")
    with tempfile.TemporaryDirectory() as name:
        project = at_base(Path(name) / "project", base, put("a.txt", own), put("untracked.txt", "u\n"))
        before = Condition.of(project)

        plan = merge_in(project, base, new)

        native = gits_own(project, base, new, Path(name) / "native")
        content = in_work_tree(project)["a.txt"].content
        assert stages(project) == stages(native)
        assert content == in_work_tree(native)["a.txt"].content.replace(b"<<<<<<< HEAD", b"<<<<<<< yours")
        assert all(line in content.decode().splitlines() for line in own.splitlines() if line.startswith("mine"))
        if plan.conflicts:
            recovery.abort(opened(project))
            assert Condition.of(project) == before
        else:
            assert committed(project) == committed(native)
            git(project, "revert", "--no-edit", "HEAD")
            assert committed(project, "HEAD") == committed(project, "HEAD~2")
