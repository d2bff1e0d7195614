"""Pure. A .proto file as values: what it defines, by full name, as it is written (types are not looked up yet)."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Label = Literal["", "optional", "required", "repeated", "map"]
Range = tuple[int, int]
"""First and last number, both included."""

LAST = 536_870_911
"""The greatest number that a field may have."""

LAST_OF_ALL = 1 << 64
"""Greater than all that is written anywhere."""


class Unreadable(Exception):
    """A file that is no .proto, or one beyond the limits. The text says why, and where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a message, or an extension. `type`: as written, with a leading "group " where it is a group; of a map that of its values,
    and `key` that of its keys. `oneof`: the one that it is in. `scope`: the full name from which `type` is looked up."""

    name: str
    number: int
    type: str
    scope: str
    label: Label = ""
    key: str = ""
    oneof: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def json_name(self) -> str:
        """What JSON calls it."""
        given = self.options.get("json_name")
        return given if given is not None else json_name(self.name)


@dataclass(slots=True, kw_only=True)
class Message:
    """A message. `extensions`: the numbers that others may extend it by."""

    name: str
    fields: list[Field] = field(default_factory=list)
    oneofs: list[str] = field(default_factory=list)
    reserved: list[Range] = field(default_factory=list)
    reserved_names: set[str] = field(default_factory=set)
    extensions: list[Range] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Enum:
    """An enum: names and numbers in the order in which they are written."""

    name: str
    values: list[tuple[str, int]] = field(default_factory=list)
    reserved: list[Range] = field(default_factory=list)
    reserved_names: set[str] = field(default_factory=set)
    options: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Rpc:
    """A method of a service; request and response as written."""

    name: str
    request: str
    response: str
    from_client: bool = False
    from_server: bool = False
    options: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Service:
    """A service and its methods."""

    name: str
    rpcs: list[Rpc] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class File:
    """One file. `syntax`: "proto2", "proto3" or the edition ("2023"). `extends`: extensions with what they extend, as written. `twice`:
    the names that it defines more than once."""

    path: str
    syntax: str = "proto2"
    package: str = ""
    imports: list[str] = field(default_factory=list)
    public: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    enums: dict[str, Enum] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    extends: list[tuple[str, Field]] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)


def json_name(name: str) -> str:
    """The lower camel case of a field's name, as protoc makes it."""
    made, upper = [], False
    for sign in name:
        if sign == "_":
            upper = True
            continue
        made.append(sign.upper() if upper else sign)
        upper = False
    return "".join(made)


def joined(scope: str, name: str) -> str:
    """The full name of what a scope defines."""
    return f"{scope}.{name}" if scope else name


def united(ranges: Iterable[Range]) -> list[Range]:
    """The same numbers as ranges in order, with a gap between any two."""
    found: list[Range] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(last, found[-1][1])
        else:
            found.append((first, last))
    return found


def within(number: int, ranges: Sequence[Range]) -> bool:
    """Whether a number is in one of the ranges, which are united."""
    place = bisect_right(ranges, (number, LAST_OF_ALL))
    return place > 0 and number <= ranges[place - 1][1]
