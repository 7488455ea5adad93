"""Which starter a student's work contains: by its commits, and by its trees where the commits were written anew."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from scaffold.core.classroom.store import Given, Store
from scaffold.tools import git


def trees(repository: Path, commits: Sequence[str]) -> list[str]:
    """The trees of commits of a repository, by one process."""
    if not commits:
        return []
    asked = "".join(f"{commit}^{{tree}}\n" for commit in commits).encode()
    return git.run(repository, f"--git-dir={repository}", "cat-file", "--batch-check=%(objectname)", stdin=asked).split(
        "\n"
    )


def bases(store: Store, work: Sequence[tuple[Given, str]]) -> list[str]:
    """The tree of the newest starter that each student's commit contains.

    Args:
        store: where all of it is.
        work: what an owner was given last, and the tip of their branch.
    """
    if not work:
        return []
    graph, tree_of = _graph(store, [commit for line, head in work for commit in (line.commit, head)])
    return [_base(graph, tree_of, line.commit, head) for line, head in work]


def _graph(store: Store, tips: Sequence[str]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Every commit that is reachable: its parents, and its tree."""
    asked = "".join(f"{tip}\n" for tip in dict.fromkeys(tips)).encode()
    listing = store.git("log", "--stdin", "--format=%H %T %P", stdin=asked)
    parents: dict[str, list[str]] = {}
    tree_of: dict[str, str] = {}
    for line in listing.decode().splitlines():
        commit, tree, *above = line.split(" ")
        parents[commit], tree_of[commit] = [parent for parent in above if parent], tree
    return parents, tree_of


def _base(parents: dict[str, list[str]], tree_of: dict[str, str], tip: str, head: str) -> str:
    line = []
    at = tip
    while at:
        line.append(at)
        at = next(iter(parents[at]), "")
    above = reachable(parents, head)
    contained = next((commit for commit in line if commit in above), "")
    if contained:
        return tree_of[contained]
    # The student began a history of their own, or squashed ours into it: a commit of theirs has a starter's tree.
    seen = {tree_of[commit] for commit in above}
    same = next((commit for commit in line if tree_of[commit] in seen), line[-1])
    return tree_of[same]


def reachable(parents: Mapping[str, Sequence[str]], head: str, without: Collection[str] = ()) -> set[str]:
    """The commits that a commit contains, itself included, but not `without` and what is only below those."""
    found, waiting = set[str](), [head]
    while waiting:
        commit = waiting.pop()
        if commit not in found and commit not in without:
            found.add(commit)
            waiting += parents.get(commit, ())
    return found
