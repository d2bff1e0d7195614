"""Pure. `capacity_gap`: a team, or the people with a skill, are asked for more work than they have time for.

Rule: load = demand / supply, as `syncd.schedule.load` has them. It counts where what is due by the end of a week is more than there is
time for until then, in whatever order; or where each of `least_weeks` weeks or more has too much when work is spread evenly. Above
`warn_load` it is a warning; above `critical_load` critical, which only the first can be. It clears at `warn_clears`, and goes down to
a warning at `critical_clears`. Told on the milestone with most of that work. Without teams in the configuration nobody's time is known,
and nothing is told; where a skill's people are all of a team that lacks time anyway, the team alone is told. Source: this house's rules.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil

from syncd.contract import Detector
from syncd.detect.loads import Excess, LoadRules, amounts, falling_into, focus_told, hurt, limits, period, resting_on, was, worst
from syncd.detect.wording import keyed, listed, named, quoted
from syncd.model.finding import Count, Finding, Line, Part
from syncd.model.raw import Json
from syncd.model.ref import Ref, ref_to_json
from syncd.model.rows import Item, Milestone, Person
from syncd.model.snapshot import Snapshot
from syncd.schedule.asked import Asked
from syncd.schedule.load import Book, Load, load_of

CODE = "capacity_gap"

_SHOWN = 3
"""So many items are named, the largest ones."""


class CapacityGapRules(LoadRules):
    """When a team or a skill is short of time."""


@dataclass(frozen=True, slots=True)
class Who:
    """Whose time it is: a team's, or that of the people with a skill. `held`: whether the configuration names anybody with it."""

    kind: str
    name: str
    book: Book
    people: tuple[Person, ...]

    @property
    def key(self) -> str:
        """What tells its finding from others of the same milestone."""
        return f"{self.kind}:{self.name.casefold()}"


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing: `more` people who have all of their time for it, over the weeks of the excess."""

    who: Who
    excess: Excess
    more: int
    falling: dict[Asked, float]


def detect(snapshot: Snapshot, rules: CapacityGapRules) -> Iterator[Finding]:
    """One finding per team and skill that is short of time."""
    if not snapshot.teams:
        return
    load = snapshot.once(load_of)
    for gap in gaps(load, rules):
        if finding := _finding(snapshot, load, rules, gap):
            yield finding


DETECTOR = Detector(code=CODE, title="Capacity", rules=CapacityGapRules, detect=detect)


def gaps(load: Load, rules: LoadRules) -> Iterator[Gap]:
    """Teams first, then the skills that say something else."""
    short: list[frozenset[Person]] = []
    for who in (*_teams(load), *_skills(load)):
        if who.kind == "skill" and any(frozenset(who.people) >= people for people in short):
            continue
        excess = worst(who.book, rules)
        falling = falling_into(who.book.asked, excess, load) if excess else {}
        if excess and falling:
            if who.kind == "team" and excess.load > rules.warn_load:
                short.append(frozenset(who.people))
            yield Gap(who, excess, _more(load, excess), falling)


def _teams(load: Load) -> Iterator[Who]:
    for team in load.working.snapshot.teams:
        if team.members:
            yield Who("team", team.name, load.teams[team.name], load.working.in_team(team))


def _skills(load: Load) -> Iterator[Who]:
    for skill, book in load.skills.items():
        yield Who("skill", skill, book, load.holders(skill))


def _more(load: Load, excess: Excess) -> int:
    """How many people more, with the default week and focus, it takes in these weeks."""
    first, last = excess.days(load)
    working = load.working
    minutes = working.minutes()[working.place(first) : working.place(last) + 1].sum() * working.snapshot.work.focus
    return ceil(round(excess.missing / minutes, 6)) if minutes else 0


def _finding(snapshot: Snapshot, load: Load, rules: CapacityGapRules, gap: Gap) -> Finding | None:
    subject = hurt(snapshot, CODE, gap.who.key, gap.falling)
    rules = rules.of(subject.class_) if isinstance(subject, Milestone) else rules
    severity = rules.severity(gap.excess.load, was(snapshot, CODE, subject.ref, gap.who.key))
    if severity is None:
        return None
    if not gap.excess.tight:
        severity = "warn"
    lines = (
        Line("Why", (*_largest(gap), ".")),
        Line("Rests on", (*_basis(snapshot, gap), ". ", limits(rules), ".")),
        Line("Clears", (*_cure(gap), ".")),
        Line("Wrong?", ("Correct the remaining work or the dates of these, or the members of the team in the configuration.",)),
    )
    return Finding(
        code=CODE,
        subject=subject.ref,
        discriminator=gap.who.key,
        severity=severity,
        headline=(named(subject), ": ", *_short(gap, load), "."),
        lines=lines,
        inputs=resting_on(snapshot, subject.ref, gap.falling, load, gap.who.people),
        facts=_facts(load, gap, rules) | {"uncounted": _uncounted(snapshot, gap.who)},
        weight=max(1, gap.more),
        driving=next(iter(gap.falling)).ref,
        hovers=True,
    )


def _short(gap: Gap, load: Load) -> tuple[Part, ...]:
    """A skill that only a label names is a vendor's word; what the configuration names is ours."""
    if not gap.who.people:
        work = Count(round(gap.excess.demand / 60), "hour of work", clocked=True)
        skill = quoted(gap.who.name, _labelled(gap))
        return "the skill ", skill, " is needed for ", work, " ", *period(gap.excess, load), ", and no team has anybody with it"
    name = f"team {gap.who.name} has " if gap.who.kind == "team" else f"who knows {gap.who.name} has "
    return name, *amounts(gap.excess), " ", *period(gap.excess, load)


def _labelled(gap: Gap) -> Item:
    return next(asked.item for asked in gap.falling if gap.who.name in asked.skills)


def _largest(gap: Gap) -> tuple[Part, ...]:
    shown = [keyed(asked.item) for asked in list(gap.falling)[:_SHOWN]]
    more = len(gap.falling) - len(shown)
    others: tuple[Part, ...] = (" and ", Count(more, "more item")) if more else ()
    way = "all of it due by then" if gap.excess.tight else "spread evenly over the days that it has"
    return *(listed(shown) if not more else _joined(shown)), *others, f", {way}"


def _joined(parts: Iterable[Part]) -> tuple[Part, ...]:
    found: list[Part] = []
    for part in parts:
        found += [", ", part] if found else [part]
    return tuple(found)


def _basis(snapshot: Snapshot, gap: Gap) -> tuple[Part, ...]:
    basis: list[Part] = [Count(len(gap.falling), "open item"), " with remaining time"]
    if uncounted := _uncounted(snapshot, gap.who):
        basis += ["; ", Count(uncounted, "open item"), " of theirs without it, not counted"]
    if focus := focus_told(snapshot, [gap.who.name] if gap.who.kind == "team" else _teams_of(snapshot, gap.who)):
        basis.append(f"; {focus}")
    return tuple(basis)


def _teams_of(snapshot: Snapshot, who: Who) -> list[str]:
    working = snapshot.once(load_of).working
    return [team.name for team in snapshot.teams if not set(who.people).isdisjoint(working.in_team(team))]


def _uncounted(snapshot: Snapshot, who: Who) -> int:
    """How many open items of these people have no time that can be counted."""
    theirs = snapshot.once(_untimed)
    return len({ref for person in who.people for ref in theirs.get(person, ())})


def _untimed(snapshot: Snapshot) -> dict[Person, list[Ref]]:
    found: dict[Person, list[Ref]] = {}
    for ref in snapshot.once(load_of).uncounted.untimed:
        for person in snapshot.items[ref].assignees:
            found.setdefault(person, []).append(ref)
    return found


def _cure(gap: Gap) -> tuple[Part, ...]:
    missing = Count(max(1, round(gap.excess.missing / 60)), "hour of work", clocked=True)
    if not gap.more:
        return missing, " less or later"
    with_skill = f" with {gap.who.name}" if gap.who.kind == "skill" and gap.who.people else ""
    more: tuple[Part, ...] = (Count(gap.more, "more person"), with_skill, " for ", Count(gap.excess.weeks, "week", clocked=True))
    return *more, ", or ", missing, " less or later"


def _facts(load: Load, gap: Gap, rules: LoadRules) -> dict[str, Json]:
    excess = gap.excess
    first, last = excess.days(load)
    return {
        gap.who.kind: gap.who.name,
        "load": round(excess.load, 3) if excess.supply else None,
        "demand_hours": round(excess.demand / 60, 1),
        "supply_hours": round(excess.supply / 60, 1),
        "from": first.isoformat(),
        "until": last.isoformat(),
        "tight": excess.tight,
        "more_people": gap.more,
        "for_weeks": excess.weeks,
        "items": [
            ref_to_json(asked.ref) | {"hours": round(minutes / 60, 1)} for asked, minutes in list(gap.falling.items())[:10]
        ],
        "warn_load": rules.warn_load,
        "critical_load": rules.critical_load,
    }
