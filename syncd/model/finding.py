"""Pure. A finding: what a detector reports, with a text made of typed parts, so that each place shows only what it may."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from syncd.model.raw import Json
from syncd.model.record import record
from syncd.model.ref import Ref
from syncd.model.rows import Audience

Severity = Literal["info", "warn", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "warn", "critical")

BUCKETS = (1, 5, 10, 20)
"""Working days at which a number that only the clock moves counts as changed."""


@record(frozen=True, slots=True)
class Named:
    """An object, shown by its key and linked; its title only where text may cross, nothing where it is confidential."""

    ref: Ref
    title: str = ""
    audience: Audience = "connection"
    scope_id: str = ""
    kind: Literal["named"] = "named"


@record(frozen=True, slots=True)
class Day:
    """A date. `clocked`: it is "today", or follows from it, so another day is no news."""

    day: date
    clocked: bool = False
    kind: Literal["day"] = "day"


@record(frozen=True, slots=True)
class Count:
    """A number with its unit in the singular ("working day", "item"). `clocked`: the clock alone moves it; see `BUCKETS`. `aside`: it only
    explains another number, so that by itself it is no news at all."""

    value: int
    unit: str
    clocked: bool = False
    aside: bool = False
    kind: Literal["count"] = "count"


@record(frozen=True, slots=True)
class Quote:
    """Text that a vendor's user wrote (a title, a status name, a person's name) and the object it was read from. `person`: it is a
    name, of the object's "owner", "assignee" or "author"; where people are not shown by name, this is what is told."""

    text: str
    ref: Ref
    audience: Audience = "connection"
    scope_id: str = ""
    person: Literal["", "owner", "assignee", "author"] = ""
    kind: Literal["quote"] = "quote"


@record(frozen=True, slots=True)
class DaysOff:
    """Days that do not count, as (first, last, why). `clocked`: they are counted from today, so that others are no news."""

    days: tuple[tuple[date, date, str], ...]
    clocked: bool = False
    kind: Literal["days_off"] = "days_off"


Part = str | Annotated[Named | Day | Count | Quote | DaysOff, Field(discriminator="kind")]
"""A plain `str` is our own text and is shown as it is."""


@record(frozen=True, slots=True)
class Line:
    """One line of a finding's section: a label ("Why", "Changed", "Rests on", "Clears", "Wrong?") and its parts. `moves`: it is another
    one every day, as a forecast is: that alone is no news."""

    label: str
    parts: tuple[Part, ...]
    moves: bool = False


@record(frozen=True, slots=True)
class Step:
    """One box of a finding's picture: what it is, what is said of it, and the places of the steps that it follows."""

    what: Part
    told: tuple[Part, ...] = ()
    after: tuple[int, ...] = ()


@record(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a detector saw. `headline` is the bold first line, `lines` follow it.

    `inputs` are all objects that it rests on: it is raised, changed or cleared only while they are fresh and readable. `facts` are
    JSON values with stable keys. `weight` is the headline number in whole units, bucketed where the clock moves it: bigger is worse.
    `driving` is the item to speak on when no source of the subject takes comments. `overdue` and its like are in `facts`. `graph`: the
    same as a picture, for places that draw one; it says nothing that the lines do not.
    """

    code: str
    subject: Ref
    severity: Severity
    headline: tuple[Part, ...]
    lines: tuple[Line, ...] = ()
    inputs: frozenset[Ref] = frozenset()
    facts: Mapping[str, Json] = field(default_factory=dict)
    weight: int = 0
    discriminator: str = ""
    driving: Ref | None = None
    hovers: bool = False
    graph: tuple[Step, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Identity: code, subject, discriminator; never a date, number or severity. 16 hex digits."""
        return fingerprint_of(self.code, self.subject, self.discriminator)


def fingerprint_of(code: str, subject: Ref, discriminator: str = "") -> str:
    """The identity that a finding of this code on this subject has: also of one that is not there yet."""
    text = "\x1f".join((code, str(subject), discriminator))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def told(finding: Finding) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What its lines say, without what only the clock changes: the basis of digests."""
    return tuple((line.label, said(line.parts)) for line in finding.lines if not line.moves)


def bucket(value: int) -> int:
    """The largest of `BUCKETS` that `value` reaches, else 0."""
    return max((edge for edge in BUCKETS if value >= edge), default=0)


def said(parts: Iterable[Part]) -> tuple[str, ...]:
    """What the parts say, without what only the clock changes: the basis of digests."""
    return tuple(_said(part) for part in parts)


def said_of(graph: Iterable[Step]) -> tuple[object, ...]:
    """What a picture says, in the same way."""
    return tuple((said((step.what,)), said(step.told), step.after) for step in graph)


def _said(part: Part) -> str:
    if isinstance(part, str):  # most are
        return part
    if isinstance(part, Day):
        return "today" if part.clocked else part.day.isoformat()
    if isinstance(part, Count):
        if part.aside:
            return part.unit
        return f"{f'~{bucket(part.value)}' if part.clocked else part.value} {part.unit}"
    if isinstance(part, DaysOff):
        return "" if part.clocked else " ".join(f"{first} {last} {why}" for first, last, why in part.days)
    if isinstance(part, Named):
        return f"{part.ref} {part.ref.label} {part.title}"
    return f"{part.ref} {part.text}"
