"""The bundles in the package are the templates: what ships is what was tested."""

import pytest

from rendering import NAMES, TEMPLATES
from scaffold.core.templates import catalog
from scaffold.core.templates import release
from scaffold.core.templates.assembly import assemble
from scaffold.core.templates.manifest import read_manifest


def test_every_template_is_on_offer() -> None:
    assert sorted(entry.name for entry in catalog.built_in()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_newest_release_is_the_template_as_it_stands(name: str) -> None:
    bundle = catalog.BUILT_IN / f"{name}.bundle"
    version = read_manifest(TEMPLATES / name / "template.toml").version
    assert release.versions(bundle)[-1] == version
    assert release.matches(bundle, assemble(TEMPLATES / name)), "run: make release"
    assert (catalog.BUILT_IN / f"{name}.toml").read_text() == (TEMPLATES / name / "template.toml").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_the_change_log_names_every_release(name: str) -> None:
    text = (TEMPLATES / name / "CHANGELOG.md").read_text()
    for version in release.versions(catalog.BUILT_IN / f"{name}.bundle"):
        assert version in text


@pytest.mark.parametrize("name", NAMES)
def test_a_template_runs_no_code_of_its_own(name: str) -> None:
    config = assemble(TEMPLATES / name)["copier.yml"].content.decode()
    assert not any(word in config for word in ("_tasks", "_migrations", "_jinja_extensions"))
