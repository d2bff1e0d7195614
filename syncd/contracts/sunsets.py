"""Pure. What of a contract is deprecated and ends on a day that its description names.

- OpenAPI, AsyncAPI, JSON Schema: `deprecated: true` beside `x-sunset`, `x-sunset-date`, `x-sunset-at` or `sunset`: a date, a moment, or a
  date as HTTP writes it (RFC 8594);
- GraphQL: `@deprecated(reason: "...")` with a date in the reason;
- protobuf: `deprecated = true` beside an option that is called after a sunset, a deprecation or a removal and holds a date.
What names no day is not counted down, and is no sunset.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from syncd.contracts.document import Document
from syncd.contracts.openapi_api import METHODS, is_deprecated, sunset_of
from syncd.contracts.refused import Refused
from syncd.contracts.revision import Revision
from syncd.contracts.sniff import Kind, kind_of

VERSION = 1
"""Of what is found: what was kept under another number is looked for anew."""

MOST = 500
"""How many of one file are told, the soonest."""

_NODES = 2_000_000
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_HTTP = re.compile(r"(?<!\d)(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* (\d{4})(?!\d)")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_VALUES = frozenset({"example", "examples", "default", "enum", "const", "x-examples"})
_CALLED = ("sunset", "deprecat", "remov")


@dataclass(frozen=True, slots=True, order=True)
class Sunset:
    """What ends: its day, the operation ("GET /pay", "Query.user") or "", and where it stands."""

    day: date
    operation: str
    place: str


def sunsets(revision: Revision, kind: Kind | None = None) -> tuple[Sunset, ...]:
    """All of a revision's main file, the soonest first. None where it cannot be read: whether it can is told by the comparison."""
    found = _OF.get(kind or kind_of(revision.content, revision.main) or "jsonschema", _of_document)
    try:
        return tuple(sorted(set(found(revision)))[:MOST])
    except (Refused, KeyError, RecursionError):
        return ()


def day_in(text: str | None) -> date | None:
    """The first day that a text names; None where it names none."""
    for year, month, day in _named(text or ""):
        try:
            return date(int(year), month, int(day))
        except ValueError:
            continue
    return None


def _named(text: str) -> Iterator[tuple[str, int, str]]:
    for year, month, day in _ISO.findall(text):
        yield year, int(month), day
    for day, month, year in _HTTP.findall(text):
        yield year, _MONTHS.index(month) + 1, day


def _of_document(revision: Revision) -> Iterator[Sunset]:
    """Whatever is marked in the file itself, each object once, however often it is referred to."""
    todo: list[tuple[Any, tuple[str, ...]]] = [(Document(revision).main, ())]
    seen: set[int] = set()
    while todo and len(seen) < _NODES:
        raw, path = todo.pop()
        if id(raw) in seen:
            continue
        seen.add(id(raw))
        if isinstance(raw, Mapping):
            if is_deprecated(raw) and (day := day_in(sunset_of(raw))) is not None:
                yield Sunset(day, *_placed(path))
            todo += [(value, (*path, str(key))) for key, value in raw.items() if _is_below(key, value)]
        else:
            todo += [(value, (*path, _called(value, at))) for at, value in enumerate(raw) if isinstance(value, Mapping | list)]


def _is_below(key: object, value: object) -> bool:
    return isinstance(value, Mapping | list) and (key not in _VALUES or (isinstance(value, Mapping) and "type" in value))


def _called(value: object, at: int) -> str:
    name = value.get("name") if isinstance(value, Mapping) else None
    return name if isinstance(name, str) else str(at)


def _placed(path: tuple[str, ...]) -> tuple[str, str]:
    """The operation that a path leads into, and the rest of it."""
    if len(path) >= 3 and path[0] in ("paths", "webhooks") and path[2].lower() in METHODS:
        return f"{path[2].upper()} {path[1]}", ".".join(path[3:])
    return "", ".".join(path)


def _of_graphql(revision: Revision) -> Iterator[Sunset]:
    try:
        from syncd.contracts.graphql_sunsets import deprecated
    except ImportError:
        return
    for operation, place, reason in deprecated(revision):
        if (day := day_in(reason)) is not None:
            yield Sunset(day, operation, place)


def _of_protobuf(revision: Revision) -> Iterator[Sunset]:
    from syncd.contracts.protobuf_schema import load
    from syncd.contracts.protobuf_tree import Unreadable

    try:
        schema = load(revision, {})
    except Unreadable:
        return
    for name, (message, _) in schema.messages.items():
        yield from _optioned(message.options, "", name)
        for field in message.fields:
            yield from _optioned(field.options, "", f"{name}.{field.name}")
    for name, (enum, _) in schema.enums.items():
        yield from _optioned(enum.options, "", name)
    for name, (service, _) in schema.services.items():
        for rpc in service.rpcs:
            yield from _optioned(rpc.options, f"{name}.{rpc.name}", f"{name}.{rpc.name}")


def _optioned(options: Mapping[str, str], operation: str, place: str) -> Iterator[Sunset]:
    if options.get("deprecated", "").strip() != "true":
        return
    said = (text for name, text in options.items() if any(word in name.lower() for word in _CALLED))
    day = next((day for text in said if (day := day_in(text)) is not None), None)
    if day is not None:
        yield Sunset(day, operation, place)


_OF: Mapping[str, Callable[[Revision], Iterator[Sunset]]] = {"graphql": _of_graphql, "protobuf": _of_protobuf}
