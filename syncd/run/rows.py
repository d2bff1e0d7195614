"""Rows: mirror to rows of the model. What changed is mapped; all is read back, with what the mappings could not read or did not know."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from syncd.config.mappings import bundled_folder
from syncd.mapping import apply, still_missing, unread_line
from syncd.model.packed import form_now
from syncd.model.ref import Ref
from syncd.model.remarks import Rejected
from syncd.model.rows import Row
from syncd.model.snapshot import LostField
from syncd.model.wire import rows_to_text
from syncd.run.backfill import UNASKED, Wanted, look_again, unasked, wanted_of
from syncd.run.fields import Watched, doubt, lost, watched, without
from syncd.run.link import Link
from syncd.run.log import log
from syncd.store import Store
from syncd.store.raws import StoredRaw
from syncd.store.rows import MappedRecord, Turned

_BATCH = 200

Progress = Callable[[str, int], None]
"""Called with a connection and the number of its records that were mapped since the last call."""


@dataclass(slots=True)
class Mirrored:
    """The mapped mirror. `rejected`: the records that cannot be read at the moment; their last good rows are among `rows`. So are those of
    the `unasked` ones, which lack a field that the mapping reads because they were not asked for it.

    `notes`: what the mappings did not know, a line each -> how many records it concerns.
    """

    rows: list[Row] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    unasked: list[Ref] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)


def map_changed(link: Link, store: Store, progress: Progress = lambda *_: None) -> int:
    """Map the records that changed, or whose mapping did. Gives their number."""
    gaps = _Gaps(link, store, lost(link, store), watched(link, store), wanted_of(link))
    total, key = 0, _basis(link, gaps.missing)
    for batch in _batches(store.rows.unmapped(link.name, key), _BATCH):
        asked = [stored for stored in batch if unasked(gaps.wanted, stored.record) is None]
        if len(asked) < len(batch):
            look_again(link, store)
        _look_for_fields(link, store, asked)
        _tell(link, store.rows.put([_mapped(link, stored, gaps, key) for stored in batch]))
        progress(link.name, len(batch))
        total += len(batch)
    return total


def _basis(link: Link, missing: tuple[LostField, ...]) -> str:
    """What rows are made by: the mapping, the fields that it cannot read now, and the form in which they are kept."""
    said = [link.mapping.hash, form_now().name, *(str(field) for field in missing)]
    return hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:32]


def _tell(link: Link, turned: Turned) -> None:
    """A record that cannot be read is told to the log once when it goes, and once when it is back."""
    for one in turned.aside:
        if not (one.rejected or "").startswith(UNASKED):
            log().warning("record is set aside", connection=link.name, record=one.ref.label, why=one.rejected)
    for one in turned.back:
        log().info("record is read again", connection=link.name, record=one.ref.label)


@dataclass(frozen=True, slots=True)
class _Gaps:
    """Fields of the vendor that are gone, those that may be, and those that are wanted now."""

    link: Link
    store: Store
    missing: tuple[LostField, ...]
    watched: Watched
    wanted: Wanted

    def set_aside(self, stored: StoredRaw, key: str) -> MappedRecord | None:
        """The record without new rows, where it was not asked for a field that is wanted, or a field is gone that it held; it is mapped
        again once that is known for sure."""
        if (reason := unasked(self.wanted, stored.record)) is not None:
            return MappedRecord(stored.ref, stored.basis, key, None, reason)
        if self.missing and (held := without(self.store, stored, self.missing)) is not None:
            return MappedRecord(
                stored.ref, stored.basis, key, None, f"it held {held.name} ({held.id}), which is not there any more"
            )
        if (held := self.watched.doubts(self.store, stored)) is None:
            return None
        doubt(self.link, self.store)
        why = f"it held {held.name} ({held.id}) and has none now: whether the field is there still is asked in the next pass"
        return MappedRecord(stored.ref, stored.basis, f"{key}?", None, why)


def _mapped(link: Link, stored: StoredRaw, gaps: _Gaps, key: str) -> MappedRecord:
    if (aside := gaps.set_aside(stored, key)) is not None:
        return aside
    applied = apply(link.mapping, stored.record)
    rejected = applied.reason if isinstance(applied, Rejected) else None
    rows = None if isinstance(applied, Rejected) else rows_to_text(applied.rows)
    notes = () if isinstance(applied, Rejected) else tuple(note.what for note in applied.notes)
    return MappedRecord(stored.ref, stored.basis, key, rows, rejected, notes, stored.n)


def _batches(records: Iterator[StoredRaw], size: int) -> Iterator[list[StoredRaw]]:
    batch: list[StoredRaw] = []
    for record in records:
        batch.append(record)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def read_back(links: Iterable[Link], store: Store) -> Mirrored:
    """All rows of these connections as they are kept now."""
    links = list(links)
    mirrored, reading = Mirrored(), store.rows.reading()
    names = [link.name for link in links]
    for record in store.rows.noted(names):
        mirrored.notes.update(f"{record.ref.connection}: {note}" for note in record.notes)
        if record.rejected is None:
            continue
        if record.rejected.startswith(UNASKED):
            mirrored.unasked.append(record.ref)
        else:
            mirrored.rejected.append(Rejected(record.ref, record.rejected))
    for text in store.rows.texts(names):
        mirrored.rows += reading.rows(text)
    mirrored.notes.update(line for link in links for line in _never_there(link, store))
    return mirrored


# --- names that no record has ------------------------------------------------------------------------------------------------
# Kept beside the rows: stream -> paths of which no record had the field since this mapping came. Looking at the changed records
# is enough, so that it costs nothing in a pass without changes. It is kept before the rows are: a process that dies in between
# looks at the same records again.


def _key(link: Link) -> str:
    return f"fields never seen: {link.name}"


def _look_for_fields(link: Link, store: Store, batch: Sequence[StoredRaw]) -> None:
    kept = _kept(link, store)
    left = still_missing(link.mapping, (stored.record for stored in batch), kept or {})
    if left != kept:
        store.meta.put(_key(link), {"mapping": link.mapping.hash, "left": left})


def _kept(link: Link, store: Store) -> dict[str, list[str]] | None:
    kept = store.meta.get(_key(link))
    return kept["left"] if isinstance(kept, dict) and kept.get("mapping") == link.mapping.hash else None


def _never_there(link: Link, store: Store) -> Iterator[str]:
    left = _kept(link, store) or {}
    return (
        f"{link.name}: {unread_line(link.mapping, stream, path)}"
        for stream in sorted(left)
        for path in left[stream]
        if _is_own(link, stream, path)
    )


def _is_own(link: Link, stream: str, path: str) -> bool:
    """Whether a person wrote that path. The mappings that come with syncd read more than every edition and account is given."""
    read = link.mapping.reads.get(stream, {}).get(path)
    return read is None or Path(read.place.file).parent != bundled_folder()
