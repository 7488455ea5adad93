"""What a branch was at a moment: by the pushes that the forge remembers, or else by the dates of its commits."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scaffold.core.classroom.store import StarterVersion, Store, Submission
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
        updates: Owner → the merges that were sent to them: the tree, and the work that it was merged into.
    """

    store: Store
    tips: Mapping[str, str]
    graph: CommitGraph
    dates: Mapping[str, datetime.datetime]
    starters: Mapping[str, frozenset[str]]
    updates: Mapping[str, frozenset[tuple[str, str]]]

    @property
    def with_work(self) -> list[str]:
        """The owners whose branch has work of their own: more than starters, and updates merged into starters."""
        return [owner for owner, tip in self.tips.items() if self._work(owner, tip) not in self.starters[owner]]

    def received(self, owner: str, pushes: Sequence[Push], moments: Sequence[datetime.datetime]) -> list[Submission]:
        """An owner's submissions: the tip last, before it what the branch was at the moments that the tip came after.

        Args:
            owner: The student or team.
            pushes: The pushes to the branch, newest first.
            moments: The moments.
        """
        tip = self._tip(owner, pushes)
        before = [self._at(owner, pushes, moment) for moment in moments if tip.received > moment]
        return [*dict.fromkeys(one for one in before if one), tip]

    def overwritten(self, owner: str, pushes: Sequence[Push], moments: Sequence[datetime.datetime]) -> str:
        """The commit of a push that counted at one of the moments, and that the store does not have; empty for none."""
        for moment in moments:
            commit = next((push.commit for push in pushes if push.received <= moment), "")
            if commit and commit not in self.starters[owner] and not self.store.existing([commit]):
                return commit
        return ""

    def _tip(self, owner: str, pushes: Sequence[Push]) -> Submission:
        tip = self.tips[owner]
        # An update that the student merged is not later work: it counts as received when the work in it was.
        work = self._work(owner, tip)
        push = next((push for push in pushes if push.commit == work), None)
        if push:
            return Submission(tip, push.received)
        assumed = self._by_date(work).received
        # What is not in the server's record came after everything that is.
        if work == tip and (earliest := _earliest(pushes)):
            assumed = max(assumed, earliest)
        return Submission(tip, assumed, is_own_date=True)

    def _work(self, owner: str, commit: str) -> str:
        """The commit with the newest work of the student's own in a commit: itself, if it is no update from us.

        However the student merged the update (as a fast-forward, with a forge's button, squashed), it has the tree of
        the merge that was sent, and continues what that continues.
        """
        nodes = self.graph.nodes
        while nodes[commit].parents and (nodes[commit].tree, nodes[commit].parents[0]) in self.updates[owner]:
            commit = nodes[commit].parents[0]
        return commit

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


def _earliest(pushes: Sequence[Push]) -> datetime.datetime | None:
    """When a tip that no push names can have been received at the earliest; None where the server tells of no push.

    A push without a commit is one of which the server keeps the time only: GitLab, if it had more than three branches.
    """
    known = max((push.received for push in pushes if push.commit), default=None)
    unnamed = [push.received for push in pushes if not push.commit and (known is None or push.received > known)]
    return min(unnamed, default=known)


def read_history(
    store: Store, assignment: str, tips: Mapping[str, str], starters: Mapping[str, StarterVersion]
) -> BranchHistory:
    """The history of branches.

    Args:
        store: The class store.
        assignment: The assignment's name.
        tips: Owner → the tip of their branch.
        starters: Owner → their newest starter.
    """
    if not tips:
        return BranchHistory(store, {}, CommitGraph({}), {}, {}, {})
    sent = {owner: commits for owner, commits in store.sent(assignment).items() if owner in tips}
    merges = [commit for commits in sent.values() for commit in commits]
    graph = read_graph(store, [*tips.values(), *(starters[owner].commit for owner in tips), *merges])
    given = {owner: frozenset(graph.contained(starters[owner].commit)) for owner in tips}
    updates = {
        owner: frozenset((graph.nodes[merge].tree, graph.nodes[merge].parents[0]) for merge in sent.get(owner, ()))
        for owner in tips
    }
    return BranchHistory(store, tips, graph, store.commit_times(list(graph.nodes)), given, updates)
