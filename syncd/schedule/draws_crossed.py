"""Pure. Many draws of durations where items have calendars of their own and lags run in elapsed time: `crossed`, a block at a time."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from syncd.schedule.calendar import Instants, Ints, WorkingTime
from syncd.schedule.compiled import Network
from syncd.schedule.crossed import Acts, acts, ends_at, finish_of, held_of, own_marks, wall_of, which
from syncd.schedule.crossing import Crossing
from syncd.schedule.draws import BLOCK, Draws
from syncd.schedule.given import drawn

_CELLS, _LEAST = 2_000_000, 16
"""Draws times items that are passed through together, at most, and the fewest draws."""


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
    criticality: bool = False,
) -> Draws:
    """As `forward_many`, with the calendars and instants of `crossed`. Durations are rounded to whole minutes.

    Finishes, the watched ones too, are minutes on the wall since the calendars' origin. An item is critical in a draw where it has no
    total float. Raises `NotComputable` where a draw runs out of the calendars' range; with `endless` it ends with the last working time
    of that calendar. Calendars that many calls share may come as a `Crossing`, which says that itself.
    """
    given = drawn("durations", durations, network.items)
    crossing = calendars if isinstance(calendars, Crossing) else Crossing.of(calendars, endless=endless)
    of = which(network, crossing.calendars, calendar)
    own = own_marks(network, crossing, of, start, not_earlier)[:, None]
    none = np.zeros(network.items, np.int64)
    held = held_of(network, crossing, not_done)
    ahead, back = (_columns(acts(network, crossing, of, none, forward=forward, held=held)) for forward in (True, False))
    until = None if held is None else ends_at(crossing, of, held)[:, None]
    top = 2 * crossing.totals[of][:, None] if crossing.endless else None
    places = network.place[np.array(watched, np.int64)]
    finishes, seen = np.empty(len(given), np.int64), np.empty((len(given), len(watched)), np.int64)
    counts = np.zeros(network.items, np.int64)
    block = max(_LEAST, min(BLOCK, _CELLS // max(1, network.items)))
    for low in range(0, len(given), block):
        lasting = np.ascontiguousarray(np.rint(given[low : low + block]).astype(np.int64).T)[network.order]
        ends = _ends(network, crossing, lasting, own, until, top, ahead)
        last = np.maximum(finish_of(crossing, of, ends, lasting.shape[1]), wall_of(crossing, start))
        finishes[low : low + block] = last
        seen[low : low + block] = crossing.wall(of[places][:, None], ends[places]).T
        if criticality:
            counts += np.count_nonzero(_late(network, crossing, of, lasting, last, back) <= ends >> 1, axis=1)
    shares = counts[network.place] / max(len(given), 1) if criticality else np.empty(0)
    return Draws(finishes, seen, shares)


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


def _ends(
    network: Network, crossing: Crossing, lasting: Ints, own: Ints, until: Ints | None, top: Ints | None, links: Acts
) -> Ints:
    """Early finishes as marks, by place and draw: not before `until`, and no later than `top`."""
    items, side = network.items, network.forward
    works = (lasting > 0).astype(np.int64)
    spans = 2 * lasting - works
    early = np.empty((2 * items, lasting.shape[1]), np.int64)
    starts, ends = early[:items], early[items:]
    begin = own if until is None else np.maximum(own, until - spans)
    np.bitwise_or(begin, works, out=starts)
    np.add(starts, spans, out=ends)
    if top is not None:
        np.minimum(early, np.concatenate((top, top)), out=early)
    for level, part in zip(side.levels, links.parts, strict=True):
        places, reach = slice(level.low, level.high), slice(level.first, level.last)
        mark = early[side.source[reach]]
        if part.stop > part.start:
            at = links.route.links[part] - level.first
            mark[at] = crossing.ahead(links.route, part, mark[at])
        mark &= links.keep[reach]
        mark += links.add[reach]
        finishing = np.flatnonzero(side.relation[reach] >= 2)
        mark[finishing] -= 2 * lasting[side.to[reach][finishing]]
        begin = np.maximum(starts[places], np.maximum.reduceat(mark, level.starts, axis=0))
        np.bitwise_or(begin, works[places], out=starts[places])
        np.add(starts[places], spans[places], out=ends[places])
        if top is not None:
            np.minimum(starts[places], top[places], out=starts[places])
            np.minimum(ends[places], top[places], out=ends[places])
    return ends


def _late(network: Network, crossing: Crossing, of: Ints, lasting: Ints, last: Ints, links: Acts) -> Ints:
    """Late finishes as minute indexes, by place and draw."""
    items, side = network.items, network.backward
    late = np.empty((2 * items, lasting.shape[1]), np.int64)
    starts, ends = late[:items], late[items:]
    each = np.arange(len(crossing.calendars))[:, None]
    ends[:] = (crossing.mark(each, np.broadcast_to(last, (len(each), len(last)))) >> 1)[of]
    np.subtract(ends, lasting, out=starts)
    for level, part in zip(side.levels, links.parts, strict=True):
        places, reach = slice(level.low, level.high), slice(level.first, level.last)
        index = late[side.source[reach]]
        index += links.keep[reach]
        if part.stop > part.start:
            at = links.route.links[part] - level.first
            index[at] = crossing.back(links.route, part, index[at])
        starting = np.flatnonzero(side.relation[reach] % 2 == 1)
        index[starting] += lasting[side.to[reach][starting]]
        np.minimum(ends[places], np.minimum.reduceat(index, level.starts, axis=0), out=ends[places])
        np.subtract(ends[places], lasting[places], out=starts[places])
    return ends
