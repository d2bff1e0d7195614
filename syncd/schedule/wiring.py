"""Pure. From the model to a network: which work is a node, and what waits for what.

- Every open item is a node, every open milestone that has open items or links, and every merge request that a link names.
- A milestone's `End` comes with the last of its open items; the milestone itself not before its own due date.
- A link on a milestone binds its items weakly: what the milestone waits for (its `Gate`) all its items wait for that have not started.
- Done and dropped work pushes nothing. Soft links push nothing. A link between a milestone and its own part says nothing that the
  membership does not.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import overload

import numpy as np
import numpy.typing as npt

from syncd.model.record import record
from syncd.model.ref import Ref, identity
from syncd.model.rows import Dependency, Item, MergeRequest, Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.ordered import ordered_items, ordered_milestones

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
    """`later` waits for `earlier`. `link`: the declared dependency; None where it follows from a membership. `lag` in minutes, of
    working time or `elapsed`."""

    earlier: int
    later: int
    relation: str
    lag: int = 0
    link: Dependency | None = None
    elapsed: bool = False


@dataclass(slots=True)
class Wires(Sequence[Wire]):
    """Wires in columns: a large network has hundreds of thousands, and few are ever looked at one by one. `elapsed`: the places of those,
    mostly none, whose lag is elapsed time."""

    earlier: list[int] = field(default_factory=list)
    later: list[int] = field(default_factory=list)
    relations: list[str] = field(default_factory=list)
    lags: list[int] = field(default_factory=list)
    links: list[Dependency | None] = field(default_factory=list)
    elapsed: set[int] = field(default_factory=set)

    def add(self, earlier: int, later: int, relation: str, lag: int, link: Dependency | None) -> None:
        """One more."""
        self.earlier.append(earlier)
        self.later.append(later)
        self.relations.append(relation)
        self.lags.append(lag)
        self.links.append(link)

    def tie(self, earlier: Sequence[int], later: int) -> None:
        """`later` ends no earlier than any of these."""
        many = len(earlier)
        self.earlier += earlier
        self.later += [later] * many
        self.relations += ["FF"] * many
        self.lags += [0] * many
        self.links += [None] * many

    @property
    def kinds(self) -> npt.NDArray[np.bool_] | None:
        """By wire whether its lag is elapsed time; None where none is."""
        if not self.elapsed:
            return None
        found = np.zeros(len(self), np.bool_)
        found[list(self.elapsed)] = True
        return found

    def __len__(self) -> int:
        return len(self.later)

    @overload
    def __getitem__(self, place: int) -> Wire: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Wire]: ...

    def __getitem__(self, place: int | slice) -> Wire | Sequence[Wire]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        ends, lag = (self.earlier[place], self.later[place]), self.lags[place]
        return Wire(*ends, self.relations[place], lag, self.links[place], place in self.elapsed)


@dataclass(slots=True)
class Wiring:
    """Nodes in a fixed order, and the wires between them."""

    nodes: list[Node] = field(default_factory=list)
    number: dict[Node, int] = field(default_factory=dict)
    wires: Wires = field(default_factory=Wires)

    @classmethod
    def of(cls, nodes: Iterable[Node]) -> "Wiring":
        """These nodes, and no wires yet."""
        made = list(nodes)
        return cls(made, {node: number for number, node in enumerate(made)})

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


@dataclass(frozen=True, slots=True)
class Opened:
    """All open work, numbered by its place in `works`: the `items` first, in the order of their refs, as they are nodes of the network.

    `links`: those with open work at an end; `earlier`, `later`: the numbers of their predecessors and successors, -1 of one that is
    not open."""

    items: tuple[Item, ...]
    works: tuple[Work, ...]
    links: list[Dependency]
    earlier: list[int]
    later: list[int]


def opened_of(snapshot: Snapshot) -> Opened:
    """Ask for it as `snapshot.once(opened_of)`: to look up both ends of every link takes its time."""
    items = tuple([item for item in snapshot.once(ordered_items) if item.status not in CLOSED])
    others: tuple[Mapping[Ref, MergeRequest] | Mapping[Ref, Milestone], ...] = (snapshot.merge_requests, snapshot.milestones)
    works = (*items, *(work for kind in others for work in kind.values() if work.status not in CLOSED))
    number: dict[object, int] = {work.ref: place for place, work in enumerate(works)}
    links, earlier, later = [], [], []
    for link in snapshot.dependencies:
        before, after = number.get(link.predecessor, -1), number.get(link.successor, -1)
        if (before >= 0 or after >= 0) and ends_of(link):
            links.append(link)
            earlier.append(before)
            later.append(after)
    return Opened(items, works, links, earlier, later)


@record(frozen=True, slots=True)
class Members:
    """The items of a milestone, and the open ones of them, in the order of the snapshot; and the `numbers` of these."""

    items: tuple[Item, ...] = ()
    opened: tuple[Item, ...] = ()
    numbers: tuple[int, ...] = ()


NO_MEMBERS = Members()


def members_of(snapshot: Snapshot) -> Mapping[Ref, Members]:
    """The items of every milestone that has any. Ask for it as `snapshot.once(members_of)`."""
    found: dict[Ref, Members] = {}
    known = snapshot.items.get
    number = {id(item): place for place, item in enumerate(snapshot.once(opened_of).items)}
    for ref, members in snapshot.members.items():
        items = tuple([item for one in members if (item := known(one))])
        opened = tuple([item for item in items if item.status not in CLOSED])
        found[ref] = Members(items, opened, tuple([number[id(item)] for item in opened]))
    return found


def of_each_other(snapshot: Snapshot, one: Work, other: Work) -> bool:
    """Whether one of them is a part of the other."""
    return (isinstance(one, Milestone) and contains(snapshot, one.ref, other.ref)) or (
        isinstance(other, Milestone) and contains(snapshot, other.ref, one.ref)
    )


def binding(snapshot: Snapshot) -> Opened:
    """Hard and external links between open work; none between a milestone and its own part."""
    return snapshot.once(_binding)


def _binding(snapshot: Snapshot) -> Opened:
    open_ = snapshot.once(opened_of)
    works, many, links, earlier, later = open_.works, len(open_.items), [], [], []
    for link, before, after in zip(open_.links, open_.earlier, open_.later, strict=True):
        if before < 0 or after < 0 or before == after or link.strength == "soft":
            continue
        if (before < many and after < many) or not of_each_other(snapshot, works[before], works[after]):
            links.append(link)
            earlier.append(before)
            later.append(after)
    return Opened(open_.items, works, links, earlier, later)


def wiring_of(snapshot: Snapshot) -> Wiring:
    """The network of all open work. The same whatever the order of the rows. Use it as `snapshot.once(wiring_of)`."""
    bound = binding(snapshot)
    wiring, many = Wiring.of([item.ref for item in bound.items]), len(bound.items)
    waits: dict[Ref, set[Ref]] = {}
    for at in _in_order(bound):
        link, earlier, later = bound.links[at], bound.earlier[at], bound.later[at]
        lag = lag_minutes(link) if link.lag else 0
        if lag and link.lag_in == "elapsed":
            wiring.wires.elapsed.add(len(wiring.wires))
        if earlier < many and later < many:
            wiring.wires.add(earlier, later, link.relation, lag, link)
            continue
        before, after = bound.works[earlier].ref, bound.works[later]
        if isinstance(after, Milestone):
            waits.setdefault(after.ref, set()).add(before)
            wiring.add(before, Gate(after.ref), link.relation, lag, link)
        else:
            wiring.add(before, after.ref, link.relation, lag, link)
    for milestone in snapshot.once(ordered_milestones):
        if is_open(milestone):
            _span(snapshot, milestone.ref, waits.get(milestone.ref, frozenset()), wiring)
    return wiring


def _in_order(bound: Opened) -> list[int]:
    """The places of the links by predecessor, successor, relation and lag, and by the time that this is in."""
    ends = np.array((bound.later, bound.earlier), np.int64)
    if ends.max(initial=0) >= len(bound.items):  # the others stand among the items, by their refs
        keys = [identity(work.ref) for work in bound.works]
        rank = np.empty(len(keys), np.int64)
        rank[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(len(keys))
        ends = rank[ends]
    lags, relations = np.array([link.lag for link in bound.links]), np.array([link.relation for link in bound.links], "U2")
    kinds = ([link.lag_in for link in bound.links],) if lags.any() else ()
    order: list[int] = np.lexsort((*kinds, lags, relations, *ends)).tolist()
    return order


def _span(snapshot: Snapshot, milestone: Ref, waits_for: Collection[Ref], wiring: Wiring) -> None:
    """Tie a milestone to its items: it ends with them, and what it waits for they wait for, unless they are part of that."""
    members = snapshot.once(members_of).get(milestone, NO_MEMBERS)
    if not members.opened and not waits_for and milestone not in wiring.number:
        return
    gate, end = Gate(milestone), End(milestone)
    wiring.add(end, milestone, "FF")
    if not waits_for:
        wiring.wires.tie(members.numbers, wiring.at(end))
        return
    shared = {ref for earlier in waits_for for ref in snapshot.members.get(earlier, ())}
    wiring.add(gate, end, "FF")
    for item in members.opened:
        wiring.add(item.ref, end, "FF")
        if item.status != "doing" and item.ref not in shared and item.ref not in waits_for:
            wiring.add(gate, item.ref)


def lag_minutes(link: Dependency) -> int:
    """A lag in whole minutes; what is no number is none, and none is longer than ten years."""
    lag, most = link.lag, 1_248_000.0 if link.lag_in == "working" else 5_256_000.0
    return round(max(-most, min(most, lag))) if lag == lag else 0
