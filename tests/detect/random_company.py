"""Companies by chance, small and full of trouble: in some of them every detector finds something."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib.metadata import entry_points
from random import Random
from typing import Any

from syncd.contract import Detector, Rules
from syncd.contracts.change import Change as ContractChange
from syncd.contracts.change import Verdict
from syncd.contracts.judging import verdict_to_json
from syncd.detect import detect
from syncd.model.baseline import Baseline
from syncd.model.contract import Compared, Contract
from syncd.model.ref import Alias, Ref
from syncd.model.rows import Change, Effort, Item, MergeRequest, Milestone, Person, Quantity, Row
from syncd.model.snapshot import LostField, Snapshot
from syncd.model.teams import Member
from tests.model_builders import NOW, deployment, freeze, item, link, milestone, ref, snapshot, window
from tests.schedule.team_builders import away, team

PEOPLE = ("Ada", "Bo", "Cy", "Dee", "Eve", "Fay")
TODAY = date(2026, 5, 5)
COUNT = 13
"""So many milestones beside the programme."""
HOT = ("I-1", "I-2", "I-4", "I-7", "I-40", "I-45", "I-50")
"""Items that much hangs on, and that change most: in all baselines, of milestones that wait, in a cycle, the incident."""
NAMES = {"todo": "Open", "doing": "In progress", "unknown": "Parked", "done": "Done", "dropped": "Dropped"}
GATE = {"name": "release", "before_days": 2}
RULES: dict[str, dict[str, Any]] = {
    "gate_due": {"gates": [GATE | {"labels": ["approved"]}]},
    "missing_signoff": {"gates": [GATE | {"approvals": 1}]},
    "mix_out_of_band": {"bands": {"bug": (0.0, 0.1)}, "least_items": 3},
    "should_split": {"least_items": 4, "fan_in": 2, "teams": 2, "spread": 0.1},
    "schedule_quality": {"least_items": 3},
    "execution": {"least_items": 2, "least_days": 2},
    "stale": {"untouched_days": 5, "still_days": 3},
    "missed_checkin": {"every_days": 3},
    "buffer_burn": {"warn_from": 0, "critical_from": 5},
    "queue_wait_exceeds_slack": {"warn_days": 1},
    "not_forecastable": {"change": 1.1, "least": 5},
    "baseline_slip": {"warn_percent": 1},
}


def detectors() -> tuple[tuple[Detector, Rules], ...]:
    """All that come with syncd, with rules under which few are silent."""
    found = [point.load() for point in sorted(entry_points(group="syncd.detectors"), key=lambda point: point.name)]
    return tuple((one, one.rules.model_validate(RULES.get(one.code, {}))) for one in found)


@dataclass(slots=True)
class Chance:
    """What is drawn from."""

    random: Random

    def of(self, *values: Any) -> Any:
        return self.random.choice(values)

    def is_so(self, share: float) -> bool:
        return self.random.random() < share

    def day(self, first: int, last: int) -> date:
        return TODAY + timedelta(days=self.random.randint(first, last))

    def size(self) -> Quantity | None:
        return Quantity(60 * self.random.randint(1, 40), "minutes") if self.is_so(0.67) else None

    def people(self) -> tuple[Person, ...]:
        return tuple(map(Person, self.random.sample(PEOPLE, self.of(0, 1, 1, 1, 1, 2))))


def company(seed: int) -> Snapshot:
    """The company of that number. Every other one has teams; some have no estimates; some know open findings."""
    chance = Chance(Random(seed))
    rows: list[Row] = [*_milestones(chance), *_finished(chance), *_open(chance, timed=seed % 3 != 2)]
    rows += [*_links(chance), *_operations(chance)]
    if seed % 4 > 1:
        rows += [away(name, "2026-05-06", "2026-06-20") for name in PEOPLE[:2]]
    made = replace(snapshot(*rows), lost_fields=(LostField("plat", "issues", "f1", "Story points"),))
    made = replace(made, baselines=dict(_baselines(chance, made)))
    if seed % 2:
        made = _with_teams(made)
    found = [one for one in detect(made, detectors()).findings if chance.is_so(0.5)] if chance.is_so(0.5) else []
    return replace(
        made,
        open={one.fingerprint: chance.of("warn", "critical", "info") for one in found},
        weights={one.fingerprint: one.weight for one in found},
    )


def _milestones(chance: Chance) -> Iterator[Milestone]:
    yield milestone("PROGRAMME", due="2026-09-30")
    for number in range(COUNT):
        fields: dict[str, Any] = {
            "labels": tuple(label for label in ("service:checkout", "buffer:3d", "approved") if chance.is_so(0.3)),
            "cadence": chance.of(None, None, "iterative"),
            "class_": chance.of(None, "regulated"),
            "owner": chance.of(None, Person("Ada")),
            "parent": chance.of(None, None, ref("PROGRAMME")),
            "project": f"P{number % 2}",
            "updated_at": NOW - timedelta(days=chance.random.randint(1, 40)),
            "same_as": ("joined",) if number == 0 else (),
        }
        due = None if chance.is_so(0.1) else str(chance.day(-5, 60))
        yield milestone(f"M-{number}", due=due, status=chance.of("doing", "doing", "todo"), **fields)
    yield milestone("OTHER", "code", due="2026-07-01", status="done", same_as=("joined",), title="Elsewhere")


def _finished(chance: Chance) -> Iterator[Item]:
    for number in range(70):
        created = NOW - timedelta(days=chance.random.randint(20, 250))
        done = created + timedelta(days=chance.random.randint(1, 15))
        yield item(
            f"D-{number}", of=f"M-{number % COUNT}", status="done", status_name="Done", type="story", project=f"P{number % 2}", created_at=created, done_at=done,
            estimate=Quantity(480 * chance.random.randint(1, 4), "minutes"), due=str(done.date() - timedelta(days=chance.random.randint(-2, 2))),
        )  # fmt: skip


def _open(chance: Chance, *, timed: bool) -> Iterator[Item]:
    yield item(
        "FAR", of="PROGRAMME", due="2026-11-30", status_name="Open"
    )  # all ends with it: else each change moves every float
    for number in range(60):
        status = chance.of("todo", "doing", "doing", "unknown") if chance.is_so(0.95) else "dropped"
        begun = Change(
            NOW - timedelta(days=chance.random.randint(1, 20)), "ann", "status", "Open", chance.of("In progress", "Parked")
        )
        yield item(
            f"I-{number}",
            of=f"M-{number % COUNT}" if number < 55 else (f"M-{number % COUNT}", f"M-{(number + 1) % COUNT}"),
            status=status,
            status_name=NAMES[status],
            history=(begun,) if chance.is_so(0.5) else (),
            type="incident" if number == 7 else chance.of("story", "story", "bug"),
            project=f"P{number % 2}",
            created_at=NOW - timedelta(days=chance.random.randint(3, 60)),
            updated_at=NOW - timedelta(days=chance.random.randint(1, 30)),
            estimate=chance.size() if timed else Quantity(3, "points"),
            remaining=chance.of(None, None, chance.size()) if timed else None,
            assignees=tuple(one.name for one in chance.people()),
            labels=("skill:cobol",) if chance.is_so(0.15) else (),
            start=str(chance.day(-10, 20)) if chance.is_so(0.2) else None,
            due=str(chance.day(-5, 40)) if chance.is_so(0.4) else None,
        )


def _links(chance: Chance) -> Iterator[Row]:
    for _ in range(24):
        one, other = sorted(chance.random.sample(range(60), 2))
        relation, strength = chance.of("FS", "FS", "FS", "SS", "FF", "SF"), chance.of("hard", "hard", "hard", "soft", "external")
        yield link(f"I-{one}", f"I-{other}", relation=relation, strength=strength, lag=chance.of(0, 0, 0, 480, -480))
    yield link("M-1", "M-2")
    yield link("M-3", "M-5")
    yield link("I-3", "M-4")
    yield link("I-8", "M-6")
    yield link(ref("R-1", "code", "pulls"), "I-20")
    yield link(Alias("GONE-1"), "I-5")
    if chance.is_so(0.5):
        yield from (link("I-50", "I-45"), link("I-45", "I-40"), link("I-40", "I-50"))


def _operations(chance: Chance) -> Iterator[Row]:
    yield MergeRequest(ref=ref("R-1", "code", "pulls"), title="Leave it out", closes=(ref("I-20"),), milestones=(ref("M-3"),))
    yield window("W-1", "2026-05-07T18:00", "2026-05-07T20:00")
    yield window("W-2", "2026-06-14T18:00", "2026-06-14T20:00")
    yield freeze("F-1", "2026-05-08T10:00", "2026-05-12T10:00")
    yield deployment("V-1", "2026-05-08T12:00", of="M-5")
    yield deployment("V-2", "2026-05-08T12:10", of="M-6")
    for number in range(10):
        yield Effort(ref=ref(f"E-{number}", stream="worklogs"), item=ref(f"I-{number}"), at=NOW - timedelta(days=chance.of(2, 9)))


def _baselines(chance: Chance, made: Snapshot) -> Iterator[tuple[Ref, tuple[Baseline, ...]]]:
    at = NOW - timedelta(days=40)
    for anchor, one in made.milestones.items():
        if chance.is_so(0.7):
            agreed = [member for member in made.members.get(anchor, ()) if chance.is_so(0.7)]
            agreed += [ref(key) for key in HOT]
            sizes = {member: made.items[member].estimate for member in agreed}
            due = one.due - timedelta(days=chance.of(0, 5, 10)) if one.due else None
            yield anchor, (Baseline(milestone=anchor, at=at, recorded_at=NOW, origin="history", due=due, items=sizes),)


def _with_teams(made: Snapshot) -> Snapshot:
    teams = (
        team("red", "Ada", Member(person="Bo", share=0.5, skills=("cobol",)), owns=("P0",)),
        team("blue", "Cy", Member(person="Bo", share=0.5), owns=("M-1", "M-3")),
        team("shared", "Dee", shared=True, owns=("label:skill:*",)),
    )
    gone = ContractChange("operation-removed", "breaking", "both", "GET /pay", "GET /pay", None, None, "GET /pay is gone")
    contract = Contract(
        name="pay", connection="code", repository="acme/api", paths=("api.yaml",), producer="blue", milestones=("M-1", "M-2")
    )
    seen = Compared(
        contract="pay", revision="merge_request", name="7", of=ref("R-1", "code", "pulls"), verdict=verdict_to_json(Verdict.of([gone])),
        sources=frozenset({Ref("code", "contract_files", "f1")}),
    )  # fmt: skip
    return replace(made, teams=teams, contracts=(contract,), compared=(seen,))
