"""What the doctor sees of one connection, and that one which hangs holds up no other."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal

import pytest
import structlog

from connectors.memory import KIND, WORLDS, World
from syncd.contract import Account, AuthFailed, RateLimited, Unavailable
from syncd.mapping import Source, parse
from syncd.model.action import Action
from syncd.model.ref import Ref
from syncd.run.clock import Clock
from syncd.run.doctor import Seen, ago, examine, examine_store, in_bytes, worst
from syncd.run.doctor_looks import LOOKS
from syncd.run.limit_headers import Quota, ServerTime
from syncd.run.link import Link
from syncd.run.pull import pull
from syncd.store import Store
from tests.run.run_given import Hand
from tests.run.test_run_pull import link, raising


@pytest.fixture(autouse=True)
def _the_log_is_as_it_comes() -> None:
    """Commands that ran before may have left it with a stream that is closed."""
    structlog.reset_defaults()


@pytest.fixture
def hand() -> Iterator[Hand]:
    WORLDS["here"] = World()
    WORLDS["here"].put("1", {"kind": "item", "title": "Work"})
    yield Hand()
    WORLDS.clear()


def seen(here: Link, store: Store, hand: Hand) -> dict[str, Seen]:
    """What is seen of one connection, by what it is about (the last one of each)."""
    return {one.what: one for one in examine([here], store, hand.clock, LOOKS, 5)[here.name]}


def saying(value: Any) -> Callable[[Any], None]:
    return lambda connector: setattr(connector, "check", (lambda: value) if isinstance(value, Account) else raising(value))


def test_all_is_well_after_a_pass(hand: Hand, store: Store) -> None:
    here = link(hand)
    pull(here, store, hand.clock)
    hand.go(minutes=5)
    found = seen(here, store, hand)
    assert worst(list(found.values())) == "ok"
    assert found["stream things"].text == "fresh, read to its end 5 minutes ago"
    assert [found[what].text for what in ("records", "dead letters", "writes")] == ["none", "none", "none wait"]


def test_what_was_never_read_or_long_ago_is_told(hand: Hand, store: Store) -> None:
    here = link(hand)
    assert (seen(here, store, hand)["stream things"].health, seen(here, store, hand)["stream things"].text) == (
        "warn",
        "was never read",
    )
    pull(here, store, hand.clock)
    hand.go(days=3)
    assert seen(here, store, hand)["stream things"] == Seen(
        "stream things", "warn", "fresh, read to its end 3 days ago", "Let `syncd run` run, or `syncd once` more often"
    )


@pytest.mark.parametrize(
    ("error", "what", "health"),
    [
        (Unavailable("looking who we are: no answer in time"), "reachable", "fail"),
        (AuthFailed("looking who we are: the credentials were not accepted (401)"), "account", "fail"),
        (KeyError("s3cret"), "reachable", "fail"),
    ],
)
def test_what_goes_wrong_is_told_with_a_cure(hand: Hand, store: Store, error: Exception, what: str, health: str) -> None:
    found = seen(link(hand, saying(error)), store, hand)
    assert (found[what].health, bool(found[what].cure)) == (health, True)
    assert "s3cret" not in found[what].text


def test_a_limit_is_heeded_and_no_failure(hand: Hand, store: Store) -> None:
    until = hand.at + timedelta(minutes=10)
    pull(link(hand, lambda c: setattr(c, "scopes", raising(RateLimited("the server limits us", until=until)))), store, hand.clock)
    asked: list[int] = []
    found = seen(link(hand, lambda c: setattr(c, "check", lambda: asked.append(1))), store, hand)
    assert (found["reachable"].health, found["reachable"].text, asked) == ("warn", "the server limits us", [])


def test_the_state_of_a_stream_is_told_with_its_reason_and_since_when(hand: Hand, store: Store) -> None:
    pull(link(hand), store, hand.clock)
    broken = link(hand, lambda c: setattr(c, "fetch", raising(Unavailable("reading all: the server answered 500", scope="all"))))
    pull(broken, store, hand.clock)
    since = store.scopes.states("mem")[1].since
    hand.go(hours=2)
    told = seen(link(hand), store, hand)["stream things"]
    assert told.health == "warn"
    assert told.text.startswith(
        f"stale since {since:%Y-%m-%d %H:%M} UTC, read to its end 2 hours ago: reading all: the server answered 500"
    )
    off = link(hand, lambda c: setattr(c, "fetch", raising(AuthFailed("reading all: not allowed (403)", scope="all"))))
    pull(off, store, hand.clock)
    assert (seen(link(hand), store, hand)["stream things"].health, worst(list(seen(link(hand), store, hand).values()))) == (
        "fail",
        "fail",
    )


@pytest.mark.parametrize(("ahead", "health"), [(0, "ok"), (60, "ok"), (61, "warn"), (-61, "warn"), (-7200, "warn")])
def test_a_clock_that_is_off_by_more_than_a_minute_is_told(hand: Hand, store: Store, ahead: int, health: str) -> None:
    here = link(hand)
    here.gate.server_time = ServerTime(hand.at + timedelta(seconds=ahead), hand.at)
    told = seen(here, store, hand)["clock"]
    assert told.health == health
    assert health == "ok" or f"{abs(ahead):,} s {'ahead of' if ahead > 0 else 'behind'} ours" in told.text


def test_the_gate_hears_the_server_s_clock(hand: Hand) -> None:
    gate = link(hand).gate
    gate.after(200, {"date": "Tue, 05 May 2026 07:02:00 GMT"})
    gate.after(200, {"Date": "nonsense"})
    gate.after(200, {})
    assert gate.server_time is not None
    assert gate.server_time.ahead_s == 120


@pytest.mark.parametrize(
    ("left", "health"), [(Quota(4000, 5000), "ok"), (Quota(500, 5000), "warn"), (Quota(0), "warn"), (Quota(7), "ok")]
)
def test_the_quota_is_told_and_a_small_one_warned_of(hand: Hand, store: Store, left: Quota, health: str) -> None:
    here = link(hand)
    here.gate.quota = left
    told = seen(here, store, hand)["quota"]
    assert (told.health, told.text.startswith(f"{left.remaining:,}")) == (health, True)


@pytest.mark.parametrize(("days", "health"), [(31, "ok"), (30, "warn"), (0, "warn"), (-1, "fail")])
def test_the_end_of_the_token_is_told(hand: Hand, store: Store, days: int, health: str) -> None:
    ends = hand.at + timedelta(days=days)
    assert seen(link(hand, saying(Account("7", "bot", expires_at=ends))), store, hand)["token"].health == health
    assert seen(replace(link(hand), token_expires=ends.date()), store, hand)["token"].health == health
    assert "token" not in seen(link(hand), store, hand)
    assert isinstance(ends.date(), date)


def test_who_we_are_and_what_was_granted_is_told(hand: Hand, store: Store) -> None:
    account = Account("7", "bot", edition="Cloud", version="9.1", granted=frozenset({"write", "read"}))
    found = seen(link(hand, saying(account)), store, hand)
    assert (found["account"].text, found["account"].shared) == ("bot (7), Cloud 9.1", "Cloud 9.1")
    assert found["permissions"].text == "granted: read, write"


@pytest.mark.parametrize(
    ("granted", "write", "health"),
    [
        ({"api"}, "on", "ok"),
        ({"read_api"}, "plan", "ok"),
        ({"read_api"}, "on", "warn"),
        (set(), "plan", "fail"),
        (None, "on", "ok"),
    ],
)
def test_what_was_granted_is_held_against_what_is_needed(
    hand: Hand, store: Store, granted: set[str] | None, write: Literal["plan", "on"], health: str
) -> None:
    account = Account("7", "bot", granted=frozenset(granted) if granted is not None else None)
    here = link(hand, saying(account))
    kind = replace(KIND, needs={"read": frozenset({"api", "read_api"}), "write": frozenset({"api"})})
    told = seen(replace(here, kind=kind, place=replace(here.place, write=write)), store, hand)["permissions"]
    assert told.health == health
    assert health != "warn" or told.text == "granted: read_api; to write it takes api"


def test_what_waits_to_be_written_is_told_with_the_time_that_it_takes(hand: Hand, store: Store) -> None:
    slow = replace(link(hand), kind=replace(KIND, limits=replace(KIND.limits, between_writes_s=2)))
    actions = [
        Action(verb="comment", target=Ref("mem", "things", str(n)), project="all", key=str(n), body="", digest="d")
        for n in range(5)
    ]
    store.outbox.desire(actions, hand.at)
    assert seen(slow, store, hand)["writes"].text == "5 wait, about 10 s of writing"
    (row,) = store.outbox.claim("mem", hand.at, 30)
    store.outbox.dead(row, "the ticket is locked")
    found = seen(slow, store, hand)
    assert (found["writes"].text, found["dead letters"].text) == ("4 wait, about 8 s of writing", "1 write was refused")


def test_one_that_hangs_stops_no_other_and_is_told_when_its_time_is_over(hand: Hand, store: Store) -> None:
    let_go = threading.Event()
    stuck = replace(link(hand, lambda c: setattr(c, "check", let_go.wait)), name="stuck")
    try:
        found = examine([stuck, link(hand)], store, Clock(), LOOKS, 0.3)
    finally:
        let_go.set()
    assert found["stuck"][0].text == "no answer within 0.3 s"
    assert (found["stuck"][0].health, found["mem"][0].health) == ("fail", "ok")


def test_a_field_that_only_the_mapping_knows_is_told(hand: Hand, store: Store) -> None:
    text = '[[rule]]\nstream = "things"\nto = "item"\n[rule.fields]\ntitle = "fields.Titel"\npriority = "fields.goal"\n'
    mine = replace(
        link(hand, lambda c: setattr(c, "fields", lambda _: {"goal": "Goal", "f1": "Title"})),
        mapping=parse("m", lambda _: Source("m.toml", text)),
    )
    told = [one for one in examine([mine], store, hand.clock, LOOKS, 5)["mem"] if one.what == "fields"]
    assert [(one.text, one.cure) for one in told] == [
        ("the mapping reads 'Titel', which things do not have", "Correct m.toml: rule[0].fields.title")
    ]


def test_hooks_are_told_where_they_are_configured(hand: Hand, store: Store) -> None:
    here = replace(link(hand), hooked=True)
    assert "hooks" not in seen(link(hand), store, hand)
    assert (seen(here, store, hand)["hooks"].health, seen(here, store, hand)["hooks"].text) == ("warn", "no delivery came yet")
    store.deliveries.count("mem", lambda counted: replace(counted, accepted=3, last_at=hand.at, found=4, announced=3))
    hand.go(minutes=2)
    told = "3 deliveries, the last 2 minutes ago; 25% of what changed came without one"
    assert (seen(here, store, hand)["hooks"].health, seen(here, store, hand)["hooks"].text) == ("ok", told)
    store.deliveries.count("mem", lambda counted: replace(counted, refused={"signature": 2}, refused_at=hand.at))
    assert seen(here, store, hand)["hooks"] == Seen(
        "hooks", "warn", f"{told}; 2 were refused, the last one too", "Check hook_secret on both sides"
    )


def test_the_store_is_told_with_its_revision_and_room(store: Store) -> None:
    database, disk = examine_store(store)
    assert database.text.startswith("SQLite 3.")
    assert "revision m0" in database.text
    assert disk.text.endswith("B free")


def test_sizes_and_times_read_as_people_say_them(hand: Hand) -> None:
    assert [in_bytes(size) for size in (12, 1500, 2_340_000, 5 * 10**12)] == ["12 bytes", "1.5 kB", "2.3 MB", "5.0 TB"]
    gone = [timedelta(seconds=5), timedelta(minutes=1), timedelta(hours=3), timedelta(days=2)]
    assert [ago(hand.at - one, hand.at) for one in gone] == ["just now", "1 minute ago", "3 hours ago", "2 days ago"]
