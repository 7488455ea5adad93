"""Starting a project in a repository that exists: the template is merged into what its owner committed there.

Git merges without a common ancestor, so a file that both have with different content is a conflict. Three kinds of
files that forges write into new repositories are decided here instead: a README that holds only a title is replaced,
lists of patterns are joined, and a licence stays as it is.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from scaffold.core.outcome import first_few
from scaffold.core.project import Project
from scaffold.core.setup import Made, break_on_purpose, first_message, introduce
from scaffold.core.templates.rendering import Rendering
from scaffold.core.templates.source import suggested_name
from scaffold.core.update import apply, pending
from scaffold.core.update.house_rules import Change
from scaffold.core.update.plan import Plan, make_plan, starting_point
from scaffold.errors import ScaffoldError
from scaffold.tools import files, git, uv
from scaffold.tools.git.bare import BareRepository
from scaffold.tools.git.merge import Workbench, workbench
from scaffold.tools.git.trees import Entry, File, Tree

README = "README.md"
_LISTS = (".gitignore", ".gitattributes", ".dockerignore")
_LICENCES = ("LICENSE", "LICENCE", "COPYING")
_OF_FORGES = (
    b"To make it easy for you to get started with GitLab",
    b"This README would normally document whatever steps are necessary",
)
"""Sentences of the READMEs that GitLab and Bitbucket write into a new repository."""
_NO_PROSE = ("#", "-", "*", "+", ">", "|", "<", "`", "!", "[", "1.")
"""How lines of Markdown begin that are no plain paragraph."""


@dataclass(frozen=True)
class _Sides:
    """What git merges, and why some files differ from what the template and the owner have: path → reason."""

    base: Tree
    theirs: Tree
    reasons: Mapping[str, str]


def require_ready(project: Project) -> None:
    """Refuse a repository that is a project already, or has work in it that no commit holds.

    Args:
        project: The repository, as a project without a template; a project of several has an answers file for each.

    Raises:
        ScaffoldError: It is one, or has some.
    """
    apply.require_finished(project)
    if (project.folder / project.answers_file).exists():
        raise ScaffoldError(
            f"{project.folder} is a project already.",
            f"Bring it up to date: scaffold update {project.folder}; or give a second template an answers file of its "
            "own: --answers-file .copier-answers.NAME.yml",
            code="already-linked",
        )
    require_committed(project)


def require_committed(project: Project) -> None:
    """Refuse a repository with changes of tracked files that no commit holds. Raises ScaffoldError."""
    dirty = [line[3:] for line in apply.uncommitted(project)]
    if dirty:
        raise _uncommitted(project, dirty, f"{project.folder} has changes that are not committed")


def _committable(stage: Path) -> dict[str, File]:
    """The files of a new project that its ignore rules let into a commit; its folder becomes a repository."""
    git.init(stage)
    git.run(stage, "add", "--all")
    return BareRepository(stage / ".git").read_tree(git.run(stage, "write-tree"))


def planned(made: Made, stage: Path, project: Project) -> Plan:
    """What merging a new project into a repository would do.

    Args:
        made: The new project.
        stage: The folder in which it is made.
        project: The repository, as a project without a template.

    Raises:
        ScaffoldError: A file that the template brings is there, and in no commit.
    """
    with workbench(project.repository) as bench:
        return _plan(bench, made, stage, project)


def merge(made: Made, stage: Path, project: Project, remote: str) -> Plan:
    """Merge a new project into a repository, as one commit; with conflicts, everything is left staged.

    Args:
        made: The new project; what could not be done is noted there.
        stage: The folder in which it is made.
        project: The repository, as a project without a template.
        remote: The URL of `origin`, where the repository has none; empty for none.

    Raises:
        ScaffoldError: A file that the template brings is there, and in no commit; nothing was written.
    """
    undo = f"git commit; or undo it: scaffold update --abort {made.where}"
    with workbench(project.repository) as bench:
        plan = _plan(bench, made, stage, project)
        introduce(made, project.folder)
        if remote and not git.remote_url(project.folder):
            git.add_remote(project.folder, remote)
        try:
            apply.apply(bench, plan, first_message(made), commit=True, hooks=False)
        except git.GitError as error:
            if pending.read(project) is None:
                raise
            made.leave_out(f"The commit was refused: {error.message}", f"Fix the cause and {undo}")
            return plan
    if plan.conflicts:
        many = f"{len(plan.conflicts)} conflict{'s' if len(plan.conflicts) > 1 else ''} to resolve"
        made.leave_out(f"{many}; nothing was committed or installed.", f"Resolve each, git add it, then {undo}")
        return plan
    apply.finish(plan, "")
    made.committed = True
    break_on_purpose(made, project.folder)
    _bring_ignored(stage, project.folder)
    if plan.relock:
        made.leave_out("Your uv.lock no longer fits.", made.inside(f"{uv.command()} lock && git add uv.lock"))
    return plan


def _bring_ignored(stage: Path, folder: Path) -> None:
    """Move what a task of the template made and no commit holds, such as an `.env`, where nothing of that name is."""
    listing = git.run_bytes(stage, "ls-files", "--others", "--ignored", "--exclude-standard", "-z")
    for name in filter(None, listing.decode("utf-8", "surrogateescape").split("\0")):
        if not os.path.lexists(folder / name):
            files.move(stage / name, folder / name)


def _plan(bench: Workbench, made: Made, stage: Path, project: Project) -> Plan:
    tree, version = _committable(stage), made.rendered.version
    sides = _decided(_committed(bench, _entries(bench, project), tree), tree)
    label = f"{suggested_name(made.template)}-{version}"
    plan = make_plan(bench, project, _rendering(sides.base, version), _rendering(sides.theirs, version), label)
    blocked = [row.path for row in plan.changes if row.odd]
    if blocked:
        raise _uncommitted(project, blocked, f"The template brings files that {project.folder} has, but in no commit")
    if not plan.changes_anything:
        raise ScaffoldError(
            f"{project.folder} is not empty: it has every file of {made.template} already.",
            f"Choose another name: scaffold new … {project.folder.name}-2; nothing was written.",
            code="destination-in-use",
        )
    rows = {row.path: row for row in plan.changes}
    for path, reason in sides.reasons.items():
        action = rows[path].action if path in rows else "keep"
        rows[path] = Change(path, action, reason)
    return replace(plan, changes=tuple(rows[path] for path in sorted(rows)))


def completion(bench: Workbench, project: Project, rendered: Rendering) -> Plan:
    """What bringing a template's missing files will do; other files that the owner committed stay as they are.

    Args:
        bench: A workbench beside the project's repository.
        project: The project.
        rendered: The template at the release that the project is linked to.
    """
    there = _entries(bench, project)
    sides = _decided(_committed(bench, there, rendered.tree), rendered.tree)
    # What else the owner has is no change of the template's; the link to the template is always written.
    same = {path: file for path, file in sides.theirs.items() if path in there}
    base = {**same, **sides.base, rendered.answers_file: File(b"")}
    new = replace(rendered, tree=sides.theirs)
    return make_plan(bench, project, replace(rendered, tree=base), new, rendered.version)


def _rendering(tree: Tree, version: str) -> Rendering:
    return Rendering(tree, version, {}, frozenset())


def _entries(bench: Workbench, project: Project) -> Mapping[str, Entry]:
    """The files of the last commit; none on a branch without one."""
    return bench.entries(starting_point(project)[1])


def _committed(bench: Workbench, entries: Mapping[str, Entry], tree: Tree) -> dict[str, File]:
    """Those of the owner's files that the template has, too, and their licence whatever its name."""
    wanted = {path: entry for path, entry in entries.items() if path in tree or _is_licence(path)}
    contents = bench.read_many({entry.oid for entry in wanted.values() if entry.mode.startswith("100")})
    return {
        path: File(contents[entry.oid], entry.mode == "100755")
        for path, entry in wanted.items()
        if entry.oid in contents
    }


def _decided(yours: Tree, template: Tree) -> _Sides:
    base: dict[str, File] = {}
    theirs = dict(template)
    reasons: dict[str, str] = {}
    licence = next(filter(_is_licence, yours), "")
    for path, file in template.items():
        mine = yours.get(path)
        if _is_licence(path) and licence and mine != file:
            del theirs[path]
            reasons[licence] = "your licence stays"
        elif mine is None or mine.content == file.content:
            continue
        elif path == README and is_only_a_title(mine.content):
            base[path] = mine
            reasons[path] = "yours had a title and no more; the commit before has it"
        elif path.rsplit("/", 1)[-1] in _LISTS:
            base[path] = mine
            theirs[path] = replace(mine, content=_joined(mine.content, file.content))
            reasons[path] = "your lines, then those of the template that you did not have"
    return _Sides(base, theirs, reasons)


def _is_licence(path: str) -> bool:
    return path.split(".", maxsplit=1)[0].upper() in _LICENCES


def is_only_a_title(text: bytes) -> bool:
    """Whether a README says no more than a forge writes by itself: a title, and the description of the repository."""
    if any(sentence in text for sentence in _OF_FORGES):
        return True
    lines = [line.strip() for line in text.decode("utf-8", "replace").splitlines()]
    title, *rest = [line for line in lines if line] or ["#"]
    return title.startswith("#") and len(rest) <= 3 and not any(line.startswith(_NO_PROSE) for line in rest)


def _joined(yours: bytes, template: bytes) -> bytes:
    """The owner's patterns, and behind them the template's that are not among them, with the comments above those."""
    known = {line.strip() for line in yours.splitlines()}
    missing: list[bytes] = []
    above: list[bytes] = []
    for line in (line.strip() for line in template.splitlines()):
        if line.startswith(b"#") or not line:
            above.append(line)
        elif line in known:
            above = []
        else:
            missing += [*above, line]
            above = []
    end = b"" if yours.endswith(b"\n") or not yours else b"\n"
    return yours + end + b"".join(line + b"\n" for line in missing)


def _uncommitted(project: Project, paths: list[str], message: str) -> ScaffoldError:
    return ScaffoldError(
        f"{message}: {first_few(paths)}; nothing was written.",
        f'Commit your work first: cd {project.folder} && git add --all && git commit --message "Before the template"',
        code="uncommitted-changes",
    )
