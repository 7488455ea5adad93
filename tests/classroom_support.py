"""Support for tests of classes: a course with an assignment, students who push, a git server over HTTP."""

import base64
import os
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from support import git, git_repository, head, write

SECRET = "0" * 64
ASSIGNMENT = {
    "assignment.toml": 'title = "First homework"\nhidden = ["tests/hidden"]\n',
    "README.md": "# First homework\n\nOne.\n\nTwo.\n\nThree.\n",
    "src/answer.py": (
        '"""The answer."""\n\n\ndef answer(values: list[int]) -> int:\n    """The sum of the squares."""\n'
        "    ### BEGIN SOLUTION\n    squares = [value * value for value in values]\n    return sum(squares)\n"
        "    ### END SOLUTION\n"
    ),
    "tests/test_answer.py": "from src.answer import answer\n\n\ndef test_answer():\n    assert answer([1, 2]) == 5\n",
    "tests/hidden/test_more.py": "from src.answer import answer\n\n\ndef test_more():\n    assert answer([3]) == 9\n",
    "run.sh": "#!/bin/sh\npytest\n",
}
ROSTER = "student_id,name,email,username,section,team\nada,Ada L,,ada-l,A,red\nbob,Bob,,,A,red\neve,Eve Ž,,,B,\n"
STUDENTS = ("ada", "bob", "eve")


@dataclass(frozen=True)
class Course:
    """A class on disk.

    Attributes:
        folder: the teacher's.
        repositories: where students' repositories are.
    """

    folder: Path
    repositories: Path

    def assign(self, files: dict[str, str | bytes], name: str = "hw1", message: str = "changed") -> str:
        """Write files of an assignment and commit them. Returns the commit."""
        write(self.folder / name, files)
        git(self.folder, "add", "--all")
        git(self.folder, "commit", "--quiet", "--allow-empty", "--message", message)
        return head(self.folder)

    def bare(self, student: str, name: str = "hw1") -> Path:
        """A student's repository on the forge."""
        return self.repositories / f"{name}-{student}.git"

    def heads(self, student: str, name: str = "hw1") -> dict[str, str]:
        """Its branches."""
        lines = git(
            self.bare(student, name), "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads"
        )
        return dict(line.split(" ") for line in lines.splitlines())

    def files(self, student: str, branch: str = "main", name: str = "hw1") -> list[str]:
        """The files of a branch."""
        return git(self.bare(student, name), "ls-tree", "-r", "--name-only", branch).splitlines()

    def read(self, student: str, path: str, branch: str = "main", name: str = "hw1") -> str:
        """A file of a branch."""
        return git(self.bare(student, name), "show", f"{branch}:{path}")

    def commit_work(self, student: str, files: dict[str, str | bytes | None], name: str = "hw1") -> str:
        """The student clones, changes files (None deletes), commits and pushes. Returns the commit."""
        clone = self.folder.parent / f"clone-{name}-{student}"
        if not clone.exists():
            git(self.folder.parent, "clone", "--quiet", str(self.bare(student, name)), str(clone))
        for path, content in files.items():
            if content is None:
                (clone / path).unlink()
            else:
                write(clone, {path: content})
        git(clone, "add", "--all")
        git(clone, "commit", "--quiet", "--message", "my work")
        git(clone, "push", "--quiet", "origin", "HEAD")
        return head(clone)

    def store_refs(self) -> dict[str, str]:
        """All refs of the class store except fetched branches."""
        lines = git(self.folder / ".scaffold/store.git", "for-each-ref", "--format=%(refname) %(objectname)")
        refs = dict(line.split(" ") for line in lines.splitlines())
        return {ref: commit for ref, commit in refs.items() if not ref.startswith("refs/fetched/")}


def make_course(folder: Path, roster: str = ROSTER, forge: str = "") -> Course:
    """A class with three students, one assignment and a known secret."""
    forge = forge or '[forge]\nkind = "folder"\nplace = "repositories"\n'
    files = {
        "class.toml": f'title = "A class"\n\n{forge}',
        "roster.csv": roster,
        ".gitignore": ".scaffold/\nrepositories/\nroster.csv\n",
        ".scaffold/secret": SECRET + "\n",
        **{f"hw1/{path}": content for path, content in ASSIGNMENT.items()},
    }
    git_repository(write(folder, files))
    (folder / "hw1/run.sh").chmod(0o755)
    git(folder, "commit", "--quiet", "--all", "--allow-empty", "--message", "executable")
    return Course(folder, folder / "repositories")


TOKEN = "s3cr3t-t0ken"


@dataclass
class GitServer:
    """A real smart-HTTP server: git-http-backend(1) behind a token.

    Attributes:
        folder: its repositories.
        token: what a client must show; empty for none.
        makes: whether a repository is made when somebody pushes to it.
        request_log: The requests: method, path, and the Authorization header.
        redirect: another server to send everybody to; empty for none.
        tls: what it is served over HTTPS with; None for HTTP.
    """

    folder: Path
    token: str = TOKEN
    creates: bool = True
    request_log: list[tuple[str, str, str]] = field(default_factory=list)
    redirect: str = ""
    url: str = ""
    tls: ssl.SSLContext | None = None

    def allows(self, header: str) -> bool:
        """Whether an Authorization header shows the token."""
        kind, _, rest = header.partition(" ")
        return not self.token or (kind == "Basic" and base64.b64decode(rest).decode().endswith(f":{self.token}"))


class _Handler(BaseHTTPRequestHandler):
    server_version: ClassVar[str] = "test"
    protocol_version: ClassVar[str] = "HTTP/1.0"
    state: ClassVar[GitServer]

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def log_message(self, *args: object) -> None:
        """Log nothing."""

    def _answer(self, body: bytes) -> None:
        state, header = self.state, self.headers.get("Authorization", "")
        state.request_log.append((self.command, self.path, header))
        path, _, query = self.path.partition("?")
        if state.redirect:
            self.send_response(302)
            self.send_header("Location", state.redirect + self.path)
            self.end_headers()
            return
        if not state.allows(header):
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.end_headers()
            return
        name = path.removeprefix("/").partition(".git/")[0] + ".git"
        if state.creates and "git-receive-pack" in self.path and not (state.folder / name).exists():
            subprocess.run(
                ["git", "init", "--quiet", "--bare", "--initial-branch=main", str(state.folder / name)], check=True
            )
        self._backend(path, query, body)

    def _backend(self, path: str, query: str, body: bytes) -> None:
        env = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.state.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "REMOTE_USER": "teacher",
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "CONTENT_LENGTH": str(len(body)),
        }
        done = subprocess.run(["git", "http-backend"], input=body, env=env, capture_output=True, check=True)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        lines = [line.split(": ", 1) for line in head.decode().splitlines()]
        status = next((value for key, value in lines if key == "Status"), "200 OK")
        self.send_response(int(status[:3]))
        for key, value in lines:
            if key != "Status":
                self.send_header(key, value)
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def git_server(folder: Path, **options: object) -> Iterator[GitServer]:
    """Serve the repositories of a folder on 127.0.0.1."""
    folder.mkdir(parents=True, exist_ok=True)
    with serving(GitServer(folder, **options), _Handler) as state:  # type: ignore[arg-type]
        yield state


class _Server(ThreadingHTTPServer):
    request_queue_size = 64

    def shutdown_request(self, request: Any) -> None:
        """End TLS as the protocol wants it: some clients take anything else for a truncated answer."""
        if isinstance(request, ssl.SSLSocket):
            with suppress(OSError):
                request.unwrap()
        super().shutdown_request(request)


Server = TypeVar("Server", bound=GitServer)


@contextmanager
def serving(state: Server, handler_class: type[BaseHTTPRequestHandler]) -> Iterator[Server]:
    """Serve with a handler class, whose `state` is the server's, during the block."""
    handler = type("Handler", (handler_class,), {"state": state})
    server = _Server(("127.0.0.1", 0), handler)
    if state.tls:
        server.socket = state.tls.wrap_socket(server.socket, server_side=True)
    state.url = f"http{'s' if state.tls else ''}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
