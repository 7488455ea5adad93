"""From the word that a person typed to a template that copier can render.

A word is the name of a built-in template, CATALOG/NAME, a path, or a git URL. What comes out says which address the
project will record, which release it is, and where its files are.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from packaging.version import Version

from scaffold.core.templates import catalog
from scaffold.core.templates import release
from scaffold.core.templates.assembly import assemble
from scaffold.core.templates.manifest import FILE_NAME, NAME, Manifest, read_manifest
from scaffold.errors import ScaffoldError
from scaffold.tools import copier, files, git
from scaffold.tools.git.trees import write_folder

_URL_STARTS = ("git+", "git@", "git://", "gh:", "gl:", "http://", "https://", "ssh://", "file://")
_KNOWN_HOSTS = ("https://github.com/", "https://gitlab.com/")


@dataclass(frozen=True)
class Source:
    """A template ready to be rendered.

    Attributes:
        label: how messages call it.
        name: a name for the folder that it makes when none is given.
        address: what copier reads and the project records.
        ref: the release; None lets copier take the newest tag.
        checkout: the files of a template of ours, while the source is open; other people's are fetched by copier.
        manifest: its description; None for other people's templates.
        releases: the versions of a template of ours, oldest first.
    """

    label: str
    name: str
    address: str
    ref: str | None
    checkout: Path | None = None
    manifest: Manifest | None = None
    releases: tuple[str, ...] = ()


@contextlib.contextmanager
def opened(word: str, ref: str | None = None) -> Iterator[Source]:
    """Find the template that `word` means and hold it open.

    Raises:
        ScaffoldError: there is no such template or release, or its sources do not assemble.
    """
    word = _draft_folder(word)
    name = name_of(word)
    folder = Path(os.path.expanduser(word))  # noqa: PTH111 - Path.expanduser() fails for a user that there is not
    if _is_too_long(word):
        raise catalog.unknown(word[:40] + "…", [])
    if name != word or (_is_name(word) and not _is_path(word, folder)):
        with _entry(catalog.find(name), ref) as source:
            yield source
    elif (folder / FILE_NAME).is_file():
        with _draft(folder.resolve(), ref) as source:
            yield source
    elif folder.exists() or word.startswith(_URL_STARTS) or word.endswith(".git"):
        yield _foreign(word, folder, ref)
    else:
        raise catalog.unknown(word, [entry.name for entry in catalog.built_in()])


def newest_release(word: str) -> str:
    """The newest release of a template: a tag that is no pre-release, or the version of a draft.

    Raises:
        ScaffoldError: the template is gone or has no release.
    """
    with opened(word) as template:
        return template.ref or _stable(_tags(template))[-1]


def releases(word: str) -> list[str]:
    """The releases of a template, oldest first; pre-releases only where there is nothing else.

    Raises:
        ScaffoldError: the template is gone or has no release.
    """
    with opened(word) as template:
        return _stable(list(template.releases) or _tags(template))


def _tags(template: Source) -> list[str]:
    tags = git.remote_tags(copier.expanded(template.address))
    found = sorted((tag for tag in tags if release.is_version(tag)), key=Version)
    if not found:
        raise ScaffoldError(
            f"The template {git.redact(template.label)} has no releases.", "Its authors can tag one: git tag 0.1.0", code="no-such-release")
    return found


def _stable(tags: list[str]) -> list[str]:
    return [tag for tag in tags if not Version(tag).is_prerelease] or tags


def is_newer(version: str, than: str) -> bool:
    """Whether a release comes after another. Nobody can tell for commits that are no versions."""
    return release.is_version(version) and release.is_version(than) and Version(version) > Version(than)


def read_changelog(word: str, ref: str) -> str:
    """The template's `CHANGELOG.md` as of a release; empty where it has none, or is other people's."""
    with opened(word, ref) as template:
        path = template.checkout / "CHANGELOG.md" if template.checkout else None
        return path.read_text(encoding="utf-8") if path and path.is_file() else ""


def suggested_name(word: str) -> str:
    """The name of the folder to make when the person gave none: the template's own."""
    return word.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1].removesuffix(".git") or "project"


def name_of(word: str) -> str:
    """Take `git+scaffold://NAME`, as projects record it, for NAME; any other word is given back as it is.

    Raises:
        ScaffoldError: what follows the scheme is no name.
    """
    if not word.removeprefix("git+").startswith(catalog.SCHEME):
        return word
    name = word.removeprefix("git+").removeprefix(catalog.SCHEME)
    if not _is_name(name):
        raise ScaffoldError(f"`{word}` is no address of a template.", "Addresses look like git+scaffold://ml-tabular", code="no-such-template")
    return name


def _draft_folder(word: str) -> str:
    """Take the address of a draft, as projects record it, for the folder of its sources."""
    place = Path(unquote(urlsplit(word).path)) if word.startswith("git+file://") else None
    return str(place) if place and (place / FILE_NAME).is_file() else word


def _is_name(word: str) -> bool:
    parts = word.split("/")
    return len(parts) in (1, 2) and all(NAME.fullmatch(part) for part in parts)


def _is_too_long(word: str) -> bool:
    """Whether a file system would refuse to look for a path of this length."""
    return len(word) > 2000 or any(len(part.encode("utf-8", "replace")) > 255 for part in word.split("/"))


def _is_path(word: str, folder: Path) -> bool:
    """Whether a folder is meant: only where no template has its name. `./NAME` always means the folder."""
    if not folder.is_dir():
        return False
    try:
        catalog.find(word)
    except ScaffoldError:
        return True
    return False


@contextlib.contextmanager
def _entry(entry: catalog.Entry, ref: str | None) -> Iterator[Source]:
    if entry.place.is_dir():
        if entry.manifest is None:
            yield _foreign(str(entry.place), entry.place, ref)
            return
        with _draft(entry.place, ref, address=entry.address, label=entry.name) as source:
            yield source
        return
    heads = release.heads(entry.place)
    offered = tuple(heads)
    chosen = release.choose(entry.place.stem, offered, ref)
    with release.checked_out(entry.place, heads[chosen]) as folder:
        name = suggested_name(entry.name)
        yield Source(entry.name, name, "git+" + entry.address, chosen, folder, entry.manifest, offered)


@contextlib.contextmanager
def _draft(folder: Path, ref: str | None, address: str = "", label: str = "") -> Iterator[Source]:
    """A folder of sources, assembled on the fly: how template authors work."""
    manifest = read_manifest(folder / FILE_NAME)
    version = _draft_version(manifest.version)
    if ref not in (None, version):
        raise ScaffoldError(
            f"{folder} is a draft and has only {version}, no {ref}.",
            "Drafts keep no older versions; releases do: scaffold template release", code="no-such-release")
    address = address or folder.as_uri()
    with files.temporary_folder() as parent:
        write_folder(assemble(folder), parent / "template")
        label = label or folder.name
        yield Source(label, folder.name, "git+" + address, version, parent / "template", manifest, (version,))


def _draft_version(version: str) -> str:
    """A version below the release that the sources will become."""
    public = Version(version).public
    return public if Version(public).is_devrelease else f"{public}.dev0"


def _foreign(word: str, folder: Path, ref: str | None) -> Source:
    """Any other Copier template: a path or a git URL, given to copier as it is."""
    if folder.is_dir():
        if not _is_template(folder):
            raise ScaffoldError(
                f"{folder} is no template: it has neither {FILE_NAME} nor copier.yml.",
                "`scaffold list` shows what there is.", code="no-such-template")
        return Source(label=word, name=folder.resolve().name, address=str(folder.resolve()), ref=ref)
    git.refuse_secret(word, "template")
    return Source(label=word, name=suggested_name(word), address=_as_git(word), ref=ref)


def _as_git(url: str) -> str:
    """The address under which copier takes a URL for a repository's: without `git+` it wants `.git` behind most."""
    plain = url.startswith(("file://", "http://", "https://", "ssh://")) and not url.endswith(".git")
    return f"git+{url}" if plain and not url.startswith(_KNOWN_HOSTS) else url


def _is_template(folder: Path) -> bool:
    """Whether copier could take a folder: it has questions, or is a repository, bare ones included."""
    bare = (folder / "HEAD").is_file() and (folder / "objects").is_dir()
    return (
        bare or (folder / ".git").exists() or any((folder / name).is_file() for name in ("copier.yml", "copier.yaml"))
    )
