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

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from syncd.schedule.calendar import Ints, NotComputable
from syncd.schedule.compiled import Bools, Network, Run, Side
from syncd.schedule.given import whole


@dataclass(frozen=True, eq=False)  # no slots: what is asked for is kept
class Schedule:
    """Dates and floats of all items in the order of the input, in working minutes.

    Times are minute indexes of the item's own calendar; without calendars simply minutes. `finish`: the latest early finish, as such
    or, with calendars, as minutes on the wall since their origin. The passes leave starts and finishes one after the other by place
    (`early`, `late`); everything else is read from them when it is first asked for.
    """

    network: Network
    early: Ints
    late: Ints
    finish: int
    slacks: Callable[[], tuple[Ints, Bools]] = field(repr=False)
    opening: Bools | None = None

    @cached_property
    def early_start(self) -> Ints:
        """The first minute at which each item can start."""
        return self._by_item(self.early[: self.network.items])

    @cached_property
    def early_finish(self) -> Ints:
        """When each item is done if it starts then."""
        return self._by_item(self.early[self.network.items :])

    @cached_property
    def late_start(self) -> Ints:
        """The last minute at which each item can start without moving the project's finish or breaking the deadline."""
        return self._by_item(self.late[: self.network.items])

    @cached_property
    def late_finish(self) -> Ints:
        """When each item is done if it starts then."""
        return self._by_item(self.late[self.network.items :])

    @cached_property
    def total_float(self) -> Ints:
        """How far the finish may move before it moves the project's finish or breaks the deadline."""
        return self._by_item(self.late[self.network.items :] - self.early[self.network.items :])

    @cached_property
    def critical(self) -> Bools:
        """Whether the item has no total float."""
        return self.total_float <= 0

    @cached_property
    def free_float(self) -> Ints:
        """How far the finish may move before it moves any other item's early dates or the project's finish."""
        return self._by_item(self._slacks[0])

    @cached_property
    def driving(self) -> Bools:
        """By link of the input: whether it leaves no slack. A link that does not count never drives."""
        return self._slacks[1]

    @cached_property
    def opens(self) -> Bools:
        """Whether an early start stands at the beginning of a working day though its index is the end of another one as well."""
        return np.zeros(self.network.items, np.bool_) if self.opening is None else self.opening[self.network.place]

    @property
    def cycles(self) -> tuple[tuple[int, ...], ...]:
        """One cycle of each strongly connected part; no link inside such a part counts."""
        return self.network.cycles

    @cached_property
    def _slacks(self) -> tuple[Ints, Bools]:
        return self.slacks()

    def _by_item(self, values: Ints) -> Ints:
        found: Ints = values[self.network.place]
        return found


def schedule(
    network: Network,
    durations: npt.ArrayLike,
    *,
    start: int = 0,
    not_earlier: npt.ArrayLike | None = None,
    deadline: int | None = None,
) -> Schedule:
    """One forward and one backward pass on one calendar: all times are working minutes, lags too (`crossed` knows several calendars).

    `durations`, `not_earlier`: one for each item. Always a full pass, level by level. Raises `NotComputable` for
    elapsed lags (see `crossed`), and `ValueError` for durations that are no whole numbers from 0 on, one for each item.
    """
    if not network.timeless:
        raise NotComputable("because elapsed lags need dates: schedule with crossed")
    items = network.items
    lasting = whole("durations", durations, items, least=0)[network.order]
    early, late = np.empty(2 * items, np.int64), np.empty(2 * items, np.int64)
    early[:items] = start if not_earlier is None else np.maximum(whole("not_earlier", not_earlier, items)[network.order], start)
    np.add(early[:items], lasting, out=early[items:])
    ahead, back = offsets(network, lasting)
    forward_pass(network, early, lasting, ahead)
    finish = int(early[items:].max(initial=start))
    late[items:] = finish if deadline is None else min(finish, deadline)
    np.subtract(late[items:], lasting, out=late[:items])
    backward_pass(network, late, lasting, back)
    return Schedule(network, early, late, finish, lambda: _slack(network, early, finish, ahead, back))


def _slack(network: Network, early: Ints, finish: int, ahead: Ints | None, back: Ints | None) -> tuple[Ints, Bools]:
    """Free floats by place, and which of the input's links drive."""
    free = np.full(network.items, finish, np.int64)
    least(network.backward, free, _added(early[network.backward.source], back))
    free -= early[network.items :]
    driving = np.zeros(network.links, np.bool_)
    driving[network.forward.given] = _added(early[network.forward.source], ahead) == early[network.forward.to]
    return free, driving


def offsets(network: Network, lasting: Ints) -> tuple[Ints | None, Ints | None]:
    """What a link adds to the time it reads: forward for a start, backward for a finish. None: nothing, for every link."""
    if network.plain:
        return None, None
    ahead, back = network.forward, network.backward
    to_finish, from_start = ahead.relation >= 2, back.relation & 1
    return ahead.lag - to_finish * lasting[ahead.to], from_start * lasting[back.to] - back.lag


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
        values[side.linked] = np.minimum(values[side.linked], np.minimum.reduceat(bound, side.heads))


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
    by = iter(offset[run.links].tolist())
    for place in run.places:
        begin = starts[place]
        for source in run.sources[place]:
            if (bound := both[source] + next(by)) > begin:
                begin = bound
        both[place] = begin
        both[place + size] = begin + lasting[place]
    return both[:size]


def _run_backward_by(run: Run, ends: list[int], lasting: list[int], offset: Ints) -> list[int]:
    size = len(ends)
    both = [0] * size + ends
    by = iter(offset[run.links].tolist())
    for place in run.places:
        end = ends[place]
        for source in run.sources[place]:
            if (bound := both[source] + next(by)) < end:
                end = bound
        both[place + size] = end
        both[place] = end - lasting[place]
    return both[size:]


def _added(times: Ints, offset: Ints | None) -> Ints:
    return times if offset is None else times + offset
