"""The JSON Schema of the configuration file, for editors: with the keys of every installed kind and detector."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from syncd.config import people
from syncd.config.contracts import ContractKeys
from syncd.config.plugins import Detectors, Kinds, entry_point_detectors, entry_point_kinds
from syncd.config.shape import SECTIONS, ConnectionKeys
from syncd.config.teams import TeamKeys, WorkKeys

_TEMPLATE = "#/$defs/{model}"


def schema(
    kinds: Callable[[], Kinds] = entry_point_kinds, detectors: Callable[[], Detectors] = entry_point_detectors
) -> dict[str, Any]:
    """JSON Schema, draft 2020-12. Every kind is imported for it."""
    options = {name: get().options for name, get in kinds().items()}
    rules = {code: get().rules for code, get in detectors().items()}
    models: list[type[BaseModel]] = [
        *SECTIONS.values(),
        WorkKeys,
        TeamKeys,
        ContractKeys,
        ConnectionKeys,
        *options.values(),
        *rules.values(),
    ]
    names, shared = models_json_schema([(model, "validation") for model in models], ref_template=_TEMPLATE)
    defs: dict[str, Any] = shared["$defs"]

    def body(model: type[BaseModel]) -> dict[str, Any]:
        found: dict[str, Any] = defs[names[model, "validation"]["$ref"].rpartition("/")[2]]
        return found

    connections = [_connection(name, body(ConnectionKeys), body(model)) for name, model in options.items()]
    sections: dict[str, Any] = {name: body(model) for name, model in SECTIONS.items()}
    sections["detect"] = _table({code: body(model) for code, model in rules.items()})
    sections["connections"] = {"type": "object", "additionalProperties": {"oneOf": connections}, "minProperties": 1}
    sections["people"] = people.SCHEMA
    sections["work"] = body(WorkKeys)
    sections["teams"] = {"type": "object", "additionalProperties": body(TeamKeys)}
    sections["contracts"] = {"type": "object", "additionalProperties": body(ContractKeys)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "syncd configuration",
        **_table(sections),
        "required": ["connections"],
        "$defs": defs,
    }


def _table(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _connection(kind: str, common: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """One kind of connection: the keys that all have, and its own."""
    named = {"kind": {**common["properties"]["kind"], "const": kind}}
    return {
        **_table({**own.get("properties", {}), **common["properties"], **named}),
        "title": kind,
        "required": ["kind", *own.get("required", [])],
    }
