"""Ears: which records of a page somebody touched below a comment of ours, so that what was answered there is to be looked at."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property

from syncd.contract import Page, Stream
from syncd.mapping.paths import walk
from syncd.model.raw import Json, RawRecord
from syncd.model.ref import Ref
from syncd.run.link import Link
from syncd.store import Store

UNTOLD = timedelta(hours=1)
"""Where no instant says when a record was touched, what was answered is looked for no more often than this."""


class Ears:
    """Notices which records of a page somebody touched after we, or a look, did. Made once a pull; safe to share between threads."""

    def __init__(self, link: Link, store: Store) -> None:
        self._link, self._store = link, store

    @cached_property
    def _heard(self) -> Mapping[Ref, datetime | None]:
        return self._store.listening.heard(self._link.name) if self._link.kind.replies else {}

    def of(self, page: Page, stream: Stream, now: datetime) -> dict[str, datetime]:
        """Records of a page that is not yet stored, by id, with the instant of the touch."""
        if not page.records or not self._heard:
            return {}
        touched = {record.ref: self._touched(record, stream, now) for record in page.records if record.ref in self._heard}
        return {ref.id: at for ref, at in touched.items() if at is not None}

    def _touched(self, record: RawRecord, stream: Stream, now: datetime) -> datetime | None:
        """When it was touched, where that is news."""
        heard, at = self._heard[record.ref], _instant(record.data, stream.touched)
        if at is None:
            return now if heard is None or now - heard >= UNTOLD else None
        return at if heard is None or at > heard else None


def _instant(data: Json, path: str | None) -> datetime | None:
    text = walk(data, tuple(path.split("."))) if path else None
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
        return at.astimezone(UTC) if at is not None and at.tzinfo else None
    except (ValueError, OverflowError):
        return None
