"""Pure. Blocking chains: what holds up due dates, followed back to the work where it begins.

The driving path of every milestone that ends after its due date is one; those that begin with the same work are one chain, which costs the
working days that all their due dates lose. Where the first work waits for others in a cycle, the chain begins there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from syncd.model.ref import Ref
from syncd.model.snapshot import Snapshot
from syncd.schedule.days import days_after
from syncd.schedule.plan import Plan, plan_of
from syncd.schedule.wiring import End, is_open


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A due date that is not kept. `days`: working days lost; `path`: what drives its end, first to last; `clocked`: by today."""

    milestone: Ref
    due: date
    finish: date
    days: int
    clocked: bool
    path: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """Due dates that are held up by the same work. `held`: the one that loses most first."""

    held: tuple[Held, ...]

    @property
    def root(self) -> Ref:
        """The work where it begins."""
        return self.path[0]

    @property
    def path(self) -> tuple[Ref, ...]:
        """The way to the due date that loses most."""
        return self.held[0].path

    @property
    def days(self) -> int:
        """Working days that the due dates lose, together."""
        return sum(one.days for one in self.held)

    @property
    def clocked(self) -> bool:
        """Whether another day alone makes it worse."""
        return any(one.clocked for one in self.held)


def worst_chains(snapshot: Snapshot, n: int = 3) -> tuple[Chain, ...]:
    """The chains that cost most, the worst first; of equals the one that holds up more dates, then the longer one."""
    return snapshot.once(chains_of)[:n]


def chains_of(snapshot: Snapshot) -> tuple[Chain, ...]:
    """All chains, the worst first. Use it as `snapshot.once(chains_of)`."""
    plan = snapshot.once(plan_of)
    roots: dict[Ref, list[Held]] = {}
    for ref in sorted(snapshot.milestones):
        held = _held(snapshot, plan, ref)
        if held:
            roots.setdefault(held.path[0], []).append(held)
    return tuple(sorted(map(_chain, roots.values()), key=_rank))


def _chain(held: Iterable[Held]) -> Chain:
    return Chain(tuple(sorted(held, key=lambda one: (-one.days, -len(one.path), one.milestone))))


def _rank(chain: Chain) -> tuple[int, int, int, Ref]:
    return -chain.days, -len(chain.held), -len(chain.path), chain.root


def _held(snapshot: Snapshot, plan: Plan, ref: Ref) -> Held | None:
    milestone, end = snapshot.milestones[ref], plan.finish_of(ref)
    if not (is_open(milestone) and milestone.due and end) or end.day <= milestone.due:
        return None
    days, path = days_after(plan.calendar(End(ref)), milestone.due, end.day), plan.path(End(ref))
    if days <= 0 or not path:
        return None
    return Held(milestone=ref, due=milestone.due, finish=end.day, days=days, clocked=end.clocked, path=path)
