"""Baselines: what was agreed on for each milestone, as often as it was agreed on. Appended to."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select

from syncd.model.baseline import Baseline
from syncd.model.ref import Ref, ref_to_json
from syncd.model.rows import Quantity
from syncd.store.engine import Database
from syncd.store.tables import baselines


@dataclass(frozen=True, slots=True)
class Baselines:
    """A baseline is never changed or taken back: another one is appended, and the last one counts."""

    db: Database

    def all(self, anchor: Callable[[Ref], Ref] = lambda ref: ref) -> dict[Ref, tuple[Baseline, ...]]:
        """By milestone, in the order in which they were recorded. `anchor` leads to the milestone that it belongs to by now."""
        found: dict[Ref, list[Baseline]] = {}
        with self.db.reading() as tx:
            for row in tx.execute(select(baselines).order_by(baselines.c.n)):
                milestone = anchor(Ref(row.connection, row.stream, row.id))
                found.setdefault(milestone, []).append(_read(milestone, row))
        return {ref: tuple(known) for ref, known in found.items()}

    def append(self, added: Iterable[Baseline]) -> None:
        """Append them, in their order."""
        rows = [_values(one) for one in added]
        if rows:
            with self.db.writing() as tx:
                tx.execute(insert(baselines), rows)


def _values(one: Baseline) -> dict[str, Any]:
    return {
        "connection": one.milestone.connection,
        "stream": one.milestone.stream,
        "id": one.milestone.id,
        "at": one.at,
        "recorded_at": one.recorded_at,
        "value": {
            "origin": one.origin,
            "start": one.start.isoformat() if one.start else None,
            "due": one.due.isoformat() if one.due else None,
            "items": [_item(ref, size) for ref, size in sorted(one.items.items(), key=lambda known: known[0])],
            "name": one.name,
            "by": one.by,
            "reason": one.reason,
        },
    }


def _item(ref: Ref, size: Quantity | None) -> dict[str, Any]:
    return {"ref": ref_to_json(ref), "size": size.value if size else None, "unit": size.unit if size else None}


def _read(milestone: Ref, row: Any) -> Baseline:
    value = row.value
    return Baseline(
        milestone=milestone,
        at=row.at,
        recorded_at=row.recorded_at,
        origin=value["origin"],
        start=_day(value["start"]),
        due=_day(value["due"]),
        items=dict(_sized(item) for item in value["items"]),
        name=value["name"],
        by=value["by"],
        reason=value["reason"],
    )


def _sized(item: Mapping[str, Any]) -> tuple[Ref, Quantity | None]:
    size = Quantity(item["size"], item["unit"]) if item["unit"] else None
    return Ref(**item["ref"]), size


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
