"""Pure. Which operation a type belongs to, and who writes it: told by what can be reached from where."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from syncd.contracts.change import Direction

MANY = "*"


@dataclass(frozen=True, slots=True)
class Reached:
    """What reaches a type. `operation`: the only one that does, empty where several do, or none."""

    direction: Direction = "both"
    operation: str = ""


UNREACHED = Reached()
_State = tuple[str, bool, bool]


def reached(edges: Mapping[str, Iterable[str]], roots: Iterable[tuple[str, str, Direction]]) -> dict[str, Reached]:
    """What `roots` (node, operation, direction) reach along `edges`. A node changes state at most four times, so that cycles end."""
    states: dict[str, _State] = {}
    todo: list[str] = []

    def add(node: str, operation: str, sent: bool, received: bool) -> None:
        known = states.get(node)
        state = (operation, sent, received) if known is None else _merged(known, (operation, sent, received))
        if state != known:
            states[node] = state
            todo.append(node)

    for node, operation, direction in roots:
        add(node, operation, direction != "response", direction != "request")
    while todo:
        node = todo.pop()
        for target in edges.get(node, ()):
            add(target, *states[node])
    return {node: _told(*state) for node, state in states.items()}


def _merged(one: _State, other: _State) -> _State:
    return (one[0] if one[0] == other[0] else MANY, one[1] or other[1], one[2] or other[2])


def _told(operation: str, sent: bool, received: bool) -> Reached:
    direction: Direction = "both" if sent == received else "request" if sent else "response"
    return Reached(direction, "" if operation == MANY else operation)
