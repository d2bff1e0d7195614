"""Pure. When open work ends at the earliest: dates that people set, pushed later along hard links, never pulled earlier.

- Open work ends by itself on max(due, today); without a due date no earlier than today.
- A hard link pushes its successor to the finish of the predecessor, plus lag, plus the successor's duration: its remaining work,
  else its estimate (480 minutes are one working day; points give none), else the working days from its start to its due, else
  one working day, which is marked assumed. Work that waits for a Tuesday starts on the Wednesday.
- Done and dropped predecessors push nothing. Links inside a cycle push nothing.
- A milestone ends with the last of its open items, and not before its own due date. A link on a milestone binds its children
  weakly: what waits for a milestone waits for that end, and where a milestone waits, its items that are not started wait.
- A link between a milestone and its own part says nothing that the membership does not, and pushes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from syncd.model.ref import Ref
from syncd.model.rows import Dependency, Item, MergeRequest, Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.network import Finish, Link, push
from syncd.schedule.workdays import day_at, index, whole_days, workdays_within

Work = Item | Milestone | MergeRequest

CLOSED = frozenset({"done", "dropped", "merged", "closed"})


@dataclass(frozen=True, slots=True)
class Gate:
    """The moment when all that a milestone waits for has ended."""

    milestone: Ref


Node = Ref | Gate


@dataclass(frozen=True, slots=True)
class End:
    """The early end of open work. `clocked`: it follows from today. `by`: the predecessor that pushed it; None: its own date."""

    day: date
    clocked: bool
    by: Ref | None = None


@dataclass(frozen=True, slots=True)
class Forward:
    """Early ends of all open items, and of the open milestones and merge requests that links name.

    `gates`: when a milestone's own predecessors have ended. `waits_for`: the links that push, by what waits. `cycles`: parts of
    the network whose links push nothing.
    """

    ends: Mapping[Ref, End]
    gates: Mapping[Ref, End] = field(default_factory=dict)
    waits_for: Mapping[Node, tuple[Link[Node], ...]] = field(default_factory=dict)
    cycles: tuple[tuple[Ref, ...], ...] = ()

    def upstream(self, refs: Iterable[Node]) -> frozenset[Ref]:
        """The work itself and all open work that it waits for, however far."""
        seen: set[Node] = set()
        todo = list(refs)
        while todo:
            node = todo.pop()
            if node not in seen:
                seen.add(node)
                todo += [link.predecessor for link in self.waits_for.get(node, ())]
        return frozenset(node for node in seen if isinstance(node, Ref))


def is_open(work: Work | None) -> bool:
    """Whether there is work left: todo, doing, unknown; an open merge request."""
    return work is not None and work.status not in CLOSED


def due_of(work: Work) -> date | None:
    """The date that people set for its end."""
    return None if isinstance(work, MergeRequest) else work.due


def duration(work: Work) -> tuple[int, bool]:
    """Working days that the work takes, and whether that is an assumption."""
    if isinstance(work, Item):
        for amount in (work.remaining, work.estimate):
            if amount and amount.unit == "minutes" and amount.value > 0:
                return whole_days(amount.value), False
        if work.start and work.due and work.start <= work.due:
            return max(1, workdays_within(work.start, work.due)), False
    return 1, True


def contains(snapshot: Snapshot, whole: Ref, part: Ref) -> bool:
    """Whether `part` is an item of the milestone `whole`, or a milestone under it."""
    return part in snapshot.members.get(whole, ()) or whole in _above(snapshot, part)


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
        if link.strength == "soft" or ends is None:
            continue
        if not (is_open(snapshot.get(ends[0])) and is_open(snapshot.get(ends[1]))):
            continue
        if not (contains(snapshot, *ends) or contains(snapshot, ends[1], ends[0])):
            yield link, *ends


def ends_of(link: Dependency) -> tuple[Ref, Ref] | None:
    """Predecessor and successor, where both are resolved."""
    if isinstance(link.predecessor, Ref) and isinstance(link.successor, Ref):
        return link.predecessor, link.successor
    return None


def forward(snapshot: Snapshot) -> Forward:
    """The early ends of all open work of the snapshot."""
    today = snapshot.today
    links = _network(snapshot)
    nodes = set(links) | {link.predecessor for waits in links.values() for link in waits}
    own = {node: _own_finish(snapshot, node, today) for node in nodes}
    days = {node: _days(snapshot, node) for node in nodes}
    finishes, cycles = push(own, days, links)
    ends = {ref: own_end(item, today) for ref, item in snapshot.items.items() if is_open(item)}
    gates: dict[Ref, End] = {}
    for node, finish in finishes.items():
        if isinstance(node, Gate):
            gates[node.milestone] = End(day_at(finish.at), finish.clocked, _behind(finish, finishes))
        else:
            ends[node] = _end(snapshot, node, finish, finishes, today)
    return Forward(ends, gates, links, tuple(_refs(part) for part in cycles))


def _network(snapshot: Snapshot) -> dict[Node, tuple[Link[Node], ...]]:
    links: dict[Node, list[Link[Node]]] = {}
    linked: dict[Ref, set[Ref]] = {}
    for declared, earlier, later in sorted(binding(snapshot), key=lambda link: (*link[1:], link[0].relation)):
        for ref in (earlier, later):
            if ref in snapshot.milestones:
                linked.setdefault(ref, set())
        link: Link[Node] = Link(earlier, declared.relation, whole_days(declared.lag))
        if later in linked:
            linked[later].add(earlier)
            links.setdefault(Gate(later), []).append(link)
        else:
            links.setdefault(later, []).append(link)
    for milestone in sorted(linked):
        _span(snapshot, milestone, linked[milestone], links)
    return {node: tuple(waits) for node, waits in links.items()}


def _span(snapshot: Snapshot, milestone: Ref, waits_for: set[Ref], links: dict[Node, list[Link[Node]]]) -> None:
    """Tie a milestone to its items: it ends with them, and what it waits for they wait for, unless they are part of that."""
    gate = Gate(milestone)
    shared = {ref for earlier in waits_for for ref in snapshot.members.get(earlier, ())}
    if waits_for:
        links.setdefault(milestone, []).append(Link(gate, "FF"))
    for ref in snapshot.members.get(milestone, ()):
        item = snapshot.items.get(ref)
        if item is None or not is_open(item):
            continue
        links.setdefault(milestone, []).append(Link(ref, "FF"))
        if waits_for and item.status != "doing" and ref not in shared and ref not in waits_for:
            links.setdefault(ref, []).append(Link(gate))


def _days(snapshot: Snapshot, node: Node) -> int:
    work = None if isinstance(node, Gate) else snapshot.get(node)
    return 0 if work is None or isinstance(work, Milestone) else duration(work)[0]


def own_end(work: Work, today: date) -> End:
    """The end by its own date: due, or today where that has passed or is missing."""
    due = due_of(work)
    return End(due, clocked=False) if due and due >= today else End(today, clocked=True)


def _own_finish(snapshot: Snapshot, node: Node, today: date) -> Finish[Node]:
    work = None if isinstance(node, Gate) else snapshot.get(node)
    if work is None:
        return Finish(0)
    end = own_end(work, today)
    return Finish(index(end.day), end.clocked)


def _end(snapshot: Snapshot, ref: Ref, finish: Finish[Node], finishes: Mapping[Node, Finish[Node]], today: date) -> End:
    work = snapshot.get(ref)
    if finish.by is None and work is not None:
        return own_end(work, today)
    return End(day_at(finish.at), finish.clocked, _behind(finish, finishes))


def _behind(finish: Finish[Node], finishes: Mapping[Node, Finish[Node]]) -> Ref | None:
    by = finish.by
    if isinstance(by, Gate):
        by = finishes[by].by
    return by if isinstance(by, Ref) else None


def _refs(part: Iterable[Node]) -> tuple[Ref, ...]:
    return tuple(sorted({node.milestone if isinstance(node, Gate) else node for node in part}))
