"""Pure. What changes in messages, enums and services, and in the files that define them."""

from collections.abc import Sequence

from syncd.contracts.protobuf_fields import field, fields
from syncd.contracts.protobuf_pair import Pair, option
from syncd.contracts.protobuf_rules import FILE_OPTIONS
from syncd.contracts.protobuf_tree import Enum, File, Message, Range, Rpc, Service, within

_ACCESSOR = "no_standard_descriptor_accessor"
_FULL = "ALLOW"
_FORMAT = "features.json_format"


def messages(pair: Pair, old: tuple[Message, File], new: tuple[Message, File]) -> None:
    """The changes of one message."""
    name = old[0].name
    fields(pair, old, new)
    _format(pair, old, new)
    _reserved(pair, "proto-reserved-removed", old[0], new[0])
    if lost := _lost(old[0].extensions, new[0].extensions):
        text = f"Extensions of {name} may no longer use {lost}"
        pair.say("proto-extension-numbers-removed", name, lost, None, text, of=name)
    before, after = option(old[0].options, _ACCESSOR), option(new[0].options, _ACCESSOR)
    if before != after:
        text = f"The option {_ACCESSOR} of {name} is {after}, it was {before}"
        pair.say("proto-message-option-changed", f"{name}[{_ACCESSOR}]", before, after, text, of=name)


def enums(pair: Pair, old: tuple[Enum, File], new: tuple[Enum, File]) -> None:
    """The changes of one enum: its values are matched by number."""
    before, after = _by_number(old[0]), _by_number(new[0])
    numbers = dict(new[0].values)
    for enum, when in ((old[0], "old"), (new[0], "new")):
        if reason := _impossible(enum):
            pair.unknown(enum.name, f"the {when} enum {enum.name} {reason}")
    for number, names in before.items():
        if number in after:
            fresh = next((name for name in after[number] if name not in names), None)
            for name in names:
                if name not in after[number]:
                    _renamed(pair, old[0].name, number, name, fresh, next(iter(after[number])))
            continue
        for name in names:
            _value_gone(pair, old[0].name, name, number, numbers.get(name), new[0])
    known = {name for name, _ in old[0].values}
    for name, number in new[0].values:
        if number not in before and name not in known:
            pair.say("proto-enum-value-added", f"{old[0].name}.{name}", None, f"{name} = {number}", f"{name} = {number} is new")
    _format(pair, old, new)
    _reserved(pair, "proto-enum-reserved-removed", old[0], new[0])
    _nature(pair, old, new)


def _impossible(enum: Enum) -> str:
    """Why no compiler would take an enum; "" where one may."""
    if not enum.values:
        return "has no values"
    if len({name for name, _ in enum.values}) != len(enum.values):
        return "gives a name to two values"
    if len(_by_number(enum)) != len(enum.values) and enum.options.get("allow_alias") != "true":
        return "gives a number to two values, and does not say that it may"
    kept = next((name for name, number in enum.values if within(number, enum.reserved) or name in enum.reserved_names), None)
    return f"uses for {kept} what it reserves" if kept else ""


def _by_number(enum: Enum) -> dict[int, dict[str, None]]:
    """The names of each number, in their order."""
    found: dict[int, dict[str, None]] = {}
    for name, number in enum.values:
        found.setdefault(number, {})[name] = None
    return found


def _renamed(pair: Pair, enum: str, number: int, name: str, fresh: str | None, kept: str) -> None:
    """A number has lost a name. `fresh`: one that it got instead; None: it only has others that it had before, as `kept`."""
    text = f"{enum}.{name} = {number} is called {fresh}" if fresh else f"{enum}.{name} = {number} is called {kept} alone"
    pair.say("proto-enum-value-renamed", f"{enum}.{name}", name, fresh or kept, text)


def _value_gone(pair: Pair, enum: str, name: str, number: int, moved: int | None, new: Enum) -> None:
    place, shown = f"{enum}.{name}", f"{name} = {number}"
    if moved is not None:
        text = f"{place} has the number {moved}, it had {number}"
        pair.say("proto-enum-value-number-changed", place, str(number), str(moved), text)
    elif within(number, new.reserved) and name in new.reserved_names:
        pair.say("proto-enum-value-retired", place, shown, None, f"{place} = {number} is gone; its number and name are reserved")
    else:
        text = f"{place} = {number} is gone, and its number and name are not both reserved"
        pair.say("proto-enum-value-removed", place, shown, None, text)


def _nature(pair: Pair, old: tuple[Enum, File], new: tuple[Enum, File]) -> None:
    name = old[0].name
    were, are = _openness(*old), _openness(*new)
    if were != are:
        pair.say("proto-enum-openness-changed", name, were, are, f"{name} is {are}, it was {were}")
    if are == "closed" and old[0].values and new[0].values:
        first, other = old[0].values[0], new[0].values[0]
        if first != other and first in new[0].values:
            text = f"{other[0]} comes first in {name}, it was {first[0]}: fields of it default to the first"
            pair.say("proto-enum-zero-changed", name, first[0], other[0], text)


def _openness(enum: Enum, file: File) -> str:
    said = enum.options.get("features.enum_type") or file.options.get("features.enum_type", "OPEN")
    return "closed" if file.syntax == "proto2" or said == "CLOSED" else "open"


def services(pair: Pair, old: Service, new: Service) -> None:
    """The changes of one service."""
    before, after = {one.name: one for one in old.rpcs}, {one.name: one for one in new.rpcs}
    for name, rpc in before.items():
        place = f"{old.name}/{name}"
        if name in after:
            _rpc(pair, place, old.name, rpc, new.name, after[name])
        else:
            pair.say("proto-rpc-removed", place, _signature(rpc), None, f"The method {place} is gone", operation=place)
    for name, rpc in after.items():
        if name not in before:
            place = f"{old.name}/{name}"
            pair.say("proto-rpc-added", place, None, _signature(rpc), f"The method {place} is new", operation=place)


def _rpc(pair: Pair, place: str, scope: str, old: Rpc, new_scope: str, new: Rpc) -> None:
    for rule, what, before, after in (
        ("proto-rpc-request-changed", "takes", old.request, new.request),
        ("proto-rpc-response-changed", "returns", old.response, new.response),
    ):
        if not pair.same_type(before, scope, after, new_scope):
            pair.say(rule, place, before, after, f"{place} {what} {after}, it was {before}", operation=place)
    for who, was, streams in (
        ("client", old.from_client, new.from_client),
        ("server", old.from_server, new.from_server),
    ):
        if was != streams:
            text = f"The {who} of {place} {'streams now' if streams else 'no longer streams'}"
            said = ("stream" if was else "single", "stream" if streams else "single")
            pair.say("proto-rpc-streaming-changed", f"{place}[{who}]", *said, text, operation=place)
    levels = option(old.options, "idempotency_level"), option(new.options, "idempotency_level")
    if levels[0] != levels[1]:
        text = f"The idempotency of {place} is {levels[1]}, it was {levels[0]}"
        pair.say("proto-rpc-idempotency-changed", place, *levels, text, operation=place)


def _signature(rpc: Rpc) -> str:
    request, response = (
        ("stream " if on else "") + name for on, name in ((rpc.from_client, rpc.request), (rpc.from_server, rpc.response))
    )
    return f"({request}) returns ({response})"


def files(pair: Pair, old: File, new: File) -> None:
    """The changes of a file itself."""
    if old.package != new.package:
        text = f"{new.path} belongs to package {new.package or '(none)'}, it was {old.package or '(none)'}"
        pair.say("proto-package-changed", new.path, old.package or None, new.package or None, text)
    if old.syntax != new.syntax:
        text = f"{new.path} is written in {new.syntax}, it was {old.syntax}"
        pair.say("proto-syntax-changed", new.path, old.syntax, new.syntax, text)
    formats = _json_format(old), _json_format(new)
    if _lose(pair, old, new) and (new.messages or new.enums):
        text = f"JSON of {new.path} is {formats[1]}, it was {formats[0]}: what it may hold is no longer checked"
        pair.say("proto-json-format-changed", new.path, *formats, text)
    for name in FILE_OPTIONS:
        before, after = option(old.options, name), option(new.options, name)
        if before != after:
            text = f"The option {name} of {new.path} is {after or 'not set'}, it was {before or 'not set'}"
            pair.say("proto-file-option-changed", f"{new.path}[{name}]", before or None, after or None, text)


def _json_format(file: File) -> str:
    return "LEGACY_BEST_EFFORT" if file.syntax == "proto2" else file.options.get(_FORMAT, _FULL)


def _lose(pair: Pair, old: File, new: File) -> bool:
    """Whether a file took the other one's place, and its JSON is no longer checked."""
    return pair.moved.get(old.path) is new and _json_format(old) == _FULL != _json_format(new)


def _format(pair: Pair, old: tuple[Message | Enum, File], new: tuple[Message | Enum, File]) -> None:
    """JSON of one message or enum: as it says itself, or as its file does; what the whole file lost is told of the file."""
    before, after = (one.options.get(_FORMAT) or _json_format(file) for one, file in (old, new))
    if before == _FULL != after and not _lose(pair, old[1], new[1]):
        text = f"JSON of {old[0].name} is {after}, it was {before}: what it may hold is no longer checked"
        pair.say("proto-json-format-changed", old[0].name, before, after, text, of=old[0].name)


def extensions(pair: Pair) -> None:
    """The changes of fields that extend messages."""
    for (extended, number), (one, file) in pair.old.extensions.items():
        known = pair.old.messages.get(extended)
        found = pair.new.extensions.get((pair.renamed(extended, known[1]) if known else extended, number))
        if found:
            field(pair, f"({extended})", (one, file), found)
        else:
            place = f"({extended}).{one.name}"
            text = f"The extension {one.name} = {number} of {extended} is gone"
            pair.say("proto-extension-removed", place, f"{one.type} {one.name} = {number}", None, text, of=extended)


def _reserved(pair: Pair, rule: str, old: Message | Enum, new: Message | Enum) -> None:
    if lost := _lost(old.reserved, new.reserved):
        pair.say(rule, old.name, lost, None, f"{old.name} no longer reserves {lost}", of=old.name)
    if names := sorted(old.reserved_names - new.reserved_names):
        said = ", ".join(names)
        pair.say(rule, f"{old.name}[names]", said, None, f"{old.name} no longer reserves the names {said}", of=old.name)


def _lost(old: Sequence[Range], new: Sequence[Range]) -> str:
    """The numbers of the old ranges that no new one has, as text; "" without any. Both are united."""
    lost: list[Range] = []
    place = 0
    for first, last in old:
        at = first
        while place < len(new) and new[place][1] < at:
            place += 1
        step = place
        while step < len(new) and new[step][0] <= last:
            since, until = new[step]
            if since > at:
                lost.append((at, since - 1))
            at = until + 1
            if until > last:
                break
            step += 1
        place = step
        if at <= last:
            lost.append((at, last))
    return ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in lost)
