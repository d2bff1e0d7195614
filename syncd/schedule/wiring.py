"""Pure. From the model to a network: which work is a node, and what waits for what.

- Every open item is a node, every open milestone that has open items or links, and every merge request that a link names.
- A milestone's `End` comes with the last of its open items; the milestone itself not before its own due date.
- A link on a milestone binds its items weakly: what the milestone waits for (its `Gate`) all its items wait for that have not started.
- Done and dropped work pushes nothing. Soft links push nothing. A link between a milestone and its own part says nothing that the
  membership does not.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import overload

from syncd.model.record import record
from syncd.model.ref import Ref, identity
from syncd.model.rows import Dependency, Item, MergeRequest, Milestone
from syncd.model.snapshot import Snapshot

Work = Item | Milestone | MergeRequest
CLOSED = frozenset({"done", "dropped", "merged", "closed"})


@record(frozen=True, slots=True)
class Gate:
    """The moment when all that a milestone waits for has ended."""

    milestone: Ref

    def __hash__(self) -> int:
        return hash(self.milestone) + 1


@record(frozen=True, slots=True)
class End:
    """The moment when the last of a milestone's open items has ended."""

    milestone: Ref

    def __hash__(self) -> int:
        return hash(self.milestone) + 2


Node = Ref | Gate | End


@record(frozen=True, slots=True)
class Wire:
    """`later` waits for `earlier`. `link`: the declared dependency; None where it follows from a membership. `lag` in minutes."""

    earlier: int
    later: int
    relation: str
    lag: int = 0
    link: Dependency | None = None


@dataclass(slots=True)
class Wires(Sequence[Wire]):
    """Wires in columns: a large network has hundreds of thousands, and few are ever looked at one by one."""

    earlier: list[int] = field(default_factory=list)
    later: list[int] = field(default_factory=list)
    relations: list[str] = field(default_factory=list)
    lags: list[int] = field(default_factory=list)
    links: list[Dependency | None] = field(default_factory=list)

    def add(self, earlier: int, later: int, relation: str, lag: int, link: Dependency | None) -> None:
        """One more."""
        self.earlier.append(earlier)
        self.later.append(later)
        self.relations.append(relation)
        self.lags.append(lag)
        self.links.append(link)

    def __len__(self) -> int:
        return len(self.later)

    @overload
    def __getitem__(self, place: int) -> Wire: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Wire]: ...

    def __getitem__(self, place: int | slice) -> Wire | Sequence[Wire]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        return Wire(self.earlier[place], self.later[place], self.relations[place], self.lags[place], self.links[place])


@dataclass(slots=True)
class Wiring:
    """Nodes in a fixed order, and the wires between them."""

    nodes: list[Node] = field(default_factory=list)
    number: dict[Node, int] = field(default_factory=dict)
    wires: Wires = field(default_factory=Wires)

    def at(self, node: Node) -> int:
        """The number of a node, which is one from now on."""
        found = self.number.get(node)
        if found is None:
            found = self.number[node] = len(self.nodes)
            self.nodes.append(node)
        return found

    def add(self, earlier: Node, later: Node, relation: str = "FS", lag: int = 0, link: Dependency | None = None) -> None:
        """`later` waits for `earlier`."""
        self.wires.add(self.at(earlier), self.at(later), relation, lag, link)


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
    if whole not in snapshot.milestones:
        return False
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


def binding(snapshot: Snapshot) -> tuple[tuple[Dependency, Ref, Ref], ...]:
    """Hard and external links between open work, with predecessor and successor; none between a milestone and its own part."""
    return snapshot.once(_binding)


@dataclass(frozen=True, slots=True)
class Opened:
    """All open work, numbered by its place in `works`. `links`: those with open work at an end, and the numbers of predecessor and
    successor; -1 of one that is not open."""

    works: tuple[Work, ...]
    links: tuple[tuple[Dependency, int, int], ...]


def opened_of(snapshot: Snapshot) -> Opened:
    """Ask for it as `snapshot.once(opened_of)`: to look up both ends of every link takes its time."""
    kinds: tuple[Mapping[Ref, Work], ...] = (snapshot.items, snapshot.merge_requests, snapshot.milestones)
    works = [(ref, work) for kind in kinds for ref, work in kind.items() if work.status not in CLOSED]
    number = {ref: place for place, (ref, _) in enumerate(works)}
    links: list[tuple[Dependency, int, int]] = []
    for link in snapshot.dependencies:
        if ends := ends_of(link):
            earlier, later = number.get(ends[0], -1), number.get(ends[1], -1)
            if earlier >= 0 or later >= 0:
                links.append((link, earlier, later))
    return Opened(tuple([work for _, work in works]), tuple(links))


@record(frozen=True, slots=True)
class Members:
    """The items of a milestone, and the open ones of them, in the order of the snapshot."""

    items: tuple[Item, ...] = ()
    opened: tuple[Item, ...] = ()


NO_MEMBERS = Members()


def members_of(snapshot: Snapshot) -> Mapping[Ref, Members]:
    """The items of every milestone that has any. Ask for it as `snapshot.once(members_of)`."""
    found: dict[Ref, Members] = {}
    known = snapshot.items.get
    for ref, members in snapshot.members.items():
        items = tuple([item for one in members if (item := known(one))])
        found[ref] = Members(items, tuple([item for item in items if item.status not in CLOSED]))
    return found


def of_each_other(snapshot: Snapshot, one: Work, other: Work) -> bool:
    """Whether one of them is a part of the other."""
    return (isinstance(one, Milestone) and contains(snapshot, one.ref, other.ref)) or (
        isinstance(other, Milestone) and contains(snapshot, other.ref, one.ref)
    )


def _binding(snapshot: Snapshot) -> tuple[tuple[Dependency, Ref, Ref], ...]:
    open_, found = snapshot.once(opened_of), []
    for link, earlier, later in open_.links:
        if link.strength == "soft" or earlier < 0 or later < 0 or earlier == later:
            continue
        one, other = open_.works[earlier], open_.works[later]
        if (isinstance(one, Item) and isinstance(other, Item)) or not of_each_other(snapshot, one, other):
            found.append((link, one.ref, other.ref))
    return tuple(found)


def wiring_of(snapshot: Snapshot) -> Wiring:
    """The network of all open work. The same whatever the order of the rows. Use it as `snapshot.once(wiring_of)`."""
    wiring = Wiring()
    for ref in sorted((ref for ref, item in snapshot.items.items() if is_open(item)), key=identity):
        wiring.at(ref)
    declared = sorted(binding(snapshot), key=lambda one: (identity(one[1]), identity(one[2]), one[0].relation, one[0].lag))
    waits: dict[Ref, set[Ref]] = {}
    for link, earlier, later in declared:
        if later in snapshot.milestones:
            waits.setdefault(later, set()).add(earlier)
            wiring.add(earlier, Gate(later), link.relation, _minutes(link.lag), link)
        else:
            wiring.add(earlier, later, link.relation, _minutes(link.lag), link)
    for ref in sorted((ref for ref, milestone in snapshot.milestones.items() if is_open(milestone)), key=identity):
        _span(snapshot, ref, waits, wiring)
    return wiring


def _span(snapshot: Snapshot, milestone: Ref, waits: dict[Ref, set[Ref]], wiring: Wiring) -> None:
    """Tie a milestone to its items: it ends with them, and what it waits for they wait for, unless they are part of that."""
    waits_for = waits.get(milestone, set())
    parts = snapshot.once(members_of).get(milestone, NO_MEMBERS).opened
    if not parts and not waits_for and milestone not in wiring.number:
        return
    gate, end = Gate(milestone), End(milestone)
    wiring.add(end, milestone, "FF")
    shared = {ref for earlier in waits_for for ref in snapshot.members.get(earlier, ())} if waits_for else set()
    if waits_for:
        wiring.add(gate, end, "FF")
    last = wiring.at(end)
    for item in parts:
        wiring.wires.add(wiring.at(item.ref), last, "FF", 0, None)
        if waits_for and item.status != "doing" and item.ref not in shared and item.ref not in waits_for:
            wiring.add(gate, item.ref)


def _minutes(lag: float) -> int:
    """A lag in whole minutes; what is no number is none, and none is longer than ten years."""
    return round(max(-1_248_000.0, min(1_248_000.0, lag))) if lag == lag else 0
