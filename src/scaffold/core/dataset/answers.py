"""The answers that a proposal gives to a template's questions about data."""

import shlex
from collections.abc import Mapping
from typing import Any

from scaffold.core.dataset import classes, documents, pictures, texts
from scaffold.core.dataset.model import Answers, Column
from scaffold.core.dataset.place import Copy
from scaffold.core.dataset.propose import Placed, Proposal
from scaffold.errors import UsageError

QUESTIONS = (
    "dataset",
    "dataset_source",
    "dataset_sha256",
    "dataset_bytes",
    "dataset_in_git",
    "dataset_rows",
    "reading",
    "task",
    "target",
    "time_column",
    "group_column",
    "columns",
    "dropped_columns",
    "findings",
)
_ALL = tuple(dict.fromkeys((*QUESTIONS, *pictures.QUESTIONS, *documents.QUESTIONS, *texts.QUESTIONS)))
_HARMLESS = ("dataset_in_git", "picture_side", "picture_channels", "text_wrapped")
"""What a template with `[data]` asks and a file answers; nobody types these."""


def without_typed(given: Mapping[str, Any], has_file: bool = False) -> Answers:
    """Given answers without those that only a file gives.

    An answers file of a project that works on its template's example holds them empty, which says nothing.

    Args:
        given: What a person typed, or an answers file holds.
        has_file: A file is there and answers them all.

    Raises:
        UsageError: One of them says something.
    """
    typed = [key for key in _ALL if key in given]
    if has_file:
        return {key: value for key, value in given.items() if key not in typed}
    if given.get("dataset"):
        hint = f"Bring the file: --data {given['dataset']} --target {shlex.quote(str(given.get('target', 'COLUMN')))}"
        raise UsageError(
            f"These answers belong to a project with data of its own, {given['dataset']}.",
            "Bring the folder: --data FOLDER"
            if {"picture_classes", "documents", "text_files"} & given.keys()
            else hint,
        )
    full = [key for key in typed if given[key] not in ("", 0, "0", [], {}) and key not in _HARMLESS]
    if full:
        raise UsageError(f"`{full[0]}` is answered by a file, not by hand.", "Bring it: --data FILE --target COLUMN")
    return {key: value for key, value in given.items() if key not in typed}


def of_table(proposal: Proposal, copy: Copy) -> Answers:
    """Every answer about data, made of plain values that YAML keeps as they are."""
    personal = _personal(proposal)
    return {
        "dataset": copy.name,
        "dataset_source": proposal.profile.source,
        "dataset_sha256": copy.sha256,
        "dataset_bytes": copy.bytes,
        "dataset_in_git": copy.in_git,
        "dataset_rows": proposal.profile.rows,
        "reading": dict(copy.reading),
        "task": proposal.task,
        "target": proposal.target.name if proposal.target else "",
        "time_column": proposal.time,
        "group_column": proposal.group,
        "columns": [_column(placed, personal) | _classes(placed, proposal.task) for placed in proposal.columns],
        "dropped_columns": list(proposal.dropped),
        "findings": [{"column": item.column, "kind": item.kind, "message": item.message} for item in proposal.findings],
        **({classes.QUESTION: proposal.positive} if proposal.positive else {}),
    }


def _personal(proposal: Proposal) -> set[str]:
    return {item.column for item in proposal.findings if item.kind == "personal"}


def _column(placed: Placed, personal: set[str]) -> dict[str, Any]:
    column = placed.column
    entry: dict[str, Any] = {"name": column.name, "kind": column.kind, "role": placed.role}
    if placed.reason:
        entry["reason"] = placed.reason
    entry |= {
        "missing": column.missing,
        "distinct": column.distinct,
        "examples": [] if column.name in personal else list(column.examples),
        "missing_values": list(column.missing_values),
    }
    return entry | facts(column)


def _classes(placed: Placed, task: str) -> dict[str, Any]:
    """Of a target with classes: each text as it is written, with its rows, the most frequent first."""
    if task != "classification" or placed.role != "target":
        return {}
    return {"classes": [{"text": text, "rows": rows} for text, rows in placed.column.counts]}


def facts(column: Column) -> dict[str, Any]:
    """What belongs to a column's kind."""
    if column.number is not None and column.kind in ("number", "count", "identifier"):
        form = column.number
        measured = {name: _number(getattr(column, name)) for name in ("minimum", "maximum", "mean", "median")}
        written = {"whole": column.whole, "decimal": form.decimal, "remove": form.remove, "unit": form.unit}
        # A number that identifies is a text where its owner keeps it.
        return {**measured, **written, **({"values": []} if column.kind == "identifier" else {})}
    if column.kind == "datetime":
        return {"format": column.format, "utc": column.utc, "minimum": column.earliest, "maximum": column.latest}
    return {"values": list(column.values)}


def _number(value: float) -> int | float:
    return int(value) if value == int(value) and abs(value) < 2**53 else value
