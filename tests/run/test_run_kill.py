"""Exactly once, whatever dies: the process is killed again and again while it reads and writes, and nothing is lost or doubled."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.run.echo import ROUNDS
from tests.run.kill_given import COMMENTS, SETTLE_S, WRITES, Promise, Sometimes, Stage, days_ago, stage
from tests.soak import rounds

KILLS = rounds(30, 200)
SLOWEST_S = 0.2
"""How long the vendors take to answer, at most; most answers are quick."""


@pytest.fixture
def acting(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as made:
        yield made


def make_trouble(acting: Stage, chance: random.Random) -> None:
    """Of the writes one in twenty is carried out and answered with 502, and one in twenty carried out with the connection dropped;
    one in forty takes effect only after its sender gave up."""
    for server in acting.servers:
        server.faults += [
            Sometimes(WRITES, status=502, body={}, after_commit=True, times=0, chance=chance),
            Sometimes(WRITES, how="reset", after_commit=True, times=0, chance=chance),
            Sometimes(WRITES, how="slow", delay_s=SETTLE_S * 0.85, times=0, share=0.025, chance=chance),
        ]


def restless(promise: Promise) -> bool:
    """Whether people go on moving it. What goes to and fro as often as a loop with another program is left alone by syncd, too."""
    return promise.turns < 2 * ROUNDS - 2


def change_something(acting: Stage, chance: random.Random) -> None:
    """Milestones are put off, come to be in time, or are new: each changes a comment, and some a label and a status."""
    for vendor, made in acting.promises.items():
        if sum(map(restless, made)) < 4 or (vendor == "jira" and chance.random() < 0.3):
            acting.add(vendor, days_ago(chance.randint(20, 400)))
        promises = list(filter(restless, made))
        for promise in chance.sample(promises, min(2, len(promises)) if vendor != "github" else 1):
            promise.put(days_ago(chance.choice((-300, chance.randint(20, 400), chance.randint(20, 400)))))


@pytest.mark.slow
def test_killed_at_random_points_nothing_is_lost_or_doubled_and_all_shows_the_last_state(acting: Stage) -> None:
    chance = random.Random(20260505)
    make_trouble(acting, chance)
    killed = 0
    while killed < KILLS:
        change_something(acting, chance)
        for server in acting.servers:
            server.latency_s = SLOWEST_S * chance.random() ** 4
        code = acting.run(requests=chance.randint(1, 30), later_s=chance.uniform(0, 0.02))
        killed += code is not None and code < 0
    assert len(acting.writes(COMMENTS)) > KILLS, "too few comments were under way for this to prove anything"
    assert len(acting.writes()) > 2 * KILLS, "too few labels and statuses were under way for this to prove anything"
    for server in acting.servers:
        server.faults.clear()
        server.latency_s = 0
    for _ in range(2):
        assert acting.run() == 0
    assert acting.faults() == [], "\n".join(acting.faults())
    before = len(acting.writes())
    assert acting.run() == 0
    assert acting.writes()[before:] == [], "it writes though nothing changed"
