"""What scaffold asks of the repositories that it makes, asked of its own."""

import json
import os
import re
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import needs
import scaffold
from support import BIN, spawn, write

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SCHEMAS = {
    "github-workflows": ".github/workflows/*.yml",
    "dependabot": ".github/dependabot.yml",
    "github-issue-config": ".github/ISSUE_TEMPLATE/config.yml",
    "github-issue-forms": ".github/ISSUE_TEMPLATE/[!c]*.yml",
    "citation-file-format": "CITATION.cff",
}


def check(name: str, *args: str | Path) -> str:
    """Run a checker in the repository; what it says is the failure. Returns what it printed."""
    done = spawn(BIN / name, *args, cwd=ROOT)
    assert done.code == 0, f"{name}: {done.out}\n{done.err}"
    return done.out


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("vendor", SCHEMAS)
def test_files_follow_their_schemas(vendor: str) -> None:
    files = sorted(ROOT.glob(SCHEMAS[vendor]))
    assert files
    check("check-jsonschema", "--builtin-schema", f"vendor.{vendor}", *files)


def test_workflows_are_clean() -> None:
    check("actionlint")
    check("zizmor", "--offline", "--no-progress", "--quiet", ".")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_do_little_and_ends(path: Path) -> None:
    workflow = load(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert "concurrency" in workflow
    for name, job in workflow["jobs"].items():
        assert job["timeout-minutes"] <= 45, name
        assert set(job.get("permissions", {})) <= {"contents", "id-token"}, name
        for step in job["steps"]:
            action = step.get("uses", "")
            assert re.fullmatch(r"([\w-]+/[\w-]+@[0-9a-f]{40})?", action), action
            if action.startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False, name


def test_one_action_has_one_version() -> None:
    found = {
        use for path in WORKFLOWS for use in re.findall(r"uses: (\S+@\S+ # \S+)", path.read_text(encoding="utf-8"))
    }
    assert len({use.partition("@")[0] for use in found}) == len(found)


def test_every_python_and_system_is_tested() -> None:
    matrix = load(ROOT / ".github/workflows/ci.yml")["jobs"]["test"]["strategy"]["matrix"]
    offered = [line.rpartition(" ")[2] for line in PROJECT["project"]["classifiers"] if ":: 3." in line]
    assert matrix["python"] == offered
    assert {name.partition("-")[0] for name in matrix["system"]} == {"ubuntu", "macos", "windows"}


@pytest.mark.thorough
def test_repo_review_finds_nothing_to_improve() -> None:
    checks = json.loads(check("repo-review", "--format", "json", "."))["checks"]
    assert len([name for name, one in checks.items() if one["result"]]) > 40
    assert [name for name, one in checks.items() if one["result"] is False] == []
    assert all(len(reason.split()) > 3 for reason in PROJECT["tool"]["repo-review"]["ignore"].values())


@pytest.mark.thorough
def test_spelling() -> None:
    check("codespell")


def test_the_package_says_who_made_it_and_where_it_is() -> None:
    check("validate-pyproject", "--disable", "trove_classifiers", "pyproject.toml")
    assert all(set(author) == {"name", "email"} for author in PROJECT["project"]["authors"])
    assert {"Homepage", "Repository", "Changelog", "Issues"} <= set(PROJECT["project"]["urls"])


def test_versions_agree() -> None:
    citation = load(ROOT / "CITATION.cff")
    assert citation["version"] == scaffold.__version__
    assert citation["abstract"] == PROJECT["project"]["description"] == (scaffold.__doc__ or "").rstrip(".")
    assert citation["repository-code"] == PROJECT["project"]["urls"]["Homepage"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = [found for found in re.findall(r"^## \[(.+?)\]", changelog, re.MULTILINE) if found != "Unreleased"]
    assert versions[0] == scaffold.__version__
    assert [version for version in versions if f"\n[{version}]: {citation['repository-code']}/" not in changelog] == []


Release = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def release(work: Path) -> Release:
    """Run the release workflow's check in a repository with these versions, as GitHub does."""
    steps = load(ROOT / ".github/workflows/release.yml")["jobs"]["build"]["steps"]
    [script] = [step["run"] for step in steps if step.get("name", "").startswith("Check that the tag")]

    def run_it(tag: str, changelog: str, address: str) -> subprocess.CompletedProcess[str]:
        write(work, {
            "src/scaffold/__init__.py": '"""Scaffold."""\n\n__version__ = "1.2.0"\n',
            "CHANGELOG.md": changelog,
            "pyproject.toml": f'[project.urls]\nHomepage = "{address}"\n',
        })  # fmt: skip
        env = {**os.environ, "GITHUB_REF_NAME": tag, "GITHUB_REPOSITORY": "ada/s", "GITHUB_SERVER_URL": "https://x.org"}
        args = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        return subprocess.run(args, cwd=work, env=env, capture_output=True, text=True, check=False)

    return run_it


@needs.shell
@pytest.mark.parametrize(
    ("tag", "changelog", "address", "refused"),
    [
        ("v1.2.0", "## [1.2.0] - 2026-05-04\n", "https://x.org/ada/s", ""),
        ("v1.2.1", "## [1.2.0] - 2026-05-04\n", "https://x.org/ada/s", "The tag is v1.2.1, the version is 1.2.0."),
        ("v1.2.0", "## [1.2.0] - not released yet\n", "https://x.org/ada/s", "CHANGELOG.md does not date"),
        ("v1.2.0", "## [1.2.0] - 2026-05-04\n", "https://example.org/s", "does not name this repository"),
    ],
)
def test_a_release_is_refused_while_anything_disagrees(
    release: Release, tag: str, changelog: str, address: str, refused: str
) -> None:
    done = release(tag, changelog, address)
    assert done.returncode == (1 if refused else 0), done
    assert refused in done.stdout
