"""Whatever a server sends, and however slowly: a request ends within its time and size, as one of the six errors."""

import gc
import gzip
import json
import resource
import socket
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest
import requests

from connectors.http import LARGEST_BODY, MOST_REDIRECTS, from_exception, pace
from syncd.contract import Misconfigured, Options, Settings, SyncError, TlsAndProxy, Unavailable
from syncd.demo.twin import Request, Response, TwinServer
from tests.connectors.contract import NOW, OpenGate
from tests.connectors.proxy_given import proxy
from tests.connectors.raw_given import Raw, raw
from tests.connectors.tls_given import Authority

PATIENCE_S = 0.4
HEAD = b"HTTP/1.1 200 OK\r\n"
MIB = 2**20


def session(timeout_s: float = PATIENCE_S, **transport: Any) -> requests.Session:
    settings = Settings("c", "", Options(), lambda: NOW, transport=TlsAndProxy(**transport), timeout_s=timeout_s)
    return pace(requests.Session(), settings, OpenGate())


def failure(url: str, timeout_s: float = PATIENCE_S, **transport: Any) -> SyncError:
    """What a person is told of a request that fails."""
    with pytest.raises(requests.exceptions.RequestException) as caught, session(timeout_s, **transport) as made:
        made.get(f"{url}/items")
    return from_exception(caught.value, what="reading items of PLAT", scope="PLAT")


def first_then_drip(first: bytes, piece: bytes) -> Callable[[Raw, socket.socket], None]:
    """A beginning, and then one piece every twentieth of a second: no single wait is long."""

    def say(server: Raw, line: socket.socket) -> None:
        line.sendall(first)
        server.drip(line, piece)

    return say


SLOW = {
    "nothing at all": (b"", b""),
    "the status line": (b"HTTP/1.1 200 O", b"K"),
    "a header": (HEAD + b"X-Long: ", b"x"),
    "one header after another": (HEAD, b"X-A: b\r\n"),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a body of known length": (HEAD + b"Content-Length: 1000000\r\n\r\n", b"x"),
    "a body without a length": (HEAD + b"\r\n", b"x"),
    "one large chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\nfffff\r\n", b"x"),
    "small chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "the size of a chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "trailers": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-A: b\r\n"),
}


@pytest.mark.parametrize("slowly", SLOW)
def test_what_drips_without_end_ends_in_time(slowly: str) -> None:
    first, piece = SLOW[slowly]
    began = time.monotonic()
    with raw(first_then_drip(first, piece)) as server:
        error = failure(server.url)
        assert len(server.heads) == 1
    assert PATIENCE_S <= time.monotonic() - began < PATIENCE_S * 6
    assert type(error) is Unavailable
    assert error.text == "reading items of PLAT: no answer in time"


@pytest.mark.parametrize("speaks_tls", [False, True], ids=["http proxy", "https proxy"])
def test_what_drips_through_a_tunnel_ends_in_time(authority: Authority, speaks_tls: bool) -> None:
    made = TwinServer([("GET", "/items", lambda _: Response([]))])
    made.start(tls=authority.context())
    made.latency_s = PATIENCE_S * 3
    began = time.monotonic()
    with proxy(tls=authority.context() if speaks_tls else None) as way:
        error = failure(made.url, ca_file=authority.file, proxy=way.url())
    assert time.monotonic() - began < PATIENCE_S * 6
    made.stop()
    assert (type(error), error.text) == (Unavailable, "reading items of PLAT: no answer in time")


def test_a_proxy_that_drips_its_answer_ends_in_time() -> None:
    began = time.monotonic()
    with raw(first_then_drip(b"HTTP/1.1 200 Connection established\r\n", b"X-A: b\r\n")) as server:
        error = failure("https://tracker.example", proxy=server.url)
    assert time.monotonic() - began < PATIENCE_S * 6
    assert type(error) is Unavailable


def test_a_slow_answer_leaves_the_next_request_on_its_connection_the_whole_time() -> None:
    """The server takes most of the time for its first answer, and then as long until it reads what it is sent."""

    def say(server: Raw, line: socket.socket) -> None:
        server.stopped.wait(1.4)
        line.sendall(HEAD + b"Content-Length: 2\r\n\r\n[]")
        server.stopped.wait(1.2)
        left = 16 * MIB
        while left > 0:
            left -= len(line.recv(MIB))
        line.sendall(HEAD + b"Content-Length: 2\r\n\r\n[]")

    with raw(say) as server, session(2) as shared:
        assert shared.get(f"{server.url}/items").json() == []
        assert shared.post(f"{server.url}/items", data=b"x" * 16 * MIB).json() == []
        assert len(server.heads) == 1


def flood(first: bytes, piece: bytes) -> Callable[[Raw, socket.socket], None]:
    """As fast as it goes, without end."""

    def say(server: Raw, line: socket.socket) -> None:
        line.sendall(first)
        while not server.stopped.is_set():
            line.sendall(piece)

    return say


LARGE = {
    "a body of known length": (HEAD + b"Content-Length: 99999999999\r\n\r\n", b"x" * MIB),
    "a body without a length": (HEAD + b"\r\n", b"x" * MIB),
    "one large chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\nfffffffff\r\n", b"x" * MIB),
    "chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", (b"10000\r\n" + b"x" * 65536 + b"\r\n") * 16),
    "a body that unpacks to a thousand times its size": (HEAD + b"Content-Encoding: gzip\r\n\r\n", b""),
}


@pytest.mark.parametrize("large", LARGE)
def test_what_floods_without_end_ends_by_its_size(large: str) -> None:
    first, piece = LARGE[large]
    if not piece:
        first += gzip.compress(bytes(MIB * 1000 // 4), 1)
    with raw(flood(first, piece or b"\0" * 64)) as server:
        error = failure(server.url, timeout_s=30)
    assert type(error) is Unavailable
    assert error.text.startswith(f"reading items of PLAT: the answer is larger than {LARGEST_BODY // MIB} MiB")


def test_the_size_of_a_chunk_that_does_not_end_is_no_size() -> None:
    with raw(flood(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0" * MIB)) as server:
        error = failure(server.url, timeout_s=30)
    assert type(error) is Unavailable
    assert "broke off" in error.text or "larger than" in error.text


def test_a_packed_bomb_takes_no_more_memory_than_an_answer_may() -> None:
    """Of 512 MiB of zeros half a mebibyte is sent."""
    packer = zlib.compressobj(1, wbits=31)
    bomb = b"".join([*(packer.compress(bytes(MIB)) for _ in range(512)), packer.flush()])
    assert len(bomb) < 4 * MIB
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with raw(lambda _, line: line.sendall(HEAD + b"Content-Encoding: gzip\r\n\r\n" + bomb)) as server:
        error = failure(server.url, timeout_s=30)
    assert "larger than" in error.text
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 3 * LARGEST_BODY


@pytest.mark.parametrize(
    "headers",
    [b"X-A: b\r\n" * 101, b"X-Long: " + b"x" * 65537 + b"\r\n"],
    ids=["too many", "too long"],
)
def test_headers_are_bounded(headers: bytes) -> None:
    with raw(lambda _, line: line.sendall(HEAD + headers + b"Content-Length: 2\r\n\r\n[]")) as server:
        error = failure(server.url)
    assert type(error) is Unavailable
    assert "its headers are too many or too long" in error.text


def test_a_large_answer_within_the_bounds_is_read() -> None:
    text = json.dumps(["x" * (20 * MIB)]).encode()
    packed = gzip.compress(text, 1)
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    with raw(lambda _, line: line.sendall(head + packed)) as server, session(30) as made:
        assert made.get(f"{server.url}/items").content == text


# --- redirects ------------------------------------------------------------------------------------------------------------


def redirecting(to: Callable[[Request], str], status: int = 302) -> TwinServer:
    """A server that always sends elsewhere."""
    answer = lambda request: Response([], status, {"Location": to(request)})  # noqa: E731
    made = TwinServer([(method, "/{path*}", answer) for method in ("GET", "POST")])
    made.start()
    return made


def test_redirects_that_lead_on_and_on_end() -> None:
    made = redirecting(lambda request: f"{request.path}x")
    error = failure(made.url, timeout_s=5)
    made.stop()
    assert (type(error), "redirects us without end" in error.text) == (Unavailable, True)
    assert len(made.log) == MOST_REDIRECTS + 1


@pytest.mark.parametrize(
    "to",
    [
        "http://localhost:{port}/there",
        "http://127.0.0.1:1/there",
        "//127.0.0.1:1/there",
        "https://127.0.0.1:{port}/there",
        "http://127.0.0.1:{port}@127.0.0.1:1/there",
        "http://user@127.0.0.1:{port}/there",
        "http://[::1/there",
        "file:///etc/passwd",
        "http://127.0.0.1:99999/there",
    ],
)
def test_a_redirect_to_another_origin_is_an_answer_and_no_way(to: str) -> None:
    made = redirecting(lambda request: to.format(port=request.base_url.rpartition(":")[2]))
    with session(5) as shared:
        assert shared.get(f"{made.url}/items").status_code == 302
    made.stop()
    assert len(made.log) == 1


def test_a_redirect_within_the_origin_is_followed_by_reads_alone() -> None:
    made = TwinServer(
        [
            ("GET", "/old", lambda request: Response([], 301, {"Location": f"{request.base_url}/new"})),
            ("POST", "/old", lambda request: Response([], 307, {"Location": f"{request.base_url}/new"})),
            ("GET", "/new", lambda _: Response(["found"])),
        ]
    )
    made.start()
    with session(5) as shared:
        assert shared.get(f"{made.url}/old").json() == ["found"]
        assert shared.post(f"{made.url}/old").status_code == 307
    made.stop()
    assert [entry.line for entry in made.log] == ["GET /old", "GET /new", "POST /old"]


def test_an_answer_that_is_nested_too_deep_is_unavailable() -> None:
    with raw(lambda _, line: line.sendall(HEAD + b"\r\n" + b"[" * 100_000 + b"]" * 100_000)) as server, session(5) as made:
        answer = made.get(f"{server.url}/items")
    gc.collect()  # no finalizer of what other tests left behind runs at the bottom of the recursion
    with pytest.raises(RecursionError) as caught:
        answer.json()
    error = from_exception(caught.value, what="reading items of PLAT", scope="PLAT")
    assert (type(error), error.scope) == (Unavailable, "PLAT")
    assert "nested too deep" in error.text
    assert not isinstance(error, Misconfigured)
