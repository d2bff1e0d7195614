"""Pure. Marks: what says a finding beside the comment, each only where the policy asks for it and the vendor takes it.

A label, a property and a link go to the tickets on which findings are told, and follow what is told there. A status goes to every open
merge request, so that it can be demanded before a merge; it fails for what is open on the milestones and items that it belongs to. Those
that touch a contract get another one, for that alone.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from syncd.decide.place import Ground, Spot
from syncd.decide.state import FindingState, Said
from syncd.decide.status import Marking, status
from syncd.decide.voice import heard
from syncd.model.action import Action, Mark, Verb
from syncd.model.finding import SEVERITIES, Finding, Named
from syncd.model.ref import Ref, identity

Extra = dict[str, Any]
Marked = Mapping[Mark, Said]


def marks(
    ground: Ground,
    states: Mapping[str, FindingState],
    *,
    told: Mapping[Ref, Sequence[str]],
    marked: Marked,
) -> list[Action]:
    """What brings every mark to what it should be. `told`: ticket -> fingerprints said there now.

    What is held stays as it was said, and what could not be read is not touched.
    """
    desk, policy = _Desk(ground, states, marked), ground.policy
    asked = told if policy.label or policy.property or policy.link else ()
    tickets = sorted({*asked, *(ref for ref, *_ in marked)}, key=identity)
    found = [action for ticket in tickets for action in desk.ticket(ticket, told.get(ticket, ()))]
    if policy.status != "off":
        where = {key: ticket for ticket, keys in told.items() for key in keys}
        for one in (*status(ground, states, where), *_of_contracts(ground, marked)):
            found += desk.write(policy.status, one.spot, one.extra, one.stands, one.fingerprints, one.part)
    return found


def _of_contracts(ground: Ground, marked: Marked) -> Iterator[Marking]:
    if ground.snapshot.contracts:
        from syncd.decide.contract_status import (
            contract_status,  # which most configurations do without  # what is known of contracts, which most configurations do without
        )

        yield from contract_status(ground, marked)


@dataclass(frozen=True, slots=True)
class _Desk:
    ground: Ground
    states: Mapping[str, FindingState]
    marked: Marked
    makers: tuple[tuple[Verb, Callable[["_Ticket"], Extra | None]], ...] = field(
        default_factory=lambda: (("label", _label), ("property", _property), ("link", _link))
    )

    def ticket(self, ref: Ref, keys: Sequence[str]) -> Iterator[Action]:
        """The marks of one ticket on which these findings are told."""
        spot = self.ground.spot(ref)
        if spot is None:
            return
        findings = sorted((self.states[key].finding for key in keys), key=_worst_first)
        for verb, make in self.makers:
            if verb in self.ground.takes(ref):
                entry = self.marked.get((ref, verb, ""))
                extra = make(_Ticket(spot, findings, json.loads(entry.body) if entry else {}, self.ground))
                stands = {"add": extra["add"]} if extra and verb == "label" else extra
                if extra is not None and stands is not None:
                    yield from self.write(verb, spot, extra, stands, keys)

    def write(self, verb: Verb, spot: Spot, extra: Extra, stands: Extra, keys: Sequence[str], part: str = "") -> Iterator[Action]:
        """The action that makes it stand there, unless it does already."""
        ground, digest = self.ground, _hash(json.dumps(stands, sort_keys=True))
        entry = self.marked.get((spot.target, verb, part))
        if spot.mode == "off" or not ground.reachable(spot) or (entry and entry.digest == digest):
            return
        of = (ground.policy.instance, verb, spot.target.stream, spot.target.id, *([part] if part else []))
        yield Action(
            verb=verb,
            target=spot.target,
            project=spot.project,
            key=entry.key if entry else _hash("\x1f".join(of)),
            body="",
            digest=digest,
            remote_id=entry.remote_id if entry else None,
            topics=tuple(dict.fromkeys(self.states[one].finding.code for one in keys if one in self.states)),
            fingerprints=tuple(keys),
            reasons=(in_words(verb, extra),),
            mode=spot.mode,
            extra=extra,
            part=part,
        )


@dataclass(frozen=True, slots=True)
class _Ticket:
    """A ticket, what is told there, the worst first, and what we sent there last."""

    spot: Spot
    findings: Sequence[Finding]
    before: Extra
    ground: Ground


def in_words(verb: Verb, extra: Mapping[str, Any]) -> str:
    """What a write says, in one line. `extra`: as `syncd.model.action` describes it for the verb."""
    return _WORDS[verb](extra)


def _label_words(extra: Mapping[str, Any]) -> str:
    signs = [f"+ {name}" for name in extra.get("add", ())]
    return f"label {', '.join(signs)}" if signs else "label taken away: nothing is open here"


def _property_words(extra: Mapping[str, Any]) -> str:
    value = extra["value"]
    found = value.get("findings") if isinstance(value, Mapping) else None
    return f"property {extra['name']}" if found is None else f"property {extra['name']}: {len(found)} open"


def _link_words(extra: Mapping[str, Any]) -> str:
    return "link is done with" if extra.get("resolved") else f"link to {extra['title']}"


def _commit_words(verb: Verb) -> Callable[[Mapping[str, Any]], str]:
    return lambda extra: f"{verb} {extra['name']} {extra['state']} on {str(extra['sha'])[:10]}: {extra['text']}"


def _entry_words(extra: Mapping[str, Any]) -> str:
    return "entry is taken back" if extra.get("cancelled") else f"entry {extra['title']}, {extra['start']} to {extra['end']}"


_WORDS: Mapping[Verb, Callable[[Mapping[str, Any]], str]] = {
    "comment": lambda _: "comment",
    "label": _label_words,
    "status": _commit_words("status"),
    "check": _commit_words("check"),
    "link": _link_words,
    "property": _property_words,
    "event": _entry_words,
}


def _label(ticket: _Ticket) -> Extra | None:
    """One label per topic. All others of ours are taken away, whatever is known of them: an attempt may have left one behind."""
    pattern, before = ticket.ground.policy.label, set(ticket.before.get("add", ()))
    if not (pattern and ticket.findings) and not before:
        return None
    add = {pattern.replace("{code}", finding.code) for finding in ticket.findings} if pattern else set()
    ours = {pattern.replace("{code}", code) for code in ticket.ground.policy.titles} if pattern else set()
    return {"add": sorted(add), "remove": sorted((before | ours) - add)}


def _property(ticket: _Ticket) -> Extra | None:
    """What is open, as programs read it. No text, no date, nothing of another ticket: it can be searched and seen by everybody there."""
    name = ticket.ground.policy.property or ticket.before.get("name", "")
    if not name or not (ticket.findings or ticket.before):
        return None
    told = ticket.findings if ticket.ground.policy.property else ()
    found = [{"code": f.code, "severity": f.severity, "weight": f.weight, "fingerprint": f.fingerprint} for f in told]
    return {"name": name, "value": {"findings": found}}


def _link(ticket: _Ticket) -> Extra | None:
    """To the first thing elsewhere that the worst finding names: what it waits for."""
    cause = next(_elsewhere(ticket), None) if ticket.ground.policy.link else None
    if cause is not None:
        return {"url": cause.url, "title": cause.label, "relation": "waits for"}
    if not ticket.before or ticket.before.get("resolved"):
        return None if not ticket.before else dict(ticket.before)
    return {**ticket.before, "resolved": True}


def _elsewhere(ticket: _Ticket) -> Iterator[Ref]:
    voice = ticket.ground.voice(ticket.spot)
    for finding in ticket.findings:
        parts = [part for line in heard(finding, voice).lines for part in line.parts if isinstance(part, Named)]
        yield from (part.ref for part in parts if part.ref.connection != ticket.spot.target.connection and part.ref.url)


def _worst_first(finding: Finding) -> tuple[int, int, str]:
    return -SEVERITIES.index(finding.severity), -finding.weight, finding.fingerprint


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
