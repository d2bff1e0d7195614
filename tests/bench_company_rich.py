"""A made-up company with all that a model can hold: teams, leave, windows, deployments, merge requests, sign-offs, histories, sub-items."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from syncd.mapping.assemble import Precedence, assemble
from syncd.model.baseline import Baseline
from syncd.model.ref import Ref
from syncd.model.rows import (
    Absence,
    Change,
    Check,
    Dependency,
    Deployment,
    Effort,
    Item,
    MergeRequest,
    Milestone,
    Person,
    Quantity,
    Row,
    SignOff,
    Window,
)
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Hours, Member, Team

NOW = datetime(2026, 5, 5, 7, 0, tzinfo=UTC)
TODAY = NOW.date()
PER_MILESTONE, PROJECTS, TEAMS, TEAM = 20, 50, 100, 10


@dataclass(slots=True)
class _Given:
    """What rows are made of. `people`: those of all teams, one team after the other."""

    random: Random
    people: list[Person] = field(default_factory=list)
    items: list[Ref] = field(default_factory=list)

    def within(self, first: int, last: int) -> date:
        """A day so many days from today."""
        return TODAY + timedelta(days=self.random.randrange(first, last))


def rich_company(items: int, seed: int = 1) -> Snapshot:
    """For a hundred items: five milestones under a sixth, 40 merge requests with two sign-offs and a check each, 25 notes of effort, and
    135 links of every kind. Each of a thousand people is away eight times; a milestone has a deployment, and every project windows."""
    given = _Given(Random(seed), [Person(f"a{number}", {"p": f"a{number}"}) for number in range(TEAMS * TEAM)])
    work = [*_work(given, items)]
    rows: list[Row] = [*work, *_links(given), *_requests(given), *_absences(given), *_windows(given), *_deployments(given, work)]
    made = assemble(rows, anchors={}, precedence=Precedence(), as_of=NOW, zone="Europe/Berlin").snapshot
    return replace(made, teams=tuple(_teams(given)), baselines=dict(_baselines(made)))


def _work(given: _Given, items: int) -> Iterator[Row]:
    random = given.random
    for number in range(items // PER_MILESTONE):
        above, ref = Ref("p", "milestones", f"top{number // 5}", key=f"T-{number // 5}"), _milestone(number)
        if number % 5 == 0:
            yield Milestone(ref=above, title="top", status="doing", due=given.within(30, 300), project=_project(number))
        yield Milestone(
            ref=ref,
            title=f"m{number}",
            status=random.choice(["todo", "doing", "doing", "done"]),
            status_name="In Progress",
            parent=above,
            owner=random.choice(given.people),
            team=f"t{number % TEAMS}",
            start=given.within(-90, 0),
            due=given.within(-5, 200) if random.random() < 0.9 else None,
            labels=(f"service:s{number % 300}",),
            class_="regulated" if number % 4 == 0 else None,
            history=(
                Change(NOW - timedelta(days=40), "a1", "due", given.within(0, 100).isoformat(), given.within(0, 200).isoformat()),
            ),
            updated_at=NOW - timedelta(days=random.randrange(30)),
            project=_project(number),
        )
        for place in range(PER_MILESTONE):
            yield _item(given, number, place)


def _milestone(number: int) -> Ref:
    return Ref("p", "milestones", str(number), key=f"M-{number}")


def _project(number: int) -> str:
    return f"P{number % PROJECTS}"


def _item(given: _Given, milestone: int, place: int) -> Item:
    """Some are parts of the one before, which alone names the milestone then."""
    random, number = given.random, milestone * PER_MILESTONE + place
    status: Any = random.choice(["todo", "todo", "doing", "done", "done", "done", "dropped"])
    created = NOW - timedelta(days=random.randrange(20, 300))
    begun = created + timedelta(days=random.randrange(1, 10))
    done = begun + timedelta(days=random.randrange(1, 15)) if status == "done" else None
    ref = Ref("p", "issues", str(number), key=f"I-{number}", url=f"https://p.example/browse/I-{number}")
    moves = [
        Change(begun, "a1", "status", "To Do", "In Progress"),
        *([Change(done, "a1", "status", "In Progress", "Done")] if done else []),
    ]
    part_of = given.items[-1] if place % 4 == 3 else None
    given.items.append(ref)
    team = milestone % TEAMS * TEAM
    return Item(
        ref=ref,
        title=f"item {number}",
        type=random.choice(["story", "task", "bug"]) if random.random() < 0.98 else "incident",
        type_name="Story",
        status=status,
        status_name={"todo": "To Do", "doing": "In Progress", "done": "Done", "dropped": "Won't do"}[status],
        estimate=Quantity(480.0 * random.randrange(1, 5), "minutes") if random.random() < 0.7 else None,
        spent=240.0 if status == "doing" else None,
        assignees=tuple(random.sample(given.people[team : team + TEAM], random.choice([0, 1, 1, 1, 2, 3]))),
        milestones=() if part_of else (_milestone(milestone),),
        parent=part_of,
        start=given.within(-10, 60) if random.random() < 0.2 else None,
        due=given.within(-10, 200) if random.random() < 0.5 else None,
        created_at=created,
        done_at=done,
        updated_at=NOW - timedelta(days=random.randrange(60)),
        priority="High",
        labels=("backend", f"l{number % 40}"),
        sprint=f"S{number % 12}",
        history=() if status == "todo" else tuple(moves),
        project=_project(milestone),
    )


def _links(given: _Given) -> Iterator[Dependency]:
    random, refs = given.random, given.items
    for _ in range(int(1.35 * len(refs))):
        at = random.randrange(len(refs) - 1)
        later = refs[min(len(refs) - 1, at + 1 + random.randrange(40))]
        strength: Any = random.choice(["hard"] * 8 + ["soft", "external"])
        relation: Any = random.choice(["FS"] * 9 + ["SS", "FF"])
        lag = random.choice([0.0] * 8 + [480.0, -480.0])
        yield Dependency(ref=later, predecessor=refs[at], successor=later, strength=strength, relation=relation, lag=lag)
    tops = len(refs) // PER_MILESTONE
    for number in range(tops // 10):
        one, other = sorted(random.sample(range(tops), 2))
        yield Dependency(ref=_milestone(other), predecessor=_milestone(one), successor=_milestone(other), link_name=f"{number}")


def _requests(given: _Given) -> Iterator[Row]:
    random, refs = given.random, given.items
    for number in range(len(refs) * 2 // 5):
        of = random.randrange(len(refs))
        ref = Ref("g", "pulls", str(number), key=f"acme/r{of % PROJECTS}#{number}")
        created, status = NOW - timedelta(days=random.randrange(1, 100)), random.choice(["open", "merged", "merged", "closed"])
        ended = created + timedelta(days=random.randrange(1, 9))
        yield MergeRequest(
            ref=ref,
            title=f"pull {number}",
            status=status,  # type: ignore[arg-type]
            author=random.choice(given.people),
            head_sha=f"{number:040x}",
            created_at=created,
            merged_at=ended if status == "merged" else None,
            closed_at=ended if status != "open" else None,
            closes=(refs[of],),
            project=_project(of),
        )
        for person in random.sample(given.people, 2):
            at = created + timedelta(hours=random.randrange(1, 99))
            signed = Ref("g", "reviews", f"{number}-{person.name}")
            yield SignOff(ref=signed, of=ref, person=person, verdict=random.choice(["approved", "commented"]), at=at)
        yield Check(ref=Ref("g", "checks", str(number)), of=ref, name="build", state="passed", sha=f"{number:040x}")
    for number in range(len(refs) // 4):
        spent = Ref("p", "worklogs", str(number))
        yield Effort(
            ref=spent, item=random.choice(refs), person=random.choice(given.people), minutes=60, at=NOW - timedelta(days=9)
        )


def _absences(given: _Given) -> Iterator[Absence]:
    for person in given.people:
        for number in range(8):
            first = given.within(-200, 365)
            until = first + timedelta(days=given.random.randrange(1, 15))
            yield Absence(ref=Ref("c", "events", f"{person.name}-{number}"), person=person, start=first, end=until, all_day=True)


def _windows(given: _Given) -> Iterator[Window]:
    """Every fourth week a project's services may be deployed; each quarter somebody freezes one."""
    for service in range(300):
        for number in range(24):
            begin = datetime.combine(TODAY + timedelta(days=28 * number - 90 + service % 28), time(20), UTC)
            kind: Any = "freeze" if number % 6 == 5 else "deploy"
            ref = Ref("c", "events", f"w{service}-{number}", key=f"W-{service}-{number}")
            yield Window(ref=ref, window_kind=kind, scope=f"s{service}", title="w", start=begin, end=begin + timedelta(hours=4))


def _deployments(given: _Given, work: list[Row]) -> Iterator[Deployment]:
    for number, one in enumerate(one for one in work if isinstance(one, Milestone) and one.parent):
        at = datetime.combine(given.within(-60, 200), time(given.random.randrange(24)), UTC)
        yield Deployment(
            ref=Ref("g", "deployments", str(number), key=f"D-{number}"),
            service=f"s{number % 300}",
            environment="production",
            status="planned" if at > NOW else "done",
            at=at,
            by=given.random.choice(given.people),
            milestones=(one.ref,),
        )


def _teams(given: _Given) -> Iterator[Team]:
    for number in range(TEAMS):
        members = given.people[number * TEAM : number * TEAM + TEAM]
        hours = Hours(region=("DE-BE", "GB-SCT", "")[number % 3])
        shares = tuple(
            Member(person=f"p:{one.name}", share=given.random.choice([1.0, 1.0, 0.5]), skills=("java",)) for one in members
        )
        yield Team(name=f"t{number}", members=shares, hours=hours, owns=(f"t{number}-*",), shared=number % 20 == 0)


def _baselines(snapshot: Snapshot) -> Iterator[tuple[Ref, tuple[Baseline, ...]]]:
    """Every third milestone is agreed on, with three quarters of its items."""
    for ref, one in list(snapshot.milestones.items())[::3]:
        scope = {item: snapshot.items[item].estimate for item in snapshot.members[ref][::4] + snapshot.members[ref][1::4]}
        yield (
            ref,
            (Baseline(milestone=ref, at=NOW - timedelta(days=60), recorded_at=NOW, origin="history", due=one.due, items=scope),),
        )
