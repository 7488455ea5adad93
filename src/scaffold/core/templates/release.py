"""A release: an assembled template at one version, as a commit and a tag in the template's git bundle.

docs/architecture.md, "Releases", says why it is a bundle.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from packaging.version import InvalidVersion, Version

from scaffold.core.templates import catalog
from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.files import temporary_folder
from scaffold.tools.git.bare import BareRepository, make_bare
from scaffold.tools.git.trees import Commit, Tree, require_safe


def _commit(tree: Tree, name: str, version: str, parent: str = "") -> Commit:
    return Commit("main", tree, parent=parent, tag=version, message=f"{name} {version}")


@contextlib.contextmanager
def draft_repository(tree: Tree, name: str, version: str) -> Iterator[BareRepository]:
    """A throw-away bare repository with one commit of `tree`, tagged `version`."""
    with temporary_folder() as parent:
        repository = make_bare(parent / "release.git")
        repository.write([_commit(tree, name, version)])
        yield repository


def heads(bundle: Path) -> dict[str, str]:
    """The releases in a bundle, oldest first: version → commit.

    Raises:
        ScaffoldError: The file is missing, damaged, or holds no release.
    """
    if not bundle.is_file():
        raise damaged(bundle)
    refs = (line.partition(" ") for line in _header(bundle))
    tags = {ref.removeprefix("refs/tags/"): commit for commit, _, ref in refs if ref.startswith("refs/tags/")}
    found = sorted((tag for tag in tags if is_version(tag)), key=Version)
    if not found:
        raise damaged(bundle)
    return {tag: tags[tag] for tag in found}


def _header(bundle: Path) -> Iterator[str]:
    """The refs that a bundle's header names, one `COMMIT NAME` each (gitformat-bundle(5)); none when it is damaged."""
    with bundle.open("rb") as file:
        if file.readline() not in (b"# v2 git bundle\n", b"# v3 git bundle\n"):
            return
        for line in iter(file.readline, b"\n"):
            if not line.endswith(b"\n"):
                return
            if not line.startswith((b"-", b"@")):
                yield line.decode("utf-8", "replace").rstrip("\n")


def versions(bundle: Path) -> list[str]:
    """The releases in a bundle, oldest first. Raises ScaffoldError as `heads` does."""
    return list(heads(bundle))


def choose(name: str, offered: Sequence[str], ref: str | None) -> str:
    """The release to use: `ref`, or the newest that is no pre-release.

    Args:
        name: The template's name, for the message.
        offered: Its releases, oldest first.
        ref: The release that the user named; None for the newest.

    Raises:
        ScaffoldError: There is no such release.
    """
    if ref is None:
        return next((tag for tag in reversed(offered) if not Version(tag).is_prerelease), offered[-1])
    if ref not in offered:
        raise ScaffoldError(f"{name} has no release {ref}.", f"Its releases: {', '.join(offered)}.", code="no-such-release")
    return ref


def damaged(bundle: Path) -> ScaffoldError:
    """The error for a bundle that git cannot read."""
    message, hint = f"The releases of {bundle.stem} are damaged or missing ({bundle.name}).", ""
    with contextlib.suppress(ScaffoldError):  # a damaged list of catalogs: every command that needs it says so
        owner = catalog.owner(bundle)
        if owner:
            message = f"The releases of {owner.name}/{bundle.stem} are damaged or missing ({bundle})."
            hint = f"Restore them in {owner.folder}, or remove the catalog: scaffold catalog remove {owner.name}"
        if owner and owner.is_clone:
            hint = f"Fetch the catalog again: scaffold catalog update {owner.name}"
    if bundle.parent == catalog.BUILT_IN:
        hint = "Reinstall scaffold: pip install --force-reinstall portfolio-scaffold"
    return ScaffoldError(message, hint or f"Make {bundle} anew: scaffold template release", code="release-damaged")


_read: dict[tuple[str, int, str], Tree] = {}
"""The last releases that were read: an update reads two of one bundle, and so do all projects of `update --all`."""
_KEPT = 4


def read(bundle: Path, commits: Mapping[str, str], version: str, also: str = "") -> Tree:
    """The files of a release, byte for byte.

    Neither the user's git configuration nor
    a `.gitattributes` meant for the project changes a byte: the same answers must give the same files on every machine,
    or an update would see changes that nobody made.

    Args:
        bundle: The template's bundle.
        commits: Its releases, see `heads`.
        version: The release.
        also: Another release that will be read next, so that the bundle is unpacked once; empty for none.

    Raises:
        ScaffoldError: The bundle is damaged, or the release has a path that leaves its folder.
    """
    stamp = bundle.stat().st_mtime_ns
    keys = {each: (str(bundle), stamp, commits[each]) for each in (version, also) if each in commits}
    if keys[version] not in _read:
        for each, tree in _unpacked(bundle, {each: commits[each] for each in keys}).items():
            _read[keys[each]] = tree
        for key in list(_read)[:-_KEPT]:
            del _read[key]
    require_safe(_read[keys[version]], f"The template {bundle.stem}")
    return _read[keys[version]]


def _unpacked(bundle: Path, commits: Mapping[str, str]) -> dict[str, Tree]:
    with temporary_folder() as parent:
        repository = make_bare(parent / "release.git")
        try:
            repository.run("bundle", "unbundle", str(bundle))
            return {version: repository.read_tree(commit) for version, commit in commits.items()}
        except git.GitError as error:
            raise error if error.code == "disk-full" else damaged(bundle) from error


@contextlib.contextmanager
def unbundled(bundle: Path) -> Iterator[BareRepository]:
    """The bundle's repository, in a throw-away folder; an empty one when there is no bundle yet.

    Raises:
        ScaffoldError: The bundle is damaged.
    """
    with temporary_folder() as parent:
        folder = parent / "release.git"
        if not bundle.is_file():
            yield make_bare(folder)
            return
        try:
            git.clone(str(bundle), folder)
        except git.GitError as error:
            raise error if error.code == "disk-full" else damaged(bundle) from error
        yield BareRepository(folder)


def add_release(bundle: Path, tree: Tree, version: str, *, amend: bool = False) -> bool:
    """Add `tree` to the bundle as release `version`, unless the newest release already is that tree.

    Args:
        bundle: The template's bundle; made when absent.
        tree: The assembled template.
        version: A PEP 440 version, newer than every release in the bundle.
        amend: Whether to replace the newest release, of the same version, which no scaffold has shipped yet.

    Returns:
        Whether anything was written.

    Raises:
        ScaffoldError: The tree changed but the version is not newer.
    """
    with unbundled(bundle) as repository:
        tags = repository.tags()
        released = sorted(filter(is_version, tags), key=Version)
        amended = amend and bool(released) and released[-1] == version
        if amended:
            released.pop()
        parent = tags[released[-1]] if released else ""
        repository.write([_commit(tree, bundle.stem, version, parent)], force=True)
        if parent and repository.tree_of("main") == repository.tree_of(parent):
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
        repository.write_bundle(fresh)
        fresh.replace(bundle)
        return True


def matches(bundle: Path, tree: Tree) -> bool:
    """Whether the newest release in the bundle is exactly `tree`."""
    newest = versions(bundle)[-1]
    with unbundled(bundle) as repository:
        repository.write([_commit(tree, bundle.stem, "")], force=True)
        return repository.tree_of("main") == repository.tree_of(newest)


def is_version(tag: str) -> bool:
    """Whether a tag is a PEP 440 version."""
    try:
        Version(tag)
    except InvalidVersion:
        return False
    return True
