"""Pure. Objects: which properties can, must and may not be there."""

from syncd.contracts.rules import How, schema_rule
from syncd.contracts.shape import Schema, Shape
from syncd.contracts.shaping import Shaper
from syncd.contracts.values import cut
from syncd.contracts.walk import Found, Pair, Walk


def compare_objects(walk: Walk, pair: Pair, old: Shape, new: Shape) -> None:
    """Adds what changed about properties to the pair, and the pairs of properties below it."""
    _Properties(walk, pair, old, new).compare()
    _others(walk, pair, old, new)
    _patterns(walk, pair, old, new)
    _dependent(walk, pair, old, new)


class _Properties:
    """Properties by name. Read-only ones are not there in what is sent, write-only ones not in what comes."""

    def __init__(self, walk: Walk, pair: Pair, old: Shape, new: Shape) -> None:
        self.walk, self.pair, self.old, self.new = walk, pair, old, new
        self.side = "schema" if pair.direction == "both" else pair.direction

    def compare(self) -> None:
        names = dict.fromkeys((*self.old.properties, *self.new.properties))
        for name in names:
            was, now = name in self.old.properties, name in self.new.properties
            if was and now and self._unchanged(name):
                continue
            hidden_was = was and self._hidden(self.walk.old, self.old.properties[name])
            hidden_now = now and self._hidden(self.walk.new, self.new.properties[name])
            if was and now:
                self._both(name, hidden_was, hidden_now)
            elif was and not hidden_was:
                self._removed(name)
            elif now and not hidden_now:
                self._added(name)
        for name in sorted((self.old.required ^ self.new.required) - names.keys()):
            self._say("property-became-required" if name in self.new.required else "property-became-optional", name)

    def _unchanged(self, name: str) -> bool:
        """Told without making shapes: most properties are."""
        needed = (name in self.old.required) == (name in self.new.required)
        return needed and self.walk.is_same(self.old.properties[name], self.new.properties[name])

    def _hidden(self, shaper: Shaper, schema: Schema) -> bool:
        if self.pair.direction == "both" or not schema:
            return False
        shape = shaper.shape(schema)
        return shape.read_only if self.pair.direction == "request" else shape.write_only

    def _say(self, rule: str, name: str, because: str = "") -> None:
        self.pair.found.append(Found(f"{self.side}-{rule}", f".{name}", None, None, because))

    def _both(self, name: str, hidden_was: bool, hidden_now: bool) -> None:
        word = "read-only" if self.pair.direction == "request" else "write-only"
        if hidden_was and hidden_now:
            return
        if hidden_now:
            self._say(f"property-became-{word}", name)
        elif hidden_was:
            required = name in self.new.required and self.pair.direction == "request"
            self._say("required-property-added" if required else f"property-no-longer-{word}", name)
        else:
            was, now = name in self.old.required, name in self.new.required
            if was != now:
                self._say("property-became-required" if now else "property-became-optional", name)
            self._below(f".{name}", self.old.properties[name], self.new.properties[name])

    def _below(self, where: str, old: Schema, new: Schema) -> None:
        if old or new:
            self.pair.inner.append((where, self.walk.pair(old, new, self.pair.direction, self.pair.text)))

    def _removed(self, name: str) -> None:
        closed = bool(self.new.additional) and self.walk.new.shape(self.new.additional).never
        if self.pair.direction != "response" and closed:
            self._say("property-forbidden", name)
        elif self.pair.direction != "response" and self.new.additional:
            self._below(f".{name}", self.old.properties[name], self.new.additional)
        else:
            self._say("required-property-removed" if name in self.old.required else "property-removed", name)
            return
        if name in self.old.required and name not in self.new.required and self.pair.direction == "both":
            self._say("property-became-optional", name)

    def _added(self, name: str) -> None:
        if name in self.new.required and name not in self.old.required:
            self._say("required-property-added", name)
        else:
            self._say("property-added", name)
        typed = bool(self.old.additional) and not self.walk.old.shape(self.old.additional).never
        if typed and self.pair.direction != "response":
            self._below(f".{name}", self.old.additional, self.new.properties[name])


def _add(pair: Pair, aspect: str, how: How, where: str = "", old: str | None = None, new: str | None = None) -> None:
    pair.found.append(Found(schema_rule(pair.direction, aspect, how).id, where, old, new))


def _others(walk: Walk, pair: Pair, old: Shape, new: Shape) -> None:
    """Room for properties that are not named, and demands on names."""
    for aspect, was, now in (
        ("additional-properties", old.additional, new.additional),
        ("unevaluated-properties", old.unevaluated_properties, new.unevaluated_properties),
        ("property-names", old.names_of, new.names_of),
    ):
        told = _room(walk.old, was), _room(walk.new, now)
        if told[0] == told[1] == "some":
            pair.inner.append(("{*}", walk.pair(was, now, pair.direction, pair.text)))
        elif told[0] != told[1]:
            order = ("none", "some", "any")
            _add(pair, aspect, "narrowed" if order.index(told[1]) < order.index(told[0]) else "widened", "", *told)


def _room(shaper: Shaper, schema: Schema) -> str:
    return "any" if not schema else "none" if shaper.shape(schema).never else "some"


def _patterns(walk: Walk, pair: Pair, old: Shape, new: Shape) -> None:
    for pattern in dict.fromkeys((*old.by_pattern, *new.by_pattern)):
        was, now = old.by_pattern.get(pattern), new.by_pattern.get(pattern)
        where = f".{{{cut(pattern)}}}"
        if was is not None and now is not None:
            pair.inner.append((where, walk.pair(was, now, pair.direction, pair.text)))
        else:
            others = (old if was is None else new).additional
            closed = bool(others) and (walk.old if was is None else walk.new).shape(others).never
            _add(pair, "pattern-properties", "narrowed" if (was is None) != closed else "widened", where)


def _dependent(walk: Walk, pair: Pair, old: Shape, new: Shape) -> None:
    for name in sorted(old.needs.keys() | new.needs.keys()):
        was, now = old.needs.get(name, set()), new.needs.get(name, set())
        if was != now:
            how: How = "changed" if was - now and now - was else "narrowed" if now - was else "widened"
            _add(
                pair,
                "dependent-required",
                how,
                f".{name}",
                cut(", ".join(sorted(was))) or None,
                cut(", ".join(sorted(now))) or None,
            )
    for name in dict.fromkeys((*old.demands, *new.demands)):
        left, right = old.demands.get(name), new.demands.get(name)
        if left is not None and right is not None:
            pair.inner.append((f".({name})", walk.pair(left, right, pair.direction, pair.text)))
        else:
            _add(pair, "dependent-schemas", "narrowed" if left is None else "widened", f".{name}")
