"""Pure. From a raw schema to its shape: what every keyword adds to what the others demand."""

from collections.abc import Callable, Mapping
from itertools import zip_longest
from typing import Any

from syncd.contracts.dialect import Dialect
from syncd.contracts.document import Document, Node
from syncd.contracts.refused import Refused
from syncd.contracts.shape import ANYTHING, MISSING, Choice, Discriminator, Schema, Shape, key_of, schema_of
from syncd.contracts.values import canonical

MEMBERS = 2_000
"""How many schemas are intersected to one at most."""

CHAIN = 50
"""The longest chain of references that is followed."""

_BESIDE = frozenset({"$ref", "description", "summary", "title", "example", "examples", "$comment"})
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_SILENT = frozenset(
    {
        "title",
        "description",
        "summary",
        "example",
        "examples",
        "externalDocs",
        "deprecated",
        "$comment",
        "$schema",
        "$id",
        "id",
        "$anchor",
        "$dynamicAnchor",
        "$recursiveAnchor",
        "$vocabulary",
        "$defs",
        "definitions",
        "allOf",
        "type",
        "nullable",
        "readOnly",
        "writeOnly",
        "required",
        "then",
        "else",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "minimum",
        "maximum",
        "additionalItems",
        "if",
        "items",
        "prefixItems",
        "mapping",
    }
)
_LEAST = {"minLength", "minItems", "minProperties"}
_SIZES = (*sorted(_LEAST), "maxLength", "maxItems", "maxProperties", "minContains", "maxContains")
_SHOWN_ONLY = frozenset(
    {"password", "textarea", "markdown", "html", "text", "string", "integer", "number", "boolean", "object", "array"}
)
_TRIVIAL_PATTERNS = frozenset({"", ".*", "^.*$", "^.*", ".*$", "(.*)", "^(.*)$"})


class Shaper:
    """Shapes of a document's schemas, each made once."""

    def __init__(self, document: Document, dialect: Dialect) -> None:
        self.document = document
        self.dialect = dialect
        self._known: dict[tuple[int, ...], Shape] = {}
        self._kept: list[Schema] = []
        self._settled: dict[int, tuple[Node, Schema]] = {}
        self._references: dict[tuple[str, str], Schema] = {}

    def reference(self, file: str, to: str) -> Schema:
        """The schema that a value of a discriminator's mapping leads to: a reference, or the bare name of a component."""
        if (file, to) not in self._references:
            bare = not any(mark in to for mark in "/#.")
            self._references[file, to] = schema_of(file, {"$ref": f"#/components/schemas/{to}" if bare else to})
        return self._references[file, to]

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
        _finish(shape, self.dialect)
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
            if len(seen) > MEMBERS:
                shape.problems.append(f"it is made of more than {MEMBERS:,} schemas")
                break
            referred = self._referred(node, shape, waiting)
            if referred and not self.dialect.siblings:
                continue
            forced = forced or (
                self.dialect.nullable and (node.raw.get("nullable") is True or node.raw.get("x-nullable") is True)
            )
            parts = node.raw.get("allOf")
            if isinstance(parts, list):
                waiting.extend([Node(node.file, part if part is not False else {"not": {}}) for part in reversed(parts)])
            _add(shape, node)
        return forced

    def _referred(self, node: Node, shape: Shape, waiting: list[Node]) -> bool:
        found = False
        for keyword in _REFERENCES:
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
        left = [(m, n) for m, n in zip(choice.members, choice.names, strict=True) if not _is_null(m)]
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


def name_of(reference: str) -> str:
    """The name by which people know what a reference leads to."""
    tail = reference.rstrip("/").rpartition("/")[2].rpartition("#")[2] or reference
    return tail.replace("~1", "/").replace("~0", "~")


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
    _meet_types(shape, frozenset(str(one) for one in types))
    return True


def _as_values(shape: Shape, members: tuple[Schema, ...]) -> bool:
    values: list[Any] = []
    for member in members:
        raw = _bare(member, "type", "const", "enum")
        listed = raw.get("enum", [raw["const"]] if "const" in raw else None) if raw is not None else None
        if not isinstance(listed, list):
            return False
        values += listed
    _meet_values(shape, values)
    types = {member[0].raw.get("type") for member in members}
    if len(types) == 1 and isinstance(one := types.pop(), str):
        _meet_types(shape, frozenset({one}))
    return True


def _add(shape: Shape, node: Node) -> None:
    """What one plain schema, without its references and `allOf`, demands."""
    raw, file = node.raw, node.file
    _types(shape, raw)
    for keyword, value in raw.items():
        read = _READERS.get(keyword)
        if read is not None:
            read(shape, file, value)
        elif keyword not in _SILENT and not keyword.startswith("x-") and keyword not in _REFERENCES:
            shape.unknown[keyword] = canonical(value)
    _bounds(shape, raw)
    _lists(shape, file, raw)
    _marks(shape, raw)
    if isinstance(required := raw.get("required"), list):
        shape.required.update(name for name in required if isinstance(name, str))
    if "if" in raw:
        parts = (schema_of(file, raw["if"]), schema_of(file, raw.get("then", True)), schema_of(file, raw.get("else", True)))
        if parts[1] or parts[2]:
            shape.conditions.append(parts)


def _types(shape: Shape, raw: Mapping[str, Any]) -> None:
    said = raw.get("type")
    if said == "file":
        _meet_types(shape, frozenset({"string"}))
        shape.format = shape.format or "binary"
        return
    types = frozenset(
        [said] if isinstance(said, str) else [one for one in said if isinstance(one, str)] if isinstance(said, list) else ()
    )
    if types and "any" not in types:
        shape.nullable = shape.nullable and "null" in types
        _meet_types(shape, types - {"null"})


def _meet_types(shape: Shape, types: frozenset[str]) -> None:
    if shape.types is None:
        shape.types = types
        return
    both = (shape.types & types) | {
        "integer" for a, b in ((shape.types, types), (types, shape.types)) if "integer" in a and "number" in b
    }
    shape.types = frozenset(both)


def _meet_values(shape: Shape, listed: list[Any]) -> None:
    values = {canonical(value): value for value in listed if value is not None}
    if shape.values is not None:
        values = {key: value for key, value in values.items() if key in shape.values}
    shape.values = values


def _enum(shape: Shape, _: str, value: Any) -> None:
    if isinstance(value, list):
        _meet_values(shape, value)
        shape.nullable = shape.nullable and None in value


def _const(shape: Shape, _: str, value: Any) -> None:
    _meet_values(shape, [value])
    shape.fixed = True
    shape.nullable = shape.nullable and value is None


def _bounds(shape: Shape, raw: Mapping[str, Any]) -> None:
    """The tighter of all bounds; what is left out itself is tighter than what is not."""
    for value, beyond in _limits(raw, "minimum", "exclusiveMinimum"):
        shape.lower = (value, beyond) if shape.lower is None else max(shape.lower, (value, beyond))
    for value, beyond in _limits(raw, "maximum", "exclusiveMaximum"):
        if shape.upper is None or (-value, beyond) > (-shape.upper[0], shape.upper[1]):
            shape.upper = value, beyond


def _limits(raw: Mapping[str, Any], keyword: str, exclusive: str) -> list[tuple[float, bool]]:
    """Bounds in both forms: an exclusive bound is a mark beside the other one, or a number of its own."""
    found: list[tuple[float, bool]] = []
    if _is_number(raw.get(keyword)):
        found.append((raw[keyword], raw.get(exclusive) is True))
    if _is_number(raw.get(exclusive)):
        found.append((raw[exclusive], True))
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _size(keyword: str) -> Callable[[Shape, str, Any], None]:
    least = keyword.startswith("min")

    def read(shape: Shape, _: str, value: Any) -> None:
        if _is_number(value) and not (keyword in _LEAST and value <= 0):
            known = shape.sizes.get(keyword)
            shape.sizes[keyword] = value if known is None else max(known, value) if least else min(known, value)

    return read


def _lists(shape: Shape, file: str, raw: Mapping[str, Any]) -> None:
    """`items` and what stands before it, in the form of 2020-12."""
    items, prefix = raw.get("items", MISSING), raw.get("prefixItems")
    if isinstance(items, list):
        prefix, items = items, raw.get("additionalItems", MISSING)
    if isinstance(prefix, list):
        own = [schema_of(file, one) for one in prefix]
        shape.prefix = tuple(known + one for known, one in zip_longest(shape.prefix, own, fillvalue=ANYTHING))
    if items is not MISSING:
        shape.items = shape.items + schema_of(file, items)


def _marks(shape: Shape, raw: Mapping[str, Any]) -> None:
    shape.read_only = shape.read_only or raw.get("readOnly") is True
    shape.write_only = shape.write_only or raw.get("writeOnly") is True or raw.get("x-writeOnly") is True
    shape.deprecated = shape.deprecated or raw.get("deprecated") is True or raw.get("x-deprecated") is True
    sunset = raw.get("x-sunset", raw.get("sunset"))
    if isinstance(sunset, str):
        shape.sunset = sunset
    if isinstance(title := raw.get("title"), str) and shape.title is None:
        shape.title = title
    if isinstance(values := raw.get("x-extensible-enum"), list):
        shape.open_values = frozenset(canonical(value).removeprefix("s") for value in values)


def _properties(shape: Shape, file: str, value: Any) -> None:
    if isinstance(value, dict):
        for name, raw in value.items():
            shape.properties[name] = shape.properties.get(name, ()) + schema_of(file, raw)


def _by_pattern(shape: Shape, file: str, value: Any) -> None:
    if isinstance(value, dict):
        for name, raw in value.items():
            shape.by_pattern[name] = shape.by_pattern.get(name, ()) + schema_of(file, raw)


def _dependencies(shape: Shape, file: str, value: Any) -> None:
    for name, raw in value.items() if isinstance(value, dict) else ():
        if isinstance(raw, list):
            shape.needs.setdefault(name, set()).update(one for one in raw if isinstance(one, str))
        else:
            shape.demands[name] = shape.demands.get(name, ()) + schema_of(file, raw)


def _alternatives(one: bool) -> Callable[[Shape, str, Any], None]:
    def read(shape: Shape, file: str, value: Any) -> None:
        if isinstance(value, list) and value:
            names = tuple(
                name_of(raw["$ref"]) if isinstance(raw, dict) and isinstance(raw.get("$ref"), str) else "" for raw in value
            )
            shape.choices.append(Choice(one, tuple(schema_of(file, raw) for raw in value), names))

    return read


def _discriminator(shape: Shape, file: str, value: Any) -> None:
    if isinstance(value, str):
        value = {"propertyName": value}
    if isinstance(value, dict) and isinstance(name := value.get("propertyName"), str):
        mapping = value.get("mapping")
        pairs = mapping.items() if isinstance(mapping, dict) else ()
        shape.discriminator = Discriminator(name, {key: to for key, to in pairs if isinstance(to, str)}, file)


def _schema(attribute: str) -> Callable[[Shape, str, Any], None]:
    def read(shape: Shape, file: str, value: Any) -> None:
        setattr(shape, attribute, (getattr(shape, attribute) or ()) + schema_of(file, value))

    return read


def _pattern(shape: Shape, _: str, value: Any) -> None:
    if isinstance(value, str) and value not in _TRIVIAL_PATTERNS:
        shape.patterns = shape.patterns | {value}


def _format(shape: Shape, _: str, value: Any) -> None:
    if isinstance(value, str) and value.lower() not in _SHOWN_ONLY:
        shape.format = shape.format or value


def _not(shape: Shape, file: str, value: Any) -> None:
    shape.exclusions.append(schema_of(file, value))


def _default(shape: Shape, _: str, value: Any) -> None:
    if shape.default is MISSING:
        shape.default = value


def _step(shape: Shape, _: str, value: Any) -> None:
    if _is_number(value) and value > 0:
        shape.step = value


def _unique(shape: Shape, _: str, value: Any) -> None:
    shape.unique = shape.unique or value is True


def _xml(shape: Shape, _: str, value: Any) -> None:
    shape.xml = canonical(value)


def _content_encoding(shape: Shape, _: str, value: Any) -> None:
    shape.encoding = (str(value), shape.encoding[1])


def _content_type(shape: Shape, _: str, value: Any) -> None:
    shape.encoding = (shape.encoding[0], str(value))


_READERS: Mapping[str, Callable[[Shape, str, Any], None]] = {
    **{keyword: _size(keyword) for keyword in _SIZES},
    "additionalProperties": _schema("additional"),
    "anyOf": _alternatives(False),
    "const": _const,
    "contains": _schema("contains"),
    "contentEncoding": _content_encoding,
    "contentMediaType": _content_type,
    "contentSchema": _schema("content"),
    "default": _default,
    "dependencies": _dependencies,
    "dependentRequired": _dependencies,
    "dependentSchemas": _dependencies,
    "discriminator": _discriminator,
    "enum": _enum,
    "format": _format,
    "multipleOf": _step,
    "not": _not,
    "oneOf": _alternatives(True),
    "pattern": _pattern,
    "patternProperties": _by_pattern,
    "properties": _properties,
    "propertyNames": _schema("names_of"),
    "unevaluatedItems": _schema("unevaluated_items"),
    "unevaluatedProperties": _schema("unevaluated_properties"),
    "uniqueItems": _unique,
    "xml": _xml,
}


def _finish(shape: Shape, dialect: Dialect) -> None:
    """What follows from all keywords together."""
    if shape.types is None and dialect.inferred:
        shape.types = _inferred(shape)
        if shape.types is not None and shape.values is None and not shape.null_chosen:
            shape.nullable = False
    if shape.types == frozenset({"integer"}):
        _whole(shape)


def _inferred(shape: Shape) -> frozenset[str] | None:
    if shape.choices:
        return None
    if shape.properties or shape.additional or shape.by_pattern or shape.required:
        return frozenset({"object"})
    if shape.items or shape.prefix or shape.sizes.keys() & {"minItems", "maxItems"}:
        return frozenset({"array"})
    if shape.patterns or shape.sizes.keys() & {"minLength", "maxLength"}:
        return frozenset({"string"})
    if shape.values and all(isinstance(value, str) for value in shape.values.values()):
        return frozenset({"string"})
    return None


def _whole(shape: Shape) -> None:
    """Whole numbers: beyond 0 is from 1, and steps of 1 say nothing."""
    for attribute, away in (("lower", 1), ("upper", -1)):
        bound: tuple[float, bool] | None = getattr(shape, attribute)
        if bound is not None and bound[1] and float(bound[0]).is_integer():
            setattr(shape, attribute, (bound[0] + away, False))
    if shape.step == 1:
        shape.step = None
