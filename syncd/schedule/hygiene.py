"""Pure. Hygiene: what makes plans hard to believe, one list per team, each with what to do. Nothing of it is said on tickets.

Only open work counts, and what lies in closed milestones does not. Untouched is what has begun and was not changed for more than 14 days;
long overdue is more than 30 days past its due date; unestimated counts where its connection has estimates at all. What concerns no work in
particular (links to oneself, weeks without a working day, dates beyond the calendars) is `remarks`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import isfinite
from zoneinfo import ZoneInfo

from syncd.model.ref import Alias, Ref
from syncd.model.rows import Dependency, Item, Milestone, Window
from syncd.model.snapshot import Snapshot
from syncd.schedule.ages import touched_at
from syncd.schedule.durations import DAY, LONGEST
from syncd.schedule.plan import plan_of
from syncd.schedule.slots import instants
from syncd.schedule.wiring import is_open
from syncd.schedule.working import working_of

UNTOUCHED, OVERDUE = timedelta(days=14), timedelta(days=30)
FIRST, LAST = date(1970, 1, 1), date(2100, 12, 31)
NOBODY = "no team"


@dataclass(frozen=True, slots=True)
class Condition:
    """What can be untidy: `name` heads the list, `cure` says what to do."""

    name: str
    cure: str


CONDITIONS: Mapping[str, Condition] = {
    "undated": Condition("No due date", "Give it a due date, or close it."),
    "ownerless": Condition("Begun, and nobody is assigned", "Assign somebody, or put it back."),
    "untouched": Condition("Begun, and untouched for more than 14 days", "Say how it stands, or put it back."),
    "long_overdue": Condition("Overdue by more than 30 days", "Close it, or give it a date that holds."),
    "unestimated": Condition("Not estimated", "Estimate it."),
    "lost_link": Condition("A link to something that is not in the mirror", "Remove the link, or mirror its project."),
    "cycle": Condition("Waits for itself", "Remove one of the links, or make it soft."),
    "two_milestones": Condition("In two milestones of one kind", "Take it out of one of them."),
    "empty_milestone": Condition("A milestone without items", "Put its work into it, or close it."),
    "impossible_date": Condition("A date before 1970 or after 2100", "Correct the date."),
    "start_after_due": Condition("Starts after it is due", "Correct one of the dates."),
    "bad_estimate": Condition("An estimate that is no amount of work", "Correct it: zero or more, and no longer than years."),
    "reversed_window": Condition("A window or freeze that ends before it starts", "Correct its start or its end."),
    "endless_window": Condition("A window or freeze without a start or an end", "Give it both."),
    "unknown_zone": Condition("A time zone that does not exist", "Write it as in Europe/Berlin."),
}


@dataclass(frozen=True, slots=True, order=True)
class Untidy:
    """One thing in one list. `what`: in words of ours, such as the date that is wrong."""

    team: str
    condition: str
    ref: Ref
    what: str = ""


def hygiene(snapshot: Snapshot) -> tuple[Untidy, ...]:
    """All that is untidy, by team and condition, each once."""
    found = (
        *_of_milestones(snapshot),
        *_of_items(snapshot),
        *_of_links(snapshot),
        *_of_windows(snapshot),
    )
    return tuple(sorted(set(found)))


def remarks(snapshot: Snapshot) -> tuple[str, ...]:
    """What else is wrong, a line each with what to do: of the assembly, of calendars and teams, of what could not be computed."""
    plan = snapshot.once(plan_of)
    return tuple(dict.fromkeys((*snapshot.problems, *snapshot.once(working_of).problems, *plan.problems)))


def team_name(snapshot: Snapshot, work: Milestone | Item) -> str:
    """Whose list it is on: of the team that owns it, that its milestone names, or else of its project."""
    owner = snapshot.once(working_of).team_of(work)
    if owner:
        return owner.name
    if isinstance(work, Milestone):
        return work.team or work.project or NOBODY
    above = (snapshot.milestones.get(snapshot.anchor(ref)) for ref in work.milestones if isinstance(ref, Ref))
    return next((one.team for one in above if one and one.team), work.project or NOBODY)


def team_names(snapshot: Snapshot) -> tuple[str, ...]:
    """All that a list can be asked for by: the teams, and the projects of milestones that no team owns."""
    return tuple(
        sorted({*(team_name(snapshot, one) for one in snapshot.milestones.values()), *(one.name for one in snapshot.teams)})
    )


def _of_milestones(snapshot: Snapshot) -> Iterator[Untidy]:
    parents = {snapshot.anchor(one.parent) for one in snapshot.milestones.values() if isinstance(one.parent, Ref)}
    for ref, milestone in snapshot.milestones.items():
        if not is_open(milestone):
            continue
        holds = {
            "undated": "" if milestone.due is None else None,
            "empty_milestone": "" if not snapshot.members.get(ref) and ref not in parents else None,
            **dict(_dates(snapshot, milestone)),
        }
        yield from (Untidy(team_name(snapshot, milestone), name, ref, what) for name, what in holds.items() if what is not None)


def _of_items(snapshot: Snapshot) -> Iterator[Untidy]:
    estimating = {ref.connection for ref, item in snapshot.items.items() if item.estimate or item.remaining}
    planned = {
        item for ref, milestone in snapshot.milestones.items() if is_open(milestone) for item in snapshot.members.get(ref, ())
    }
    for ref, item in snapshot.items.items():
        if not is_open(item):
            continue
        sized = item.estimate or item.remaining
        holds = {
            **dict(_dates(snapshot, item)),
            **dict(_begun(snapshot, item)),
            "unestimated": "" if ref in planned and not sized and ref.connection in estimating else None,
            "bad_estimate": _bad_estimate(item),
            "two_milestones": _twice(snapshot, item),
        }
        told = {name: what for name, what in holds.items() if what is not None}
        if told:
            team = team_name(snapshot, item)
            yield from (Untidy(team, name, ref, what) for name, what in told.items())


def _begun(snapshot: Snapshot, item: Item) -> Iterator[tuple[str, str]]:
    if item.status != "doing":
        return
    if item.due is None:
        yield "undated", ""
    if not item.assignees:
        yield "ownerless", ""
    touched = touched_at(item)
    if touched is not None and snapshot.as_of - touched > UNTOUCHED:
        yield "untouched", f"since {touched:%Y-%m-%d}"


def _dates(snapshot: Snapshot, work: Milestone | Item) -> Iterator[tuple[str, str]]:
    wrong = [
        f"{name} {day.isoformat()}"
        for name, day in (("start", work.start), ("due", work.due))
        if day and not FIRST <= day <= LAST
    ]
    if wrong:
        yield "impossible_date", ", ".join(wrong)
    elif work.due and snapshot.today - work.due > OVERDUE:
        yield "long_overdue", f"due {work.due.isoformat()}"
    if work.start and work.due and work.start > work.due:
        yield "start_after_due", f"start {work.start.isoformat()}, due {work.due.isoformat()}"


def _bad_estimate(item: Item) -> str | None:
    given = (("estimate", item.estimate), ("remaining", item.remaining))
    amounts = [(name, amount.value) for name, amount in given if amount is not None]
    amounts += [("spent", item.spent)] if item.spent is not None else []
    wrong = [f"{name} {value:g}" for name, value in amounts if not isfinite(value) or value < 0]
    times = ((name, amount.value) for name, amount in given if amount is not None and amount.unit == "minutes")
    wrong += [f"{name} of {value / DAY:.0f} working days" for name, value in times if LONGEST < value < float("inf")]
    return ", ".join(wrong) if wrong else None


def _twice(snapshot: Snapshot, item: Item) -> str | None:
    """The keys of open milestones of one kind of which it is part at once."""
    refs = dict.fromkeys(snapshot.anchor(ref) for ref in item.milestones if isinstance(ref, Ref))
    kinds: dict[str, list[str]] = {}
    for ref in refs:
        milestone = snapshot.milestones.get(ref)
        if milestone and is_open(milestone):
            kinds.setdefault(milestone.milestone_kind, []).append(ref.label)
    several = [label for labels in kinds.values() if len(labels) > 1 for label in sorted(labels)]
    return ", ".join(several) if several else None


def _of_links(snapshot: Snapshot) -> Iterator[Untidy]:
    for link, _ in snapshot.dangling:
        name = link.predecessor.text if isinstance(link.predecessor, Alias) else link.predecessor.label
        yield from _on(snapshot, link, "lost_link", f"to {name}")
    for cycle in snapshot.once(plan_of).cycles:
        for ref in cycle:
            work = snapshot.milestones.get(ref) or snapshot.items.get(ref)
            if work:
                yield Untidy(team_name(snapshot, work), "cycle", ref, f"with {len(cycle) - 1} more" if len(cycle) > 1 else "")


def _on(snapshot: Snapshot, link: Dependency, condition: str, what: str = "") -> Iterator[Untidy]:
    ref = snapshot.anchor(link.successor) if isinstance(link.successor, Ref) else None
    work = (snapshot.milestones.get(ref) or snapshot.items.get(ref)) if ref else None
    if work and is_open(work):
        yield Untidy(team_name(snapshot, work), condition, work.ref, what)


def _of_windows(snapshot: Snapshot) -> Iterator[Untidy]:
    known: dict[str, bool] = {}
    for row in snapshot.deployments:
        if row.status == "planned" and row.at is not None and not FIRST <= row.at.date() <= LAST:
            yield Untidy(row.service or row.project or NOBODY, "impossible_date", row.ref, f"at {row.at.isoformat()}")
    for window in snapshot.windows:
        team = window.scope or window.project or NOBODY
        for name, what in _window(snapshot, window, known):
            yield Untidy(team, name, window.ref, what)


def _window(snapshot: Snapshot, window: Window, known: dict[str, bool]) -> Iterator[tuple[str, str]]:
    start, end = window.start, window.end
    if start is None or end is None:
        yield "endless_window", ""
        return
    if any(not FIRST <= _date(moment) <= LAST for moment in (start, end)):
        yield "impossible_date", f"{start.isoformat()} to {end.isoformat()}"
    if instants(window, snapshot.zone) is None:
        yield "reversed_window", f"{start.isoformat()} to {end.isoformat()}"
    if window.zone and not known.setdefault(window.zone, _exists(window.zone)):
        yield "unknown_zone", window.zone


def _date(moment: datetime | date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _exists(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return False
    return True
