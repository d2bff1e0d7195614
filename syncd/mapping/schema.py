"""Pure. The JSON Schema of a mapping file, for editors: made from the same words that `parse` knows."""

from collections.abc import Mapping
from typing import Any

from syncd.mapping import grammar
from syncd.mapping.targets import CONVERSIONS, KINDS, Target

Schema = dict[str, Any]
_ANY: Schema = {}
_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_ONE_OR_MORE: Schema = {"oneOf": [_TEXT, _TEXTS]}
_SCALAR: Schema = {"type": ["string", "number", "boolean"]}


def mapping_schema() -> Schema:
    """The schema (draft 2020-12). It describes the form; names of tables, fields of kinds and CEL are checked by `parse`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "syncd mapping",
        **_object(grammar.TOP, _top()),
        "$defs": {
            "value": {"oneOf": [_TEXT, {"const": False}, {"type": "array", "items": _ref("part")}, _ref("valueTable")]},
            "part": {"oneOf": [_TEXT, _ref("valueTable")]},
            "valueTable": _object(grammar.VALUE, _value()),
            "condition": {"oneOf": [_TEXT, {"type": "array", "items": _ref("condition")}, _ref("conditionTable")]},
            "conditionTable": _object(grammar.CONDITION, _condition()),
            "history": _object(grammar.HISTORY, dict.fromkeys(grammar.HISTORY, _ONE_OR_MORE)),
            "progress": _object(grammar.PROGRESS, dict.fromkeys(grammar.PROGRESS, _TEXT)),
            "fields": _fields(),
            "rule": _rule(),
            "stream": _object(grammar.STREAM, _stream()),
            "project": _object(grammar.PROJECT, {word: part for word, part in _top().items() if word in grammar.PROJECT}),
        },
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _object(words: Mapping[str, str], forms: Mapping[str, Schema]) -> Schema:
    properties = {word: {**forms.get(word, _ANY), "description": text} for word, text in words.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _by_name(form: Schema) -> Schema:
    return {"type": "object", "additionalProperties": form}


def _top() -> dict[str, Schema]:
    return {
        "extends": _TEXT,
        "mapping": _object(grammar.SETTINGS, {"title": _TEXT, "resolution_outranks_status": {"type": "boolean"}}),
        "person": _object(grammar.PERSON, dict.fromkeys(grammar.PERSON, _ONE_OR_MORE)),
        "streams": _by_name(_ref("stream")),
        "fields": _by_name(_ref("fields")),
        "rule": {"type": "array", "items": _ref("rule")},
        "table": _by_name(_by_name(_SCALAR)),
        "type": _by_name({"type": "object", "properties": {"fields": _ref("fields")}, "additionalProperties": False}),
        "project": _by_name(_ref("project")),
    }


def _value() -> dict[str, Schema]:
    parts: Schema = {"type": "array", "items": _ref("part")}
    conversion: Schema = {"enum": list(CONVERSIONS)}
    return {
        "path": _TEXT,
        "first": parts,
        "all": parts,
        "cel": _TEXT,
        "when": _ref("condition"),
        "as": {"oneOf": [conversion, {"type": "array", "items": conversion}]},
        "table": _TEXT,
        "find": {"oneOf": [_TEXT, _TEXTS]},
        "format": _TEXT,
        "absent": {"type": "array", "items": _SCALAR},
        "lenient": {"type": "boolean"},
        "zone": _TEXT,
        "stream": _TEXT,
        "connection": _TEXT,
        "prefix": _TEXT,
    }


def _condition() -> dict[str, Schema]:
    values: Schema = {"type": "array", "items": _SCALAR}
    return {
        "path": _TEXT,
        "in": values,
        "not_in": values,
        "present": {"type": "boolean"},
        "matches": _TEXT,
        "min": {"type": "number"},
        "max": {"type": "number"},
        "any": {"type": "array", "items": _ref("condition")},
        "not": _ref("condition"),
    }


def _fields() -> Schema:
    targets: dict[str, Target] = {name: target for fields in KINDS.values() for name, target in fields.items()}
    properties = {name: _field(target) for name, target in sorted(targets.items())}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _field(target: Target) -> Schema:
    special = target.default in ("history", "progress")
    return {"oneOf": [{"const": False}, _ref(target.default)]} if special else _ref("value")


def _rule() -> Schema:
    each: Schema = {"oneOf": [_TEXT, _object(grammar.EACH, _value())]}
    return _object(
        grammar.RULE,
        {
            "name": _TEXT,
            "stream": _TEXT,
            "to": {"enum": list(KINDS)},
            "when": _ref("condition"),
            "each": {"oneOf": [*each["oneOf"], {"type": "array", "items": each}]},
            "ref": _object(grammar.RULE_REF, {**dict.fromkeys(grammar.RULE_REF, _ref("value")), "stream": _TEXT}),
            "fields": _ref("fields"),
            "drop": {"type": "boolean"},
        },
    )


def _stream() -> dict[str, Schema]:
    value = dict.fromkeys(("id", "key", "url", "project", "project_id", "labels"), _ref("value"))
    return {**value, "facts": {"type": "object"}, "type": _TEXT, "skip": _ref("condition")}
