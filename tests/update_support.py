"""What the tests of updates share: repositories at a template's base, templates with releases, exact comparisons."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scaffold.core.project import Project, open_project
from scaffold.core.templates.rendering import Rendering
from scaffold.core.update import apply
from scaffold.core.update import plan as merging
from scaffold.core.update.plan import Plan
from scaffold.tools import git as git_door
from scaffold.tools.git.merge import workbench
from scaffold.tools.git.trees import Commit, File, chunks
from support import git, head, write

Content = str | bytes | File
Files = Mapping[str, Content]
Edit = Callable[[Path], None]
ANSWERS = "{{ _copier_answers|to_nice_yaml -}}\n"
LINES = "".join(f"line {number}\n" for number in range(1, 21))
"""Twenty lines: room for edits that are far apart."""


def changed(text: str, **lines: str) -> str:
    """A text with some lines replaced: `changed(LINES, l3="mine")`."""
    found = text.splitlines(keepends=True)
    for key, value in lines.items():
        found[int(key[1:]) - 1] = value + "\n" if value else ""
    return "".join(found)


def tree(files: Files) -> dict[str, File]:
    def file(content: Content) -> File:
        if isinstance(content, File):
            return content
        return File(content.encode() if isinstance(content, str) else content)

    return {path: file(content) for path, content in files.items()}


def lay_out(folder: Path, files: Files) -> None:
    """Write a tree into a folder, symlinks and exec bits included."""
    for path, file in tree(files).items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if file.symlink:
            place.symlink_to(file.content.decode())
        else:
            place.write_bytes(file.content)
            place.chmod(0o755 if file.executable else 0o644)


def commit(folder: Path, message: str = "mine") -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--no-verify", "--message", message)
    return head(folder)


def put(path: str, content: Content) -> Edit:
    """The owner writes a file (over what is there)."""

    def edit(folder: Path) -> None:
        (folder / path).unlink(missing_ok=True)
        lay_out(folder, {path: content})

    return edit


def remove(path: str) -> Edit:
    return lambda folder: (folder / path).unlink()


def move(old: str, new: str) -> Edit:
    def edit(folder: Path) -> None:
        (folder / new).parent.mkdir(parents=True, exist_ok=True)
        (folder / old).rename(folder / new)

    return edit


def both(*edits: Edit) -> Edit:
    def edit(folder: Path) -> None:
        for one in edits:
            one(folder)

    return edit


def raw_git(folder: Path, *args: str, stdin: bytes = b"") -> bytes:
    return subprocess.run(["git", *args], cwd=folder, input=stdin, capture_output=True, check=True).stdout


def committed(folder: Path, revision: str = "HEAD") -> dict[str, File]:
    """Every file of a commit, read back from git."""
    entries = []
    for line in raw_git(folder, "ls-tree", "-r", "-z", "--full-tree", revision).split(b"\0")[:-1]:
        about, _, path = line.partition(b"\t")
        mode, kind, oid = about.split()
        if kind == b"blob":
            entries.append((os.fsdecode(path), mode, oid))
    contents = blobs(folder, [oid for _, _, oid in entries])
    return {path: File(contents[oid], mode == b"100755", mode == b"120000") for path, mode, oid in entries}


def blobs(folder: Path, oids: list[bytes]) -> dict[bytes, bytes]:
    """The contents of blobs: `git cat-file --batch` says `OID blob SIZE`, a line end, the bytes, a line end."""
    found, said = {}, raw_git(folder, "cat-file", "--batch", stdin=b"".join(oid + b"\n" for oid in oids))
    while said:
        head, _, rest = said.partition(b"\n")
        oid, _, size = head.split()
        found[oid], said = rest[: int(size)], rest[int(size) + 1 :]
    return found


def in_work_tree(folder: Path, *, git: bool = False) -> dict[str, File]:
    """Every file below a folder, git's own left out unless told otherwise."""
    found = {}
    for place in sorted(folder.rglob("*")):
        path = place.relative_to(folder).as_posix()
        if (path.split("/")[0] == ".git" and not git) or (place.is_dir() and not place.is_symlink()):
            continue
        if place.is_symlink():
            found[path] = File(place.readlink().as_posix().encode(), symlink=True)
        else:
            found[path] = File(place.read_bytes(), executable=bool(place.stat().st_mode & 0o100))
    return found


def stages(folder: Path) -> dict[str, dict[int, str]]:
    """What the index says of conflicts: path → stage → `MODE OID`."""
    found: dict[str, dict[int, str]] = {}
    for line in git(folder, "-c", "core.quotePath=false", "ls-files", "--unmerged").splitlines():
        about, _, path = line.partition("\t")
        mode, oid, stage = about.split(" ")
        found.setdefault(path, {})[int(stage)] = f"{mode} {oid}"
    return found


@dataclass(frozen=True)
class Condition:
    """All that a person could notice of a repository: it must be the same after what changes nothing."""

    files: Mapping[str, File]
    index: str
    stash: str
    status: str

    @classmethod
    def of(cls, folder: Path) -> "Condition":
        return cls(
            in_work_tree(folder),
            git(folder, "ls-files", "--stage"),
            read_or_empty(folder / ".git/logs/refs/stash"),
            git(folder, "status", "--porcelain=v2", "--branch", "--show-stash", "--ignored"),
        )

    @property
    def head(self) -> str:
        """The commit."""
        return self.status.partition("# branch.oid ")[2].partition("\n")[0]


def read_or_empty(path: Path) -> str:
    """The text of a file; empty where there is none."""
    return path.read_text() if path.is_file() else ""


def to_the_bit(folder: Path) -> dict[str, str]:
    """Every file and folder, `.git` included, with a hash of its bytes and its mode."""
    found = {}
    for place in sorted(folder.rglob("*")):
        name = place.relative_to(folder).as_posix()
        if place.is_symlink():
            found[name] = str(place.readlink())
        elif place.is_file():
            found[name] = hashlib.sha256(place.read_bytes()).hexdigest() + oct(place.stat().st_mode)
        else:
            found[name] = oct(place.stat().st_mode)
    return found


_BASES: dict[tuple[tuple[tuple[str, File], ...], str], dict[str, File]] = {}
"""What git made of files that were committed once: files and the user's configuration → everything in `.git`."""


def at_base(folder: Path, base: Files, edit: Edit | None = None, ignored: Edit | None = None) -> Path:
    """A repository with a commit of the template's files and one of the owner's edits."""
    folder.mkdir(parents=True)
    lay_out(folder, base)
    known = (tuple(tree(base).items()), (Path.home() / ".gitconfig").read_text())
    if known in _BASES:
        lay_out(folder, _BASES[known])
        for name in ("hooks", "info"):
            (folder / ".git" / name).mkdir(exist_ok=True)
        git(folder, "update-index", "--refresh")
    else:
        git(folder, "init", "--quiet", "--initial-branch=main")
        commit(folder, "base")
        whole = in_work_tree(folder, git=True)
        _BASES[known] = {path: file for path, file in whole.items() if path.startswith(".git/")}
    if edit:
        edit(folder)
        commit(folder)
    if ignored:
        ignored(folder)
    return folder


def opened(folder: Path) -> Project:
    repository = git_door.find_repository(folder)
    assert repository is not None
    return Project(folder.resolve(), repository, "x", "0.1.0", {})


def rendering(files: Files, version: str, skipped: frozenset[str] = frozenset()) -> Rendering:
    return Rendering(tree(files), version, {}, skipped)


def plan_of(folder: Path, base: Files, new: Files, skipped: frozenset[str] = frozenset()) -> Plan:
    """What would be done, with nothing done."""
    with workbench(opened(folder).repository) as bench:
        return merging.make_plan(
            bench, opened(folder), rendering(base, "0.1.0", skipped), rendering(new, "0.2.0", skipped), "new"
        )


def merge_in(folder: Path, base: Files, new: Files, skipped: frozenset[str] = frozenset()) -> Plan:
    """The heart of an update, without what renders: decide and apply."""
    project = opened(folder)
    with workbench(project.repository) as bench:
        plan = merging.make_plan(
            bench, project, rendering(base, "0.1.0", skipped), rendering(new, "0.2.0", skipped), "new"
        )
        if plan.changes_anything:
            held = apply.apply(bench, plan, "Update", commit=True)
            if not plan.conflicts:
                apply.finish(plan, held)
    return plan


def gits_own(folder: Path, base: Files, new: Files, dest: Path) -> Path:
    """What `git merge` itself makes of the same three trees, in a clone."""
    git(folder.parent, "clone", "--quiet", str(folder), str(dest))
    commits = [
        Commit("base", tree(base)),
        Commit("yours", {}, start=git(folder, "rev-parse", "HEAD^{tree}"), parent="base"),
        Commit("new", tree(new), parent="base"),
    ]
    subprocess.run(["git", "fast-import", "--quiet", "--done"], cwd=dest, input=b"".join(chunks(commits)), check=True)
    git(dest, "checkout", "--quiet", "yours")
    done = subprocess.run(
        ["git", "-c", "merge.directoryRenames=true", "merge", "--quiet", "--no-ff", "-m", "x", "new"],
        cwd=dest,
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return dest


ROOT = "_subdirectory: project\n"
"""Copier walks through all that lies beside the questions otherwise, `.git` included."""


@dataclass
class Template:
    """A plain Copier template, as other people make them: a git repository with tags, whose files grow."""

    folder: Path
    files: dict[str, Content] = field(default_factory=lambda: {"{{ _copier_conf.answers_file }}.jinja": ANSWERS})
    questions: str = "name: {type: str, default: it}\n"

    def release(self, version: str, files: Mapping[str, Content | None], questions: str = "") -> "Template":
        """Change files (None deletes), and tag what comes out."""
        whole = {**self.files, **files}
        self.files = {path: content for path, content in whole.items() if content is not None}
        self.questions = questions or self.questions
        if not self.folder.exists():
            self.folder.mkdir(parents=True)
            git(self.folder, "init", "--quiet", "--initial-branch=main")
        shutil.rmtree(self.folder / "project", ignore_errors=True)
        lay_out(self.folder / "project", self.files)
        (self.folder / "copier.yml").write_text(ROOT + self.questions)
        commit(self.folder, version)
        git(self.folder, "tag", version)
        return self


def answers_of(folder: Path) -> Mapping[str, object]:
    project = open_project(folder)
    return {"_commit": project.version, "_src_path": project.address, **project.answers}


def write_and_commit(folder: Path, files: Mapping[str, str | bytes]) -> str:
    write(folder, files)
    return commit(folder)
