"""The demo page in a real browser."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, sync_playwright

from generated_support import TABULAR, Run, free_port, need

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip


@pytest.fixture
def demo(ran: Path, run: Run, machine: dict[str, str]) -> Iterator[str]:
    """The page's address, after training."""
    run("uv", "sync", "--group", "demo", cwd=ran)
    port = free_port()
    command = ["uv", "run", "--group", "demo", "bike-demand", "demo", "--port", str(port)]
    env = {**machine, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=ran, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "http://127.0.0.1" in line:
                break
        yield f"http://127.0.0.1:{port}"
        process.terminate()


def only_loopback(route: Route) -> None:
    if route.request.url.startswith(("http://127.0.0.1", "data:", "blob:")):
        route.continue_()
    else:
        route.abort()


@pytest.mark.parametrize("stage", [TABULAR], indirect=True, ids=["ml-tabular"])
def test_a_person_gets_a_prediction(
    demo: str, machine: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chromium = shutil.which("chromium", path=machine["PATH"])
    need(chromium, "chromium is not installed")
    monkeypatch.setenv("TMPDIR", tempfile.mkdtemp(dir="/tmp"))  # Chromium's socket path has to be short
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page: Page = browser.new_page()
        page.route("**/*", only_loopback)
        page.goto(demo)
        page.get_by_role("heading", name="bikers", exact=False).last.wait_for()
        before = page.get_by_role("heading", level=2).all_inner_texts()
        page.get_by_label("number input for Hour of the day").fill("3")
        page.get_by_label("number input for Hour of the day").press("Enter")
        page.wait_for_function(
            "before => JSON.stringify([...document.querySelectorAll('h2')].map(h => h.innerText)) != before",
            arg=str(before),
        )
        page.screenshot(path=tmp_path / "demo.png", full_page=True)
        browser.close()
