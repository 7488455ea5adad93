"""A profile and a proposal as people and as machines read them."""

from typing import Any

from scaffold.core.dataset import answers, classes
from scaffold.core.dataset.kinds import is_called_id
from scaffold.core.dataset.model import Column, Finding, Profile
from scaffold.core.dataset.propose import Proposal, quoted
from scaffold.core.outcome import Block, Notice, Table, Text

_SHOWN_COLUMNS = 200


def profile_data(profile: Profile) -> dict[str, Any]:
    """A profile for `--json`."""
    return {
        "file": profile.source,
        "rows": profile.rows,
        "columns": [_column_data(column) for column in profile.columns],
        "findings": [
            {"column": item.column, "kind": item.kind, "message": item.message, "advice": _advice(item)}
            for item in profile.findings
        ],
        "notes": list(profile.notes),
    }


def _column_data(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "kind": column.kind,
        "evidence": column.evidence,
        "missing": column.missing,
        "distinct": column.distinct,
        "examples": list(column.examples),
        "missing_values": list(column.missing_values),
        **answers.facts(column),
    }


def profile_blocks(profile: Profile) -> list[Block]:
    """A profile for people."""
    rows = [
        (
            column.name or "(no name)",
            column.kind,
            f"{column.missing / profile.rows:.0%}" if column.missing and profile.rows else "",
            f"{column.distinct:,}",
            ", ".join(column.examples),
            column.evidence,
        )
        for column in profile.columns[:_SHOWN_COLUMNS]
    ]
    blocks: list[Block] = [Text(f"{profile.source}: {profile.rows:,} rows, {len(profile.columns):,} columns")]
    blocks += [Text(note) for note in profile.notes]
    blocks.append(Table(("column", "kind", "missing", "distinct", "examples", "why this kind"), rows))
    rest = len(profile.columns) - _SHOWN_COLUMNS
    return blocks + ([Text(f"… and {rest:,} more columns; --json lists all.")] if rest > 0 else [])


def proposal_data(proposal: Proposal) -> dict[str, Any]:
    """What a project would make of a file, for `--json`."""
    return {
        "task": proposal.task,
        "target": proposal.target.name if proposal.target else "",
        "positive": proposal.positive,
        "time": proposal.time,
        "group": proposal.group,
        "features": [column.name for column in proposal.features],
        "left_out": {item.column.name: item.reason for item in proposal.columns if item.role == "left out"},
        "dropped": list(proposal.dropped),
    }


def proposal_blocks(proposal: Proposal) -> list[Block]:
    """What a project would make of a file, for people."""
    rows = [(item.column.name or "(no name)", item.column.kind, item.role, item.reason) for item in proposal.columns]
    profile, target = proposal.profile, proposal.target
    title = f"{profile.source}: {profile.rows:,} rows"
    if target and proposal.task:
        title += f"; `{target.name}` is predicted as {'a number' if proposal.task == 'regression' else 'a class'}"
    blocks: list[Block] = [Text(title), Table(("column", "kind", "role", "why"), rows[:_SHOWN_COLUMNS])]
    if not proposal.task:
        return blocks
    if looked_for := classes.said(target, proposal.task, proposal.positive):
        blocks.append(Text(looked_for))
    split = f"The split is made in time, by `{proposal.time}`" if proposal.time else "The split is random"
    return [*blocks, Text(f"{split}{f', and keeps each `{proposal.group}` together' if proposal.group else ''}.")]


def notices(proposal: Proposal) -> list[Notice]:
    """What the owner must know before anything is trained, each with the flag that answers it."""
    made = [Notice(note) for note in proposal.profile.notes]
    left_out = {item.column.name for item in proposal.columns if item.role == "left out"}
    for message in dict.fromkeys(item.message for item in proposal.findings if item.kind != "personal"):
        items = [item for item in proposal.findings if item.message == message]
        if items[0].kind == "leak" and items[0].column in left_out:
            keep, drop = (" ".join(f"{flag} {quoted(item.column)}" for item in items) for flag in ("--keep", "--drop"))
            what = "it is left out" if len(items) == 1 else "they are left out"
            group = _as_group(proposal, items[0].column)
            made.append(
                Notice(f"{message}; {what}.", f"{group}Out of the file too: {drop}; a feature all the same: {keep}")
            )
        else:
            made.append(Notice(f"{message}.", _advice(items[0])))
    if proposal.task and proposal.target and proposal.target.missing:
        made.append(Notice(f"{proposal.target.missing:,} rows have no `{proposal.target.name}` and are not used."))
    if proposal.time_was_found and proposal.task:
        made.append(Notice(f"`{proposal.time}` is the only date, so the split is made in time.", "Not so: --time none"))
    return made + _repeated(proposal)


def _as_group(proposal: Proposal, name: str) -> str:
    """The beginning of a hint for a column whose rows may belong together: one cow has one diet."""
    column = proposal.profile[name]
    repeats = 5 <= column.distinct <= (proposal.profile.rows - column.missing) / 2
    alone = proposal.task == "classification" and column.kind in ("category", "count") and not proposal.group
    return f"If its rows belong together: --group {quoted(name)}. " if repeats and alone else ""


def _repeated(proposal: Proposal) -> list[Notice]:
    """Identifiers whose values repeat: rows of one customer, which a random split would put on both sides."""
    if proposal.group or not proposal.task:
        return []
    return [
        Notice(
            f"Each `{column.name}` has {(proposal.profile.rows - column.missing) / column.distinct:.1f} rows: if those "
            "belong together, none may be on both sides of the split.",
            f"--group {quoted(column.name)}",
        )
        for item in proposal.columns
        if ((column := item.column).kind == "identifier" or (column.kind == "category" and is_called_id(column.name)))
        and column.name
        and column.distinct >= 5
        and 2 * column.distinct <= proposal.profile.rows - column.missing
    ]


def finding_notices(profile: Profile) -> list[Notice]:
    """The findings of a profile alone."""
    return [Notice(f"{item.message}.", _advice(item)) for item in profile.findings]


def _advice(item: Finding) -> str:
    if item.kind == "missing":
        value = item.message.split(" holds ", 1)[-1].split(" in ", 1)[0]
        return f"If it means that there is no value: --missing {quoted(f'{item.column}={value}')}"
    if item.kind == "text":
        return f"If such a cell means that there is no value: --missing {quoted(f'{item.column}=TEXT')}"
    if item.kind == "time":
        dated = "" if "is not written" not in item.message else "write it as 2024-01 or 2024-01-31, and "
        return f"If it orders the rows in time: {dated}--time {quoted(item.column)}. If it does not: --time none"
    if item.kind == "personal":
        return f"--drop {quoted(item.column)}, or --keep-personal"
    return f"--drop {quoted(item.column)}"
