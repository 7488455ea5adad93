"""The demo page in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route

from generated_support import PATIENCE, TABULAR, Run, free_port, started


@pytest.fixture
def demo(ran: Path, run: Run, machine: dict[str, str]) -> Iterator[str]:
    """The page's address, after training."""
    run("uv", "sync", "--group", "demo", cwd=ran)
    command = ["uv", "run", "--group", "demo", "bike-demand", "demo", "--port", str(free_port())]
    with started(command, ran, machine) as (url, _):
        yield url


def only_loopback(route: Route) -> None:
    if route.request.url.startswith(("http://127.0.0.1", "data:", "blob:")):
        route.continue_()
    else:
        route.abort()


@pytest.mark.parametrize("stage", [TABULAR], indirect=True, ids=["ml-tabular"])
def test_a_person_gets_a_prediction(demo: str, browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.route("**/*", only_loopback)
    page.goto(demo)
    page.get_by_role("heading", name="bikers", exact=False).last.wait_for()
    before = page.get_by_role("heading", level=2).all_inner_texts()
    page.get_by_label("number input for hour", exact=True).fill("3")
    page.get_by_label("number input for hour", exact=True).press("Enter")
    page.wait_for_function(
        "before => JSON.stringify([...document.querySelectorAll('h2')].map(h => h.innerText)) != before",
        arg=str(before),
    )
    page.screenshot(path=tmp_path / "demo.png", full_page=True)
