"""Pure. Which items a milestone spans: those that name it, their parts, and those of the milestones under it."""

from collections.abc import Collection, Iterable, Iterator

from syncd.model.ref import Ref

Up = dict[Ref, tuple[Ref, ...]]
"""What each record is directly part of."""

Above = dict[Ref, dict[Ref, None]]
"""What each record is part of, however far, nearest first."""


def members(above: Above, items: Iterable[Ref], milestones: Collection[Ref]) -> dict[Ref, tuple[Ref, ...]]:
    """Milestone -> its items, deepest included, in the order of `items`."""
    found: dict[Ref, list[Ref]] = {ref: [] for ref in milestones}
    for item in items:
        for ref in above.get(item, ()):
            if ref in found:
                found[ref].append(item)
    return {ref: tuple(spanned) for ref, spanned in found.items()}


def nearest(ref: Ref, above: Above, milestones: Collection[Ref]) -> tuple[Ref, ...]:
    """The milestones that a record belongs to, without those that hold another of them."""
    mine = [found for found in above.get(ref, ()) if found in milestones]
    if len(mine) < 2:
        return tuple(mine)
    return tuple(found for found in mine if not any(found in above.get(other, ()) for other in mine))


def climb(up: Up) -> tuple[Above, tuple[str, ...]]:
    """All that each record is part of, however far, and the cycles of parents, which are cut.

    Depth first with a stack of its own: a chain of parents may be long.
    """
    above: Above = {}
    problems: list[str] = []
    for start, parents in up.items():
        if start in above:
            continue
        if all(map(above.__contains__, parents)):  # the usual case: nothing to climb, and so no cycle
            found: dict[Ref, None] = {}
            for parent in parents:
                found |= {parent: None, **above[parent]}
            above[start] = found
        else:
            _climb(start, up, above, problems)
    return above, tuple(problems)


def _climb(start: Ref, up: Up, above: Above, problems: list[str]) -> None:
    path: dict[Ref, Iterator[Ref]] = {start: iter(up[start])}
    above[start] = {}
    while path:
        ref, rest = next(reversed(path.items()))
        parent = next(rest, None)
        if parent is None:
            path.popitem()
            if path:
                below = above[next(reversed(path))]
                below |= {ref: None} | above[ref]
        elif parent in path:
            problems.append(_cycle(parent, list(path)))
        elif parent in above:
            above[ref] |= {parent: None} | above[parent]
        else:
            above[parent] = {}
            path[parent] = iter(up.get(parent, ()))


def _cycle(parent: Ref, path: list[Ref]) -> str:
    names = [ref.label for ref in (*path[path.index(parent) :], parent)]
    return f"{' -> '.join(names)} is a cycle of parents and is cut at {names[0]}: take one of them out of the other"
