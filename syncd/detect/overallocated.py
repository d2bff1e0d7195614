"""Pure. `overallocated`: one person is asked for more work than they have time for, by two or more milestones at once.

Rule: load = what open items ask of a person / their time for planned work, in weeks in which at least two open milestones ask for them
(`syncd.schedule.load`). It counts where what is due by the end of a week cannot be done in whatever order, or where each of
`least_weeks` weeks has too much when work is spread evenly; the second, and what fits in one after the other, is for lists alone (info).
The limits are those of `capacity_gap`. Told on the milestone that asks for most. For the ten people with the highest load the ways out
are ranked by the working days of delay that they save, in a schedule in which one person does one thing at a time
(`syncd.schedule.levelling`). Source: this house's rules.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from syncd.contract import Detector
from syncd.detect.loads import Excess, LoadRules, amounts, falling_into, focus_told, hurt, limits, period, resting_on, was, worst
from syncd.detect.wording import called, keyed, listed, named
from syncd.model.finding import Count, Finding, Line, Part
from syncd.model.ref import Ref, identity, ref_to_json
from syncd.model.rows import Milestone, Person
from syncd.model.snapshot import Snapshot
from syncd.schedule.asked import Asked
from syncd.schedule.levelling import Levelled, Option, levelled
from syncd.schedule.load import Load, load_of

CODE = "overallocated"

_MILESTONES = 2
_SHOWN = 3
_RANKED = 10
"""For so many people, the most loaded ones, ways out are computed: each takes some milliseconds."""


class OverallocatedRules(LoadRules):
    """When a person is asked for too much by several milestones."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One person with too much in some weeks, `falling` into which is this work, of the milestones `asking`."""

    person: Person
    excess: Excess
    falling: Mapping[Asked, float]
    asking: Sequence[Ref]


def detect(snapshot: Snapshot, rules: OverallocatedRules) -> Iterator[Finding]:
    """One finding per person, the most loaded first."""
    load = snapshot.once(load_of)
    cases = sorted(_cases(load, rules), key=lambda case: (-case.excess.load, key_of(case.person)))
    for place, case in enumerate(cases):
        if finding := _finding(snapshot, load, rules, case, ranked=place < _RANKED):
            yield finding


DETECTOR = Detector(code=CODE, title="Asked for by several", rules=OverallocatedRules, detect=detect)


def key_of(person: Person) -> str:
    """What tells a person's finding from others: of their accounts, else their name, and it shows neither."""
    who = sorted(f"{connection}:{account}" for connection, account in person.identities.items()) or [person.email or person.name]
    return "person:" + hashlib.sha256("\x1f".join(who).encode()).hexdigest()[:12]


def _cases(load: Load, rules: OverallocatedRules) -> Iterator[Case]:
    for person, book in load.people.items():
        if excess := worst(book, rules):
            falling = falling_into(book.asked, excess, load)
            asking = {ref for asked in falling for ref in asked.milestones}
            if len(asking) >= _MILESTONES:
                yield Case(person, excess, falling, sorted(asking, key=identity))


def _finding(snapshot: Snapshot, load: Load, rules: OverallocatedRules, case: Case, *, ranked: bool) -> Finding | None:
    key, excess, falling = key_of(case.person), case.excess, case.falling
    subject = hurt(snapshot, CODE, key, falling)
    rules = rules.of(subject.class_) if isinstance(subject, Milestone) else rules
    severity = rules.severity(excess.load, was(snapshot, CODE, subject.ref, key))
    if severity is None:
        return None
    first = next((asked.item for asked in falling if subject.ref in asked.milestones), next(iter(falling)).item)
    plan = levelled(snapshot, load, case.person, list(falling)) if ranked else None
    if not excess.tight or (plan and not plan.days_late):
        severity = "info"
    lines = (
        Line("Why", (*_asking(snapshot, case.asking), " ask for them: ", *_items(list(falling)), ".")),
        Line(
            "Rests on",
            (Count(len(falling), "open item"), " with remaining time", *_focus(snapshot, load, case), ". ", limits(rules), "."),
        ),
        Line("Clears", (*_cure(excess, plan), ".")),
        Line("Wrong?", ("Correct the remaining work, the dates or the assignees of these, or their share and leave.",)),
    )
    who = called(case.person, "assignee", first)
    return Finding(
        code=CODE,
        subject=subject.ref,
        discriminator=key,
        severity=severity,
        headline=(named(subject), ": ", who, " has ", *amounts(excess), " ", *period(excess, load), "."),
        lines=lines,
        inputs=resting_on(snapshot, subject.ref, falling, load, (case.person,)) | frozenset(case.asking),
        facts={
            "load": round(excess.load, 3) if excess.supply else None,
            "demand_hours": round(excess.demand / 60, 1),
            "supply_hours": round(excess.supply / 60, 1),
            "from": excess.days(load)[0].isoformat(),
            "until": excess.days(load)[1].isoformat(),
            "milestones": [ref_to_json(ref) for ref in case.asking],
            "items": [ref_to_json(asked.ref) for asked in list(falling)[:10]],
            "days_late": plan.days_late if plan else None,
            "order": [ref_to_json(item.ref) for item in plan.order[:10]] if plan else [],
            "options": [
                {"what": one.what, "item": ref_to_json(one.item) if one.item else None, "days_saved": one.days_saved}
                for one in (plan.options if plan else ())
            ],
            "warn_load": rules.warn_load,
            "critical_load": rules.critical_load,
        },
        weight=max(1, round(excess.missing / 480)),
        driving=first.ref,
        hovers=True,
    )


def _focus(snapshot: Snapshot, load: Load, case: Case) -> tuple[Part, ...]:
    told = focus_told(snapshot, [seat.team.name for seat in load.working.seats.get(case.person, ())])
    return (f"; {told}",) if told else ()


def _asking(snapshot: Snapshot, asking: Sequence[Ref]) -> tuple[Part, ...]:
    shown: list[Part] = [named(snapshot.milestones[ref]) for ref in asking[:_SHOWN]]
    more = len(asking) - len(shown)
    return listed([*shown, Count(more, "more milestone")] if more else shown)


def _items(falling: list[Asked]) -> tuple[Part, ...]:
    shown: list[Part] = [keyed(asked.item) for asked in falling[:_SHOWN]]
    more = len(falling) - len(shown)
    return listed([*shown, Count(more, "more item")] if more else shown)


def _cure(excess: Excess, plan: Levelled | None) -> tuple[Part, ...]:
    missing = Count(max(1, round(excess.missing / 60)), "hour of work", clocked=True)
    if plan and not plan.days_late:
        first: list[Part] = [keyed(work) for work in plan.order[:_SHOWN]]
        return "one after the other nothing is late: ", *listed(first, " then "), "; or ", missing, " less or later"
    parts: list[Part] = []
    for option in plan.best if plan else ():
        saved = Count(option.days_saved, "working day of delay", clocked=True)
        parts += [*(["; "] if parts else []), *_option(option), " saves ", saved]
    return (*parts, "; or ", missing, " less or later") if parts else (missing, " less, later, or done by somebody else")


def _option(option: Option) -> tuple[Part, ...]:
    if option.what == "give" and option.work and option.person:
        return keyed(option.work), " done by ", called(option.person, "assignee", option.work)
    if option.what == "later" and option.work:
        return keyed(option.work), " left for later"
    return ("one more person",)
