"""Pure. A network compiled for passes: its items in topological order, its links grouped by level, both ways."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from syncd.schedule.calendar import Ints
from syncd.schedule.given import whole
from syncd.schedule.order import components, levels, ranked, starts_of

Bools = npt.NDArray[np.bool_]
RELATIONS = ("FS", "SS", "FF", "SF")
NARROW = 24
"""Items of a level up to which plain Python beats an array operation's own cost. Measured on Python 3.11 and NumPy 2.4."""


@dataclass(frozen=True, slots=True)
class LinkProblem:
    """A link that is left out: its number in the input, and why."""

    link: int
    what: str


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """Places `low` to `high` of the order, each with links: `first` to `last` of its side, an item's from `first + starts` on."""

    low: int
    high: int
    first: int
    last: int
    starts: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Neighbouring small levels, places `low` to `high`, computed item by item in the order `places`.

    `outer`: links from outside the run, grouped by `outer_to` from `outer_starts` on. `sources`: by item, where the links from inside
    read: a place in the run, plus the run's length where a finish is read. `links`: their numbers on the side, as the pass meets them.
    """

    low: int
    high: int
    places: range
    outer: Ints
    outer_to: Ints
    outer_starts: Ints
    sources: tuple[tuple[int, ...], ...]
    links: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """The links as one pass meets them, sorted by the place `to` that they bound.

    `other`: the place at the other end; `source`: where the bound is read, which is that place, plus the number of items where its
    finish counts and not its start. `relation`, `lag`, `elapsed`: as in the network. `given`: their number in the input. `linked`: the
    places with links, which start at `heads`. `levels`: all levels in the order of the pass; `steps`: the same, small neighbours joined.
    """

    to: Ints
    other: Ints
    source: Ints
    relation: Ints
    lag: Ints
    elapsed: Bools
    given: Ints
    linked: Ints
    heads: Ints
    levels: tuple[Level, ...]
    steps: tuple[Level | Run, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Items 0 to `items` - 1 and the links between them that count. `Network.of` makes one.

    `order`: the items in topological order; `place`: the place of each in it; `bounds`: where each level starts. `links`: how many
    the input has; `predecessors`, `successors` and `lags` are of those that count, and `forward` and `backward` hold all of them.
    `cycles`: one cycle of each strongly connected part, in the order of the work: no link inside such a part counts. `problems`:
    links that were left out. `plain`: every link is FS without a lag; `timeless`: no lag is elapsed time.
    """

    items: int
    links: int
    order: Ints = field(repr=False)
    place: Ints = field(repr=False)
    bounds: Ints = field(repr=False)
    predecessors: Ints
    successors: Ints
    lags: Ints
    forward: Side = field(repr=False)
    backward: Side = field(repr=False)
    cycles: tuple[tuple[int, ...], ...]
    problems: tuple[LinkProblem, ...]
    plain: bool
    timeless: bool

    @classmethod
    def of(
        cls,
        items: int,
        predecessors: npt.ArrayLike,
        successors: npt.ArrayLike,
        relations: Sequence[str] | npt.ArrayLike | None = None,
        lags: npt.ArrayLike | None = None,
        elapsed: npt.ArrayLike | None = None,
    ) -> "Network":
        """Compile links given as arrays of one length: both ends, relation ("FS", "SS", "FF", "SF", or 0 to 3), lag in minutes,
        and whether the lag is elapsed time. Raises `ValueError` for a relation that is none, for arrays of different lengths and
        for what is no whole number."""
        links = len(np.atleast_1d(predecessors))
        before, after = whole("predecessors", predecessors, links), whole("successors", successors, links)
        codes = _codes(relations, links)
        lag = np.zeros(links, np.int64) if lags is None else whole("lags", lags, links)
        kinds = np.zeros(links, np.bool_) if elapsed is None else whole("elapsed", elapsed, links).astype(np.bool_)
        kept, problems = _sound(items, before, after, codes, 2 * lag + kinds)
        kept, level, cycles = _levelled(items, before, after, kept)
        codes, lag, kinds = codes[kept], lag[kept], kinds[kept]
        order = _by_level(level, np.bincount(before[kept], minlength=items) == 0)
        place = np.empty(items, np.int64)
        place[order] = np.arange(items)
        bounds = starts_of(int(level.max(initial=-1)) + 1, level)
        before, after = before[kept], after[kept]
        near, far = place[before], place[after]
        forward = _side(items, bounds, far, near, (codes, lag, kinds, kept), forward=True)
        backward = _side(items, bounds, near, far, (codes, lag, kinds, kept), forward=False)
        plain, timeless = not (codes.any() or lag.any()), not (kinds & (lag != 0)).any()
        return cls(
            items, links, order, place, bounds, before, after, lag, forward, backward, cycles, problems, plain, timeless
        )  # fmt: skip


def _codes(relations: Sequence[str] | npt.ArrayLike | None, links: int) -> Ints:
    if relations is None:
        return np.zeros(links, np.int64)
    given = np.asarray(relations)
    if given.dtype.kind == "U" and len(given) == links:
        named = np.select([given == name for name in RELATIONS], range(4), -1)
        if unknown := given[named < 0].tolist():
            raise ValueError(f"{min(unknown)!r} is no relation: it is one of {', '.join(RELATIONS)}")
        return named
    codes = whole("relations", given, links)
    if np.any((codes < 0) | (codes > 3)):
        raise ValueError("a relation's code is 0 (FS), 1 (SS), 2 (FF) or 3 (SF)")
    return codes


def _sound(items: int, before: Ints, after: Ints, codes: Ints, lags: Ints) -> tuple[Ints, tuple[LinkProblem, ...]]:
    """The links that make sense, and what is wrong with the others. Of several equal ones the first is kept; with other lags all count."""
    unknown = (before < 0) | (before >= items) | (after < 0) | (after >= items)
    itself = ~unknown & (before == after)
    good = np.flatnonzero(~unknown & ~itself)
    keys = (before[good] * items + after[good]) * 4 + codes[good]
    by_key = ranked(keys)
    again = np.zeros(len(good), np.bool_)
    again[by_key[1:]] = keys[by_key[1:]] == keys[by_key[:-1]]
    if again.any():
        twin = again.copy()
        twin[by_key[:-1]] |= again[by_key[1:]]
        _, first = np.unique(np.stack((keys[twin], lags[good[twin]])), axis=1, return_index=True)
        again[:] = twin
        again[np.flatnonzero(twin)[first]] = False
    found = [LinkProblem(link, "it names an item that is not there") for link in np.flatnonzero(unknown).tolist()]
    found += [LinkProblem(link, "it links an item to itself") for link in np.flatnonzero(itself).tolist()]
    found += [LinkProblem(link, "it is there already") for link in good[again].tolist()]
    return good[~again], tuple(sorted(found, key=lambda problem: problem.link))


def _levelled(items: int, before: Ints, after: Ints, kept: Ints) -> tuple[Ints, Ints, tuple[tuple[int, ...], ...]]:
    """The links outside cycles, the level of each item by them, and the cycles."""
    level = levels(items, before[kept], after[kept])
    if not np.any(level < 0):
        return kept, level, ()
    part, cycles = components(items, before[kept], after[kept], level)
    kept = kept[(part[before[kept]] < 0) | (part[before[kept]] != part[after[kept]])]
    return kept, levels(items, before[kept], after[kept]), cycles


def _by_level(level: Ints, last: Bools) -> Ints:
    """The items by level, and within one those without successors last."""
    return ranked(2 * level + last)


def _side(items: int, bounds: Ints, to: Ints, other: Ints, rest: tuple[Ints, Ints, Bools, Ints], *, forward: bool) -> Side:
    link = ranked(to)
    relation, lag, elapsed, given = rest[0][link], rest[1][link], rest[2][link], rest[3][link]
    to, other = to[link], other[link]
    source = other + items * (relation % 2 == 0 if forward else relation >= 2)
    first = starts_of(items, to)
    linked: Ints = np.concatenate((np.zeros(1, np.int64), np.cumsum(np.diff(first) > 0))).astype(np.int64)
    highs = bounds[:-1] + linked[bounds[1:]] - linked[bounds[:-1]]
    lows, highs, ends = bounds[:-1].tolist(), highs.tolist(), bounds[1:].tolist()
    numbers = range(len(lows)) if forward else range(len(lows) - 1, -1, -1)
    full = {
        n: Level(lows[n], highs[n], int(first[lows[n]]), int(first[highs[n]]), first[lows[n] : highs[n]] - first[lows[n]])
        for n in numbers
        if highs[n] > lows[n]
    }
    some = np.flatnonzero(np.diff(first))
    side = Side(to, other, source, relation, lag, elapsed, given, some, first[some], tuple(full.values()), ())
    steps: list[Level | Run] = []
    for run in _runs(numbers, [high - low for low, high in zip(lows, ends, strict=True)]):
        if len(run) > 1:
            low, high = min(lows[n] for n in (run[0], run[-1])), max(ends[n] for n in (run[0], run[-1]))
            steps.append(_run(side, items, first, low, high, forward=forward))
        elif run[0] in full:
            steps.append(full[run[0]])
    return replace(side, steps=tuple(steps))


def _runs(numbers: range, widths: Sequence[int]) -> Iterator[list[int]]:
    """The levels in the order of the pass, neighbouring small ones together."""
    run: list[int] = []
    for number in numbers:
        if widths[number] > NARROW:
            if run:
                yield run
                run = []
            yield [number]
        else:
            run.append(number)
    if run:
        yield run


def _run(side: Side, items: int, first: Ints, low: int, high: int, *, forward: bool) -> Run:
    start, end = int(first[low]), int(first[high])
    source, to = side.source[start:end], side.to[start:end]
    place = side.other[start:end]
    inside = (place >= low) & (place < high)
    local = place - low + (high - low) * (source >= items)
    outer = np.flatnonzero(~inside)
    outer_to = to[outer]
    new = np.flatnonzero(np.diff(outer_to, prepend=-1))
    sources: list[list[int]] = [[] for _ in range(high - low)]
    within = np.flatnonzero(inside)
    for item, at in zip((to[within] - low).tolist(), local[within].tolist(), strict=True):
        sources[item].append(at)
    if not forward:
        within = within[ranked(high - 1 - to[within])]
    places = range(high - low) if forward else range(high - low - 1, -1, -1)
    return Run(low, high, places, outer + start, outer_to[new], new, tuple(map(tuple, sources)), within + start)
