"""Other people's templates: a folder, or a repository at a URL, read into memory at the release that will be rendered."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from scaffold.core.templates.release import is_version
from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.files import temporary_folder
from scaffold.tools.git.bare import BareRepository
from scaffold.tools.git.trees import SUBMODULE, Tree, read_folder, with_contents

_HOSTS = (("gh:", "https://github.com/"), ("gl:", "https://gitlab.com/"))
_CONVERSIONS = (b"filter=", b"eol=crlf", b"ident", b"working-tree-encoding")
"""Attributes by which a checkout has other bytes than the repository."""


@dataclass(frozen=True)
class Fetched:
    """A template of somebody else's.

    Attributes:
        tree: Its files.
        version: The release as the project records it (`git describe`); empty for a folder in no repository.
        ref: What Copier is to check out; None lets it take the folder as it is.
        only_copier: Whether only a checkout by git has the right bytes (submodules, filters, uncommitted changes).
        commit: The id of the commit that was read; empty for a folder as it is.
    """

    tree: Tree
    version: str
    ref: str | None
    only_copier: bool = False
    commit: str = ""


def expanded(address: str) -> str:
    """The URL that git reads for a template's address, `gh:` and `gl:` included."""
    for alias, host in _HOSTS:
        if address.startswith(alias):
            return host + address.removeprefix(alias).removesuffix(".git") + ".git"
    return address.removeprefix("git+")


def fetch(address: str, ref: str | None) -> Fetched:
    """Read a template at a release, the newest when `ref` is None.

    Raises:
        ScaffoldError: it cannot be read, or has no such release.
    """
    url = expanded(address)
    folder = Path(url)
    if folder.is_dir() and not is_repository(folder):
        return Fetched(read_folder(folder), "", None)
    with temporary_folder() as parent:
        try:
            git.clone(url, parent / "template.git")
        except git.GitError as error:
            raise unreadable(address, error.message.removeprefix("git clone failed: ")) from error
        repository = BareRepository(parent / "template.git")
        chosen = ref or newest(repository.tag_names())
        if not chosen and folder.is_dir() and is_dirty(folder):
            return Fetched({}, "", None, only_copier=True)
        return _read(repository, address, chosen or "HEAD", ref)


def _read(repository: BareRepository, address: str, chosen: str, ref: str | None) -> Fetched:
    # A branch that was cloned is a branch here, too; `--end-of-options` keeps a name like `--output=x` a name.
    found = repository.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", f"{chosen}^{{commit}}")
    if not found.ok:
        raise ScaffoldError(
            f"The template {git.redact(address)} has no release {ref}."
            if ref
            else f"The template {git.redact(address)} has no commits.",
            f"Its releases: git ls-remote --tags {git.redact(expanded(address))}",
            code="no-such-release",
        )
    commit = found.stdout.strip()
    version = repository.run("describe", "--tags", "--always", commit)
    entries = repository.entries(commit)
    files = {path: entry for path, entry in entries.items() if entry.mode != SUBMODULE}
    tree = with_contents(files, repository.read_many({entry.oid for entry in files.values()}))
    attributes = [file.content for path, file in tree.items() if path.rsplit("/", 1)[-1] == ".gitattributes"]
    converts = any(word in content for content in attributes for word in _CONVERSIONS)
    return Fetched(tree, version, chosen, converts or len(files) < len(entries), commit)


def newest(tags: Sequence[str]) -> str | None:
    """The tag that Copier takes when none is named: the highest version that is no pre-release; None for none."""
    released = [tag for tag in tags if is_version(tag) and not Version(tag).is_prerelease]
    return max(released, key=Version, default=None)


def is_repository(folder: Path) -> bool:
    """Whether a folder is a repository, a bare one included."""
    return (folder / ".git").exists() or ((folder / "HEAD").is_file() and (folder / "objects").is_dir())


def is_dirty(folder: Path) -> bool:
    """Whether a repository's work tree has uncommitted changes."""
    return bool(git.run(folder, "status", "--porcelain")) if (folder / ".git").exists() else False


def unreadable(address: str, reason: str) -> ScaffoldError:
    """What to say of a template that git cannot fetch."""
    return ScaffoldError(
        f"The template {git.redact(address)} could not be read: {reason.rstrip('.')}.",
        "Check the address; `scaffold list` shows the built-in templates.",
        code="template-unreadable",
    )
