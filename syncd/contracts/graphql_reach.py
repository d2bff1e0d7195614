"""Pure. Which operations of a GraphQL schema a type belongs to, and whether it is given or returned."""

from collections.abc import Iterator, Mapping

from syncd.contracts.change import Direction
from syncd.contracts.graphql_tree import Output, Schema, named
from syncd.contracts.reach import MANY, Reached, reached


def reach_of(schema: Schema) -> dict[str, Reached]:
    """Which root fields reach a type: what is returned, and what is given to anything that is returned."""
    outs: dict[str, set[str]] = {}
    for name, one in schema.types.items():
        outs.setdefault(name, set()).update(named(field.type) for field in one.outputs.values())
        outs[name] |= one.members if one.kind == "union" else set()
        for above in one.members if one.kind != "union" else ():
            outs.setdefault(above, set()).add(name)
    begins = [(named(one.type), f"{root}.{one.name}", one) for root, one in _root_fields(schema)]
    out = reached(outs, ((target, operation, "response") for target, operation, _ in begins))
    given: list[tuple[str, str, Direction]] = []
    for _, operation, root in begins:
        given += [(named(each.type), operation, "request") for each in root.inputs.values()]
    for name, by in out.items():
        for output in schema.types[name].outputs.values() if name in schema.types else ():
            given += [(named(each.type), by.operation or MANY, "request") for each in output.inputs.values()]
    ins = {name: {named(each.type) for each in one.inputs.values()} for name, one in schema.types.items()}
    return _together(out, reached(ins, given))


def _root_fields(schema: Schema) -> Iterator[tuple[str, Output]]:
    for root in schema.roots.values():
        for one in schema.types[root].outputs.values() if root in schema.types else ():
            yield root, one


def _together(out: Mapping[str, Reached], ins: Mapping[str, Reached]) -> dict[str, Reached]:
    """Both ways of being reached; an enum may be returned and given."""
    found = {**out, **ins}
    for name in out.keys() & ins.keys():
        same = out[name].operation == ins[name].operation
        found[name] = Reached("both", out[name].operation if same else "")
    return found
