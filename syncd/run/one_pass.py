"""The pass: one look at the world, from the vendors to the model to what is said on the tickets. Start reading here.

A pass looks at the state of the world, never at what happened: skipping one loses nothing, and running one twice changes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Protocol, TypeVar

from syncd.run.aim import Spoken, aimed
from syncd.run.analyse import Analysed, Understanding, analyse
from syncd.run.backfill import by_itself, needs
from syncd.run.clock import Clock
from syncd.run.deliver import Delivered, deliver
from syncd.run.fault_points import Point, unused
from syncd.run.gap import measuring
from syncd.run.link import Link
from syncd.run.outcome import Outcome, outcome_of
from syncd.run.pull import USUAL_CARE, Care, Pulled, pull
from syncd.run.pulse import noted
from syncd.run.quiet import Memory, known
from syncd.run.replies import listen
from syncd.run.retention import USUAL_KEEP, drop_old
from syncd.run.rows import map_changed
from syncd.store import Store

T = TypeVar("T")


class Watcher(Protocol):
    """Is told how far a pass has come. Called from several threads."""

    def pulled(self, connection: str, stream: str, scope: str, records: int) -> None:
        """A page was stored."""

    def mapped(self, connection: str, records: int) -> None:
        """Records were mapped."""

    def written(self, connection: str, target: str) -> None:
        """A comment was written."""


class Unwatched:
    """Nobody looks."""

    def pulled(self, connection: str, stream: str, scope: str, records: int) -> None:
        """Nothing."""

    def mapped(self, connection: str, records: int) -> None:
        """Nothing."""

    def written(self, connection: str, target: str) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Works:
    """All that a pass works with."""

    links: Sequence[Link]
    store: Store
    clock: Clock
    view: Understanding
    settle_s: float
    watcher: Watcher
    care: Care = USUAL_CARE
    point: Point = unused
    keep: timedelta = USUAL_KEEP
    memory: Memory = field(default_factory=Memory)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What a pass came to. `delivered` is empty for a plan. `looked`: the whole look; None where nothing had changed since the last."""

    pulled: Mapping[str, Pulled]
    outcome: Outcome
    delivered: Mapping[str, Delivered]
    looked: Analysed | None = None

    @property
    def analysed(self) -> Analysed:
        """The whole look. Only a pass with `spare` may be without."""
        assert self.looked is not None, "nothing had changed: this pass did not look"
        return self.looked


def one_pass(works: Works, *, write: bool = True, wait: bool = True, leave_off: bool = False, spare: bool = False) -> Passed:
    """Pull every connection, analyse, deliver. Without `write` it is a plan: the mirror is brought up to date, nothing else is kept
    or sent. `wait`: writes whose fate is unknown are waited for. `leave_off`: a connection that a person must mend is left alone for
    a while. `spare`: where nothing changed since this process looked last, it does not look again."""
    with noted(works.store, works.clock) if write else nullcontext():
        pulled = each(works.links, lambda link: pull_and_map(works, link, leave_off=leave_off))
        looked, outcome = _look(works, write=write, spare=spare)
        works.point("after analysis")
        delivered = each(works.links, lambda link: deliver_to(works, link, wait=wait)) if write else {}
    if write:
        drop_old(works.store, works.clock, works.keep)
    return Passed(pulled=pulled, outcome=outcome, delivered=delivered, looked=looked)


def pull_and_map(works: Works, link: Link, *, leave_off: bool = False, spoken: Spoken | None = None) -> Pulled:
    """One connection into the mirror, or only what was `spoken` of, and its changed records into rows. Where somebody else pulls it,
    that comes first."""
    with link.turn:
        by_itself(link, works.store, works.clock)
        measure = measuring(link, works.store, works.clock)
        pulling = partial(
            pull, link, works.store, works.clock, works.watcher.pulled, leave_off=leave_off, care=works.care, point=works.point
        )
        pulled = pulling() if spoken is None else aimed(spoken, link, works.store, works.clock, pulling)
        measure(pulled)
        if works.view.policy.replies:
            listen(link, works.store, works.clock, pulled)
        before = works.memory.to_map(link, works.store)
        if before is not None:
            map_changed(link, works.store, works.watcher.mapped)
            works.point("after mapping")
            works.memory.is_mapped(link, before)
    pulled.notices += [need.line(link.name) for need in needs(link, works.store)]
    return pulled


def _look(works: Works, *, write: bool, spare: bool) -> tuple[Analysed | None, Outcome]:
    now, memory = works.clock.now(), works.memory
    if spare and (again := memory.recalled(works.store, now)) is not None:
        return None, again
    with works.store.transaction(rollback=not write):
        before = known(works.store)
        looked = analyse(works.links, works.store, works.view, now)
        if write:
            memory.remember(before, works.store, looked)
    return looked, outcome_of(looked)


def deliver_to(works: Works, link: Link, *, wait: bool) -> Delivered:
    """What is to be written to one connection."""
    return deliver(link, works.store, works.clock, works.settle_s, wait=wait, progress=works.watcher.written, point=works.point)


def each(links: Sequence[Link], work: Callable[[Link], T]) -> dict[str, T]:
    """Do the work for every connection at the same time, a thread for each; results in the order of the links."""
    with ThreadPoolExecutor(max_workers=max(1, len(links)), thread_name_prefix="syncd") as pool:
        results = pool.map(work, links)
        return {link.name: result for link, result in zip(links, results, strict=True)}
