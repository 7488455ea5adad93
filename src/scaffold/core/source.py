"""From the word that a person typed to a template that copier can render.

A word is the name of a built-in template, CATALOG/NAME, a path, or a git URL. What comes out says which address the
project will record, which release it is, and where git finds that address on this machine.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from packaging.version import Version

from scaffold.core import catalog, release
from scaffold.core.assembly import assemble
from scaffold.core.manifest import FILE_NAME, NAME, Manifest, read_manifest
from scaffold.errors import ScaffoldError
from scaffold.tools import copier, files, git

_URL_STARTS = ("git+", "git@", "git://", "gh:", "gl:", "http://", "https://", "ssh://", "file://")


@dataclass(frozen=True)
class Source:
    """A template ready to be rendered.

    Attributes:
        label: how messages call it.
        name: a name for the folder that it makes when none is given.
        address: what copier reads and the project records.
        ref: the release; None lets copier take the newest tag.
        rewrites: addresses that git finds elsewhere on this machine, while the source is open.
        manifest: its description; None for other people's templates.
    """

    label: str
    name: str
    address: str
    ref: str | None
    rewrites: Mapping[str, str] = field(default_factory=dict)
    manifest: Manifest | None = None


@contextlib.contextmanager
def opened(word: str, ref: str | None = None) -> Iterator[Source]:
    """Find the template that `word` means and hold it open.

    Raises:
        ScaffoldError: there is no such template or release, or its sources do not assemble.
    """
    word = _draft_folder(word)
    name = _without_address(word)
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
        bundle = next(iter(template.rewrites.values()), "")
        if not bundle:
            return _stable(_tags(template))
        if bundle.endswith(".bundle"):
            return _stable(release.versions(Path(bundle)))
        return [template.ref or ""]


def _tags(template: Source) -> list[str]:
    tags = git.remote_tags(copier.expanded(template.address))
    found = sorted((tag for tag in tags if release.is_version(tag)), key=Version)
    if not found:
        raise ScaffoldError(
            f"The template {git.redact(template.label)} has no releases.", "Its authors can tag one: git tag 0.1.0"
        )
    return found


def _stable(tags: list[str]) -> list[str]:
    return [tag for tag in tags if not Version(tag).is_prerelease] or tags


def is_newer(version: str, than: str) -> bool:
    """Whether a release comes after another. Nobody can tell for commits that are no versions."""
    return release.is_version(version) and release.is_version(than) and Version(version) > Version(than)


def read_changelog(word: str, ref: str) -> str:
    """The template's `CHANGELOG.md` as of a release; empty where it has none, or is other people's."""
    with opened(word, ref) as template, files.temporary_folder() as parent:
        if template.manifest is None:
            return ""
        repository = parent / "template.git"
        git.clone(next(iter(template.rewrites.values())), repository)
        found = git.attempt(repository, "cat-file", "blob", f"{template.ref}:CHANGELOG.md")
        return found.stdout if found.ok else ""


def suggested_name(word: str) -> str:
    """The name of the folder to make when the person gave none: the template's own."""
    return word.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1].removesuffix(".git") or "project"


def _without_address(word: str) -> str:
    """Take `git+scaffold://NAME`, as projects record it, for NAME."""
    if not word.removeprefix("git+").startswith(catalog.SCHEME):
        return word
    name = word.removeprefix("git+").removeprefix(catalog.SCHEME)
    if not _is_name(name):
        raise ScaffoldError(f"`{word}` is no address of a template.", "Addresses look like git+scaffold://ml-tabular")
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
    chosen = release.choose(entry.place, ref)
    yield Source(
        label=entry.name,
        name=suggested_name(entry.name),
        address="git+" + entry.address,
        ref=chosen,
        rewrites={entry.address: str(entry.place)},
        manifest=entry.manifest,
    )


@contextlib.contextmanager
def _draft(folder: Path, ref: str | None, address: str = "", label: str = "") -> Iterator[Source]:
    """A folder of sources, assembled on the fly: how template authors work."""
    manifest = read_manifest(folder / FILE_NAME)
    version = _draft_version(manifest.version)
    if ref not in (None, version):
        raise ScaffoldError(f"{folder} is a draft and has only {version}, no {ref}.", "Leave --ref out.")
    address = address or folder.as_uri()
    with release.draft_repository(assemble(folder), folder.name, version) as repository:
        yield Source(
            label=label or folder.name,
            name=folder.name,
            address="git+" + address,
            ref=version,
            rewrites={address: str(repository)},
            manifest=manifest,
        )


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
                "`scaffold list` shows what there is.",
            )
        return Source(label=word, name=folder.resolve().name, address=str(folder.resolve()), ref=ref)
    git.refuse_secret(word, "template")
    return Source(label=word, name=suggested_name(word), address=word, ref=ref)


def _is_template(folder: Path) -> bool:
    """Whether copier could take a folder: it has questions, or is a repository, bare ones included."""
    bare = (folder / "HEAD").is_file() and (folder / "objects").is_dir()
    return (
        bare or (folder / ".git").exists() or any((folder / name).is_file() for name in ("copier.yml", "copier.yaml"))
    )
