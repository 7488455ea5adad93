"""From the teacher's assignment to what students start with: hidden files out, solutions out, and nothing left over.

It is made from the teacher's last commit: what stands in the work tree by accident never gets out. An assignment that
is a template's teacher edition becomes that template's starter edition, with the teacher's own changes merged in:
its exercises say what to do, and `scaffold update` works in a student's repository.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.starter import personal, strip
from scaffold.core.classroom.starter.leaks import LeakSearch
from scaffold.core.classroom.starter.strip import Secret
from scaffold.core.project import ANSWERS_FILE
from scaffold.core.templates.rendering import Renderer, Wanted
from scaffold.core.update.house_rules import Sides, apply_rules
from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.git.bare import BareRepository
from scaffold.tools.git.merge import YOURS_BRANCH, Stage, merge, workbench
from scaffold.tools.git.trees import SUBMODULE, Commit, File, Tree, with_contents


@dataclass(frozen=True)
class Source:
    """The teacher's version, as it was last committed.

    Attributes:
        assignment: of what.
        repository: where it is kept.
        tree: its files.
        commit: the commit.
        stamp: who made that and when, as fast-import has it.
    """

    assignment: Assignment
    repository: git.Repository
    tree: Tree
    commit: str
    stamp: str


@dataclass(frozen=True)
class Starter:
    """What students get.

    Attributes:
        tree: the files that all share.
        secrets: what was taken out by markers.
        hidden: the blob ids of files that were left out → their path.
        notes: what the teacher should know of.
    """

    tree: Tree
    secrets: tuple[Secret, ...]
    hidden: Mapping[str, str]
    notes: tuple[str, ...] = ()

    def search(self, assignment: Assignment) -> LeakSearch:
        """What looks through everything that is about to be handed out."""
        return LeakSearch(self.secrets, self.hidden, assignment.may_show)


def read_source(assignment: Assignment) -> Source:
    """The assignment's files in its last commit.

    Raises:
        ScaffoldError: it is in no repository, has no commit or uncommitted changes, or holds what cannot be handed out.
    """
    folder = assignment.folder.resolve()
    repository = git.find_repository(folder)
    if repository is None:
        raise ScaffoldError(
            f"{folder} is in no git repository.", f'cd {folder} && git init && git add --all && git commit -m "Begin"'
        )
    prefix = folder.relative_to(repository.root).as_posix()
    place = "HEAD^{tree}" if prefix == "." else f"HEAD:{prefix}"
    if not git.attempt(folder, "rev-parse", "--verify", "--quiet", place).ok:
        raise ScaffoldError(
            f"{folder} is in no commit yet.", f'git -C {folder} add --all . && git -C {folder} commit -m "Begin"'
        )
    dirty = git.run(folder, "-c", "core.quotePath=false", "status", "--porcelain", "--untracked-files=no", "--", ".")
    if dirty:
        first = dirty.splitlines()[0][3:]
        raise ScaffoldError(
            f"{folder} has changes that are not committed: {first}.", "Commit them; students get the last commit."
        )
    commit, stamp = git.run(folder, "log", "-1", "--format=%H%x00%cn <%ce> %ct +0000").split("\0")
    teachers = BareRepository(repository.git_dir)
    entries = teachers.entries(place)
    for path, entry in entries.items():
        if entry.mode == SUBMODULE:
            raise ScaffoldError(
                f"{assignment.name}/{path} is a submodule, which cannot be handed out.",
                "Put its files in, or take it out.",
            )
    contents = teachers.read_many({entry.oid for entry in entries.values()})
    return Source(assignment, repository, with_contents(entries, contents), commit, stamp)


def make(source: Source, *, edition: bool = True) -> Starter:
    """Make the starter.

    Args:
        source: the teacher's version.
        edition: turn a template's teacher edition into its starter edition; without, only strip.

    Raises:
        ScaffoldError: a marker or a hidden path is wrong, a link points out of the assignment, the template is gone.
    """
    assignment = source.assignment
    hidden = _hidden(assignment, source.tree)
    visible = {path: file for path, file in source.tree.items() if path not in hidden}
    stripped = strip.strip(visible)
    tree = dict(stripped.tree)
    notes: list[str] = []
    answers = _teacher_answers(tree.get(ANSWERS_FILE)) if edition else {}
    if answers:
        tree, notes = _as_starter_edition(source, tree, answers)
    for path, file in tree.items():
        if file.symlink and _points_out(path, file.content.decode("utf-8", "surrogateescape")):
            raise ScaffoldError(
                f"{assignment.name}/{path} is a link that points out of it.", "Students could not follow it."
            )
    personal.check(assignment, tree)
    oids = {file.oid: path for path, file in source.tree.items() if path in hidden and file.content.strip()}
    return Starter(tree, stripped.secrets, oids, tuple(notes))


def _hidden(assignment: Assignment, tree: Tree) -> set[str]:
    found: set[str] = set()
    for item in assignment.hidden:
        paths = {path for path in tree if _is_below(path, item)}
        if not paths and item != "assignment.toml":
            raise ScaffoldError(
                f"{assignment.name}/assignment.toml hides `{item}`, and there is no such file or folder.",
                "A misspelt path would hide nothing: mend it, or commit what it names.",
            )
        found |= paths
    return found


def _is_below(path: str, item: str) -> bool:
    """Whether a path is `item`, or in that folder."""
    return path == item or path.startswith(f"{item}/")


def _points_out(path: str, target: str) -> bool:
    if target.startswith("/"):
        return True
    place = path.split("/")[:-1]
    for part in target.split("/"):
        if part == ".." and not place:
            return True
        if part == "..":
            place.pop()
        elif part not in ("", "."):
            place.append(part)
    return place[:1] == [".git"]


def _teacher_answers(file: File | None) -> dict[str, Any]:
    """The answers of a project that is some template's teacher edition; empty for any other folder."""
    try:
        answers = yaml.safe_load(file.content) if file else None
    except yaml.YAMLError:
        return {}
    if not isinstance(answers, dict) or answers.get("edition") != "teacher":
        return {}
    return answers if answers.get("_src_path") and answers.get("_commit") else {}


def _as_starter_edition(source: Source, mine: Tree, answers: Mapping[str, Any]) -> tuple[dict[str, File], list[str]]:
    """Merge what differs between the template's editions into the teacher's files, both without their solutions."""
    renderer = Renderer()
    remembered = {key: value for key, value in answers.items() if not key.startswith("_")}
    wanted = Wanted(str(answers["_src_path"]), str(answers["_commit"]), source.assignment.folder.name, remembered)
    teacher = renderer.render(wanted)
    question = teacher.questions.get("edition", {})
    if "starter" not in str(question.get("choices", "")):
        return dict(mine), []
    starter = renderer.render(
        Wanted(wanted.address, wanted.ref, wanted.folder_name, {**remembered, "edition": "starter"})
    )
    hidden = source.assignment.hidden
    visible = {path: file for path, file in teacher.tree.items() if not any(_is_below(path, item) for item in hidden)}
    base = strip.strip(visible).tree
    with workbench(source.repository) as bench:
        merged = merge(bench, base, Commit(YOURS_BRANCH, mine, parent="base"), starter.tree, "starter edition")
        start = bench.tree_of(YOURS_BRANCH)
        sides = Sides(None, start, bench.entries(start), base, starter.tree)
        settled = apply_rules(bench, sides, merged)
        entries = bench.entries(settled.tree)
        notes = []
        for path, stages in settled.conflicts.items():
            entries.pop(path, None)
            if Stage.YOURS in stages:
                entries[path] = stages[Stage.YOURS]
            notes.append(
                f"{path}: you changed what the starter edition changes too; students get yours, without solutions."
            )
        contents = bench.read_many([entry.oid for entry in entries.values()])
    return with_contents(entries, contents), notes
