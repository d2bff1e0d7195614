"""Pure. YAML with the scalars of version 1.2, read from the C parser's events; what would grow without bound is refused."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from syncd.contracts.refused import Refused

DEPTH = 400
NODES = 4_000_000
"""What a document may have at most: levels, and nodes with every alias written out."""

_Loader = getattr(yaml, "CLoader", yaml.Loader)
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | {
    word: value for value in (True, False) for word in (str(value), str(value).lower(), str(value).upper())
}
_NUMBER = re.compile(r"[-+]?(?:[0-9]+|(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_MAY_BE_NUMBER = frozenset("+-.0123456789")


def parse(text: str) -> Any:
    """The first document of the text. Mappings have text as keys. `Refused` says why it cannot be read, or is not worth the risk."""
    try:
        return _Builder(yaml.parse(text, Loader=_Loader)).built()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" in line {mark.line + 1}" if mark is not None else ""
        raise Refused(f"it is no YAML{where} ({_one_line(error.problem or error.context or 'unknown')})") from None
    except (yaml.YAMLError, ValueError) as error:
        raise Refused(f"it is no YAML ({_one_line(str(error))})") from None


def scalar(text: str) -> Any:
    """A plain scalar's value in the core schema: null, true, a number, or the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _MAY_BE_NUMBER:
        return text
    if _NUMBER.fullmatch(text):
        if text.lstrip("+-").isdigit():
            return int(text) if len(text) < 400 else text
        return float(text)
    if _BASED.fullmatch(text):
        return int(text[2:], 8 if text[1] == "o" else 16) if len(text) < 400 else text
    return float(text.replace(".", "", 1)) if _SPECIAL.fullmatch(text) else text


class _Open:
    """A collection that is being read: itself, how many nodes it has with its aliases written out, the key that waits for a value."""

    __slots__ = ("anchor", "key", "keyed", "merged", "nodes", "value")

    def __init__(self, value: Any, anchor: str | None) -> None:
        self.value = value
        self.anchor = anchor
        self.nodes = 1
        self.keyed = False
        self.key: Any = None
        self.merged: dict[str, Any] = {}


class _Builder:
    """Values out of events."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.result: Any = None
        self.takes: dict[type, Callable[[Any], None]] = {
            ScalarEvent: self._scalar,
            MappingStartEvent: self._start_mapping,
            SequenceStartEvent: self._start_sequence,
            MappingEndEvent: self._end,
            SequenceEndEvent: self._end,
            AliasEvent: self._alias,
        }

    def built(self) -> Any:
        for event in self.events:
            if type(event) is DocumentEndEvent:
                break
            take = self.takes.get(type(event))
            if take is not None:
                take(event)
        return self.result

    def _scalar(self, event: Any) -> None:
        text = event.value
        plain = event.implicit[0] and not event.style
        waits = self.stack and self.stack[-1].keyed is False and type(self.stack[-1].value) is dict
        value = text if waits or not plain else scalar(text)
        if event.tag is not None and event.tag.startswith("tag:yaml.org,2002:") and not waits:
            value = text if event.tag.endswith(":str") else scalar(text) if text else text
        self._put(value, 1, event.anchor)

    def _start_mapping(self, event: Any) -> None:
        self._open({}, event.anchor)

    def _start_sequence(self, event: Any) -> None:
        self._open([], event.anchor)

    def _open(self, value: Any, anchor: str | None) -> None:
        if len(self.stack) >= DEPTH:
            raise Refused(f"it is nested deeper than {DEPTH} levels")
        self.stack.append(_Open(value, anchor))

    def _end(self, _: Any) -> None:
        done = self.stack.pop()
        for key, value in done.merged.items():
            done.value.setdefault(key, value)
        self._put(done.value, done.nodes, done.anchor)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            raise Refused(f"the alias *{event.anchor} refers to itself or to nothing")
        value, nodes = self.anchors[event.anchor]
        self._put(value, nodes, None)

    def _put(self, value: Any, nodes: int, anchor: str | None) -> None:
        if anchor is not None:
            self.anchors[anchor] = value, nodes
        if not self.stack:
            self.result = value
            return
        top = self.stack[-1]
        top.nodes += nodes
        if top.nodes > NODES:
            raise Refused(f"it has more than {NODES:,} nodes, its aliases written out")
        if type(top.value) is list:
            top.value.append(value)
        elif not top.keyed:
            top.key, top.keyed = value if isinstance(value, str) else _one_line(str(value))[:200], True
        else:
            top.keyed = False
            if top.key == "<<" and isinstance(value, dict | list):
                _merge(top.merged, value)
            else:
                top.value[top.key] = value


def _merge(merged: dict[str, Any], value: Any) -> None:
    """What a merge key brings in: the earlier of a list wins, and what the mapping says itself wins over all."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            for key, inner in one.items():
                merged.setdefault(key, inner)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:160]
