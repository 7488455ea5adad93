"""Finding the template that the user named, and reading it into memory at a release.

They give the name of a built-in template, CATALOG/NAME, a path or a git URL. A `Template` says which address the project
will record and where its files are; a `Source` is the template at one release.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from packaging.version import Version

from scaffold.core.templates import catalog, foreign, release
from scaffold.core.templates.assembly import assemble
from scaffold.core.templates.manifest import FILE_NAME, NAME, Manifest, read_manifest
from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.git.trees import Tree

_URL_STARTS = ("git+", "git@", "git://", "gh:", "gl:", "http://", "https://", "ssh://", "file://")
_KNOWN_HOSTS = ("https://github.com/", "https://gitlab.com/")


@dataclass(frozen=True)
class Template:
    """A template, not read yet.

    Attributes:
        label: Its name in messages.
        name: The name of a new project's folder when the user gives none.
        address: The address that the project records and Copier reads.
        manifest: Its description; None for a plain Copier template.
        bundle: The bundle of its releases; None when it has none.
        folder: The folder of its sources; None when it has none.
        place: Where it is read from in place of its address: a catalog's repository on this disk; empty for the address.
    """

    label: str
    name: str
    address: str
    manifest: Manifest | None = None
    bundle: Path | None = None
    folder: Path | None = None
    place: str = ""

    @property
    def is_built_in(self) -> bool:
        """Whether it came with scaffold: then its code is as trustworthy as scaffold itself."""
        return self.bundle is not None and self.bundle.parent == catalog.BUILT_IN

    def releases(self) -> list[str]:
        """Its releases, oldest first; pre-releases only when there is nothing else.

        Raises:
            ScaffoldError: The template is gone or has no release.
        """
        if self.bundle:
            tags = release.versions(self.bundle)
        elif self.folder and self.manifest:
            tags = [_draft_version(self.manifest.version)]
        else:
            tags = sorted(filter(release.is_version, git.remote_tags(foreign.expanded(self.place or self.address))), key=Version)
        if not tags:
            message = f"The template {git.redact(self.label)} has no releases."
            raise ScaffoldError(message, "Its authors can tag one: git tag 0.1.0", code="no-such-release")
        return [tag for tag in tags if not Version(tag).is_prerelease] or tags


@dataclass(frozen=True)
class Source:
    """A template at one release, read into memory.

    Attributes:
        template: The template.
        tree: Its files.
        version: The release as the project records it; empty for a template outside git.
        ref: The release that Copier checks out; None for the folder as it is.
        only_copier: Whether the right bytes are only in a checkout by git.
        commit: The id of the commit that the release is, for one that may move; empty for a built-in one, or for none.
    """

    template: Template
    tree: Tree
    version: str
    ref: str | None
    only_copier: bool = False
    commit: str = ""


def find(word: str) -> Template:
    """The template that `word` names.

    Raises:
        ScaffoldError: There is none.
    """
    word = _draft_folder(word)
    name = name_of(word)
    folder = Path(os.path.expanduser(word))  # noqa: PTH111 - Path.expanduser() fails for a user that does not exist
    if _is_too_long(word):
        raise catalog.unknown(word[:40] + "…", [])
    if name != word or (_is_name(word) and not _is_path(word, folder)):
        return _in_catalog(catalog.find(name))
    if (folder / FILE_NAME).is_file():
        folder = folder.resolve()
        return Template(folder.name, folder.name, f"git+{folder.as_uri()}", read_manifest(folder / FILE_NAME), None, folder)
    if folder.exists() or word.startswith(_URL_STARTS) or word.endswith(".git"):
        return _plain(word, folder)
    raise catalog.unknown(word, [entry.name for entry in catalog.built_in()])


def read(word: str, ref: str | None = None, also: str = "") -> Source:
    """Read the template that `word` names at a release.

    Args:
        word: The template.
        ref: The release; None for the newest.
        also: Another release that will be read next; empty for none.

    Raises:
        ScaffoldError: There is no such template or release, or its sources do not assemble.
    """
    template = find(word)
    if template.bundle:
        return _released(template, template.bundle, ref, also)
    if template.folder and template.manifest:
        return _draft(template, template.folder, template.manifest, ref)
    fetched = foreign.fetch(template.place or template.address, ref)
    return Source(template, fetched.tree, fetched.version, fetched.ref, fetched.only_copier, fetched.commit)


def newest_release(word: str) -> str:
    """The newest release of a template: a tag that is no pre-release, or the version of a draft.

    Raises:
        ScaffoldError: The template is gone or has no release.
    """
    return find(word).releases()[-1]


def releases(word: str) -> list[str]:
    """The releases of a template, oldest first. Raises ScaffoldError as `Template.releases` does."""
    return find(word).releases()


def is_newer(version: str, than: str) -> bool:
    """Whether a release, or a commit after one, comes after another; False for commits that are no versions."""
    one, other = as_version(version), as_version(than)
    return one is not None and other is not None and one > other


def as_version(text: str) -> Version | None:
    """A release, or a commit as `git describe` names it (v1.0.0-1-g2af81c5), as a version; None for anything else."""
    described = re.fullmatch(r"(.+)-(\d+)-g([0-9a-f]+)", text)
    if described and release.is_version(described[1]):
        return Version(f"{Version(described[1]).public}+{described[2]}.g{described[3]}")
    return Version(text) if release.is_version(text) else None


def read_changelog(word: str, ref: str) -> str:
    """The template's `CHANGELOG.md` as of a release; empty when it has none, or is a plain Copier template."""
    if find(word).manifest is None:
        return ""
    file = read(word, ref).tree.get("CHANGELOG.md")
    return file.content.decode("utf-8", "replace") if file else ""


def suggested_name(word: str) -> str:
    """The name for a new project's folder when the user gives none: the template's own."""
    return word.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1].removesuffix(".git") or "project"


def name_of(word: str) -> str:
    """NAME for `git+scaffold://NAME`, as projects record it; any other word unchanged.

    Raises:
        ScaffoldError: What follows the scheme is no name.
    """
    if not word.removeprefix("git+").startswith(catalog.SCHEME):
        return word
    name = word.removeprefix("git+").removeprefix(catalog.SCHEME)
    if not _is_name(name):
        raise ScaffoldError(f"`{word}` is no address of a template.", "Addresses look like git+scaffold://ml-tabular", code="no-such-template")
    return name


def _draft_folder(word: str) -> str:
    """The folder of its sources for the address of a draft, as projects record it; any other word unchanged."""
    place = Path(unquote(urlsplit(word).path)) if word.startswith("git+file://") else None
    return str(place) if place and (place / FILE_NAME).is_file() else word


def _is_name(word: str) -> bool:
    parts = word.split("/")
    return len(parts) in (1, 2) and all(NAME.fullmatch(part) for part in parts)


def _is_too_long(word: str) -> bool:
    """Whether a file system would refuse a path of this length."""
    return len(word) > 2000 or any(len(part.encode("utf-8", "replace")) > 255 for part in word.split("/"))


def _is_path(word: str, folder: Path) -> bool:
    """Whether the word names a folder: only when no template has this name. `./NAME` always names the folder."""
    if not folder.is_dir():
        return False
    try:
        catalog.find(word)
    except ScaffoldError:
        return True
    return False


def _in_catalog(entry: catalog.Entry) -> Template:
    if not entry.path.is_dir():
        return Template(entry.name, suggested_name(entry.name), f"git+{entry.address}", entry.manifest, entry.path)
    if entry.manifest is None:
        return _plain_in_catalog(entry)
    return Template(entry.name, entry.path.name, f"git+{entry.address}", entry.manifest, None, entry.path)


def _plain_in_catalog(entry: catalog.Entry) -> Template:
    """A plain Copier template of a catalog: a repository of its own is recorded by the URL that others fetch it from."""
    path = entry.path.resolve()
    url = git.remote_url(path) if foreign.is_repository(path) and not foreign.is_dirty(path) else ""
    shared = bool(url) and not git.holds_secret(url)
    address, place = (_as_git(url), str(path)) if shared else (str(path), "")
    return Template(entry.name, suggested_name(entry.name), address, folder=path, place=place)


def _released(template: Template, bundle: Path, ref: str | None, also: str) -> Source:
    heads = release.heads(bundle)
    chosen = release.choose(bundle.stem, tuple(heads), ref)
    commit = "" if template.is_built_in else heads[chosen]
    return Source(template, release.read(bundle, heads, chosen, also), chosen, chosen, commit=commit)


def _draft(template: Template, folder: Path, manifest: Manifest, ref: str | None) -> Source:
    """A folder of sources, assembled without a release, for template authors."""
    version = _draft_version(manifest.version)
    if ref not in (None, version):
        raise ScaffoldError(
            f"{folder} is a draft and has only {version}, no {ref}.",
            "Drafts keep no older versions; releases do: scaffold template release",
            code="no-such-release",
        )
    return Source(template, assemble(folder), version, version)


def _draft_version(version: str) -> str:
    """A version lower than the release that the sources will become."""
    public = Version(version).public
    return public if Version(public).is_devrelease else f"{public}.dev0"


def _plain(word: str, folder: Path) -> Template:
    """A plain Copier template: a path or a git URL."""
    if folder.is_dir():
        if not _is_template(folder):
            raise ScaffoldError(
                f"{folder} is no template: it has neither {FILE_NAME} nor copier.yml.",
                "`scaffold list` shows what there is.",
                code="no-such-template",
            )
        return Template(word, folder.resolve().name, str(folder.resolve()), folder=folder.resolve())
    git.refuse_secret(word, "template")
    return Template(word, suggested_name(word), _as_git(word))


def _as_git(url: str) -> str:
    """The URL in the form that Copier takes for a repository: most need `git+` before or `.git` after."""
    plain = url.startswith(("file://", "http://", "https://", "ssh://")) and not url.endswith(".git")
    return f"git+{url}" if plain and not url.startswith(_KNOWN_HOSTS) else url


def _is_template(folder: Path) -> bool:
    """Whether Copier can use a folder: it has questions, or is a repository."""
    return foreign.is_repository(folder) or any((folder / name).is_file() for name in ("copier.yml", "copier.yaml"))
