"""Pure. Entries of calendars: the workshops that findings ask for, where a calendar is named for them.

A finding asks by its fact `workshop`. Its entry stands once: its id comes from the finding. The time that was entered stays, whatever
times would suit later; what is said of it is changed in place. It is taken back where nothing asks for it before it began, and is left
alone from then on. What a merge request asked for stands once that is merged and its break has landed: there is more to talk about then.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from syncd.decide import ramp
from syncd.decide.amnesty import is_news
from syncd.decide.marks import in_words
from syncd.decide.place import Ground, Spot
from syncd.decide.render import Section, digest, text
from syncd.decide.state import FindingState, Said
from syncd.decide.voice import heard
from syncd.model.action import Action, Mark, entry_of
from syncd.model.ref import Ref

Extra = dict[str, Any]


def entries(ground: Ground, states: Mapping[str, FindingState], marked: Mapping[Mark, Said]) -> Iterator[Action]:
    """What brings every entry to what it should be."""
    standing = {ref: entry for (ref, verb, _), entry in marked.items() if verb == "event"}
    wanted: set[Ref] = set()
    asking = ((one, state) for one, state in states.items() if state.state == "open" and "workshop" in state.finding.facts)
    for fingerprint, state in sorted(asking):
        spot = _spot(fingerprint, state, ground)
        if spot is None:
            continue
        wanted.add(spot.target)
        known = standing.get(spot.target)
        may = spot.mode != "off" and ramp.mode(state.finding, spot, ground) == spot.mode
        if may and not state.held and is_news(state) and _is_up(spot.target, ground):
            yield from _entered(fingerprint, state, spot, known, ground)
    landed = {one.of for one in ground.snapshot.compared if one.revision == "landed"}
    for ref, entry in sorted(standing.items()):
        about = {states[key].finding.subject for key in entry.fingerprints if key in states}
        if (
            ref not in wanted
            and landed.isdisjoint(about)
            and _is_up(ref, ground)
            and _is_ahead(_sent(entry), ground.snapshot.as_of)
        ):
            spot = Spot(ref, entry.project, ground.places[ref.connection].mode(entry.project))
            if spot.mode != "off":
                yield _action(spot, entry.key, {"cancelled": True}, "cancelled", entry, ())


def _spot(fingerprint: str, state: FindingState, ground: Ground) -> Spot | None:
    """The entry of a finding that asks for one."""
    asked = state.finding.facts["workshop"]
    calendar = asked.get("calendar") if isinstance(asked, Mapping) else None
    if not isinstance(calendar, Mapping) or (place := ground.places.get(calendar["connection"])) is None:
        return None
    target = entry_of(Ref(calendar["connection"], "calendars", calendar["id"], key=calendar["id"]), _key(fingerprint, ground))
    return Spot(target, calendar["id"], place.mode(calendar["id"]))


def _entered(fingerprint: str, state: FindingState, spot: Spot, known: Said | None, ground: Ground) -> Iterator[Action]:
    before, asked = _sent(known), state.finding.facts["workshop"]
    if before and not before.get("cancelled"):
        if not _is_ahead(before, ground.snapshot.as_of):
            return
        asked = before
    if not asked["start"]:
        return
    voice = ground.voice(spot)
    finding = heard(state.finding, voice)
    title = f"Workshop: contract {state.finding.facts['contract']}"
    stands: Extra = {"title": title, "start": asked["start"], "end": asked["end"], "zone": None, "attendees": []}
    what = json.dumps([stands, digest([Section(finding, ground.snapshot.as_of)])], sort_keys=True)
    if known is None or known.digest != _hash(what):
        extra = {**stands, "text": text(finding, voice)}
        yield _action(spot, _key(fingerprint, ground), extra, what, known, (fingerprint,))


def _action(spot: Spot, key: str, extra: Extra, what: str, known: Said | None, keys: tuple[str, ...]) -> Action:
    return Action(
        verb="event",
        target=spot.target,
        project=spot.project,
        key=key,
        body="",
        digest=_hash(what),
        remote_id=known.remote_id if known else None,
        fingerprints=keys,
        reasons=(in_words("event", extra),),
        mode=spot.mode,
        extra=extra,
    )


def _is_up(ref: Ref, ground: Ground) -> bool:
    place = ground.places.get(ref.connection)
    return place is not None and not place.off


def _sent(entry: Said | None) -> Extra:
    """What was sent last."""
    found = json.loads(entry.body) if entry and entry.body else {}
    return found if isinstance(found, dict) else {}


def _is_ahead(sent: Extra, now: datetime) -> bool:
    """Whether an entry has not begun."""
    return bool(sent.get("start")) and datetime.fromisoformat(sent["start"]) > now


def _key(fingerprint: str, ground: Ground) -> str:
    return _hash("\x1f".join((ground.policy.instance, "event", fingerprint)))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
