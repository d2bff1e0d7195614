"""A plain forward proxy on loopback, for the tests of every connector, and a key for those of GitHub."""

import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest


@pytest.fixture(scope="session")
def app_key(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of a GitHub App's private key, made once: that takes a while."""
    from tests.connectors.github_given import key_pair

    return key_pair(tmp_path_factory.mktemp("github") / "app.pem")


@pytest.fixture
def forward_proxy() -> Iterator[tuple[str, list[str]]]:
    """The proxy's URL, and the request lines that went through it."""
    seen: list[str] = []

    class Proxy(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True

        def _forward(self) -> None:
            seen.append(f"{self.command} {self.path}")
            target = urlsplit(self.path)
            upstream = http.client.HTTPConnection(target.netloc, timeout=10)
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            path = target._replace(scheme="", netloc="").geturl() or "/"
            skip = {"proxy-connection", "connection", "host", "proxy-authorization"}
            headers = {k: v for k, v in self.headers.items() if k.lower() not in skip}
            upstream.request(self.command, path, body or None, headers)
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

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _forward

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", seen
    server.shutdown()
    server.server_close()
    thread.join()
