"""Streams that are short and cannot be asked for by time: each read gives all that there is, and what it lacks is gone."""

from collections.abc import Iterator, Mapping

from connectors.gitlab import freeze
from connectors.gitlab.cursor import Cursor, dump
from connectors.gitlab.paging import PER_PAGE, listing, onward, rows_of
from connectors.gitlab.reading import DENIED, Lacking, Reading, Row
from syncd.contract import Page

LISTS: Mapping[str, Mapping[str, object]] = {
    "freeze_periods": {},
    "environments": {"states": "available"},
    "iterations": {"state": "all"},
}
"""What to ask, by stream."""


def pages(reading: Reading) -> Iterator[Page]:
    """One page with everything. Raises Lacking where the project or group can be read and this of it cannot."""
    rows = [finish(reading, row) for row in _rows(reading)]
    records = tuple(reading.record(row) for row in rows if reading.keeps(row))
    yield Page(records, cursor=dump(Cursor(path=reading.path)), complete=True, whole=True)


def finish(reading: Reading, row: Row) -> Row:
    """A row with what it takes for granted: its project, and when a freeze period holds."""
    if reading.scope.id.startswith("p:") and reading.stream != "iterations":
        row = {**row, "project_id": int(reading.scope.id[2:])}
    return freeze.expanded(row, reading.client.now) if reading.stream == "freeze_periods" else row


def _rows(reading: Reading) -> Iterator[Row]:
    """The list, followed to its end."""
    path, query = f"{reading.base}/{reading.stream}", {"per_page": PER_PAGE, **LISTS[reading.stream]}
    answer = reading.client.get(path, query, allow=DENIED, **reading.words)
    if answer.status in DENIED:
        reading.client.get(reading.base, **reading.words)
        raise Lacking
    yield from rows_of(answer, **reading.words)
    more = onward(answer)
    if more is not None:
        yield from (row for page in listing(reading.client, path, {**query, **more}, **reading.words) for row in page)
