"""Pure. Parameters, bodies and answers of an operation, read from the forms of 2.0 and 3.x into one."""

from collections.abc import Mapping
from typing import Any

from syncd.contracts.document import Node
from syncd.contracts.openapi_api import Answer, Api, Body, Media, Parameter, Place, is_deprecated, sunset_of
from syncd.contracts.shape import ANYTHING, Schema, schema_of

_STYLES = {"query": "form", "path": "simple", "header": "simple", "cookie": "form"}
_COLLECTIONS = {"csv": "", "ssv": "spaceDelimited", "tsv": "tabDelimited", "pipes": "pipeDelimited", "multi": ""}
_NOT_OF_SCHEMA = frozenset({"name", "in", "required", "collectionFormat", "allowEmptyValue", "description", "deprecated"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def media_key(name: str) -> str:
    """A media type as it is matched: lower case, without a charset, its other parameters sorted."""
    first, *rest = (part.strip().lower() for part in name.split(";"))
    kept = sorted(part.replace(" ", "") for part in rest if part and not part.startswith("charset"))
    return ";".join((first, *kept))


class Parts:
    """Reads the parts of one document's operations. What it makes of 2.0's forms is made once, so that it can be told apart."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._made: dict[int, tuple[Any, Any]] = {}

    def parameters(self, place: Place, operation: Node) -> list[Parameter]:
        """Those of the operation and of its path, the operation's own first; without the body."""
        found: dict[tuple[str, str], Parameter] = {}
        for node in (operation, place.node):
            for one in self._listed(node):
                if str(one.raw.get("in")) in _STYLES and isinstance(one.raw.get("name"), str):
                    parameter = self.parameter(one, one.raw["name"], one.raw["in"])
                    found.setdefault((parameter.place, parameter.name), parameter)
        return list(found.values())

    def _listed(self, node: Node) -> list[Node]:
        listed = node.raw.get("parameters")
        nodes = [Node(node.file, raw) for raw in listed if isinstance(raw, dict)] if isinstance(listed, list) else []
        return [found for found in map(self.api.resolved, nodes) if found is not None]

    def parameter(self, node: Node, name: str, place: str) -> Parameter:
        """A parameter or a header."""
        raw = node.raw
        if self.api.second:
            schema, text = self._bare(node), True
            style, explode = self._collection(raw, place)
        else:
            schema, text = self._schema(node)
            style = str(raw.get("style") or _STYLES[place])
            explode = raw["explode"] if isinstance(raw.get("explode"), bool) else style == "form"
        return Parameter(
            name,
            place,
            raw.get("required") is True or place == "path",
            schema,
            text,
            style,
            explode,
            raw.get("allowReserved") is True,
            raw.get("allowEmptyValue") is True,
            is_deprecated(raw),
            sunset_of(raw),
        )

    def _schema(self, node: Node) -> tuple[Schema, bool]:
        content = node.raw.get("content")
        if isinstance(content, dict) and content:
            first = next(iter(content.values()))
            return schema_of(node.file, first.get("schema") if isinstance(first, dict) else None), False
        return schema_of(node.file, node.raw.get("schema")), True

    def _collection(self, raw: Mapping[str, Any], place: str) -> tuple[str, bool]:
        said = raw.get("collectionFormat")
        style = _COLLECTIONS.get(str(said), "") or _STYLES.get(place, "form")
        return style, said == "multi" or (raw.get("type") != "array" and style == "form")

    def _bare(self, node: Node) -> Schema:
        """The schema that a parameter or header of 2.0 is itself."""
        if id(node.raw) not in self._made:
            kept = {key: value for key, value in node.raw.items() if key not in _NOT_OF_SCHEMA}
            self._made[id(node.raw)] = node.raw, schema_of(node.file, kept)
        schema: Schema = self._made[id(node.raw)][1]
        return schema

    def body(self, place: Place, operation: Node) -> Body | None:
        """The request's body; None where there is none."""
        if self.api.second:
            return self._second_body(place, operation)
        raw = operation.raw.get("requestBody")
        node = self.api.resolved(Node(operation.file, raw)) if isinstance(raw, dict) else None
        return None if node is None else Body(node.raw.get("required") is True, self.content(node))

    def _second_body(self, place: Place, operation: Node) -> Body | None:
        listed = [*self._listed(operation), *self._listed(place.node)]
        types = self._types(operation, "consumes")
        for node in listed:
            if node.raw.get("in") == "body":
                schema = schema_of(node.file, node.raw.get("schema"))
                return Body(node.raw.get("required") is True, self._media(schema, types))
        fields = [node for node in listed if node.raw.get("in") == "formData" and isinstance(node.raw.get("name"), str)]
        if not fields:
            return None
        needed = [node.raw["name"] for node in fields if node.raw.get("required") is True]
        key = id(operation.raw)
        if key not in self._made:
            properties = {node.raw["name"]: self._field(node) for node in reversed(fields)}
            form = {"type": "object", "properties": properties, "required": needed}
            self._made[key] = operation.raw, schema_of(operation.file, form)
        schema = self._made[key][1]
        sent = types or [_FORMS[any(node.raw.get("type") == "file" for node in fields)]]
        return Body(bool(needed), {one: Media(schema) for one in sent})

    def _field(self, node: Node) -> Any:
        return {key: value for key, value in node.raw.items() if key not in _NOT_OF_SCHEMA}

    def _media(self, schema: Schema, types: list[str]) -> dict[str, Media]:
        return {key: Media(schema) for key in types} or {"*/*": Media(schema, said=False)}

    def _types(self, operation: Node, key: str) -> list[str]:
        listed = operation.raw.get(key, self.api.root.get(key))
        return [media_key(one) for one in listed if isinstance(one, str)] if isinstance(listed, list) else []

    def content(self, node: Node) -> dict[str, Media]:
        """Bodies by media type."""
        content = node.raw.get("content")
        found: dict[str, Media] = {}
        for name, raw in content.items() if isinstance(content, dict) else ():
            if isinstance(raw, dict):
                schema = raw.get("schema", raw.get("itemSchema"))
                found.setdefault(media_key(name), Media(schema_of(node.file, schema), raw.get("encoding")))
        return found

    def answers(self, operation: Node) -> dict[str, Answer]:
        """Answers by status: "200", "2XX", "default"."""
        return {
            ("default" if status.lower() == "default" else status.upper()): self.answer(operation, node)
            for status, node in self.api.children(operation, "responses")
        }

    def answer(self, operation: Node, node: Node) -> Answer:
        """One answer with its headers, by their names in lower case."""
        if self.api.second:
            schema = schema_of(node.file, node.raw["schema"]) if isinstance(node.raw.get("schema"), dict) else None
            content = {} if schema is None else self._media(schema, self._types(operation, "produces"))
        else:
            content = self.content(node)
        headers = {
            name.lower(): self.parameter(header, name, "header")
            for name, header in self.api.children(node, "headers", extended=False)
            if name.lower() != "content-type"
        }
        return Answer(content, headers)


def anything() -> Media:
    """A body of which nothing is said."""
    return Media(ANYTHING)
