"""A configured connection, ready to be used by the pass."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from threading import Lock

from syncd.contract import Connector, Kind
from syncd.decide.state import Place
from syncd.mapping import Mapping
from syncd.run.gate import PacedGate


@dataclass(frozen=True, slots=True)
class Link:
    """`open()` makes a connector for one worker thread; all of them share `gate`. `streams`: what is read, in that order.
    `token_expires`: the last day of the credentials, where the configuration says it. `hooked`: its webhooks are listened to. `turn`
    is held by whoever pulls it: never two at a time."""

    name: str
    kind: Kind
    open: Callable[[], Connector]
    gate: PacedGate
    mapping: Mapping
    place: Place
    streams: tuple[str, ...]
    token_expires: date | None = None
    hooked: bool = False
    turn: Lock = field(default_factory=Lock, repr=False, compare=False)
