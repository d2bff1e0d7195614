"""What `syncd capacity` prints, as values with stable keys: hours there and hours asked for, by week."""

from collections.abc import Iterator, Sequence
from typing import Any

from syncd.cli.people import Shows
from syncd.decide.impersonal import veiled
from syncd.detect.capacity_gap import CapacityGapRules, Gap, gaps
from syncd.detect.loads import hurt
from syncd.model.rows import Milestone, Person
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Team
from syncd.schedule.load import Book, Load, load_of, ratio
from syncd.schedule.more import with_more

COLUMNS = (
    "kind", "name", "from", "until", "demand_hours", "supply_hours", "load", "missing_hours", "more_people", "for_weeks",
    "milestone", "basis", "p85_now", "p85_with_them", "working_days_saved",
)  # fmt: skip


def rows(snapshot: Snapshot, teams: Sequence[str], weeks: int, show: Shows, *, everything: bool) -> dict[str, Any]:
    """`--json`. `everything`: also the people of no team, and skills."""
    load = snapshot.once(load_of)
    working = load.working
    seated = [person for person in load.people if person not in working.seats] if everything else []
    return {
        "today": snapshot.today.isoformat(),
        "weeks": [day.isoformat() for day in load.weeks[:weeks]],
        "teams": [_team(load, team, weeks, show) for team in snapshot.teams if team.name in teams],
        "without_team": [_person(load, person, weeks, show) for person in sorted(seated, key=lambda one: one.name)],
        "skills": [
            {
                "name": name,
                "people": [show.person(person).name for person in load.holders(name)],
                "weeks": _weeks(load, book, weeks),
            }
            for name, book in load.skills.items()
        ]
        if everything
        else [],
        "uncounted": {"without_time": len(load.uncounted.untimed), "without_dates": len(load.uncounted.undated)},
        "without_calendar": [show.person(person).name for person in working.without_calendar],
        "problems": [_problem(snapshot, text, show) for text in working.problems],
    }


def _team(load: Load, team: Team, weeks: int, show: Shows) -> dict[str, Any]:
    focus = load.working.snapshot.work.focus if team.focus is None else team.focus
    people = [_person(load, person, weeks, show) for person in load.working.in_team(team)]
    return {"name": team.name, "focus": focus, "weeks": _weeks(load, load.teams[team.name], weeks), "people": people}


def _person(load: Load, person: Person, weeks: int, show: Shows) -> dict[str, Any]:
    found = _weeks(load, load.people[person], weeks)
    for number, week in enumerate(found):
        first = max(load.weeks[number], load.working.today)
        last = load.weeks[number].fromordinal(load.weeks[number].toordinal() + 6)
        week["days_away"] = load.working.days_away(person, first, last)[0]
    return {"name": show.person(person).name, "weeks": found}


def _weeks(load: Load, book: Book, weeks: int) -> list[dict[str, Any]]:
    found = []
    for number in range(weeks):
        demand, supply = float(book.demand[number]), float(book.supply[number])
        share = ratio(demand, supply)
        found.append(
            {
                "week": load.weeks[number].isoformat(),
                "demand_hours": round(demand / 60, 1),
                "supply_hours": round(supply / 60, 1),
                "load": round(share, 2) if share != float("inf") else None,
            }
        )
    return found


def _problem(snapshot: Snapshot, text: str, show: Shows) -> str:
    """A problem without names, where they are not shown: those of people, and what the configuration calls them."""
    if show.call is None:
        return text
    called = [name for human in snapshot.humans for name in (human.person.name, *(name for _, name in human.names))]
    accounts = [account for human in snapshot.humans for _, account in (*human.logins, *human.accounts)]
    members = [member.person for team in snapshot.teams for member in team.members]
    return veiled(text, {*called, *accounts, *members} - {""})


def gap_rows(snapshot: Snapshot, teams: Sequence[str], weeks: int, *, everything: bool) -> Iterator[dict[str, Any]]:
    """`--csv`: each gap, and what it would change to have the people that are missing."""
    load = snapshot.once(load_of)
    for gap in gaps(load, CapacityGapRules(weeks=weeks)):
        if gap.excess.load > 1 and (gap.who.name in teams if gap.who.kind == "team" else everything):
            yield _gap(snapshot, load, gap)


def _gap(snapshot: Snapshot, load: Load, gap: Gap) -> dict[str, Any]:
    where, excess = hurt(snapshot, "capacity_gap", gap.who.key, gap.falling), gap.excess
    more = max(1, gap.more)
    effect = with_more(
        snapshot,
        load,
        asked=gap.who.book.asked,
        people=gap.who.people,
        more=more,
        milestone=where.ref if isinstance(where, Milestone) else None,
        team=_joined(load, gap),
    )
    first, last = excess.days(load)
    return {
        "kind": gap.who.kind,
        "name": gap.who.name,
        "from": first.isoformat(),
        "until": last.isoformat(),
        "demand_hours": round(excess.demand / 60, 1),
        "supply_hours": round(excess.supply / 60, 1),
        "load": round(excess.load, 2) if excess.supply else "",
        "missing_hours": round(excess.missing / 60, 1),
        "more_people": more,
        "for_weeks": excess.weeks,
        "milestone": where.ref.label,
        "basis": "P85 of the milestone" if effect.basis == "p85" else "one thing at a time, all milestones",
        "p85_now": effect.before.isoformat() if effect.before else "",
        "p85_with_them": effect.after.isoformat() if effect.after else "",
        "working_days_saved": effect.days_saved,
    }


def _joined(load: Load, gap: Gap) -> Team | None:
    """The team that they would be in: its own, or that of the first one with the skill."""
    if gap.who.kind == "team":
        return load.working.team(gap.who.name)
    return next((team for person in gap.who.people for team in load.working.teams_of(person)), None)
