"""Pure. The critical path method where items have calendars of their own and lags run in elapsed time.

Early times run as marks (see `crossing`), so that a milestone keeps the end of its predecessor's day while work begins on the next
morning. A link between two calendars, and any elapsed lag, goes over the clock on the wall: forward from the predecessor's instant,
plus the elapsed lag, to the successor's next working instant; backward from the latest instant that still is the successor's time.
A lag in working time is counted on the successor's calendar. Late times, floats and deadlines are minute indexes of the item's own
calendar: a finish is bounded by the working minutes that its calendar has until the project's finish.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from syncd.schedule.calendar import DAY, Instants, Ints, NotComputable, WorkingTime
from syncd.schedule.compiled import Bools, Network
from syncd.schedule.cpm import Schedule, least
from syncd.schedule.crossing import Crossing, Route
from syncd.schedule.given import whole
from syncd.schedule.order import ranked


@dataclass(frozen=True, slots=True, eq=False)
class Acts:
    """What a side's links do: what they keep of a time and add to it, and which of them cross; `parts`: the crossing ones of each level."""

    keep: Ints
    add: Ints
    route: Route
    parts: list[slice]


def crossed(
    network: Network,
    durations: npt.ArrayLike,
    calendars: Sequence[WorkingTime] | Crossing,
    calendar: npt.ArrayLike | None = None,
    *,
    start: Instants,
    not_earlier: Instants | None = None,
    not_done: Instants | None = None,
    deadline: Instants | None = None,
    not_later: Instants | Callable[[Ints], Instants] | None = None,
) -> Schedule:
    """One forward and one backward pass. `calendar`: each item's number in `calendars`, 0 where nothing is said. Calendars that many
    calls share may come as a `Crossing`.

    `durations` are working minutes of the item's calendar. `start`, `deadline`, `not_earlier`, `not_done` and `not_later` are local
    instants, the last three one for each item, NaT for none. No item ends before its `not_done`, and what waits for it in another
    calendar waits until then, be there working time of its own before it or not (a lag in elapsed time after the end of a date runs from
    the close of work on it); `not_later` bounds its late finish, and may be made
    from the early finishes. A date as an end means its beginning: give the next date for the end of one. Raises `NotComputable` where
    the dates run out of the calendars' range, and `ValueError` for durations that are no whole numbers from 0 on, one for each item.
    """
    crossing = calendars if isinstance(calendars, Crossing) else Crossing.of(calendars)
    of = which(network, crossing.calendars, calendar)
    lasting = whole("durations", durations, network.items, least=0)[network.order]
    own = own_marks(network, crossing, of, start, not_earlier)
    early, bound = _early(network, crossing, of, lasting, own, held_of(network, crossing, not_done))
    starts, ends = early[: network.items], early[network.items :]
    finish = max(int(finish_of(crossing, of, ends, 1).max(initial=0)), int(wall_of(crossing, start)))
    end = finish if deadline is None else min(finish, int(wall_of(crossing, deadline)))
    if callable(not_later):
        not_later = not_later((ends >> 1)[network.place])
    back = acts(network, crossing, of, lasting, forward=False)
    late = _late(network, crossing, lasting, _last(network, crossing, of, end, not_later), back)
    index = early >> 1

    def slacks() -> tuple[Ints, Bools]:
        free = (crossing.marks(finish) >> 1)[of]
        least(
            network.backward,
            free,
            _bound_back(crossing, index[network.backward.source], back, 0, slice(0, len(back.route.links))),
        )
        driving = np.zeros(network.links, np.bool_)
        driving[network.forward.given] = bound >> 1 == index[network.forward.to]
        return free - index[network.items :], driving

    return Schedule(network, index, late, finish, slacks, (starts & 1).astype(np.bool_))


def which(network: Network, calendars: Sequence[WorkingTime], calendar: npt.ArrayLike | None) -> Ints:
    """Each item's calendar, by place. Raises `ValueError` for a number that is none of a calendar."""
    if calendar is None:
        return np.zeros(network.items, np.int64)
    of = whole("calendar", calendar, network.items, least=0)[network.order]
    if of.max(initial=0) >= len(calendars):
        raise ValueError(f"calendar has {of.max()}: there are {len(calendars)} calendars, counted from 0")
    return of


def finish_of(crossing: Crossing, of: Ints, ends: Ints, draws: int) -> Ints:
    """The latest of the finishes, by draw, on the wall. In one calendar later marks are later on the wall: one look-up for each."""
    ends = ends.reshape(len(of), draws)
    used, first = np.unique(of[order := ranked(of)], return_index=True)
    latest = np.maximum.reduceat(ends[order], first, axis=0) if len(used) else np.zeros((0, draws), np.int64)
    last: Ints = crossing.wall(used[:, None], latest).max(axis=0, initial=0)
    return last


def wall_of(crossing: Crossing, at: Instants) -> Ints:
    origin = np.datetime64(crossing.calendars[0].origin, "m").astype(np.int64)
    wall: Ints = np.asarray(at, "datetime64[m]").astype(np.int64) - origin
    return wall


def own_marks(network: Network, crossing: Crossing, of: Ints, start: Instants, not_earlier: Instants | None) -> Ints:
    """The mark from which each item may start by itself: the plan's start, and a date, begin a day even where one ends at midnight."""
    first = crossing.marks(int(wall_of(crossing, start)))[of] | 1
    if not_earlier is None:
        return first
    given = np.asarray(not_earlier, "datetime64[m]")[network.order]
    told = np.flatnonzero(~np.isnat(given))
    wall = wall_of(crossing, given[told])
    first[told] = np.maximum(first[told], crossing.mark(of[told], wall) | (wall % DAY == 0))
    return first


def held_of(network: Network, crossing: Crossing, not_done: Instants | None) -> Ints | None:
    """The minute on the wall before which each item, by place, does not end."""
    if not_done is None:
        return None
    given = np.asarray(not_done, "datetime64[m]")[network.order]
    return np.where(np.isnat(given), 0, np.clip(wall_of(crossing, given), 0, crossing.days * DAY))


def ends_at(crossing: Crossing, of: Ints, wall: Ints) -> Ints:
    """The mark of each item that ends then, or with the last working time before it."""
    return crossing.mark(of, wall) & -2


def _last(network: Network, crossing: Crossing, of: Ints, end: int, not_later: Instants | None) -> Ints:
    """The minute index by which each item has to end by itself."""
    last: Ints = (crossing.marks(end) >> 1)[of]
    if not_later is None:
        return last
    given = np.asarray(not_later, "datetime64[m]")[network.order]
    told = np.flatnonzero(~np.isnat(given))
    last[told] = crossing.mark(of[told], wall_of(crossing, given[told])) >> 1
    return last


def acts(network: Network, crossing: Crossing, of: Ints, lasting: Ints, *, forward: bool, held: Ints | None = None) -> Acts:
    """What each link of a side does. Forward in marks, backward in indexes. `held`: by place, for links that read a finish."""
    side = network.forward if forward else network.backward
    working, elapsed = (side.lag, None) if network.timeless else (side.lag * ~side.elapsed, side.lag * side.elapsed)
    since, until = of[side.other], of[side.to]
    crosses = np.flatnonzero(since != until if elapsed is None else (since != until) | (elapsed != 0))
    if forward:
        keep = -1 - (working != 0)
        add = 2 * (working - (side.relation >> 1) * lasting[side.to])
        add += working < 0
    else:
        keep = -working
        add = (side.relation & 1) * lasting[side.to]
    between = np.zeros(len(crosses), np.int64) if elapsed is None else elapsed[crosses]
    reads_finish = side.relation[crosses] % 2 == 0
    held = np.zeros(len(crosses), np.int64) if held is None else held[side.other[crosses]] * reads_finish
    if elapsed is not None:
        held = _closed(crossing, since[crosses], held, between != 0)
    route = crossing.route(crosses, since[crosses], until[crosses], between, held)
    first = np.searchsorted(crosses, [level.first for level in side.levels]).tolist()
    last = np.searchsorted(crosses, [level.last for level in side.levels]).tolist()
    return Acts(keep, add, route, [slice(a, b) for a, b in zip(first, last, strict=True)])


def _closed(crossing: Crossing, of: Ints, held: Ints, elapsed: Bools) -> Ints:
    """Where elapsed time runs on from the end of a date, it does so from the close of work on it, as after any other work."""
    close = crossing.start_of_day + crossing.minutes.reshape(len(crossing.calendars), -1).max(axis=1)
    whole = elapsed & (held > 0) & (held % DAY == 0)
    found: Ints = held - whole * (DAY - close[of])
    return found


def _early(network: Network, crossing: Crossing, of: Ints, lasting: Ints, own: Ints, held: Ints | None) -> tuple[Ints, Ints]:
    """Early starts and finishes as marks, by place one after the other, and what each link asked for."""
    items, side = network.items, network.forward
    links = acts(network, crossing, of, lasting, forward=True, held=held)
    works = (lasting > 0).astype(np.int64)
    spans = 2 * lasting - works
    early, bound = np.empty(2 * items, np.int64), np.empty(len(side.to), np.int64)
    starts, ends = early[:items], early[items:]
    np.bitwise_or(own if held is None else np.maximum(own, ends_at(crossing, of, held) - spans), works, out=starts)
    np.add(starts, spans, out=ends)
    for level, part in zip(side.levels, links.parts, strict=True):
        places, reach = slice(level.low, level.high), slice(level.first, level.last)
        mark = early[side.source[reach]]
        if part.stop > part.start:
            at = links.route.links[part] - level.first
            mark[at] = crossing.ahead(links.route, part, mark[at])
        mark &= links.keep[reach]
        asked = np.add(mark, links.add[reach], out=bound[reach])
        begin = np.maximum(starts[places], np.maximum.reduceat(asked, level.starts))
        np.bitwise_or(begin, works[places], out=starts[places])
        np.add(starts[places], spans[places], out=ends[places])
    if np.any(ends > 2 * crossing.totals[of] + 1):
        raise NotComputable(f"because the work does not end before {crossing.calendars[0].end}, where the calendars end")
    return early, bound


def _late(network: Network, crossing: Crossing, lasting: Ints, last: Ints, links: Acts) -> Ints:
    """Late starts and finishes as minute indexes, by place one after the other."""
    items, side = network.items, network.backward
    late = np.empty(2 * items, np.int64)
    starts, ends = late[:items], late[items:]
    ends[:] = last
    np.subtract(ends, lasting, out=starts)
    for level, part in zip(side.levels, links.parts, strict=True):
        places = slice(level.low, level.high)
        bound = _bound_back(crossing, late[side.source[level.first : level.last]], links, level.first, part)
        np.minimum(ends[places], np.minimum.reduceat(bound, level.starts), out=ends[places])
        np.subtract(ends[places], lasting[places], out=starts[places])
    return late


def _bound_back(crossing: Crossing, index: Ints, links: Acts, first: int, part: slice) -> Ints:
    """The latest finish that each link from `first` on leaves to its predecessor, from the successor's time."""
    reach = slice(first, first + len(index))
    index += links.keep[reach]
    if part.stop > part.start:
        at = links.route.links[part] - first
        index[at] = crossing.back(links.route, part, index[at])
    index += links.add[reach]
    return index
