"""Pure. What changes between two revisions of a .proto file and of what it imports, by the wire format and by JSON.

What breaks binary or JSON messages, or a call, is breaking; what only changes generated code is risky. Types of imports that the
revision does not have are compared by their names, and each such import is told as not judged.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from syncd.contracts.change import Verdict
from syncd.contracts.protobuf_pair import Pair
from syncd.contracts.protobuf_parts import enums, extensions, files, messages, services
from syncd.contracts.protobuf_schema import Parsed, Schema, elsewhere, load
from syncd.contracts.protobuf_tree import Enum, File, Message, Service, Unreadable
from syncd.contracts.revision import Revision

T = TypeVar("T", Message, Enum, Service)


def diff(old: Revision, new: Revision) -> Verdict:
    """The changes from `old` to `new`. What cannot be read is told, and never raises."""
    try:
        parsed: Parsed = {}
        before, after = load(old, parsed), load(new, parsed)
    except Unreadable as error:
        return Verdict.unjudged(str(error), new.main)
    pair = Pair.of(before, after, (old.main, new.main))
    for path, file in before.files.items():
        if path in pair.moved:
            files(pair, file, pair.moved[path])
    away = _elsewhere(pair, old, new)
    for message in _matched(pair, before.messages, after.messages, "message", away):
        messages(pair, *message)
    for enum in _matched(pair, before.enums, after.enums, "enum", away):
        enums(pair, *enum)
    for (service, _), (other, _) in _matched(pair, before.services, after.services, "service", away):
        services(pair, service, other)
    extensions(pair)
    _unjudged(pair)
    return Verdict.of(pair.found)


def _matched(
    pair: Pair, old: Mapping[str, tuple[T, File]], new: Mapping[str, tuple[T, File]], what: str, away: Mapping[str, str]
) -> Iterable[tuple[tuple[T, File], tuple[T, File]]]:
    """What both revisions define; what only one does is noted."""
    known = set()
    for name, one in old.items():
        called = pair.renamed(name, one[1])
        known.add(called)
        if called in new:
            _moved(pair, name, one[1].path, new[called][1].path)
            yield one, new[called]
        elif called in away:
            _moved(pair, name, one[1].path, away[called])
        else:
            rule = f"proto-{what}-removed"
            pair.say(rule, name, what, None, f"The {what} {name} is gone", of=name)
    for name in new:
        if name not in known:
            pair.say("proto-message-added", name, None, what, f"The {what} {name} is new", of=name)


def _moved(pair: Pair, name: str, old: str, new: str) -> None:
    expected = pair.moved[old].path if old in pair.moved else old
    if new != expected:
        pair.say("proto-message-moved", name, old, new, f"{name} is defined in {new}, it was in {old}", of=name)


def _elsewhere(pair: Pair, was: Revision, now: Revision) -> dict[str, str]:
    """What the new main file no longer reaches, and what is defined in another file of its revision all the same."""
    old, after = pair.old, pair.new
    named = {
        pair.renamed(name, one[1])
        for part, other in ((old.messages, after.messages), (old.enums, after.enums), (old.services, after.services))
        for name, one in part.items()
        if pair.renamed(name, one[1]) not in other
    }
    return elsewhere(was, now, after, named)


def _unjudged(pair: Pair) -> None:
    for when, schema in (("old", pair.old), ("new", pair.new)):
        for path, by in schema.missing.items():
            pair.unknown(path, f"{by} imports {path}, which the revision does not have; its types are compared by name")
        for path, reason in schema.problems:
            pair.unknown(path, reason)
        for place, kind in _undefined(schema):
            pair.unknown(place, f"the {when} revision does not define {kind}, the type of {place}")


def _undefined(schema: Schema) -> Iterable[tuple[str, str]]:
    """Fields whose types nothing defines, though every import is there."""
    if schema.missing or schema.problems or schema.outside:
        return
    for name, (message, _) in schema.messages.items():
        for one in message.fields:
            kind = schema.resolve(one.type, one.scope)
            if not schema.kind(kind):
                yield f"{name}.{one.name}", kind
