"""`scaffold show NAME`: what a template makes, before making it."""

from collections.abc import Mapping
from typing import Any

from scaffold.core.outcome import Outcome, Table, Text, Tree
from scaffold.core.templates import rendering, settings, source
from scaffold.core.templates.manifest import Manifest
from scaffold.core.templates.rendering import Rendering, Wanted
from scaffold.tools import documents, files

_BROUGHT = {
    "images": "a folder of pictures, one folder for each class: --data FOLDER",
    "documents": f"a folder of documents ({documents.NAMES}): --data FOLDER",
    "text": "a text (txt, md or epub), or a folder of them: --data FILE",
}
_PREDICTED = {"regression": "number", "classification": "class"}


def show_template(
    word: str, ref: str | None = None, given: Mapping[str, Any] | None = None, *, trust: bool = False
) -> Outcome:
    """A template's description, its questions with their defaults, and the files that the defaults give.

    Args:
        word: The template, as `scaffold new` takes it.
        ref: The release; None for the newest.
        given: Answers to questions; the others get their defaults.
        trust: Whether the template may run code.
    """
    template = source.find(word)
    defaults = settings.default_answers(ours=template.manifest is not None)
    with files.temporary_folder() as parent:
        folder = parent / source.suggested_name(template.name)
        rendered = rendering.write(
            Wanted(word, ref, folder.name, given=given or {}, defaults=defaults, trust=trust), folder
        )
        tree = files.sizes(folder)
    questions = [_question(key, rendered) for key in rendered.questions]
    about = _about(template.manifest)
    data = {"template": template.label, "version": rendered.version, **about, "questions": questions, "files": tree}
    return Outcome(data, _blocks(template.label, rendered.version, about, questions, tree))


def _question(key: str, rendered: Rendering) -> dict[str, Any]:
    details = rendered.questions[key]
    choices = details.get("choices", [])
    values = list(choices.values()) if isinstance(choices, dict) else choices
    return {
        "key": key,
        "help": " ".join(str(details.get("help", "")).split()),
        "default": rendered.shown_answers.get(key),
        "choices": values if isinstance(values, list) else [],
        "asked": rendered.asks(key),
    }


def _about(manifest: Manifest | None) -> dict[str, Any]:
    if manifest is None:
        nothing = {"title": "", "stage": "", "summary": "", "months": "", "skills": [], "minutes": 0, "disk_mb": 0}
        return nothing | {"data": None}
    names = ("title", "stage", "summary", "months", "minutes", "disk_mb")
    return {name: getattr(manifest, name) for name in names} | {
        "skills": list(manifest.skills),
        "data": {"kind": manifest.data.kind, "task": manifest.data.task} if manifest.data else None,
    }


def _blocks(
    label: str, version: str, about: Mapping[str, Any], questions: list[dict[str, Any]], tree: Mapping[str, int]
) -> list[Text | Table | Tree]:
    blocks: list[Text | Table | Tree] = [Text(f"{label} {version}".strip())]
    if about["summary"]:
        facts = [about["stage"]]
        facts += [f"months {about['months']}"] if about["months"] else []
        facts += [f"about {about['minutes']:g} min to set up and run"] if about["minutes"] else []
        facts += [f"{about['disk_mb']} MB"] if about["disk_mb"] else []
        blocks += [Text(about["summary"]), Text("; ".join(facts))]
        blocks += [Text(f"Skills: {', '.join(about['skills'])}")] if about["skills"] else []
        blocks += [Text(_own_data(about["data"]))] if about["data"] else []
    rows = [
        (item["key"], _plain(item["default"]), " | ".join(map(_plain, item["choices"])), item["help"])
        for item in questions
        if item["asked"]
    ]
    blocks.append(Table(("question", "default", "choices", "what it decides"), rows, title="Questions (-d KEY=VALUE)"))
    blocks.append(Tree(f"{len(tree)} files, {sum(tree.values()) / 1024:.0f} KB, with the defaults", tree))
    return blocks


def _own_data(needs: Mapping[str, str]) -> str:
    """What data of one's own the template takes."""
    if needs["kind"] != "table":
        return f"Your own data: {_BROUGHT.get(needs['kind'], needs['kind'])}"
    if not needs["task"]:
        return "Your own data: any table: --data FILE"
    return f"Your own data: a table to predict a {_PREDICTED[needs['task']]} from: --data FILE --target COLUMN"


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
