"""Pure. What of a GraphQL schema is deprecated, with the reason that is given."""

from collections.abc import Iterable, Iterator

from graphql.language import (
    ConstDirectiveNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    FieldDefinitionNode,
    InputValueDefinitionNode,
    SchemaDefinitionNode,
    StringValueNode,
)

from syncd.contracts.graphql_tree import OPERATIONS, Unreadable, document
from syncd.contracts.revision import Revision
from syncd.model.collecting import uncollected

Deprecated = tuple[str, str, str]
"""The operation, where it begins one, the place ("User.name"), and the reason."""


def deprecated(revision: Revision) -> Iterator[Deprecated]:
    """All of the main file; none where it cannot be read."""
    try:
        with uncollected():
            definitions = document(revision.main, revision.content).definitions
    except Unreadable:
        return
    roots = {operation.title() for operation in OPERATIONS}
    for node in definitions:
        if isinstance(node, SchemaDefinitionNode):
            roots = {one.type.name.value for one in node.operation_types}
    for node in definitions:
        name = getattr(getattr(node, "name", None), "value", "")
        if isinstance(node, EnumTypeDefinitionNode | EnumTypeExtensionNode):
            for value in node.values or ():
                yield from _said(value.directives, "", f"{name}.{value.name.value}")
            continue
        for field in getattr(node, "fields", None) or ():
            place = f"{name}.{field.name.value}"
            operation = place if name in roots else ""
            yield from _said(field.directives, operation, place)
            if isinstance(field, FieldDefinitionNode):
                yield from _arguments(field.arguments, operation, place)


def _arguments(nodes: Iterable[InputValueDefinitionNode] | None, operation: str, place: str) -> Iterator[Deprecated]:
    for one in nodes or ():
        yield from _said(one.directives, operation, f"{place}.{one.name.value}")


def _said(nodes: Iterable[ConstDirectiveNode] | None, operation: str, place: str) -> Iterator[Deprecated]:
    for one in nodes or ():
        if one.name.value == "deprecated":
            reasons = (given.value for given in one.arguments or () if given.name.value == "reason")
            yield operation, place, next((text.value for text in reasons if isinstance(text, StringValueNode)), "")
