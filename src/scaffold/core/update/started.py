"""What `scaffold new` says of the project that it made."""

from scaffold.core import project, setup
from scaffold.core.dataset.template import Found
from scaffold.core.outcome import Block, Markdown, Outcome, Table, Text
from scaffold.core.setup import Made
from scaffold.core.update import summary
from scaffold.core.update.plan import Plan
from scaffold.errors import ExitCode


def rows(plan: Plan | None) -> list[dict[str, str]]:
    """What becomes of the files that the repository and the template both have."""
    changes = plan.changes if plan else ()
    return [{"path": row.path, "action": row.action, "reason": row.reason} for row in changes if row.action != "add"]


def table(plan: Plan | None) -> list[Block]:
    """The same as a table; none where there are no such files."""
    cells = [tuple(row.values()) for row in rows(plan)]
    return [Table(("path", "action", "reason"), cells)] if cells else []


def outcome(made: Made, brought: Found | None, plan: Plan | None, *, failed: bool) -> Outcome:
    """What is said of a project that was made.

    Args:
        made: The project.
        brought: What came of the owner's file; None for a project that works on the template's example.
        plan: What was merged into a repository that was there; None for none.
        failed: Whether something that was asked for did not work.
    """
    left = plan is not None and not made.committed
    data = {
        "project": str(made.path),
        "template": made.template,
        "version": made.rendered.version,
        "answers": made.rendered.shown_answers,
        "files": made.files,
        "merged": rows(plan),
        "message": made.rendered.message,
        **made.done,
    }
    blocks: list[Block] = [*table(plan), Text(_made(made, plan))]
    notices = made.left_out
    if brought is not None:
        blocks += brought.blocks
        notices = brought.notices + notices
    results = project.results_table(made.path) if made.ran else ""
    if results:
        blocks.append(Markdown(results))
    if made.rendered.message:
        blocks.append(Text(made.rendered.message))
    blocks += [] if left else [Text(_next_step(made))]
    exit_code = ExitCode.PARTLY_DONE if failed or left else ExitCode.DONE
    return Outcome(data, blocks, tuple(notices), exit_code)


def _made(made: Made, plan: Plan | None) -> str:
    name = f"{made.template} {made.rendered.version}".rstrip()
    if plan is None:
        return f"Made {made.where} from {name}."
    return f"Merged {name} into the repository {made.path.name}: {summary.counts(plan)}."


def _next_step(made: Made) -> str:
    wanted = ("help",) if made.ran else ("all",) if made.installed else ("setup", "all")
    verbs = [verb for verb in wanted if verb in setup.make_verbs(made.path)]
    if verbs:
        return f"Next: {made.inside('make ' + ' '.join(verbs))}"
    return f"Next: cd {made.where}"
