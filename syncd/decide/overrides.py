"""Pure. Words that people say by a label, such as `status:on-track`, or below our comment: which they are, since when, and until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from syncd.model.rows import Milestone, Reply
from syncd.model.snapshot import Snapshot
from syncd.schedule.wall import wall_day

Word = Literal["off track", "at risk", "unknown", "on track"]
WORDS: tuple[Word, ...] = ("off track", "at risk", "unknown", "on track")
"""The worst one first."""

SEEN = "status labels: "
"""What the names begin with under which it is remembered since when a label is known."""


@dataclass(frozen=True, slots=True)
class Override:
    """A word that a person set by a label, or by a `reply` to our comment; None takes back what was set before. `at`, `since`: when, the
    day; `by`: who, where that is known; `until`: its last day. `because`: the reason that they gave."""

    word: Word | None
    label: str
    at: datetime
    since: date
    until: date
    by: str | None = None
    reply: Reply | None = None
    because: str = ""

    @property
    def source(self) -> str:
        """What says it."""
        return "a reply" if self.reply else f"the label {self.label}"


def overrides(milestone: Milestone, pattern: str) -> list[tuple[str, Word]]:
    """The labels of a milestone by which a person says a word, as in `status:on-track`, with the word."""
    before, star, after = pattern.strip().casefold().partition("*")
    found: list[tuple[str, Word]] = []
    for label in milestone.labels if star else ():
        text = label.strip().casefold()
        if len(text) > len(before) + len(after) and text.startswith(before) and text.endswith(after):
            said = text[len(before) : len(text) - len(after)].replace("-", " ").replace("_", " ").strip()
            found += [(label, word) for word in WORDS if word == said]
    return found


def seen_key(milestone: Milestone, label: str) -> str:
    """Under what name it is remembered since when a label is known."""
    return f"{SEEN}{milestone.ref} {label}"


def override(
    snapshot: Snapshot, milestone: Milestone, label: str, word: Word, days: int, seen: Mapping[str, datetime]
) -> Override:
    """The word of a label: since it was set, where the history tells, else since it is first known, else since now."""
    sets = [
        one for one in milestone.history if one.field == "labels" and label in (one.new or "") and label not in (one.old or "")
    ]
    at = sets[-1].at if sets else seen.get(seen_key(milestone, label), snapshot.as_of)
    since = wall_day(at, ZoneInfo(snapshot.zone))
    return Override(word, label, at, since, plus(since, days), sets[-1].by if sets else None)


def plus(day: date, days: int) -> date:
    """So many days later."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max
