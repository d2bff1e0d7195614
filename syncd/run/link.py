"""A configured connection, ready to be used by the pass."""

from collections.abc import Callable
from dataclasses import dataclass

from syncd.contract import Connector, Kind
from syncd.decide.state import Place
from syncd.mapping import Mapping
from syncd.run.gate import PacedGate


@dataclass(frozen=True, slots=True)
class Link:
    """`open()` makes a connector for one worker thread; all of them share `gate`. `streams`: what is read, in that order."""

    name: str
    kind: Kind
    open: Callable[[], Connector]
    gate: PacedGate
    mapping: Mapping
    place: Place
    streams: tuple[str, ...]
