"""What `--dry-run` says about the owner's file."""

from scaffold.core.dataset import bring, describe, propose, template
from scaffold.core.dataset.documents import Documents
from scaffold.core.dataset.pictures import Pictures
from scaffold.core.dataset.request import Request
from scaffold.core.dataset.template import Found
from scaffold.core.dataset.texts import Texts
from scaffold.core.outcome import Outcome, Progress, Text
from scaffold.core.templates.manifest import Manifest


def preview(
    manifest: Manifest | None,
    label: str,
    request: Request | None,
    found: Found | None,
    progress: Progress,
) -> Outcome:
    """The profile of a file, and what a project would make of it.

    Args:
        manifest: The template's description.
        label: The template, for messages.
        request: What the owner asked for; None for the template's example.
        found: What comes of the file; None where no target was named.
        progress: Told what is being done.

    Raises:
        ScaffoldError: The template takes no such file, or it cannot be read as a table.
    """
    if isinstance(found, Pictures | Documents | Texts):
        return Outcome({"data": found.data}, found.blocks, tuple(found.notices))
    if found is not None:
        proposal = found.proposal
        blocks = [*describe.profile_blocks(proposal.profile), *describe.proposal_blocks(proposal)]
        return Outcome({"data": describe.proposal_data(proposal)}, blocks, describe.notices(proposal))
    if request is None:
        return Outcome({})
    task = template.require_table(manifest, label).task
    profile = bring.measured(request, progress)
    could = ", ".join(f"`{column.name}`" for column in propose.targets(profile, task))
    blocks = [*describe.profile_blocks(profile), Text(f"Columns that can be predicted (--target): {could}")]
    return Outcome({"data": describe.profile_data(profile)}, blocks, describe.finding_notices(profile))
