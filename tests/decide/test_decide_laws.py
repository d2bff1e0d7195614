"""What holds for every company, ledger and policy."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from syncd.decide import Decision, FindingState, Place, Said, settle
from syncd.model.action import Mode
from syncd.model.finding import Count, Day, DaysOff, Finding, Line, Named, Part, Quote, Severity
from syncd.model.ref import Ref
from syncd.model.rows import Audience, Item
from syncd.model.snapshot import Snapshot
from tests.decide.decide_world import NOW, WIKI, decided, forge, item, jira, milestone, place, snapshot

PROJECTS = (("plat", "PLAT"), ("plat", "PAY"), ("code", "acme/api"), ("code", "acme/secret"))
TICKETS = tuple(jira(n, p) for p in ("PLAT", "PAY") for n in (1, 2)) + tuple(
    forge(n, r) for r in ("acme/api", "acme/secret") for n in (11, 12)
)
GOAL, EPIC = forge(7, stream="milestones"), jira(90)
SUBJECTS = (*TICKETS, GOAL, EPIC)
modes: st.SearchStrategy[Mode] = st.sampled_from(["off", "plan", "on", "on"])
audiences: st.SearchStrategy[Audience] = st.sampled_from(["connection", "connection", "scope", "record"])
severities: st.SearchStrategy[Severity] = st.sampled_from(["info", "warn", "critical"])
pairs = st.sets(st.sampled_from(PROJECTS))


@dataclass(frozen=True)
class World:
    """A snapshot, what the findings say of it, and how we may write."""

    snapshot: Snapshot
    findings: tuple[Finding, ...]
    where: dict[str, Place]


def secret(ref: Ref) -> str:
    """The title of a ticket: a word that stands nowhere else."""
    return f"Canary {ref.id.replace('/', ' ')} canary"


@st.composite
def worlds(draw: st.DrawFn) -> World:
    tickets = [item(ref, secret(ref), audience=draw(audiences)) for ref in TICKETS]
    goal, epic = milestone(GOAL, "Beta"), milestone(EPIC, "Checkout", draw(st.sampled_from(TICKETS[4:])))
    found = tuple(finding for subject in draw(st.sets(st.sampled_from(SUBJECTS))) for finding in draw(findings(subject, tickets)))
    return World(snapshot(goal, epic, *tickets), found, draw(places()))


@st.composite
def findings(draw: st.DrawFn, subject: Ref, tickets: list[Item]) -> list[Finding]:
    made = []
    for code in draw(st.sets(st.sampled_from(["drift", "blocked"]))):
        named = draw(st.lists(st.sampled_from(tickets), max_size=3))
        clocked = Count(draw(st.sampled_from([1, 5, 12])), "working day", clocked=True)
        parts: list[Part] = ["late ", Count(draw(st.integers(1, 30)), "item"), clocked, Day(NOW.date(), clocked=True)]
        parts += [DaysOff(((NOW.date(), NOW.date(), "holiday"),), clocked=True)]
        for one in named:
            known = draw(st.booleans())  # whether the detector remembered who may read of it
            audience, scope = (one.audience, one.scope_id) if known else ("connection", "")
            parts += [Named(one.ref, one.title, audience, scope), Quote(one.title, one.ref, audience, scope)]
        made.append(
            Finding(
                code=code,
                subject=subject,
                severity=draw(severities),
                headline=(Named(subject, "Subject" if subject in (GOAL, EPIC) else secret(subject)), ": ", *parts),
                lines=(Line("Why", tuple(parts)),),
                inputs=frozenset({subject, *(one.ref for one in named)}),
                weight=draw(st.integers(0, 40)),
                driving=draw(st.sampled_from(TICKETS)),
            )
        )
    return made


@st.composite
def places(draw: st.DrawFn) -> dict[str, Place]:
    def one(name: str) -> Place:
        write_for = {project: draw(modes) for connection, project in PROJECTS if connection == name and draw(st.booleans())}
        limits = {"limits": WIKI} if name == "plat" else {}
        share = draw(st.sampled_from(["keys", "titles"]))
        return place(name, draw(modes), write_for=write_for, share=share, off=draw(st.integers(0, 5)) == 0, **limits)

    return {name: one(name) for name in ("plat", "code")}


@dataclass
class Company:
    """The stored side: what a pass reads and what it leaves behind."""

    world: World
    states: Mapping[str, FindingState]
    said: dict[Ref, Said]
    enabled: set[tuple[str, str]]

    def look(
        self,
        findings: Iterable[Finding] | None = None,
        *,
        stale: Iterable[Ref] = (),
        later: timedelta = timedelta(0),
        cap: int = 20,
    ) -> Decision:
        """One pass without delivery."""
        as_of, unread = NOW + later, frozenset(stale)
        seen = replace(self.world.snapshot, as_of=as_of, stale=unread)
        found = self.world.findings if findings is None else findings
        settled = settle(found, self.states, stale=unread, as_of=as_of)
        return decided(
            settled.states,
            seen,
            said=self.said,
            where=self.world.where,
            enabled=self.enabled,
            as_of=as_of,
            writes_per_pass=cap,
            precedence=("code",),
        )

    def store(self, decision: Decision, later: timedelta = timedelta(0)) -> None:
        """All actions got their receipts."""
        from tests.decide.decide_world import receipted

        self.states = decision.states
        self.enabled |= set(decision.enabled)
        self.said = receipted(self.said, decision.plan.actions, NOW + later)


def company(world: World, enabled: Iterable[tuple[str, str]] = PROJECTS) -> Company:
    return Company(world, {}, {}, set(enabled))


@given(worlds(), pairs, st.integers(1, 4))
def test_once_all_is_delivered_there_is_nothing_to_write(world: World, enabled: set[tuple[str, str]], cap: int) -> None:
    there = company(world, enabled)
    for _ in range(12):
        decision = there.look(cap=cap)
        there.store(decision)
    assert there.look(cap=cap).plan.actions == there.look(cap=cap).plan.waiting == ()


@given(worlds(), st.integers(0, 4))
def test_no_more_than_the_cap_and_one_comment_a_ticket_and_the_severest_first(world: World, cap: int) -> None:
    plan = company(world).look(cap=cap).plan
    every = [*plan.actions, *plan.waiting]
    assert len(plan.actions) == min(cap, len(every))
    assert len({action.target for action in every}) == len(every)
    rank = {"critical": 0, "warn": 1, "info": 2}
    severity = {finding.fingerprint: rank[finding.severity] for finding in world.findings}
    worst = [min(severity[key] for key in action.fingerprints) for action in every]
    assert worst == sorted(worst)


@given(worlds(), pairs)
def test_only_what_is_on_is_written_and_only_what_is_planned_is_observed(world: World, enabled: set[tuple[str, str]]) -> None:
    plan = company(world, enabled).look().plan
    for action in (*plan.actions, *plan.waiting, *plan.observed):
        one = world.where[action.target.connection]
        assert one.mode(action.project) == ("plan" if action in plan.observed else "on")
        assert not one.off
        assert (action.target.connection, action.project) in {*enabled} or action.mode == "plan"


@given(worlds(), worlds(), st.sets(st.sampled_from(SUBJECTS)))
def test_what_was_not_read_changes_no_comment(before: World, after: World, unread: set[Ref]) -> None:
    there = company(before)
    there.store(there.look())
    resting = {
        key: {f.subject, *f.inputs} for key, f in ((state.finding.fingerprint, state.finding) for state in there.states.values())
    }
    told = dict(there.said)
    for action in there.look(after.findings, stale=unread).plan.actions:
        assert action.target not in unread
        kept = [key for key in told[action.target].fingerprints if resting[key] & unread] if action.target in told else []
        assert set(kept) <= set(action.fingerprints)
        for finding in (there.states[key].finding for key in kept):
            assert str(next(p for p in finding.headline if isinstance(p, Count)).value) in action.body
    assert there.look(after.findings, stale=SUBJECTS).plan.actions == ()


@given(worlds(), st.integers(1, 9))
def test_the_clock_alone_is_no_news(world: World, days: int) -> None:
    """Every number that the clock moves stays within its bucket, and every clocked date is another one."""
    there = company(world)
    for _ in range(3):
        there.store(there.look())
    later = timedelta(days=days)
    moved = [_ticked(finding, later) for finding in world.findings]
    assert there.look(moved, later=later).plan.actions == ()


def _ticked(finding: Finding, later: timedelta) -> Finding:
    def tick(part: Part) -> Part:
        if isinstance(part, Day) and part.clocked:
            return Day(part.day + later, clocked=True)
        if isinstance(part, Count) and part.clocked:
            return replace(part, value=part.value + min(later.days, 3))
        if isinstance(part, DaysOff) and part.clocked:
            return replace(part, days=())
        return part

    lines = tuple(Line(line.label, tuple(map(tick, line.parts))) for line in finding.lines)
    return replace(finding, headline=tuple(map(tick, finding.headline)), lines=lines)


@given(worlds(), worlds())
def test_nothing_is_told_where_it_may_not_be_read(world: World, after: World) -> None:
    there = company(world)
    first = there.look()
    there.store(first)
    there.world = replace(world, findings=after.findings)
    second = there.look()
    there.store(second)
    ended = there.look(())
    for plan in (first.plan, second.plan, ended.plan):
        for action in (*plan.actions, *plan.observed, *plan.waiting):
            for ticket in world.snapshot.items.values():
                shown = "\n".join([action.body, *action.reasons])
                if not may_be_named(ticket, action.target, action.project):
                    assert str(ticket.ref.key) not in shown
                    assert str(ticket.ref.url) not in shown
                if not may_be_titled(ticket, action.target, action.project, world.where):
                    assert secret(ticket.ref) not in shown


def may_be_named(ticket: Item, target: Ref, project: str) -> bool:
    """The rule once more, in the words of the design."""
    if ticket.audience == "connection" or ticket.ref == target:
        return True
    return ticket.audience == "scope" and (ticket.ref.connection, ticket.project) == (target.connection, project)


def may_be_titled(ticket: Item, target: Ref, project: str, where: Mapping[str, Place]) -> bool:
    crosses = ticket.ref.connection == target.connection or where[ticket.ref.connection].share == "titles"
    return crosses and may_be_named(ticket, target, project)


@given(worlds())
def test_another_title_of_something_secret_is_no_news_elsewhere(world: World) -> None:
    """Not even that it changed can be seen."""

    def renamed(part: Part) -> Part:
        if isinstance(part, Quote):
            return replace(part, text="other")
        return replace(part, title="other") if isinstance(part, Named) and part.title else part

    hidden = [
        replace(
            f,
            headline=("x",),
            lines=tuple(Line("Why", tuple(p for p in line.parts if _foreign(p, f.subject))) for line in f.lines),
        )
        for f in world.findings
    ]
    where = {name: replace(one, share="keys") for name, one in world.where.items()}
    there = company(replace(world, findings=tuple(hidden), where=where))
    for _ in range(3):
        there.store(there.look())
    told = {key: entry.target.connection for entry in there.said.values() for key in entry.fingerprints}
    other = [
        replace(f, lines=tuple(Line("Why", tuple(map(renamed, line.parts))) for line in f.lines))
        if told.get(f.fingerprint) == f.subject.connection
        else f
        for f in hidden
    ]
    assert there.look(other).plan.actions == ()


def _foreign(part: Part, subject: Ref) -> bool:
    return isinstance(part, Named | Quote) and part.ref.connection != subject.connection


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_in_which_things_come_makes_no_difference(world: World, luck: object) -> None:
    mixed = list(world.findings)
    luck.shuffle(mixed)  # type: ignore[attr-defined]
    there = company(world)
    assert there.look().plan == there.look(mixed).plan
