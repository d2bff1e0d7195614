"""Reading side by side: many and large scopes are read by several workers, and it shows in nothing but the time."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.memory import KIND
from syncd.contract import Misconfigured, Notice, Page, RateLimited, Stream, SyncError, Unavailable
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref
from syncd.run.crew import EACH, WORKERS, Crew
from syncd.run.pull import Pulled, pull
from syncd.store import Store
from tests.run.run_given import Hand
from tests.run.test_run_pull import link

PAGES = 5
STREAMS = {"first": Stream("first"), "things": Stream("things"), "rare": Stream("rare", optional=True)}


class Yard:
    """A vendor with many scopes of `PAGES` pages of ten records. `fails`: scope name -> what its third page meets. It remembers who
    asked for which page, and lets each wait for the others while `meeting` is set."""

    def __init__(self, scopes: int) -> None:
        self.names = [f"scope-{n:02}" for n in range(scopes)]
        self.fails: dict[str, Exception] = {}
        self.asked: list[tuple[str, str, int, str]] = []
        self.made = self.closed = 0
        self.meeting: threading.Barrier | None = None


class Worker:
    """One connector to the yard."""

    streams = STREAMS

    def __init__(self, yard: Yard) -> None:
        self.yard = yard
        yard.made += 1

    def scopes(self, stream: str) -> Iterable[Scope | SyncError | Notice]:
        return [Scope(name, name) for name in self.yard.names]

    def fetch(self, stream: str, scope: Scope, since: str | None) -> Iterator[Page]:
        for number in range(int(since or 0), PAGES):
            self.yard.asked.append((stream, scope.name, number, threading.current_thread().name))
            if number == 2 and scope.name in self.yard.fails and stream == "things":
                raise self.yard.fails[scope.name]
            if number == 2 and stream == "things" and self.yard.meeting is not None:
                self.yard.meeting.wait(timeout=10)
            ids = (f"{scope.name}-{number}-{n}" for n in range(10))
            records = tuple(RawRecord(Ref("mem", stream, id), scope, {"kind": "item", "title": id}) for id in ids)
            yield Page(records, cursor=str(number + 1), complete=number == PAGES - 1)

    def census(self, *_: Any) -> Iterator[list[str]]:
        yield []

    def check(self) -> Any:
        raise Unavailable("nobody")

    def fields(self, _: str) -> None:
        return None

    def close(self) -> None:
        self.yard.closed += 1


def read(yard: Yard, store: Store, hand: Hand | None = None) -> Pulled:
    hand = hand or Hand()
    made = link(hand)
    kind = replace(KIND, streams=STREAMS)
    return pull(replace(made, kind=kind, open=lambda: Worker(yard), streams=tuple(STREAMS)), store, hand.clock)  # type: ignore[arg-type, return-value]


def test_large_scopes_are_read_on_by_several_workers_at_once_and_nothing_is_lost_or_doubled(store: Store) -> None:
    yard = Yard(WORKERS)
    yard.meeting = threading.Barrier(WORKERS)  # each third page waits until all the workers are at one
    pulled = read(yard, store)
    assert pulled.problems == []
    assert {name: (one.read, one.changed, one.state) for name, one in pulled.streams.items()} == dict.fromkeys(
        STREAMS, (WORKERS * PAGES * 10, WORKERS * PAGES * 10, "fresh")
    )
    pages = [(stream, scope, number) for stream, scope, number, _ in yard.asked]
    assert len(pages) == len(set(pages)) == len(STREAMS) * WORKERS * PAGES
    assert store.mirror.count("mem", "things") == WORKERS * PAGES * 10


def test_the_first_stream_and_the_optional_ones_are_read_by_the_connector_of_the_pull(store: Store) -> None:
    yard = Yard(EACH * WORKERS)
    read(yard, store)
    threads = {stream: {name for asked, _, _, name in yard.asked if asked == stream} for stream in STREAMS}
    assert len(threads["first"]) == len(threads["rare"]) == 1
    assert threads["first"] == threads["rare"]
    assert len(threads["things"]) > 1
    assert yard.made == yard.closed == WORKERS


def test_few_small_scopes_are_no_reason_for_another_connector(store: Store) -> None:
    yard, hand = Yard(3), Hand()
    read(yard, store, hand)
    made = yard.made
    hand.go(minutes=5)
    read(yard, store, hand)
    assert yard.made == made + 1


def test_the_error_of_one_scope_stops_no_other(store: Store) -> None:
    yard = Yard(6)
    yard.fails = {
        "scope-04": Unavailable("four is down", scope="scope-04"),
        "scope-01": Misconfigured("one is wrong", scope="scope-01"),
    }
    pulled = read(yard, store)
    assert [line.split(". ")[0] for line in pulled.problems] == ["mem: one is wrong", "mem: four is down"]
    states = {known.scope.name: known.state for known in store.scopes.states("mem") if known.stream == "things"}
    assert states == {**dict.fromkeys(yard.names, "fresh"), "scope-01": "off", "scope-04": "stale"}
    assert store.mirror.count("mem", "things") == 4 * PAGES * 10 + 2 * 2 * 10
    yard.fails = {}
    assert read(yard, store).problems == []
    assert store.mirror.count("mem", "things") == 6 * PAGES * 10


def test_a_limit_that_one_worker_meets_ends_the_others_and_all_of_them_go(store: Store) -> None:
    yard, hand = Yard(12), Hand()
    until = datetime(2026, 5, 5, 12, tzinfo=UTC)
    yard.fails = {"scope-00": RateLimited("slow down", until=until)}
    pulled = read(yard, store, hand)
    assert pulled.problems == ["mem: slow down"]
    asked = [number for stream, _, number, _ in yard.asked if stream == "things"]
    assert len(asked) < 12 * PAGES
    assert not [name for stream, name, _, _ in yard.asked if stream == "rare"]
    assert not [one.name for one in threading.enumerate() if one.name.startswith("syncd-mem")]
    assert yard.made == yard.closed
    hand.at = until + timedelta(minutes=1)
    yard.fails = {}
    assert read(yard, store, hand).problems == []
    assert store.mirror.count("mem", "things") == 12 * PAGES * 10


def test_what_breaks_in_a_worker_is_raised_when_all_have_ended() -> None:
    class Nothing:
        def close(self) -> None:
            """Nothing."""

    crew = Crew(replace(link(Hand()), open=Nothing), Nothing())  # type: ignore[arg-type]

    def work(_: object, part: int) -> int:
        if part == 3:
            raise KeyError(part)
        return part

    with pytest.raises(KeyError):
        crew.each(range(20), work, WORKERS)
    assert crew.stopped
