"""Pure. A GraphQL schema as values: what its SDL defines, with every extension taken into what it extends."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from graphql import (
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    FieldDefinitionNode,
    GraphQLError,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ListTypeNode,
    ListValueNode,
    NamedTypeNode,
    Node,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ObjectValueNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    StringValueNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    ValueNode,
    parse,
    print_ast,
)

from syncd.contracts.revision import Revision

BYTES = 8 << 20
"""The longest file that is read."""

TOKENS = 1_500_000
"""How many words a file may have."""

SCALARS = frozenset(("Int", "Float", "String", "Boolean", "ID"))
SPECIFIED = frozenset(("skip", "include", "deprecated", "specifiedBy", "oneOf"))
"""Directives that every schema has, defined or not."""

OPERATIONS = ("query", "mutation", "subscription")
TypeKind = Literal["scalar", "object", "interface", "union", "enum", "input"]

_KINDS: Mapping[type[Node], TypeKind] = {
    ScalarTypeDefinitionNode: "scalar",
    ScalarTypeExtensionNode: "scalar",
    ObjectTypeDefinitionNode: "object",
    ObjectTypeExtensionNode: "object",
    InterfaceTypeDefinitionNode: "interface",
    InterfaceTypeExtensionNode: "interface",
    UnionTypeDefinitionNode: "union",
    UnionTypeExtensionNode: "union",
    EnumTypeDefinitionNode: "enum",
    EnumTypeExtensionNode: "enum",
    InputObjectTypeDefinitionNode: "input",
    InputObjectTypeExtensionNode: "input",
}


class Unreadable(Exception):
    """A file that is no GraphQL schema, or one beyond the limits. The text says why, and where."""


@dataclass(frozen=True, slots=True)
class Input:
    """An argument or a field of an input type. `type`: as in SDL; `default`: as text, None without one."""

    name: str
    type: str
    default: str | None
    deprecated: bool = False

    @property
    def required(self) -> bool:
        """Whether it cannot be left out."""
        return self.type.endswith("!") and self.default is None


@dataclass(frozen=True, slots=True)
class Output:
    """A field of an object or interface."""

    name: str
    type: str
    inputs: Mapping[str, Input]
    deprecated: bool = False


@dataclass(slots=True)
class Type:
    """A named type. `members`: the types of a union, or the interfaces that it implements; `values`: those of an enum, each with whether
    it is deprecated; `spec`: where a scalar is specified."""

    name: str
    kind: TypeKind
    outputs: dict[str, Output] = field(default_factory=dict)
    inputs: dict[str, Input] = field(default_factory=dict)
    members: set[str] = field(default_factory=set)
    values: dict[str, bool] = field(default_factory=dict)
    one_of: bool = False
    spec: str | None = None


@dataclass(frozen=True, slots=True)
class Directive:
    """What may be written behind an `@`, and where."""

    name: str
    inputs: Mapping[str, Input]
    repeatable: bool
    locations: frozenset[str]


@dataclass(slots=True)
class Schema:
    """All of it. `roots`: the type of each operation; `twice`: what is defined more than once."""

    types: dict[str, Type] = field(default_factory=dict)
    directives: dict[str, Directive] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)


def load(revision: Revision) -> Schema:
    """The schema of a revision's main file. What it extends and does not define is taken to be defined elsewhere, in both revisions alike.
    Raises `Unreadable`, also where it defines nothing at all."""
    nodes = document(revision.main, revision.content).definitions
    schema = Schema()
    defined = [node for node in nodes if isinstance(node, TypeDefinitionNode | DirectiveDefinitionNode | SchemaDefinitionNode)]
    extended = [node for node in nodes if isinstance(node, TypeExtensionNode | SchemaExtensionNode)]
    if not defined and not extended:
        raise Unreadable(f"{revision.main} defines no type")
    if not defined:
        raise Unreadable(f"{revision.main} only extends types that it does not define")
    for node in defined:
        _define(schema, node)
    for more in extended:
        _extend(schema, more)
    for operation in OPERATIONS:
        if not any(isinstance(node, SchemaDefinitionNode) for node in defined) and operation.title() in schema.types:
            schema.roots.setdefault(operation, operation.title())
    return schema


def named(written: str) -> str:
    """The name in a type as SDL writes it: "User" of "[User!]!"."""
    return written.strip("[]!")


def document(path: str, content: bytes) -> DocumentNode:
    """A file as it is written. Raises `Unreadable`."""
    if len(content) > BYTES:
        raise Unreadable(f"{path} has more than {BYTES >> 20} MB")
    try:
        return parse(content.decode("utf-8-sig"), no_location=True, max_tokens=TOKENS)
    except UnicodeDecodeError:
        raise Unreadable(f"{path} is no text in UTF-8") from None
    except RecursionError:
        raise Unreadable(f"{path} is nested too deeply") from None
    except GraphQLError as error:
        where = f", line {error.locations[0].line}" if error.locations else ""
        raise Unreadable(f"{path}{where}: {' '.join(error.message.split())[:200]}") from None


def _define(schema: Schema, node: TypeDefinitionNode | DirectiveDefinitionNode | SchemaDefinitionNode) -> None:
    if isinstance(node, SchemaDefinitionNode):
        _roots(schema, node)
    elif isinstance(node, DirectiveDefinitionNode):
        name = node.name.value
        if name in schema.directives:
            schema.twice.append(f"@{name}")
        inputs = _inputs(node.arguments)
        locations = frozenset(location.value for location in node.locations)
        schema.directives[name] = Directive(name, inputs, node.repeatable, locations)
    else:
        name = node.name.value
        if name in schema.types:
            schema.twice.append(name)
        schema.types[name] = Type(name, _KINDS[type(node)])
        _fill(schema, schema.types[name], node)


def _extend(schema: Schema, node: TypeExtensionNode | SchemaExtensionNode) -> None:
    if isinstance(node, SchemaExtensionNode):
        _roots(schema, node)
        return
    name, kind = node.name.value, _KINDS[type(node)]
    known = schema.types.setdefault(name, Type(name, kind))
    if known.kind == kind:
        _fill(schema, known, node)
    else:
        schema.twice.append(name)


def _roots(schema: Schema, node: SchemaDefinitionNode | SchemaExtensionNode) -> None:
    for one in node.operation_types or ():
        schema.roots[one.operation.value] = one.type.name.value


def _fill(schema: Schema, known: Type, node: TypeDefinitionNode | TypeExtensionNode) -> None:
    """Take what a definition or an extension says into its type."""
    if isinstance(node, InputObjectTypeDefinitionNode | InputObjectTypeExtensionNode):
        inputs = _inputs(node.fields)
        _twice(schema, known, len(node.fields or ()), len(inputs), inputs.keys() & known.inputs.keys())
        known.inputs |= inputs
        known.one_of = known.one_of or _directive(node.directives, "oneOf") is not None
    elif isinstance(node, EnumTypeDefinitionNode | EnumTypeExtensionNode):
        known.values |= {one.name.value: _deprecated(one.directives) for one in node.values or ()}
    elif isinstance(node, UnionTypeDefinitionNode | UnionTypeExtensionNode):
        known.members |= {one.name.value for one in node.types or ()}
    elif isinstance(
        node,
        ObjectTypeDefinitionNode | ObjectTypeExtensionNode | InterfaceTypeDefinitionNode | InterfaceTypeExtensionNode,
    ):
        outputs = {one.name.value: _output(one) for one in node.fields or ()}
        _twice(schema, known, len(node.fields or ()), len(outputs), outputs.keys() & known.outputs.keys())
        known.outputs |= outputs
        known.members |= {one.name.value for one in node.interfaces or ()}
    else:
        by = _directive(node.directives, "specifiedBy")
        known.spec = next((_value(one.value) for one in by.arguments or ()), None) if by else known.spec


def _twice(schema: Schema, known: Type, written: int, made: int, again: Iterable[str]) -> None:
    if written != made or any(again):
        schema.twice.append(known.name)


def _output(node: FieldDefinitionNode) -> Output:
    return Output(node.name.value, _type(node.type), _inputs(node.arguments), _deprecated(node.directives))


def _inputs(nodes: Iterable[InputValueDefinitionNode] | None) -> dict[str, Input]:
    return {
        one.name.value: Input(
            one.name.value,
            _type(one.type),
            None if one.default_value is None else _value(one.default_value),
            _deprecated(one.directives),
        )
        for one in nodes or ()
    }


def _directive(nodes: Iterable[ConstDirectiveNode] | None, name: str) -> ConstDirectiveNode | None:
    return next((one for one in nodes or () if one.name.value == name), None)


def _deprecated(nodes: Iterable[ConstDirectiveNode] | None) -> bool:
    return _directive(nodes, "deprecated") is not None


def _value(node: ValueNode) -> str:
    """A value as text that neither layout nor the order of fields changes."""
    if isinstance(node, ObjectValueNode):
        return "{" + ", ".join(sorted(f"{one.name.value}: {_value(one.value)}" for one in node.fields)) + "}"
    if isinstance(node, ListValueNode):
        return "[" + ", ".join(_value(one) for one in node.values) + "]"
    return f'"{node.value}"' if isinstance(node, StringValueNode) else print_ast(node)


def _type(node: TypeNode) -> str:
    """A type as SDL writes it."""
    if isinstance(node, NonNullTypeNode):
        return f"{_type(node.type)}!"
    if isinstance(node, ListTypeNode):
        return f"[{_type(node.type)}]"
    return node.name.value if isinstance(node, NamedTypeNode) else ""
