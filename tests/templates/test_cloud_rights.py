"""A deploy job may do what its commands do. Nobody here has an account to try it with."""

import re

import pytest

from rendering import Rendered

NEEDED = {
    "az login": [],
    "az account set": [],
    # https://github.com/microsoft/azure-container-apps/issues/530
    "az containerapp update": ['"Contributor"', '"Microsoft.App/managedEnvironments/join/action"'],
    "gcloud iam workload-identity-pools create-cred-config": [],
    "gcloud auth login": ['"roles/iam.workloadIdentityUser"'],
    # https://cloud.google.com/run/docs/reference/iam/roles#additional-configuration
    "gcloud run services update": [
        '"roles/run.developer"', '"roles/iam.serviceAccountUser"', '"roles/artifactregistry.reader"'
    ],
}  # fmt: skip
"""What each command asks of the role, as its documentation says."""


def commands(text: str) -> set[str]:
    """The commands of the clouds' programs in a workflow, without their arguments."""
    return set(re.findall(r"\b(?:aws|az|gcloud)(?: [a-z][a-z-]*[a-z])+(?= |$)", text, re.MULTILINE))


def test_every_command_of_a_deploy_job_has_its_rights(renderings: list[Rendered]) -> None:
    tried = set()
    for rendered in renderings:
        texts = rendered.texts()
        (trust,) = [texts[name] for name in texts if name.endswith("/trust.tf")] or [""]
        if not trust:
            continue
        job = texts.get(".github/workflows/deploy.yml") or texts[".gitlab-ci.yml"]
        found = {command for command in commands(job) if command in NEEDED or command.startswith("aws ")}
        assert found
        assert all(command in NEEDED or command.startswith("aws lightsail ") for command in found)
        # Amazon's commands are named as the operations that they are: GetContainerServices is get-container-services.
        operations = {
            "lightsail:" + command.split()[-1].title().replace("-", "") for command in found if command[:3] == "aws"
        }
        assert operations == set(re.findall(r"lightsail:\w+", trust))
        missing = [right for command in found for right in NEEDED.get(command, []) if right not in trust]
        assert not missing, (rendered.answers["cloud"], missing)
        tried.add(rendered.answers["cloud"])
    assert tried == {"aws", "azure", "gcp"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("state=$(aws lightsail get-x --output text", {"aws lightsail get-x"}),
        ("  az containerapp update --name x \\", {"az containerapp update"}),
        ('gcloud iam pools create "$P"', {"gcloud iam pools create"}),
    ],
)
def test_a_command_is_read_without_its_arguments(text: str, found: set[str]) -> None:
    assert commands(text) == found
