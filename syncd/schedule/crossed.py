"""Pure. The critical path method where items have calendars of their own and lags run in elapsed time.

Early times run as marks (see `crossing`), so that a milestone keeps the end of its predecessor's day while work begins on the next
morning. A link between two calendars, and any elapsed lag, goes over the clock on the wall: forward from the predecessor's instant,
plus the elapsed lag, to the successor's next working instant; backward from the latest instant that still is the successor's time.
A lag in working time is counted on the successor's calendar. Late times, floats and deadlines are minute indexes of the item's own
calendar: a finish is bounded by the working minutes that its calendar has until the project's finish.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from syncd.schedule.calendar import DAY, Instants, Ints, NotComputable, WorkingTime
from syncd.schedule.compiled import Level, Network
from syncd.schedule.cpm import Schedule, least
from syncd.schedule.crossing import Crossing


@dataclass(frozen=True, slots=True, eq=False)
class _Links:
    """One side's links: what they add to a mark, and which of them cross: between which calendars, and by what elapsed time."""

    keep: Ints
    add: Ints
    crosses: Ints
    since: Ints
    until: Ints
    elapsed: Ints


def crossed(
    network: Network,
    durations: npt.ArrayLike,
    calendars: Sequence[WorkingTime],
    calendar: npt.ArrayLike | None = None,
    *,
    start: Instants,
    not_earlier: Instants | None = None,
    deadline: Instants | None = None,
    not_later: Instants | None = None,
) -> Schedule:
    """One forward and one backward pass. `calendar`: each item's number in `calendars`, 0 where nothing is said.

    `durations` are working minutes of the item's calendar. `start`, `deadline`, `not_earlier` and `not_later` are local instants, the
    last two one for each item, NaT for none; `not_later` bounds its late finish. A date as an end means its beginning: give the next
    date for the end of one. Raises `NotComputable` where the dates run out of the calendars' range.
    """
    crossing = Crossing.of(calendars)
    of = np.zeros(network.items, np.int64) if calendar is None else np.asarray(calendar, np.int64)
    of, lasting = of[network.order], np.asarray(durations, np.int64)[network.order]
    own = _own(network, crossing, of, start, not_earlier)
    early, bound = _early(network, crossing, of, lasting, own)
    starts, ends = early[: network.items], early[network.items :]
    finish = int(crossing.wall(of, ends).max(initial=int(_wall(crossing, start))))
    end = finish if deadline is None else min(finish, int(_wall(crossing, deadline)))
    back = _links(network, of, lasting, forward=False)
    late = _late(network, crossing, lasting, _last(network, crossing, of, end, not_later), back)
    free = crossing.mark(of, np.full(network.items, finish)) >> 1
    least(network.backward, free, _bound_back(crossing, early[network.backward.source] >> 1, back, slice(None)))
    driving = np.zeros(network.links, np.bool_)
    driving[network.kept[network.forward.link]] = bound >> 1 == starts[network.forward.to] >> 1
    by_item = network.place
    begin, done = starts >> 1, ends >> 1
    return Schedule(
        network,
        begin[by_item],
        done[by_item],
        (late - lasting)[by_item],
        late[by_item],
        (free - done)[by_item],
        driving,
        finish,
        (starts & 1).astype(np.bool_)[by_item],
    )


def _wall(crossing: Crossing, at: Instants) -> Ints:
    origin = np.datetime64(crossing.calendars[0].origin, "m").astype(np.int64)
    wall: Ints = np.asarray(at, "datetime64[m]").astype(np.int64) - origin
    return wall


def _own(network: Network, crossing: Crossing, of: Ints, start: Instants, not_earlier: Instants | None) -> Ints:
    """The mark from which each item may start by itself."""
    first = crossing.mark(of, np.full(network.items, _wall(crossing, start)))
    if not_earlier is None:
        return first
    given = np.asarray(not_earlier, "datetime64[m]")[network.order]
    told = np.flatnonzero(~np.isnat(given))
    first[told] = np.maximum(first[told], crossing.mark(of[told], _wall(crossing, given[told])))
    return first


def _last(network: Network, crossing: Crossing, of: Ints, end: int, not_later: Instants | None) -> Ints:
    """The minute index by which each item has to end by itself."""
    last = crossing.mark(of, np.full(network.items, end)) >> 1
    if not_later is None:
        return last
    given = np.asarray(not_later, "datetime64[m]")[network.order]
    told = np.flatnonzero(~np.isnat(given))
    last[told] = crossing.mark(of[told], _wall(crossing, given[told])) >> 1
    return last


def _links(network: Network, of: Ints, lasting: Ints, *, forward: bool) -> _Links:
    """What each link of a side does. Forward in marks, backward in indexes."""
    side = network.forward if forward else network.backward
    link, other = side.link, side.source % max(network.items, 1)
    lag, elapsed = network.lags[link], network.elapsed[link]
    working = np.where(elapsed, 0, lag)
    since, until = of[other], of[side.to]
    crosses = np.flatnonzero((since != until) | (elapsed & (lag != 0)))
    relation = network.relations[link]
    if forward:
        keep = np.where(working == 0, -1, -2)
        add = 2 * working + (working < 0) - 2 * np.where(relation >= 2, lasting[side.to], 0)
    else:
        keep = -working
        add = np.where(relation % 2 == 1, lasting[side.to], 0)
    return _Links(keep, add, crosses, since[crosses], until[crosses], np.where(elapsed, lag, 0)[crosses])


def _early(network: Network, crossing: Crossing, of: Ints, lasting: Ints, own: Ints) -> tuple[Ints, Ints]:
    """Early starts and finishes as marks, by place one after the other, and what each link asked for."""
    items, side = network.items, network.forward
    links = _links(network, of, lasting, forward=True)
    works = (lasting > 0).astype(np.int64)
    early, bound = np.empty(2 * items, np.int64), np.empty(len(side.to), np.int64)
    starts, ends = early[:items], early[items:]
    starts[:] = own
    first = network.bounds[1] if len(network.bounds) > 1 else 0
    _settle(starts, ends, lasting, works, slice(0, first))
    crosses = _by_level(side.levels, links.crosses)
    for level, over in zip(side.levels, crosses, strict=True):
        places, reach = slice(level.low, level.high), slice(level.first, level.last)
        mark = early[side.source[reach]]
        if over.stop > over.start:
            at = links.crosses[over] - level.first
            wall = crossing.wall(links.since[over], mark[at]) + links.elapsed[over]
            mark[at] = crossing.mark(links.until[over], np.maximum(wall, 0))
        bound[reach] = (mark & links.keep[reach]) + links.add[reach]
        np.maximum(starts[places], np.maximum.reduceat(bound[reach], level.starts), out=starts[places])
        _settle(starts, ends, lasting, works, places)
    totals = 2 * crossing.totals[of]
    if np.any(ends > totals + 1):
        raise NotComputable(f"because the work does not end before {crossing.calendars[0].end}, where the calendars end")
    return early, bound


def _settle(starts: Ints, ends: Ints, lasting: Ints, works: Ints, places: slice) -> None:
    """Work begins with a working instant and ends with one; what takes no time ends where it begins."""
    starts[places] |= works[places]
    ends[places] = starts[places] - works[places] + 2 * lasting[places]


def _late(network: Network, crossing: Crossing, lasting: Ints, last: Ints, links: _Links) -> Ints:
    """Late finishes as minute indexes, by place."""
    items, side = network.items, network.backward
    late = np.empty(2 * items, np.int64)
    starts, ends = late[:items], late[items:]
    ends[:] = last
    np.subtract(ends, lasting, out=starts)
    for level in side.levels:
        places, reach = slice(level.low, level.high), slice(level.first, level.last)
        bound = _bound_back(crossing, late[side.source[reach]], links, reach)
        np.minimum(ends[places], np.minimum.reduceat(bound, level.starts), out=ends[places])
        np.subtract(ends[places], lasting[places], out=starts[places])
    return ends


def _bound_back(crossing: Crossing, index: Ints, links: _Links, reach: slice) -> Ints:
    """The latest finish that each link leaves to its predecessor, from the successor's time."""
    index = index + links.keep[reach]
    low, high, _ = reach.indices(len(links.keep))
    over = slice(*np.searchsorted(links.crosses, (low, high)).tolist())
    if over.stop > over.start:
        at = links.crosses[over] - low
        wall = crossing.wall(links.since[over], 2 * index[at] + 1) - links.elapsed[over]
        index[at] = crossing.mark(links.until[over], np.minimum(wall, crossing.days * DAY)) >> 1
    found: Ints = index + links.add[reach]
    return found


def _by_level(levels: Sequence[Level], crosses: Ints) -> list[slice]:
    """Which of the crossing links belong to each level."""
    first = np.searchsorted(crosses, [level.first for level in levels]).tolist()
    last = np.searchsorted(crosses, [level.last for level in levels]).tolist()
    return [slice(a, b) for a, b in zip(first, last, strict=True)]
