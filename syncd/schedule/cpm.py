"""Pure. The critical path method over arrays: early and late dates, floats, and the links that drive.

Kelley, "Critical-path planning and scheduling", Operations Research 9 (1961); link types after Fondahl's precedence method (1961).
For a link from i to j, with durations d and a lag:

    early   FS  ES_j >= ES_i + d_i + lag        late    FS  LF_i <= LS_j - lag
            SS  ES_j >= ES_i + lag                      SS  LS_i <= LS_j - lag
            FF  EF_j >= EF_i + lag                      FF  LF_i <= LF_j - lag
            SF  EF_j >= ES_i + lag                      SF  LS_i <= LF_j - lag

No item starts before the start or its own "not earlier than", and none ends late after the project's early finish or, where that
is earlier, the deadline. Total float = LF - EF, negative where the deadline cannot be met; critical: total float <= 0. Free float =
the least slack of the outgoing links, and never more than project finish - EF, which stands alone where there are none.
A link drives where its slack is 0: the successor's early date is exactly what the link asks for.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from syncd.schedule.calendar import Ints, NotComputable
from syncd.schedule.compiled import Bools, Network, Run, Side


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """Dates and floats of all items in the order of the input, in working minutes.

    Times are minute indexes of the item's own calendar; without calendars simply minutes. `opens`: early starts (and finishes, where
    nothing lies between) that stand at the beginning of a working day though the index is the end of another one as well.
    `driving`: by link of the input. `finish`: the latest early finish, as minute index or, with calendars, as minutes on the wall
    since their origin. `problems` and `cycles` are the network's.
    """

    network: Network
    early_start: Ints
    early_finish: Ints
    late_start: Ints
    late_finish: Ints
    free_float: Ints
    driving: Bools
    finish: int
    opens: Bools

    @property
    def total_float(self) -> Ints:
        """How far the finish may move before it moves the project's finish or breaks the deadline."""
        return self.late_finish - self.early_finish

    @property
    def critical(self) -> Bools:
        """Whether the item has no total float."""
        return self.late_finish <= self.early_finish

    @property
    def cycles(self) -> tuple[tuple[int, ...], ...]:
        """One cycle of each strongly connected part; no link inside such a part counts."""
        return self.network.cycles


def schedule(
    network: Network,
    durations: npt.ArrayLike,
    *,
    start: int = 0,
    not_earlier: npt.ArrayLike | None = None,
    deadline: int | None = None,
) -> Schedule:
    """One forward and one backward pass on one calendar: all times are working minutes, lags too (`crossed` knows several calendars).

    `durations`, `not_earlier`: one for each item. Always a full pass, level by level. Raises `NotComputable` for elapsed lags.
    """
    if np.any(network.elapsed & (network.lags != 0)):
        raise NotComputable("because elapsed lags need dates: schedule over calendars")
    order, places = network.order, slice(0, network.items)
    lasting = np.asarray(durations, np.int64)[order]
    early = np.empty(2 * network.items, np.int64)
    early[places] = start if not_earlier is None else np.maximum(np.asarray(not_earlier, np.int64)[order], start)
    np.add(early[places], lasting, out=early[network.items :])
    ahead, back = offsets(network, lasting)
    forward_pass(network, early, lasting, ahead)
    begins, ends = early[: network.items], early[network.items :]
    finish = int(ends.max(initial=start))
    late = np.empty(2 * network.items, np.int64)
    late[network.items :] = finish if deadline is None else min(finish, deadline)
    np.subtract(late[network.items :], lasting, out=late[places])
    backward_pass(network, late, lasting, back)
    free = np.full(network.items, finish, np.int64)
    least(network.backward, free, _added(early[network.backward.source], back))
    bound = _added(early[network.forward.source], ahead)
    driving = np.zeros(network.links, np.bool_)
    driving[network.kept[network.forward.link]] = bound == begins[network.forward.to]
    return Schedule(
        network,
        _back(order, begins),
        _back(order, ends),
        _back(order, late[: network.items]),
        _back(order, late[network.items :]),
        _back(order, free - ends),
        driving,
        finish,
        np.zeros(network.items, np.bool_),
    )


def offsets(network: Network, lasting: Ints) -> tuple[Ints | None, Ints | None]:
    """What a link adds to the time it reads: forward for a start, backward for a finish. None: nothing, for every link."""
    if network.plain:
        return None, None
    ahead, back = network.forward, network.backward
    to_finish, from_start = network.relations >= 2, network.relations % 2 == 1
    forward = network.lags[ahead.link] - np.where(to_finish[ahead.link], lasting[ahead.to], 0)
    backward = np.where(from_start[back.link], lasting[back.to], 0) - network.lags[back.link]
    return forward, backward


def forward_pass(network: Network, early: Ints, lasting: Ints, offset: Ints | None) -> None:
    """Push starts and finishes, which stand in `early` one after the other by place, along the links."""
    items, source = network.items, network.forward.source
    starts, ends = early[:items], early[items:]
    for step in network.forward.steps:
        places = slice(step.low, step.high)
        if isinstance(step, Run):
            _outside(step, network.forward, starts, early, offset, np.maximum)
            starts[places] = _run_forward(step, starts[places].tolist(), lasting[places].tolist(), offset)
        else:
            bound = _added(early[source[step.first : step.last]], None if offset is None else offset[step.first : step.last])
            np.maximum(starts[places], np.maximum.reduceat(bound, step.starts), out=starts[places])
        np.add(starts[places], lasting[places], out=ends[places])


def backward_pass(network: Network, late: Ints, lasting: Ints, offset: Ints | None) -> None:
    """Pull starts and finishes, which stand in `late` one after the other by place, against the links."""
    items, source = network.items, network.backward.source
    starts, ends = late[:items], late[items:]
    for step in network.backward.steps:
        places = slice(step.low, step.high)
        if isinstance(step, Run):
            _outside(step, network.backward, ends, late, offset, np.minimum)
            ends[places] = _run_backward(step, ends[places].tolist(), lasting[places].tolist(), offset)
        else:
            bound = _added(late[source[step.first : step.last]], None if offset is None else offset[step.first : step.last])
            np.minimum(ends[places], np.minimum.reduceat(bound, step.starts), out=ends[places])
        np.subtract(ends[places], lasting[places], out=starts[places])


def least(side: Side, values: Ints, bound: Ints) -> None:
    """Lower each place's value to the least bound among its links."""
    if len(bound):
        first = np.flatnonzero(np.diff(side.to, prepend=-1))
        to = side.to[first]
        values[to] = np.minimum(values[to], np.minimum.reduceat(bound, first))


def _outside(run: Run, side: Side, values: Ints, times: Ints, offset: Ints | None, better: np.ufunc) -> None:
    """Apply the links that come from outside a run."""
    if len(run.outer):
        bound = _added(times[side.source[run.outer]], None if offset is None else offset[run.outer])
        values[run.outer_to] = better(values[run.outer_to], better.reduceat(bound, run.outer_starts))


def _run_forward(run: Run, starts: list[int], lasting: list[int], offset: Ints | None) -> list[int]:
    if offset is not None:
        return _run_forward_by(run, starts, lasting, offset)
    ends: list[int] = []
    size = len(starts)
    for place, sources in enumerate(run.sources):
        begin = starts[place]
        for source in sources:
            if (bound := ends[source - size]) > begin:
                begin = bound
        starts[place] = begin
        ends.append(begin + lasting[place])
    return starts


def _run_backward(run: Run, ends: list[int], lasting: list[int], offset: Ints | None) -> list[int]:
    if offset is not None:
        return _run_backward_by(run, ends, lasting, offset)
    starts = [0] * len(ends)
    for place in run.places:
        end = ends[place]
        for source in run.sources[place]:
            if (bound := starts[source]) < end:
                end = bound
        ends[place] = end
        starts[place] = end - lasting[place]
    return ends


def _run_forward_by(run: Run, starts: list[int], lasting: list[int], offset: Ints) -> list[int]:
    size = len(starts)
    both = starts + [0] * size
    for place, sources, added in _rows(run, offset):
        for source, by in zip(sources, added, strict=True):
            if (bound := both[source] + by) > both[place]:
                both[place] = bound
        both[place + size] = both[place] + lasting[place]
    return both[:size]


def _run_backward_by(run: Run, ends: list[int], lasting: list[int], offset: Ints) -> list[int]:
    size = len(ends)
    both = [0] * size + ends
    for place, sources, added in _rows(run, offset):
        for source, by in zip(sources, added, strict=True):
            if (bound := both[source] + by) < both[place + size]:
                both[place + size] = bound
        both[place] = both[place + size] - lasting[place]
    return both[size:]


def _rows(run: Run, offset: Ints) -> Iterator[tuple[int, tuple[int, ...], list[int]]]:
    """Place, sources and offsets of each item of a run, in the order of the pass."""
    numbers = [number for place in run.places for number in run.links[place]]
    added = iter(offset[np.array(numbers, np.int64)].tolist())
    for place in run.places:
        sources = run.sources[place]
        yield place, sources, [next(added) for _ in sources]


def _added(times: Ints, offset: Ints | None) -> Ints:
    return times if offset is None else times + offset


def _back(order: Ints, values: Ints) -> Ints:
    """Values by place as values by item."""
    found = np.empty_like(values)
    found[order] = values
    return found
