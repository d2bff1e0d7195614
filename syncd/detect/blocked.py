"""Pure. `blocked`: work waits for a predecessor that is not done.

Rules, for links between open work, within and across vendors:
- hard (or external), FS: the predecessor is unfinished and the successor has started, or starts within 2 working days, or the
  predecessor's early end with its lag (`syncd.schedule.plan`) is not before the successor's start. A missing start is
  the latest that duration and due date allow. The number is the working days from that start, or from today where it runs without
  a date, up to and including the predecessor's end. Warn from 1, and where the predecessor has no date or is overdue; critical
  when the predecessor ends on or after the successor's due date, or eats all its float, so that no time is left for it; else info.
- hard, SS: the same, with a predecessor that has not started. FF and SF hold up an end, not a start: `drift` counts them.
- the predecessor was dropped, or is nowhere in the mirror: warn when the successor has started or starts within 2 working days,
  else info.
- a cycle of hard links: critical, one finding per cycle, which is printed in the order of the work.
- soft: info, only when the successor has started; it never moves a date.
Source: the critical path method's early dates; the limits are this house's.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from pydantic import Field

from syncd.contract import Detector, Rules
from syncd.detect.blocked_words import Case, basis_of, days_of, ends, headline, or_start, rule, where, wrong
from syncd.detect.driving import DRAWN, pictured
from syncd.detect.wording import NEAREST, keyed, listed, named, owners, quoted, with_sources
from syncd.model.finding import SEVERITIES, Count, Finding, Line, Named, Part, Severity, Step, bucket
from syncd.model.ref import Alias, Ref, ref_to_json
from syncd.model.rows import Dependency, Item
from syncd.model.snapshot import Snapshot
from syncd.schedule.cycles import Cycle, cycles_of
from syncd.schedule.days import days_within
from syncd.schedule.durations import duration_of
from syncd.schedule.lagging import after_lag
from syncd.schedule.plan import Finish, Plan, finish_of, plan_of
from syncd.schedule.reference import reference_of
from syncd.schedule.starts import set_start, start_of
from syncd.schedule.wiring import Work, due_of, is_open, of_each_other, opened_of
from syncd.schedule.workdays import roll_forward
from syncd.schedule.working import working_of

CODE = "blocked"

_SHOWN = 10
"""So many members of a cycle are printed."""


class BlockedRules(Rules):
    """How early a block is told."""

    soon_days: int = Field(2, ge=0, description="Working days before its start from which an unfinished predecessor is told.")
    warn_days: int = Field(1, ge=1, description="Working days that are lost from which it is a warning.")


def detect(snapshot: Snapshot, rules: BlockedRules) -> Iterator[Finding]:
    """One finding per successor and predecessor, one per cycle."""
    cycles = snapshot.once(cycles_of)
    inside = {ref: place for place, cycle in enumerate(cycles) for ref in cycle.members}
    yield from (_cycle(snapshot, cycle) for cycle in cycles)
    plan, open_, dropped = snapshot.once(plan_of), snapshot.once(opened_of), _refs_of_dropped(snapshot)
    found: dict[tuple[Ref, str], Finding] = {}
    for link, before, after in zip(open_.links, open_.earlier, open_.later, strict=True):
        if after < 0 or not isinstance(link.predecessor, Ref):
            continue
        if before < 0 and link.predecessor not in dropped:
            continue  # it is done
        later, earlier = open_.works[after], open_.works[before] if before >= 0 else snapshot.get(link.predecessor)
        if earlier is None:
            continue
        if inside and inside.get(earlier.ref, -1) == inside.get(later.ref) and link.strength != "soft":
            continue
        _keep_worse(found, _judged(snapshot, plan, rules, link, earlier, later))
    for link, reason in snapshot.dangling:
        _keep_worse(found, _unreachable(snapshot, rules, link, reason))
    yield from found.values()


DETECTOR = Detector(code=CODE, title="Blocked", rules=BlockedRules, detect=detect)


def _refs_of_dropped(snapshot: Snapshot) -> Collection[Ref]:
    """What nobody will finish: few, so that most of what is not open need not be looked up."""
    kinds: tuple[Mapping[Ref, Work], ...] = (snapshot.items, snapshot.merge_requests, snapshot.milestones)
    return {ref for kind in kinds for ref, work in kind.items() if work.status in ("dropped", "closed")}


def _keep_worse(found: dict[tuple[Ref, str], Finding], finding: Finding | None) -> None:
    if finding is None:
        return
    key = finding.subject, finding.discriminator
    known = found.get(key)
    if known is None or _badness(finding) > _badness(known):
        found[key] = finding


def _badness(finding: Finding) -> tuple[int, int]:
    return SEVERITIES.index(finding.severity), finding.weight


def _judged(snapshot: Snapshot, plan: Plan, rules: BlockedRules, link: Dependency, earlier: Work, later: Work) -> Finding | None:
    if of_each_other(snapshot, earlier, later):
        return None
    if earlier.status in ("dropped", "closed"):
        return _dropped(snapshot, rules, link, earlier, later)
    if not is_open(earlier) or link.relation in ("FF", "SF") or (link.relation == "SS" and earlier.status == "doing"):
        return None
    case = _case(snapshot, plan, rules, link, earlier, later)
    if case is None:
        return None
    return _soft(snapshot, plan, case) if link.strength == "soft" else _hard(snapshot, plan, rules, case)


def _case(snapshot: Snapshot, plan: Plan, rules: BlockedRules, link: Dependency, earlier: Work, later: Work) -> Case | None:
    """The link as it stands; None where nothing is to be said of it."""
    if later.status != "doing" and not (set_start(later) or due_of(later)):
        return None  # nothing says when it starts
    end, number, today = finish_of(plan, earlier), plan.wiring.number.get(later.ref), snapshot.today
    time = plan.working.default if number is None else plan.calendars[plan.calendar_of[number]]
    lagged = Finish(after_lag(plan, link, end, time), end.clocked, end.by) if link.lag else end
    known = None if number is None or not isinstance(later, Item) else plan.durations[number]
    takes = known or duration_of(later, snapshot.once(reference_of))
    start = start_of(later, today, days_of(takes, time), time)
    open_ = lagged.clocked and not (link.lag and link.lag_in == "elapsed")
    last = roll_forward(lagged.day) if open_ else lagged.day  # nothing that is open on a weekend ends before Monday
    lost = days_within(time, start.day, last) if start.day and link.relation == "FS" else 0
    near = start.within(rules.soon_days, today, time)
    if not (start.started if link.strength == "soft" else near or lost):
        return None
    path = () if (at := plan.wiring.number.get(earlier.ref)) is None else plan.numbers_on(at, DRAWN + 1)
    return Case(
        link=link,
        earlier=earlier,
        later=later,
        path=path,
        number=number,
        start=start,
        near=near,
        own=end,
        end=lagged,
        last=last,
        lost=lost,
        takes=takes,
        time=time,
        before=keyed(earlier),
        waiting=keyed(later),
        today=today,
        likely=any(map(plan.is_typical, path)),
        eats=number is not None and plan.room(number) < 0 and plan.finish(number).by == earlier.ref,
    )


def _near(snapshot: Snapshot, rules: BlockedRules, later: Work) -> bool:
    time = snapshot.once(working_of).default
    days = days_of(duration_of(later, snapshot.once(reference_of)), time)
    return start_of(later, snapshot.today, days, time).within(rules.soon_days, snapshot.today, time)


def _hard(snapshot: Snapshot, plan: Plan, rules: BlockedRules, case: Case) -> Finding:
    due, own = due_of(case.later), due_of(case.earlier)
    unsure = own is None or own < case.today
    severity: Severity = "warn" if case.lost >= rules.warn_days or unsure else "info"
    if case.link.relation == "FS" and ((due and case.end.day >= due) or case.eats):
        severity = "critical"
    lines = (
        Line("Why", (*where(plan, case), ". Who can unblock it: ", *owners(case.earlier), ".")),
        Line("Rests on", (*basis_of(case), ". ", *rule(case.link.strength, case.link.relation, rules.warn_days))),
        Line("Clears", (case.before, " done", *or_start(case), ".")),
        Line("Wrong?", wrong(case)),
    )
    return _finding(
        snapshot,
        case.link,
        case.later,
        severity=severity,
        headline=headline(case),
        lines=lines,
        weight=bucket(case.lost) if case.clocked else case.lost,
        resting=plan.upstream([case.earlier.ref], NEAREST),
        graph=pictured(plan, _works(plan, case), case.later, whole=False),
        facts={
            "reason": "started" if case.start.started else "soon" if case.near else "predicted",
            "days_lost": case.lost,
            "predecessor_end": case.end.day.isoformat(),
            "clocked": case.clocked,
            "start": case.start.day.isoformat() if case.start.day else None,
            "due": due.isoformat() if due else None,
            "soon_days": rules.soon_days,
            "warn_days": rules.warn_days,
        },
    )


def _works(plan: Plan, case: Case) -> tuple[Work, ...]:
    """What drives the predecessor, and it."""
    return tuple([work for number in case.path if (work := plan.works[number])]) if case.path else (case.earlier,)


def _soft(snapshot: Snapshot, plan: Plan, case: Case) -> Finding:
    return _finding(
        snapshot,
        case.link,
        case.later,
        severity="info",
        headline=(named(case.later), " started before ", keyed(case.earlier), ", which should come first."),
        lines=(
            Line("Why", (*ends(plan, case), ". Who can finish it: ", *owners(case.earlier), ".")),
            Line("Rests on", ("a soft link, which moves no date.",)),
            Line("Clears", (keyed(case.earlier), " done.")),
            Line("Wrong?", ("Correct the status of ", keyed(case.earlier), " or ", keyed(case.later), ", or their link.")),
        ),
        facts={"reason": "soft"},
    )


def _dropped(snapshot: Snapshot, rules: BlockedRules, link: Dependency, earlier: Work, later: Work) -> Finding | None:
    if link.strength == "soft":
        return None
    return _finding(
        snapshot,
        link,
        later,
        severity="warn" if _near(snapshot, rules, later) else "info",
        headline=(named(later), " waits for ", keyed(earlier), ", which was dropped."),
        lines=(
            Line("Why", ("nobody will finish ", keyed(earlier), ".")),
            Line("Rests on", ("the status of ", keyed(earlier), f". A {link.strength} predecessor gets done or is none.")),
            Line("Clears", ("the link removed, or another predecessor named.",)),
            Line("Wrong?", ("Correct the status of ", keyed(earlier), " or the link.")),
        ),
        facts={"reason": "dropped"},
    )


def _unreachable(snapshot: Snapshot, rules: BlockedRules, link: Dependency, reason: str) -> Finding | None:
    """A predecessor that nothing in the mirror answers to. A link whose successor is not there concerns nobody here."""
    later = snapshot.get(link.successor) if isinstance(link.successor, Ref) else None
    missing = link.predecessor
    if later is None or not is_open(later) or link.strength == "soft":
        return None
    if isinstance(missing, Ref) and snapshot.get(missing):
        return None
    name: Part = quoted(missing.text, later) if isinstance(missing, Alias) else Named(missing, "", later.audience, later.scope_id)
    return _finding(
        snapshot,
        link,
        later,
        severity="warn" if _near(snapshot, rules, later) else "info",
        headline=(named(later), " waits for ", name, ", which ", _why_missing(reason), "."),
        lines=(
            Line("Why", ("whether it is done cannot be seen from here.",)),
            Line("Rests on", ("what is mirrored. A predecessor that cannot be seen counts as unfinished and moves no date.",)),
            Line("Clears", ("its project mirrored, or the link removed.",)),
            Line("Wrong?", ("Correct the link of ", keyed(later), ", or add the project to the configuration.")),
        ),
        facts={"reason": "unreachable"},
    )


def _why_missing(reason: str) -> str:
    return "several records are called" if "several records" in reason else "is not in the mirror"


def _finding(
    snapshot: Snapshot,
    link: Dependency,
    later: Work,
    *,
    severity: Severity,
    headline: tuple[Part, ...],
    lines: tuple[Line, ...],
    facts: Mapping[str, object],
    weight: int = 1,
    resting: frozenset[Ref] = frozenset(),
    graph: tuple[Step, ...] = (),
) -> Finding:
    earlier = link.predecessor.unseen if isinstance(link.predecessor, Alias) else link.predecessor
    return Finding(
        code=CODE,
        subject=later.ref,
        discriminator=str(earlier),
        severity=severity,
        headline=headline,
        lines=lines,
        inputs=with_sources(snapshot, {later.ref, earlier, *resting}),
        facts={"predecessor": ref_to_json(earlier), "strength": link.strength, "relation": link.relation, **facts},
        weight=weight,
        driving=later.ref if isinstance(later, Item) else None,
        graph=graph,
    )


def _cycle(snapshot: Snapshot, cycle: Cycle) -> Finding:
    order, members = cycle.ring, cycle.members
    works = [work for ref in order if (work := snapshot.get(ref))]
    more = len(members) - len(order)
    others = f" {more} more are caught in it." if more else ""
    return Finding(
        code=CODE,
        subject=min(members),
        discriminator=" ".join(sorted(str(ref) for ref in members)),
        severity="critical",
        headline=(Count(len(members), "piece of work"), " wait for each other: ", *_ring(works), "."),
        lines=(
            Line("Why", (f"each is a hard predecessor of the next, so none of them can be the first.{others}",)),
            Line("Rests on", ("the links between them. Inside a cycle no date is pushed.",)),
            Line("Clears", ("one of these links removed or made soft.",)),
            Line("Wrong?", ("Correct a link of ", *listed([keyed(work) for work in works[:_SHOWN]], " or "), ".")),
        ),
        inputs=with_sources(snapshot, members),
        facts={"reason": "cycle", "cycle": [ref_to_json(ref) for ref in order], "members": len(members)},
        weight=len(members),
        graph=tuple(Step(named(work), (), ((place or len(works[:_SHOWN])) - 1,)) for place, work in enumerate(works[:_SHOWN])),
        driving=next((ref for ref in order if ref in snapshot.items), None),
    )


def _ring(works: Sequence[Work]) -> Iterator[Part]:
    for work in works[:_SHOWN]:
        yield keyed(work)
        yield " -> "
    if len(works) > _SHOWN:
        yield f"{len(works) - _SHOWN} more -> "
    yield keyed(works[0])
