"""`git-remote-scaffold`: serves `scaffold://NAME` to plain git, and so to plain copier, from a template's releases.

git starts it for every address of this scheme (gitremote-helpers(7)); its only capability is `fetch`. It reads git's
commands from stdin, answers on stdout, and prints errors to stderr.
"""

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from scaffold.core.templates import catalog, release, source
from scaffold.errors import ScaffoldError
from scaffold.tools import files, git
from scaffold.tools.terminal import escaped


def main() -> int:
    """Serve one fetch. Returns the exit status: 0, or 1 when there is no such template."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(newline="\n")  # on Windows, too
    try:
        with _bundle(sys.argv[2] if len(sys.argv) > 2 else "") as bundle:
            _serve(bundle)
    except ScaffoldError as error:
        print(escaped(f"{error.message}\nhint: {error.hint}" if error.hint else error.message), file=sys.stderr)
        return 1
    return 0


def _serve(bundle: Path) -> None:
    fetching = False
    for line in sys.stdin:
        command = line.split()
        if not command:
            if not fetching:
                return
            # GIT_DIR names the repository that fetches.
            git.run(Path.cwd(), "bundle", "unbundle", str(bundle), env={"GIT_DIR": os.environ.get("GIT_DIR", "")})
            fetching = False
            print(flush=True)
        elif command[0] == "capabilities":
            print("fetch\n", flush=True)
        elif command[0] == "list":
            heads = git.run(Path.cwd(), "bundle", "list-heads", str(bundle)).splitlines()
            print(
                "\n".join([head for head in heads if not head.endswith(" HEAD")] + ["@refs/heads/main HEAD", ""]),
                flush=True,
            )
        elif command[0] == "fetch":
            fetching = True
        else:
            raise ScaffoldError(
                f"git asked for `{command[0]}`, which scaffold:// cannot do.", "It can only be fetched from."
            )


@contextlib.contextmanager
def _bundle(address: str) -> Iterator[Path]:
    if not address.startswith(catalog.SCHEME):
        raise ScaffoldError(
            f"`{address}` is no address of a template.",
            "Addresses look like scaffold://ml-tabular",
            code="no-such-template",
        )
    entry = catalog.find(source.name_of(address))
    if not entry.path.is_dir():
        release.heads(entry.path)
        yield entry.path
        return
    if entry.manifest is None:
        raise ScaffoldError(
            f"{address} is a plain Copier template.", f"Use its own address: {entry.path}", code="no-such-template"
        )
    draft = source.read(address)
    with files.temporary_folder() as folder:
        with release.draft_repository(draft.tree, draft.template.name, draft.version) as repository:
            repository.write_bundle(folder / "draft.bundle")
        yield folder / "draft.bundle"
