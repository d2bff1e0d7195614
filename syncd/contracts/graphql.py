"""Pure. What changes between two GraphQL schemas. Levels follow what graphql-js calls breaking and dangerous, which is risky here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from syncd.contracts.change import Change, Direction, Verdict, unjudged
from syncd.contracts.graphql_reach import reach_of
from syncd.contracts.graphql_rules import RULES
from syncd.contracts.graphql_tree import SCALARS, SPECIFIED, Directive, Input, Output, Schema, Type, Unreadable, load
from syncd.contracts.reach import UNREACHED, Reached
from syncd.contracts.revision import Revision
from syncd.contracts.values import cut, cut_text
from syncd.model.collecting import uncollected

ENGINE = "syncd"


def diff(old: Revision, new: Revision) -> Verdict:
    """The changes from `old` to `new`. What cannot be read is told, and never raises."""
    try:
        with uncollected():
            before, after = load(old), load(new)
    except Unreadable as error:
        return Verdict.unjudged(str(error), new.main, ENGINE)
    except RecursionError:
        return Verdict.unjudged(f"{new.main} is nested too deeply", new.main, ENGINE)
    pair = _Pair(before, after, reach_of(after) | reach_of(before))
    _roots(pair)
    for name, one in before.types.items():
        if name in after.types:
            _type(pair, one, after.types[name])
        elif name not in SCALARS:
            pair.say("graphql-type-removed", name, one.kind, None, f"The {one.kind} {name} is gone", of=name)
    for name, one in after.types.items():
        if name not in before.types and name not in SCALARS:
            pair.say("graphql-type-added", name, None, one.kind, f"The {one.kind} {name} is new", of=name)
    _directives(pair)
    for when, schema in (("old", before), ("new", after)):
        for name in dict.fromkeys(schema.twice):
            pair.found.append(unjudged(f"the {when} schema defines {name}, or a part of it, more than once", name, engine=ENGINE))
    return Verdict.of(pair.found)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Both schemas, what reaches their types, and what was found so far."""

    old: Schema
    new: Schema
    reach: Mapping[str, Reached]
    found: list[Change] = field(default_factory=list)

    def say(
        self,
        rule: str,
        place: str,
        old: str | None,
        new: str | None,
        text: str,
        *,
        of: str = "",
        direction: Direction | None = None,
        operation: str = "",
    ) -> None:
        """Note a change. `of`: the type that it lies in, which tells who is concerned."""
        by = self.reach.get(of, UNREACHED)
        whom, said = (direction or by.direction, place, operation or by.operation), (cut_text(old), cut_text(new), cut(text))
        self.found.append(Change(rule, RULES[rule][0], *whom, *said, ENGINE))

    def field_of(self, type_name: str, name: str) -> str:
        """The operation that a field is, where its type is a root; "" else."""
        return f"{type_name}.{name}" if type_name in self.old.roots.values() else ""


def _roots(pair: _Pair) -> None:
    for operation, name in pair.old.roots.items():
        other = pair.new.roots.get(operation)
        if other != name and name in pair.new.types:
            text = f"A {operation} begins at {other or 'nothing'}, it was {name}"
            pair.say("graphql-root-changed", operation, name, other, text)


def _type(pair: _Pair, old: Type, new: Type) -> None:
    name = old.name
    if old.kind != new.kind:
        text = f"{name} is of kind {new.kind}, it was {old.kind}"
        pair.say("graphql-type-kind-changed", name, old.kind, new.kind, text, of=name)
        return
    _members(pair, old, new)
    _values(pair, old, new)
    for one in old.outputs.values():
        _output(pair, name, one, new.outputs.get(one.name))
    for one in new.outputs.values():
        if one.name not in old.outputs:
            place = f"{name}.{one.name}"
            operation = pair.field_of(name, one.name)
            pair.say("graphql-field-added", place, None, one.type, f"{place} is new", of=name, operation=operation)
    _inputs(pair, "graphql-input-field", old.inputs, new.inputs, _Place(f"{name}.", "", of=name))
    if old.one_of != new.one_of:
        rule = "graphql-one-of-added" if new.one_of else "graphql-one-of-removed"
        text = f"{name} takes {'exactly one' if new.one_of else 'any'} of its fields"
        pair.say(rule, name, _one_of(old), _one_of(new), text, of=name, direction="request")
    if old.spec != new.spec and old.spec and new.spec:
        text = f"{name} is specified by {new.spec}, it was {old.spec}"
        pair.say("graphql-scalar-specification-changed", name, old.spec, new.spec, text, of=name)


def _one_of(one: Type) -> str | None:
    return "@oneOf" if one.one_of else None


def _members(pair: _Pair, old: Type, new: Type) -> None:
    what = "union-member" if old.kind == "union" else "interface"
    for name in sorted(new.members - old.members):
        text = f"{name} is a member of the union {old.name}" if what == "union-member" else f"{old.name} implements {name}"
        pair.say(f"graphql-{what}-added", f"{old.name} & {name}", None, name, text, of=old.name, direction="response")
    for name in sorted(old.members - new.members):
        text = (
            f"{name} is no member of the union {old.name}" if what == "union-member" else f"{old.name} does not implement {name}"
        )
        pair.say(
            f"graphql-{what}-removed", f"{old.name} & {name}", name, None, f"{text} any more", of=old.name, direction="response"
        )


def _values(pair: _Pair, old: Type, new: Type) -> None:
    for name, deprecated in old.values.items():
        place = f"{old.name}.{name}"
        if name not in new.values:
            text = f"The value {place} is gone{_unannounced(deprecated)}"
            pair.say("graphql-enum-value-removed", place, name, None, text, of=old.name)
        elif new.values[name] and not deprecated:
            pair.say("graphql-enum-value-deprecated", place, None, "@deprecated", f"{place} is deprecated", of=old.name)
    for name in new.values:
        if name not in old.values:
            place = f"{old.name}.{name}"
            pair.say("graphql-enum-value-added", place, None, name, f"The value {place} is new", of=old.name)


def _unannounced(deprecated: bool) -> str:
    return "; it was deprecated" if deprecated else ", and was never deprecated"


def _output(pair: _Pair, of: str, old: Output, new: Output | None) -> None:
    place, operation = f"{of}.{old.name}", pair.field_of(of, old.name)
    if new is None:
        text = f"{place} is gone{_unannounced(old.deprecated)}"
        pair.say("graphql-field-removed", place, old.type, None, text, of=of, direction="response", operation=operation)
        return
    if old.type != new.type:
        rule = "graphql-field-type-narrowed" if _returns(old.type, new.type) else "graphql-field-type-changed"
        text = f"{place} is {new.type}, it was {old.type}"
        pair.say(rule, place, old.type, new.type, text, of=of, direction="response", operation=operation)
    if new.deprecated and not old.deprecated:
        text = f"{place} is deprecated"
        pair.say("graphql-field-deprecated", place, None, "@deprecated", text, of=of, direction="response", operation=operation)
    around = _Place(f"{place}(", ":)", of=of, operation=operation)
    _inputs(pair, "graphql-argument", old.inputs, new.inputs, around)


@dataclass(frozen=True, slots=True)
class _Place:
    """How arguments or input fields of one thing are named, and whom they concern."""

    before: str
    after: str
    of: str = ""
    operation: str = ""


def _inputs(pair: _Pair, rule: str, old: Mapping[str, Input], new: Mapping[str, Input], around: _Place) -> None:
    """The changes of what can be given to one thing."""
    for name, before, after in _both(old, new):
        place = f"{around.before}{name}{around.after}"
        for kind, was, now, text in _input(place, before, after):
            if f"{rule}-{kind}" in RULES:
                pair.say(f"{rule}-{kind}", place, was, now, text, of=around.of, direction="request", operation=around.operation)


def _both(old: Mapping[str, Input], new: Mapping[str, Input]) -> Iterator[tuple[str, Input | None, Input | None]]:
    for name in dict.fromkeys((*old, *new)):
        yield name, old.get(name), new.get(name)


def _input(place: str, old: Input | None, new: Input | None) -> Iterator[tuple[str, str | None, str | None, str]]:
    """What changes in one argument or input field: the end of the rule's id, old, new, text."""
    if old is None or new is None:
        if old:
            yield "removed", old.type, None, f"{place} is gone"
        elif new and new.required:
            yield "required", None, new.type, f"{place} is new, and has to be given"
        elif new:
            yield "added", None, new.type, f"{place} is new, and may be left out"
        return
    if old.type != new.type:
        kind = "type-widened" if _takes(old.type, new.type) else "type-changed"
        yield kind, old.type, new.type, f"{place} takes {new.type}, it took {old.type}"
        if kind == "type-changed":
            return
    if old.default != new.default:
        if new.required and not old.required and old.type.endswith("!"):
            yield "required", old.default, None, f"{place} has lost its default {old.default}, and has to be given"
        elif old.default is None:
            yield "default-added", None, new.default, f"{place} is {new.default} where it is left out"
        else:
            yield (
                "default-changed",
                old.default,
                new.default,
                f"The default of {place} is {new.default or 'none'}, it was {old.default}",
            )
    if new.deprecated and not old.deprecated:
        yield "deprecated", None, "@deprecated", f"{place} is deprecated"


def _returns(old: str, new: str) -> bool:
    """Whether all that `new` returns was expected of `old`: only null may be less."""
    while old != new:
        if new.endswith("!"):
            old, new = old.removesuffix("!"), new[:-1]
        elif old.startswith("[") and new.startswith("[") and old.endswith("]"):
            old, new = old[1:-1], new[1:-1]
        else:
            return False
    return True


def _takes(old: str, new: str) -> bool:
    """Whether `new` takes all that `old` took: only null may be more."""
    return _returns(new, old)


def _directives(pair: _Pair) -> None:
    for name, old in pair.old.directives.items():
        if name in SPECIFIED:
            continue
        new = pair.new.directives.get(name)
        if new is None:
            pair.say(
                "graphql-directive-removed", f"@{name}", f"@{name}", None, f"The directive @{name} is gone", direction="request"
            )
        else:
            _directive(pair, old, new)
    for name in pair.new.directives:
        if name not in pair.old.directives and name not in SPECIFIED:
            pair.say(
                "graphql-directive-added", f"@{name}", None, f"@{name}", f"The directive @{name} is new", direction="request"
            )


def _directive(pair: _Pair, old: Directive, new: Directive) -> None:
    place = f"@{old.name}"
    _inputs(pair, "graphql-directive-argument", old.inputs, new.inputs, _Place(f"{place}(", ":)"))
    if old.repeatable and not new.repeatable:
        text = f"{place} may no longer be repeated"
        pair.say("graphql-directive-not-repeatable", place, "repeatable", None, text, direction="request")
    for location in sorted(old.locations - new.locations):
        text = f"{place} may no longer stand at {location}"
        pair.say("graphql-directive-location-removed", f"{place} on {location}", location, None, text, direction="request")
