"""Pure. Raise, change, clear or hold: what becomes of each finding from one pass to the next."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from syncd.decide.state import FindingState, Settled
from syncd.model.finding import SEVERITIES, Finding, said, said_of, told
from syncd.model.ref import Ref

What = Literal["new", "changed", "cleared", "held"]
Outcome = tuple[FindingState, What | None]
NO_WAIT = timedelta(0)


def settle(
    found: Iterable[Finding],
    before: Mapping[str, FindingState],
    *,
    stale: Collection[Ref],
    as_of: datetime,
    failed_codes: Collection[str] = frozenset(),
    raise_after: Mapping[str, timedelta] | None = None,
    clear_after: Mapping[str, timedelta] | None = None,
    anchor: Callable[[Ref], Ref] = lambda ref: ref,
    taken: Collection[str] = frozenset(),
) -> Settled:
    """Compare what the detectors found with what is remembered.

    A finding is raised, changed or cleared only when its subject and all old and new inputs are outside `stale` and its detector
    did not fail (`failed_codes`); otherwise it is held as it was. `raise_after`, `clear_after`: code -> duration, measured with
    `as_of`, for findings that hover; others are raised and cleared at once. `anchor` (`Snapshot.anchor`) leads a remembered subject
    to the milestone that it belongs to by now; `taken` are fingerprints that are remembered beside those of `before`. Both the cleared
    and the pending are among the states, and where nothing changed, it is the very state of `before`.
    """
    anchored = _anchored(before, anchor, as_of, taken)
    judge = _Judge(frozenset(stale), as_of, frozenset(failed_codes), raise_after or {}, clear_after or {})
    return _collected({key: judge.outcome(old, new) for key, old, new in _pairs(_worst(found), anchored)})


def alike(old: Finding, new: Finding, stale: Collection[Ref], failed_codes: Collection[str] = frozenset()) -> bool:
    """Whether the new one can stand for the remembered one in `settle`: it says the same, and both can be judged."""
    return not (_unsure(old, stale, failed_codes) or _unsure(new, stale, failed_codes)) and _telling(old) == _telling(new)


def _unsure(finding: Finding, stale: Collection[Ref], failed_codes: Collection[str]) -> bool:
    return finding.code in failed_codes or finding.subject in stale or not finding.inputs.isdisjoint(stale)


def _collected(outcomes: Mapping[str, Outcome]) -> Settled:
    def of(what: What) -> tuple[str, ...]:
        return tuple(key for key, (_, happened) in outcomes.items() if happened == what)

    states = {key: state for key, (state, _) in outcomes.items()}
    return Settled(states=states, new=of("new"), changed=of("changed"), cleared=of("cleared"), held=of("held"))


def _worst(found: Iterable[Finding]) -> dict[str, Finding]:
    """By fingerprint; of two with one fingerprint the worse one counts, whatever their order."""
    result: dict[str, Finding] = {}
    for finding in found:
        key = finding.fingerprint
        result[key] = max(finding, result[key], key=_badness) if key in result else finding
    return result


def _badness(finding: Finding) -> tuple[int, int, str]:
    return SEVERITIES.index(finding.severity), finding.weight, str(_telling(finding))


def _anchored(
    before: Mapping[str, FindingState], anchor: Callable[[Ref], Ref], as_of: datetime, taken: Collection[str]
) -> dict[str, FindingState]:
    """The remembered states under the subject's anchor of today; a name that is taken already stays with its owner."""
    result = dict(before)
    for key in sorted(before):
        state, subject = before[key], before[key].finding.subject
        if (moved := anchor(subject)) == subject:
            continue
        finding = replace(state.finding, subject=moved)
        if state.state != "cleared" and finding.fingerprint not in result and finding.fingerprint not in taken:
            result[key] = replace(state, state="cleared", cleared_at=as_of, held=False, known=None)
            result[finding.fingerprint] = replace(state, finding=finding)
    return result


def _pairs(
    found: Mapping[str, Finding], before: Mapping[str, FindingState]
) -> Iterator[tuple[str, FindingState | None, Finding | None]]:
    for key in sorted({*found, *before}):
        yield key, before.get(key), found.get(key)


@dataclass(frozen=True, slots=True)
class _Judge:
    """What is needed to judge one finding."""

    stale: frozenset[Ref]
    as_of: datetime
    failed_codes: frozenset[str]
    raise_after: Mapping[str, timedelta]
    clear_after: Mapping[str, timedelta]

    def outcome(self, old: FindingState | None, new: Finding | None) -> Outcome:
        """The state that follows, and what happened on the way."""
        if old is not None and old.state == "cleared":
            return (old, None) if new is None else self._first_seen(new)
        if old is None:
            assert new is not None, "a pair has at least one side"
            return self._first_seen(new)
        if self._unsure(old.finding) or (new is not None and new is not old.finding and self._unsure(new)):
            return (old if old.held else replace(old, held=True)), "held"
        return self._pending(old, new) if old.state == "pending" else self._open(old, new)

    def _unsure(self, finding: Finding) -> bool:
        return _unsure(finding, self.stale, self.failed_codes)

    def _first_seen(self, new: Finding) -> Outcome:
        unsure = self._unsure(new)
        pending = FindingState(finding=new, state="pending", raised_at=self.as_of, changed_at=self.as_of, held=unsure)
        return (pending, "held") if unsure else self._pending(pending, new)

    def _pending(self, old: FindingState, new: Finding | None) -> Outcome:
        if new is None:
            return replace(old, state="cleared", cleared_at=self.as_of, held=False, known=None), None
        if self.as_of - old.raised_at < self._wait(self.raise_after, new):
            return _still(old, new), None
        return replace(old, finding=new, state="open", raised_at=self.as_of, changed_at=self.as_of, held=False), "new"

    @staticmethod
    def _wait(after: Mapping[str, timedelta], finding: Finding) -> timedelta:
        """What a date of a vendor says holds at once; only what hovers is waited for."""
        return after.get(finding.code, NO_WAIT) if finding.hovers else NO_WAIT

    def _open(self, old: FindingState, new: Finding | None) -> Outcome:
        if new is None:
            return self._ending(old)
        now = _still(old, new) if old.cleared_at is None else replace(old, finding=new, held=False, cleared_at=None)
        if new is old.finding or _telling(new) == _telling(old.finding):
            return now, None
        return replace(now, changed_at=self.as_of), "changed"

    def _ending(self, old: FindingState) -> Outcome:
        since = old.cleared_at or self.as_of
        if self.as_of - since < self._wait(self.clear_after, old.finding):
            return (old if old.cleared_at and not old.held else replace(old, held=False, cleared_at=since)), None
        return replace(old, state="cleared", held=False, cleared_at=self.as_of, known=None), "cleared"


def _still(old: FindingState, new: Finding) -> FindingState:
    """The state goes on."""
    return old if new is old.finding and not old.held else replace(old, finding=new, held=False)


def _telling(finding: Finding) -> tuple[object, ...]:
    """What makes a finding another one to a reader."""
    return finding.severity, said(finding.headline), told(finding), said_of(finding.graph)
