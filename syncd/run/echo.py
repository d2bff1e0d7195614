"""Echoes: what we wrote comes back as a change of the vendor's record, and what others do in answer must not go round for ever."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil
from typing import Any

from syncd.contract import Page
from syncd.decide.state import Plan
from syncd.model.action import Action
from syncd.model.raw import Json, RawRecord, content_hash
from syncd.model.ref import Ref
from syncd.store import Store
from syncd.store.ledger import Receipted

ROUNDS = 3
"""So often may a place go from one state to another and back before it is left alone."""

WITHIN = timedelta(hours=24)
"""The time in which that must have happened: what a project decides three times in a week is no loop."""


class Echoes:
    """The labels that we gave the tickets of one connection, by our receipts. Made once a pass; they are looked up when they are needed."""

    def __init__(self, connection: str, store: Store) -> None:
        self._connection, self._store = connection, store

    @cached_property
    def _names(self) -> Mapping[Ref, frozenset[str]]:
        marks = self._store.ledger.marks(self._connection).items()
        return {ref: _names(said.body) for (ref, verb, _), said in marks if verb == "label"}

    def of(self, page: Page, own: frozenset[str]) -> int:
        """How many records of a page that is not yet stored differ from what is stored by nothing but labels of ours."""
        if not page.records or not self._names:
            return 0
        return sum(self._is_echo(record, own) for record in page.records if record.ref in self._names)

    def _is_echo(self, record: RawRecord, own: frozenset[str]) -> bool:
        held = self._store.mirror.raw(record.ref)
        if held is None or held.gone_at is not None:
            return False
        before, after = held.record.data, record.data
        return content_hash(before, own) != content_hash(after, own) and same_but_for(self._names[record.ref], before, after, own)


def same_but_for(names: Collection[str], before: Json, after: Json, own: frozenset[str] = frozenset()) -> bool:
    """Whether two states of a record say the same once labels of these names, and the history of those, are left out."""
    return content_hash(_without(before, names), own) == content_hash(_without(after, names), own)


def calm(plan: Plan, store: Store, as_of: datetime) -> tuple[Plan, tuple[str, ...]]:
    """The plan without the writes that would go on with a loop, and a line for a person about each of them."""
    told = [(action, flips(action, store.ledger.receipts(action.target), as_of)) for action in plan.actions]
    kept = tuple(action for action, line in told if line is None)
    return replace(plan, actions=kept), tuple(line for _, line in told if line is not None)


def flips(action: Action, receipts: Sequence[Receipted], as_of: datetime) -> str | None:
    """What a person is told where our last writes of this kind there went to and fro between two states and this one would go on;
    None where they did not. It ends once something else is to be said, or `WITHIN` has passed."""
    last = [one for one in receipts if one.action.mark[1:] == action.mark[1:] and not one.late][-2 * ROUNDS :]
    digests = [one.action.digest for one in last]
    if len(last) < 2 * ROUNDS or digests != digests[:2] * ROUNDS or digests[0] == digests[1] or action.digest not in digests:
        return None
    if as_of - last[0].at > WITHIN:
        return None
    took = last[-1].at - last[0].at
    where = f"{action.target.connection}: {action.target.label}: {action.verb}"
    return (
        f"{where} flips between two states ({ROUNDS} rounds within {max(1, ceil(took / timedelta(hours=1)))} h): another bot? "
        "It is left alone for a day, or until something else is to be said there"
    )


def _names(body: str) -> frozenset[str]:
    sent = json.loads(body or "{}")
    return frozenset(str(name) for how in ("add", "remove") for name in sent.get(how) or ())


def _without(data: Json, names: Collection[str]) -> Json:
    """The record without labels of these names, wherever its vendor keeps labels, and without what its history says of them alone."""
    if not isinstance(data, Mapping):
        return data
    left = {key: value for key, value in data.items() if key != "changelog"}
    if isinstance(left.get("labels"), list):
        left["labels"] = [label for label in left["labels"] if _name(label) not in names]
    if isinstance(left.get("fields"), Mapping):
        left["fields"] = _without(left["fields"], names)
    histories = (data.get("changelog") or {}).get("histories") if isinstance(data.get("changelog"), Mapping) else None
    return left if histories is None else {**left, "histories": [one for one in histories if not _tells_only(one, names)]}


def _name(label: Json) -> str:
    return str(label.get("name") if isinstance(label, Mapping) else label)


def _tells_only(history: Mapping[str, Any], names: Collection[str]) -> bool:
    items = history.get("items") or []
    return all(item.get("field") == "labels" and _changed(item) <= set(names) for item in items)


def _changed(item: Mapping[str, Any]) -> set[str]:
    before, after = (set(str(item.get(name) or "").split()) for name in ("fromString", "toString"))
    return before ^ after
