"""Pure. How a breaking change is told: what changes, when it lands, what was assumed, and what clears it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from syncd.contracts.change import LEVELS, UNJUDGED, Change
from syncd.contracts.impact import Adaptation, Effort, Impact, Landing
from syncd.contracts.judging import REMOVED
from syncd.contracts.rules import RULES
from syncd.detect.wording import keyed, listed, named, quoted
from syncd.model.contract import Compared, Contract
from syncd.model.finding import Count, Day, Part, Severity
from syncd.model.raw import Json
from syncd.model.ref import Ref, ref_to_json
from syncd.model.rows import ContractFile, MergeRequest, Milestone
from syncd.model.snapshot import Snapshot

Origin = MergeRequest | ContractFile | None
"""What the places of changes are read from."""

SHOWN = 5
_LONGEST = 200

_LANDS = {
    "merged": "it is merged",
    "mergeable": "it can be merged now",
    "due": "its milestone is due then",
    "planned": "the plan says so",
    "assumed": "nothing says that it takes longer",
}


@dataclass(frozen=True, slots=True)
class Case:
    """What is told of. `told`: the milestones that it hits, `late`: those that end late by it."""

    snapshot: Snapshot
    contract: Contract
    request: MergeRequest
    changes: tuple[Change, ...]
    landing: Landing
    effort: Effort
    told: tuple[Adaptation, ...]
    late: frozenset[Ref]

    @property
    def shown(self) -> tuple[Adaptation, ...]:
        """The first of those that it hits."""
        return self.told[:SHOWN]

    def milestone(self, one: Adaptation) -> Milestone:
        """The milestone of a consumer."""
        return self.snapshot.milestones[one.milestone]


def headline_of_request(case: Case) -> tuple[Part, ...]:
    """What is told on the merge request."""
    what = f"the contract {case.contract.name}"
    if not any(change.level == "breaking" for change in case.changes):
        return named(case.request), f": whether it breaks {what} could not be judged."
    if not case.told:
        return named(case.request), f" breaks {what}; no due date of a consumer is hit."
    return named(case.request), f" breaks {what} before its consumers are ready: ", *_dated(case), "."


def headline_of_consumer(case: Case, one: Adaptation) -> tuple[Part, ...]:
    """What is told on a milestone that is hit."""
    ends = " relies on, before it is ready for it."
    if one.milestone in case.late:
        ends = " relies on, and adapting makes it late."
    milestone = case.milestone(one)
    return named(milestone), ": ", keyed(case.request), f" breaks the contract {case.contract.name}, which it{ends}"


def _dated(case: Case) -> Iterator[Part]:
    for place, one in enumerate(case.shown):
        if place:
            yield ", " if place < len(case.shown) - 1 or len(case.told) > SHOWN else " and "
        yield keyed(case.milestone(one))
        yield from (" (due ", Day(one.due), ")") if one.due else (" (no due date)",)
    if len(case.told) > SHOWN:
        yield f" and {len(case.told) - SHOWN} more"


def changed(changes: Sequence[Change], origin: Origin) -> tuple[Part, ...]:
    """The first changes, each by its rule and its place."""
    more = len(changes) - SHOWN
    told = [part for place, one in enumerate(changes[:SHOWN]) for part in (*(("; ",) if place else ()), *of_change(one, origin))]
    return *told, *([f"; and {more} more"] if more > 0 else []), "."


def of_change(change: Change, origin: Origin) -> Iterator[Part]:
    """A change by its rule and its place; what the repository's users wrote is theirs. Nothing is told of where without an origin."""
    own = change.rule in RULES or change.rule in (UNJUDGED, REMOVED)
    yield change.rule if own or origin is None else quoted(change.rule, origin)
    where = " ".join(dict.fromkeys(part for part in (change.operation, change.place) if part))
    if where and origin is not None:
        yield from (": ", quoted(where if len(where) <= _LONGEST else f"{where[: _LONGEST - 1]}…", origin))


def about_landing(case: Case) -> tuple[Part, ...]:
    """When the change is there, and what says so."""
    landing = case.landing
    return "it lands on ", Day(landing.day, landing.clocked), f": {_LANDS[landing.basis]}."


def ready_of(case: Case, one: Adaptation) -> tuple[Part, ...]:
    """When a consumer is ready, and what that does to their date."""
    after: tuple[Part, ...] = (", ", Count(one.late, "working day", clocked=True), " after that") if one.hit else ()
    slip: tuple[Part, ...] = ()
    if one.milestone in case.late and one.due:
        slip = "; with it, it ends ", Count(one.slips, "working day", clocked=True), " later than due and planned"
    return keyed(case.milestone(one)), " is ready on ", Day(one.ready, clocked=True), " at the earliest", *after, *slip, "."


def rests_on(case: Case) -> tuple[Part, ...]:
    """What was assumed of adapting."""
    return (assumed(case.effort, "from today on, ", "breaking change"),)


def assumed(effort: Effort, since: str, what: str) -> str:
    """What was assumed of adapting to each `what`."""
    return (
        f"assumed: {since}{effort.days_per_change:g} working days to adapt to each {what}, at most {effort.days_at_most:g} in all, in the "
        "working time of the team that relies on it."
    )


def takes(one: Adaptation) -> str:
    """How long adapting takes."""
    return f"{one.days:g} working {'day' if one.days == 1 else 'days'}"


def origin_of(request: MergeRequest | None, compared: Compared, snapshot: Snapshot) -> Origin:
    """What the places of changes are read from: the merge request, else the first of the files that have them."""
    files = (row for row in snapshot.contract_files if row.ref in compared.sources)
    return request or min(files, key=lambda row: row.ref, default=None)


def clears(case: Case, changes: Sequence[Change]) -> tuple[Part, ...]:
    """What makes it well again, with the fingerprints by which changes are accepted."""
    return (
        "changes that break nothing, or a merge when all are ready",
        *((" (", Day(max(one.ready for one in case.told), clocked=True), ")") if case.told else ()),
        f"; or what is agreed on, in accept of [contracts.{case.contract.name}]: {prints_of(changes)}.",
    )


def prints_of(changes: Sequence[Change]) -> str:
    """The fingerprints by which the first of them are accepted."""
    return ", ".join(change.fingerprint for change in changes[:SHOWN])


def strikes(one: Adaptation, impact: Impact) -> bool:
    """Whether it makes a milestone late that ends when the change is there."""
    return one.slips > 0 and one.due is not None and (one.hit or one.due >= impact.landing.day)


def facts_of(
    request: MergeRequest | None,
    landing: Landing,
    changes: Sequence[Change],
    consumers: Iterable[tuple[Adaptation, Severity | None]],
) -> dict[str, Json]:
    """What is told, as programs read it."""
    return {
        "merge_request": ref_to_json(keyed(request).ref) if request else None,
        "lands": landing.day.isoformat(),
        "lands_by": landing.basis,
        "changes": [
            {"rule": one.rule, "level": one.level, "fingerprint": one.fingerprint, "operation": one.operation, "place": one.place}
            for one in sorted(changes, key=lambda one: LEVELS.index(one.level))
        ],
        "consumers": [_as_fact(one, severity) for one, severity in consumers],
    }


def _as_fact(one: Adaptation, severity: Severity | None) -> dict[str, Json]:
    return {
        "milestone": ref_to_json(one.milestone),
        "due": one.due.isoformat() if one.due else None,
        "ready": one.ready.isoformat(),
        "days": one.days,
        "late": one.late,
        "slips": one.slips,
        "why": one.why,
        "severity": severity,
    }


def wrong(case: Case, told: Sequence[Adaptation]) -> tuple[Part, ...]:
    """What to correct where it is wrong."""
    milestones = listed([keyed(case.milestone(one)) for one in told])
    dates: tuple[Part, ...] = (", or the dates of ", *milestones) if milestones else ()
    return f"Correct consumers, adaptation_days or levels of [contracts.{case.contract.name}]", *dates, "."
