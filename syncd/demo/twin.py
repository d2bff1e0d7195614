"""The HTTP server under every vendor twin: routes, faults on demand, latency, and a log of what was asked."""

import gzip
import json
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """A request as a route sees it. `query` and `headers` (lower-case names) hold the last value of each name."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    base_url: str
    args: Mapping[str, str] = field(default_factory=dict)
    queries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        """The decoded body; None where there is none."""
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: a JSON value, or text with a content type of its own."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Route = tuple[str, str, Callable[[Request], Response]]
"""Method, path pattern (`/repos/{owner}/{repo}/issues`; `{name}` is one segment, `{name*}` any number), function."""


@dataclass(slots=True)
class Fault:
    """Something that goes wrong with the requests whose "METHOD /path?query" matches `match` (a regular expression).

    The first `skip` matching requests pass, then `times` of them fail (0: for ever). `after_commit`: the route runs first, so that
    a write takes effect and only its answer is lost. `how`: `answer` (with `status`, `headers`, `body`), `reset` (the connection breaks),
    `truncate` (the body breaks off), `slow` (waits `delay_s`, then answers rightly).
    """

    match: str
    how: Literal["answer", "reset", "truncate", "slow"] = "answer"
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    times: int = 1
    skip: int = 0
    delay_s: float = 0
    after_commit: bool = False
    seen: int = 0

    def takes(self, line: str) -> bool:
        """Whether this request fails; counts it."""
        if not re.search(self.match, line):
            return False
        self.seen += 1
        return self.seen > self.skip and (self.times == 0 or self.seen <= self.skip + self.times)


_ASKS = r"^POST \S*/(search(/\S*)?|api/graphql|changelog/bulkfetch|freeBusy|worklog/list)(\?|$)"


@dataclass(frozen=True, slots=True)
class Logged:
    """One request that arrived: "METHOD /path?query" and what was answered (0: nothing)."""

    line: str
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    sent: int = 0

    @property
    def write(self) -> bool:
        """Whether it could have changed anything: a POST that only asks, because the question is long, could not."""
        return not self.line.startswith(("GET ", "HEAD ", "PROPFIND ", "REPORT ")) and not re.search(_ASKS, self.line)


class TwinServer:
    """Serves the routes of one twin on a loopback port, one request after the other (delays aside), as a small vendor would.

    `authorize(request)` gives the answer that refuses a request, or None. `log` holds every request in order.
    """

    def __init__(
        self,
        routes: Iterable[Route],
        authorize: Callable[[Request], Response | None] = lambda _: None,
        latency_s: float = 0,
    ) -> None:
        self._routes = [(method, _pattern(path), function) for method, path, function in routes]
        self._authorize = authorize
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None
        self._scheme = "http"
        self.latency_s = latency_s
        self.faults: list[Fault] = []
        self.log: list[Logged] = []

    def start(self, port: int = 0, tls: ssl.SSLContext | None = None) -> str:
        """Listen on 127.0.0.1, over TLS where its context is given, and give the base URL."""
        self._server = _Listener(("127.0.0.1", port), _handler(self))
        self._scheme = "https" if tls else "http"
        if tls:  # the handshake is left to the thread of the request: one that hangs keeps nobody else waiting
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self.url

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT` (https over TLS), while it listens."""
        if self._server is None:
            raise RuntimeError("the twin does not listen yet")
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        """Stop listening and close the socket."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def fail(self, match: str, **how: Any) -> Fault:
        """Arrange a fault (see `Fault`)."""
        fault = Fault(match, **how)
        self.faults.append(fault)
        return fault

    def requests(self, match: str = "") -> list[Logged]:
        """The logged requests whose line matches."""
        return [entry for entry in self.log if re.search(match, entry.line)]

    def serve(self, request: Request, line: str) -> tuple[Response, Fault | None]:
        """The answer and, where one was arranged, the fault that it meets."""
        if self.latency_s:
            time.sleep(self.latency_s)
        with self._lock:
            fault = next((f for f in self.faults if f.takes(line)), None)
        if fault and fault.how == "slow":
            time.sleep(fault.delay_s)
        with self._lock:
            if fault and fault.how != "slow" and not fault.after_commit:
                answer = Response(fault.body, fault.status, fault.headers)
                if fault.how == "truncate":
                    answer = self._route(request)
            else:
                answer = self._route(request)
        if fault and fault.after_commit:
            time.sleep(fault.delay_s)
            if fault.how == "answer":
                answer = Response(fault.body, fault.status, fault.headers)
        return answer, fault

    def _route(self, request: Request) -> Response:
        refused = self._authorize(request)
        if refused is not None:
            return refused
        for method, pattern, function in self._routes:
            found = pattern.fullmatch(request.path)
            if found and method == request.method:
                args = {name: unquote(value) for name, value in found.groupdict().items()}
                return function(_with_args(request, args))
        return Response({"message": "Not Found"}, 404)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away (killed in the middle of a request) is no news."""


def _with_args(request: Request, args: Mapping[str, str]) -> Request:
    return Request(
        request.method, request.path, request.query, request.headers, request.body, request.base_url, args, request.queries
    )


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\*?\})", path)
    return re.compile("".join(_piece(part) for part in parts))


def _piece(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    name = part.strip("{}*")
    return f"(?P<{name}>.+)" if part.endswith("*}") else f"(?P<{name}>[^/]+)"


def _handler(twin: TwinServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1
        timeout = 60

        def _serve(self) -> None:
            split = urlsplit(self.path)
            queries = {name: tuple(values) for name, values in parse_qs(split.query, keep_blank_values=True).items()}
            request = Request(
                self.command,
                split.path,
                {name: values[-1] for name, values in queries.items()},
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(int(self.headers.get("content-length") or 0)),
                twin.url,
                queries=queries,
            )
            line = f"{self.command} {self.path}"
            answer, fault = twin.serve(request, line)
            reset = fault is not None and fault.how == "reset"
            body, headers = _encode(answer, request)
            status = 0 if reset else answer.status
            twin.log.append(Logged(line, status, request.body, request.headers, len(body)))
            if reset:
                self._reset()
                return
            self._send(answer.status, headers, body, cut=fault is not None and fault.how == "truncate")

        def _send(self, status: int, headers: Mapping[str, str], body: bytes, *, cut: bool) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body[: len(body) // 2] if cut else body)
            self.wfile.flush()
            if cut:
                self.close_connection = True

        def _reset(self) -> None:
            # Linger 0 makes close() send RST instead of FIN: the peer sees a connection reset.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True

        def finish(self) -> None:
            try:
                super().finish()
            except (OSError, ValueError):
                return  # the client, or a reset of ours, closed it before

        def log_message(self, format: str, *args: Any) -> None:
            """The log is `TwinServer.log`."""

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_PROPFIND = do_REPORT = _serve  # noqa: N815

    return Handler


def _encode(answer: Response, request: Request) -> tuple[bytes, dict[str, str]]:
    headers = dict(answer.headers)
    if answer.body is None:
        return b"", headers
    if isinstance(answer.body, str | bytes):
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        headers.setdefault("Content-Type", "text/html; charset=utf-8")
    else:
        body = json.dumps(answer.body, separators=(",", ":")).encode()
        headers.setdefault("Content-Type", "application/json")
    if len(body) > 1400 and "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, compresslevel=1)
        headers["Content-Encoding"] = "gzip"
    return body, headers
