"""How this system installs a program: the command of the package manager that it has."""

from collections.abc import Mapping
from dataclasses import dataclass

from scaffold.tools import process


@dataclass(frozen=True)
class Manager:
    """A package manager.

    Attributes:
        program: what it is called on PATH.
        install: the command that a package's name completes.
        packages: the name of a package where it differs from the program's; an empty one is not on offer.
        as_root: whether it has to run as root.
    """

    program: str
    install: str
    packages: Mapping[str, str]
    as_root: bool = True


MANAGERS = (
    Manager("winget", "winget install", {
        "git": "Git.Git", "make": "ezwinports.make", "docker": "Docker.DockerDesktop", "bubblewrap": "",
    }, as_root=False),
    Manager("apt-get", "apt-get install", {"docker": "docker.io"}),
    Manager("dnf", "dnf install", {"docker": "podman"}),
    Manager("zypper", "zypper install", {}),
    Manager("pacman", "pacman -S", {}),
    Manager("apk", "apk add", {}),
    # Last, because some Linux machines have it beside their own.
    Manager("brew", "brew install", {"docker": "--cask docker-desktop", "bubblewrap": ""}, as_root=False),
)  # fmt: skip


def install_command(program: str) -> str:
    """The command that installs a program here; a sentence where no package manager that we know offers it.

    Args:
        program: `git`, `make`, `docker` (any container engine) or `bubblewrap`.
    """
    for manager in MANAGERS:
        package = manager.packages.get(program, program)
        if package and process.find_program(manager.program):
            return as_root(f"{manager.install} {package}") if manager.as_root else f"{manager.install} {package}"
    return f"Install {program} with this system's package manager."


def as_root(command: str) -> str:
    """A command that needs root, as this user has to type it."""
    return command if process.is_root() else f"sudo {command}"
