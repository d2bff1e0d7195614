"""For all tests: the network ends at loopback, property tests are the same in every run, the environment holds nothing of ours."""

import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings

settings.register_profile(
    "same-every-time",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
)
settings.load_profile("same-every-time")

_LOOPBACK = ("127.", "::1", "localhost")


def _refuse_beyond_loopback(address: Any) -> None:
    """Raise for an internet address outside loopback; paths of local sockets are let through."""
    host = address[0] if isinstance(address, tuple) else ""
    if isinstance(host, str) and host and not host.startswith(_LOOPBACK):
        raise RuntimeError(f"a test wanted to reach {host!r}: tests stay on loopback")


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    connect, connect_ex, resolve = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _refuse_beyond_loopback(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_beyond_loopback(address)
        return connect_ex(self, address)

    def guarded_resolve(host: Any, *rest: Any, **options: Any) -> Any:
        _refuse_beyond_loopback((host,))
        return resolve(host, *rest, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_resolve)
        yield


@pytest.fixture(autouse=True)
def _the_log_is_as_it_comes() -> Iterator[None]:
    """A command that a test ran has set the log up for its own standard error, which is gone when the test ends."""
    yield
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own SYNCD_ variables, proxies and tokens must not decide a test."""
    for name in list(os.environ):
        if name.upper().startswith("SYNCD_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
