"""Make the starter from the teacher's assignment: remove hidden files and solutions.

The starter is made from the teacher's last commit, so that uncommitted files never reach students. The teacher edition
of a template becomes that template's starter edition with the teacher's own changes merged in: its exercises say what
to do, and `scaffold update` works in a student's repository.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from scaffold.core import yaml_text
from scaffold.core.classroom.assignment import Assignment, is_test
from scaffold.core.classroom.assignment_file import ASSIGNMENT_FILE
from scaffold.core.classroom.rules import describe_due, read_rules
from scaffold.core.classroom.starter import personal, strip
from scaffold.core.classroom.starter.checks import EXERCISES_FILE, unknown_markers
from scaffold.core.classroom.starter.leaks import LeakSearch
from scaffold.core.classroom.starter.strip import RemovedText
from scaffold.core.project import ANSWERS_FILE
from scaffold.core.templates.renderer import Renderer
from scaffold.core.templates.rendering import Wanted
from scaffold.core.update.house_rules import Sides, apply_rules
from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.git.bare import BareRepository
from scaffold.tools.git.merge import YOURS_BRANCH, Stage, merge, workbench
from scaffold.tools.git.trees import SUBMODULE, Commit, File, Tree, with_contents


@dataclass(frozen=True)
class Source:
    """The teacher's version of an assignment, as it was last committed.

    Attributes:
        assignment: The assignment.
        repository: The git repository that it is in.
        tree: Its files.
        commit: The commit's id.
        stamp: Committer and time, as fast-import writes them.
    """

    assignment: Assignment
    repository: git.Repository
    tree: Tree
    commit: str
    stamp: str


@dataclass(frozen=True)
class Starter:
    """The starter that all students share.

    Attributes:
        tree: Its files.
        removed: The text that was removed by markers.
        hidden: The blob id of each hidden file → its path.
        notes: What the teacher should know.
        has_solutions: Whether anything differs from the teacher's version but for hidden tests.
    """

    tree: Tree
    removed: tuple[RemovedText, ...]
    hidden: Mapping[str, str]
    notes: tuple[str, ...] = ()
    has_solutions: bool = True

    def leak_search(self, assignment: Assignment) -> LeakSearch:
        """The search for leaks in what is handed out."""
        return LeakSearch(self.removed, self.hidden, assignment.may_show)


def read_source(assignment: Assignment) -> Source:
    """The assignment's files in its last commit.

    Raises:
        ScaffoldError: It is not in a git repository, has no commit, uncommitted changes or a submodule.
    """
    folder = assignment.folder.resolve()
    repository = git.find_repository(folder)
    if repository is None:
        raise ScaffoldError(
            f"{folder} is not in a git repository.",
            f'cd {folder} && git init && git add --all && git commit -m "Begin"',
        )
    prefix = folder.relative_to(repository.root).as_posix()
    tree = "HEAD^{tree}" if prefix == "." else f"HEAD:{prefix}"
    if not git.attempt(folder, "rev-parse", "--verify", "--quiet", tree).ok:
        raise ScaffoldError(
            f"{folder} is not in any commit yet.", f'git -C {folder} add --all . && git -C {folder} commit -m "Begin"'
        )
    dirty = git.run(folder, "-c", "core.quotePath=false", "status", "--porcelain", "--untracked-files=no", "--", ".")
    if dirty:
        first = dirty.splitlines()[0][3:]
        raise ScaffoldError(f"{folder} has uncommitted changes: {first}.", "Commit them; students get the last commit.")
    commit, stamp = git.run(folder, "log", "-1", "--format=%H%x00%cn <%ce> %ct +0000").split("\0")
    git_folder = BareRepository(repository.git_dir)
    entries = git_folder.entries(tree)
    for path, entry in entries.items():
        if entry.mode == SUBMODULE:
            raise ScaffoldError(
                f"{assignment.name}/{path} is a submodule, which cannot be handed out.",
                "Add its files instead, or remove it.",
            )
    contents = git_folder.read_many({entry.oid for entry in entries.values()})
    return Source(assignment, repository, with_contents(entries, contents), commit, stamp)


def make_starter(source: Source, *, edition: bool = True) -> Starter:
    """Make the starter.

    Args:
        source: The teacher's version.
        edition: Turn a template's teacher edition into its starter edition; otherwise only strip.

    Raises:
        ScaffoldError: A marker or a hidden path is wrong, a link points out of the assignment, or the template does not
            exist any more.
    """
    assignment = source.assignment
    hidden = _hidden_paths(assignment, source.tree)
    visible = {path: file for path, file in source.tree.items() if path not in hidden}
    stripped = strip.strip(visible)
    tree = dict(stripped.tree)
    notes: list[str] = []
    answers = _teacher_answers(tree.get(ANSWERS_FILE)) if edition else {}
    if answers:
        tree, notes = _as_starter_edition(source, tree, answers)
    for path, file in tree.items():
        if file.symlink and _leaves_folder(path, file.content.decode("utf-8", "surrogateescape")):
            raise ScaffoldError(
                f"{assignment.name}/{path} is a link that points out of it.", "Students could not follow it."
            )
    personal.check_slices(assignment, tree)
    oids = {file.oid: path for path, file in source.tree.items() if path in hidden and file.content.strip()}
    if EXERCISES_FILE in tree and (due := describe_due(read_rules(assignment))):
        tree[EXERCISES_FILE] = _with_due(tree[EXERCISES_FILE], due)
    notes += unknown_markers(tree)
    hides_files = any(not is_test(path) and path != ASSIGNMENT_FILE for path in hidden)
    has_solutions = bool(stripped.removed or hides_files or _teacher_answers(source.tree.get(ANSWERS_FILE)))
    return Starter(tree, stripped.removed, oids, tuple(notes), has_solutions)


def _with_due(file: File, due: str) -> File:
    """EXERCISES.md with the due time below its title."""
    title, _, rest = file.content.decode("utf-8", "surrogateescape").partition("\n")
    return replace(file, content=f"{title}\n\n**{due}**\n{rest}".encode("utf-8", "surrogateescape"))


def _hidden_paths(assignment: Assignment, tree: Tree) -> set[str]:
    hidden: set[str] = set()
    for item in assignment.hidden:
        paths = {path for path in tree if _is_below(path, item)}
        if not paths and item != "assignment.toml":
            raise ScaffoldError(
                f"{assignment.name}/assignment.toml hides `{item}`, but there is no such file or folder.",
                "A misspelt path would hide nothing: correct it, or commit what it names.",
            )
        hidden |= paths
    return hidden


def _is_below(path: str, item: str) -> bool:
    """Whether a path is `item`, or is in that folder."""
    return path == item or path.startswith(f"{item}/")


def _leaves_folder(path: str, target: str) -> bool:
    if target.startswith("/"):
        return True
    folders = path.split("/")[:-1]
    for part in target.split("/"):
        if part == ".." and not folders:
            return True
        if part == "..":
            folders.pop()
        elif part not in ("", "."):
            folders.append(part)
    return folders[:1] == [".git"]


def _teacher_answers(file: File | None) -> dict[str, Any]:
    """The answers of a project that is a template's teacher edition; empty for any other folder."""
    try:
        answers = yaml_text.load(file.content) if file else None
    except yaml_text.NotYamlError:
        return {}
    if not isinstance(answers, dict) or answers.get("edition") != "teacher":
        return {}
    return answers if answers.get("_src_path") and answers.get("_commit") else {}


def _as_starter_edition(source: Source, mine: Tree, answers: Mapping[str, Any]) -> tuple[dict[str, File], list[str]]:
    """Merge the difference between the template's editions into the teacher's files, solutions removed from both.

    Returns:
        The files, and notes about conflicts.
    """
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
        ruled = apply_rules(bench, sides, merged)
        entries = bench.entries(ruled.tree)
        notes = []
        for path, stages in ruled.conflicts.items():
            entries.pop(path, None)
            if Stage.YOURS in stages:
                entries[path] = stages[Stage.YOURS]
            notes.append(
                f"{path}: the starter edition changes what you changed; students get your version without solutions."
            )
        contents = bench.read_many([entry.oid for entry in entries.values()])
    return with_contents(entries, contents), notes
