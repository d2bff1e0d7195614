"""What a connection may reach and take in: addresses are looked at where they are connected to, each answer has its time and size."""

import io
import socket
import threading
import time
from functools import partial
from http.client import HTTPResponse
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from syncd.contract.addresses import address_in, is_local_name, whereabouts


class Barred(Exception):
    """The address must not be connected to. `text` says why, and which key would allow it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Oversized(OSError):
    """More came than one answer may hold."""


class Allowance(threading.local):
    """What is left of time and octets for the request that this thread is sending; all that is received is counted."""

    def __init__(self) -> None:
        self._until, self._left = 0.0, 0

    def begin(self, seconds: float, octets: int) -> None:
        """A request starts."""
        self._until, self._left = time.monotonic() + seconds, octets

    @property
    def is_late(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() >= self._until

    @property
    def is_spent(self) -> bool:
        """Whether more came than may."""
        return self._left < 0

    def seconds(self) -> float:
        """What is left of the time. Raises TimeoutError where nothing is."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer did not end in time")
        return left

    def take(self, octets: int) -> None:
        """Octets came. Raises Oversized where they are too many."""
        self._left -= octets
        if self._left < 0:
            raise Oversized("the answer is too large")


def permitted(host: str, port: int, *, allow_private: bool) -> list[str]:
    """The addresses of a host that may be connected to, in the resolver's order. Raises Barred where it has others only.

    An address that is written out may be one of this machine; a name may lead there only where it says so (localhost), and a name that
    says so nowhere else. Other addresses that are not public need `allow_private`. Raises socket.gaierror for an unknown name.
    """
    found = list(dict.fromkeys(str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
    allowed = [one for one in found if _may(host, one, allow_private)]
    if found and not allowed:
        raise Barred(_why(host, found[0]))
    return allowed


def _may(host: str, found: str, allow_private: bool) -> bool:
    address = address_in(found)
    where = "private" if address is None else whereabouts(address)
    if is_local_name(host):
        return where == "here"
    return where == "public" or allow_private or (where == "here" and address_in(host) is not None)


def _why(host: str, found: str) -> str:
    if is_local_name(host):
        return f"{host} is {found}, which is not this machine. Write 127.0.0.1 or the server's own name into `url`"
    address = address_in(found)
    where = "on this machine" if address is not None and whereabouts(address) == "here" else "in a private network"
    what = f"{host} is" if host == found else f"{host} leads to {found},"
    return f"{what} {where}, and nothing was sent there. If that is meant, set `allow_private = true` for this connection"


class _Metered(io.RawIOBase):
    """What a socket receives, each time for no longer than the allowance lasts."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, allowance: Allowance) -> None:
        self._raw, self._sock, self._allowance = raw, sock, allowance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._allowance.seconds())
        came = self._raw.readinto(buffer)
        self._allowance.take(came or 0)
        return came

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(HTTPResponse):
    """Status, headers and body, and the answer of a proxy that opens a tunnel."""

    def __init__(self, sock: socket.socket, *args: Any, allowance: Allowance, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp: io.BufferedReader = io.BufferedReader(_Metered(self.fp.detach(), sock, allowance))


class _Line:
    """TLS with a proxy, through which TLS with a server is spoken: what is received for that counts, too."""

    def __init__(self, sock: Any, allowance: Allowance) -> None:
        self._sock, self._allowance = sock, allowance

    def recv(self, most: int, *flags: int) -> bytes:
        self._sock.settimeout(self._allowance.seconds())
        came: bytes = self._sock.recv(most, *flags)
        self._allowance.take(len(came))
        return came

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


class _Plain(HTTPConnection):
    """A connection to a server, or to a proxy: that may be anywhere, and itself resolves the names of servers."""

    def __init__(self, *args: Any, allowance: Allowance, allow_private: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self._allowance, self._allow_private = allowance, allow_private
        self.response_class: Any = partial(_Answer, allowance=allowance)

    def request(self, *args: Any, **options: Any) -> None:
        if self.sock is not None:  # it was used before, and has the time that was left then
            self.sock.settimeout(self._allowance.seconds())
        super().request(*args, **options)

    def _new_conn(self) -> socket.socket:
        made = self._dialled() if self.proxy is None else super()._new_conn()
        try:
            made.settimeout(self._allowance.seconds())
        except TimeoutError:  # nobody else knows of it yet
            made.close()
            raise
        return made

    def _dialled(self) -> socket.socket:
        """Connected to an address that was looked at: the name is resolved once, so it cannot mean another one a moment later."""
        name, failed = self._dns_host, None
        try:
            for address in permitted(name.strip("[]"), self.port, allow_private=self._allow_private):
                self._dns_host, self.timeout = address, self._allowance.seconds()
                try:
                    return super()._new_conn()
                except (NewConnectionError, ConnectTimeoutError) as error:
                    failed = error
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        finally:
            self._dns_host = name
        raise failed or NewConnectionError(self, "the name has no address")


class _Secure(_Plain, HTTPSConnection):
    """The same over TLS."""

    def _connect_tls_proxy(self, hostname: str, sock: socket.socket) -> Any:
        return _Line(super()._connect_tls_proxy(hostname, sock), self._allowance)


def guard(manager: PoolManager, allowance: Allowance, *, allow_private: bool) -> None:
    """Have all connections of a pool manager keep to the allowance, and to addresses that may be reached."""
    how: dict[str, Any] = {"allowance": allowance, "allow_private": allow_private}
    pools: Any = {
        "http": partial(_pool, HTTPConnectionPool, partial(_Plain, **how)),
        "https": partial(_pool, HTTPSConnectionPool, partial(_Secure, **how)),
    }
    manager.pool_classes_by_scheme = pools


def _pool(kind: type[HTTPConnectionPool], connection: Any, *args: Any, **options: Any) -> HTTPConnectionPool:
    made: Any = kind(*args, **options)
    made.ConnectionCls = connection
    pool: HTTPConnectionPool = made
    return pool
