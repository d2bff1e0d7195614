"""Pure. Which items a milestone spans: those that name it, their parts, and those of the milestones under it."""

from collections.abc import Callable, Collection, Iterable, Iterator

from syncd.model.ref import Ref

Up = dict[Ref, tuple[Ref, ...]]
"""What each record is directly part of."""

Above = dict[Ref, dict[Ref, None]]
"""What each record is part of, however far, nearest first."""


def members(above: Above, items: Iterable[Ref], milestones: Collection[Ref]) -> dict[Ref, tuple[Ref, ...]]:
    """Milestone -> its items, deepest included, in the order of `items`."""
    found: dict[Ref, list[Ref]] = {ref: [] for ref in milestones}
    holding: dict[int, list[list[Ref]]] = {}
    for item in items:
        span = above.get(item)
        if not span:
            continue
        lists = holding.get(id(span))
        if lists is None:
            lists = holding[id(span)] = [found[ref] for ref in span if ref in found]
        for spanned in lists:
            spanned.append(item)
    return {ref: tuple(spanned) for ref, spanned in found.items()}


def nearest(above: Above, milestones: Collection[Ref]) -> Callable[[Ref], tuple[Ref, ...]]:
    """The milestones that a record belongs to, without those that hold another of them."""
    known: dict[int, tuple[Ref, ...]] = {}

    def of(ref: Ref) -> tuple[Ref, ...]:
        span = above.get(ref)
        if not span:
            return ()
        found = known.get(id(span))
        if found is None:
            mine = [one for one in span if one in milestones]
            found = known[id(span)] = tuple([one for one in mine if not any(one in above.get(other, ()) for other in mine)])
        return found

    return of


def climb(up: Up) -> tuple[Above, tuple[str, ...]]:
    """All that each record is part of, however far, and the cycles of parents, which are cut.

    Depth first with a stack of its own: a chain of parents may be long. Parts of the same share a span.
    """
    above: Above = {}
    spans: dict[int, dict[Ref, None]] = {}
    problems: list[str] = []
    for start, parents in up.items():
        key = id(parents[0]) if len(parents) == 1 else id(parents)
        span = spans.get(key)
        if span is not None:
            above.setdefault(start, span)
        elif start in above:
            continue
        elif all(map(above.__contains__, parents)):  # the usual case: nothing to climb, and so no cycle
            above[start] = spans[key] = _span(parents, above)
        else:
            _climb(start, up, above, problems)
    return above, tuple(problems)


def _span(parents: Iterable[Ref], above: Above) -> dict[Ref, None]:
    span: dict[Ref, None] = {}
    for parent in parents:
        span |= {parent: None, **above[parent]}
    return span


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
