"""Laws of what is found, over companies by chance: more to do and less time never look better, and what is unrelated moves nothing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from random import Random

import pytest

from syncd.detect import detect
from syncd.model.finding import SEVERITIES, Finding
from syncd.model.ref import Ref
from syncd.model.rows import Item, Quantity
from syncd.model.snapshot import Snapshot
from syncd.model.wire import finding_to_json
from syncd.schedule.forecast import forecast_of
from syncd.schedule.plan import plan_of
from tests.detect.random_company import PEOPLE, company, detectors
from tests.model_builders import item, milestone
from tests.schedule.team_builders import away

OF_WORK = ("drift", "capacity_gap", "overallocated", "forecast_after_window")
"""What more work makes worse, if anything."""
OF_PEOPLE = ("capacity_gap", "overallocated")
"""Told on the milestone that asks for most: which one that is may change."""
RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}


@dataclass(frozen=True)
class Look:
    """A company, and what is found in it, by fingerprint."""

    snapshot: Snapshot
    found: Mapping[str, Finding]

    @classmethod
    def at(cls, snapshot: Snapshot) -> "Look":
        detected = detect(snapshot, detectors())
        assert not detected.defects
        return cls(snapshot, {one.fingerprint: one for one in detected.findings})

    def worst(self) -> dict[tuple[str, ...], int]:
        """By what it is about, how severe what more work makes worse is."""
        ranks: dict[tuple[str, ...], int] = {}
        for one in self.found.values():
            if one.code in OF_WORK:
                key = (one.code, one.discriminator) if one.code in OF_PEOPLE else (one.code, one.fingerprint)
                ranks[key] = max(RANK[one.severity], ranks.get(key, -1))
        return ranks


def plain(snapshot: Snapshot) -> Snapshot:
    """Of links those that read ends, without leads; no work that takes the time between its dates. What takes longer and has to end on a day
    begins earlier, and so does what may begin with it; a lead counts back in the successor's own working time, past leave; and between two
    dates leave takes time away."""
    links = (replace(one, lag=max(0, one.lag)) for one in snapshot.dependencies if one.relation in ("FS", "FF"))
    items = {ref: replace(one, start=None) if one.start and one.due else one for ref, one in snapshot.items.items()}
    return replace(snapshot, dependencies=tuple(links), items=items)


def given(seed: int) -> Snapshot:
    """Without findings that stand: what stands clears past other values."""
    return replace(plain(company(seed)), open={}, weights={})


def longer(chance: Random, snapshot: Snapshot) -> Iterator[Snapshot]:
    """An item that takes days more, for some of them. Of running work only where somebody says what remains: what has taken long for a
    small estimate is slow, and what has not for a large one need not be."""
    sized = [one for one in snapshot.items.values() if one.remaining or (one.status == "todo" and one.estimate)]
    timed = [one for one in sized if _in_time(one)]
    for one in chance.sample(timed, min(2, len(timed))):
        more = 480.0 * chance.choice((1, 4, 15))
        later = replace(one, estimate=_more(one.estimate, more), remaining=_more(one.remaining, more))
        yield replace(snapshot, items={**snapshot.items, one.ref: later})


def _in_time(one: Item) -> bool:
    sizes = (one.estimate, one.remaining)
    return one.status in ("todo", "doing") and all(size is None or size.unit == "minutes" for size in sizes)


def _more(size: Quantity | None, minutes: float) -> Quantity | None:
    return size and Quantity(size.value + minutes, size.unit)


def on_leave(chance: Random, snapshot: Snapshot) -> Iterator[Snapshot]:
    first, last = chance.choice((("2026-05-06", "2026-05-20"), ("2026-05-11", "2026-06-15")))
    yield replace(snapshot, absences=(*snapshot.absences, away(chance.choice(PEOPLE), first, last)))


def ends(snapshot: Snapshot) -> dict[Ref, date]:
    plan = snapshot.once(plan_of)
    return {ref: end.finish for ref in snapshot.milestones if (end := plan.end(ref))}


@pytest.mark.parametrize("seed", range(14))
@pytest.mark.parametrize("change", [longer, on_leave], ids=["more work", "leave"])
def test_more_delay_never_looks_better(change: Callable[[Random, Snapshot], Iterator[Snapshot]], seed: int) -> None:
    before = Look.at(given(seed))
    for changed in change(Random(seed), before.snapshot):
        after = Look.at(changed)
        was, now = before.worst(), after.worst()
        assert {key: rank for key, rank in was.items() if now.get(key, -1) < rank} == {}
        ended = ends(after.snapshot)
        assert {ref for ref, day in ends(before.snapshot).items() if ended[ref] < day} == set()
        other = after.snapshot.once(forecast_of).odds
        for ref, odds in before.snapshot.once(forecast_of).odds.items():
            if odds.method == other[ref].method:
                assert (odds.p or 0) >= (other[ref].p or 0), ref
                assert (odds.p50, odds.p85, odds.p95) <= (other[ref].p50, other[ref].p85, other[ref].p95), ref


@pytest.mark.parametrize("seed", range(8))
def test_an_unrelated_milestone_moves_nothing(seed: int) -> None:
    snapshot = company(seed)
    new = milestone("X", due="2026-05-20", project="XP")
    work = [item(f"X-{n}", of="X", status=("todo", "doing")[n % 2], project="XP", assignees="Zoe", days=n) for n in range(6)]
    more = replace(
        snapshot,
        milestones={new.ref: new, **snapshot.milestones},
        items={**{one.ref: one for one in work}, **snapshot.items},
        members={new.ref: tuple(one.ref for one in work), **snapshot.members},
    )
    before, after = Look.at(snapshot).found, Look.at(more).found
    assert [finding_to_json(one) for one in before.values()] == [finding_to_json(after[key]) for key in before]
