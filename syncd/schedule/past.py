"""Pure. What histories tell of an earlier moment: the due date of a milestone, when work on an item began, what belonged to what.

Statuses in histories go by the vendor's names. What such a name means is learned from the items that bear it now, per connection; a name
that nobody bears, or that means two things, tells nothing. A history tells of a milestone's date since its beginning where it holds a
change of that date, or where the milestone has one source and a history at all; then its last change must lead to the date of now.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from syncd.model.ref import Ref
from syncd.model.rows import Change, Item, Milestone, Quantity
from syncd.model.snapshot import Snapshot

BEGINNING = datetime.min.replace(tzinfo=UTC)
_NAMES_IT = frozenset({"milestones", "parent"})
_BEGUN = frozenset({"doing", "done"})


@dataclass(frozen=True, slots=True)
class Span:
    """A date that stood from one instant until another; `until` None: it stands."""

    since: datetime
    until: datetime | None
    day: date | None


def day_of(text: str | None) -> date | None:
    """The date that a history's text begins with."""
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def changes_of(history: Iterable[Change], fields: str | frozenset[str], until: datetime) -> list[Change]:
    """The changes of a field, or of any of several, oldest first; none that is later than `until`."""
    wanted = frozenset({fields}) if isinstance(fields, str) else fields
    return sorted((one for one in history if one.field in wanted and one.at <= until), key=lambda one: one.at)


def due_spans(milestone: Milestone, as_of: datetime) -> tuple[Span, ...]:
    """Which due dates the milestone had, and when. Empty where its history does not tell."""
    return _spans(milestone, "due", milestone.due, as_of)


def date_at(milestone: Milestone, field: str, now: date | None, at: datetime, as_of: datetime) -> date | None:
    """The milestone's date (`field` "due" or "start", `now` as it is) at a moment; as it is now where its history does not tell."""
    for span in _spans(milestone, field, now, as_of):
        if span.since <= at and (span.until is None or at < span.until):
            return span.day
    return now


def _spans(milestone: Milestone, field: str, now: date | None, as_of: datetime) -> tuple[Span, ...]:
    changes = changes_of(milestone.history, field, as_of)
    if not changes:
        told = bool(milestone.history) and len(milestone.sources) < 2
        return (Span(BEGINNING, None, now),) if told else ()
    if day_of(changes[-1].new) != now:
        return ()
    since = [BEGINNING, *(change.at for change in changes)]
    days = [day_of(changes[0].old), *(day_of(change.new) for change in changes)]
    return tuple(Span(begin, end, day) for begin, end, day in zip(since, [*since[1:], None], days, strict=True))


@dataclass(frozen=True, slots=True)
class Past:
    """What is derived once for all milestones of a snapshot: `meanings` of status names, and `named`: which items' histories name a
    parent or milestone by that text, as (connection, text)."""

    snapshot: Snapshot
    meanings: Mapping[tuple[str, str], str]
    named: Mapping[tuple[str, str], tuple[Ref, ...]]
    _called: dict[tuple[Ref, str, str], frozenset[str]] = field(default_factory=dict)

    def begun(self, item: Item) -> datetime | None:
        """When work on it began: its first change to something in work or done. None: not begun, or not told."""
        changes = changes_of(item.history, "status", self.snapshot.as_of)
        first = next((one for one in changes if self._means(item, one.new) in _BEGUN), None)
        if changes and self._means(item, changes[0].old) in _BEGUN:
            return item.created_at
        if first:
            return first.at
        return item.created_at if item.status in _BEGUN and item.history and not changes else None

    def status_at(self, item: Item, at: datetime) -> str | None:
        """Its status at a moment, in our words; None where that is not told."""
        changes = changes_of(item.history, "status", self.snapshot.as_of)
        earlier = [one for one in changes if one.at <= at]
        if earlier:
            return self._means(item, earlier[-1].new)
        if changes:
            return self._means(item, changes[0].old)
        if item.done_at is not None and item.status in ("done", "dropped"):
            return item.status if item.done_at <= at else None
        return item.status

    def came(self, item: Item, milestone: Milestone) -> Change | None:
        """The change by which it came to belong to the milestone; None where its history does not say."""
        return next((change for change, came in reversed(self._moves(item, milestone)) if came), None)

    def joined(self, item: Item, milestone: Milestone) -> datetime:
        """When it came to belong to the milestone; the beginning where its history does not say."""
        change = self.came(item, milestone)
        return change.at if change else BEGINNING

    def belonged(self, item: Item, milestone: Milestone, at: datetime) -> bool:
        """Whether it was part of the milestone at a moment."""
        moves = self._moves(item, milestone)
        before = [came for change, came in moves if change.at <= at]
        if before:
            return before[-1]
        return not moves[0][1] if moves else item.ref in self.snapshot.members.get(milestone.ref, ())

    def candidates(self, milestone: Milestone) -> tuple[Item, ...]:
        """The items that belong to it or, by their history, may have."""
        known = dict.fromkeys(self.snapshot.members.get(milestone.ref, ()))
        for name in _names(milestone):
            known |= dict.fromkeys(self.named.get(name, ()))
        return tuple(item for ref in known if (item := self.snapshot.items.get(ref)))

    def _moves(self, item: Item, milestone: Milestone) -> list[tuple[Change, bool]]:
        """The changes by which it came (True) and went (False), oldest first."""
        if not item.history:
            return []
        place = (milestone.ref, item.ref.connection, item.scope_id)
        if place not in self._called:
            known = _names(milestone, item)
            self._called[place] = frozenset(name for connection, name in known if connection == item.ref.connection)
        names = self._called[place]
        changes = changes_of(item.history, _NAMES_IT, self.snapshot.as_of)
        sides = ((change, _text(change.new) in names, _text(change.old) in names) for change in changes)
        return [(change, came) for change, came, went in sides if came != went]

    def _means(self, item: Item, name: str | None) -> str | None:
        return self.meanings.get((item.ref.connection, _text(name))) if name else None


def past_of(snapshot: Snapshot) -> Past:
    """What histories mean; ask for it by `snapshot.once(past_of)`."""
    found: dict[tuple[str, str], set[str]] = {}
    named: dict[tuple[str, str], dict[Ref, None]] = {}
    for ref, item in snapshot.items.items():
        if item.status_name and item.status != "unknown":
            found.setdefault((ref.connection, _text(item.status_name)), set()).add(item.status)
        for change in item.history:
            if change.field in _NAMES_IT:
                for text in filter(None, (change.old, change.new)):
                    named.setdefault((ref.connection, _text(text)), {})[ref] = None
    meanings = {name: next(iter(means)) for name, means in found.items() if len(means) == 1}
    return Past(snapshot, meanings, {name: tuple(refs) for name, refs in named.items()})


def size_then(item: Item, at: datetime) -> Quantity | None:
    """Its estimate at a moment: as it is now, or unknown where its history says that it was another."""
    return None if any(one.field == "estimate" and one.at > at for one in item.history) else item.estimate


def _names(milestone: Milestone, item: Item | None = None) -> set[tuple[str, str]]:
    """What histories call the milestone: its key anywhere, its title only within its own project. As (connection, text)."""
    names = {(ref.connection, _text(ref.key)) for ref in (milestone.ref, *milestone.sources) if ref.key}
    for connection, claim in milestone.claims.items():
        if claim.title and (item is None or item.scope_id == claim.scope_id):
            names.add((connection, _text(claim.title)))
    return names


def _text(name: str | None) -> str:
    return (name or "").strip().casefold()
