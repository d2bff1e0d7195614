"""Pure. How far a plan can be believed: the 14 points of the Defense Contract Management Agency, on what trackers know.

Source: DCMA, 14-Point Assessment (2009): its limits, on open items. What a tracker has no word for is read so:

- logic: an item that no hard or external link names, as predecessor or successor, has none.
- hard constraints: an item that waits for open work and whose date people set later than what it waits for allows.
- invalid dates: open and due in the past; to begin, and its start is past; due before its start; done in the future.
- resources: nobody is assigned. The assessment has no limit for it.
- critical path test: what is added to the first work of a driving path has to move the end. It does not reach all of the path where that
  first work waits for open work itself, and a date of its own, or a cycle, cuts the path there.
- missed, CPLI and BEI are those of `execution`: of several milestones the sums, and the lowest CPLI.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from syncd.model.record import record
from syncd.model.ref import Ref, identity
from syncd.model.rows import Dependency, Item
from syncd.model.snapshot import Snapshot
from syncd.schedule.durations import DAY
from syncd.schedule.execution import Execution, executions_of
from syncd.schedule.order import ranked, rows_of
from syncd.schedule.plan import Plan, plan_of
from syncd.schedule.wall import wall_day
from syncd.schedule.wiring import NO_MEMBERS, End, is_open, members_of, opened_of

LONG = 44
"""Working days from which a float or a duration is long: two months."""

Code = Literal[
    "logic", "leads", "lags", "relations", "constraints", "high_float", "negative_float",
    "high_duration", "invalid_dates", "resources", "missed", "path_test", "cpli", "bei",
]  # fmt: skip


@record(frozen=True, slots=True, kw_only=True)
class Metric:
    """One of the points. `value`: a share from 0 to 1, an index, or a number (`unit`); None where it cannot be told. `of`: so many were
    looked at. `limit`: at most, or `at_least`, that much; None: it is only shown. `offenders`: what stands against it."""

    number: int
    code: Code
    title: str
    value: float | None
    limit: float | None
    unit: Literal["share", "number", "index"] = "share"
    at_least: bool = False
    of: int = 0
    offenders: tuple[Ref, ...] = ()

    @property
    def passed(self) -> bool | None:
        """Whether it holds; None where there is no value or no limit."""
        if self.value is None or self.limit is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit


@record(frozen=True, slots=True)
class Repair:
    """Something to repair. `dates`: so many due dates rest on it; `fails`: the points that it stands against."""

    ref: Ref
    dates: int
    fails: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """The 14 points of some milestones and items, and what to repair first."""

    metrics: tuple[Metric, ...]
    items: int
    repairs: tuple[Repair, ...]

    @property
    def failed(self) -> tuple[Metric, ...]:
        """The points that do not hold."""
        return tuple(metric for metric in self.metrics if metric.passed is False)


def quality_of(snapshot: Snapshot, items: Iterable[Ref], milestones: Iterable[Ref]) -> Quality:
    """The 14 points of the open ones among these items, and of these milestones."""
    number = snapshot.once(plan_of).wiring.number
    return _quality(snapshot, (number[ref] for ref in items if is_open(snapshot.items[ref])), milestones)


def _quality(snapshot: Snapshot, numbers: Iterable[int], milestones: Iterable[Ref]) -> Quality:
    """`numbers`: those of open items, which are in the order of their refs."""
    view = _View(
        snapshot,
        snapshot.once(plan_of),
        tuple(sorted(numbers)),
        tuple(sorted((ref for ref in milestones if is_open(snapshot.milestones.get(ref))), key=identity)),
        snapshot.once(_links_of),
    )
    metrics = tuple(_metrics(view))
    return Quality(metrics, len(view.numbers), _repairs(snapshot, metrics))


def milestone_quality(snapshot: Snapshot, milestone: Ref) -> Quality:
    """The 14 points of one milestone."""
    return _quality(snapshot, snapshot.once(members_of).get(milestone, NO_MEMBERS).numbers, (milestone,))


def dates_on(snapshot: Snapshot) -> list[int]:
    """Which due dates of open milestones rest on each node of the plan, by its number: a bit for each of them."""
    plan = snapshot.once(plan_of)
    nodes, place = plan.wiring.nodes, plan.schedule.network.place
    marks, dated = [0] * len(nodes), 0
    for number, node in enumerate(nodes):
        if isinstance(node, End) and snapshot.milestones[node.milestone].due:
            marks[number], dated = 1 << dated, dated + 1
    before, after = (np.array(ends, np.int64) for ends in (plan.wiring.wires.earlier, plan.wiring.wires.later))
    ahead = np.flatnonzero(place[after] > place[before])  # the others are inside a cycle
    backward = ahead[ranked(place[before[ahead]])[::-1]]
    for number, follower in zip(before[backward].tolist(), after[backward].tolist(), strict=True):
        marks[number] |= marks[follower]
    return marks


@dataclass(frozen=True, slots=True)
class _Links:
    """The links of open work that are not soft, by their places in `links`. `places`: of one piece of open work after the other, by its
    number; those of each begin at `first`. `milestones`: the numbers of these. `leads`, `lags`, `others`: the links that have a lead, have
    a lag, or do not go from finish to start."""

    links: Sequence[Dependency]
    places: list[int]
    first: list[int]
    milestones: Mapping[Ref, int]
    leads: frozenset[int]
    lags: frozenset[int]
    others: frozenset[int]

    def of(self, number: int) -> list[int]:
        """The links of one piece of open work."""
        return self.places[self.first[number] : self.first[number + 1]]


def _links_of(snapshot: Snapshot) -> _Links:
    """The links of open work: no other is judged."""
    open_ = snapshot.once(opened_of)
    hard = np.array([place for place, link in enumerate(open_.links) if link.strength != "soft"], np.int64)
    ends = np.concatenate((np.array(open_.earlier, np.int64)[hard], np.array(open_.later, np.int64)[hard]))
    known = np.flatnonzero(ends >= 0)
    places, first = rows_of(len(open_.works), ends[known], np.concatenate((hard, hard))[known])
    links, numbers = open_.links, hard.tolist()
    return _Links(
        links,
        places.tolist(),
        first.tolist(),
        {work.ref: number for number, work in enumerate(open_.works[len(open_.items) :], len(open_.items))},
        frozenset([one for one in numbers if links[one].lag < 0]),
        frozenset([one for one in numbers if links[one].lag > 0]),
        frozenset([one for one in numbers if links[one].relation != "FS"]),
    )


@record(frozen=True, slots=True)
class _View:
    """What is judged. `numbers`: those of the items in the plan."""

    snapshot: Snapshot
    plan: Plan
    numbers: tuple[int, ...]
    milestones: tuple[Ref, ...]
    linked: _Links

    def items(self) -> list[Item]:
        """The items, in the order of their refs."""
        opened = self.snapshot.once(opened_of).items
        return [opened[number] for number in self.numbers]

    def links(self) -> set[int]:
        """The links of the items and milestones."""
        numbers = (*self.numbers, *(self.linked.milestones[ref] for ref in self.milestones))
        return {place for number in numbers for place in self.linked.of(number)}

    def successors(self, places: Iterable[int]) -> list[Ref]:
        """What waits by these links, in the order of the refs."""
        found = (self.linked.links[place].successor for place in places)
        return sorted((ref for ref in found if isinstance(ref, Ref)), key=identity)

    def executions(self) -> list[Execution]:
        """Those of the milestones that have a baseline."""
        known = self.snapshot.once(executions_of)
        return [known[ref] for ref in self.milestones if ref in known]


def _metrics(view: _View) -> Iterator[Metric]:
    plan, linked, items, links = view.plan, view.linked, view.items(), view.links()
    numbered = tuple(zip(items, view.numbers, strict=True))
    floats = [(item.ref, plan.room(number)) for item, number in numbered]

    def share(number: int, code: Code, title: str, found: Sequence[Item | Ref], limit: float | None) -> Metric:
        refs = tuple([one.ref if isinstance(one, Item) else one for one in found])
        value = len(refs) / len(items) if items else None
        return Metric(number=number, code=code, title=title, value=value, limit=limit, of=len(items), offenders=refs)

    yield share(1, "logic", "items without a link", [item for item, number in numbered if not linked.of(number)], 0.05)
    yield _number(2, "leads", "links with a lead", view.successors(links & linked.leads), len(links))
    yield _of_links(3, "lags", "links with a lag", len(links), view.successors(links & linked.lags), 0.05)
    others = view.successors(links & linked.others)
    yield _of_links(4, "relations", "links from finish to start", len(links), others, 0.9)
    yield share(5, "constraints", "dates that hold work back", [item for item, at in numbered if _constrained(plan, at)], 0.05)
    yield share(6, "high_float", f"float over {LONG} working days", [ref for ref, days in floats if days > LONG], 0.05)
    yield _number(7, "negative_float", "items that cannot end in time", [ref for ref, days in floats if days < 0], len(items))
    long = [item for item, number in numbered if plan.durations[number].minutes > LONG * DAY]
    yield share(8, "high_duration", f"durations over {LONG} working days", long, 0.05)
    yield _number(9, "invalid_dates", "items with invalid dates", _invalid(view, items), len(items))
    yield share(10, "resources", "items that nobody is assigned to", [item for item in items if not item.assignees], None)
    yield from _executed(view)


def _executed(view: _View) -> Iterator[Metric]:
    """The points that look at baselines and driving paths, in the order of the assessment."""
    executions = view.executions()
    should, done = sum(len(one.should) for one in executions), sum(one.done for one in executions if one.should)
    missed = tuple(sorted({ref for one in executions for ref in one.missed}, key=identity))
    yield Metric(
        number=11, code="missed", title="baseline dates that were missed", limit=0.05, of=should, offenders=missed,
        value=sum(len(one.missed) for one in executions) / should if should else None,
    )  # fmt: skip
    paths = [(ref, view.plan.path(End(ref))) for ref in view.milestones if End(ref) in view.plan.wiring.number]
    cut = [path[0] for _, path in paths if path and is_cut(view.plan, path)]
    yield Metric(
        number=12, code="path_test", title="critical paths that are cut", unit="number", limit=0, of=len(paths),
        value=len(cut) if paths else None, offenders=tuple(dict.fromkeys(cut)),
    )  # fmt: skip
    indexes = [(one.cpli, one.milestone) for one in executions if one.cpli is not None]
    yield Metric(
        number=13, code="cpli", title="critical path length index", unit="index", limit=0.95, at_least=True, of=len(indexes),
        value=min((cpli for cpli, _ in indexes), default=None), offenders=tuple(ref for cpli, ref in indexes if cpli < 0.95),
    )  # fmt: skip
    yield Metric(
        number=14, code="bei", title="baseline execution index", unit="index", limit=0.95, at_least=True, of=should,
        value=done / should if should else None, offenders=tuple(one.milestone for one in executions if (one.bei or 1) < 0.95),
    )  # fmt: skip


def is_cut(plan: Plan, path: Sequence[Ref]) -> bool:
    """Whether a driving path begins with work that waits for open work itself, and has slack to it."""
    return plan.bound(path[0]) and not plan.tight(path[0])


def _number(number: int, code: Code, title: str, offenders: Sequence[Ref], of: int) -> Metric:
    return Metric(
        number=number,
        code=code,
        title=title,
        value=len(offenders) if of else None,
        limit=0,
        unit="number",
        of=of,
        offenders=tuple(offenders),
    )


def _of_links(number: int, code: Code, title: str, links: int, offenders: Sequence[Ref], limit: float) -> Metric:
    """A share of so many links: `offenders` are the successors of those that stand against it."""
    least = code == "relations"
    found = links - len(offenders) if least else len(offenders)
    return Metric(
        number=number,
        code=code,
        title=title,
        value=found / links if links else None,
        limit=limit,
        at_least=least,
        of=links,
        offenders=tuple(dict.fromkeys(offenders)),
    )


def _constrained(plan: Plan, number: int) -> bool:
    if plan.own[number] == "today":
        return False
    node = plan.wiring.nodes[number]
    return plan.bound(node) and plan.driver(node) is None and not plan.tight(node)


def _invalid(view: _View, items: Iterable[Item]) -> list[Ref]:
    snapshot, zone = view.snapshot, ZoneInfo(view.snapshot.zone)
    today = snapshot.today
    tomorrow = today + timedelta(days=1)
    found = [item.ref for item in items if _is_invalid(item, today)]
    for milestone in view.milestones:
        for item in snapshot.once(members_of).get(milestone, NO_MEMBERS).items:
            done = item.done_at
            if done and done > snapshot.as_of and wall_day(done, zone) >= tomorrow:
                found.append(item.ref)
    return sorted(set(found), key=identity)


def _is_invalid(item: Item, today: date) -> bool:
    past = bool(item.due and item.due < today)
    overslept = bool(item.status == "todo" and item.start and item.start < today)
    return past or overslept or bool(item.start and item.due and item.due < item.start)


def _repairs(snapshot: Snapshot, metrics: Iterable[Metric]) -> tuple[Repair, ...]:
    fails: dict[Ref, list[Code]] = {}
    for metric in metrics:
        if metric.passed is False:
            for ref in metric.offenders:
                if ref in snapshot.items:
                    fails.setdefault(ref, []).append(metric.code)
    if not fails:
        return ()
    resting, number = snapshot.once(dates_on), snapshot.once(plan_of).wiring.number
    found = [
        Repair(ref, 0 if (at := number.get(ref)) is None else resting[at].bit_count(), tuple(codes))
        for ref, codes in fails.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.dates, -len(one.fails), identity(one.ref))))
