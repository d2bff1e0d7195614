"""Pure. What changes in the fields of a message, matched by their numbers as the wire format does."""

from collections.abc import Mapping

from syncd.contracts.protobuf_pair import Pair, label, option, presence
from syncd.contracts.protobuf_schema import Schema
from syncd.contracts.protobuf_tree import Field, File, Message, within

_ALIKE = (("int32", "uint32"), ("int64", "uint64"), ("fixed32", "sfixed32"), ("fixed64", "sfixed64"))
_WIRE = (("int32", "uint32", "int64", "uint64", "bool"), ("sint32", "sint64"), ("string", "bytes"))
_OPTIONS = ("ctype", "jstype", "features.utf8_validation", "features.(pb.cpp).string_type", "features.(pb.java).utf8_validation")
_SYNTAXES = {"proto2", "proto3"}
_ZEROS = {"bool": "false", "string": "", "bytes": ""}

Side = tuple[Message, File]


def fields(pair: Pair, old: Side, new: Side) -> None:
    """The changes of the fields of one message."""
    before, after = {one.number: one for one in old[0].fields}, {one.number: one for one in new[0].fields}
    for side, by_number, when in ((old, before, "old"), (new, after, "new")):
        if reason := _impossible(side[0], by_number):
            pair.unknown(side[0].name, f"the {when} message {side[0].name} {reason}")
    names = {one.name: one for one in new[0].fields}
    for number, one in before.items():
        if number in after:
            field(pair, old[0].name, (one, old[1]), (after[number], new[1]))
        elif (moved := names.get(one.name)) and moved.number not in before:
            place = f"{old[0].name}.{one.name}"
            text = f"{place} has the number {moved.number}, it had {number}"
            pair.say("proto-field-number-changed", place, str(number), str(moved.number), text, of=old[0].name)
        else:
            _gone(pair, old, one, new[0])
    renumbered = {one.name for number, one in before.items() if number not in after}
    for number, one in after.items():
        if number not in before and one.name not in renumbered:
            _added(pair, old[0].name, one, new[1])


def _impossible(message: Message, by_number: Mapping[int, Field]) -> str:
    """Why no compiler would take a message; "" where one may."""
    if len(by_number) != len(message.fields):
        return "gives a number to two fields"
    if len({one.name for one in message.fields}) != len(message.fields):
        return "gives a name to two fields"
    kept = next(
        (one for one in message.fields if within(one.number, message.reserved) or one.name in message.reserved_names), None
    )
    return f"uses for {kept.name} = {kept.number} what it reserves" if kept else ""


def _gone(pair: Pair, old: Side, one: Field, new: Message) -> None:
    message, place = old[0], f"{old[0].name}.{one.name}"
    number, name = within(one.number, new.reserved), one.name in new.reserved_names
    if label(one, old[1]) == "required":
        text = (
            f"{place} = {one.number} is gone, and was required: whoever still requires it reads nothing that is written without"
        )
        pair.say("proto-field-removed", place, _shown(one), None, text, of=message.name)
        return
    if number and name:
        text = f"{place} = {one.number} is gone; its number and name are reserved"
        pair.say("proto-field-retired", place, _shown(one), None, text, of=message.name)
        return
    lacking = "number is not reserved" if name else "name is not reserved" if number else "number and name are not reserved"
    text = f"{place} = {one.number} is gone, and its {lacking}"
    pair.say("proto-field-removed", place, _shown(one), None, text, of=message.name)


def _added(pair: Pair, message: str, one: Field, file: File) -> None:
    place = f"{message}.{one.name}"
    rule = "proto-field-required-added" if label(one, file) == "required" else "proto-field-added"
    text = f"{place} = {one.number} is new" + (", and required" if rule == "proto-field-required-added" else "")
    pair.say(rule, place, None, _shown(one), text, of=message)


def field(pair: Pair, message: str, old: tuple[Field, File], new: tuple[Field, File]) -> None:
    """The changes of one field, or extension, that has kept its number."""
    before, after = old[0], new[0]
    place = f"{message}.{before.name}"
    rule = _type_rule(pair, before, after)
    if before.name != after.name:
        reused = rule == "proto-field-type-changed"
        what = "now means" if reused else "is called"
        text = f"{place} = {before.number} {what} {after.name}" + (f" ({after.type})" if reused else "")
        named = "proto-field-number-reused" if reused else "proto-field-renamed"
        pair.say(
            named, place, _shown(before) if reused else before.name, _shown(after) if reused else after.name, text, of=message
        )
        if reused:
            return
    elif before.json_name != after.json_name:
        text = f"JSON calls {place} {after.json_name}, it was {before.json_name}"
        pair.say("proto-field-json-name-changed", place, before.json_name, after.json_name, text, of=message)
    if not _label(pair, message, place, old, new) and rule:
        old_type, new_type = _type(before), _type(after)
        pair.say(rule, place, old_type, new_type, f"{place} is {new_type}, it was {old_type}", of=message)
    if before.oneof != after.oneof:
        text = f"{place} is {_in(after.oneof)}, it was {_in(before.oneof)}"
        pair.say("proto-field-oneof-changed", place, before.oneof or None, after.oneof or None, text, of=message)
    if not rule:
        _default(pair, message, place, before, after)
        _options(pair, message, place, before, after)


def _label(pair: Pair, message: str, place: str, old: tuple[Field, File], new: tuple[Field, File]) -> bool:
    """Whether the label is another one, which is noted."""
    before, after = label(*old), label(*new)
    if before != after:
        text = f"{place} is {after}, it was {before}"
        pair.say("proto-field-label-changed", place, before, after, text, of=message)
        return True
    kinds = [pair.old.kind(pair.old.resolve(old[0].type, old[0].scope)), pair.new.kind(pair.new_type(new[0]))]
    crossed = old[1].syntax != new[1].syntax and {old[1].syntax, new[1].syntax} <= _SYNTAXES
    if crossed or "message" in kinds or "" in kinds:
        return False
    were, are = (presence(*side) for side in (old, new))
    if were != are and were and are:
        text = f"{place} has {are} presence, it had {were} presence"
        pair.say("proto-field-presence-changed", place, were, are, text, of=message)
    return False


def _type_rule(pair: Pair, old: Field, new: Field) -> str | None:
    """The rule of a change of type, None without one."""
    groups = old.type.startswith("group "), new.type.startswith("group ")
    rules = [_one_rule(pair, old.type, old.scope, new.type, new.scope)]
    if old.label == new.label == "map":
        rules.append(_one_rule(pair, old.key, "", new.key, ""))
    if groups[0] != groups[1]:
        return "proto-field-type-changed"
    for rule in ("proto-field-type-changed", "proto-field-type-wire-alike", "proto-field-type-alike"):
        if rule in rules:
            return rule
    return None


def _one_rule(pair: Pair, old: str, old_scope: str, new: str, new_scope: str) -> str | None:
    if pair.same_type(old, old_scope, new, new_scope):
        return None
    before, after = pair.old.resolve(old, old_scope), pair.new.resolve(new, new_scope)
    if any(before in group and after in group for group in _ALIKE):
        return "proto-field-type-alike"
    if any(before in group and after in group for group in _WIRE):
        return "proto-field-type-wire-alike"
    if before in pair.old.enums and after in pair.new.enums and _same_values(pair, before, after):
        return "proto-field-type-alike"
    return "proto-field-type-changed"


def _same_values(pair: Pair, old: str, new: str) -> bool:
    """Whether an enum of the same short name has all the values of the old one."""
    short = old.rpartition(".")[2] == new.rpartition(".")[2]
    return short and set(pair.old.enums[old][0].values) <= set(pair.new.enums[new][0].values)


def _default(pair: Pair, message: str, place: str, old: Field, new: Field) -> None:
    before, after = _default_of(pair.old, old), _default_of(pair.new, new)
    if before != after:
        text = f"The default of {place} is {after or 'none'}, it was {before or 'none'}"
        pair.say("proto-default-changed", place, before or None, after or None, text, of=message)


def _default_of(schema: Schema, one: Field) -> str:
    """The default of a field; one that goes without saying is the same as none."""
    known = schema.enums.get(schema.resolve(one.type, one.scope))
    return _plain(one, known[0].values[0][0] if known and known[0].values else "")


def _plain(one: Field, first: str) -> str:
    given = one.options.get("default")
    if given is None or given == first or given == _ZEROS.get(one.type):
        return ""
    if one.type in ("string", "bytes", "bool"):
        return given
    try:
        return "" if float(given) == 0 else given
    except ValueError:
        return given


def _options(pair: Pair, message: str, place: str, old: Field, new: Field) -> None:
    for name in _OPTIONS:
        before, after = option(old.options, name), option(new.options, name)
        if before != after:
            text = f"The option {name} of {place} is {after or 'not set'}, it was {before or 'not set'}"
            pair.say("proto-field-option-changed", f"{place}[{name}]", before or None, after or None, text, of=message)


def _type(one: Field) -> str:
    return f"map<{one.key}, {one.type}>" if one.label == "map" else one.type


def _shown(one: Field) -> str:
    words = (one.label if one.label in ("repeated", "required") else "", _type(one), one.name, "=", str(one.number))
    return " ".join(word for word in words if word)


def _in(oneof: str) -> str:
    return f"in oneof {oneof}" if oneof else "in no oneof"
