"""Pure. An OpenAPI document of any version as one form: operations with parameters, bodies, answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncd.contracts.dialect import OPENAPI_2, OPENAPI_30, OPENAPI_31, Dialect
from syncd.contracts.document import Document, Node, shown
from syncd.contracts.refused import Refused
from syncd.contracts.shape import Schema

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_SECOND = ("definitions", "host", "basePath", "consumes", "produces", "securityDefinitions", "schemes")


@dataclass(slots=True, eq=False)
class Media:
    """What stands in a body under one media type. `said`: 2.0 may leave open which one it is."""

    schema: Schema
    encoding: Any = None
    said: bool = True


@dataclass(slots=True, eq=False)
class Parameter:
    """A parameter, or a header of an answer. `style`, `explode`: as written or as the place has it by default."""

    name: str
    place: str
    required: bool
    schema: Schema
    text: bool = True
    style: str = ""
    explode: bool = False
    reserved: bool = False
    empty: bool = False
    deprecated: bool = False
    sunset: str | None = None


@dataclass(slots=True, eq=False)
class Body:
    """A request's body by media type."""

    required: bool
    content: dict[str, Media]


@dataclass(slots=True, eq=False)
class Answer:
    """What comes under one status."""

    content: dict[str, Media]
    headers: dict[str, Parameter]


@dataclass(slots=True, eq=False)
class Place:
    """A path item: its template and where it stands."""

    template: str
    node: Node
    operations: dict[str, Node] = field(default_factory=dict)


class Api:
    """One document. `problems`: what could not be read, and why."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.file = document.revision.main
        root = document.main
        if not isinstance(root, dict):
            raise Refused(f"it is no OpenAPI document but a {type(root).__name__}")
        self.root: Mapping[str, Any] = root
        self.problems: list[str] = []
        self.dialect = self._dialect()

    @property
    def second(self) -> bool:
        """Whether it is in the form of Swagger 2.0."""
        return self.dialect is OPENAPI_2

    def _dialect(self) -> Dialect:
        said = str(self.root.get("openapi", self.root.get("swagger", "")))
        major = said.split(".")[0]
        if major not in ("2", "3"):
            raise Refused(f"it says that it is OpenAPI {shown(said) or 'of no version'}, which is not known")
        third = "components" in self.root
        second = not third and any(key in self.root for key in _SECOND)
        if major == "3" and second:
            self.problems.append(f"it says OpenAPI {shown(said)} but is written as Swagger 2.0: it is read as 2.0")
            return OPENAPI_2
        if major == "2" and third and not any(key in self.root for key in _SECOND):
            self.problems.append(f"it says Swagger {shown(said)} but is written as OpenAPI 3: it is read as 3.0")
            return OPENAPI_30
        return OPENAPI_2 if major == "2" else OPENAPI_30 if said.startswith("3.0") else OPENAPI_31

    def resolved(self, node: Node) -> Node | None:
        """The node, or what its reference leads to; None where it is no mapping, or leads nowhere (then that is a problem)."""
        return self.document.resolved(node, self.problems)

    def children(self, node: Node, key: str, extended: bool = True) -> Iterator[tuple[str, Node]]:
        """The entries of a mapping below a node, references followed. `extended`: a name that begins with x- is an extension."""
        return self.document.children(node, key, self.problems, extended)

    def places(self, key: str) -> dict[str, Place]:
        """Path items by template: of `paths`, or of `webhooks`."""
        return {name: self.place(name, node) for name, node in self.children(Node(self.file, self.root), key)}

    def place(self, template: str, node: Node) -> Place:
        """A path item with its operations by method."""
        place = Place(template, node)
        for method in METHODS:
            if isinstance(raw := node.raw.get(method), dict):
                place.operations[method.upper()] = Node(node.file, raw)
        extra = node.raw.get("additionalOperations")
        for method, raw in extra.items() if isinstance(extra, dict) else ():
            if isinstance(raw, dict):
                place.operations[method.upper()] = Node(node.file, raw)
        return place

    def components(self) -> dict[str, Node]:
        """Named schemas."""
        holder = self.root if self.second else self.root.get("components")
        schemas = holder.get("definitions" if self.second else "schemas") if isinstance(holder, dict) else None
        return {name: Node(self.file, raw) for name, raw in schemas.items()} if isinstance(schemas, dict) else {}

    def schemes(self) -> Mapping[str, Mapping[str, Any]]:
        """Security schemes by name, references followed."""
        holder = self.root if self.second else self.root.get("components")
        if not isinstance(holder, dict):
            return {}
        key = "securityDefinitions" if self.second else "securitySchemes"
        return {name: node.raw for name, node in self.children(Node(self.file, holder), key)}

    def servers(self, *holders: Mapping[str, Any]) -> list[str] | None:
        """The addresses that the innermost holder names; None where none does."""
        if self.second:
            return self._hosts()
        for holder in holders:
            if isinstance(listed := holder.get("servers"), list) and listed:
                return [_address(one) for one in listed if isinstance(one, dict)]
        return None

    def _hosts(self) -> list[str] | None:
        host, base = (self.root.get(key) for key in ("host", "basePath"))
        if not isinstance(host, str) and not isinstance(base, str):
            return None
        schemes = self.root.get("schemes")
        path = f"{host or ''}{base or ''}".rstrip("/")
        listed = [f"{scheme}://{path}" for scheme in schemes] if isinstance(schemes, list) and host else []
        return listed or [f"//{path}" if host else path]


def _address(server: Mapping[str, Any]) -> str:
    url = str(server.get("url", "/"))
    variables = server.get("variables")
    for name, variable in variables.items() if isinstance(variables, dict) else ():
        if isinstance(variable, dict):
            url = url.replace("{" + name + "}", str(variable.get("default", "{" + name + "}")))
    return url.rstrip("/") or "/"


def sunset_of(raw: Mapping[str, Any]) -> str | None:
    """The date on which something ends, where it is said."""
    for key in ("x-sunset", "x-sunset-date", "sunset", "x-sunset-at"):
        if isinstance(found := raw.get(key), str):
            return found
    return None


def is_deprecated(raw: Mapping[str, Any]) -> bool:
    """Whether something is marked as deprecated."""
    return raw.get("deprecated") is True or raw.get("x-deprecated") is True
