"""Pure. `stale`: work that has begun and that drives a milestone's date has been left lying.

Facts of an item that has begun: untouched for more than 14 days; nothing of its milestone moved for more than 7 days; older, in
working days, than 85 of 100 finished items of its reference class became; nobody is assigned; it has no due date. Rule:
critical where two of them hold, one of the first three among them, and the item lies on the driving path of an open milestone. What holds
of any other item stands in the list of its team (`syncd hygiene`) and is not said. Source: this house's rules.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import Field

from syncd.contract import Detector, Rules
from syncd.detect.wording import keyed, listed, named, owners, with_sources
from syncd.model.finding import Finding, Line, Part
from syncd.model.ref import Ref
from syncd.model.rows import Item
from syncd.model.snapshot import Snapshot
from syncd.schedule.ages import is_old, moved_of, touched_at
from syncd.schedule.ordered import ordered_milestones
from syncd.schedule.plan import plan_of
from syncd.schedule.wall import wall_day
from syncd.schedule.wiring import End, is_open, opened_of

CODE = "stale"
_SHOWN = 5
_LYING = frozenset({"untouched", "still", "old"})


class StaleRules(Rules):
    """After what time work counts as left lying."""

    untouched_days: int = Field(14, ge=1, description="Calendar days without a change after which an item counts as untouched.")
    still_days: int = Field(
        7, ge=1, description="Calendar days without a change of anything after which a milestone counts as still."
    )


def detect(snapshot: Snapshot, rules: StaleRules) -> Iterator[Finding]:
    """One finding per item that drives a milestone and of which two facts hold."""
    plan, items = snapshot.once(plan_of), snapshot.once(opened_of).items
    driven: dict[int, list[Ref]] = {}
    for milestone in snapshot.once(ordered_milestones):
        end = plan.wiring.number.get(End(milestone.ref))
        if end is not None and is_open(milestone):
            for number in plan.numbers_on(end):
                if number < len(items) and items[number].status == "doing":
                    driven.setdefault(number, []).append(milestone.ref)
    for number in sorted(driven):  # as their refs are
        item, milestones = items[number], driven[number]
        own = rules.of(snapshot.milestones[milestones[0]].class_)
        facts = facts_of(snapshot, item, milestones, own)
        if len(facts) > 1 and not _LYING.isdisjoint(facts):
            yield _finding(snapshot, item, milestones, facts, own)


DETECTOR = Detector(code=CODE, title="Left lying", rules=StaleRules, detect=detect)


def facts_of(snapshot: Snapshot, item: Item, milestones: Sequence[Ref], rules: StaleRules) -> list[str]:
    """What speaks for the item having been left lying."""
    moves = snapshot.once(moved_of)
    moved = max((moves[ref] for ref in milestones if ref in moves), default=None)
    holds = {
        "untouched": _before(snapshot, touched_at(item), rules.untouched_days),
        "still": _before(snapshot, moved, rules.still_days),
        "old": is_old(snapshot, item),
        "ownerless": not item.assignees,
        "undated": item.due is None,
    }
    return [fact for fact, does in holds.items() if does]


def _before(snapshot: Snapshot, at: datetime | None, days: int) -> bool:
    return at is not None and (snapshot.today - wall_day(at, ZoneInfo(snapshot.zone))).days > days


def _finding(snapshot: Snapshot, item: Item, milestones: Sequence[Ref], facts: Sequence[str], rules: StaleRules) -> Finding:
    words = {
        "untouched": f"it was not touched for more than {rules.untouched_days} days",
        "still": f"nothing of its milestone moved for more than {rules.still_days} days",
        "old": "it takes longer than 85 of 100 finished ones like it took",
        "ownerless": "nobody is assigned to it",
        "undated": "it has no due date",
    }
    shown = [keyed(snapshot.milestones[ref]) for ref in milestones[:_SHOWN]]
    cure = {"ownerless": "an assignee", "undated": "a due date"}
    clears = ["a change of it", *(cure[fact] for fact in facts if fact in cure)]
    return Finding(
        code=CODE,
        subject=item.ref,
        severity="critical",
        headline=(named(item), " has begun and is left lying; it drives ", *listed(shown), "."),
        lines=(
            Line("Why", (*listed([words[fact] for fact in facts]), ".", *_whom_to_ask(item))),
            Line("Rests on", ("its changes, and the driving path. Rule: two such facts on work that drives a milestone.",)),
            Line("Clears", (*listed(clears, " or "), ".")),
            Line("Wrong?", ("Correct the status of ", keyed(item), ".")),
        ),
        inputs=with_sources(snapshot, {item.ref, *milestones}),
        facts={"facts": list(facts), "milestones": [ref.label for ref in milestones]},
        weight=len(facts),
        driving=item.ref,
    )


def _whom_to_ask(item: Item) -> tuple[Part, ...]:
    return (" Who can say how it stands: ", *owners(item), ".") if item.assignees else ()
