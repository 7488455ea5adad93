"""The public PyTorch index, for a machine that cannot reach it: a proxy that answers for it out of a folder of wheels.

uv is told of it (HTTPS_PROXY, and UV_INSECURE_HOST for its certificate) and sees the public address, so that the
`uv.lock` of a test is the one that everybody gets, and names no place of this machine. All other hosts are passed
through as they are. By hand, in a shell that uv runs in:

    eval "$(python tests/pytorch_index.py FOLDER)"      # and at the end: kill $PYTORCH_INDEX_PID
"""

import hashlib
import os
import select
import socket
import socketserver
import ssl
import subprocess
import sys
import zipfile
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import quote, unquote

HOST = "download.pytorch.org"
PAGE = "/whl/cpu/torch/"


def certificate(folder: Path) -> Path:
    """Make a certificate with its key, for this run only; nobody is asked to trust it."""
    both = folder / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={HOST}"]
    subprocess.run([*made, "-keyout", both, "-out", both], check=True, capture_output=True)
    return both


class Wheels(BaseHTTPRequestHandler):
    """Answers as the index does: a page of links with checksums, the wheels, and each one's metadata by itself."""

    protocol_version = "HTTP/1.1"
    wheels: dict[str, Path]

    def do_GET(self) -> None:
        name = unquote(self.path).removeprefix(PAGE)
        if name == "":
            links = (
                f'<a href="{PAGE}{quote(path.name)}#sha256={sha256(path)}" data-core-metadata="true">{path.name}</a>'
                for path in self.wheels.values()
            )
            self.answer("text/html", "<!doctype html><title>torch</title>" + "<br>".join(links))
        elif name.removesuffix(".metadata") in self.wheels and name.endswith(".metadata"):
            with zipfile.ZipFile(self.wheels[name.removesuffix(".metadata")]) as wheel:
                metadata = next(one for one in wheel.namelist() if one.endswith(".dist-info/METADATA"))
                self.answer("text/plain", wheel.read(metadata).decode())
        elif name in self.wheels:
            self.send_response(200)
            self.send_header("Content-Type", "application/octet-stream")
            self.send_header("Content-Length", str(self.wheels[name].stat().st_size))
            self.end_headers()
            with self.wheels[name].open("rb") as file:
                while part := file.read(1 << 20):
                    self.wfile.write(part)
        else:
            self.answer("text/plain", "nothing here", 404)

    def answer(self, kind: str, text: str, status: int = 200) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Proxy(socketserver.StreamRequestHandler):
    """Takes CONNECT: answers for the one host, passes every other on."""

    def handle(self) -> None:
        words = self.rfile.readline().split()
        while self.rfile.readline().strip():
            pass
        if len(words) < 2 or words[0] != b"CONNECT":
            return
        host, _, port = words[1].decode().rpartition(":")
        assert isinstance(self.server, Server)
        if host == HOST:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            with self.server.tls.wrap_socket(self.connection, server_side=True) as inside:
                self.server.pages(inside, self.client_address, self.server)
            return
        try:
            outside = socket.create_connection((host, int(port)), timeout=30)
        except OSError:
            self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
            return
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with outside:
            relay(self.connection, outside)


def relay(one: socket.socket, two: socket.socket) -> None:
    """Pass bytes both ways until one side ends."""
    while True:
        for source in select.select([one, two], [], [])[0]:
            try:
                part = source.recv(1 << 16)
                (two if source is one else one).sendall(part)
            except OSError:
                return
            if not part:
                return


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, folder: Path, wheels: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.tls.load_cert_chain(certificate(folder))
        found = {path.name: path for path in sorted(wheels.glob("torch-*.whl"))}
        self.pages = type("Pages", (Wheels,), {"wheels": found})
        super().__init__(("127.0.0.1", 0), Proxy)

    @property
    def variables(self) -> dict[str, str]:
        """What uv has to be told."""
        address = f"http://127.0.0.1:{self.server_address[1]}"
        return {"HTTPS_PROXY": address, "UV_INSECURE_HOST": HOST}


_SUMS: dict[Path, str] = {}


def sha256(path: Path) -> str:
    """The checksum of a wheel, computed once."""
    if path not in _SUMS:
        with path.open("rb") as file:
            _SUMS[path] = hashlib.file_digest(file, "sha256").hexdigest()
    return _SUMS[path]


def main() -> None:
    """Serve in a process of its own, and print what to `eval`."""
    server = Server(Path(sys.argv[1]), Path(os.environ.get("PIP_FIND_LINKS", "/nowhere")))
    if pid := os.fork():
        for name, value in {**server.variables, "PYTORCH_INDEX_PID": pid}.items():
            sys.stdout.write(f"export {name}={value}\n")
        return
    os.setsid()
    for stream in (0, 1, 2):
        os.dup2(os.open(os.devnull, os.O_RDWR), stream)
    server.serve_forever()


if __name__ == "__main__":
    main()
