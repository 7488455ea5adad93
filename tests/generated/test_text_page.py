"""The page of a generated text-generator, in a real browser: what a person types, reads and stops."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from generated_support import PATIENCE, TEXT, free_port, sideways, started

pytestmark = pytest.mark.parametrize("stage", [TEXT], indirect=True, ids=[TEXT.template], scope="session")


@pytest.fixture(scope="module")
def demo(ran: Path, machine: dict[str, str]) -> Iterator[str]:
    """The address of the project's demo, as `make demo` starts it where there is no desktop."""
    with started(["uv", "run", TEXT.project, "demo", "--port", str(free_port())], ran, machine) as (url, _):
        yield url


@pytest.fixture
def page(browser: Browser, demo: str) -> Iterator[Page]:
    """The page. Whatever a test does: nothing was requested from elsewhere, and no script failed."""
    context = browser.new_context(viewport={"width": 1100, "height": 760})
    context.set_default_timeout(PATIENCE)
    page, wrong = context.new_page(), list[str]()

    def watched(route: Route) -> None:
        if route.request.url.startswith((demo, "data:")):
            route.continue_()
        else:
            wrong.append(route.request.url)
            route.abort()

    page.route("**/*", watched)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(demo)
    yield page
    context.close()
    assert wrong == []


def write(page: Page, prompt: str, **numbers: str) -> None:
    """Fill in the form and send it."""
    page.get_by_label("First words").fill(prompt)
    for label, number in numbers.items():
        page.get_by_label(label).fill(number)
    page.get_by_role("button", name="Write").click()


def test_a_text_is_written_on_and_repeats_with_its_seed(page: Page) -> None:
    texts = []
    for seed in ("1", "1", "2"):
        write(page, "She was", Seed=seed, Tokens="30")
        expect(page.get_by_text("Written by version")).to_be_visible()
        texts.append(page.locator(".text").inner_text())
    assert all(text.startswith("She was") and len(text) > 20 for text in texts)
    assert texts[0] == texts[1] != texts[2]
    assert len({page.locator(".piece").nth(n).evaluate("e => e.style.cssText") for n in range(10)}) > 1


def test_a_text_can_be_stopped(page: Page) -> None:
    page.route("**/generate", lambda route: None)  # never answers: a real text may be written before the click
    write(page, "", Tokens="500", Temperature="1")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_disabled()


def test_what_was_typed_is_never_markup(page: Page) -> None:
    write(page, "<img src=x onerror=alert(1)>", Tokens="3")
    expect(page.get_by_text("Written by version")).to_be_visible()
    assert page.locator(".text img").count() == 0
    expect(page.locator(".begun")).to_have_text("<img src=x onerror=alert(1)>")


def test_it_fits_on_a_telephone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    write(page, "It was", Tokens="60")
    expect(page.get_by_text("Written by version")).to_be_visible()
    assert not sideways(page)
