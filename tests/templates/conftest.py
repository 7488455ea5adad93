"""Every template with every set of answers in its `examples/`, rendered once."""

from pathlib import Path

import pytest

from conftest import seal
from rendering import NAMES, TEMPLATES, Rendered
from scaffold.core import answers
from scaffold.core.templates import rendering
from scaffold.core.templates.rendering import Wanted
from scaffold.tools import git

EXAMPLES = sorted(path for name in NAMES for path in TEMPLATES.glob(f"{name}/examples/*.yml"))


@pytest.fixture(scope="session", params=EXAMPLES, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def rendered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """One template with one set of answers, from the sources as they stand."""
    example: Path = request.param
    template = example.parent.parent
    root = tmp_path_factory.mktemp(f"{template.name}-{example.stem}")
    folder = root / "project"
    with pytest.MonkeyPatch.context() as patch:
        seal(patch, root / "sealed")
        given = answers.read_answers_file(example)
        result = rendering.write(Wanted(str(template), None, folder.name, given=given), folder)
        git.init(folder)
        git.commit_all(folder, "start")
    return Rendered(folder, template.name, result.answers)
