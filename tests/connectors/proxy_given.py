"""A proxy on loopback as companies have them: tunnels (CONNECT), forwarding of whole addresses, credentials, TLS, refusals."""

import base64
import http.client
import selectors
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_OWN = {"proxy-connection", "connection", "host", "proxy-authorization"}


class Proxy:
    """`seen` holds the request lines, `headers` those of each. `knows`: names that only the proxy can resolve -> host:port.

    `login`: USER:PASSWORD that it demands. `refuse`: the status by which it refuses everything.
    """

    def __init__(self, *, login: str | None = None, refuse: int | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.seen: list[str] = []
        self.headers: list[Mapping[str, str]] = []
        self.knows: dict[str, str] = {}
        self.login, self.refuse = login, refuse
        self._server = _Listener(("127.0.0.1", 0), _handler(self))
        self._scheme = "https" if tls else "http"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def place(self) -> str:
        """127.0.0.1:PORT."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def url(self, login: str = "") -> str:
        """Its address, as one writes it into a configuration; `login` is USER:PASSWORD, percent-encoded."""
        return f"{self._scheme}://{login}{'@' if login else ''}{self.place}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def judge(self, line: str, headers: Mapping[str, str]) -> int:
        """The status for a request: 200 lets it through."""
        self.seen.append(line)
        self.headers.append(headers)
        if self.login is not None:
            wanted = "Basic " + base64.b64encode(self.login.encode()).decode()
            if headers.get("proxy-authorization") != wanted:
                return 407
        return self.refuse or 200


@contextmanager
def proxy(**how: Any) -> Iterator[Proxy]:
    """A running proxy."""
    made = Proxy(**how)
    try:
        yield made
    finally:
        made.stop()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away, or that does not trust us, is no news."""


def _handler(owner: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True
        timeout = 20

        def _judged(self) -> bool:
            status = owner.judge(f"{self.command} {self.path}", {k.lower(): v for k, v in self.headers.items()})
            if status == 200:
                return True
            self.send_response(status)
            if status == 407:
                self.send_header("Proxy-Authenticate", 'Basic realm="out"')
            elif self.command != "CONNECT":
                self.send_header("X-Squid-Error", "ERR_ACCESS_DENIED 0")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return False

        def do_CONNECT(self) -> None:
            if not self._judged():
                return
            host, _, port = owner.knows.get(self.path, self.path).rpartition(":")
            try:
                upstream = socket.create_connection((host, int(port)), timeout=10)
            except OSError:
                self.send_error(502)
                return
            self.send_response(200, "Connection established")
            self.end_headers()
            with upstream:
                _relay(self.connection, upstream)

        def _forward(self) -> None:
            if not self._judged():
                return
            target = urlsplit(self.path)
            upstream = http.client.HTTPConnection(owner.knows.get(target.netloc, target.netloc), timeout=10)
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            path = target._replace(scheme="", netloc="").geturl() or "/"
            headers = {k: v for k, v in self.headers.items() if k.lower() not in _OWN}
            upstream.request(self.command, path, body or None, {**headers, "Host": target.netloc})
            answer = upstream.getresponse()
            payload = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {"transfer-encoding", "connection", "server", "date"}:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(payload)
            upstream.close()

        def log_message(self, format: str, *args: object) -> None:
            pass

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_PROPFIND = do_REPORT = _forward

    return Handler


def _relay(one: socket.socket, other: socket.socket) -> None:
    """Bytes both ways, until one of them ends."""
    with selectors.DefaultSelector() as waiting, suppress(OSError):
        waiting.register(one, selectors.EVENT_READ, other)
        waiting.register(other, selectors.EVENT_READ, one)
        while found := waiting.select(timeout=20):
            for key, _ in found:
                if not _passed_on(key.fileobj, key.data):
                    return


def _passed_on(source: Any, sink: socket.socket) -> bool:
    """What has arrived, TLS's own buffer too. False at the end."""
    while True:
        data = source.recv(65536)
        if not data:
            return False
        sink.sendall(data)
        if not (isinstance(source, ssl.SSLSocket) and source.pending()):
            return True
