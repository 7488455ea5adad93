"""`layer.toml`: the holes that a layer declares are the files that it includes and lacks, and templates fill them."""

import re
import tomllib
from pathlib import Path

import pytest

from scaffold.core.templates.manifest import read_manifest

TEMPLATES = Path(__file__).parents[2] / "templates"
LAYERS = sorted(path.parent for path in TEMPLATES.glob("_layers/*/layer.toml"))
TAG = re.compile(r"\{%-?\s*(?:include|from|import)\s[^%]*%\}|part\('[\w.]+'\)")


def texts(part: Path) -> list[str]:
    files = [path for path in part.rglob("*") if path.is_file() and path.name != "layer.toml"]
    return [path.read_text(encoding="utf-8", errors="ignore") for path in files]


def used(layer: Path) -> dict[str, bool]:
    """The files that a layer includes, and neither it nor the base layer has → whether rendering fails without them."""
    holes: dict[str, bool] = {}
    has = {path.name for part in (layer, layer.parent / "base") for path in (part / "includes").iterdir()}
    for text in texts(layer):
        for tag in TAG.findall(text):
            for name in re.findall(r"includes/([\w.-]+\.\w+)['\"]|part\('([\w.]+)'\)", tag):
                file = name[0] or name[1]
                if file not in has:
                    holes[file] = holes.get(file, False) or "ignore missing" not in tag
    return holes


def declared(layer: Path) -> dict[str, bool]:
    content = tomllib.loads((layer / "layer.toml").read_text(encoding="utf-8"))
    assert all(hole.keys() == {"name", "required", "purpose"} for hole in content.get("holes", []))
    return {hole["name"]: hole["required"] for hole in content.get("holes", [])}


def test_every_layer_declares_its_holes_and_adds_to_the_lists() -> None:
    folders = {path.name for path in TEMPLATES.glob("_layers/*/") if path.is_dir()}
    assert {layer.name for layer in LAYERS} == folders
    joins = (TEMPLATES / "_layers/base/includes/layers.jinja").read_text(encoding="utf-8")
    joined = re.findall(r"'(\w+)'", joins.partition(" in (")[2].partition(")")[0])
    assert set(joined) == folders | {"template"}


@pytest.mark.parametrize("layer", LAYERS, ids=lambda path: path.name)
def test_the_declared_holes_are_those_that_the_layer_uses(layer: Path) -> None:
    assert declared(layer) == used(layer)


@pytest.mark.parametrize("manifest", sorted(TEMPLATES.glob("*/template.toml")), ids=lambda path: path.parent.name)
def test_a_template_fills_the_required_holes_of_its_layers(manifest: Path) -> None:
    parts = [manifest.parent, *(TEMPLATES / "_layers" / name for name in read_manifest(manifest).layers)]
    filled = {path.name for part in parts for path in (part / "includes").iterdir()}
    for layer in parts[1:]:
        assert {name for name, required in declared(layer).items() if required} <= filled
