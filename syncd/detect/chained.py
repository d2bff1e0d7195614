"""Pure. Blocking chains in plain words: where each begins, who can end it, what it holds up and by how much.

The text is made of typed parts, so that each place shows only what it may; `syncd.decide.plain.plain_parts` makes plain text of them.
"""

from collections.abc import Iterator, Sequence

from syncd.detect.driving import guessed
from syncd.detect.wording import keyed, named, owners
from syncd.model.finding import Count, Day, Part
from syncd.model.ref import Ref
from syncd.model.snapshot import Snapshot
from syncd.schedule.chains import Chain
from syncd.schedule.mermaid import Edge
from syncd.schedule.plan import plan_of
from syncd.schedule.wiring import Work

SHOWN = 4
"""So many pieces of work between the first and the due date are named, and so many due dates."""


def parts(snapshot: Snapshot, chain: Chain) -> tuple[Part, ...]:
    """One chain, in two sentences."""
    works = [work for ref in chain.path if (work := snapshot.get(ref))]
    plan = snapshot.once(plan_of)
    typical = any(guessed(plan, [work for ref in one.path if (work := snapshot.get(ref))]) for one in chain.held)
    least = "about " if typical else "at least " if chain.clocked else ""
    first = works[0]
    lost = (f" costs {least}", Count(chain.days, "working day", chain.clocked), " on ", Count(len(chain.held), "due date"), ": ")
    return (
        named(first),
        *lost,
        *_held(snapshot, chain),
        ". ",
        *_way(works),
        "Who can unblock it: ",
        *owners(first),
        ".",
    )


def told(snapshot: Snapshot, chains: Sequence[Chain]) -> tuple[list[tuple[str, str]], list[Edge], list[int]]:
    """The chains as boxes, edges and the places of the due dates, as `mermaid.flowchart` takes them."""
    places: dict[Ref, int] = {}
    boxes: list[tuple[str, str]] = []
    edges: dict[tuple[int, int], Edge] = {}
    goals: list[int] = []

    def box(ref: Ref, said: str = "") -> int:
        if ref not in places:
            places[ref] = len(boxes)
            work = snapshot.get(ref)
            boxes.append((f"{ref.label} {work.title if work else ''}".rstrip(), said))
        return places[ref]

    for chain in chains:
        for one in chain.held:
            before: int | None = None
            for ref in (*one.path, one.milestone):
                said = f"due {one.due}, ends {one.finish}" if ref == one.milestone else ""
                place = box(ref, said)
                if before is not None and before != place:
                    edges[before, place] = Edge(before, place)
                before = place
            goals.append(places[one.milestone])
    return boxes, list(edges.values()), goals


def _held(snapshot: Snapshot, chain: Chain) -> Iterator[Part]:
    """The due dates that lose most, with what each loses."""
    shown, more = chain.held[:SHOWN], len(chain.held) - SHOWN
    for place, one in enumerate(shown):
        yield from ([", "] if place else [])
        yield from (
            keyed(snapshot.milestones[one.milestone]),
            " (due ",
            Day(one.due),
            ", ends ",
            Day(one.finish, one.clocked),
            ")",
        )
    if more > 0:
        yield from (" and ", Count(more, "more milestone"))


def _way(works: Sequence[Work]) -> Iterator[Part]:
    """What waits for the first one, in order."""
    between = works[1:]
    if not between:
        return
    yield "What waits for it: "
    hidden = len(between) - SHOWN
    shown = between if hidden <= 0 else between[-SHOWN:]
    if hidden > 0:
        yield from (Count(hidden, "item"), " -> ")
    for place, work in enumerate(shown):
        yield " -> " if place else ""
        yield keyed(work)
    yield ". "
