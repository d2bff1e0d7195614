"""`syncd run` listens: a delivery is followed by a pull within a second, many by one, never two at a time, and SIGTERM ends cleanly."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from syncd.contract import Delivery
from syncd.demo import jira_hooks
from syncd.demo.jira_twin import JiraTwin
from syncd.demo.outgoing import Outgoing
from syncd.run.clock import Clock
from syncd.run.hints import BURST, Hints
from tests.cli.cli_world import configured
from tests.web.web_given import SECRET


@pytest.fixture
def jira() -> Iterator[JiraTwin]:
    twin = JiraTwin(lambda: datetime.now(UTC))
    twin.project("PLAT")
    twin.issue("PLAT", "Checkout v2", type="Epic")
    twin.issue("PLAT", "Basket", parent="PLAT-1")
    twin.server.start()
    yield twin
    twin.server.stop()


@dataclass
class Daemon:
    """`syncd run` in a process of its own; `events` holds its log as it comes."""

    process: subprocess.Popen[str]
    port: int
    events: list[dict[str, Any]] = field(default_factory=list)
    came: threading.Condition = field(default_factory=threading.Condition)

    def read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self.came:
                self.events.append(json.loads(line))
                self.came.notify_all()

    def wait(self, name: str, times: int = 1, within_s: float = 20) -> None:
        with self.came:
            assert self.came.wait_for(lambda: self.count(name) >= times, within_s), self.events

    def count(self, name: str) -> int:
        return sum(event["event"] == name for event in self.events)

    def delivery(self, twin: JiraTwin) -> Outgoing:
        return jira_hooks.about_issue(twin, f"http://127.0.0.1:{self.port}/hook/plat", SECRET, "PLAT-1")


def free_port() -> int:
    """A port below those that the system gives away by itself: nobody else takes it before the daemon does."""
    for port in random.sample(range(15_000, 30_000), 50):
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


@contextmanager
def running(folder: Path, twin: JiraTwin) -> Iterator[Daemon]:
    port = free_port()
    config = configured(folder, twin, extra=f'hook_secret = "{SECRET}"\n[web]\nlisten = "127.0.0.1:{port}"', projects='"PLAT"')
    process = subprocess.Popen(
        [sys.executable, "-m", "syncd", "run", "-c", str(config)], stderr=subprocess.PIPE, env={**os.environ}, text=True
    )
    daemon = Daemon(process, port)
    reader = threading.Thread(target=daemon.read)
    reader.start()
    try:
        daemon.wait("listening")
        daemon.wait("pass")
        yield daemon
    finally:
        process.kill()
        process.wait()
        reader.join()
        assert process.stderr is not None
        process.stderr.close()


def test_a_delivery_is_followed_by_a_pull_within_a_second_and_a_finding(tmp_path: Path, jira: JiraTwin) -> None:
    with running(tmp_path, jira) as daemon:
        jira.edit("PLAT-1", duedate="2020-01-01")
        before = len(jira.server.log)
        began = time.monotonic()
        assert daemon.delivery(jira).send() == 202
        while len(jira.server.log) == before:
            assert time.monotonic() - began < 1
            time.sleep(0.01)
        daemon.wait("looked")
        (comment,) = jira.comments("PLAT-1")
        assert "Checkout v2" in comment["body"]
        daemon.process.send_signal(signal.SIGTERM)
        assert daemon.process.wait(20) == 0
    assert daemon.events[-1]["event"] == "ended"
    assert SECRET not in json.dumps(daemon.events)


def test_many_deliveries_are_one_pull(tmp_path: Path, jira: JiraTwin) -> None:
    with running(tmp_path, jira) as daemon:
        assert [daemon.delivery(jira).send() for _ in range(20)] == [202] * 20
        daemon.wait("looked")
        assert daemon.delivery(jira).send() == 202
        daemon.wait("looked", times=2)
        assert daemon.count("looked") <= 3  # 20 deliveries, told one after the other, may take longer than is waited for more


def test_sigterm_in_the_middle_of_a_request_ends_cleanly(tmp_path: Path, jira: JiraTwin) -> None:
    with running(tmp_path, jira) as daemon:
        one = daemon.delivery(jira)
        with socket.create_connection(("127.0.0.1", daemon.port), timeout=20) as line:
            head = "".join(f"{name}: {value}\r\n" for name, value in one.headers.items())
            line.sendall(f"POST /hook/plat HTTP/1.1\r\nHost: x\r\nContent-Length: {len(one.body)}\r\n{head}\r\n".encode())
            line.sendall(one.body[:10])
            daemon.process.send_signal(signal.SIGTERM)
            line.sendall(one.body[10:])
            daemon.process.wait(20)
        assert daemon.process.returncode == 0
    assert daemon.events[-1]["event"] == "ended"
    assert {event["level"] for event in daemon.events} == {"info"}


def test_a_port_that_is_taken_is_one_line(tmp_path: Path, jira: JiraTwin) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        config = configured(tmp_path, jira, extra=f'[web]\nlisten = "{listen}"')
        ran = subprocess.run(
            [sys.executable, "-m", "syncd", "run", "-c", str(config)], capture_output=True, text=True, timeout=60, check=False
        )
    assert ran.returncode == 2
    assert f"cannot listen at {listen}" in ran.stderr.splitlines()[-1]


def test_hints_that_come_during_a_look_make_another_and_never_two_at_a_time() -> None:
    looks: list[str] = []
    at_work, go_on, twice = threading.Lock(), threading.Semaphore(0), threading.Event()

    def look(connection: str) -> None:
        assert at_work.acquire(blocking=False), "two looks at a time"
        looks.append(connection)
        if len(looks) == 2:
            twice.set()
        go_on.acquire()
        at_work.release()

    with _attending(look) as hints:
        hints.wake("plat", Delivery())
        assert _until(lambda: looks == ["plat"])
        for _ in range(5):
            hints.wake("plat", Delivery())
        go_on.release()
        assert twice.wait(10)
        go_on.release()
    assert looks == ["plat"] * 2


def test_a_look_that_fails_is_not_the_last(capfd: pytest.CaptureFixture[str]) -> None:
    looks: list[str] = []

    def look(connection: str) -> None:
        looks.append(connection)
        raise RuntimeError("the store is gone")

    with _attending(look) as hints:
        for n in range(1, 3):
            hints.wake("plat", Delivery())
            assert _until(lambda n=n: len(looks) == n)  # type: ignore[misc]
        hints.wake("unheard of", Delivery())
    assert "".join(capfd.readouterr()).count("RuntimeError: the store is gone") == 2


def test_a_flood_does_not_use_up_what_the_vendor_allows() -> None:
    looks: list[str] = []
    with _attending(looks.append) as hints:
        for n in range(1, BURST + 1):
            hints.wake("plat", Delivery())
            assert _until(lambda n=n: len(looks) == n)  # type: ignore[misc]
        hints.wake("plat", Delivery())
        assert not _until(lambda: len(looks) > BURST, within_s=0.6)


@contextmanager
def _attending(look: Callable[[str], None]) -> Iterator[Hints]:
    hints = Hints(lambda connection, _: look(connection), ["plat"], Clock())
    hints.start()
    try:
        yield hints
    finally:
        hints.stop()


def _until(holds: Callable[[], bool], within_s: float = 10) -> bool:
    end = time.monotonic() + within_s
    while not holds() and time.monotonic() < end:
        time.sleep(0.005)
    return holds()
