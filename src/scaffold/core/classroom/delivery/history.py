"""Which starter a student's work contains: by its commits, and by its trees where the commits were rewritten."""

from collections.abc import Sequence

from scaffold.core.classroom.store import Given, Store
from scaffold.tools.git.graph import CommitGraph, read_graph


def bases(store: Store, work: Sequence[tuple[Given, str]]) -> list[str]:
    """The tree of the newest starter that each student's commit contains.

    Args:
        store: The class store, which has all the commits.
        work: For each student, the starter that they were given last and the tip of their branch.
    """
    if not work:
        return []
    graph = read_graph(store, [commit for line, head in work for commit in (line.commit, head)])
    return [_base(graph, line.commit, head) for line, head in work]


def _base(graph: CommitGraph, tip: str, head: str) -> str:
    starters = graph.line(tip)
    above = graph.contained(head)
    contained = next((commit for commit in starters if commit in above), "")
    if contained:
        return graph.nodes[contained].tree
    # The student began a history of their own, or squashed ours into it: a commit of theirs has a starter's tree.
    trees = {graph.nodes[commit].tree for commit in above}
    same = next((commit for commit in starters if graph.nodes[commit].tree in trees), starters[-1])
    return graph.nodes[same].tree
