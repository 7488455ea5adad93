"""Tests in a notebook: its cells run in its own kernel, and each cell that is graded is a test of pytest.

The kernel is a process of its own in the judge's sandbox. What runs in it comes from scaffold and is in no file there.
"""

import contextlib
import doctest
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

_INTERVAL = 0.2
"""Seconds between two looks at the kernel's CPU time."""
_GRACE = 3.0
"""Seconds that an interrupted cell has before its kernel is ended."""


_DESCRIBE = """
def _describe(value):
    import re
    kind = type(value).__name__
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, float):
        text = f"{value:.6g}"
    elif isinstance(value, (list, tuple)):
        text = ", ".join(map(_describe, value))
    elif isinstance(value, (set, frozenset)):
        text = ", ".join(sorted(map(_describe, value)))
    elif isinstance(value, dict):
        text = ", ".join(sorted(f"{_describe(key)}: {_describe(item)}" for key, item in value.items()))
    else:
        text = re.sub(" at 0x[0-9a-f]+", "", repr(value))
    return f"{kind} {text}"

"""
"""Defines what describes a value: floats with six digits, sets and dictionaries in one order, no addresses."""


class CellError(Exception):
    """A cell did not pass. `share` is what it is worth nevertheless, from 0 to 1."""

    def __init__(self, message: str, share: float = 0.0) -> None:
        super().__init__(message)
        self.share = share


class Notebook(pytest.File):
    """A notebook whose graded cells are tests."""

    steps: dict[str, Any]
    limits: dict[str, float]
    import_roots: list[str]
    first_error = ""
    """The first error in a cell that is no test: tests after it usually fail because of it."""
    _kernel: "Kernel | None" = None
    _done = 0

    def collect(self) -> Iterator["Cell"]:
        """The graded cells."""
        for number, step in enumerate(self.steps["cells"]):
            if "test" in step:
                yield Cell.from_parent(self, name=step["test"], number=number)

    def kernel(self) -> "Kernel":
        """Its kernel. Raises CellError where the notebook cannot be read, or the kernel cannot be started."""
        if self.steps["problem"]:
            raise CellError(self.steps["problem"])
        if self._kernel is None:
            self._kernel = Kernel(self.steps["kernel"], self.path.parent, self.import_roots)
        return self._kernel

    def run_through(self, number: int, budget: "Budget") -> list[dict[str, Any]]:
        """Run the cells up to this one that have not run yet. Returns its outputs.

        Raises:
            CellError: The kernel ended, or the budget is used up.
        """
        outputs: list[dict[str, Any]] = []
        for step in self.steps["cells"][self._done : number + 1]:
            self._done += 1
            outputs = self.kernel().execute(step["source"])
            if budget.is_over:
                raise CellError("it took too long")
            if not self.first_error and "test" not in step:
                self.first_error = _error_in(outputs)
        return outputs

    def teardown(self) -> None:
        """End the kernel."""
        if self._kernel:
            self._kernel.close()


class Cell(pytest.Item):
    """A graded cell."""

    parent: Notebook

    def __init__(self, *, number: int, **rest: Any) -> None:
        super().__init__(**rest)
        self._number = number
        self.was_cut_short = False
        self.cpu = 0.0
        self.share = 0.0
        self.values: list[str] = []

    def runtest(self) -> None:
        """Run the cell, and what stands before it.

        Raises:
            CellError: It raised an exception, printed something else than it must, or is worth only a part.
        """
        kernel = self.parent.kernel()
        before, limits = kernel.cpu_seconds(), self.parent.limits
        seconds = limits["seconds"] + limits["import_seconds"]
        with Budget(kernel, before + seconds, seconds * limits["patience"]) as budget:
            try:
                self._check(self.parent.run_through(self._number, budget))
            except CellError as error:
                self.share = error.share
                self.was_cut_short = budget.is_over or kernel.is_dead
                if budget.is_over:
                    raise CellError(f"it took longer than {seconds:g} s") from None
                raise
            finally:
                self.cpu = max(0.0, kernel.cpu_seconds() - before)

    def _check(self, outputs: list[dict[str, Any]]) -> None:
        step = self.parent.steps["cells"][self._number]
        if error := _error_in(outputs):
            first = self.parent.first_error
            raise CellError(f"{error}\nan earlier cell failed: {first}" if first and first != error else error)
        self._compare(step)
        if step["expected"] is not None:
            printed = "".join(map(_text, outputs)).strip()
            flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
            if not doctest.OutputChecker().check_output(f"{step['expected']}\n", f"{printed}\n", flags):
                raise CellError(f"assert: expected {step['expected']}, got {printed or 'nothing'}")
            return
        points = _number([_text(output) for output in outputs if output["output_type"] == "execute_result"])
        if points is not None and points > step["points"]:
            raise CellError(f"the test gives {points:g} points, and its cell has {step['points']:g}")
        if points is not None and points < step["points"]:
            raise CellError(f"{points:g} of {step['points']:g} points", points / step["points"])

    def _compare(self, step: dict[str, Any]) -> None:
        """Compare the values of AUTOTEST lines with those of the solution, or report what they are."""
        values = self.parent.kernel().describe(step["autotests"]) if step["autotests"] else []
        if self.parent.steps["learns"]:
            self.values = values
            return
        for expression, value, wanted in zip(step["autotests"], values, step["values"] or (), strict=True):
            if value != wanted:
                raise CellError(f"assert: `{expression}` is not what it should be: {value}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What the judge reports (judge.py): the message alone."""
        if isinstance(excinfo.value, CellError):
            return SimpleNamespace(reprcrash=SimpleNamespace(message=str(excinfo.value)), toterminal=lambda _: None)
        return super().repr_failure(excinfo, style)


class Kernel:
    """The kernel of a notebook."""

    def __init__(self, name: str, folder: Path, import_roots: list[str]) -> None:
        """Start it. Raises CellError when that fails."""
        import nbclient
        import nbformat

        self._new_cell: Callable[[str], Any] = nbformat.v4.new_code_cell
        self._stack = contextlib.ExitStack()
        self._notebook: Any = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
        self._client = nbclient.NotebookClient(self._notebook, kernel_name=name, timeout=None, allow_errors=True)
        if name.startswith("python"):
            self._client.extra_arguments = ["--HistoryManager.enabled=False"]
        paths = [*import_roots, os.environ.get("PYTHONPATH", "")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
        self.is_dead = False
        try:
            manager = self._client.create_kernel_manager()
            if sys.platform != "win32":  # sockets that only this sandbox has, instead of ports
                manager.transport = "ipc"
                manager.ip = f"{self._stack.enter_context(tempfile.TemporaryDirectory())}/kernel"
            self._stack.enter_context(self._client.setup_kernel(cwd=str(folder), env=environment))
        except Exception as error:
            self._stack.close()
            raise CellError(f"its kernel `{name}` cannot be started: {error}") from None
        self.pid: int = getattr(manager.provisioner, "pid", 0) or 0

    def execute(self, source: str) -> list[dict[str, Any]]:
        """The outputs of a cell. Raises CellError when the kernel ended."""
        from nbclient.exceptions import DeadKernelError

        if self.is_dead:
            raise CellError("an earlier cell ended the kernel")
        cell = self._new_cell(source)
        self._notebook.cells.append(cell)
        try:
            self._client.execute_cell(cell, len(self._notebook.cells) - 1)
        except DeadKernelError:
            self.is_dead = True
            raise CellError("it ended the program in the middle of the test") from None
        except UnicodeError as error:
            raise CellError(f"a cell is not valid text: {error}") from None
        return list(cell.outputs)

    def describe(self, expressions: list[str]) -> list[str]:
        """The type and the value of each expression, as texts that can be compared.

        Raises:
            CellError: An expression raised an exception, or the kernel ended.
        """
        described = []
        for expression in expressions:
            outputs = self.execute(f"{_DESCRIBE}print(_describe({expression}))")
            if error := _error_in(outputs):
                raise CellError(f"{error}, in `{expression}`")
            described.append("".join(map(_text, outputs)).strip())
        return described

    def cpu_seconds(self) -> float:
        """The CPU time that it has used; 0 where that cannot be read."""
        if sys.platform == "win32":
            return 0.0
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            return 0.0
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

    def signal(self, number: int) -> None:
        """Send it a signal."""
        with contextlib.suppress(OSError):
            os.kill(self.pid, number)

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(Exception):
            self._stack.close()


class Budget:
    """Interrupts a kernel's cells after so much CPU time, or so long by the clock, and then ends the kernel."""

    def __init__(self, kernel: Kernel, cpu: float, by_clock: float) -> None:
        self._kernel, self._cpu, self._end = kernel, cpu, time.monotonic() + by_clock
        self._finished = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.is_over = False

    def __enter__(self) -> "Budget":
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._finished.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._finished.wait(_INTERVAL):
            if self._kernel.cpu_seconds() > self._cpu or time.monotonic() > self._end:
                self.is_over = True
                self._kernel.signal(signal.SIGINT)
                if not self._finished.wait(_GRACE):
                    self._kernel.signal(getattr(signal, "SIGKILL", signal.SIGTERM))
                return


def _error_in(outputs: list[dict[str, Any]]) -> str:
    error = next((output for output in outputs if output["output_type"] == "error"), None)
    return f"{error['ename']}: {error['evalue']}".rstrip(": ") if error else ""


def _text(output: dict[str, Any]) -> str:
    text = output.get("text") or output.get("data", {}).get("text/plain") or ""
    return str(text)


def _number(texts: list[str]) -> float | None:
    """The number that a cell has as its value, as nbgrader reads it; None for anything else."""
    try:
        value = float(texts[0])
    except (ValueError, IndexError):
        return None
    return value if value >= 0 else None
