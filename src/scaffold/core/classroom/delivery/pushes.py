"""What a branch was at a moment: by the pushes that the forge remembers, or else by the dates of its commits."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scaffold.core.classroom.store import Store, Submission
from scaffold.tools.forges.base import Push
from scaffold.tools.git.graph import CommitGraph, read_graph


@dataclass(frozen=True)
class BranchHistory:
    """The commits of some owners' branches, as they were fetched last.

    Attributes:
        store: The class store.
        tips: Owner → the tip.
        graph: The commits that the tips contain.
        dates: Commit → its committer date, which its author can forge.
        starters: Owner → the commits of their starters, which are no work of theirs.
    """

    store: Store
    tips: Mapping[str, str]
    graph: CommitGraph
    dates: Mapping[str, datetime.datetime]
    starters: Mapping[str, frozenset[str]]

    def received(self, owner: str, pushes: Sequence[Push], moments: Sequence[datetime.datetime]) -> list[Submission]:
        """An owner's submissions: the tip last, before it what the branch was at the moments that the tip came after.

        Args:
            owner: The student or team.
            pushes: The pushes to the branch, newest first.
            moments: The moments.
        """
        tip = self._tip(self.tips[owner], pushes)
        before = [self._at(owner, pushes, moment) for moment in moments if tip.received > moment]
        return [*dict.fromkeys(one for one in before if one), tip]

    def overwritten(self, owner: str, pushes: Sequence[Push], moments: Sequence[datetime.datetime]) -> str:
        """The commit of a push that counted at one of the moments, and that the store does not have; empty for none."""
        for moment in moments:
            commit = next((push.commit for push in pushes if push.received <= moment), "")
            if commit and commit not in self.starters[owner] and not self.store.existing([commit]):
                return commit
        return ""

    def _tip(self, commit: str, pushes: Sequence[Push]) -> Submission:
        newest = pushes[:1] if pushes and not pushes[0].commit else ()
        for push in (*newest, *(push for push in pushes if push.commit == commit)):
            return Submission(commit, push.received)
        return self._by_date(commit)

    def _at(self, owner: str, pushes: Sequence[Push], moment: datetime.datetime) -> Submission | None:
        known = [push for push in pushes if push.received <= moment]
        if known and known[0].commit:
            # Of a push that was overwritten by force, the server keeps the time only.
            kept = self.store.existing([push.commit for push in known if push.commit])
            push = next((push for push in known if push.commit in kept), None)
            return Submission(push.commit, push.received) if push and push.commit not in self.starters[owner] else None
        # The server's memory does not reach back so far.
        line = [commit for commit in self.graph.line(self.tips[owner]) if commit not in self.starters[owner]]
        early = next((commit for commit in line if self.dates[commit] <= moment), "")
        return self._by_date(early) if early else None

    def _by_date(self, commit: str) -> Submission:
        now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        return Submission(commit, min(self.dates[commit], now), is_own_date=True)


def read_history(store: Store, assignment: str, branch: str, owners: Sequence[str]) -> BranchHistory:
    """The history of the fetched branch `branch` of each owner."""
    heads, starters = store.heads(assignment), store.student_starters(assignment)
    tips = {owner: heads[owner][branch] for owner in owners}
    graph = read_graph(store, [*tips.values(), *(starters[owner].commit for owner in tips)])
    given = {owner: frozenset(graph.contained(starters[owner].commit)) for owner in tips}
    return BranchHistory(store, tips, graph, store.commit_times(list(graph.nodes)), given)
