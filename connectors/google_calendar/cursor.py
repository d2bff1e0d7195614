"""How far a calendar was read: opaque to everybody else, JSON to us."""

import json
from dataclasses import asdict, dataclass
from datetime import date, timedelta

ANEW = timedelta(days=28)
"""How often a calendar is read in full although its sync token is still good: Google expands a recurrence without an end up to a
horizon that moves on with the days, and what comes over it is no change that sync tokens report."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """`sync`: the token that the last complete read ended with. `page`: the next page, in the middle of a read.

    `fields`: the selection of fields that these tokens belong to; `full`: the day on which the last full read began. With neither
    token, the calendar is read in full.
    """

    sync: str | None = None
    page: str | None = None
    fields: str | None = None
    full: str | None = None

    def leads_on(self, fields: str | None, today: date) -> bool:
        """Whether Google can be asked to go on from here, in the same words as before."""
        if self.fields != fields or not (self.sync or self.page):
            return False
        try:
            return today - date.fromisoformat(self.full or "") < ANEW
        except ValueError:
            return False


def dump(cursor: Cursor) -> str:
    """Compact JSON."""
    return json.dumps({"v": 1} | {name: value for name, value in asdict(cursor).items() if value}, separators=(",", ":"))


def load(text: str) -> Cursor:
    """The cursor; one that leads nowhere where the text is none of ours."""
    try:
        value = json.loads(text)
        return Cursor(*(value.get(name) for name in ("sync", "page", "fields", "full")))
    except (ValueError, AttributeError):
        return Cursor()
