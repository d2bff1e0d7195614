"""Pure. `third_party_contract_break`: the description of a vendor's API breaks, and the vendor is to be asked.

Rules: for contracts with `third_party = true`, by what the default branch has and by open merge requests that bring it up to date. Nobody
here can move the vendor's date, so that each milestone that relies on the contract is told whom to ask, for what, and by when: the last
day on which adapting may begin for its due date. It takes the contract's `adaptation_days` for each change, at most `days_at_most`. The
ladder: told (a warning); after `remind_after_days` working days without an answer, a reminder; critical where the due date is nearer than
adapting takes. An answer is a day until which the vendor keeps the old form (`promised` of the contract, not earlier than the break): it is
then told only where that is too early; or what is agreed on (`accept`). Source: this house's rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

import numpy as np
from pydantic import Field

from syncd.contract import Detector, Rules
from syncd.contracts.change import Change, Verdict
from syncd.contracts.impact import Adaptation, Effort, Landing, impact_of
from syncd.contracts.judging import standing, verdict_from_json
from syncd.contracts.reliance import MOST_DAYS, effort_of, relied_on
from syncd.detect.breaking_words import Origin, changed, facts_of, origin_of, prints_of, takes
from syncd.detect.wording import keyed, named, with_sources
from syncd.model.contract import Compared, Contract
from syncd.model.finding import Count, Day, Finding, Line, Part, Severity, bucket
from syncd.model.ref import Ref
from syncd.model.rows import MergeRequest, Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.calendar import NotComputable
from syncd.schedule.days import days_after
from syncd.schedule.driving import driving_of, time_of
from syncd.schedule.durations import DAY
from syncd.schedule.wall import wall_day

CODE = "third_party_contract_break"


class ThirdPartyContractBreakRules(Rules):
    """When the vendor is reminded, and what adapting costs at most."""

    remind_after_days: int = Field(5, ge=1, le=1000, description="Working days without an answer after which it is a reminder.")
    days_at_most: float = Field(
        10, gt=0, le=MOST_DAYS, description="Working days that adapting takes at most, however much changes."
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """A break by a vendor. `day`: since when it is known; `request`: what brings it here."""

    snapshot: Snapshot
    rules: ThirdPartyContractBreakRules
    contract: Contract
    compared: Compared
    changes: tuple[Change, ...]
    day: date
    request: MergeRequest | None
    origin: Origin
    effort: Effort

    @property
    def promised(self) -> date | None:
        """Until when the vendor keeps the old form, where it answered."""
        promised = self.contract.promised
        return promised if promised is not None and promised >= self.day else None

    @property
    def landing(self) -> Landing:
        """From when on the new form counts, as far as is known: what adapting begins with is not that day, but today."""
        return Landing(self.promised or self.day, "due" if self.promised else "assumed")

    @property
    def contact(self) -> str:
        """Who is to be asked."""
        return self.contract.contact or "the vendor"


@dataclass(frozen=True, slots=True)
class _Told:
    """A milestone that is told. `asked`: by when the vendor has to be asked; `since`: working days since it is known."""

    case: _Case
    milestone: Milestone
    one: Adaptation
    asked: date
    since: int

    @property
    def severity(self) -> Severity:
        """Critical where the due date is nearer than adapting takes."""
        return "critical" if self.one.due is not None and self.one.ready > self.one.due else "warn"

    @property
    def reminded(self) -> bool:
        """Whether nobody answered for too long."""
        return self.case.promised is None and self.since >= self.case.rules.remind_after_days


def detect(snapshot: Snapshot, rules: ThirdPartyContractBreakRules) -> Iterator[Finding]:
    """One finding per break and milestone that relies on the contract."""
    contracts = {contract.name: contract for contract in snapshot.contracts if contract.third_party}
    for compared in snapshot.compared:
        contract = contracts.get(compared.contract)
        case = _case(snapshot, rules, contract, compared) if contract else None
        if case:
            yield from map(_finding, _told(case))


DETECTOR = Detector(code=CODE, title="A vendor breaks a contract", rules=ThirdPartyContractBreakRules, detect=detect)


def _case(snapshot: Snapshot, rules: ThirdPartyContractBreakRules, contract: Contract, compared: Compared) -> _Case | None:
    request = snapshot.merge_request(compared.of)
    merged = compared.revision == "landed"
    opened = compared.revision == "merge_request" and request is not None and request.status == "open"
    verdict = verdict_from_json(compared.verdict)
    if verdict is None or not (merged or opened) or (isinstance(compared.of, Ref) and request is None):
        return None
    changes = tuple(one for one in standing(verdict.changes, contract) if one.level == "breaking")
    at = request.created_at if request and request.created_at else compared.at
    origin = origin_of(request, compared, snapshot)
    effort = effort_of(contract, rules.days_at_most)
    day = _day(snapshot, at)
    return _Case(snapshot, rules, contract, compared, changes, day, request, origin, effort) if changes else None


def _day(snapshot: Snapshot, at: datetime | None) -> date:
    return min(snapshot.today, wall_day(at, ZoneInfo(snapshot.zone))) if at else snapshot.today


def _told(case: _Case) -> Iterator[_Told]:
    """Whom it concerns: all that rely on it, and once the vendor answered those for whom that is too early."""
    snapshot = case.snapshot
    impact = impact_of(Verdict(case.changes), relied_on(case.contract, snapshot), snapshot, None, case.effort, case.landing)
    for one in impact.adaptations:
        milestone = snapshot.milestones[one.milestone]
        if case.promised is None or one.ready > case.promised:
            time = time_of(snapshot, milestone)
            yield _Told(case, milestone, one, _asked(case, milestone, one), days_after(time, case.day, snapshot.today))


def _asked(case: _Case, milestone: Milestone, one: Adaptation) -> date:
    """The last day on which adapting may begin for the due date, but not before today; without one, when the vendor is reminded."""
    today, time = case.snapshot.today, time_of(case.snapshot, milestone)
    if milestone.due is None or one.ready > milestone.due:
        return today
    try:
        found: date = np.asarray(time.subtract(milestone.due + timedelta(days=1), ceil(one.days * DAY)), "datetime64[D]").item()
    except (NotComputable, OverflowError):
        return today
    return max(today, found)


def _finding(told: _Told) -> Finding:
    case, one, snapshot = told.case, told.one, told.case.snapshot
    driving, by = snapshot.once(driving_of), [case.request.ref] if case.request else []
    facts = facts_of(case.request, case.landing, one.changes, [(one, told.severity)])
    return Finding(
        code=CODE,
        subject=one.milestone,
        discriminator=f"contract:{case.contract.name}:{case.compared.of or case.compared.name}",
        severity=told.severity,
        headline=_headline(told),
        lines=(
            Line("Changed", changed(one.changes, case.origin)),
            Line("Why", tuple(_why(told))),
            Line("Ask", tuple(_ask(told))),
            Line("Next", _next(told)),
            Line("Clears", _clears(told)),
            Line("Wrong?", _wrong(told)),
        ),
        inputs=with_sources(snapshot, {one.milestone, *driving.path(one.milestone), *case.compared.sources, *by}),
        facts={"contract": case.contract.name, "contact": case.contract.contact, "asked_by": told.asked.isoformat(), **facts},
        weight=bucket(told.since) if told.reminded else 0,
        driving=driving.last(one.milestone),
    )


def _headline(told: _Told) -> tuple[Part, ...]:
    case = told.case
    breaks = named(told.milestone), f": the vendor's contract {case.contract.name}, which it relies on, "
    if case.promised:
        return *breaks, "keeps its old form until ", Day(case.promised), " only, before it is ready for the new one."
    if told.reminded:
        waited = Count(told.since, "working day", clocked=True)
        return *breaks, f"breaks, and {case.contact} has not answered for ", waited, ": remind them."
    return *breaks, f"breaks: ask {case.contact} by ", Day(told.asked, told.asked == case.snapshot.today), "."


def _why(told: _Told) -> Iterator[Part]:
    case, one = told.case, told.one
    by: tuple[Part, ...] = (" by ", keyed(case.request)) if case.request else (" by the default branch",)
    yield from ("it is known since ", Day(case.day), *by)
    yield from (f". Who begins today and takes {takes(one)} is ready on ", Day(one.ready, clocked=True))
    due: tuple[Part, ...] = (", and the milestone is due on ", Day(one.due)) if one.due else ()
    yield from (*due, ".")


def _ask(told: _Told) -> Iterator[Part]:
    case = told.case
    yield f"{case.contact}: that the old form stays "
    yield from ("longer than ", Day(case.promised)) if case.promised else ("until ", Day(told.one.ready, clocked=True))
    yield from (" at least. An answer is needed by ", Day(told.asked, told.asked == case.snapshot.today))
    yield ", when adapting has to begin." if told.severity == "warn" and told.one.due else "."


def _next(told: _Told) -> tuple[Part, ...]:
    rules, due = told.case.rules, told.one.due
    if told.severity == "critical":
        return ("it is critical: the due date is nearer than adapting takes. Whoever owns the vendor's contract decides.",)
    last: tuple[Part, ...] = ("; critical after ", Day(told.asked)) if due else ()
    if told.case.promised or told.reminded:
        return "it stands until there is another answer", *last, "."
    return "a reminder after ", Count(rules.remind_after_days, "working day"), " without an answer", *last, "."


def _clears(told: _Told) -> tuple[Part, ...]:
    at = f"[contracts.{told.case.contract.name}]"
    return (
        f"the vendor's answer: the day until which the old form stays, as promised of {at}; the change taken back; or what is agreed on, "
        f"in accept of {at}: {prints_of(told.one.changes)}.",
    )


def _wrong(told: _Told) -> tuple[Part, ...]:
    at = f"[contracts.{told.case.contract.name}]"
    return f"Correct contact, consumers, adaptation_days or levels of {at}, or the dates of ", keyed(told.milestone), "."
