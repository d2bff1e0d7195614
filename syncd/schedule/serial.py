"""Pure. One thing at a time: jobs put into the time of workers one after the other, and improved by going backward and forward.

Serial schedule generation (Kelley 1963): each job in turn takes the earliest room that its worker has after all that it waits for.
Forward-backward improvement (Tormos and Lova 2001): all jobs are pushed as late as they can go, from the last one on, and then as early,
in the order in which they then start; that is kept where it is better, and repeated until it is not.

Time is a number of days from today on, with the part of the day's work that is done: 2.5 is the middle of the third day's work.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field

_ROUNDS = 6
_EPS = 1e-6


@dataclass(frozen=True, slots=True)
class Job:
    """`minutes` of work, not before the day `release`. `who`: the workers of whom one does it. `before`: the jobs that have to end first.
    `due`: the day by whose end it is to be done; late is what ends after it. `group`: jobs of one are late once, by the last of them."""

    minutes: float
    who: tuple[int, ...]
    release: int = 0
    due: int | None = None
    before: tuple[int, ...] = ()
    group: int = 0


@dataclass(frozen=True, slots=True)
class Worker:
    """The sums of somebody's minutes of work before each day, one more than there are days. Beyond the last day they work no more."""

    before: Sequence[float]

    def index(self, at: float) -> float:
        """Minutes of work before a moment."""
        day = min(int(at), len(self.before) - 2)
        return self.before[day] + min(at - day, 1.0) * (self.before[day + 1] - self.before[day])

    def finish(self, index: float) -> float:
        """The moment at which so many minutes are done: the end of a day rather than the beginning of the next one."""
        day = max(0, min(bisect_left(self.before, index - _EPS), len(self.before) - 1) - 1)
        return self._moment(day, index)

    def start(self, index: float) -> float:
        """The moment at which work goes on after so many minutes."""
        day = max(0, min(bisect_right(self.before, index + _EPS), len(self.before) - 1) - 1)
        return self._moment(day, index)

    def _moment(self, day: int, index: float) -> float:
        there = self.before[day + 1] - self.before[day]
        return day + min(1.0, max(0.0, (index - self.before[day]) / there)) if there else float(day)


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a job is: its worker, and when it starts and ends, as minutes of their work and as moments."""

    worker: int
    first: float
    last: float
    start: float
    finish: float


@dataclass(slots=True)
class Placed:
    """A schedule: the slot of each job, by number. `clock`: whose working time says how late something is; None: days."""

    jobs: Sequence[Job]
    clock: Worker | None = None
    slots: dict[int, Slot] = field(default_factory=dict)

    @property
    def makespan(self) -> float:
        """When the last one ends."""
        return max((slot.finish for slot in self.slots.values()), default=0.0)

    def late(self) -> dict[int, float]:
        """How late each group is, by its last job, counted from the end of the day on which that was due."""
        found: dict[int, float] = {}
        for number, job in enumerate(self.jobs):
            if job.due is not None:
                found[job.group] = max(found.get(job.group, 0.0), self._after(job.due + 1, self.slots[number].finish))
        return found

    def _after(self, due: float, finish: float) -> float:
        if finish <= due + _EPS:
            return 0.0
        return self.clock.index(finish) - self.clock.index(max(due, 0)) if self.clock else finish - due

    @property
    def cost(self) -> tuple[float, float]:
        """What makes one schedule better than another: less delay in all, else an earlier end."""
        return round(sum(self.late().values()), 6), round(self.makespan, 6)


def level(jobs: Sequence[Job], workers: Sequence[Worker], clock: Worker | None = None) -> Placed:
    """A good schedule: first what is due first, then improved. Jobs that wait for each other in a circle do not wait."""
    best = _forward(Placed(jobs, clock), workers, sorted(range(len(jobs)), key=lambda number: _urgency(jobs[number], number)))
    for _ in range(_ROUNDS):
        after = _backward(best, workers)
        other = _forward(Placed(jobs, clock), workers, sorted(after, key=lambda number: (after[number], number)))
        if other.cost >= best.cost:
            return best
        best = other
    return best


def _urgency(job: Job, number: int) -> tuple[float, int, int]:
    return job.due if job.due is not None else float("inf"), job.release, number


def _forward(placed: Placed, workers: Sequence[Worker], order: Sequence[int]) -> Placed:
    jobs, busy = placed.jobs, [list[tuple[float, float]]() for _ in workers]
    for number in _after_those_before(jobs, order):
        job = jobs[number]
        ready = max([float(job.release), *(placed.slots[one].finish for one in job.before if one in placed.slots)])
        slot = min((_earliest(job, one, workers[one], busy[one], ready) for one in job.who), key=lambda slot: slot.finish)
        placed.slots[number] = slot
        insort(busy[slot.worker], (slot.first, slot.last))
    return placed


def _after_those_before(jobs: Sequence[Job], order: Sequence[int]) -> list[int]:
    """That order, but each job after those that it waits for."""
    found: dict[int, None] = {}
    entered: set[int] = set()
    for root in order:
        todo = [root]
        while todo:
            number = todo[-1]
            waiting = [one for one in jobs[number].before if one not in found and one not in entered]
            entered.add(number)
            if waiting:
                todo += waiting
            else:
                found[todo.pop()] = None
    return list(found)


def _earliest(job: Job, number: int, worker: Worker, busy: Sequence[tuple[float, float]], ready: float) -> Slot:
    first, enough = worker.index(ready), job.minutes - _EPS
    for begins, ends in busy[max(0, bisect_left(busy, (first, first)) - 1) :]:
        if begins - first >= enough:
            break
        if ends > first:
            first = ends
    return _slot(number, worker, first, job.minutes, worker.start(first) if job.minutes else ready)


def _slot(number: int, worker: Worker, first: float, minutes: float, start: float) -> Slot:
    last = first + minutes
    beyond = max(0.0, last - worker.before[-1])
    finish = worker.finish(last) if minutes else start
    return Slot(number, first, last, start, len(worker.before) - 1 + beyond / 480 if beyond > _EPS else finish)


def _backward(placed: Placed, workers: Sequence[Worker]) -> dict[int, float]:
    """When each job starts where all of them are pushed as late as the end of the whole allows."""
    jobs, end = placed.jobs, placed.makespan
    starts: dict[int, float] = {}
    limit = [end] * len(jobs)
    busy = [list[tuple[float, float]]() for _ in workers]
    for number in sorted(range(len(jobs)), key=lambda one: (-placed.slots[one].finish, -placed.slots[one].start, -one)):
        worker = placed.slots[number].worker
        last, enough = workers[worker].index(limit[number]), jobs[number].minutes - _EPS
        for begins, ends in reversed(busy[worker]):
            if last - ends >= enough:
                break
            if begins < last:
                last = begins
        insort(busy[worker], (last - jobs[number].minutes, last))
        starts[number] = workers[worker].start(last - jobs[number].minutes)
        for one in jobs[number].before:
            limit[one] = min(limit[one], starts[number])
    return starts
