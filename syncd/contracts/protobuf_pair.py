"""Pure. Two revisions of a protobuf contract side by side: what is called what in the other one, and what was found so far."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from syncd.contracts.change import Change, Direction, Level, unjudged
from syncd.contracts.protobuf_rules import OPTION_DEFAULTS, RULES
from syncd.contracts.protobuf_schema import Schema
from syncd.contracts.protobuf_tree import Field, File
from syncd.contracts.reach import UNREACHED, Reached, reached
from syncd.contracts.values import cut, cut_text

ENGINE = "syncd"
_EXPLICIT, _IMPLICIT = "explicit", "implicit"


@dataclass(frozen=True, slots=True)
class Pair:
    """Both revisions. `moved`: the file of the new one for each of the old one; `reach`: what calls the messages."""

    old: Schema
    new: Schema
    moved: Mapping[str, File]
    reach: Mapping[str, Reached]
    found: list[Change] = field(default_factory=list)

    @classmethod
    def of(cls, old: Schema, new: Schema, mains: tuple[str, str]) -> "Pair":
        """Files answer each other by path, the two main ones anyway."""
        moved = {path: new.files[path] for path in old.files if path in new.files}
        moved[mains[0]] = new.files[mains[1]]
        return cls(old, new, moved, _reach(new) | _reach(old))

    def say(
        self, rule: str, place: str, old: str | None, new: str | None, text: str, *, of: str = "", operation: str = ""
    ) -> None:
        """Note a change. `of`: the message that it lies in, which tells who is concerned."""
        level: Level = RULES[rule][0]
        by = self.reach.get(of, UNREACHED)
        said = cut_text(old), cut_text(new), cut(text)
        self.found.append(Change(rule, level, by.direction, place, operation or by.operation, *said, ENGINE))

    def unknown(self, place: str, reason: str) -> None:
        """Note what could not be judged."""
        self.found.append(unjudged(reason, place, engine=ENGINE))

    def renamed(self, name: str, file: File) -> str:
        """What the new revision calls that, which `file` of the old one defines: another package is another name."""
        new = self.moved.get(file.path)
        if new is None or new.package == file.package:
            return name
        rest = name[len(file.package) + 1 :] if file.package else name
        return f"{new.package}.{rest}" if new.package else rest

    def old_type(self, one: Field) -> str:
        """The full name that the new revision should have for the type of an old field."""
        return self._named(self.old.resolve(one.type, one.scope))

    def new_type(self, one: Field) -> str:
        """The full name of the type of a new field."""
        return self.new.resolve(one.type, one.scope)

    def _named(self, name: str) -> str:
        known = self.old.messages.get(name) or self.old.enums.get(name)
        return self.renamed(name, known[1]) if known else name

    def same_type(self, old: str, old_scope: str, new: str, new_scope: str) -> bool:
        """Whether two types, as they are written, are the same. One that a revision does not define is compared by the name it has."""
        before, after = self._named(self.old.resolve(old, old_scope)), self.new.resolve(new, new_scope)
        if before == after:
            return True
        if self.old.kind(before) and self.new.kind(after):
            return False
        return _ends(before, after) or _ends(after, before)


def _ends(name: str, ending: str) -> bool:
    return name.endswith(f".{ending}")


def option(options: Mapping[str, str], name: str) -> str:
    """What an option is, written or not."""
    return options.get(name, OPTION_DEFAULTS.get(name, ""))


def presence(one: Field, file: File) -> str:
    """Whether a single field that is no message tells unset from its default, by its file's syntax; "" where it always does."""
    if one.label in ("repeated", "map") or one.oneof:
        return ""
    if file.syntax in ("proto2", "proto3"):
        return _EXPLICIT if one.label or file.syntax == "proto2" else _IMPLICIT
    said = one.options.get("features.field_presence") or file.options.get("features.field_presence", "EXPLICIT")
    return _IMPLICIT if said == "IMPLICIT" else _EXPLICIT


def label(one: Field, file: File) -> str:
    """Single, repeated, required or a map."""
    required = one.options.get("features.field_presence") or file.options.get("features.field_presence")
    if one.label == "required" or (required == "LEGACY_REQUIRED" and not one.label and not one.oneof):
        return "required"
    return one.label if one.label in ("repeated", "map") else "single"


def _reach(schema: Schema) -> dict[str, Reached]:
    edges = {
        name: {schema.resolve(one.type, one.scope) for one in message.fields} for name, (message, _) in schema.messages.items()
    }
    return reached(edges, _roots(schema))


def _roots(schema: Schema) -> Iterator[tuple[str, str, Direction]]:
    for name, (service, _) in schema.services.items():
        for rpc in service.rpcs:
            yield schema.resolve(rpc.request, name), f"{name}/{rpc.name}", "request"
            yield schema.resolve(rpc.response, name), f"{name}/{rpc.name}", "response"
