"""Pure. What each keyword of a schema adds to its shape."""

from collections.abc import Callable, Mapping
from itertools import zip_longest
from typing import Any

from syncd.contracts.dialect import Dialect
from syncd.contracts.document import Node
from syncd.contracts.shape import ANYTHING, MISSING, Choice, Discriminator, Shape, schema_of
from syncd.contracts.values import canonical

REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_SILENT = frozenset({
    "title", "description", "summary", "example", "examples", "externalDocs", "deprecated", "$comment", "$schema", "$id",
    "id", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$vocabulary", "$defs", "definitions", "allOf", "type",
    "nullable", "readOnly", "writeOnly", "required", "then", "else", "exclusiveMinimum", "exclusiveMaximum", "minimum",
    "maximum", "additionalItems", "if", "items", "prefixItems", "mapping",
})  # fmt: skip
_LEAST = {"minLength", "minItems", "minProperties"}
_SIZES = (*sorted(_LEAST), "maxLength", "maxItems", "maxProperties", "minContains", "maxContains")
_SHOWN_ONLY = frozenset(
    {"password", "textarea", "markdown", "html", "text", "string", "integer", "number", "boolean", "object", "array"}
)
_TRIVIAL_PATTERNS = frozenset({"", ".*", "^.*$", "^.*", ".*$", "(.*)", "^(.*)$"})


def name_of(reference: str) -> str:
    """The name by which people know what a reference leads to."""
    tail = reference.rstrip("/").rpartition("/")[2].rpartition("#")[2] or reference
    return tail.replace("~1", "/").replace("~0", "~")


def add_keywords(shape: Shape, node: Node) -> None:
    """What one plain schema, without its references and `allOf`, demands."""
    raw, file = node.raw, node.file
    _types(shape, raw)
    for keyword, value in raw.items():
        read = _READERS.get(keyword)
        if read is not None:
            read(shape, file, value)
        elif keyword not in _SILENT and not keyword.startswith("x-") and keyword not in REFERENCES:
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
        meet_types(shape, frozenset({"string"}))
        shape.nullable, shape.format = False, shape.format or "binary"
        return
    types = frozenset(
        [said] if isinstance(said, str) else [one for one in said if isinstance(one, str)] if isinstance(said, list) else ()
    )
    if types and "any" not in types:
        shape.nullable = shape.nullable and "null" in types
        meet_types(shape, types - {"null"})


def meet_types(shape: Shape, types: frozenset[str]) -> None:
    if shape.types is None:
        shape.types = types
        return
    both = (shape.types & types) | {
        "integer" for a, b in ((shape.types, types), (types, shape.types)) if "integer" in a and "number" in b
    }
    shape.types = frozenset(both)


def meet_values(shape: Shape, listed: list[Any]) -> None:
    values = {canonical(value): value for value in listed if value is not None}
    if shape.values is not None:
        values = {key: value for key, value in values.items() if key in shape.values}
    shape.values = values


def _enum(shape: Shape, _: str, value: Any) -> None:
    if isinstance(value, list):
        meet_values(shape, value)
        shape.nullable = shape.nullable and None in value


def _const(shape: Shape, _: str, value: Any) -> None:
    meet_values(shape, [value])
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


def finish(shape: Shape, dialect: Dialect) -> None:
    """What follows from all keywords together."""
    if shape.types is None and dialect.inferred:
        shape.types = _inferred(shape)
        shape.guessed = shape.types is not None
        if shape.types is not None and shape.values is None and not (shape.null_chosen or shape.null_said):
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
