"""A pass without changes does not look again, and nobody can tell: two installations over equal worlds, one that spares itself looks."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from connectors.memory import WORLDS, World
from syncd.app import App, opened
from syncd.cli import report
from syncd.model.ref import Ref
from syncd.model.rows import Absence, Deployment, Window
from syncd.model.snapshot import Snapshot
from syncd.run.one_pass import Passed, one_pass
from syncd.run.quiet import LONGEST, next_edge
from syncd.store.tables import metadata
from tests.run.run_given import Hand, toml

MAPPING = """
extends = "memory.default"
[[rule]]
name = "window"
stream = "things"
to = "window"
when = { path = "kind", in = ["window"] }
[rule.fields]
title = "title"
start = "start"
end = "end"
"""
NAMES = ("left", "right")


@dataclass
class Installation:
    """One installation of syncd on two worlds of its own."""

    folder: Path
    spare: bool
    hand: Hand = field(default_factory=Hand)
    worlds: dict[str, World] = field(default_factory=lambda: {name: World() for name in NAMES})
    app: App | None = None
    looks: int = 0

    def world(self, name: str) -> World:
        return self.worlds.setdefault(name, World())

    def open(self) -> App:
        sections: dict[str, Any] = {
            "store": {"url": "sqlite:///syncd.db"},
            "model": {"zone": "Europe/Berlin"},
            "policy": {"at_start": "write", "writes_per_pass": 2},
            "delivery": {"timeout_s": 1, "settle_s": 2},
        }
        for name in NAMES:
            sections[f"connections.{name}"] = {
                "kind": "memory", "url": name, "mapping": "own.toml", "write": "on"
            }  # fmt: skip
        (self.folder / "own.toml").write_text(MAPPING)
        (self.folder / "syncd.toml").write_text(toml(sections))
        self.app = self.stack.enter_context(opened(self.folder / "syncd.toml", {}, clock=self.hand.clock))
        return self.app

    def __post_init__(self) -> None:
        self.stack = ExitStack()

    def restart(self) -> None:
        self.stack.close()
        self.stack = ExitStack()
        self.app = None

    def once(self) -> Passed:
        self.hand.go(minutes=5)
        WORLDS.clear()
        WORLDS.update(self.worlds)
        with pytest.MonkeyPatch.context() as patch:  # in order, so that both number their rows alike
            patch.setattr("syncd.run.one_pass.each", lambda links, work: {link.name: work(link) for link in links})
            passed = one_pass((self.app or self.open()).works, spare=self.spare)
        self.looks += passed.looked is not None
        return passed

    def kept(self) -> str:
        """All that the store holds, but for the notes beside it."""
        assert self.app is not None
        tables = [table for table in metadata.sorted_tables if table.name != "meta"]
        with self.app.store.db.reading() as tx:
            rows = [f"{table.name} {tuple(row)!r}" for table in tables for row in tx.execute(select(table)).all()]
        return "\n".join(rows)


@contextmanager
def installation(*, spare: bool = True) -> Iterator[Installation]:
    folder = Path(mkdtemp(prefix="syncd-"))
    made = Installation(folder, spare)
    try:
        yield made
    finally:
        made.restart()
        WORLDS.clear()
        shutil.rmtree(folder)


def late(world: World, id: str = "M-1", due: str = "2026-05-04") -> None:
    """A milestone with an open item."""
    world.put(id, {"kind": "milestone", "title": f"Milestone {id}", "due": due, "status": "doing"})
    world.put(f"{id}-work", {"kind": "item", "title": "Work", "milestone": id, "status": "todo"})


def settle(one: Installation, passes: int = 5) -> None:
    """Passes until nothing is new any more, and the fields were listed for the first time."""
    for _ in range(passes):
        one.once()


Step = Callable[[Installation], None]
_ID = st.sampled_from(["M-1", "M-2"])
_NAME = st.sampled_from(NAMES)
_DAY = st.dates(date(2026, 4, 28), date(2026, 5, 14)).map(date.isoformat)
_STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda name, id, due: lambda one: late(one.world(name), id, due), _NAME, _ID, _DAY),
    st.builds(lambda name, id: lambda one: one.world(name).put(id, None), _NAME, _ID),
    st.builds(lambda name, id: lambda one: one.world(name).comments.pop(id, None), _NAME, _ID),
    st.builds(
        lambda name, start: lambda one: one.world(name).put("W", {"kind": "window", "title": "w", "start": start}), _NAME, _DAY
    ),
    st.builds(lambda hours: lambda one: one.hand.go(hours=hours), st.integers(1, 60)),
    st.just(lambda one: one.worlds.pop("left", None)),
    st.just(lambda one: one.world("left")),
    st.just(Installation.restart),
)


@given(st.lists(st.tuples(_STEPS, st.integers(1, 3)), min_size=2, max_size=6))
@settings(max_examples=6, phases=[Phase.generate])  # a pass takes too long to make the example smaller
def test_passes_that_spare_themselves_a_look_end_in_the_same_store(steps: list[tuple[Step, int]]) -> None:
    with installation(spare=True) as sparing, installation(spare=False) as looking:
        late(sparing.world("left")) if sparing.open() else None
        late(looking.world("left")) if looking.open() else None
        for step, passes in steps:
            for one in (sparing, looking):
                step(one)
            for _ in range(passes):
                spared, looked = sparing.once(), looking.once()
                assert report.as_json(spared) == report.as_json(looked)
        assert sparing.kept() == looking.kept()
        assert sparing.looks <= looking.looks


def test_a_pass_without_changes_does_not_look_until_the_day_is_over() -> None:
    with installation() as one:
        one.open()
        late(one.world("left"))
        settle(one)
        looks = one.looks
        settle(one, 5)
        assert one.looks == looks
        one.hand.go(hours=24)
        one.once()
        assert one.looks == looks + 1


@pytest.mark.parametrize(
    "change",
    [
        lambda one: late(one.world("right"), "M-9"),
        lambda one: one.world("left").put("M-1", None),
        lambda one: one.worlds.pop("right"),
        lambda one: one.app.store.ledger.mute(Ref("left", "things", "M-1")),
        lambda one: one.app.store.enabled.enable("left", "another", one.hand.at),
        lambda one: one.app.store.scopes.set_state("left", "things", _scope(one), "stale", at=one.hand.at),
    ],
    ids=["new", "deleted", "off", "muted", "enabled", "stale"],
)  # fmt: skip
def test_any_change_is_looked_at(change: Callable[[Any], Any]) -> None:
    with installation() as one:
        one.open()
        late(one.world("left"))
        settle(one)
        looks = one.looks
        change(one)
        one.once()
        assert one.looks == looks + 1


def _scope(one: Installation) -> Any:
    assert one.app is not None
    return one.app.store.scopes.named("left", "things", "all")


def test_a_plan_always_looks_and_leaves_no_memory() -> None:
    with installation() as one:
        app = one.open()
        late(one.world("left"))
        settle(one)
        assert one_pass(app.works, write=False).looked is not None
        looks = one.looks
        one.once()
        assert one.looks == looks


def test_the_next_edge_is_the_first_moment_at_which_the_clock_may_change_something() -> None:
    zone, ref = "Europe/Berlin", Ref("a", "b", "c")
    night = Snapshot(as_of=datetime(2026, 5, 5, 21, 40, tzinfo=UTC), zone=zone)
    assert next_edge(night) == datetime(2026, 5, 5, 22, tzinfo=UTC)
    morning = datetime(2026, 5, 5, 7, tzinfo=UTC)
    assert next_edge(Snapshot(as_of=morning, zone=zone)) == morning + LONGEST
    opens, away, goes = (morning + timedelta(minutes=n) for n in (30, 20, 10))
    model = Snapshot(
        as_of=morning,
        zone=zone,
        windows=(Window(ref=ref, start=opens, end=opens + timedelta(hours=1)),),
        absences=(Absence(ref=ref, start=date(2026, 5, 4), end=away),),
        deployments=(Deployment(ref=ref, at=goes),),
    )
    assert next_edge(model) == goes
