"""Pure. The rows of a snapshot in the order of their identity: sorted once for all who ask."""

from collections.abc import Iterable
from operator import attrgetter
from typing import TypeVar

from syncd.model.rows import Item, MergeRequest, Milestone
from syncd.model.snapshot import Snapshot

Row = TypeVar("Row", Item, Milestone, MergeRequest)

_id = attrgetter("ref.id")


def ordered_items(snapshot: Snapshot) -> tuple[Item, ...]:
    """All items. Ask for it as `snapshot.once(ordered_items)`."""
    return tuple(by_identity(snapshot.items.values()))


def ordered_milestones(snapshot: Snapshot) -> tuple[Milestone, ...]:
    """All milestones. Ask for it as `snapshot.once(ordered_milestones)`."""
    return tuple(by_identity(snapshot.milestones.values()))


def by_identity(rows: Iterable[Row]) -> list[Row]:
    """Rows as `syncd.model.ref.identity` sorts their refs: in the few streams that there are only ids are left to be compared."""
    streams: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        ref = row.ref
        streams.setdefault((ref.connection, ref.stream), []).append(row)
    return [row for stream in sorted(streams) for row in sorted(streams[stream], key=_id)]
