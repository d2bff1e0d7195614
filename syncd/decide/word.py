"""Pure. The status word of a milestone, with its reason: what is open decides, then the forecast, then the plan's dates.

- off track: something critical of `DECIDING` or `WHEN_CRITICAL` is open on the milestone or an item of it, or its due date is kept less
  likely than not;
- at risk: a warning of the former is open, or it is kept with less than 85 %;
- unknown: it has no due date or no items, or no forecast and no plan tells, or too much is guessed: more than 40 % of its open items have a
  duration that is assumed, or no estimate, or one in points only;
- on track: else. Where only the plan's dates say so, the reason tells why there is no forecast.
A person may say another word by a label or below our comment, for some days (see `syncd.decide.overrides` and `replies`): of all that was
said the last counts. What was computed is kept beside it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from syncd.decide.overrides import WORDS, Override, Word, override, overrides
from syncd.decide.plain import plain_headline
from syncd.decide.replies import heard, said_of
from syncd.decide.state import FindingState
from syncd.model.finding import SEVERITIES, Finding
from syncd.model.ref import Ref
from syncd.model.rows import Item, Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.forecast import FAR, Odds, forecast_of
from syncd.schedule.plan import plan_of
from syncd.schedule.wiring import is_open

DECIDING = frozenset(
    {
        "drift",
        "blocked",
        "outside_window",
        "in_freeze",
        "window_double_booked",
        "forecast_after_window",
        "gate_due",
        "missing_signoff",
        "breaking_hits_commitment",
    }
)
WHEN_CRITICAL = frozenset({"sunset_ahead", "third_party_contract_break"})
"""What decides where it is critical, and not before: it may be well in time."""

MOST_GUESSED = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """How a milestone stands. `word` is what counts; `computed` what it would be without an override. `finish`: of its open work by the
    plan; `odds`: its forecast; `findings`: what is open on it and its items, the worst first; `expired`: an override that is over."""

    milestone: Milestone
    word: Word
    reason: str
    computed: Word
    finish: date | None = None
    odds: Odds | None = None
    findings: tuple[Finding, ...] = ()
    override: Override | None = None
    expired: Override | None = None

    @property
    def p85(self) -> date | None:
        """The day by which 85 % of all outcomes have ended; None without a forecast, or beyond what is looked at."""
        return self.odds.p85 if self.odds and self.odds.p85 != FAR else None


def worded(
    snapshot: Snapshot,
    states: Iterable[FindingState],
    *,
    label: str = "",
    days: int = 14,
    seen: Mapping[str, datetime] | None = None,
    only: Collection[Ref] | None = None,
) -> tuple[Worded, ...]:
    """How all open milestones stand, or `only` some, the worst first. `label`: the pattern of labels that say a word, as in "status:*";
    `days`: how long such a word holds; `seen`: `seen_key` -> since when a label is known that no history tells of."""
    found, answers = _findings(snapshot, states), dict[Ref, Override]()
    for ref, answer in said_of(heard(snapshot), days):
        answers[ref] = answer  # the last one stays
    refs = snapshot.milestones if only is None else only
    opens = (milestone for ref in refs if is_open(milestone := snapshot.milestones[ref]))
    computed = (_computed(snapshot, one, found.get(one.ref, ())) for one in opens)
    words = (_overridden(snapshot, one, label, days, seen or {}, answers.get(one.milestone.ref)) for one in computed)
    return tuple(sorted(words, key=lambda one: (WORDS.index(one.word), one.milestone.due or date.max, one.milestone.ref)))


def _findings(snapshot: Snapshot, states: Iterable[FindingState]) -> dict[Ref, tuple[Finding, ...]]:
    """What is open, by milestone: on itself, or on an item of it."""
    by_subject: dict[Ref, list[Finding]] = {}
    for state in states:
        if state.state == "open":
            by_subject.setdefault(snapshot.anchor(state.finding.subject), []).append(state.finding)
    found: dict[Ref, list[Finding]] = {ref: list(by_subject.get(ref, ())) for ref in snapshot.milestones}
    for ref, members in snapshot.members.items():
        for item in members:
            found.setdefault(ref, []).extend(by_subject.get(item, ()) if item != ref else ())
    return {ref: tuple(sorted(some, key=_worst_first)) for ref, some in found.items()}


def _worst_first(finding: Finding) -> tuple[int, int, str, str]:
    return -SEVERITIES.index(finding.severity), -finding.weight, finding.code, finding.fingerprint


def _computed(snapshot: Snapshot, milestone: Milestone, findings: tuple[Finding, ...]) -> Worded:
    forecast, end = snapshot.once(forecast_of), snapshot.once(plan_of).end(milestone.ref)
    odds = forecast.odds.get(milestone.ref)
    word, reason = _verdict(snapshot, milestone, findings, odds, forecast.lacking.get(milestone.ref, ""))
    return Worded(
        milestone=milestone,
        word=word,
        reason=reason,
        computed=word,
        finish=end.finish if end else None,
        odds=odds,
        findings=findings,
    )


def _decides(finding: Finding) -> bool:
    if finding.code in WHEN_CRITICAL:
        return finding.severity == "critical"
    return finding.code in DECIDING and finding.severity != "info"


def _verdict(
    snapshot: Snapshot, milestone: Milestone, findings: tuple[Finding, ...], odds: Odds | None, lacking: str
) -> tuple[Word, str]:
    deciding = [one for one in findings if _decides(one)]
    if deciding and deciding[0].severity == "critical":
        return "off track", _said(milestone, deciding[0])
    likely = _likely(odds)
    if odds and odds.word == "off track":
        return "off track", likely
    if deciding:
        return "at risk", _said(milestone, deciding[0])
    if odds and odds.word == "at risk":
        return "at risk", likely
    if why := _untold(snapshot, milestone):
        return "unknown", why
    if (guess := _guessed(snapshot, milestone)) and _opens(snapshot, milestone):
        return "unknown", f"{guess}{f'; {likely}' if likely else ''}"
    if odds is None:
        return "on track", _by_dates(snapshot, milestone, lacking)
    return "on track", likely


def _said(milestone: Milestone, finding: Finding) -> str:
    """The headline, without the name of the milestone where it begins with it: it stands beside it."""
    return plain_headline(finding).removeprefix(f"{milestone.ref.label} {milestone.title}: ")


def _likely(odds: Odds | None) -> str:
    if odds is None or odds.p is None:
        return ""
    whole = round(100 * odds.p)  # no draw is a certainty
    chance = "more than 99 %" if whole == 100 else "less than 1 %" if whole == 0 else f"{whole} %"
    return f"kept with a likelihood of {chance}"


def _untold(snapshot: Snapshot, milestone: Milestone) -> str:
    """Why nothing can be said."""
    if milestone.due is None:
        return "it has no due date"
    if milestone.ref in snapshot.stale:
        return "it could not be read lately"
    return "" if snapshot.members.get(milestone.ref) else "it has no items"


def _opens(snapshot: Snapshot, milestone: Milestone) -> list[Item]:
    items = (snapshot.items[ref] for ref in snapshot.members.get(milestone.ref, ()))
    return [item for item in items if is_open(item)]


def _guessed(snapshot: Snapshot, milestone: Milestone) -> str:
    """Which part of it is guessed, where that is too much to call it on track."""
    opens, plan = _opens(snapshot, milestone), snapshot.once(plan_of)
    sizes = [item.remaining or item.estimate for item in opens]
    assumed = sum((dates := plan.dates(item.ref)) is not None and dates.duration.assumed for item in opens)
    shares = (
        ("have no duration that anything tells", assumed),
        ("are not estimated", sum(size is None for size in sizes)),
        ("are estimated in points only", sum(size is not None and size.unit == "points" for size in sizes)),
    )
    return next((f"{count} of {len(opens)} open items {what}" for what, count in shares if count > MOST_GUESSED * len(opens)), "")


def _by_dates(snapshot: Snapshot, milestone: Milestone, lacking: str) -> str:
    end = snapshot.once(plan_of).end(milestone.ref)
    if end is None:
        return "all its items are done"
    return f"by its dates its work ends {end.finish.isoformat()}; no forecast: {lacking or 'too little is known'}"


def _overridden(
    snapshot: Snapshot, found: Worded, pattern: str, days: int, seen: Mapping[str, datetime], answer: Override | None
) -> Worded:
    known = [override(snapshot, found.milestone, label, word, days, seen) for label, word in overrides(found.milestone, pattern)]
    last = max([*known, *([answer] if answer else [])], key=_rank, default=None)
    if last is None or last.word is None:
        return found
    if last.until < snapshot.today:
        return replace(found, expired=last, reason=f"{found.reason}; {last.source} expired on {last.until.isoformat()}")
    because = f", because {last.because}" if last.because else ""
    computed = f"computed: {found.computed}, {found.reason}"
    return replace(found, word=last.word, override=last, reason=f"by {last.source}{because}; {computed}")


def _rank(said: Override) -> tuple[datetime, int]:
    """The later one counts; of two labels of one moment the worse word, and an answer before both."""
    return said.at, 1 if said.reply or said.word is None else -WORDS.index(said.word)
