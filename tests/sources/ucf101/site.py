"""A real HTTP server on loopback with the official paths, and whatever fault is asked for."""

import hashlib
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CLIPS = "/THUMOS14/UCF101/UCF101/"
FILES = "/data/UCF101/"

PAGE = b"<!DOCTYPE html>\n<html><head><title>Service notice</title></head></html>"


@dataclass
class Request:
    """The request, and the number of bytes of content that went out."""

    name: str
    range: str
    sent: int = 0


@dataclass
class Site:
    """Contents by file name, and what goes wrong with them, once for each fault in the list."""

    contents: dict[str, bytes]
    faults: dict[str, list["Fault"]] = field(default_factory=dict)
    tagged: bool = True
    requests: list[Request] = field(default_factory=list)
    url: str = ""

    def asked(self, name: str) -> list[Request]:
        return [request for request in self.requests if request.name == name]


class Handler(BaseHTTPRequestHandler):
    """Answers a GET as the site says."""

    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        folder = CLIPS if name.endswith(".avi") else FILES
        request = Request(name, self.headers.get("Range", ""))
        self.site.requests.append(request)
        content = self.site.contents.get(name) if self.path == folder + name else None
        faults = self.site.faults.get(name, [])
        if faults:
            faults.pop(0)(self, request, content or b"")
        elif content is None:
            self.answer(request, 404, PAGE, {"Content-Type": "text/html"})
        else:
            self.give(request, content)

    def give(self, request: Request, content: bytes, **how: Any) -> None:
        """Send a file, or the range of it that was asked for."""
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        headers = {"ETag": tag} if self.site.tagged else {}
        wanted = re.fullmatch(r"bytes=(\d+)-", request.range)
        if wanted and self.headers.get("If-Range") == tag:
            start = int(wanted[1])
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self.answer(request, 206, content[start:], headers, **how)
        else:
            self.answer(request, 200, content, headers, **how)

    def answer(
        self,
        request: Request,
        status: int,
        content: bytes,
        headers: Mapping[str, str],
        *,
        most: int | None = None,
        pause_s: float = 0,
        announced: int | None = None,
    ) -> None:
        """Send ``most`` bytes of an answer at most, in 20 pieces with pauses, then hang up."""
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(content) if announced is None else announced))
        self.end_headers()
        part = content[:most]
        step = max(len(part) // 20, 1)
        for start in range(0, len(part), step):
            self.wfile.write(part[start : start + step])
            request.sent += len(part[start : start + step])
            time.sleep(pause_s)
        self.close_connection = most is not None or announced is not None

    def log_message(self, *_: object) -> None:
        """Keep the tests' output readable."""

    def handle(self) -> None:
        # The client may hang up whenever it likes.
        with suppress(ConnectionError, ssl.SSLError):
            super().handle()


Fault = Callable[[Handler, Request, bytes], None]


def dies_after(size: int) -> Fault:
    return lambda handler, request, content: handler.give(request, content, most=size)


def slowly(pause_s: float) -> Fault:
    return lambda handler, request, content: handler.give(request, content, pause_s=pause_s)


def stalls_after(size: int, seconds: float) -> Fault:
    def fault(handler: Handler, request: Request, content: bytes) -> None:
        handler.give(request, content, most=size)
        handler.wfile.flush()
        time.sleep(seconds)

    return fault


def says(status: int, content: bytes = PAGE, **headers: str) -> Fault:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return lambda handler, request, _: handler.answer(request, status, content, named)


def announces(extra: int) -> Fault:
    """A Content-Length that is wrong by so much."""
    return lambda handler, request, content: handler.give(
        request, content, announced=len(content) + extra
    )


@contextmanager
def serving(site: Site, certificate: Path | None = None) -> Iterator[Site]:
    """Serve a site; over TLS, if there is a certificate."""
    handler = type("SiteHandler", (Handler,), {"site": site})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    site.url = f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
