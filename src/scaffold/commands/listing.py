"""`scaffold list`: the templates that can be used."""

from typing import Any

from scaffold.core.outcome import Notice, Outcome, Table, Text
from scaffold.core.templates import catalog
from scaffold.errors import ScaffoldError


def list_templates() -> Outcome:
    """The built-in templates in the order of the learner's road, then those of the user's catalogs."""
    found = catalog.built_in()
    warnings = []
    for item in catalog.registered():
        try:
            found += catalog.entries(item)
        except ScaffoldError as error:
            warnings.append(Notice(error.message, error.hint))
    rows = [_row(entry) for entry in found]
    table = Table(
        ("template", "stage", "what it makes", "minutes", "MB"),
        [(row["name"], row["stage"], row["title"], _number(row["minutes"]), _number(row["disk_mb"])) for row in rows],
    )
    blocks = (table, Text("scaffold show NAME tells more; scaffold new NAME makes it."))
    return Outcome({"templates": rows}, blocks, warnings)


def _row(entry: catalog.Entry) -> dict[str, Any]:
    about = entry.manifest
    return {
        "name": entry.name,
        "title": entry.title,
        "stage": about.stage if about else "",
        "version": about.version if about else "",
        "summary": about.summary if about else "",
        "minutes": about.minutes if about else 0,
        "disk_mb": about.disk_mb if about else 0,
    }


def _number(value: float) -> str:
    return f"{value:g}" if value else ""
