"""Pure. An action: something to be written to a remote system once, and the receipt for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from syncd.model.raw import Json
from syncd.model.ref import Ref

Verb = Literal["comment", "label", "status", "check", "link", "property", "event"]
"""What can be written. `extra` of an `Action` says what, by verb:

- `comment`: nothing; `body` is the text, found again by its marker.
- `label`: `{"add": [names], "remove": [names]}`; a label that is there, or not there, already is no failure.
- `status`: `{"sha", "name", "state", "text", "url"}`: a commit status, upserted by sha and name. `state`: `passed`, `failed`, `pending`.
- `check`: the same with `title` and `summary`: a check run, found again by sha, name and our own App.
- `link`: `{"url", "title", "relation"}`: a link on the ticket to something elsewhere, upserted by an id that comes from `key`.
- `property`: `{"name", "value"}`: a JSON value that programs read on the ticket, upserted by name.
- `event`: `{"title", "text", "start", "end", "zone", "attendees"}`: an entry of a calendar; its id comes from `key`. `start` and
  `end` are RFC 3339 instants, or dates (`end` exclusive). `{"cancelled": true}` takes it back. The target is no calendar but the entry
  itself (`entry_of`): what is to be written, and what stands, is kept once per target and verb, and a calendar has many entries.

All but `comment` replace what they wrote before; an empty `extra` is never sent.
"""
Mode = Literal["off", "plan", "on"]

Mark = tuple[Ref, Verb, str]
"""What is kept apart of all that is written: (target, verb, part)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A desired write. `key` is the idempotency key: it is in the marker, and twice with one key leaves one effect.

    `part`: which one it is of several that one verb writes there, as two statuses; "" where there is but one.
    `remote_id` is what carries our marker already, where it is known: then the write is an edit of it. `extra` belongs to the verb.
    `digest` covers what is said. `reasons` say, for people, why this is written now.
    """

    verb: Verb
    target: Ref
    project: str
    key: str
    body: str
    digest: str
    remote_id: str | None = None
    topics: tuple[str, ...] = ()
    fingerprints: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    mode: Mode = "on"
    extra: Mapping[str, Json] = field(default_factory=dict)
    part: str = ""

    @property
    def mark(self) -> Mark:
        """What there is one of."""
        return self.target, self.verb, self.part


def entry_of(calendar: Ref, key: str) -> Ref:
    """The target of the entry with this key in a calendar: a name of its own for each, known before the vendor has given it an id."""
    return Ref(calendar.connection, calendar.stream, f"{calendar.id}/{key}", calendar.key, calendar.url)


def calendar_of(action: Action) -> str:
    """The vendor's id of the calendar that the entry is to be in."""
    return action.target.id.removesuffix(f"/{action.key}")


@dataclass(frozen=True, slots=True)
class Receipt:
    """The vendor's answer to an action: the id of what now carries our marker. `touched`: when, by the vendor's clock, the write touched
    the target; None where the answer does not say."""

    remote_id: str
    at: datetime
    url: str | None = None
    created: bool = True
    touched: datetime | None = None
