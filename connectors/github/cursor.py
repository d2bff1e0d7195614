"""How far a list was read, as compact JSON: a watermark out of the vendor's own facts, and the page to go on with."""

import json
from dataclasses import asdict, dataclass, fields

START, CHECK = "start", "check"
"""`Position.open` besides a page: nothing of the older open records was read yet; they were, and what moved meanwhile is to be seen."""


@dataclass(frozen=True, slots=True)
class Position:
    """`until`: the latest `updated_at` on the first page of the last scan; what changed up to then is read once `next` is None.

    `window` sums up the newest rows of that page; `etag` is the vendor's word for it, valid for the question `asked`. While a
    scan is under way, `next` is the page to read next and `base` the watermark of the scan before. `days`: the history to which the
    first scan was bound; `open`: the page of the list of open records that completes it, `START` or `CHECK` (see `history`). `waiting`:
    deployments that had not ended; `etags`: what the vendor said of the checks of each open pull request, or of each page of a list that
    is read whole; `feed`: what the issues had told of the pull requests (see `feed`).
    """

    until: str | None = None
    window: str | None = None
    etag: str | None = None
    asked: str | None = None
    next: str | None = None
    base: str | None = None
    days: str | None = None
    open: str | None = None
    waiting: str | None = None
    etags: str | None = None
    feed: str | None = None

    def dump(self) -> str:
        """The cursor's text."""
        return json.dumps({k: v for k, v in asdict(self).items() if v is not None}, separators=(",", ":"))


def load(cursor: str | None) -> Position:
    """The position that a cursor names; from the start where there is none, or none that can be read."""
    try:
        found = json.loads(cursor or "{}")
    except ValueError:
        return Position()
    if not isinstance(found, dict):
        return Position()
    return Position(**{f.name: found[f.name] for f in fields(Position) if isinstance(found.get(f.name), str)})
