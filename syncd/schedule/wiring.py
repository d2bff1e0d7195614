"""Pure. From the model to a network: which work is a node, and what waits for what.

- Every open item is a node, every open milestone that has open items or links, and every merge request that a link names.
- A milestone's `End` comes with the last of its open items; the milestone itself not before its own due date.
- A link on a milestone binds its items weakly: what the milestone waits for (its `Gate`) all its items wait for that have not started.
- Done and dropped work pushes nothing. Soft links push nothing. A link between a milestone and its own part says nothing that the
  membership does not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from syncd.model.ref import Ref
from syncd.model.rows import Dependency, Item, MergeRequest, Milestone
from syncd.model.snapshot import Snapshot

Work = Item | Milestone | MergeRequest
CLOSED = frozenset({"done", "dropped", "merged", "closed"})


@dataclass(frozen=True, slots=True)
class Gate:
    """The moment when all that a milestone waits for has ended."""

    milestone: Ref


@dataclass(frozen=True, slots=True)
class End:
    """The moment when the last of a milestone's open items has ended."""

    milestone: Ref


Node = Ref | Gate | End


@dataclass(frozen=True, slots=True)
class Wire:
    """`later` waits for `earlier`. `link`: the declared dependency; None where it follows from a membership. `lag` in minutes."""

    earlier: int
    later: int
    relation: str
    lag: int = 0
    link: Dependency | None = None


@dataclass(slots=True)
class Wiring:
    """Nodes in a fixed order, and the wires between them."""

    nodes: list[Node] = field(default_factory=list)
    number: dict[Node, int] = field(default_factory=dict)
    wires: list[Wire] = field(default_factory=list)

    def at(self, node: Node) -> int:
        """The number of a node, which is one from now on."""
        found = self.number.get(node)
        if found is None:
            found = self.number[node] = len(self.nodes)
            self.nodes.append(node)
        return found

    def add(self, earlier: Node, later: Node, relation: str = "FS", lag: int = 0, link: Dependency | None = None) -> None:
        """`later` waits for `earlier`."""
        self.wires.append(Wire(self.at(earlier), self.at(later), relation, lag, link))


def is_open(work: Work | None) -> bool:
    """Whether there is work left: todo, doing, unknown; an open merge request."""
    return work is not None and work.status not in CLOSED


def due_of(work: Work) -> date | None:
    """The date that people set for its end."""
    return None if isinstance(work, MergeRequest) else work.due


def ends_of(link: Dependency) -> tuple[Ref, Ref] | None:
    """Predecessor and successor, where both are resolved."""
    if isinstance(link.predecessor, Ref) and isinstance(link.successor, Ref):
        return link.predecessor, link.successor
    return None


def contains(snapshot: Snapshot, whole: Ref, part: Ref) -> bool:
    """Whether `part` is an item of the milestone `whole`, or a milestone under it."""
    return part in snapshot.once(_parts_of).get(whole, ()) or whole in _above(snapshot, part)


def _parts_of(snapshot: Snapshot) -> dict[Ref, frozenset[Ref]]:
    return {ref: frozenset(members) for ref, members in snapshot.members.items()}


def _above(snapshot: Snapshot, ref: Ref) -> Iterator[Ref]:
    seen = {ref}
    while (milestone := snapshot.milestones.get(ref)) and isinstance(milestone.parent, Ref):
        ref = snapshot.anchor(milestone.parent)
        if ref in seen:
            return
        seen.add(ref)
        yield ref


def binding(snapshot: Snapshot) -> Iterator[tuple[Dependency, Ref, Ref]]:
    """Hard and external links between open work, with predecessor and successor; none between a milestone and its own part."""
    for link in snapshot.dependencies:
        ends = ends_of(link)
        if link.strength == "soft" or ends is None or ends[0] == ends[1]:
            continue
        if not (is_open(snapshot.get(ends[0])) and is_open(snapshot.get(ends[1]))):
            continue
        if not (contains(snapshot, *ends) or contains(snapshot, ends[1], ends[0])):
            yield link, *ends


def wiring_of(snapshot: Snapshot) -> Wiring:
    """The network of all open work. The same whatever the order of the rows. Use it as `snapshot.once(wiring_of)`."""
    wiring = Wiring()
    for ref in sorted(ref for ref, item in snapshot.items.items() if is_open(item)):
        wiring.at(ref)
    declared = sorted(binding(snapshot), key=lambda link: (*link[1:], link[0].relation, link[0].lag))
    waits: dict[Ref, set[Ref]] = {}
    for link, earlier, later in declared:
        if later in snapshot.milestones:
            waits.setdefault(later, set()).add(earlier)
            wiring.add(earlier, Gate(later), link.relation, _minutes(link.lag), link)
        else:
            wiring.add(earlier, later, link.relation, _minutes(link.lag), link)
    for ref in sorted(ref for ref, milestone in snapshot.milestones.items() if is_open(milestone)):
        _span(snapshot, ref, waits, wiring)
    return wiring


def _span(snapshot: Snapshot, milestone: Ref, waits: dict[Ref, set[Ref]], wiring: Wiring) -> None:
    """Tie a milestone to its items: it ends with them, and what it waits for they wait for, unless they are part of that."""
    waits_for = waits.get(milestone, set())
    parts = [ref for ref in snapshot.members.get(milestone, ()) if is_open(snapshot.items.get(ref))]
    if not parts and not waits_for and milestone not in wiring.number:
        return
    gate, end = Gate(milestone), End(milestone)
    wiring.add(end, milestone, "FF")
    shared = {ref for earlier in waits_for for ref in snapshot.members.get(earlier, ())} if waits_for else set()
    if waits_for:
        wiring.add(gate, end, "FF")
    for ref in parts:
        wiring.add(ref, end, "FF")
        if waits_for and snapshot.items[ref].status != "doing" and ref not in shared and ref not in waits_for:
            wiring.add(gate, ref)


def _minutes(lag: float) -> int:
    """A lag in whole minutes; what is no number is none, and none is longer than ten years."""
    return round(max(-1_248_000.0, min(1_248_000.0, lag))) if lag == lag else 0
