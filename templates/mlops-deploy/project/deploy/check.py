"""Is the deployed service well, and does its model still fit what it is asked?

``python deploy/check.py https://…`` needs nothing but Python. It prints Markdown, with the section of docs/runbook.md for
each finding, and ends with 0 when there is none, with 2 when somebody has to look, with 1 when the service does not answer.
"""

import re
import sys
import time
import urllib.request
from collections.abc import Sequence

STALE = 26 * 3600.0
"""Seconds after which a monitor that did not look is itself a finding: a day and some patience, as in alerts.yml."""

Sample = tuple[str, dict[str, str], float]


def samples(text: str) -> list[Sample]:
    """Return name, labels and value of each line of Prometheus' text format, comments left out."""
    found = []
    for line in text.splitlines():
        if match := re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line):
            name, labels, value = match.groups()
            found.append((name, dict(re.findall(r'(\w+)="([^"]*)"', labels or "")), float(value)))
    return found


def findings(measured: Sequence[Sample], now: float) -> list[tuple[str, str]]:
    """Return alert and sentence for everything that somebody has to look at.

    Parameters
    ----------
    measured
        what the service shows under ``/metrics``
    now
        seconds since 1970
    """
    single = {name: value for name, _, value in measured}
    psi = {labels["feature"]: value for name, labels, value in measured if name == "monitor_drift_psi"}
    found = []
    if "model_info" not in single:
        found.append(("NoModelLoaded", "The service has no model to answer with."))
    if breaches := int(single.get("monitor_breaches", 0)):
        worst = ", ".join(
            f"`{name}` (PSI {psi[name]:.2f})" for name in sorted(psi, key=lambda f: -psi[f])[:3]
        )
        found.append(("DriftDetected", f"Breaches: {breaches}. Drifted most: {worst}."))
    auc, floor = single.get("monitor_auc_high"), single.get("monitor_auc_floor", 0.0)
    if auc is not None and auc < floor:
        found.append(
            (
                "ModelBelowFloor",
                f"The AUC on flights that have landed is {auc:.3f} at most; the floor is {floor:.3f}.",
            )
        )
    loaded = single.get("model_loaded_timestamp_seconds", now)
    if "monitor_last_check_timestamp_seconds" not in single and now - loaded > STALE:
        found.append(("MonitorNeverRan", "The monitor has never looked."))
    silent = now - single.get("monitor_last_check_timestamp_seconds", now)
    if silent > STALE:
        found.append(("MonitorStale", f"The monitor has not looked for {silent / 3600:.0f} hours."))
    return found


def main(url: str) -> int:
    """Print what was found; return the exit code."""
    if not url.startswith(("https://", "http://")):
        sys.stderr.write("Give the address of the service, such as https://flights.example.org\n")
        return 1
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/metrics", timeout=60) as answer:  # noqa: S310 - checked above
            measured = samples(answer.read().decode())
    except OSError as error:
        sys.stdout.write(
            f"- **ServiceDown**: {url} does not answer ({error}). See docs/runbook.md#servicedown\n"
        )
        return 1
    found = findings(measured, time.time())
    for alert, sentence in found:
        sys.stdout.write(f"- **{alert}**: {sentence} See docs/runbook.md#{alert.lower()}\n")
    if not found:
        sys.stdout.write("Nothing to look at.\n")
    return 2 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2] or [""]))
