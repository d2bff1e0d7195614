"""A vendor twin, a mirror of it, and what must hold between the two once nobody changes anything any more."""

import importlib
import pkgutil
import random
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from syncd.contract import Connector, Kind, Options, Settings
from syncd.decide.state import Place
from syncd.demo.twin import Fault, TwinServer
from syncd.mapping import Mapping as Rules
from syncd.mapping import Source, fields_read, parse
from syncd.run.brake import Brake
from syncd.run.clock import Clock
from syncd.run.gate import PacedGate
from syncd.run.link import Link
from syncd.run.notes import KeptNotes
from syncd.run.pull import Care, Pulled, pull
from syncd.store import Store, open_store
from tests.run.run_given import Hand
from tests.soak import rounds

ROOT = Path(__file__).resolve().parents[2]
FAST = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where a store costs no disk."""

CREDULOUS = Brake(share=1.0, records=1_000_000)
"""Whatever vanishes in these small worlds may have vanished."""

USUAL = Care(CREDULOUS)
COUNTING = Care(CREDULOUS, timedelta(0))

Shape = tuple[Any, ...]
"""The content of a record that people see and whose every change the vendor tells."""


def examples(usual: int) -> settings:
    """So many stories of a machine in `make test`, ten times as many in `make soak`: 200 and 2,000 for all five together."""
    return settings(max_examples=rounds(usual, 10 * usual), stateful_step_count=6)


PAUSES = (0.001, 0.4, 1, 20, 59, 61, 130, 4000)
"""Seconds until the next thing happens."""


@dataclass(slots=True)
class Meanwhile(Fault):
    """No fault: before the request is answered, somebody does something."""

    do: Callable[[], object] = lambda: None

    def takes(self, line: str) -> bool:
        """Never."""
        self.seen += bool(re.search(self.match, line))
        if self.seen == self.skip + 1:
            self.seen += 1
            self.do()
        return False


class Mirrored(RuleBasedStateMachine):
    """One mirror of one twin. Subclasses make the twin, add rules of what people do there, and tell the truth.

    `skew`: how far our clock is ahead of the vendor's.
    """

    kind: Kind
    listing: str
    hand: Hand
    server: TwinServer
    skew = timedelta()
    chance: random.Random

    def begin(self, server: TwinServer, options: Options, url: Callable[[], str], **more: Any) -> None:
        """The twin is made: serve it, and open an empty mirror."""
        self.server, self.gone = server, dict[tuple[str, str], set[str]]()
        server.start()
        self.folder = Path(tempfile.mkdtemp(dir=FAST))
        shutil.copy(empty_store(), self.folder / "syncd.db")
        self.store: Store = open_store("sqlite:///syncd.db", self.folder)
        rules = mapping(self.kind)
        notes = KeptNotes(self.store, "one")
        told = {"fields": fields_read(rules), "notes": notes, **more}
        given = Settings("one", url(), options, lambda: self.clock.now(), timeout_s=20, **told)
        self.clock = Clock(
            now=lambda: self.hand.now() + self.skew,
            watch=lambda: self.hand.at.timestamp(),
            wait=self.hand.wait,
            share=lambda: 0.5,
        )
        gate = PacedGate(self.kind.limits, self.clock)
        streams = tuple(name for name, stream in self.kind.streams.items() if not stream.optional and not stream.replies)

        def connect() -> Connector:
            return self.kind.connect(given, gate)

        self.link = Link("one", self.kind, connect, gate, rules, Place(connection="one", takes={}), streams)

    # --- what the machines add -------------------------------------------------------------------------------------------

    def truth(self) -> Mapping[str, Mapping[str, tuple[str, Shape]]]:
        """What the vendor holds within the scope: stream -> id -> (key, shape)."""
        raise AssertionError("every machine tells its own")

    def shape(self, stream: str, data: Mapping[str, Any]) -> Shape:
        """What is compared of a record."""
        raise AssertionError("every machine tells its own")

    def change_anything(self, number: int) -> None:
        """Something that a person does, chosen by a number: in the middle of a pass."""
        raise AssertionError("every machine tells its own")

    # --- what happens everywhere -----------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from(PAUSES))
    def wait(self, seconds: float) -> None:
        self.hand.go(seconds=seconds)

    @rule()
    def look(self) -> None:
        """A pass as they come every few minutes."""
        self.passes(USUAL)

    @rule(page=st.integers(0, 3), number=st.integers(0, 999))
    def look_while_somebody_works(self, page: int, number: int) -> None:
        """A pass, and something changes before one of its pages is given."""

        def work() -> None:
            self.hand.go(seconds=1)
            self.change_anything(number)
            self.hand.go(milliseconds=7)

        self.server.faults.append(Meanwhile(self.listing, skip=page, do=work))
        self.passes(USUAL)
        self.server.faults.clear()

    @rule()
    def settle(self) -> None:
        """Nobody changes anything for a while, and one pass counts what there is: the mirror equals the vendor."""
        self.hand.go(minutes=5)
        self.passes(COUNTING)
        self.compare()

    def teardown(self) -> None:
        """Every example ends with a day of work, however short its story was, and with quiet."""
        try:
            if hasattr(self, "store"):
                self.server.faults.clear()
                self.look_while_somebody_works(1, self.chance.randrange(1000))
                self.work_and_look()
        finally:
            if hasattr(self, "store"):
                self.store.close()
                self.server.stop()
                shutil.rmtree(self.folder)

    def work_and_look(self) -> None:
        """Some changes, a pass with another one in its middle, and quiet."""
        for _ in range(3):
            self.hand.go(seconds=self.chance.choice(PAUSES))
            self.change_anything(self.chance.randrange(1000))
        self.look_while_somebody_works(self.chance.randrange(3), self.chance.randrange(1000))
        self.settle()

    # --- inner -----------------------------------------------------------------------------------------------------------

    def passes(self, care: Care) -> Pulled:
        pulled = pull(self.link, self.store, self.clock, care=care)
        assert not pulled.problems, pulled.problems
        self.hand.go(milliseconds=3)
        return pulled

    def seen(self, stream: str, id: str) -> bool:
        """Whether the mirror knows it, as a live record."""
        return any(raw.ref.id == id for raw in self.store.mirror.raws("one", stream))

    def vanish(self, stream: str, id: str, kind: str) -> None:
        """The vendor does not have it any more, or not there. One that left and was deleted afterwards may be known as either."""
        self.gone.setdefault((stream, id), set()).add(kind)

    def compare(self) -> None:
        truth = self.truth()
        held = {stream: dict[str, tuple[str, Shape]]() for stream in truth}
        tombs: dict[tuple[str, str], str] = {}
        for raw in self.store.mirror.raws("one", gone=True):
            if raw.gone_at is not None:
                tombs[raw.ref.stream, raw.ref.id] = str(raw.gone_kind)
            else:
                shape = self.shape(raw.ref.stream, raw.record.data)
                held.setdefault(raw.ref.stream, {})[raw.ref.id] = (str(raw.ref.key), shape)
        for stream in truth:
            both = held[stream].keys() | truth[stream].keys()
            pairs = {id: (held[stream].get(id), truth[stream].get(id)) for id in both}
            wrong = {id: pair for id, pair in pairs.items() if pair[0] != pair[1]}
            assert not wrong, f"{stream}: what the mirror holds, and what the vendor holds: {wrong}"
        wrong_tombs = {one: kind for one, kind in tombs.items() if kind not in self.gone.get(one, ())}
        assert not wrong_tombs, f"tombstones: {wrong_tombs}, and what became of them: {self.gone}"


def mapping(kind: Kind) -> Rules:
    """The mapping that comes with a kind."""
    if kind.name not in _MAPPINGS:
        _MAPPINGS[kind.name] = parse(
            f"{kind.name}.default", lambda name: Source(name, (ROOT / "mappings" / f"{name}.toml").read_text("utf-8"))
        )
    return _MAPPINGS[kind.name]


_MAPPINGS: dict[str, Rules] = {}
_EMPTY: list[Path] = []


def empty_store() -> Path:
    """A store in which nothing is yet, made once: every example begins with a copy."""
    if not _EMPTY:
        folder = Path(tempfile.mkdtemp(dir=FAST))
        open_store("sqlite:///empty.db", folder).close()
        _EMPTY.append(folder / "empty.db")
    return _EMPTY[0]


@contextmanager
def short_pages(package: str, size: int) -> Iterator[None]:
    """The connector asks for pages of so many records, so that a small world has several. All of it is loaded before: a module that is
    loaded meanwhile would keep that size."""
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
        importlib.import_module(module.name)
    names = [name for name, module in sys.modules.items() if name.startswith(package) and hasattr(module, "PER_PAGE")]
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(mock.patch(f"{name}.PER_PAGE", size))
        yield


def of(items: Mapping[Any, Any] | list[Any], number: int) -> Any:
    """One of them, chosen by a number; None where there is none."""
    values = list(items.values()) if isinstance(items, Mapping) else list(items)
    return values[number % len(values)] if values else None


STARTS = (
    datetime.fromisoformat("2026-05-05T07:00:31+00:00"),
    datetime.fromisoformat("2026-10-25T00:57:58+00:00"),  # the hour that comes twice in Berlin
    datetime.fromisoformat("2026-03-29T00:58:59+00:00"),  # the hour that is left out
)
SKEWS = (timedelta(), timedelta(minutes=7), timedelta(minutes=-7), timedelta(seconds=-40))
