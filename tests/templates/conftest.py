"""Every template with every set of answers in its `examples/`, rendered once."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from conftest import seal
from rendering import NAMES, TEMPLATES, Rendered
from scaffold.core import answers
from scaffold.core.templates import rendering
from scaffold.core.templates.rendering import Wanted
from scaffold.tools import git

EXAMPLES = sorted(path for name in NAMES for path in TEMPLATES.glob(f"{name}/examples/*.yml"))


@pytest.fixture(scope="session")
def _render(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Callable[[Path], Rendered]:
    """Render a set of answers, unless another worker of pytest-xdist has: they share a folder."""
    mine = tmp_path_factory.getbasetemp()
    shared = (mine if worker_id == "master" else mine.parent) / "rendered"
    shared.mkdir(exist_ok=True)

    def render(example: Path) -> Rendered:
        template = example.parent.parent.name
        place = shared / f"{template}-{example.stem}"
        with FileLock(f"{place}.lock"):
            if not (place / "answers.json").is_file():
                given = _rendered(example, place)
                (place / "answers.json").write_text(json.dumps(given))
        return Rendered(place / "project", template, json.loads((place / "answers.json").read_text()))

    return render


def _rendered(example: Path, place: Path) -> dict[str, object]:
    """Render the sources as they stand into `place/project`, a repository with one commit. Returns every answer."""
    with pytest.MonkeyPatch.context() as patch:
        seal(patch, place / "sealed")
        wanted = Wanted(str(example.parent.parent), None, "project", given=answers.read_answers_file(example))
        result = rendering.write(wanted, place / "project")
        git.init(place / "project")
        git.commit_all(place / "project", "start")
    return dict(result.answers)


@pytest.fixture(scope="session", params=EXAMPLES, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def rendered(request: pytest.FixtureRequest, _render: Callable[[Path], Rendered]) -> Rendered:
    """One template with one set of answers, from the sources as they stand."""
    return _render(request.param)


@pytest.fixture(scope="session")
def renderings(_render: Callable[[Path], Rendered]) -> list[Rendered]:
    """All of them, for checkers that take longer to start than to read one more file."""
    return [_render(example) for example in EXAMPLES]
