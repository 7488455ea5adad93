"""What must hold in every generated repository, before it is installed or run."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import needs
from rendering import NAMES, TEMPLATES, Rendered, distinct

BIN = Path(sys.executable).parent
OTHERS = {
    "prompts": r"\{\{ ?\w+ ?\}\}",
    "deploy/": r"\{\{ ?\$?\w+( \| [\w\" %.]+)? ?\}\}",
    "docs/": r"\{\{join \.RepoDigests.*?\}\}",
}
"""Braces that are not Jinja's: those of MLflow's prompts, of Prometheus and Grafana, of Docker; by where they stand."""


def tool(name: str, *args: str | Path) -> None:
    """Run a checker over files or folders of all repositories; what it says is the failure, and names them."""
    done = subprocess.run([BIN / name, *args], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{name}: {done.stdout}\n{done.stderr}"


def schema(renderings: list[Rendered], vendor: str, pattern: str, *more: str) -> None:
    """Validate files of all repositories against a vendored schema."""
    files = distinct(renderings, pattern)
    assert files, pattern
    tool("check-jsonschema", "--builtin-schema", f"vendor.{vendor}", *more, *files)


def test_nothing_is_left_of_the_template(rendered: Rendered) -> None:
    for name, text in rendered.texts().items():
        github = r"\$\{\{.*?\}\}"
        ours = re.sub(next((braces for where, braces in OTHERS.items() if where in name), github), "", text)
        assert not re.search(r"\{\{|\{%|\{#-", ours), name
        assert not re.search(r"<your|lorem ipsum|FIXME", text) or name == "tests/test_repo.py", name
        assert "{{" not in name


def test_files_are_tidy(rendered: Rendered) -> None:
    for name, text in rendered.texts().items():
        if not text or name.startswith("data/raw/"):  # data is as its authors wrote it
            continue
        assert "\r" not in text, name
        assert text.endswith("\n"), name
        assert not text.endswith("\n\n"), name
        assert not re.search(r"[ \t]$", text, re.MULTILINE), name
        if not name.endswith(".py") and name != "Dockerfile":
            assert "\n\n\n" not in text, name


def test_no_section_is_empty(rendered: Rendered) -> None:
    for name, text in rendered.texts().items():
        if name.endswith(".md"):
            prose = re.sub(r"^```.*?^```", "…", text, flags=re.MULTILINE | re.DOTALL)
            for heading, following in re.findall(r"^(#+) .+\n+(?=(#+ |\Z))", prose, re.MULTILINE):
                assert len(following.strip()) > len(heading), f"{name}: a {heading} section is empty"


@pytest.mark.thorough
def test_ruff(renderings: list[Rendered]) -> None:
    folders = [rendered.folder for rendered in renderings]  # each with its own configuration
    tool("ruff", "check", "--no-cache", *folders)
    tool("ruff", "format", "--no-cache", "--check", *folders)


def test_structured_files_can_be_read(rendered: Rendered) -> None:
    for name, text in rendered.texts().items():
        if name.endswith(".toml"):
            tomllib.loads(text)
        elif name.endswith((".yml", ".yaml", ".cff")):
            list(yaml.load_all(text, Loader=_LooseLoader))
        elif name.endswith(".json") and "devcontainer" not in name:
            json.loads(text)


class _LooseLoader(yaml.SafeLoader):
    """Takes tags that it does not know, as GitLab's `!reference`."""


_LooseLoader.add_multi_constructor("!", lambda loader, suffix, node: None)  # type: ignore[no-untyped-call]


def test_ci_is_what_was_asked_for(rendered: Rendered) -> None:
    assert (rendered.folder / ".github").exists() == (rendered.answers["ci"] == "github")
    assert (rendered.folder / ".gitlab-ci.yml").exists() == (rendered.answers["ci"] == "gitlab")


@pytest.mark.thorough
def test_workflows(renderings: list[Rendered]) -> None:
    schema(renderings, "github-workflows", ".github/workflows/*.yml")
    schema(renderings, "dependabot", ".github/dependabot.yml")
    workflows = distinct(renderings, ".github/workflows/*.yml")
    tool("actionlint", *workflows)
    tool("zizmor", "--offline", "--no-progress", "--quiet", *workflows, *distinct(renderings, ".github/dependabot.yml"))


def test_the_ci_workflow_is_the_same_in_every_stage() -> None:
    """So that running one stage's runs all (tests/generated/test_pipelines.py)."""
    text = (TEMPLATES / "_layers/base/project/.github/workflows/ci.yml.jinja").read_text()
    points = "if edition == 'starter' and student_ci"
    assert set(re.findall(r"\{%-? ?(.+?) ?-?%\}", text)) == {"raw", "endraw", "if docker", points, "endif"}
    assert "{{" not in re.sub(r"\{% raw %\}.*?\{% endraw %\}", "", text)
    brought = [path for path in TEMPLATES.glob("**/.github/workflows/ci.yml*") if "_layers/base" not in path.as_posix()]
    assert brought == []


def test_actions_are_pinned_to_a_commit(rendered: Rendered) -> None:
    for path in rendered.folder.glob(".github/workflows/*.yml"):
        uses = re.findall(r"uses: (\S+)", path.read_text())
        assert uses
        assert [use for use in uses if not re.search(r"@[0-9a-f]{40}$", use)] == []


@pytest.mark.thorough
def test_gitlab(renderings: list[Rendered]) -> None:
    schema(renderings, "gitlab-ci", ".gitlab-ci.yml", "--data-transform", "gitlab-ci")


def test_containers_are_what_was_asked_for(rendered: Rendered) -> None:
    for name in ("Dockerfile", "compose.yaml", ".dockerignore"):
        assert (rendered.folder / name).exists() == rendered.answers["docker"], name
    if rendered.answers["docker"]:
        assert re.search(r"^USER [1-9][0-9]+$", (rendered.folder / "Dockerfile").read_text(), re.MULTILINE)


@pytest.mark.thorough
def test_containers(renderings: list[Rendered]) -> None:
    if not needs.WINDOWS:  # where hadolint has no wheel
        tool("hadolint", *distinct(renderings, "Dockerfile"))
    schema(renderings, "compose-spec", "compose.yaml")


def test_options_that_are_off_are_not_mentioned(rendered: Rendered) -> None:
    texts = {name: text for name, text in rendered.texts().items() if name not in ("Makefile", ".copier-answers.yml")}
    prose = {name: text for name, text in texts.items() if name.endswith((".md", ".toml", ".yml", ".yaml"))}
    if not rendered.answers["docker"]:
        assert [name for name, text in prose.items() if re.search("docker|compose", text, re.IGNORECASE)] == []
    if rendered.answers["ci"] != "github":
        assert [name for name, text in texts.items() if "actions/workflows" in text] == []
    if rendered.answers.get("data_versioning") != "dvc":
        assert [name for name, text in texts.items() if re.search(r"\bdvc\b", text)] == []
    if rendered.answers.get("engine") == "pandas":
        assert [name for name, text in prose.items() if "polars" in text] == []
    if rendered.answers.get("notebook") == "none":
        assert [name for name, text in prose.items() if re.search("notebook|jupytext", text) and name[0] != "."] == []
    for store in {"lancedb", "qdrant"} - {rendered.answers.get("store")}:
        assert [name for name, text in texts.items() if store in text.lower() and name != "uv.lock"] == []
    if rendered.answers.get("scale") == "none":
        assert [name for name, text in texts.items() if re.search(r"\bray\b|optuna", text, re.IGNORECASE)] == []
    if rendered.answers.get("transfer") is False:
        assert [name for name, text in texts.items() if re.search("resnet|pretrained|backbone", text.lower())] == []
    if rendered.answers.get("ui") == "none":
        assert [name for name in texts if "/page/" in name] == []
        assert [name for name, text in prose.items() if "chat page" in text.lower()] == []


def test_the_makefile_calls_the_uv_that_it_found(rendered: Rendered) -> None:
    """A recipe that says `uv` fails where only .tools has one."""
    makefile = rendered.texts()["Makefile"]
    assert re.findall(r"^\t@?(?:uvx?|pre-commit|prek|dvc)\b.*", makefile, re.MULTILINE) == []
    version = re.findall(r"^UV_VERSION := (\d+\.\d+)\.\d+$", makefile, re.MULTILINE)
    for name in ("Dockerfile", ".gitlab-ci.yml", ".github/workflows/ci.yml"):
        text = rendered.texts().get(name, "")
        for found in re.findall(r"UV_VERSION=([\d.]+)|/uv:([\d.]+)-|version: \"([\d.]+)\.x\"", text):
            assert [part for part in found if part] == version, name


def test_the_hooks_need_no_clone(rendered: Rendered) -> None:
    config = yaml.safe_load(rendered.texts()[".pre-commit-config.yaml"])
    assert {repository["repo"] for repository in config["repos"]} == {"local"}
    hooks = [hook for repository in config["repos"] for hook in repository["hooks"]]
    assert [hook["id"] for hook in hooks if not hook["entry"].startswith("sh .hooks/run.sh ")] == []


@pytest.mark.thorough
def test_packaging(renderings: list[Rendered]) -> None:
    tool("validate-pyproject", "--disable", "trove_classifiers", *distinct(renderings, "pyproject.toml"))
    schema(renderings, "citation-file-format", "CITATION.cff")


@pytest.mark.thorough
@pytest.mark.parametrize("template", NAMES)
def test_spelling(renderings: list[Rendered], template: str) -> None:
    alike: dict[tuple[tuple[str, str], ...], list[Path]] = {}
    for rendered in renderings:
        if rendered.template == template:
            alike.setdefault(tuple(sorted(_spelling(rendered.folder).items())), []).append(rendered.folder)
    for configuration, folders in alike.items():
        assert configuration
        tool("codespell", "--toml", folders[0] / "pyproject.toml", *folders)


def _spelling(folder: Path) -> dict[str, str]:
    """The configuration of codespell in a repository."""
    found: dict[str, str] = tomllib.loads((folder / "pyproject.toml").read_text())["tool"]["codespell"]
    return found


def test_editions(rendered: Rendered) -> None:
    edition = rendered.answers["edition"]
    sources = "".join(text for name, text in rendered.texts().items() if name.startswith("src/"))
    assert (rendered.folder / "EXERCISES.md").exists() == (edition == "starter")
    assert (rendered.folder / "assignment.toml").exists() == (edition == "teacher")
    assert (rendered.folder / "tests/hidden").exists() == (edition == "teacher")
    marks = sources.count("### BEGIN SOLUTION")
    blanks = len(re.findall(r"raise NotImplementedError\(\n\s+\"Exercise \d", sources))
    assert sources.count("### END SOLUTION") == marks
    assert (4 <= marks <= 6) == (edition == "teacher")
    assert (4 <= blanks <= 6) == (edition == "starter")


def test_nothing_runs_by_itself_in_the_repositories_of_a_class(rendered: Rendered) -> None:
    texts, edition, ci = rendered.texts(), rendered.answers["edition"], rendered.answers["ci"]
    asked = edition != "complete" and ci != "none"
    assert ("student_ci:" in texts[".copier-answers.yml"]) == asked
    pipeline = texts.get(".github/workflows/ci.yml", "") + texts.get(".gitlab-ci.yml", "")
    assert ("pytest --fast --points" in pipeline) == (edition == "starter" and ci != "none")
    assert ("--points" in texts["tests/conftest.py"]) == (edition == "starter")
    by_itself = [name for name, text in texts.items() if name.startswith(".github/") and re.search("schedule:", text)]
    assert bool(by_itself) == (edition != "starter" and ci == "github")


def test_the_project_is_an_ordinary_copier_project(rendered: Rendered) -> None:
    recorded = yaml.safe_load((rendered.folder / ".copier-answers.yml").read_text())
    assert recorded["_commit"]
    assert recorded["project_name"] == rendered.answers["project_name"]
    assert str(recorded["copyright_year"]) in (rendered.folder / "LICENSE").read_text()


def test_the_base_is_there(rendered: Rendered) -> None:
    for name in ("README.md", "LICENSE", "pyproject.toml", "Makefile", "AGENTS.md", "SECURITY.md"):
        assert (rendered.folder / name).is_file(), name


def test_no_place_of_ours_is_named(rendered: Rendered) -> None:
    ours = re.compile(r"/work/|/tmp/|/root/|site-packages|file://(?!\$)", re.IGNORECASE)
    recorded = ".copier-answers.yml"
    found = [name for name, text in rendered.texts().items() if name != recorded and ours.search(text)]
    assert [name for name in found if not name.endswith((".yaml", "Dockerfile", ".py", ".yml"))] == []
