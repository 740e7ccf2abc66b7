"""A proxy in front of an S3 server, which lets answers come slowly, cut off, damaged, or not at all."""

from __future__ import annotations

import contextlib
import http.client
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FAULTS = ("none", "slow", "forbidden", "missing", "broken", "truncated", "flipped", "gone", "gone in the middle")


class FaultyStore(ThreadingHTTPServer):
    """A proxy that injects faults into the answers of a server.

    Attributes:
        faults: The faults of the next requests, in order. The last one applies to all later requests.
        requests: The method and path of each request.
        over: Set at the end of the test, so that slow answers end.
    """

    daemon_threads = True

    def __init__(self, endpoint: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = urllib.parse.urlsplit(endpoint).netloc
        self.faults = ["none"]
        self.over = threading.Event()
        self.requests: list[str] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def settle(self) -> None:
        """End all faults, and wait until the cache's threads that ran into its timeout have ended."""
        self.faults = ["none"]
        self.over.set()
        for thread in threading.enumerate():
            if thread.name == "dolt-integrations-cache":
                thread.join(10)
        self.over.clear()

    def next_fault(self) -> str:
        return self.faults.pop(0) if len(self.faults) > 1 else self.faults[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultyStore

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.requests.append(f"{self.command} {self.path}")
        fault = self.server.next_fault()
        if fault == "gone":
            self.close_connection = True
            return
        status = {"forbidden": 403, "missing": 404, "broken": 500}.get(fault)
        if status is not None:
            self._send(status, [], b"", 0)
            return
        if fault == "slow":
            self.server.over.wait(5)
        self._forward(body, fault)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _answer

    def _forward(self, body: bytes, fault: str) -> None:
        connection = http.client.HTTPConnection(self.server.target, timeout=60)
        try:
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            content, headers = answer.read(), answer.getheaders()
        finally:
            connection.close()
        length = int(answer.getheader("Content-Length") or len(content))
        if fault == "truncated":
            content, length = content[: len(content) // 2], length // 2
        elif fault == "flipped" and content:
            middle = len(content) // 2
            content = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        elif fault == "gone in the middle" and content:
            content, self.close_connection = content[: len(content) // 2], True
        self._send(answer.status, headers, content, length)

    def _send(self, status: int, headers: list[tuple[str, str]], content: bytes, length: int) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def faulty_store(endpoint: str) -> Iterator[FaultyStore]:
    """Run the proxy for a block."""
    store = FaultyStore(endpoint)
    thread = threading.Thread(target=store.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield store
    finally:
        store.over.set()
        store.shutdown()
        thread.join()
        store.server_close()
