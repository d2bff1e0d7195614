"""A server on loopback that says over a bare socket whatever a test wants, also what no HTTP library would."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Say = Callable[[socket.socket], None]
"""Speaks after the head of a request was read; when it returns, the connection is closed."""


@dataclass
class Raw:
    """`heads` holds what each connection asked first; `stopped` is set when the test is over: who drips looks at it."""

    port: int
    heads: list[bytes] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def drip(self, line: socket.socket, piece: bytes, pause_s: float = 0.05) -> None:
        """The same piece again and again, until nobody listens."""
        while not self.stopped.wait(pause_s):
            line.sendall(piece)


@contextmanager
def raw(say: Callable[[Raw, socket.socket], None], host: str = "127.0.0.1") -> Iterator[Raw]:
    """A running server."""
    with socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as listening:
        made = Raw(listening.getsockname()[1])
        thread = threading.Thread(target=_accept, args=(listening, made, say), daemon=True)
        thread.start()
        try:
            yield made
        finally:
            made.stopped.set()
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def _accept(listening: socket.socket, made: Raw, say: Callable[[Raw, socket.socket], None]) -> None:
    with suppress(OSError):
        while True:
            line, _ = listening.accept()
            threading.Thread(target=_serve, args=(line, made, say), daemon=True).start()


def _serve(line: socket.socket, made: Raw, say: Callable[[Raw, socket.socket], None]) -> None:
    with line, suppress(OSError):
        head = b""
        while b"\r\n\r\n" not in head:
            head += line.recv(65536)
        made.heads.append(head)
        say(made, line)
