"""Resource limits that a sandboxed process sets for itself, irrevocably, before it runs a student's code."""

import contextlib
import sys
from collections.abc import Mapping

MB = 1 << 20


def apply(limits: Mapping[str, int]) -> None:
    """Set the limits of this process and of all processes that it starts.

    Args:
        limits: `memory_mb`, `processes` (threads included; 0 for no limit) and `output_mb` (the largest file).
    """
    if sys.platform == "win32":
        return
    import resource

    bounds = [
        # Not RLIMIT_AS: it would stop libraries that map much memory and use little.
        (resource.RLIMIT_DATA, limits["memory_mb"] * MB),
        (resource.RLIMIT_FSIZE, limits["output_mb"] * MB),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 512),
    ]
    if hasattr(resource, "RLIMIT_NPROC") and limits["processes"]:
        bounds.append((resource.RLIMIT_NPROC, limits["processes"]))
    for kind, value in bounds:
        with contextlib.suppress(ValueError, OSError):  # the limit is lower already
            resource.setrlimit(kind, (value, value))
