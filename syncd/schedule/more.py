"""Pure. What more people would do: how much earlier work is done with so many more in a team, or with a skill.

Where a milestone is forecast by weeks of the past, its P85 is forecast once more with the people in the team from today on. Else all
work of the team or skill is put into the time of its people one thing at a time, with the others and without: that gives working days
of delay, all milestones together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from syncd.model.ref import Ref
from syncd.model.rows import Person
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Member, Team
from syncd.schedule.asked import Asked
from syncd.schedule.days import days_after
from syncd.schedule.forecast import FAR, forecast_of
from syncd.schedule.levelling import DAY, Bench, Piece, late_in
from syncd.schedule.load import Load
from syncd.schedule.working import working_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """`p85`: from `before` to `after`, a milestone's; `order`: one thing at a time, all milestones together, without dates.
    `days_saved`: working days, of the team's calendar or of eight hours."""

    basis: Literal["p85", "order"]
    days_saved: int
    before: date | None = None
    after: date | None = None


def with_more(
    snapshot: Snapshot,
    load: Load,
    *,
    asked: Iterable[Asked],
    people: Sequence[Person],
    more: int,
    milestone: Ref | None = None,
    team: Team | None = None,
) -> Effect:
    """The effect of `more` people beside `people`, of whom one does what is nobody's. `team`: where they would be."""
    if milestone and team and (effect := _on_p85(snapshot, milestone, team, more)):
        return effect
    bench = Bench(snapshot, load)
    work: list[Piece] = [(one, tuple(one.item.assignees) or tuple(people)) for one in asked if one.item.assignees or people]
    saved = late_in(bench.level(work)[0]) - late_in(bench.level(work, helpers=more)[0])
    return Effect(basis="order", days_saved=max(0, round(saved / DAY)))


def _on_p85(snapshot: Snapshot, milestone: Ref, team: Team, more: int) -> Effect | None:
    now = snapshot.once(forecast_of).odds.get(milestone)
    if now is None or now.method != "throughput" or now.p85 == FAR:
        return None
    joined = tuple(Member(person=f"one more ({number + 1})", since=snapshot.today) for number in range(more))
    teams = tuple(replace(one, members=(*one.members, *joined)) if one.name == team.name else one for one in snapshot.teams)
    then = forecast_of(replace(snapshot, teams=teams)).odds.get(milestone)
    if then is None or then.p85 == FAR:
        return None
    days = days_after(snapshot.once(working_of).calendar(team=team), then.p85, now.p85)
    return Effect(basis="p85", days_saved=days, before=now.p85, after=then.p85)
