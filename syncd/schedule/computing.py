"""Pure. From a plan as a document to the dates of its items."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from syncd.model.problem import Problem
from syncd.schedule.calendar import DAY, Calendar, Ints, NotComputable
from syncd.schedule.compiled import Network
from syncd.schedule.cpm import Schedule
from syncd.schedule.crossed import crossed
from syncd.schedule.crossing import Crossing
from syncd.schedule.document import Entry, Plan, Reader, Tie

ROUND_THE_CLOCK = Calendar((DAY,) * 7, start_of_day=0)
"""The calendar of items whose duration is elapsed time."""
_SHOWN = 20
"""Items of a cycle that a problem's text names."""
_YEARS = (4, 40, 99)
"""How far calendars reach at first on both sides of the plan's dates, and where that is too short."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One item's dates: local, with an offset where the plan has a zone. Indexes count working hours of the item's calendar from the
    plan's start; floats are such hours. `driving`: the ids of the predecessors whose links leave no slack."""

    id: str
    early_start: datetime
    early_finish: datetime
    late_start: datetime
    late_finish: datetime
    early_start_index: float
    early_finish_index: float
    late_start_index: float
    late_finish_index: float
    total_float: float
    free_float: float
    critical: bool
    driving: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """The dates of everything that can be computed. `makespan`: working hours of the plan's calendar from start to finish.

    `cycles`: ids in the order of the work, each the predecessor of the next and the last one of the first; links inside a cycle push
    nothing. `problems`: what is wrong with the document; where it keeps everything from being computed, `items` is empty.
    """

    items: tuple[Planned, ...] = ()
    start: datetime | None = None
    finish: datetime | None = None
    makespan: float | None = None
    cycles: tuple[tuple[str, ...], ...] = ()
    problems: tuple[Problem, ...] = ()


def compute(document: object, file: str = "document") -> Result:
    """The schedule of a document (see the package's README for its form). `file` is what problems call it. It never raises."""
    reader = Reader(file)
    plan = reader.plan(document)
    network = _network(plan)
    links = plan.links
    for problem in network.problems:
        key = links[problem.link].place
        reader.wrong(key, f"{problem.what}: {_tied(links[problem.link])}", "Remove the link.")
    cycles = tuple(tuple(plan.items[number].id for number in cycle) for cycle in network.cycles)
    for cycle in cycles:
        reader.wrong("links", f"items wait for each other: {_around(cycle)}", "Remove one of these links.")
    try:
        result = _computed(plan, network) if plan.computable else Result()
    except NotComputable as error:
        reader.wrong("", f"it cannot be computed, {error}", "Shorten durations or lags, or mend the calendar.")
        result = Result()
    return Result(result.items, result.start, result.finish, result.makespan, cycles, tuple(reader.problems))


def _around(cycle: tuple[str, ...]) -> str:
    shown = cycle if len(cycle) <= _SHOWN else (*cycle[:_SHOWN], f"{len(cycle) - _SHOWN} more")
    return " -> ".join((*shown, cycle[0]))


def _tied(link: Tie) -> str:
    return f"{link.predecessor} -> {link.successor} ({link.relation})"


def _network(plan: Plan) -> Network:
    number = {item.id: at for at, item in enumerate(plan.items)}
    unit = {item.calendar: _units(plan.calendars.get(item.calendar, Calendar())) for item in plan.items}
    after = [number[link.successor] for link in plan.links]
    return Network.of(
        len(plan.items),
        np.array([number[link.predecessor] for link in plan.links], np.int64),
        np.array(after, np.int64),
        [link.relation for link in plan.links],
        [link.lag.minutes(*unit[plan.items[at].calendar]) for link, at in zip(plan.links, after, strict=True)],
        [link.lag.elapsed for link in plan.links],
    )


def _units(calendar: Calendar) -> tuple[int, int]:
    """The minutes of a day and of a week."""
    return max(calendar.weekly), sum(calendar.weekly)


def _computed(plan: Plan, network: Network) -> Result:
    for years in _YEARS[:-1]:
        try:
            return _within(plan, network, years)
        except NotComputable:
            continue
    return _within(plan, network, _YEARS[-1])


def _within(plan: Plan, network: Network, years: int) -> Result:
    """The dates, with calendars that reach so many years beyond the dates that people gave."""
    given = (plan.start, plan.deadline, *(item.not_earlier for item in plan.items))
    days = [moment.date() if isinstance(moment, datetime) else moment for moment in given if moment]
    origin, end = min(days) - timedelta(days=366 * years), max(days) + timedelta(days=366 * years)
    names = list(plan.calendars)
    crossing = Crossing.of([one.compile(origin, end) for one in (*plan.calendars.values(), ROUND_THE_CLOCK)])
    own = crossing.calendars[names.index("")]
    of = np.array([len(names) if item.duration.elapsed else names.index(item.calendar) for item in plan.items], np.int64)
    lasting = np.array([item.duration.minutes(*_units(plan.calendars[item.calendar])) for item in plan.items], np.int64)
    begin = _moment(plan.start or date.min)
    first: Any = own.next_working(begin)[()]
    since = [_since(item, plan, begin if not item.duration.elapsed else first) for item in plan.items]
    deadline = None if plan.deadline is None else _end_of(plan.deadline)
    found = crossed(
        network, lasting, crossing.calendars, of, start=begin, not_earlier=np.array(since, "datetime64[m]"), deadline=deadline
    )
    zone = ZoneInfo(plan.zone) if plan.zone else None
    finish: Any = np.datetime64(origin, "m") + found.finish
    return Result(
        tuple(_planned(plan, found, crossing, of, lasting, first, zone)),
        _zoned(first.item(), zone),
        _zoned(finish.item(), zone),
        _hours(int(own.count(begin, finish))),
    )


def _moment(moment: date | datetime) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time())


def _end_of(moment: date | datetime) -> datetime:
    """A date as a deadline means its end."""
    return moment if isinstance(moment, datetime) else datetime.combine(moment + timedelta(days=1), time())


def _since(item: Entry, plan: Plan, start: Any) -> Any:
    """From when on an item may start: a date begins with its working day, for elapsed work as well."""
    if item.not_earlier is None:
        return start
    moment = _moment(item.not_earlier)
    if item.duration.elapsed and not isinstance(item.not_earlier, datetime):
        moment += timedelta(minutes=plan.calendars[item.calendar].start_of_day)
    return max(np.datetime64(moment, "m"), np.datetime64(start, "m"))


def _planned(
    plan: Plan, found: Schedule, crossing: Crossing, of: Ints, lasting: Ints, first: Any, zone: ZoneInfo | None
) -> Iterator[Planned]:
    works = lasting > 0
    opens = found.opens.astype(np.int64)
    still = opens * (found.late_finish == found.early_finish)
    marks = (
        2 * found.early_start + np.where(works, 1, opens),
        2 * found.early_finish + np.where(works, 0, opens),
        2 * found.late_start + np.where(works, 1, still),
        2 * found.late_finish + np.where(works, 0, still),
    )
    origin = np.datetime64(crossing.calendars[0].origin, "m")
    columns: list[list[Any]] = [(origin + crossing.wall(of, mark)).tolist() for mark in marks]
    instants = [[_zoned(at, zone) for at in column] for column in columns]
    elapsed = of == len(plan.calendars)
    begin = np.datetime64(_moment(plan.start or date.min), "m")
    base = np.where(elapsed, *(crossing.marks(int((at - origin).astype(np.int64)))[of] >> 1 for at in (first, begin)))
    hours = [[_hours(minutes) for minutes in ((mark >> 1) - base).tolist()] for mark in marks]
    slack = [[_hours(minutes) for minutes in column.tolist()] for column in (found.total_float, found.free_float)]
    drivers = _drivers(plan.links, found)
    for at, item in enumerate(plan.items):
        if item.readable:
            yield Planned(
                item.id,
                *(instants[0][at], instants[1][at], instants[2][at], instants[3][at]),
                *(hours[0][at], hours[1][at], hours[2][at], hours[3][at]),
                *(slack[0][at], slack[1][at]),
                bool(found.critical[at]),
                tuple(dict.fromkeys(drivers.get(item.id, ()))),
            )


def _drivers(links: Sequence[Tie], found: Schedule) -> dict[str, list[str]]:
    drivers: dict[str, list[str]] = {}
    for number in np.flatnonzero(found.driving).tolist():
        drivers.setdefault(links[number].successor, []).append(links[number].predecessor)
    return drivers


def _zoned(at: datetime, zone: ZoneInfo | None) -> datetime:
    """With the zone's offset; an instant that the clock leaves out is told as the clock shows it."""
    return at if zone is None else at.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)


def _hours(minutes: int) -> float:
    return minutes / 60 if minutes % 60 else minutes // 60
