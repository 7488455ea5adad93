"""What of a stranger's template `uv lock` and `uv sync` would run is seen in its pyproject.toml."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendering import NAMES
from scaffold.core.templates import builds, rendering
from scaffold.core.templates.builds import what_it_builds
from scaffold.core.templates.rendering import Wanted

HATCH = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
SETUPTOOLS = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
PROJECT = '[project]\nname = "x"\nversion = "1"\n'


def of(text: str, *names: str) -> list[str]:
    return what_it_builds({"pyproject.toml": text.encode(), **dict.fromkeys(names, b"")})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ()),
        (PROJECT, ()),
        (PROJECT + HATCH, ("setup.py",)),
        (PROJECT + SETUPTOOLS, ()),
        (PROJECT + 'dependencies = ["requests>=2; python_version < \'3.14\'", "uv[extra]"]\n' + HATCH, ()),
        (PROJECT + HATCH + '[tool.hatch.version]\npath = "src/x/__init__.py"\n', ()),
        ("not [ toml", ("setup.py",)),
    ],
)
def test_what_runs_nothing_of_the_template_s(text: str, names: tuple[str, ...]) -> None:
    assert of(text, *names) == []


@pytest.mark.parametrize(
    ("text", "names", "told"),
    [
        (
            '[build-system]\nrequires = []\nbuild-backend = "b"\nbackend-path = ["."]\n',
            (),
            "in the template's own folder",
        ),
        ('[build-system]\nrequires = []\nbuild-backend = "hatchling.build"\nbackend-path = ["."]\n', (), "own folder"),
        ('[build-system]\nrequires = ["evil"]\nbuild-backend = "evil.build"\n', (), "`evil.build`"),
        (
            '[build-system]\nrequires = ["hatchling", "x @ git+https://x/y"]\nbuild-backend = "hatchling.build"\n',
            (),
            "x @",
        ),
        (PROJECT, ("setup.py",), "setup.py"),
        (PROJECT + SETUPTOOLS, ("setup.py",), "setup.py"),
        ('[build-system]\nrequires = ["setuptools"]\n', ("setup.py",), "setup.py"),
        ("[tool.uv]\npackage = true\n", (), "setup.py"),
        (SETUPTOOLS + '[tool.setuptools.dynamic]\nversion = {attr = "x.v"}\n', (), "setuptools"),
        (HATCH + "[tool.hatch.build.hooks.custom]\npath = 'b.py'\n", (), "hook of hatchling"),
        (HATCH + "[tool.hatch.build.targets.wheel.hooks.custom]\npath = 'b.py'\n", (), "hook of hatchling"),
        (HATCH + "[tool.hatch.metadata.hooks.custom]\npath = 'b.py'\n", (), "hook of hatchling"),
        (HATCH + '[tool.hatch.version]\nsource = "code"\npath = "v.py"\n', (), "by running code"),
        ('[build-system]\nrequires=[]\nbuild-backend="pdm.backend"\n', ("pdm_build.py",), "pdm_build.py"),
        ('[tool.poetry.build]\nscript = "b.py"\n', (), "Poetry"),
        (PROJECT + 'dependencies = ["x @ git+https://e.org/x"]\n', (), "x @ git"),
        (PROJECT + 'dependencies = ["x @ file:///tmp/x"]\n', (), "x @ file"),
        ('[dependency-groups]\ndev = ["x @ https://e.org/x.tar.gz"]\n', (), "x @ https"),
        ('[tool.uv.sources]\nx = {git = "https://e.org/x"}\n', (), "from https://e.org/x"),
        ('[tool.uv.sources]\nx = [{path = "../x"}]\n', (), "from ../x"),
        ('[tool.uv.workspace]\nmembers = ["a"]\n', (), "workspace"),
        ('[[tool.uv.index]]\nurl = "https://e.org"\n', (), "own index"),
        (PROJECT, ("uv.toml",), "uv.toml"),
    ],
)
def test_what_runs_is_told(text: str, names: tuple[str, ...], told: str) -> None:
    [line] = of(text, *names)
    assert told in line


TORCH = {"cnn-classifier", "text-generator"}
"""They name PyTorch's own index."""


@pytest.mark.parametrize("name", [name for name in NAMES if name not in TORCH])
def test_the_built_in_templates_run_nothing_of_their_own(name: str) -> None:
    tree = rendering.render(Wanted(name, None, "mine")).tree
    assert what_it_builds({path: file.content for path, file in tree.items()}) == []


@pytest.mark.thorough
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_table_is_read(value: object) -> None:
    content = json.loads(
        json.dumps({"build-system": value, "tool": value, "project": value, "dependency-groups": value})
    )
    assert isinstance([*builds._backend(content, {}), *builds._hooks(content), *builds._elsewhere(content)], list)
