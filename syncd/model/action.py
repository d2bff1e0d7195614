"""Pure. An action: something to be written to a remote system once, and the receipt for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from syncd.model.raw import Json
from syncd.model.ref import Ref

Verb = Literal["comment"]
Mode = Literal["off", "plan", "on"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A desired write. `key` is the idempotency key: it is in the marker, and twice with one key leaves one effect.

    `remote_id` is the comment that carries our marker already, where it is known: then the write is an edit of it.
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


@dataclass(frozen=True, slots=True)
class Receipt:
    """The vendor's answer to an action: the id of what now carries our marker."""

    remote_id: str
    at: datetime
    url: str | None = None
    created: bool = True
