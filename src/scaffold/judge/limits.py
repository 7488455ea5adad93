"""What a process in a sandbox takes away from itself, for good, before it runs anything of a student's."""

import contextlib
import sys
from collections.abc import Mapping

MB = 1 << 20


def drop(limits: Mapping[str, int]) -> None:
    """Set the limits of this process and all that it starts.

    Args:
        limits: `memory_mb`, `processes` (threads counted; 0: no limit) and `output_mb` (the largest file).
    """
    if sys.platform == "win32":
        return
    import resource

    bounds = [
        # RLIMIT_AS would stop libraries that map much and use little.
        (resource.RLIMIT_DATA, limits["memory_mb"] * MB),
        (resource.RLIMIT_FSIZE, limits["output_mb"] * MB),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 512),
    ]
    if hasattr(resource, "RLIMIT_NPROC") and limits["processes"]:
        bounds.append((resource.RLIMIT_NPROC, limits["processes"]))
    for kind, value in bounds:
        with contextlib.suppress(ValueError, OSError):  # the outside allows less already
            resource.setrlimit(kind, (value, value))
