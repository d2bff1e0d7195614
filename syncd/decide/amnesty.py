"""Pure. A quiet start: what was open when writing was first enabled is known, and speaks only when it got worse."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from syncd.decide.place import Ground, Spot
from syncd.decide.state import FindingState
from syncd.model.finding import SEVERITIES
from syncd.model.ref import Ref

Pair = tuple[str, str]


def newly_enabled(ground: Ground, enabled: Collection[Pair]) -> tuple[Pair, ...]:
    """The (connection, project) pairs with `write = "on"` that were never written to, judged for the first time.

    A project counts from the first pass in which something of it was read to its end (a ticket, where it has tickets): what could
    not be read cannot be told apart from what is new.
    """
    seen: dict[Pair, set[tuple[bool, bool]]] = {}
    if not any("on" in (place.write, *place.write_for.values()) for place in ground.places.values()):
        return ()
    for ref, project in _records(ground):
        place = ground.places.get(ref.connection)
        if place and not place.off and place.mode(project) == "on" and (ref.connection, project) not in enabled:
            speakable = "comment" in place.takes.get(ref.stream, ())
            seen.setdefault((ref.connection, project), set()).add((speakable, ref not in ground.snapshot.stale))
    return tuple(sorted(pair for pair, kinds in seen.items() if (max(kinds)[0], True) in kinds))


def _records(ground: Ground) -> Iterator[tuple[Ref, str]]:
    snapshot = ground.snapshot
    for rows in (snapshot.items, snapshot.merge_requests):
        yield from ((row.ref, row.project) for row in rows.values())
    sources = (ref for row in snapshot.milestones.values() for ref in (row.ref, *row.sources))
    yield from ((ref, known.project) for ref in sources if (known := ground.known(ref)))


def forgiven(
    states: Mapping[str, FindingState], spots: Mapping[str, Spot | str], newly: Collection[Pair]
) -> dict[str, FindingState]:
    """The states, where all that is open and speaks in a newly enabled project is known as it is now."""

    def known(key: str, state: FindingState) -> FindingState:
        spot = spots.get(key)
        if state.state == "cleared" or not isinstance(spot, Spot) or spot.mode != "on" or spot.pair not in newly:
            return state
        return replace(state, known=(state.finding.severity, state.finding.weight))

    return {key: known(key, state) for key, state in states.items()}


def is_news(state: FindingState) -> bool:
    """Whether it was raised after the start, or is worse than at the start: severer, or heavier by more than one and a tenth."""
    if state.known is None:
        return True
    severity, weight = state.known
    severer = SEVERITIES.index(state.finding.severity) > SEVERITIES.index(severity)
    return severer or state.finding.weight - weight > max(1, abs(weight) / 10)
