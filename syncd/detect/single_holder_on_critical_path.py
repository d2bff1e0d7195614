"""Pure. `single_holder_on_critical_path`: critical work takes a skill that one person alone has.

Rule: open items without total float (by the plan) that are labelled "skill:<name>", where one person of all teams has that skill. Warn;
critical where one of these items is late already (total float below 0). One finding per milestone and skill. A skill that nobody has
is `capacity_gap`'s. Source: this house's rules.
"""

from collections.abc import Iterator

from syncd.contract import Detector, Rules
from syncd.detect.criticals import Criticals, criticals_of
from syncd.detect.loads import resting_on
from syncd.detect.wording import called, keyed, listed, named
from syncd.model.finding import Count, Finding, Line, Part
from syncd.model.ref import Ref, ref_to_json
from syncd.model.rows import Item, Milestone, Person
from syncd.model.snapshot import Snapshot
from syncd.schedule.asked import skills_of
from syncd.schedule.load import Load, load_of

CODE = "single_holder_on_critical_path"

_SHOWN = 3


class SingleHolderOnCriticalPathRules(Rules):
    """There is nothing to set but what every detector has."""


def detect(snapshot: Snapshot, rules: SingleHolderOnCriticalPathRules) -> Iterator[Finding]:  # noqa: ARG001
    """One finding per milestone and skill."""
    if not any(member.skills for team in snapshot.teams for member in team.members):
        return
    criticals, load = snapshot.once(criticals_of), snapshot.once(load_of)
    for (ref, skill), items in sorted(_taking(criticals).items()):
        holders = load.holders(skill)
        if len(holders) == 1:
            yield _finding(snapshot, load, criticals, snapshot.milestones.get(ref) or items[0], skill, holders[0], items)


DETECTOR = Detector(code=CODE, title="One person alone can do it", rules=SingleHolderOnCriticalPathRules, detect=detect)


def _taking(criticals: Criticals) -> dict[tuple[Ref, str], list[Item]]:
    """Milestone, or the item itself, and skill -> the critical items that take it."""
    found: dict[tuple[Ref, str], list[Item]] = {}
    for item in criticals.items:
        for skill in skills_of(item):
            milestone = criticals.milestone(item)
            found.setdefault((milestone.ref if milestone else item.ref, skill), []).append(item)
    return found


def _finding(
    snapshot: Snapshot, load: Load, criticals: Criticals, subject: Milestone | Item, skill: str, holder: Person, items: list[Item]
) -> Finding:
    late = any(criticals.dates(item).total_float < 0 for item in items)
    who = called(holder, "assignee", items[0])
    shown: list[Part] = [keyed(item) for item in items[:_SHOWN]]
    more = [Count(len(items) - _SHOWN, "more item")] if len(items) > _SHOWN else []
    return Finding(
        code=CODE,
        subject=subject.ref,
        discriminator=f"skill:{skill}",
        severity="critical" if late else "warn",
        headline=(named(subject), f": {skill} is needed without time to spare, and ", who, " alone has it."),
        lines=(
            Line("Why", (*listed([*shown, *more]), " on the critical path", " and late" if late else "", ".")),
            Line(
                "Rests on",
                (f"their labels, the skills in the teams' configuration, and the plan. Rule: two people with {skill}.",),
            ),
            Line("Clears", (f"a second person with {skill}, who learns it or is lent, or time to spare for this work.",)),
            Line("Wrong?", ("Correct the labels of these, or the skills in the configuration.",)),
        ),
        inputs=resting_on(snapshot, subject.ref, (), load, [holder]) | {item.ref for item in items},
        facts={"skill": skill, "items": [ref_to_json(item.ref) for item in items[:10]], "late": late},
        weight=len(items),
        driving=items[0].ref,
    )
