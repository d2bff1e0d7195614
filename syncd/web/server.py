"""The HTTP server: uvicorn in a thread of its own, on a socket that is bound before, so that a port that is taken is told at once."""

import socket
from threading import Thread
from types import TracebackType

import uvicorn
from starlette.applications import Starlette

from syncd.model.problem import Problem, Problems

GRACE_S = 5
"""Requests that are under way when it ends have so many seconds."""


class Server:
    """`listen`: "host:port". A context: it serves inside, and has ended after it."""

    def __init__(self, app: Starlette, listen: str) -> None:
        self._socket = _bound(listen)
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                http="h11",
                loop="asyncio",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=200,
                timeout_keep_alive=5,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self._thread = Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, name="web", daemon=True)

    @property
    def port(self) -> int:
        """Where it listens; a port 0 became one that was free."""
        return int(self._socket.getsockname()[1])

    def __enter__(self) -> "Server":
        self._thread.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


def _bound(listen: str) -> socket.socket:
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, int(port)), family=family, backlog=128)
    except OSError as error:
        why = (error.strerror or "the address cannot be used").lower()
        raise Problems([Problem("configuration", "web.listen", f"cannot listen at {listen}: {why}", "Choose another.")]) from None
