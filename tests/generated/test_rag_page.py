"""The chat page of a generated rag-app, in a real browser: what a person sees, reaches by keyboard, and is spared."""

import json
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from generated_support import PATIENCE, RAG, Run, free_port, sideways, started

QUESTION = "Which bus goes to the tool library, and at which stop do I get off?"
COMMAND = ["uv", "run", RAG.project]
ELSEWHERE = "What is the capital of Mongolia?"
NASTY = """The xylophone <script>window.pwned = 1</script> & "friends" <img src=x onerror="window.pwned = 2">

The xylophone of the Net Loft says good morning to all members of the library, and
<script>window.pwned=3</script> to the rest.

Its label says <img src=x onerror="window.pwned=4"> to nobody.

Play the xylophone at <a href="javascript:window.pwned=5">this address</a> or at " onmouseover="window.pwned=6.
"""
CONTRASTS = """() => {
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const over = (top, under) => [0, 1, 2].map(i => top[i] * (top[3] ?? 1) + under[i] * (1 - (top[3] ?? 1)));
  const light = c => c.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = element => {
    const own = element ? rgb(getComputedStyle(element).backgroundColor) : [255, 255, 255];
    return own[3] === 0 || (own[3] < 1) ? over(own, ground(element.parentElement)) : own.slice(0, 3);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})) continue;
    if (element.closest(".unseen, template, noscript")) continue;
    const back = ground(element), text = over(rgb(getComputedStyle(element).color), back);
    const [dark, bright] = [light(back), light(text)].sort((a, b) => a - b);
    found.push([(bright + 0.05) / (dark + 0.05), node.data.trim().slice(0, 40)]);
  }
  return found;
}"""
"""For every visible text: the contrast to what is behind it, as WCAG computes it."""


@dataclass
class Service:
    """A running demo: where it answers, and where it keeps the ratings."""

    url: str
    ratings: Path
    asked_elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def note(self, complaint: str, serious: bool = True) -> None:
        """Keep what should not have happened."""
        if serious:
            self.complaints.append(complaint)


@pytest.fixture(scope="module")
def folder(project: Path, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of the project with its own handbook and one hostile page in the index."""
    folder = tmp_path_factory.mktemp("chat") / RAG.project
    run("git", "clone", "--quiet", project, folder, cwd=folder.parent)
    run("uv", "sync", "--locked", cwd=folder)
    extra = tmp_path_factory.mktemp("extra")
    (extra / "xylophone.txt").write_text(NASTY)
    for verb in (["data"], ["ingest", extra], ["train"]):
        run(*COMMAND, *verb, cwd=folder)
    return folder


@contextmanager
def demo(folder: Path, machine: dict[str, str], **env: str) -> Iterator[Service]:
    """The project's demo, as `make demo` starts it where there is no desktop."""
    with started([*COMMAND, "demo", "--port", str(free_port())], folder, {**machine, **env}) as (url, _):
        yield Service(url, folder / "data/feedback/feedback.sqlite")


@pytest.fixture(scope="module")
def service(folder: Path, machine: dict[str, str]) -> Iterator[Service]:
    with demo(folder, machine) as service:
        yield service


class Model(BaseHTTPRequestHandler):
    """A language model that stops after its first sentence until it is told to go on."""

    go_on = threading.Event()

    def log_message(self, *_: object) -> None:
        """Stay quiet."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.write("Bus 7 stops at Customs Quay [1]. ")
        self.write("That is 200 metres ")
        self.go_on.wait(60)
        self.write("from the door [1].", "stop")
        self.wfile.write(b"data: [DONE]\n\n")

    def write(self, text: str, reason: str | None = None) -> None:
        """Send some words in the format of chat completions."""
        event = {"choices": [{"delta": {"content": text}, "finish_reason": reason}]}
        self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())


def opened(context: BrowserContext, service: Service) -> Page:
    """The page, watched: what it complains of, and every address that it asks for."""

    def watched(route: Route) -> None:
        if route.request.url.startswith((service.url, "data:")):
            route.continue_()
        else:
            service.asked_elsewhere.append(route.request.url)
            route.abort()

    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.route("**/*", watched)
    page.on("console", lambda message: service.note(message.text, message.type == "error"))
    page.on("pageerror", lambda error: service.note(str(error)))
    page.on("dialog", lambda dialog: service.note(f"a dialog: {dialog.message}"))
    page.goto(service.url)
    expect(page.locator(".examples button").first).to_be_visible()
    return page


@pytest.fixture
def page(browser: Browser, service: Service) -> Iterator[Page]:
    """The page on a desk's screen. Whatever a test does: nothing was asked of others, and nothing broke."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    service.complaints.clear()
    yield opened(context, service)
    context.close()
    assert service.asked_elsewhere == []
    assert service.complaints == []


def ask(page: Page, question: str) -> None:
    """Ask by keyboard and wait for the end of the answer."""
    before = page.locator(".turn").count()
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(before + 1)
    expect(page.locator(".turn").last.locator(".after")).to_be_visible()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.className || document.activeElement.id"))


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


pytestmark = pytest.mark.parametrize("stage", [RAG], indirect=True, ids=[RAG.template], scope="session")


def test_a_person_asks_and_reads_where_it_stands(page: Page, tmp_path: Path) -> None:
    ask(page, QUESTION)
    turn = page.locator(".turn").last
    expect(turn.locator(".question")).to_have_text(QUESTION)
    sentence = turn.locator(".sentence").first
    assert sentence.inner_text()
    turn.locator(".cite").first.click()
    panel = page.locator(".panel")
    expect(panel).to_be_visible()
    said = words(sentence.inner_text())
    assert len(words(panel.locator("mark").first.inner_text()) - said) <= 2
    expect(panel.locator(".here")).to_be_in_viewport()
    page.screenshot(path=tmp_path / "panel.png")


def test_a_source_is_a_page_with_an_address(page: Page, service: Service) -> None:
    ask(page, QUESTION)
    page.locator(".cite").first.click()
    expect(page.locator(".panel")).to_be_visible()
    address = page.locator(".panel .whole").get_attribute("href")
    page.goto(f"{service.url}{address}")
    expect(page.locator(".passage:target")).to_be_in_viewport()


def test_an_example_is_asked_by_one_click(page: Page) -> None:
    text = page.locator(".examples button").first.inner_text()
    page.locator(".examples button").first.click()
    expect(page.locator(".question")).to_have_text(text)
    expect(page.locator(".turn .after")).to_be_visible()
    expect(page.locator(".sentence").first).to_be_visible()


@pytest.fixture
def model() -> Iterator[str]:
    """The address of that model."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    Model.go_on.set()
    server.shutdown()
    server.server_close()


def test_a_sentence_is_shown_while_the_next_one_is_written(
    folder: Path, machine: dict[str, str], browser: Browser, model: str
) -> None:
    with demo(folder, machine, PROVIDER="openai", LLM_BASE_URL=model, LLM_MODEL="slow") as service:
        page = opened(browser.new_context(), service)
        page.get_by_label("Your question").fill(QUESTION)
        page.keyboard.press("Enter")
        expect(page.locator(".sentence")).to_have_count(1)
        expect(page.locator(".after")).to_be_hidden()
        expect(page.get_by_role("button", name="Stop")).to_be_visible()
        Model.go_on.set()
        expect(page.locator(".after")).to_contain_text("Written by slow")
        expect(page.locator(".sentence")).to_have_count(2)
        page.context.close()
        assert service.complaints == service.asked_elsewhere == []


def test_everything_can_be_reached_by_keyboard(page: Page) -> None:
    assert focused(page) == "question"
    page.keyboard.type(QUESTION[:20])
    page.keyboard.press("Shift+Enter")
    page.keyboard.type(QUESTION[20:])
    page.keyboard.press("Enter")
    expect(page.locator(".after")).to_be_visible()
    assert focused(page) == "question"

    reached = []
    for _ in range(40):  # back from the box to the beginning of the page
        page.keyboard.press("Shift+Tab")
        reached.append(focused(page))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", reached  # where the focus is can be seen
        if reached[-1] == "cite":
            break
    assert {"source", "cite"} <= set(reached)
    page.keyboard.press("Enter")
    expect(page.locator(".panel")).to_be_visible()
    assert focused(page) == "panel-title"
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_be_hidden()
    assert focused(page) == "cite"

    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "no":
            break
    page.keyboard.press("Space")
    expect(page.get_by_label("This did not help")).to_have_attribute("aria-pressed", "true")


def test_a_rating_is_kept(page: Page, service: Service) -> None:
    ask(page, QUESTION)
    page.get_by_label("This did not help").click()
    page.get_by_label("What was good").fill("It is bus 9 <b>since May</b>")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".thanks")).to_contain_text("kept")
    with sqlite3.connect(service.ratings) as database:
        rows = database.execute("SELECT question, helpful, comment FROM answers JOIN feedback ON id = answer_id")
        assert (QUESTION, 0, "It is bus 9 <b>since May</b>") in rows.fetchall()
    database.close()


def test_what_is_not_in_the_documents_is_said_to_be_so(page: Page, tmp_path: Path) -> None:
    ask(page, ELSEWHERE)
    turn = page.locator(".turn.absent")
    expect(turn).to_contain_text("ot in the documents")
    expect(turn.locator(".cite")).to_have_count(0)
    page.screenshot(path=tmp_path / "absent.png")


def test_a_service_that_is_gone_is_named_and_asked_again(page: Page, service: Service) -> None:
    page.route("**/ask", lambda route: route.abort())
    page.get_by_label("Your question").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("The service cannot be reached. Is it still running?")
    page.unroute("**/ask")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".after")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(1)
    service.complaints.clear()  # the browser itself notes a request that failed


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (503, '{"detail": "Too many questions are being answered."}', "Too many questions are being answered."),
        (200, 'event: error\ndata: {"detail": "The model does not answer."}\n\n', "The model does not answer."),
        (200, 'event: sources\ndata: {"sources": []}\n\n', "The answer was cut off."),
        (502, "<h1>Bad gateway</h1>", "The service answered with an error (502)."),
    ],
)
def test_an_error_is_shown_in_one_sentence(page: Page, service: Service, status: int, body: str, says: str) -> None:
    page.route("**/ask", lambda route: route.fulfill(status=status, body=body))
    page.get_by_label("Your question").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text(says)
    service.complaints.clear()  # the browser itself notes an answer that is an error


def test_an_answer_can_be_stopped(page: Page) -> None:
    page.route("**/ask", lambda route: None)  # never answers
    page.get_by_label("Your question").fill(QUESTION)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("alert")).to_have_text("Stopped.")
    assert focused(page) == "question"


def test_a_hostile_page_is_only_text(page: Page, service: Service) -> None:
    ask(page, "What does the xylophone of the Net Loft say to all?")
    expect(page.locator(".sentence").first).to_be_visible()
    page.locator(".cite").first.click()
    expect(page.locator(".panel")).to_contain_text("<script>window.pwned")
    assert page.locator(".panel script, .panel img, .panel iframe, .turn script, .turn img").count() == 0
    page.goto(f"{service.url}{page.locator('.panel .whole').get_attribute('href')}")
    expect(page.locator("main")).to_contain_text("<script>window.pwned")
    assert page.locator("script, img, iframe, a[href^='javascript']").count() == 0
    assert page.evaluate("window.pwned") is None


def test_a_hostile_question_is_only_text(page: Page) -> None:
    question = '<img src=x onerror="window.pwned=7"><script>window.pwned=8</script>'
    ask(page, question)
    expect(page.locator(".question")).to_have_text(question)
    assert page.locator(".turn img, .turn script").count() == 0
    assert page.evaluate("window.pwned") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_can_be_read(
    browser: Browser, service: Service, scheme: Literal["light", "dark"], tmp_path: Path
) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, color_scheme=scheme, has_touch=True, reduced_motion="reduce"
    )
    page = opened(context, service)
    assert not sideways(page)
    ask(page, QUESTION)
    ask(page, ELSEWHERE)
    ask(page, "x" * 200)
    assert not sideways(page)
    for contrast, text in page.evaluate(CONTRASTS):
        assert contrast >= 4.5, text
    small = page.evaluate(
        "[...document.querySelectorAll('button, a, summary')].filter(e => e.checkVisibility())"
        ".map(e => [e.className, e.getBoundingClientRect().height]).filter(([, height]) => height < 20)"
    )
    assert small == []  # too small for a finger
    page.locator(".cite").first.tap()
    expect(page.locator(".panel")).to_be_visible()
    box = page.locator(".panel").bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 360)
    assert page.evaluate("document.querySelector('.chat').inert")  # what is covered cannot be reached
    for contrast, text in page.evaluate(CONTRASTS):
        assert contrast >= 4.5, text
    assert not sideways(page)
    page.screenshot(path=tmp_path / "phone.png")
    page.get_by_label("Close the source").tap()
    expect(page.locator(".panel")).to_be_hidden()
    assert not page.evaluate("document.querySelector('.chat').inert")
    context.close()
    assert service.asked_elsewhere == []
