"""The page of a generated cnn-classifier, in a real browser: what a person draws, drops, types, and reads."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from generated_support import CNN, PATIENCE, free_port, seven, sideways, started

SEVEN = ((0.2, 0.15), (0.75, 0.15), (0.4, 0.85))
"""The corners of a seven, as shares of the board."""
DROP = """async ([url, name]) => {
  const transfer = new DataTransfer();
  const content = await (await fetch(url)).blob();
  transfer.items.add(new File([content], name, {type: content.type}));
  document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true}));
}"""
PASTE = """() => {
  const transfer = new DataTransfer();
  transfer.items.add(new File(["no image"], "notes.png", {type: "image/png"}));
  document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: transfer, bubbles: true}));
}"""
CONTRASTS = """() => {
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const light = c => c.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = element => {
    const own = element ? rgb(getComputedStyle(element).backgroundColor) : [255, 255, 255];
    return own[3] === 0 ? ground(element.parentElement) : own;
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility() || element.closest(".unseen, template, noscript")) continue;
    const [dark, bright] = [light(ground(element)), light(rgb(getComputedStyle(element).color))].sort((a, b) => a - b);
    found.push([(bright + 0.05) / (dark + 0.05), node.data.trim().slice(0, 40)]);
  }
  return found;
}"""
"""For every visible text: the contrast to what is behind it, as WCAG computes it."""


@dataclass
class Demo:
    """A running demo: where it answers, and what should not have happened."""

    url: str
    process: subprocess.Popen[str] | None = None
    asked_elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@contextmanager
def demonstrated(folder: Path, machine: dict[str, str]) -> Iterator[Demo]:
    """The project's demo, as `make demo` starts it where there is no desktop."""
    with started(["uv", "run", CNN.project, "demo", "--port", str(free_port())], folder, machine) as (url, process):
        yield Demo(url, process)


@pytest.fixture(scope="module")
def demo(ran: Path, machine: dict[str, str]) -> Iterator[Demo]:
    with demonstrated(ran, machine) as running:
        yield running


def opened(context: BrowserContext, demo: Demo) -> Page:
    """The page, watched: what it complains of, and every address that it asks for."""

    def watched(route: Route) -> None:
        if route.request.url.startswith((demo.url, "data:", f"blob:{demo.url}")):
            route.continue_()
        else:
            demo.asked_elsewhere.append(route.request.url)
            route.abort()

    def said(text: str) -> None:
        if "Content Security" in text:  # a refused request is an error on the console too, and means nothing
            demo.complaints.append(text)

    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.route("**/*", watched)
    page.on("pageerror", lambda error: demo.complaints.append(str(error)))
    page.on("console", lambda message: said(message.text))
    page.goto(demo.url)
    expect(page.locator(".known")).to_contain_text("0, 1, 2")
    return page


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    """The page on a desk's screen. Whatever a test does: nothing was asked of others, and nothing broke."""
    context = browser.new_context(viewport={"width": 1100, "height": 760})
    demo.complaints.clear()
    yield opened(context, demo)
    context.close()
    assert demo.asked_elsewhere == []
    assert demo.complaints == []


def draw(page: Page, corners: tuple[tuple[float, float], ...], size: float = 1.0) -> None:
    """Draw lines with the mouse, in the upper left part of the board if they are smaller than it."""
    box = page.locator(".board").bounding_box()
    assert box
    places = [(box["x"] + x * size * box["width"], box["y"] + y * size * box["height"]) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=12)
    page.mouse.up()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A seven in black ink on white paper, as a PNG file."""
    (tmp_path / "seven.png").write_bytes(seven())
    return tmp_path / "seven.png"


pytestmark = pytest.mark.parametrize("stage", [CNN], indirect=True, ids=[CNN.template], scope="session")


def test_a_person_draws_and_reads_the_answer(page: Page, tmp_path: Path) -> None:
    expect(page.locator(".empty")).to_be_visible()
    draw(page, SEVEN)
    expect(page.locator(".label")).to_have_text("7")
    expect(page.locator(".sure")).to_contain_text("%")
    expect(page.locator(".shares li")).to_have_count(10)
    expect(page.locator(".shares .best .name")).to_have_text("7")
    expect(page.locator(".seen canvas")).to_be_visible()
    expect(page.locator(".version")).to_have_text("Version 1 of the model")
    expect(page.locator("[role=status]")).to_contain_text("7, ")
    page.screenshot(path=tmp_path / "drawn.png")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".empty")).to_be_visible()
    expect(page.locator(".found")).to_be_hidden()


def test_a_small_drawing_in_a_corner_is_the_same_digit(page: Page) -> None:
    draw(page, SEVEN, size=0.45)
    expect(page.locator(".label")).to_have_text("7")


def test_a_dot_is_a_drawing_and_an_empty_board_is_none(page: Page) -> None:
    draw(page, ((0.5, 0.5),))
    expect(page.locator(".found")).to_be_visible()


def test_an_image_is_chosen_and_dropped(page: Page, picture: Path) -> None:
    page.locator("input[type=file]").set_input_files(picture)
    expect(page.locator(".label")).to_have_text("7")
    expect(page.locator(".picture")).to_be_visible()
    expect(page.locator(".seen")).to_be_hidden()
    draw(page, ((0.5, 0.15), (0.5, 0.85)))  # takes the place of the image
    expect(page.locator(".picture")).to_be_hidden()
    expect(page.locator(".label")).to_have_text("1")
    page.evaluate(DROP, ["/page/icon.svg", "icon.svg"])
    expect(page.get_by_role("alert")).to_have_text("no PNG, JPEG or WebP image")
    expect(page.locator(".found")).to_be_hidden()


def test_what_cannot_be_read_is_refused_in_the_words_of_the_service(page: Page, tmp_path: Path) -> None:
    (tmp_path / "empty.png").write_bytes(b"")
    page.locator("input[type=file]").set_input_files(tmp_path / "empty.png")
    expect(page.get_by_role("alert")).to_have_text("empty file")
    (tmp_path / "large.png").write_bytes(bytes(11_000_000))
    page.locator("input[type=file]").set_input_files(tmp_path / "large.png")
    expect(page.get_by_role("alert")).to_have_text("An image may have 10 megabytes.")
    page.evaluate(PASTE)
    expect(page.get_by_role("alert")).to_have_text("no PNG, JPEG or WebP image")
    draw(page, SEVEN)
    expect(page.locator(".label")).to_have_text("7")
    expect(page.get_by_role("alert")).to_be_hidden()


def test_one_can_draw_by_keyboard(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.locator(".board canvas")).to_be_focused()
    expect(page.locator(".pen")).to_be_visible()
    for _ in range(12):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    for _ in range(24):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator(".label")).to_have_text("1")
    reached = []
    for _ in range(3):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.className || document.activeElement.tagName"))
    assert reached == ["clear", "INPUT", "A"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_it_can_be_read_and_fits(
    browser: Browser, demo: Demo, scheme: Literal["light", "dark"], width: int, tmp_path: Path
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 740}, color_scheme=scheme)
    page = opened(context, demo)
    assert not sideways(page)
    draw(page, SEVEN)
    expect(page.locator(".label")).to_have_text("7")
    expect(page.locator(".verdict")).to_be_in_viewport()  # drawing and answer on one screen
    assert not sideways(page)
    assert [found for found in page.evaluate(CONTRASTS) if found[0] < 4.5] == []
    page.screenshot(path=tmp_path / f"{scheme}-{width}.png", full_page=True)
    context.close()


def test_a_finger_draws_without_moving_the_page(browser: Browser, demo: Demo) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page = opened(context, demo)
    assert page.evaluate("getComputedStyle(document.querySelector('.board canvas')).touchAction") == "none"
    box = page.locator(".board").bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".found")).to_be_visible()
    context.close()


def test_a_service_that_has_stopped_is_said_to_be_gone(ran: Path, machine: dict[str, str], browser: Browser) -> None:
    context = browser.new_context()
    with demonstrated(ran, machine) as demo:
        page = opened(context, demo)
    draw(page, SEVEN)
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    context.close()
