"""Webhooks, as values: how a kind knows a delivery for its vendor's own, and how a hook of ours is registered there."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from syncd.contract.errors import SyncError
from syncd.model.raw import Json

Hint = tuple[str, str | None]
"""A stream and the id of a record of it that may have changed; None: any of its records."""

STALE_S = 300
"""A delivery that says when it was sent is believed for so many seconds, before and after."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery that is the vendor's own. It only says "look now": nothing in it is ever stored as data.

    `id`: the same whenever the vendor sends it again; None where it has none. `hints`: what may have changed; empty: anything.
    `news` False: a greeting, or talk that is not for us, after which there is nothing to look for. `place`: the id or the name of the
    scope that all hints are about; None: any, or it is not said.
    """

    id: str | None = None
    hints: tuple[Hint, ...] = ()
    news: bool = True
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Distrusted:
    """A delivery that anybody could have sent. `why` is one of few texts, as they are counted, and repeats nothing of it."""

    why: Literal["no signature", "wrong signature", "too old or too new"]


@dataclass(frozen=True, slots=True)
class HookOrder:
    """What is to be registered: our `url` and the `secret` that deliveries prove. `known`: what was to be kept, by target, the last
    time. `dry_run`: nothing is written. `streams`: what is read, and is to be told of."""

    url: str
    secret: str
    dry_run: bool = False
    known: Mapping[str, Json] | None = None
    streams: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class HookStep:
    """What was done (or with `dry_run` would be) for one target: a project, a repository, a calendar.

    `note`: one line for a person. `keep`: what to remember of the target until the next time, None forgets it. `error`: what stood in
    the way.
    """

    target: str
    does: Literal["create", "update", "renew", "nothing", "by hand"]
    note: str = ""
    keep: Json | None = None
    error: SyncError | None = None


@dataclass(frozen=True, slots=True)
class HookScheme:
    """How a kind is told by its vendor.

    `verify(headers, body, secret, now)` is pure; header names are lower-case, the body is what arrived, byte by byte, and every
    comparison takes the same time whatever is compared. `sync(settings, gate, order)`, of the types of this package, registers what
    is missing and gives one step per target; a step that fails does not stop the others, what concerns the whole connection is raised.
    `renews`: what it registers expires, so that it is to be called again every day.
    """

    verify: Callable[[Mapping[str, str], bytes, str, datetime], Delivery | Distrusted]
    sync: Callable[..., Iterator[HookStep]] | None = None
    renews: bool = False
