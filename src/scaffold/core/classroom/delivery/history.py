"""Find the starter that a student's work contains: by its commits, or by its tree where commits were rewritten."""

from collections.abc import Mapping, Sequence

from scaffold.core.classroom.store import StarterVersion, Store
from scaffold.tools.git.graph import CommitGraph, read_graph


def merge_bases(store: Store, work: Sequence[tuple[StarterVersion, str]]) -> list[str]:
    """The tree of the newest starter that each student's commit contains.

    Args:
        store: The class store, which has all the commits.
        work: For each student, the starter that they were given last and the tip of their branch.
    """
    if not work:
        return []
    graph = read_graph(store, [commit for starter, tip in work for commit in (starter.commit, tip)])
    return [_merge_base(graph, starter.commit, tip) for starter, tip in work]


def containing(store: Store, asked: Mapping[str, tuple[str, Sequence[str]]]) -> dict[str, list[str]]:
    """Owner → those of their commits that contain another commit.

    Args:
        store: The class store, which has all the commits.
        asked: Owner → the commit to be contained, and the commits to look at.
    """
    if not asked:
        return {}
    graph = read_graph(store, [commit for _, commits in asked.values() for commit in commits])
    return {
        owner: [commit for commit in commits if wanted in graph.contained(commit)]
        for owner, (wanted, commits) in asked.items()
    }


def _merge_base(graph: CommitGraph, starter: str, tip: str) -> str:
    starters = graph.line(starter)
    contained = graph.contained(tip)
    newest = next((commit for commit in starters if commit in contained), "")
    if newest:
        return graph.nodes[newest].tree
    # The student started a new history, or squashed ours into it: one of their commits has the tree of a starter.
    trees = {graph.nodes[commit].tree for commit in contained}
    same_tree = next((commit for commit in starters if graph.nodes[commit].tree in trees), starters[-1])
    return graph.nodes[same_tree].tree
