"""Pure. Decide: from finding states and the ledger to the writes of this pass."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from types import MappingProxyType

from syncd.decide import ramp, render
from syncd.decide.amnesty import forgiven, is_news, newly_enabled
from syncd.decide.answers import Answers
from syncd.decide.entries import entries
from syncd.decide.later import later
from syncd.decide.marks import marks
from syncd.decide.place import Ground, Spot
from syncd.decide.render import Section, Sheet
from syncd.decide.state import Decision, FindingState, Place, Plan, Policy, Said, Silent
from syncd.decide.voice import Voice, heard
from syncd.model.action import Action, Mark, Mode
from syncd.model.finding import SEVERITIES, Finding, Part
from syncd.model.marker import marker
from syncd.model.ref import Ref, identity
from syncd.model.snapshot import Snapshot

KNOWN = "known at start: it speaks when it gets worse"
HELD = "held: something that it rests on could not be read"
MUTED = "muted: a person deleted our comment there"


def decide(
    states: Mapping[str, FindingState],
    *,
    said: Mapping[Ref, Said],
    places: Mapping[str, Place],
    snapshot: Snapshot,
    policy: Policy,
    as_of: datetime,
    enabled: Collection[tuple[str, str]],
    marked: Mapping[Mark, Said] = MappingProxyType({}),
    answers: Answers = MappingProxyType({}),
) -> Decision:
    """The writes that bring every ticket to what it should say now, at most one a ticket and verb, `writes_per_pass` comments and
    `marks_per_pass` others in all.

    `said` is the ledger of comments by target, `marked` that of the other verbs, `enabled` the (connection, project) pairs that were
    written to before, `answers` what a comment that stands says to those who answered it. Twice with the same arguments gives the
    same; once all actions have their receipts, and `states` and `enabled` are stored, it gives no action.
    """
    ground = Ground(snapshot, places, policy)
    spots = {key: ground.speaks_on(state.finding) for key, state in sorted(states.items()) if state.state != "cleared"}
    newly = newly_enabled(ground, enabled)
    if policy.at_start == "known":
        states = forgiven(states, spots, newly)
    homes = _homes(said)
    modes = {key: ramp.mode(states[key].finding, spot, ground) for key, spot in spots.items() if isinstance(spot, Spot)}
    states = ramp.withheld(states, spots, modes, homes, policy)
    desk = _Desk(ground, states, said, homes, modes, as_of, answers)
    for key, state in sorted(states.items()):
        if state.state == "open":
            desk.place(key, state, spots[key])
    others = [*marks(ground, states, told=desk.wanted, marked=marked), *entries(ground, states, marked)]
    return Decision(plan=_capped(desk.drafts(), others, desk), states=dict(states), enabled=newly)


def comment_key(instance: str, target: Ref) -> str:
    """The idempotency key of the one comment of an instance on a ticket: 24 hex digits.

    The connection's name takes no part: a comment is found again after the connection was renamed, or the store was lost.
    """
    return hashlib.sha256("\x1f".join((instance, target.stream, target.id)).encode()).hexdigest()[:24]


def _homes(said: Mapping[Ref, Said]) -> dict[str, Ref]:
    """Fingerprint -> the ticket whose comment tells it; the first one, should there be two."""
    return {key: target for target in sorted(said, reverse=True) for key in said[target].fingerprints}


@dataclass(frozen=True, slots=True)
class _Draft:
    """A comment that has to be written, not yet in words, with its place in the queue: the severest first, then the ones that say
    something, then by target."""

    mode: Mode
    rank: tuple[int, bool, Ref]
    make: Callable[[], Action]


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where findings are laid out by ticket. `homes`: fingerprint -> the ticket on which it is said by now. `modes`: whether each may be
    said. `watched`: what would be said on a ticket besides `wanted`, were writing on for its team or detector, too."""

    ground: Ground
    states: Mapping[str, FindingState]
    said: Mapping[Ref, Said]
    homes: Mapping[str, Ref]
    modes: Mapping[str, Mode]
    as_of: datetime
    answers: Answers
    wanted: dict[Ref, list[str]] = field(default_factory=dict)
    watched: dict[Ref, list[str]] = field(default_factory=dict)
    nowhere: list[Silent] = field(default_factory=list)
    quiet: list[Silent] = field(default_factory=list)

    def place(self, key: str, state: FindingState, spot: Spot | str) -> None:
        """Lay one open finding on the ticket where it belongs, or aside with the reason."""
        home = self.homes.get(key)
        mode = self.modes[key] if isinstance(spot, Spot) and spot.mode != "off" else "on"
        if mode == "off":
            self.quiet.append(Silent(state.finding, ramp.why_not(state.finding, self.ground)))
        elif state.held or not is_news(state):
            self._stay(key, state, home)
        elif isinstance(spot, str):
            self.nowhere.append(Silent(state.finding, spot))
        elif mode == "plan" and spot.mode == "on" and home is None:
            self._lay(key, state, spot.target, self.watched)
        else:
            self._lay(key, state, home if home and not self.ground.reachable(spot) else spot.target)

    def _stay(self, key: str, state: FindingState, home: Ref | None) -> None:
        """It has nothing new to say: it keeps its section where it has one."""
        if home is None:
            self.quiet.append(Silent(state.finding, HELD if state.held else KNOWN))
        else:
            self._lay(key, state, home)

    def _lay(self, key: str, state: FindingState, target: Ref, on: dict[Ref, list[str]] | None = None) -> None:
        entry = self.said.get(target)
        if entry is not None and entry.muted:
            self.quiet.append(Silent(state.finding, MUTED))
        else:
            (self.wanted if on is None else on).setdefault(target, []).append(key)

    def drafts(self) -> list[_Draft]:
        """What has to be written, ticket by ticket, and what would be, were writing on there, for its team and its detector."""
        found = [self._draft(target, self.wanted.get(target, ())) for target in sorted({*self.wanted, *self.said}, key=identity)]
        for target, keys in sorted(self.watched.items(), key=lambda one: identity(one[0])):
            found.append(self._draft(target, [*self.wanted.get(target, ()), *keys], "plan"))
        return sorted((draft for draft in found if draft), key=lambda draft: (*draft.rank[:2], identity(draft.rank[2])))

    def _draft(self, target: Ref, keys: Sequence[str], mode: Mode = "on") -> _Draft | None:
        spot, entry = self.ground.spot(target), self.said.get(target)
        if spot is None or spot.mode == "off" or not self.ground.reachable(spot) or (entry and entry.muted):
            return None
        spot = replace(spot, mode=ramp.least(spot.mode, mode))
        sections = self._sections(keys, self.ground.voice(spot)) if entry is not None else ()
        if entry is not None and entry.digest == render.digest_of_comment(sections, self._answers(entry)):
            return None
        if not keys:
            return self._ending(spot, entry) if entry is not None else None
        worst = max(SEVERITIES.index(self.states[key].finding.severity) for key in keys)
        return _Draft(spot.mode, (-worst, False, spot.target), partial(self._say, spot, entry, keys))

    def _ending(self, spot: Spot, entry: Said) -> _Draft:
        return _Draft(spot.mode, (1, True, spot.target), partial(self._resolve, spot, entry))

    def _sheet(self, spot: Spot, entry: Said | None) -> Sheet:
        policy, limits = self.ground.policy, self.ground.places[spot.target.connection].limits
        key = entry.key if entry else comment_key(policy.instance, spot.target)
        return Sheet(
            voice=self.ground.voice(spot),
            key=key,
            marker=marker(key, limits.markup),
            zone=policy.zone,
            room=limits.comment_chars,
            titles=policy.titles,
            answers=self._answers(entry),
        )

    def _answers(self, entry: Said | None) -> Sequence[tuple[Part, ...]]:
        """To a comment that is not there yet nobody has answered."""
        return self.answers.get(entry.target, ()) if entry else ()

    def _sections(self, keys: Sequence[str], voice: Voice) -> tuple[Section, ...]:
        return render.in_order([self._section(key, voice) for key in keys])

    def _section(self, key: str, voice: Voice) -> Section:
        state = self.states[key]
        return Section(heard(state.finding, voice), state.changed_at if state.held else self.as_of)

    def _say(self, spot: Spot, entry: Said | None, keys: Sequence[str]) -> Action:
        sheet = self._sheet(spot, entry)
        sections = self._sections(keys, sheet.voice)
        told = tuple(section.finding.fingerprint for section in sections)
        return Action(
            verb="comment",
            target=spot.target,
            project=spot.project,
            key=sheet.key,
            body=render.body(sections, sheet),
            digest=render.digest_of_comment(sections, sheet.answers),
            remote_id=(entry.remote_id or None) if entry else None,
            topics=tuple(dict.fromkeys(section.finding.code for section in sections)),
            fingerprints=told,
            reasons=tuple(self._reasons(told, entry)),
            mode=spot.mode,
        )

    def _resolve(self, spot: Spot, entry: Said) -> Action:
        sheet = self._sheet(spot, entry)
        ended, moved = self._left(entry, sheet.voice)
        return Action(
            verb="comment",
            target=spot.target,
            project=spot.project,
            key=sheet.key,
            body=render.resolved(ended, moved, sheet),
            digest=render.digest_of_comment((), sheet.answers),
            remote_id=entry.remote_id or None,
            reasons=tuple(self._reasons((), entry)),
            mode=spot.mode,
        )

    def _left(self, entry: Said, voice: Voice) -> tuple[list[Finding], list[Finding]]:
        """The findings that the comment told last: those that ended, and those that are open but not told here any more."""
        states = [self.states[key] for key in entry.fingerprints if key in self.states]
        told = [(state.state == "open", heard(state.finding, voice)) for state in states]
        return [f for is_open, f in told if not is_open], [f for is_open, f in told if is_open]

    def _reasons(self, keys: Collection[str], entry: Said | None) -> Iterable[str]:
        before = entry.fingerprints if entry else ()
        told = [reason for key in keys for reason in [_reason(self.states[key], entry if key in before else None)] if reason]
        gone = [self._gone(key) for key in before if key not in keys]
        answered = "what was answered, or " if entry and self._answers(entry) else ""
        return [*told, *gone] or [f"changed: {answered}what may be shown here"]

    def _gone(self, key: str) -> str:
        state = self.states.get(key)
        if state is None:
            return "cleared: a finding that is not remembered"
        return f"{'moved' if state.state == 'open' else 'cleared'}: {state.finding.code}"


def _reason(state: FindingState, entry: Said | None) -> str | None:
    finding = state.finding
    if entry is None and state.known is not None:
        severity, weight = state.known
        return f"worse than at the start: {finding.code}, {severity} {weight} -> {finding.severity} {finding.weight}"
    if entry is None:
        return f"new: {finding.code}, {finding.severity}"
    if not state.held and (entry.at is None or state.changed_at >= entry.at):
        return f"changed: {finding.code}, {finding.severity}"
    return None


def _capped(drafts: Sequence[_Draft], others: Sequence[Action], desk: _Desk) -> Plan:
    policy = desk.ground.policy
    live, marks_on = [one.make for one in drafts if one.mode == "on"], [one for one in others if one.mode == "on"]
    most, most_marks = policy.writes_per_pass, policy.marks_per_pass
    return Plan(
        actions=(*(make() for make in live[:most]), *marks_on[:most_marks]),
        observed=later([one.make for one in drafts if one.mode == "plan"], [one for one in others if one.mode == "plan"]),
        waiting=later(live[most:], marks_on[most_marks:]),
        nowhere=tuple(desk.nowhere),
        quiet=tuple(desk.quiet),
    )
