"""Pure. Many draws of durations where items have calendars of their own and lags run in elapsed time: `crossed`, a block at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from syncd.schedule.calendar import Instants, Ints, WorkingTime
from syncd.schedule.compiled import Bools, Network
from syncd.schedule.crossed import Acts, acts, ends_at, finish_of, held_of, own_marks, wall_of, which
from syncd.schedule.crossing import Crossing
from syncd.schedule.draws import BLOCK, Draws
from syncd.schedule.given import drawn

_CELLS, _LEAST = 4_000_000, 16
"""Draws times items that are passed through together, at most, and the fewest draws."""
_NEAR = 2**15
"""So many times cross at once: all that is computed of them stays in a processor's cache."""


def crossed_many(
    network: Network,
    durations: npt.ArrayLike,
    calendars: Sequence[WorkingTime] | Crossing,
    calendar: npt.ArrayLike | None = None,
    *,
    start: Instants,
    not_earlier: Instants | None = None,
    not_done: Instants | None = None,
    endless: bool = False,
    watched: Sequence[int] = (),
    towards: int | None = None,
) -> Draws:
    """As `forward_many`, with the calendars and instants of `crossed`. Durations are rounded to whole minutes.

    Finishes, the watched ones too, are minutes on the wall since the calendars' origin. Where two calendars meet, or time elapses, a link
    leaves slack where its predecessor could end a whole working day later: then it is the successor that cannot begin sooner. Raises
    `NotComputable` where a draw runs out of the calendars' range; with `endless` it ends with the last working time of that calendar.
    Calendars that many calls share may come as a `Crossing`, which says that itself.
    """
    given = drawn("durations", durations, network.items)
    crossing = calendars if isinstance(calendars, Crossing) else Crossing.of(calendars, endless=endless)
    of = which(network, crossing.calendars, calendar)
    held = held_of(network, crossing, not_done)
    kind = np.int32 if crossing.endless else np.int64  # what does not end within some decades ends with them
    links = acts(network, crossing, of, np.zeros(network.items, np.int64), forward=True, held=held)
    ahead = _Ahead.of(network, links, kind)
    until = None if held is None else _column(ends_at(crossing, of, held), kind)
    top = _column(2 * crossing.totals[of], kind) if crossing.endless else None
    own = _column(own_marks(network, crossing, of, start, not_earlier), kind)
    places = network.place[np.array(watched, np.int64)]
    finishes, seen = np.empty(len(given), np.int64), np.empty((len(given), len(watched)), np.int64)
    critical = None if towards is None else _Critical.of(network, crossing, of, int(network.place[towards]))
    counts = np.zeros(0 if towards is None else network.items, np.int64)
    block = max(_LEAST, min(BLOCK, _CELLS // max(1, network.items)))
    for low in range(0, len(given), block):
        lasting = np.take(_minutes(given[low : low + block], kind).T, network.order, axis=0)
        drives = None if critical is None else np.empty((len(network.forward.to), lasting.shape[1]), np.bool_)
        early = _early(network, crossing, lasting, own, until, top, ahead, drives)
        ends = early[network.items :]
        last = np.maximum(finish_of(crossing, of, ends, lasting.shape[1]), wall_of(crossing, start))
        finishes[low : low + block] = last
        seen[low : low + block] = crossing.wall(of[places][:, None], ends[places]).T
        if critical is not None and drives is not None:
            counts += critical.counted(early, lasting, drives)
    return Draws(finishes, seen, counts if critical is None else counts[network.place])


def _minutes(given: npt.NDArray[np.number], kind: type[np.signedinteger]) -> Ints:
    """Durations as whole minutes."""
    return (given if given.dtype.kind in "iub" else np.rint(given)).astype(kind)


def _column(values: Ints, kind: type[np.signedinteger]) -> Ints:
    """One value for each row of draws."""
    return values.astype(kind)[:, None]


@dataclass(frozen=True, slots=True, eq=False)
class _Departures:
    """The times that others cross from, each once: most have several followers in other calendars. `source`: where it is read; `key`, `top`
    and `held` as in `Route`; `parts`: those of the places before the first level with links, then of each of these levels."""

    source: Ints
    key: Ints
    top: Ints
    held: Ints
    parts: list[slice]


@dataclass(frozen=True, slots=True, eq=False)
class _Ahead:
    """What links do forward. `keep`, `add` as in `Acts`. Of those that cross, which are the `links`: the number `since` of the time that
    they cross from, and `row`, `begin`, `elapsed` and `parts` as in `Route` and `Acts`."""

    keep: Ints
    add: Ints
    departures: _Departures
    links: Ints
    since: Ints
    row: Ints
    begin: Ints
    elapsed: Ints
    parts: list[slice]

    @classmethod
    def of(cls, network: Network, found: Acts, kind: type[np.signedinteger]) -> "_Ahead":
        """With each one's values as a row of one column, to be met with a row of draws."""
        side, route = network.forward, found.route
        place, source = side.other[route.links], side.source[route.links]
        key = (2 * place + (source >= network.items)) * (route.held.max(initial=0) + 1) + route.held
        _, first, since = np.unique(key, return_index=True, return_inverse=True)  # in the order of their places
        ends = np.searchsorted(place[first], [*(level.low for level in side.levels), network.items]).tolist()
        departures = _Departures(
            source[first],
            _column(route.key[first], kind),
            _column(route.top[first], kind),
            _column(route.held[first], kind),
            [slice(low, high) for low, high in pairwise([0, *ends])],
        )
        return cls(
            _column(found.keep, kind),
            _column(found.add, kind),
            departures,
            route.links,
            since,
            _column(route.row, kind),
            _column(route.begin, kind),
            _column(route.elapsed, kind),
            found.parts,
        )


def _near(part: slice, draws: int) -> Iterator[slice]:
    """A part in pieces."""
    step = max(1, _NEAR // draws)
    return (slice(low, min(low + step, part.stop)) for low in range(part.start, part.stop, step))


def _columns(found: Acts) -> Acts:
    """The same with each link's values as a row of one column, to be met with a row of draws."""
    route = found.route
    route = replace(
        route,
        key=route.key[:, None],
        top=route.top[:, None],
        row=route.row[:, None],
        begin=route.begin[:, None],
        elapsed=route.elapsed[:, None],
        held=route.held[:, None],
    )
    return replace(found, keep=found.keep[:, None], add=found.add[:, None], route=route)


def _early(
    network: Network,
    crossing: Crossing,
    lasting: Ints,
    own: Ints,
    until: Ints | None,
    top: Ints | None,
    ahead: _Ahead,
    drives: Bools | None,
) -> Ints:
    """Early starts and finishes as marks, by place one after the other, and draw: no finish before `until`, and none later than `top`.
    Into `drives` goes which links, in the order of the forward side, leave their successors no slack."""
    items, side, draws, away = network.items, network.forward, lasting.shape[1], ahead.departures
    works = (lasting > 0).astype(lasting.dtype)
    spans = 2 * lasting - works
    early, walls = np.empty((2 * items, draws), lasting.dtype), np.empty((len(away.source), draws), lasting.dtype)
    starts, ends = early[:items], early[items:]
    begin = own if until is None else np.maximum(own, until - spans)
    np.bitwise_or(begin, works, out=starts)
    np.add(starts, spans, out=ends)
    if top is not None:
        np.minimum(starts, top, out=starts)
        np.minimum(ends, top, out=ends)

    def leave(part: slice) -> None:
        for some in _near(part, draws):
            walls[some] = crossing.leaving(early[away.source[some]], away.key[some], away.top[some], away.held[some])

    leave(away.parts[0])
    for level, part, left in zip(side.levels, ahead.parts, away.parts[1:], strict=True):
        places, reach = slice(level.low, level.high), slice(level.first, level.last)
        mark = early[side.source[reach]]
        for some in _near(part, draws):
            wall = walls[ahead.since[some]] + ahead.elapsed[some]
            mark[ahead.links[some] - level.first] = crossing.arriving(wall, ahead.row[some], ahead.begin[some])
        mark &= ahead.keep[reach]
        mark += ahead.add[reach]
        finishing = np.flatnonzero(side.relation[reach] >= 2)
        mark[finishing] -= 2 * lasting[side.to[reach][finishing]]
        begin = np.maximum(starts[places], np.maximum.reduceat(mark, level.starts, axis=0))
        np.bitwise_or(begin, works[places], out=starts[places])
        np.add(starts[places], spans[places], out=ends[places])
        if top is not None:
            np.minimum(starts[places], top[places], out=starts[places])
            np.minimum(ends[places], top[places], out=ends[places])
        if drives is not None:
            np.greater_equal(mark >> 1, starts[side.to[reach]] >> 1, out=drives[reach])  # what is beyond the top drives, too
        leave(left)
    return early


@dataclass(frozen=True, slots=True, eq=False)
class _Critical:
    """What is critical for the end of one item. `end`: its place; `back`: what links do backward; by link of the backward side `at`: where
    it stands on the forward one, and `day`: the usual working day of its predecessor."""

    network: Network
    crossing: Crossing
    end: int
    back: Acts
    at: Ints
    day: Ints

    @classmethod
    def of(cls, network: Network, crossing: Crossing, of: Ints, end: int) -> "_Critical":
        side, at = network.backward, np.empty(network.links, np.int64)
        at[network.forward.given] = np.arange(len(side.given))
        back = _columns(acts(network, crossing, of, np.zeros(network.items, np.int64), forward=False))
        lengths = np.array([time.longest for time in crossing.calendars], np.int64)
        return cls(network, crossing, end, back, at[side.given], lengths[of[side.to]][:, None])

    def counted(self, early: Ints, lasting: Ints, drives: Bools) -> Ints:
        """In how many of the draws each item, by place, is critical."""
        side = self.network.backward
        critical = np.zeros(lasting.shape, np.bool_)
        critical[self.end] = True
        for level, part in zip(side.levels, self.back.parts, strict=True):
            reach = slice(level.first, level.last)
            leads = drives[self.at[reach]] & critical[side.other[reach]]
            if part.stop > part.start:
                leads[self.back.route.links[part] - level.first] &= self._close(early, lasting, part)
            critical[level.low : level.high] |= np.logical_or.reduceat(leads, level.starts, axis=0)
        counts: Ints = np.count_nonzero(critical, axis=1).astype(np.int64)
        return counts

    def _close(self, early: Ints, lasting: Ints, part: slice) -> Bools:
        """Whether links that cross leave their predecessors less than a working day. What takes no time waits for nobody's presence."""
        side, links = self.network.backward, self.back.route.links[part]
        latest = self.crossing.back(self.back.route, part, (early[side.source[links]] >> 1) + self.back.keep[links])
        read = side.to[links] + self.network.items * (side.relation[links] % 2 == 0)
        close: Bools = (latest - (early[read] >> 1) < self.day[links]) | (lasting[side.other[links]] == 0)
        return close
