"""Small API descriptions for tests: one operation with what a test wants to say about it."""

import copy
import json
from typing import Any

from syncd.contracts import Change, Direction, Kind, Revision, Verdict, diff

Doc = dict[str, Any]


def revision(document: Any, name: str = "api.json", **others: Any) -> Revision:
    """A revision whose main file is this document as JSON, or as it is where it is bytes. Other files by name, `_` for the dot."""
    files = {name: document, **{key.replace("__", "/").replace("_", "."): value for key, value in others.items()}}
    return Revision(
        {key: value if isinstance(value, bytes) else json.dumps(value).encode() for key, value in files.items()}, name
    )


def judged(old: Any, new: Any, kind: Kind | None = None, direction: Direction = "both") -> Verdict:
    """The verdict on two documents."""
    return diff(revision(old), revision(new), kind, direction=direction)


def rules(verdict: Verdict) -> set[str]:
    """Which rules spoke."""
    return {change.rule for change in verdict.changes}


def levels(verdict: Verdict) -> set[str]:
    """Which levels there are."""
    return {change.level for change in verdict.changes}


def only(verdict: Verdict) -> Change:
    """The one change."""
    assert len(verdict.changes) == 1, [change.text for change in verdict.changes]
    return verdict.changes[0]


def api(version: str = "3.0.3", path: str = "/pets", method: str = "post", **operation: Any) -> Doc:
    """A document with one operation. A part of the operation that is not given answers 204 and takes nothing."""
    return {
        "openapi": version,
        "info": {"title": "Pets", "version": "1"},
        "paths": {path: {method: {"responses": {"204": {"description": "done"}}, **operation}}},
    }


def sending(schema: Any, version: str = "3.0.3", components: Doc | None = None) -> Doc:
    """A document whose one operation takes this schema."""
    document = api(version, requestBody={"content": {"application/json": {"schema": copy.deepcopy(schema)}}})
    return {**document, "components": {"schemas": components}} if components else document


def answering(schema: Any, version: str = "3.0.3", components: Doc | None = None) -> Doc:
    """A document whose one operation answers with this schema."""
    content = {"application/json": {"schema": copy.deepcopy(schema)}}
    document = api(version, method="get", responses={"200": {"description": "it", "content": content}})
    return {**document, "components": {"schemas": components}} if components else document


def asking(*parameters: Any, version: str = "3.0.3", path: str = "/pets") -> Doc:
    """A document whose one operation has these parameters."""
    return api(version, path, "get", parameters=list(parameters))


def query(name: str = "q", schema: Any = None, **rest: Any) -> Doc:
    """A query parameter."""
    return {"name": name, "in": "query", "schema": schema or {"type": "string"}, **rest}


def thing(*required: str, **properties: Any) -> Doc:
    """An object with these properties."""
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


TEXT: Doc = {"type": "string"}
NUMBER: Doc = {"type": "number"}
WHOLE: Doc = {"type": "integer"}
