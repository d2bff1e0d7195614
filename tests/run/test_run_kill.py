"""Exactly once, whatever dies: the process is killed again and again while it reads and writes, and nothing is lost or doubled."""

import itertools
import multiprocessing
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from syncd.demo.jira_twin import JiraTwin

KILLS = 50
TIMEOUT_S, SETTLE_S = 0.5, 0.7

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["syncd.app", "connectors.jira", "jira"])


def one_pass_of(config: str) -> None:
    """What `syncd once` does, in a process of its own."""
    from syncd.app import opened
    from syncd.run.one_pass import one_pass

    with opened(Path(config), {}) as app:
        one_pass(app.works)


@pytest.fixture
def jira() -> Iterator[JiraTwin]:
    twin = JiraTwin(lambda: datetime.now(UTC))
    twin.project("PLAT")
    twin.server.start()
    yield twin
    twin.server.stop()


@pytest.fixture
def config(jira: JiraTwin, tmp_path: Path) -> str:
    path = tmp_path / "syncd.toml"
    path.write_text(
        f"""
        [store]
        url = "sqlite:///syncd.db"
        [policy]
        at_start = "write"
        writes_per_pass = 1000
        [delivery]
        timeout_s = {TIMEOUT_S}
        settle_s = {SETTLE_S}
        [connections.plat]
        kind = "jira"
        url = "{jira.url}"
        user = "bot@acme.example"
        token = "twin-token"
        projects = ["PLAT"]
        write = "on"
        """
    )
    return str(path)


def run_until(jira: JiraTwin, config: str, requests: int | None, later_s: float = 0) -> int | None:
    """Make a pass and kill it so many requests later, or let it end. The exit code; negative: it was killed."""
    goal = None if requests is None else len(jira.server.log) + requests
    process = _processes.Process(target=one_pass_of, args=(config,))
    process.start()
    while process.is_alive() and (goal is None or len(jira.server.log) < goal):
        process.join(0.002)
    if process.is_alive():
        process.join(later_s)
        process.kill()
    process.join()
    return process.exitcode


def late_epic(jira: JiraTwin, days: int) -> str:
    """An epic that is late by some days: a finding, and so a comment. Its key."""
    due = datetime.now(UTC).date() - timedelta(days=days)
    epic = jira.issue("PLAT", f"Epic {days} days late", type="Epic", duedate=due.isoformat())
    jira.issue("PLAT", "open work", parent=epic["key"])
    return str(epic["key"])


def ours(jira: JiraTwin, key: str) -> list[str]:
    return [comment["body"] for comment in jira.comments(key) if "{anchor:syncd-" in comment["body"]]


@pytest.mark.slow
def test_killed_at_fifty_points_no_finding_is_lost_and_no_comment_stands_twice(jira: JiraTwin, config: str) -> None:
    chance = random.Random(20260505)
    epics = itertools.count(10)
    keys = [late_epic(jira, next(epics)) for _ in range(3)]
    jira.server.latency_s = 0.003
    # Of the writes every fifth is committed and answered with an error; every seventh takes effect only after its sender gave up.
    writes = r"^(POST|PUT) .*/comment"
    for n in range(1, 100):
        jira.server.fail(writes, skip=5 * n, after_commit=True, status=502, body={})
        jira.server.fail(writes, skip=7 * n, how="slow", delay_s=SETTLE_S * 0.9)
    killed = 0
    while killed < KILLS:
        keys += [late_epic(jira, next(epics)) for _ in range(3)]
        for key in chance.sample(keys, 3):
            jira.edit(key, duedate=(datetime.now(UTC).date() - timedelta(days=chance.randint(20, 400))).isoformat())
        code = run_until(jira, config, chance.randint(1, 30), chance.uniform(0, 0.02))
        killed += code is not None and code < 0
    assert len(jira.server.requests(writes)) > 2 * KILLS, "too few writes were under way for this to prove anything"
    jira.server.faults.clear()
    for _ in range(2):
        assert run_until(jira, config, None) == 0
    said = {key: ours(jira, key) for key in keys}
    assert {key: len(bodies) for key, bodies in said.items()} == dict.fromkeys(keys, 1)
    for key, (body,) in said.items():
        due = date.fromisoformat(jira.held(key)["fields"]["duedate"])
        assert f"due {due:%a} {due.day} {due:%b}" in body, "the comment says what held some passes ago"
    before = len(jira.server.log)
    assert run_until(jira, config, None) == 0
    assert not [entry.line for entry in jira.server.log[before:] if entry.write]
