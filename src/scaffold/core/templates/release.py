"""A release: an assembled template at one version, as a commit and a tag in the template's git bundle (DESIGN §3)."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from packaging.version import InvalidVersion, Version

from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.files import temporary_folder
from scaffold.tools.git.trees import Commit, File, Tree, stream, write_folder


def commit_stream(tree: Tree, name: str, version: str, parent: str | None = None) -> bytes:
    """A git-fast-import(1) stream with one commit of `tree` on `main`, tagged `version`.

    Args:
        tree: the assembled template.
        name: the template's, for the commit message.
        version: the tag.
        parent: the commit of the release before; None for the first.
    """
    commit = Commit("main", tree, parent=parent or "", tag=version, message=f"{name} {version}")
    return stream([commit])


@contextlib.contextmanager
def draft_repository(tree: Tree, name: str, version: str) -> Iterator[Path]:
    """A throw-away bare repository with one commit of `tree`, tagged `version`."""
    with temporary_folder() as parent:
        repository = git.make_bare(parent / "release.git")
        git.fast_import(repository, commit_stream(tree, name, version))
        yield repository


def heads(bundle: Path) -> dict[str, str]:
    """The releases in a bundle, oldest first: version → commit.

    Raises:
        ScaffoldError: the file is missing, damaged, or holds no release.
    """
    if not bundle.is_file():
        raise damaged(bundle)
    try:
        lines = git.run(bundle.parent, "bundle", "list-heads", str(bundle)).splitlines()
    except git.GitError as error:
        raise damaged(bundle) from error
    refs = (line.partition(" ") for line in lines)
    tags = {ref.removeprefix("refs/tags/"): commit for commit, _, ref in refs if ref.startswith("refs/tags/")}
    found = sorted((tag for tag in tags if is_version(tag)), key=Version)
    if not found:
        raise damaged(bundle)
    return {tag: tags[tag] for tag in found}


def versions(bundle: Path) -> list[str]:
    """The releases in a bundle, oldest first. Raises ScaffoldError as `heads` does."""
    return list(heads(bundle))


def choose(name: str, offered: Sequence[str], ref: str | None) -> str:
    """The release to use: `ref`, or the newest that is no pre-release.

    Args:
        name: the template's, for the message.
        offered: its releases, oldest first.
        ref: the one that was asked for.

    Raises:
        ScaffoldError: there is no such release.
    """
    if ref is None:
        return next((tag for tag in reversed(offered) if not Version(tag).is_prerelease), offered[-1])
    if ref not in offered:
        raise ScaffoldError(f"{name} has no release {ref}.", f"Its releases: {', '.join(offered)}.")
    return ref


def damaged(bundle: Path) -> ScaffoldError:
    """What to say of a bundle that git cannot read."""
    return ScaffoldError(
        f"The releases of {bundle.stem} are damaged or missing ({bundle.name}).",
        "Reinstall scaffold: pip install --force-reinstall portfolio-scaffold",
    )


@contextlib.contextmanager
def checked_out(bundle: Path, commit: str) -> Iterator[Path]:
    """The files of a release (by its commit, see `heads`), byte for byte, in a throw-away folder.

    Neither the user's git configuration nor a `.gitattributes` meant for the project has a say: the same answers must
    give the same files on every machine, or an update would see changes that nobody made.

    Raises:
        ScaffoldError: the bundle is damaged.
    """
    with temporary_folder() as parent:
        repository = git.make_bare(parent / "release.git")
        try:
            git.run(repository, "bundle", "unbundle", str(bundle), env={"GIT_DIR": str(repository)})
            entries = git.list_tree(repository, commit)
            contents = git.read_blobs(repository, [oid for _, oid in entries.values()])
        except git.GitError as error:
            raise damaged(bundle) from error
        folder = parent / "template"
        write_folder({path: File(contents[oid], mode == "100755") for path, (mode, oid) in entries.items()}, folder)
        yield folder


@contextlib.contextmanager
def unbundled(bundle: Path) -> Iterator[Path]:
    """The bundle's repository, in a throw-away folder; an empty one where there is no bundle yet.

    Raises:
        ScaffoldError: the bundle is damaged.
    """
    with temporary_folder() as parent:
        repository = parent / "release.git"
        if not bundle.is_file():
            yield git.make_bare(repository)
            return
        try:
            git.clone(str(bundle), repository)
        except git.GitError as error:
            raise damaged(bundle) from error
        yield repository


def add_release(bundle: Path, tree: Tree, version: str, *, amend: bool = False) -> bool:
    """Add `tree` to the bundle as release `version`, unless the newest release already is that tree.

    Args:
        bundle: the template's bundle; made when absent.
        tree: the assembled template.
        version: PEP 440; must be newer than every release in the bundle.
        amend: put the newest release in again under the same version: for one that no scaffold has shipped yet.

    Returns:
        Whether anything was written.

    Raises:
        ScaffoldError: the tree changed but the version did not go up.
    """
    with unbundled(bundle) as repository:
        tags = git.tags(repository)
        released = sorted(filter(is_version, tags), key=Version)
        amended = amend and bool(released) and released[-1] == version
        if amended:
            released.pop()
        parent = tags[released[-1]] if released else None
        git.fast_import(repository, _forced(commit_stream(tree, bundle.stem, version, parent)))
        if parent and git.tree_of(repository, "main") == git.tree_of(repository, parent):
            if amended:
                raise ScaffoldError(
                    f"{bundle.stem} is what its release {released[-1]} was: {version} cannot be amended to that.",
                    "Change something, or raise `version` in its template.toml.",
                )
            return False
        if released and Version(version) <= Version(released[-1]):
            raise ScaffoldError(
                f"{bundle.stem} changed, but {version} is not newer than its release {released[-1]}.",
                "Raise `version` in its template.toml, and say in its CHANGELOG.md what an update brings.",
            )
        fresh = bundle.with_suffix(".bundle.new")
        bundle.parent.mkdir(parents=True, exist_ok=True)
        git.write_bundle(repository, fresh)
        fresh.replace(bundle)
        return True


def _forced(stream: bytes) -> bytes:
    return b"feature force\n" + stream


def matches(bundle: Path, tree: Tree) -> bool:
    """Whether the newest release in the bundle is exactly `tree`."""
    newest = versions(bundle)[-1]
    with unbundled(bundle) as repository:
        git.fast_import(repository, _forced(commit_stream(tree, bundle.stem, "")))
        return git.tree_of(repository, "main") == git.tree_of(repository, newest)


def is_version(tag: str) -> bool:
    """Whether a tag is a PEP 440 version."""
    try:
        Version(tag)
    except InvalidVersion:
        return False
    return True
