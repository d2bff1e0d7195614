"""Pure. Rows without names: everybody goes by a pseudonym that stays the same, for outputs that show no people."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from syncd.mapping.people import FIELDS
from syncd.model.rows import Absence, Change, Item, Milestone, Person, Row

Call = Callable[[Person], str]
"""The pseudonym of a person."""

_OF_PEOPLE = frozenset({"owner", "assignee", "assignees", "author", "reviewer", "reporter"})


def hidden(row: Row, call: Call) -> Row:
    """The row with pseudonyms alone: no name, id or e-mail of a person, no title of an absence."""
    changed: dict[str, Any] = {}
    for name in FIELDS.get(row.kind, ()):
        value = getattr(row, name)
        if isinstance(value, tuple):
            changed[name] = tuple(_called(one, call) for one in value)
        elif value is not None:
            changed[name] = _called(value, call)
    if isinstance(row, Milestone):
        changed["claims"] = {
            key: replace(claim, owner=_called(claim.owner, call)) if claim.owner else claim for key, claim in row.claims.items()
        }
    if isinstance(row, Milestone | Item):
        changed["history"] = tuple(_moved(one, call) for one in row.history)
    if isinstance(row, Absence):
        changed["ref"] = replace(row.ref, key=None, url=None)
    return replace(row, **changed) if changed else row


def _called(person: Person, call: Call) -> Person:
    return Person(call(person))


def _moved(change: Change, call: Call) -> Change:
    by = call(Person(change.by)) if change.by else change.by
    if change.field not in _OF_PEOPLE:
        return replace(change, by=by)
    old, new = (call(Person(text)) if text else text for text in (change.old, change.new))
    return replace(change, by=by, old=old, new=new)
