"""Pure. When people are away, as spans of minutes on the clock of their own zone, and what that takes from their working days."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from syncd.model.rows import Absence, Moment, Person
from syncd.schedule.calendar import DAY, Ints
from syncd.schedule.wall import wall

Span = tuple[int, int]
"""First and last minute (exclusive), counted from the midnight before 1 January of the year 1, on the wall's clock."""

_BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Leave:
    """All absences, by whom they are of. `problems`: those that say too little, one line each, without a name."""

    by_person: Mapping[Person, tuple[Absence, ...]]
    by_region: Mapping[str, tuple[Absence, ...]]
    problems: tuple[str, ...] = ()

    def of(self, person: Person | None, region: str, zone: ZoneInfo) -> list[Span]:
        """The spans in which that person is away, or everybody of that region: sorted, disjoint."""
        own = self.by_person.get(person, ()) if person else ()
        theirs = [absence for known, every in self.by_region.items() if _within(region, known) for absence in every]
        return united(span for absence in (*own, *theirs) if (span := _span(absence, zone)))


def leave_of(absences: Iterable[Absence], last: date) -> Leave:
    """Sort absences by whom they are of. What only says that somebody's time is taken is none. `last`: the end of what is computed."""
    people: dict[Person, list[Absence]] = {}
    regions: dict[str, list[Absence]] = {}
    problems: list[str] = []
    for absence in absences:
        if absence.absence_kind == _BUSY:
            continue
        if fault := _fault(absence, last):
            problems.append(f"{absence.ref.connection}: the absence {absence.ref.label} {fault}")
        if absence.person:
            people.setdefault(absence.person, []).append(absence)
        elif absence.region:
            regions.setdefault(absence.region.strip().casefold(), []).append(absence)
    return Leave(
        {person: tuple(theirs) for person, theirs in people.items()},
        {region: tuple(theirs) for region, theirs in regions.items()},
        tuple(problems),
    )


def _fault(absence: Absence, last: date) -> str | None:
    if not (absence.person or absence.region):
        return "is of nobody: it counts for nobody"
    if absence.start is None:
        return "has no start: it does not count"
    if absence.end is not None and _day(absence.end) < _day(absence.start):
        return "ends before it starts: it does not count"
    if absence.end is not None and _day(absence.end) > last:
        return f"ends after {last}, beyond which nothing is computed"
    return None


def _day(moment: Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _within(region: str, known: str) -> bool:
    """Whether what holds in `known` holds in `region`: a country's days off are those of its regions."""
    own = region.strip().casefold()
    return bool(own) and (own == known or own.startswith(f"{known}-"))


def _span(absence: Absence, zone: ZoneInfo) -> Span | None:
    """A date is the whole day; an all-day end is exclusive, and one that is left out or equal to the start means that one day."""
    if absence.start is None:
        return None
    first = _minute(absence.start, zone, whole=absence.all_day)
    if absence.end is None:
        last = first if isinstance(absence.start, datetime) and not absence.all_day else first + DAY
    else:
        last = _minute(absence.end, zone, whole=absence.all_day)
        if last == first and (absence.all_day or not isinstance(absence.end, datetime)):
            last = first + DAY
    return (first, last) if last > first else None


def _minute(moment: Moment, zone: ZoneInfo, *, whole: bool) -> int:
    if isinstance(moment, datetime):
        shown = wall(moment, zone) if moment.tzinfo else moment
        return shown.toordinal() * DAY + (0 if whole else shown.hour * 60 + shown.minute)
    return moment.toordinal() * DAY


def united(spans: Iterable[Span]) -> list[Span]:
    """The same minutes as disjoint spans, in order."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(last, found[-1][1])
        else:
            found.append((first, last))
    return found


def take(minutes: Ints, origin: date, starts: int, spans: Sequence[Span]) -> Ints:
    """Working minutes per day from `origin` on, less those spans: each day's work runs from `starts` for as many minutes as it has."""
    left = minutes.copy()
    before = origin.toordinal()
    for first, last in spans:
        for day, since, until in _edges(first, last):
            place = day - before
            if 0 <= place < len(minutes):
                left[place] -= max(0, min(until, starts + int(minutes[place])) - max(since, starts))
        whole = slice(max(first // DAY + 1 - before, 0), max(last // DAY - before, 0))
        left[whole] = 0
    return left


def _edges(first: int, last: int) -> Iterator[tuple[int, int, int]]:
    """The days on which a span begins and ends, each with the minutes of that day that are in it."""
    day, since = divmod(first, DAY)
    end, until = divmod(last, DAY)
    if day == end:
        yield day, since, until
        return
    yield day, since, DAY
    if until:
        yield end, 0, until
