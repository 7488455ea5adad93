"""`scaffold doctor`: what this machine has and lacks, and the command that adds it."""

from pathlib import Path
from typing import Any

from scaffold.core.machine import checks
from scaffold.core.machine.checks import Finding
from scaffold.core.outcome import Block, Notice, Outcome, Progress, Table, Text, silent
from scaffold.errors import ExitCode


def examine(folder: Path, progress: Progress = silent) -> Outcome:
    """Check the machine.

    Args:
        folder: where a project would be made.
        progress: told which check is made.

    Returns:
        All checks with what they found; exit code 1 when something required is missing.
    """
    findings = checks.examine(folder, progress)
    lacking = [one for one in findings if one.check.required and not one.verdict.ok]
    data = {"ready": not lacking, "checks": [_row(one) for one in findings]}
    warnings = [Notice(f"{one.check.name}: {one.verdict.found.rstrip('.')}.", one.verdict.fix) for one in lacking]
    return Outcome(
        data, _blocks(findings, ready=not lacking), warnings, exit_code=ExitCode.FAILED if lacking else ExitCode.DONE
    )


def _row(finding: Finding) -> dict[str, Any]:
    check, verdict = finding.check, finding.verdict
    return {
        "name": check.name,
        "required": check.required,
        "ok": verdict.ok,
        "found": verdict.found,
        "needed_for": check.needed_for,
        "fix": verdict.fix,
    }


def _blocks(findings: list[Finding], *, ready: bool) -> list[Block]:
    rows = [(one.check.name, _state(one), one.verdict.found, one.check.needed_for) for one in findings]
    optional = [one for one in findings if not one.verdict.ok and not one.check.required]
    says = "scaffold can make and update projects here." if ready else "scaffold cannot work here yet."
    return [
        Table(("", "state", "found", "needed for"), rows),
        # As lines, so that a narrow terminal does not cut a command that is to be copied.
        *(Text(f"To add {one.check.name}:\n    {one.verdict.fix}") for one in optional),
        Text(says),
    ]


def _state(finding: Finding) -> str:
    return "ok" if finding.verdict.ok else "missing" if finding.check.required else "optional"
