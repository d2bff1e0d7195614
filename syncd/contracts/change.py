"""Pure. One change of a contract, and the verdict on two revisions."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["breaking", "risky", "compatible", "unknown"]
LEVELS: tuple[Level, ...] = ("breaking", "unknown", "risky", "compatible")
"""Worst first. Unknown is what could not be judged: it is shown as risky, and is never taken for compatible."""

Direction = Literal["request", "response", "both"]
"""Who writes what changed: the consumer (request), the producer (response), or it concerns the two alike."""

UNJUDGED = "could-not-judge"
"""The rule of every change that says that something could not be judged; any engine may give it."""

_PARAMETER = re.compile(r"\{[^{}]*\}")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Change:
    """What changed at one place, and what it means for whoever relies on the contract.

    `rule`: stable id in kebab-case; `place`: where, by names that a rename of components does not move (never a line number);
    `operation`: what a consumer calls ("GET /pets/{id}", "Query.user"), empty where no single one is meant; `old`, `new`: the values as
    short text, None where absent, unordered ones sorted; `text`: one sentence for a person; `engine`: who judged it.
    """

    rule: str
    level: Level
    direction: Direction
    place: str
    operation: str
    old: str | None
    new: str | None
    text: str
    engine: str = "syncd"

    @property
    def fingerprint(self) -> str:
        """16 hex digits: the same for the same change whatever the layout, line numbers and names of path parameters, and its level."""
        parts = (self.rule, self.direction, self.operation, self.place, self.old, self.new)
        said = "\x1f".join("\x00" if part is None else _unformatted(part) for part in parts)
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The changes from one revision to another, worst first. `judged`: false where the whole could not be judged; `reason` then says
    why, and one change of level unknown says it too, so that it is never mistaken for "no change"."""

    changes: tuple[Change, ...] = ()
    judged: bool = True
    reason: str = ""

    @property
    def level(self) -> Level:
        """The worst level of all; compatible where nothing changed."""
        return min((change.level for change in self.changes), key=LEVELS.index, default="compatible")

    @classmethod
    def of(cls, changes: Iterable[Change]) -> "Verdict":
        """What was judged: sorted, each change once."""
        return cls(tuple(sorted(dict.fromkeys(changes), key=_order)))

    @classmethod
    def unjudged(cls, reason: str, place: str = "", engine: str = "syncd") -> "Verdict":
        """Nothing could be judged, and why (a clause that reads on after "could not judge:")."""
        return cls((unjudged(reason, place, engine=engine),), False, reason)


def unjudged(reason: str, place: str = "", operation: str = "", direction: Direction = "both", engine: str = "syncd") -> Change:
    """A place that could not be judged, and why."""
    return Change(UNJUDGED, "unknown", direction, place, operation, None, None, f"Could not judge: {reason}", engine)


def _order(change: Change) -> tuple[object, ...]:
    key = (change.operation, change.place, change.rule, change.direction, change.old or "", change.new or "", change.text)
    return (LEVELS.index(change.level), *key)


def _unformatted(text: str) -> str:
    return _PARAMETER.sub("{}", _BLANKS.sub(" ", text).strip())
