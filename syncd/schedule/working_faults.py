"""Pure. What is wrong with weeks and regions as they are written: one line each, told once, where it is written first."""

from collections.abc import Iterator, Mapping, Sequence

from syncd.model.rows import Absence
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Hours
from syncd.schedule.weeks import faults


def wrong_weeks(snapshot: Snapshot) -> Iterator[str]:
    """Weeks without a working day, days past midnight, zones and regions that do not exist. What is inherited is told once."""
    told: set[str] = set()
    seen: set[Hours] = set()
    for whose, hours in _weeks(snapshot):
        if hours in seen:
            continue
        seen.add(hours)
        for fault in faults(hours):
            if fault not in told:
                told.add(fault)
                yield f"{whose}: {fault}"


def wrong_regions(snapshot: Snapshot, away: Mapping[str, Sequence[Absence]]) -> Iterator[str]:
    """Regions for which calendars give days off, and in which nobody is."""
    kept = {hours.region.strip().casefold() for _, hours in _weeks(snapshot) if hours.region}
    for region, absences in away.items():
        if not any(own == region or own.startswith(f"{region}-") for own in kept):
            which = f"{absences[0].ref.connection}: nobody's region is {absences[0].region}, so its days off count for nobody"
            yield f"{which}. Give that calendar the region of [work] or [teams] whose holidays it holds, or take it out"


def _weeks(snapshot: Snapshot) -> Iterator[tuple[str, Hours]]:
    yield "work", snapshot.work.hours
    for team in snapshot.teams:
        if team.hours:
            yield f"teams.{team.name}", team.hours
        for member in team.members:
            if member.hours:
                yield f"teams.{team.name}, {member.person}", member.hours
