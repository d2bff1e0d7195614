"""Pure. From a raw schema to its shape: what every keyword adds to what the others demand."""

from collections.abc import Mapping
from typing import Any

from syncd.contracts.dialect import Dialect
from syncd.contracts.document import Document, Node
from syncd.contracts.keywords import REFERENCES, add_keywords, finish, meet_types, meet_values
from syncd.contracts.refused import Refused
from syncd.contracts.shape import Choice, Schema, Shape, key_of, schema_of

MEMBERS = 2_000
ALL_MEMBERS = 1_000_000
"""How many schemas are intersected to one at most, and to all of a document together."""

CHAIN = 50
"""The longest chain of references that is followed."""

_COMPOSING = ("allOf", "anyOf", "oneOf")
"""Where OpenAPI 3.0's `nullable` stands beside these, whoever wrote it meant the whole, though by the letter each part has a say."""

_BESIDE = frozenset({"$ref", "description", "summary", "title", "example", "examples", "$comment"})


class Shaper:
    """Shapes of a document's schemas, each made once."""

    def __init__(self, document: Document, dialect: Dialect) -> None:
        self.document = document
        self.dialect = dialect
        self._known: dict[tuple[int, ...], Shape] = {}
        self._kept: list[Schema] = []
        self._read_in_all = 0
        self._settled: dict[int, tuple[Node, Schema]] = {}
        self._references: dict[tuple[str, str], Schema] = {}

    def reference(self, file: str, to: str) -> Schema:
        """The schema that a value of a discriminator's mapping leads to: a reference, or the bare name of a component."""
        if (file, to) not in self._references:
            bare = not any(mark in to for mark in "/#.")
            self._references[file, to] = schema_of(file, {"$ref": f"#/components/schemas/{to}" if bare else to})
        return self._references[file, to]

    def typed(self, types: frozenset[str], nullable: bool) -> Schema:
        """A schema that demands a type and nothing else; the same for the same types."""
        listed = sorted(types | {"null"} if nullable else types)
        key = "", " ".join(listed)
        if key not in self._references:
            self._references[key] = schema_of("", {"type": listed, **({"nullable": True} if nullable else {})})
        return self._references[key]

    def settled(self, schema: Schema) -> Schema:
        """The schema with what its bare references lead to in their place: then one target is one schema, whoever refers to it."""
        if len(schema) != 1:
            return tuple([inner for node in schema for inner in self._settle(node)]) if schema else schema
        return self._settle(schema[0])

    def _settle(self, node: Node) -> Schema:
        if "$ref" not in node.raw:
            return (node,)
        known = self._settled.get(id(node.raw))
        if known is None:
            known = self._settled[id(node.raw)] = node, self._target(node)
        return known[1]

    def _target(self, node: Node) -> Schema:
        for _ in range(CHAIN):
            reference = node.raw.get("$ref")
            if not isinstance(reference, str) or (self.dialect.siblings and not node.raw.keys() <= _BESIDE):
                break
            try:
                target = self.document.target(node.file, reference)
            except Refused:
                break
            schema = schema_of(target.file, target.raw)
            if len(schema) != 1:
                return schema
            node = schema[0]
        return (node,)

    def shape(self, schema: Schema) -> Shape:
        """What the schema demands."""
        schema = self.settled(schema)
        key = key_of(schema)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._made(schema)
            self._kept.append(schema)  # keeps what the key's identities stand for
        return known

    def _made(self, schema: Schema) -> Shape:
        shape = Shape()
        forced = self._read(schema, shape)
        self._choose(shape)
        finish(shape, self.dialect)
        shape.nullable = shape.nullable or forced
        return shape

    def _read(self, schema: Schema, shape: Shape) -> bool:
        """Adds every part of the schema to the shape; tells whether OpenAPI 3.0's keyword makes it nullable."""
        waiting, seen, forced = list(reversed(schema)), set(), False
        while waiting:
            node = waiting.pop()
            if id(node.raw) in seen or not isinstance(node.raw, dict):
                continue
            seen.add(id(node.raw))
            self._read_in_all += 1
            if len(seen) > MEMBERS or self._read_in_all > ALL_MEMBERS:
                shape.problems.append("schemas are made of too many others")
                break
            referred = self._referred(node, shape, waiting)
            if referred and not self.dialect.siblings:
                continue
            before, nullable = shape.nullable, self.dialect.nullable and _nullable(node.raw)
            forced = forced or (nullable and any(word in node.raw for word in _COMPOSING))
            parts = node.raw.get("allOf")
            if isinstance(parts, list):
                waiting.extend([Node(node.file, part if part is not False else {"not": {}}) for part in reversed(parts)])
            add_keywords(shape, node)
            if nullable:
                shape.nullable, shape.null_said = before, True
        return forced

    def _referred(self, node: Node, shape: Shape, waiting: list[Node]) -> bool:
        found = False
        for keyword in REFERENCES:
            reference = node.raw.get(keyword)
            if isinstance(reference, str):
                found = True
                try:
                    target = self.document.target(node.file, reference)
                    waiting.append(Node(target.file, {"not": {}}) if target.raw is False else target)
                except Refused as refused:
                    shape.problems.append(refused.reason)
        return found

    def _choose(self, shape: Shape) -> None:
        """Simplifies the alternatives: null among them is a permission, a single one holds itself, bare types are a list of types."""
        for _ in range(8):
            choices, shape.choices, again = shape.choices, [], False
            for choice in choices:
                again = self._simplified(shape, choice) or again
            if not again:
                return

    def _simplified(self, shape: Shape, choice: Choice) -> bool:
        settled = zip(map(self.settled, choice.members), choice.names, strict=True)
        left = [(member, name) for member, name in settled if not _is_null(member)]
        if len(left) < len(choice.members):
            shape.null_chosen = True
        if len(left) == 1:
            before, shape.nullable = shape.nullable, True
            forced = self._read(left[0][0], shape)
            shape.nullable = before and (shape.nullable or forced or len(choice.members) > 1)
            return True
        if not left:
            shape.types = frozenset()
            return False
        members = tuple(member for member, _ in left)
        if not (_as_types(shape, members) or _as_values(shape, members)):
            shape.choices.append(Choice(choice.one, members, tuple(name for _, name in left)))
        elif not shape.null_chosen:
            shape.nullable = False
        return False


def _nullable(raw: Mapping[str, Any]) -> bool:
    return raw.get("nullable") is True or raw.get("x-nullable") is True


def _is_null(member: Schema) -> bool:
    if len(member) != 1:
        return False
    raw = member[0].raw
    return raw.get("type") in ("null", ["null"]) or raw.get("enum") == [None] or ("const" in raw and raw["const"] is None)


def _bare(member: Schema, *keywords: str) -> Mapping[str, Any] | None:
    """The member's raw form where it says nothing but these keywords and what people read."""
    if len(member) != 1:
        return None
    raw: Mapping[str, Any] = member[0].raw
    told = {"title", "description", "$comment", "examples", "example", "deprecated"}
    return raw if all(key in keywords or key in told or key.startswith("x-") for key in raw) else None


def _as_types(shape: Shape, members: tuple[Schema, ...]) -> bool:
    bare = [_bare(member, "type") for member in members]
    types = [raw.get("type") for raw in bare if raw is not None]
    if len(types) < len(members) or not all(isinstance(one, str) for one in types):
        return False
    meet_types(shape, frozenset(str(one) for one in types))
    return True


def _as_values(shape: Shape, members: tuple[Schema, ...]) -> bool:
    values: list[Any] = []
    for member in members:
        raw = _bare(member, "type", "const", "enum")
        listed = raw.get("enum", [raw["const"]] if "const" in raw else None) if raw is not None else None
        if not isinstance(listed, list):
            return False
        values += listed
    meet_values(shape, values)
    types = {member[0].raw.get("type") for member in members}
    if len(types) == 1 and isinstance(one := types.pop(), str):
        meet_types(shape, frozenset({one}))
    return True
