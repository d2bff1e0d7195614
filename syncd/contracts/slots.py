"""Pure. When several people can meet: the first time that is working time for all of them, and free.

Each is asked on the clock of their own zone: their week, less public holidays, leave, and the times that their calendar says are taken.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from syncd.model.rows import Absence, Person
from syncd.model.snapshot import Snapshot
from syncd.schedule.calendar import DAY
from syncd.schedule.days import later
from syncd.schedule.leave import Leave, Span, leave_of
from syncd.schedule.working import Working, working_of

WORKING_DAYS = 10
"""How far ahead is looked."""

STEP = 15
"""A meeting begins at a full quarter of an hour."""

Times = list[tuple[datetime, datetime]]
"""Half-open, disjoint, in order; UTC."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that suits everybody, in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class NoSlot:
    """There is none. `until`: the last day that was looked at; `full`: who has no such time at all, even alone."""

    until: date
    full: tuple[Person, ...] = ()


def first_slot(
    snapshot: Snapshot,
    people: Sequence[Person],
    minutes: int,
    *,
    working_days: int = WORKING_DAYS,
    not_before: datetime | None = None,
) -> Slot | NoSlot:
    """The first time of `minutes` that all of these people have free from `not_before` (else from now) on, within that many working days
    after today. Whatever the order of the people. Without people there is none."""
    working = snapshot.once(working_of)
    until = later(working.default, snapshot.today, working_days)
    since = max(snapshot.as_of, not_before or snapshot.as_of)
    taken = _taken(snapshot, until)
    days = [snapshot.today + timedelta(days=offset) for offset in range(-1, (until - snapshot.today).days + 2)]
    end = datetime.combine(until + timedelta(days=1), time(), ZoneInfo(snapshot.zone)).astimezone(UTC)
    each = {person: _clipped(free_times(working, taken, person, days), since, end) for person in dict.fromkeys(people)}
    length = timedelta(minutes=minutes)
    full = tuple(person for person, times in each.items() if _first(times, length) is None)
    common = _common(list(each.values())) if each and not full and minutes > 0 else []
    start = _first(common, length)
    return Slot(start, start + length) if start else NoSlot(until, full)


def in_the_way(snapshot: Snapshot, people: Sequence[Person], slot: Slot) -> dict[Person, tuple[Absence, ...]]:
    """Those of these people who are away or busy between now and that time, each with their absences in order."""
    working = snapshot.once(working_of)
    found: dict[Person, tuple[Absence, ...]] = {}
    for person in dict.fromkeys(people):
        zone = working.weeks.zone_of(working.hours(person))
        own = ((_times(absence, zone), absence) for absence in snapshot.absences if absence.person == person)
        met = [(times, absence) for times, absence in own if times and times[0] < slot.start and times[1] > snapshot.as_of]
        if met:
            found[person] = tuple(absence for _, absence in sorted(met, key=lambda one: one[0]))
    return found


def _times(absence: Absence, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """From when to when it is, on the clock of that zone; None where it does not say."""
    alone = Leave({absence.person: (_as_leave(absence),)}, {}) if absence.person else None
    spans = alone.of(absence.person, "", zone) if alone else []
    return (_instant(spans[0][0], zone), _instant(spans[0][1], zone)) if spans else None


def free_times(working: Working, taken: Leave, person: Person, days: Iterable[date]) -> Times:
    """When one person works on these days and is free. `taken`: leave and busy times of everybody."""
    hours = working.hours(person)
    zone = working.weeks.zone_of(hours)
    week, starts = working.weeks.minutes(hours), working.weeks.starts(hours)
    away = taken.of(person, hours.region, zone)
    found: Times = []
    for day in days:
        worked = int(week[working.place(day)])
        begins = day.toordinal() * DAY + starts
        found += [(_instant(since, zone), _instant(until, zone)) for since, until in _less((begins, begins + worked), away)]
    return [(since, until) for since, until in found if since < until]


def _taken(snapshot: Snapshot, until: date) -> Leave:
    """All that keeps people from meeting: leave, and what their calendars call busy."""
    return leave_of((_as_leave(absence) for absence in snapshot.absences), until)


def _as_leave(absence: Absence) -> Absence:
    return replace(absence, absence_kind="leave") if absence.absence_kind == "busy" else absence


def _less(span: Span, taken: Sequence[Span]) -> Iterator[Span]:
    """What is left of a span."""
    at, last = span
    for since, until in taken:
        if until <= at or since >= last:
            continue
        if since > at:
            yield at, since
        at = until
    if at < last:
        yield at, last


def _instant(minute: int, zone: ZoneInfo) -> datetime:
    day, left = divmod(minute, DAY)
    wall = datetime.combine(date.fromordinal(day), time(), zone) + timedelta(minutes=left)
    return wall.astimezone(UTC)


def _clipped(times: Times, since: datetime, until: datetime) -> Times:
    found = ((max(start, since), min(end, until)) for start, end in times)
    return [(start, end) for start, end in found if start < end]


def _common(each: Sequence[Times]) -> Times:
    """The times that are in all of them."""
    found = each[0]
    for times in each[1:]:
        found = list(_shared(found, times))
    return found


def _shared(one: Times, other: Times) -> Iterator[tuple[datetime, datetime]]:
    left, right = 0, 0
    while left < len(one) and right < len(other):
        start, end = max(one[left][0], other[right][0]), min(one[left][1], other[right][1])
        if start < end:
            yield start, end
        if one[left][1] <= other[right][1]:
            left += 1
        else:
            right += 1


def _first(times: Times, length: timedelta) -> datetime | None:
    for since, until in times:
        start = _stepped(since)
        if start + length <= until:
            return start
    return None


def _stepped(at: datetime) -> datetime:
    """The next full step, or the instant itself."""
    whole = at.replace(minute=at.minute - at.minute % STEP, second=0, microsecond=0)
    return whole if whole == at else whole + timedelta(minutes=STEP)
