"""The commits of a bare repository as a graph: what contains what."""

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from scaffold.tools.git.bare import BareRepository

_LAST_SECOND = 253402300799
"""The end of the year 9999."""


@dataclass(frozen=True)
class Node:
    """A commit in the graph.

    Attributes:
        tree: The id of its tree.
        parents: The ids of its parents.
        authored: When its author made it, as the commit says; anybody may have made that up.
    """

    tree: str
    parents: tuple[str, ...]
    authored: datetime.datetime


@dataclass(frozen=True)
class CommitGraph:
    """Every commit that some tips contain: commit id → node."""

    nodes: Mapping[str, Node]

    def contained(self, tip: str, without: Collection[str] = ()) -> set[str]:
        """The commits that `tip` contains, itself included, but not `without` and what only those contain."""
        seen, waiting = set[str](), [tip]
        while waiting:
            commit = waiting.pop()
            if commit not in seen and commit not in without:
                seen.add(commit)
                waiting += self.nodes[commit].parents if commit in self.nodes else ()
        return seen

    def line(self, tip: str) -> list[str]:
        """The commits from `tip` back along first parents, newest first."""
        commits, commit = [], tip
        while commit:
            commits.append(commit)
            commit = next(iter(self.nodes[commit].parents), "")
        return commits


def moment(seconds: str) -> datetime.datetime:
    """The time of a commit, as git prints it in seconds; one that no calendar has becomes the nearest that it has.

    For a date that git cannot read, it prints nothing: that is the year 1970.
    """
    number = int(seconds[:15]) if seconds.isdecimal() else 0
    return datetime.datetime.fromtimestamp(min(number, _LAST_SECOND), datetime.UTC)


def read_graph(repository: BareRepository, tips: Iterable[str]) -> CommitGraph:
    """The graph of every commit that is reachable from some tips, by one process."""
    asked = "".join(f"{tip}\n" for tip in dict.fromkeys(tips)).encode()
    listing = repository.run("log", "--stdin", "--format=%H %T %at %P", stdin=asked) if asked else ""
    nodes = {}
    for line in listing.splitlines():
        commit, tree, when, parents = line.split(" ", 3)
        nodes[commit] = Node(tree, tuple(parents.split()), moment(when))
    return CommitGraph(nodes)
