"""A language model's server that really listens, speaks both formats as they are on the wire, and fails on demand."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HTML = b"<!doctype html><title>Bad gateway</title><h1>Bad gateway</h1>"


@dataclass(frozen=True)
class Reply:
    """What the server does with one request.

    `text` may be a function of the system and user text. `fault` is one of the names in `FAULTS`, or empty.
    """

    text: str | Callable[[str, str], str] = "Yes."
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""  # of an error
    fault: str = ""


FAULTS = {
    "silent": "accepts the request and says nothing",
    "stalls": "says one word and nothing more",
    "cut": "breaks off in the middle of a chunk",
    "cut before a word": "the same, before the first word",
    "unfinished": "ends politely, without the event that ends an answer",
    "malformed": "sends half a JSON object as an event",
    "malformed later": "the same, after one word",
    "strange": "sends JSON of another shape",
    "error": "reports an error as an event",
    "old error": "the same, as llama.cpp did before autumn 2025",
    "no line": "sends a line without an end",
    "flood": "sends events without an end",
    "web page": "answers 200 with a web page",
    "not text": "sends bytes that are no UTF-8",
}


class Server(ThreadingHTTPServer):
    """Knows what to answer."""

    daemon_threads = False  # all of them are waited for at the end
    fake: "FakeLLM"


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = 5

    def log_message(self, *_: object) -> None:
        """Stay quiet."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.fake.requests.append((self.path, headers, body))
        reply = self.server.fake.next_reply()
        self.close_connection = True
        if reply.fault == "silent":
            self.server.fake.over.wait()
        elif reply.status != 200 or reply.fault == "web page":
            self.error(reply)
        else:
            self.stream(reply, body)

    def error(self, reply: Reply) -> None:
        content = HTML if reply.fault == "web page" else reply.body
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("content-type", "text/html" if content.startswith(b"<") else "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def stream(self, reply: Reply, body: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream; charset=utf-8")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        openai = self.path.endswith("/chat/completions")
        text = reply.text if isinstance(reply.text, str) else reply.text(*asked(body))
        try:
            for event in faulty(openai_events(text) if openai else anthropic_events(text), reply.fault):
                if event is None:
                    self.server.fake.over.wait()
                    return
                self.chunk(event)
        except ConnectionError:  # the client had enough
            return
        if not reply.fault.startswith("cut"):
            self.chunk(b"")

    def chunk(self, content: bytes) -> None:
        """Send one chunk; an empty one ends the answer."""
        self.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))


class FakeLLM:
    """Listens on a free port of this machine while in a `with` block.

    `replies` are used up one by one; the last stays. `requests` are what arrived: path, headers (names in small
    letters) and body.
    """

    def __init__(self) -> None:
        self.replies: list[Reply] = [Reply()]
        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.over = threading.Event()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.fake = self
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/v1"

    def __enter__(self) -> "FakeLLM":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def next_reply(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


def asked(body: dict[str, Any]) -> tuple[str, str]:
    """Find the system and the user text in a request of either format."""
    texts = {message["role"]: message["content"] for message in body["messages"]}
    return texts.get("system") or body.get("system", ""), texts["user"]


def words(text: str) -> list[str]:
    """Cut a text into pieces of about a word, as models write."""
    return [piece + " " for piece in text.split(" ")[:-1]] + text.split(" ")[-1:] if text else []


def event(content: object) -> bytes:
    name = content.get("type") if isinstance(content, dict) else None
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(content, ensure_ascii=False)}\n\n".encode()


def openai_events(text: str) -> Iterator[bytes]:
    """Write what an OpenAI-compatible server sends: keep-alive, role, words, reason, usage, end."""

    def chunk(delta: dict[str, Any], reason: str | None = None) -> bytes:
        choices = [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]
        return event({**envelope, "choices": choices, "usage": None})

    envelope = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "fake"}
    yield b": ping\n\n"
    yield chunk({"role": "assistant", "content": None})
    for word in words(text):
        yield chunk({"content": word})
    yield chunk({}, "stop")
    usage = {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150}
    yield event({**envelope, "choices": [], "usage": usage})
    yield b"data: [DONE]\n\n"


def anthropic_events(text: str) -> Iterator[bytes]:
    """Write what Anthropic's Messages send."""
    usage = {
        "input_tokens": 120,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": 1,
    }
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "fake",
        "content": [],
        "usage": usage,
    }
    yield event({"type": "message_start", "message": {**message, "stop_reason": None, "stop_sequence": None}})
    yield event({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
    yield event({"type": "ping"})
    for word in words(text):
        delta = {"type": "text_delta", "text": word}
        yield event({"type": "content_block_delta", "index": 0, "delta": delta})
    yield event({"type": "content_block_stop", "index": 0})
    delta = {"stop_reason": "end_turn", "stop_sequence": None}
    yield event({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 30}})
    yield event({"type": "message_stop"})


def faulty(events: Iterator[bytes], fault: str) -> Iterator[bytes | None]:
    """Spoil a stream of events; None means to say nothing more and keep the line open."""
    assert fault in FAULTS or not fault
    for sent in events:
        has_word = b'"content": "' in sent or b'"text": "' in sent.replace(b'"text": ""', b"")
        ends = any(mark in sent for mark in (b'"stop"', b"[DONE]", b"message_delta", b"message_stop"))
        if has_word and fault in {"malformed", "cut before a word", "strange", "error", "old error"}:
            yield from spoilt(fault)
            return
        if fault == "not text" and has_word:
            yield sent.replace(b"Yes", b"Y\xe9s")
            continue
        if ends and fault == "unfinished":
            return
        yield sent
        if has_word and fault in {"stalls", "cut", "malformed later", "no line", "flood"}:
            yield from spoilt(fault, sent)
            return


def spoilt(fault: str, word: bytes = b"") -> Iterator[bytes | None]:
    """Write what goes wrong."""
    if fault in {"malformed", "malformed later"}:
        yield b'data: {"type": "content_block_delta", "choi\n\n'
    elif fault == "strange":
        yield b'data: {"type": "content_block_delta", "delta": 7, "choices": "none"}\n\n'
    elif fault == "error":
        yield event({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})
    elif fault == "old error":
        yield b'error: {"code": 400, "message": "the request is too long", "type": "invalid_request_error"}\n\n'
    elif fault == "stalls":
        yield None
    elif fault == "no line":
        yield b"data: "
        for _ in range(10_000):
            yield b"x" * 1000
    elif fault == "flood":
        for _ in range(100_000):
            yield word
