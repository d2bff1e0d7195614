"""Pure. Deployment windows and freezes as instants, half-open: touching is no overlap. What covers a component, and when it is free.

A date begins at its midnight in the window's zone, or the model's where it has none or one that does not exist; an end that is a date is
exclusive, as calendars give it. A window that has no start or no end, or ends before it starts, says nothing. A scope covers itself and
what lies under it: "checkout" covers "checkout/api"; no scope covers everything. A freeze of a part freezes the whole, too.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from syncd.model.ref import Ref
from syncd.model.rows import Deployment, Milestone, Window
from syncd.model.snapshot import Snapshot

_PREFIXES = ("service:", "component:", "scope:")
_LOOKED_AT = 1000
"""So many windows are looked at for a free moment."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One occurrence of a window, from `start` until before `end` (UTC)."""

    start: datetime
    end: datetime
    window: Window


@dataclass(frozen=True, slots=True)
class Shelf:
    """Slots by their start, and how far those up to each place reach."""

    slots: tuple[Slot, ...] = ()
    starts: tuple[datetime, ...] = ()
    reach: tuple[datetime, ...] = ()

    @classmethod
    def of(cls, slots: Iterable[Slot]) -> "Shelf":
        """The slots in order."""
        found = sorted(slots, key=lambda slot: (slot.start, slot.end, slot.window.ref))
        reach: list[datetime] = []
        for slot in found:
            reach.append(max(slot.end, reach[-1]) if reach else slot.end)
        return cls(tuple(found), tuple(slot.start for slot in found), tuple(reach))

    def at(self, moment: datetime) -> Iterator[Slot]:
        """The slots that hold the moment."""
        place = bisect_right(self.starts, moment) - 1
        while place >= 0 and self.reach[place] > moment:
            if self.slots[place].end > moment:
                yield self.slots[place]
            place -= 1

    def from_(self, moment: datetime) -> Iterator[Slot]:
        """The slots that have not ended by the moment, in order."""
        yield from sorted(self.at(moment), key=lambda slot: slot.start)
        yield from self.slots[bisect_right(self.starts, moment) :]

    def before(self, moment: datetime) -> Slot | None:
        """The last slot that starts before the moment."""
        place = bisect_left(self.starts, moment)
        return self.slots[place - 1] if place else None


@dataclass(frozen=True, slots=True)
class Slots:
    """The windows of a snapshot by kind and scope. `freezes_below`: those of the parts of a component."""

    deploy: Mapping[str, Shelf]
    freezes: Mapping[str, Shelf]
    freezes_below: Mapping[str, Shelf]
    scopes: frozenset[str]
    _seen: dict[tuple[str, ...], tuple[Shelf, Shelf]] = field(default_factory=dict)

    def windows(self, names: Sequence[str]) -> Shelf:
        """The deployment windows that are for a component of these names; empty where none is."""
        return self._of(names)[0]

    def frozen(self, names: Sequence[str]) -> Shelf:
        """The freezes that forbid it."""
        return self._of(names)[1]

    def free(self, names: Sequence[str], since: datetime) -> datetime | None:
        """The first moment from `since` on that lies in a window of it, where there are any, and in no freeze."""
        windows, freezes = self._of(names)
        if not windows.slots:
            return _after(freezes, since)
        for count, slot in enumerate(windows.from_(since)):
            moment = _after(freezes, max(slot.start, since))
            if moment < slot.end:
                return moment
            if count > _LOOKED_AT:
                break
        return None

    def _of(self, names: Sequence[str]) -> tuple[Shelf, Shelf]:
        key = tuple(names)
        if key not in self._seen:
            above = tuple(dict.fromkeys(["", *(scope for name in names for scope in lineage(name))]))
            frozen = [*_joined(self.freezes, above), *_joined(self.freezes_below, names)]
            self._seen[key] = Shelf.of(_joined(self.deploy, above)), Shelf.of({id(slot): slot for slot in frozen}.values())
        return self._seen[key]


def slots_of(snapshot: Snapshot) -> Slots:
    """All windows; ask for it by `snapshot.once(slots_of)`."""
    deploy: dict[str, list[Slot]] = {}
    freezes: dict[str, list[Slot]] = {}
    below: dict[str, list[Slot]] = {}
    scopes: set[str] = set()
    for window in snapshot.windows:
        span = instants(window, snapshot.zone)
        if span is None or window.window_kind == "maintenance":
            continue
        slot, scope = Slot(*span, window), scope_name(window.scope)
        scopes.add(scope)
        if window.window_kind == "deploy":
            deploy.setdefault(scope, []).append(slot)
            continue
        freezes.setdefault(scope, []).append(slot)
        for above in lineage(scope)[1:]:
            below.setdefault(above, []).append(slot)
    return Slots(_shelved(deploy), _shelved(freezes), _shelved(below), frozenset(scopes - {""}))


def instants(window: Window, zone: str) -> tuple[datetime, datetime] | None:
    """When it begins and ends (UTC); None where it says nothing."""
    if window.start is None or window.end is None:
        return None
    local = zone_of(window.zone, zone)
    start, end = instant(window.start, local), instant(window.end, local)
    return (start, end) if start < end else None


def instant(moment: datetime | date, zone: ZoneInfo) -> datetime:
    """A date begins at its midnight; a time without a zone is in this one. UTC; the ends of the calendar stay there."""
    local = moment if isinstance(moment, datetime) else datetime.combine(moment, time())
    local = local if local.tzinfo else local.replace(tzinfo=zone)
    try:
        return local.astimezone(UTC)
    except OverflowError:
        return local.replace(tzinfo=UTC)


def zone_of(name: str | None, otherwise: str) -> ZoneInfo:
    """The zone of that name, or the other one where there is none of it."""
    try:
        return ZoneInfo(name or otherwise)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(otherwise)


def scope_name(text: str | None) -> str:
    """A scope as it is compared."""
    return (text or "").strip().strip("/").casefold()


def lineage(scope: str) -> tuple[str, ...]:
    """The scope and all above it, nearest first: `a/b/c`, `a/b`, `a`."""
    parts = scope.split("/") if scope else []
    return tuple("/".join(parts[:count]) for count in range(len(parts), 0, -1))


def related(one: str, other: str) -> bool:
    """Whether two components are the same, or one is part of the other."""
    return bool(one and other) and (one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/"))


def component(deployment: Deployment) -> tuple[str, ...]:
    """What a deployment may be called by windows: its service, its environment, and the two together."""
    service, environment = scope_name(deployment.service), scope_name(deployment.environment)
    both = f"{service}/{environment}" if service and environment else ""
    return tuple(name for name in (service, environment, both) if name)


def components(snapshot: Snapshot) -> Mapping[Ref, tuple[str, ...]]:
    """Milestone -> the components that it is deployed as: the services of its deployments, and the scopes that its labels name."""
    scopes = snapshot.once(slots_of).scopes
    found = {ref: dict.fromkeys(_labelled(milestone, scopes)) for ref, milestone in snapshot.milestones.items()}
    for deployment in snapshot.deployments:
        for name in deployment.milestones:
            if isinstance(name, Ref) and (anchor := snapshot.anchor(name)) in found and deployment.service:
                found[anchor][scope_name(deployment.service)] = None
    return {ref: tuple(sorted(names)) for ref, names in found.items() if names}


def _labelled(milestone: Milestone, scopes: frozenset[str]) -> Iterator[str]:
    for label in milestone.labels:
        name = scope_name(label)
        prefix = next((prefix for prefix in _PREFIXES if name.startswith(prefix)), None)
        if prefix:
            yield scope_name(name.removeprefix(prefix))
        elif name in scopes:
            yield name


def _joined(shelves: Mapping[str, Shelf], scopes: Iterable[str]) -> list[Slot]:
    return [slot for scope in scopes if scope in shelves for slot in shelves[scope].slots]


def _after(freezes: Shelf, moment: datetime) -> datetime:
    """The first moment from this one on that is not frozen."""
    while ends := [slot.end for slot in freezes.at(moment)]:
        moment = max(ends)
    return moment


def _shelved(slots: Mapping[str, list[Slot]]) -> dict[str, Shelf]:
    return {scope: Shelf.of(found) for scope, found in slots.items()}
