"""What is the owner's, whatever the template does: results, locks, untracked files, notebooks, `_skip_if_exists`."""

import json
from pathlib import Path

import pytest

from scaffold.core.update import recovery
from support import git
from update_support import (
    LINES,
    Condition,
    at_base,
    both,
    changed,
    committed,
    in_work_tree,
    merge_in,
    move,
    opened,
    put,
    stages,
    tree,
)

START, END = "<!-- results:start -->\n", "<!-- results:end -->\n"


def readme(results: str, line: str = "text", more: str = "") -> str:
    return f"# It\n\n{line}\n\n{START}{results}{END}\n{LINES}{more}"


def test_results_of_the_projects_run_stay(work: Path) -> None:
    base, new = {"README.md": readme("nothing yet\n")}, {"README.md": readme("run make all\n", line="better text")}
    project = at_base(work / "project", base, put("README.md", readme("accuracy 0.91\n")))

    plan = merge_in(project, base, new)

    assert not plan.conflicts
    assert committed(project) == tree({"README.md": readme("accuracy 0.91\n", line="better text")})


def test_results_next_to_the_templates_change_do_not_conflict(work: Path) -> None:
    base = {"README.md": f"# It\n{START}nothing yet\n{END}end\n"}
    new = {"README.md": f"# It\nbefore\n{START}nothing yet\n{END}after\n"}
    project = at_base(work / "project", base, put("README.md", f"# It\n{START}0.91\n0.92\n{END}end\n"))

    merge_in(project, base, new)

    assert committed(project) == tree({"README.md": f"# It\nbefore\n{START}0.91\n0.92\n{END}after\n"})


def test_results_stay_when_the_template_gets_a_second_block(work: Path) -> None:
    second = f"## Cost\n{START}no cost yet\n{END}"
    base, new = {"README.md": readme("nothing yet\n")}, {"README.md": readme("nothing yet\n", more=second)}
    project = at_base(work / "project", base, put("README.md", readme("accuracy 0.91\n")))

    merge_in(project, base, new)

    assert committed(project) == tree({"README.md": readme("accuracy 0.91\n", more=second)})


def test_results_of_a_run_are_refreshed_by_nobody_but_the_run(work: Path) -> None:
    """Untouched placeholders follow the template; the owner's numbers survive one update after the other."""
    first, second, third = (readme("nothing yet\n", line=line) for line in ("one", "two", "three"))
    project = at_base(work / "project", {"README.md": first}, put("README.md", readme("0.91\n", line="one")))

    merge_in(project, {"README.md": first}, {"README.md": second})
    merge_in(project, {"README.md": second}, {"README.md": third})

    assert committed(project) == tree({"README.md": readme("0.91\n", line="three")})


def test_what_experiments_wrote_stays(work: Path) -> None:
    def text(figures: str) -> str:
        return f"{LINES}<!-- experiments:start -->\n{figures}\n<!-- experiments:end -->\n"

    base, new = {"README.md": text("not run yet")}, {"README.md": text("run make experiments")}
    project = at_base(work / "project", base, put("README.md", text("random split 0.91")))
    assert not merge_in(project, base, new).conflicts
    assert committed(project) == tree({"README.md": text("random split 0.91")})


def exercises(split: str, gate: str, more: str = "") -> str:
    return f'"""It."""\n{more}\n\ndef split():\n    """Split."""\n{split}\n\n\ndef gate():\n    """Decide."""\n{gate}\n'


def asked(number: int, hint: str) -> str:
    return f'    raise NotImplementedError(\n        "Exercise {number} (2 points): A task. "\n        "{hint}"\n    )'


def test_a_solved_exercise_stays_when_its_hint_changes_and_an_unsolved_one_gets_the_new_hint(work: Path) -> None:
    base = {"src/data.py": exercises(asked(1, "Old hint."), asked(2, "Old hint."))}
    new = {"src/data.py": exercises(asked(3, "New hint."), asked(2, "New hint."), more="import more\n")}
    solved = exercises("    return cut()", asked(2, "Old hint."))
    project = at_base(work / "project", base, put("src/data.py", solved))

    plan = merge_in(project, base, new)

    assert not plan.conflicts
    wanted = exercises("    return cut()", asked(2, "New hint."), more="import more\n")
    assert committed(project) == tree({"src/data.py": wanted})


def test_an_exercise_that_becomes_code_conflicts_with_another_solution(work: Path) -> None:
    base = {"src/data.py": exercises(asked(1, "Hint."), "    return 1")}
    new = {"src/data.py": exercises("    return ours()", "    return 1")}
    project = at_base(work / "project", base, put("src/data.py", exercises("    return mine()", "    return 1")))
    assert merge_in(project, base, new).conflicts


@pytest.mark.parametrize("ignored", [True, False], ids=["ignored", "untracked"])
def test_a_local_file_where_the_template_adds_one_stays(ignored: bool, work: Path) -> None:
    base = {".gitignore": ".env\n" if ignored else "x\n", "a.txt": LINES}
    new = {**base, ".env": "KEY=example\n", "a.txt": changed(LINES, l5="theirs")}
    project = at_base(work / "project", base, ignored=put(".env", "KEY=sk-my-real-key\n"))

    plan = merge_in(project, base, new)

    assert (project / ".env").read_text() == "KEY=sk-my-real-key\n"
    assert committed(project) == tree({**base, "a.txt": changed(LINES, l5="theirs")})
    rows = [(row.action, "yours stays" in row.reason) for row in plan.changes if row.path == ".env"]
    # What the template itself ignores is in no commit, so an update has nothing to say of it.
    assert rows == ([] if ignored else [("keep", True)])


def test_a_file_in_a_folder_whose_name_is_taken_by_an_untracked_file(work: Path) -> None:
    base, new = {"a.txt": LINES}, {"a.txt": LINES, "data/x.csv": "1\n", "data/deep/y.csv": "2\n"}
    project = at_base(work / "project", base, ignored=put("data", "my notes\n"))

    plan = merge_in(project, base, new)

    assert (project / "data").read_text() == "my notes\n"
    assert {row.path: row.action for row in plan.changes} == {"data/deep/y.csv": "keep", "data/x.csv": "keep"}


def test_a_file_whose_name_is_taken_by_an_untracked_folder(work: Path) -> None:
    base, new = {"a.txt": LINES}, {"a.txt": changed(LINES, l2="theirs"), "out": "file\n"}
    project = at_base(work / "project", base, ignored=put("out/mine.txt", "mine\n"))

    merge_in(project, base, new)

    assert in_work_tree(project) == tree({"a.txt": changed(LINES, l2="theirs"), "out/mine.txt": "mine\n"})
    assert committed(project) == tree({"a.txt": changed(LINES, l2="theirs")})


@pytest.mark.parametrize("mine", ["mine", "line 2"], ids=["edited", "untouched"])
def test_a_file_that_the_template_moves_to_where_an_untracked_one_lies(mine: str, work: Path) -> None:
    base, new = {"a.txt": LINES, "z": "z\n"}, {"b.txt": changed(LINES, l18="theirs"), "z": "y\n"}
    edit = put("a.txt", changed(LINES, l2=mine))
    project = at_base(work / "project", base, edit, ignored=put("b.txt", "local\n"))

    plan = merge_in(project, base, new)

    assert committed(project) == tree({"a.txt": changed(LINES, l2=mine), "z": "y\n"})
    assert (project / "b.txt").read_text() == "local\n"
    assert [row.action for row in plan.changes if row.path == "b.txt"] == ["keep"]


def test_a_conflict_that_the_template_moves_to_where_an_untracked_file_lies(work: Path) -> None:
    base, new = {"a.txt": LINES, "z": "z\n"}, {"b.txt": changed(LINES, l2="theirs"), "z": "y\n"}
    edit = put("a.txt", changed(LINES, l2="mine"))
    project = at_base(work / "project", base, edit, ignored=put("b.txt", "local\n"))

    plan = merge_in(project, base, new)

    assert not plan.conflicts
    assert committed(project) == tree({"a.txt": changed(LINES, l2="mine"), "z": "y\n"})
    assert (project / "b.txt").read_text() == "local\n"


def test_files_that_the_owner_ignores_are_updated_while_they_are_tracked(work: Path) -> None:
    base = {"conf.ini": LINES, ".gitignore": "x\n"}
    new = {**base, "conf.ini": changed(LINES, l18="theirs")}
    project = at_base(work / "project", base, put(".gitignore", "conf.ini\n"))

    merge_in(project, base, new)

    assert (project / "conf.ini").read_text() == changed(LINES, l18="theirs")
    assert git(project, "status", "--porcelain") == ""


def test_skip_if_exists_leaves_the_owners_file_alone(work: Path) -> None:
    base = {"conf.ini": "theirs 1\n", "gone.ini": "g\n", "z": "z\n"}
    new = {"conf.ini": "theirs 2\n", "gone.ini": "h\n", "fresh.ini": "fresh\n", "z": "y\n"}
    edit = both(put("conf.ini", "mine\n"), lambda folder: (folder / "gone.ini").unlink())
    project = at_base(work / "project", base, edit)

    plan = merge_in(project, base, new, skipped=frozenset({"conf.ini", "gone.ini", "fresh.ini"}))

    assert committed(project) == tree({"conf.ini": "mine\n", "fresh.ini": "fresh\n", "z": "y\n"})
    assert {row.path: row.action for row in plan.changes} == {"fresh.ini": "add", "z": "change"}


def test_skip_if_exists_leaves_even_an_untouched_file_alone(work: Path) -> None:
    project = at_base(work / "project", {"conf.ini": "1\n", "z": "z\n"})

    merge_in(project, {"conf.ini": "1\n", "z": "z\n"}, {"conf.ini": "2\n", "z": "y\n"}, frozenset({"conf.ini"}))

    assert committed(project) == tree({"conf.ini": "1\n", "z": "y\n"})


def test_skip_if_exists_that_the_template_dropped_stays(work: Path) -> None:
    project = at_base(work / "project", {"conf.ini": "1\n", "z": "z\n"})

    merge_in(project, {"conf.ini": "1\n", "z": "z\n"}, {"z": "y\n"}, frozenset({"conf.ini"}))

    assert committed(project) == tree({"conf.ini": "1\n", "z": "y\n"})


def notebook(*cells: str) -> str:
    found = [{"cell_type": "code", "metadata": {}, "source": [cell], "outputs": []} for cell in cells]
    return json.dumps({"cells": found, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


CELLS = [f"print({number})" for number in range(8)]


def test_a_notebook_merges_into_valid_json(work: Path) -> None:
    mine, theirs = ["mine = 1", *CELLS[1:]], [*CELLS[:-1], "theirs = 1"]
    project = at_base(work / "project", {"nb.ipynb": notebook(*CELLS)}, put("nb.ipynb", notebook(*mine)))

    plan = merge_in(project, {"nb.ipynb": notebook(*CELLS)}, {"nb.ipynb": notebook(*theirs)})

    assert not plan.conflicts
    assert json.loads((project / "nb.ipynb").read_text()) == json.loads(
        notebook("mine = 1", *CELLS[1:-1], "theirs = 1")
    )


def test_a_notebook_in_conflict_is_the_owners_as_a_whole(work: Path) -> None:
    base, mine, theirs = (notebook(cell, *CELLS) for cell in ("a", "mine", "theirs"))
    project = at_base(work / "project", {"nb.ipynb": base}, put("nb.ipynb", mine))
    before = Condition.of(project)

    plan = merge_in(project, {"nb.ipynb": base}, {"nb.ipynb": theirs})

    assert (project / "nb.ipynb").read_text() == mine
    assert {path: set(has) for path, has in stages(project).items()} == {"nb.ipynb": {1, 2, 3}}
    assert git(project, "show", ":3:nb.ipynb") + "\n" == theirs
    assert [row.action for row in plan.changes] == ["conflict"]
    recovery.abort(opened(project))
    assert Condition.of(project) == before


def test_a_notebook_that_merges_into_broken_json_is_a_conflict(work: Path) -> None:
    """Each wraps the list in something of its own, and both end it with the same line: git sees no conflict there."""
    inside = "".join(f'"{number}",\n' for number in range(9))
    base = f'{{"a":\n\n\n\n[\n{inside}"z"\n]\n}}\n'
    mine = base.replace("[\n", '{"k": [\n').replace("]\n", "]}\n")
    theirs = base.replace('{"a":', '{"x": {"a":').replace("]\n", "]}\n")
    assert json.loads(mine)
    assert json.loads(theirs)
    project = at_base(work / "project", {"nb.ipynb": base}, put("nb.ipynb", mine))

    merge_in(project, {"nb.ipynb": base}, {"nb.ipynb": theirs})

    assert (project / "nb.ipynb").read_text() == mine
    assert {path: set(has) for path, has in stages(project).items()} == {"nb.ipynb": {1, 2, 3}}
    assert git(project, "show", ":3:nb.ipynb") + "\n" == theirs


def test_a_notebook_that_the_template_moved_is_valid_or_the_owners(work: Path) -> None:
    base, mine, theirs = (notebook(cell, *CELLS) for cell in ("a", "mine", "theirs"))
    project = at_base(work / "project", {"nb.ipynb": base}, put("nb.ipynb", mine))

    merge_in(project, {"nb.ipynb": base}, {"notebooks/nb.ipynb": theirs})

    assert in_work_tree(project) == tree({"notebooks/nb.ipynb": mine})
    assert {path: set(has) for path, has in stages(project).items()} == {"notebooks/nb.ipynb": {1, 2, 3}}


def test_a_notebook_that_the_owner_moved(work: Path) -> None:
    base, mine, theirs = (notebook(cell, *CELLS) for cell in ("a", "mine", "theirs"))
    edit = both(move("nb.ipynb", "my/nb.ipynb"), put("my/nb.ipynb", mine))
    project = at_base(work / "project", {"nb.ipynb": base}, edit)

    merge_in(project, {"nb.ipynb": base}, {"nb.ipynb": theirs})

    assert in_work_tree(project) == tree({"my/nb.ipynb": mine})
    assert {path: set(has) for path, has in stages(project).items()} == {"my/nb.ipynb": {1, 2, 3}}


def test_a_lock_is_never_merged(work: Path) -> None:
    base = {"uv.lock": "template's lock\n" * 5, "pyproject.toml": "[project]\nname = 'x'\n"}
    new = {**base, "uv.lock": "template's newer lock\n" * 5}
    project = at_base(work / "project", base, put("uv.lock", "my lock\n" * 5))

    plan = merge_in(project, base, new)

    assert (plan.conflicts, plan.changes_anything) == ({}, False)
    assert committed(project)["uv.lock"].content == b"my lock\n" * 5


def test_an_untouched_lock_follows_the_template(work: Path) -> None:
    base = {"uv.lock": "template's lock\n", "z": "z\n"}
    project = at_base(work / "project", base, put("z", "y\n"))

    merge_in(project, base, {"uv.lock": "newer\n", "z": "z\n"})

    assert committed(project) == tree({"uv.lock": "newer\n", "z": "y\n"})
