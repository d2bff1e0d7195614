"""Pure. What drives a milestone: when its open work ends, and the work that it ends with, back to where the path begins."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncd.model.ref import Ref
from syncd.model.snapshot import Snapshot
from syncd.schedule.forward import End, Forward, forward, is_open


@dataclass(frozen=True, slots=True)
class Driving:
    """The early ends of a snapshot, as seen from its milestones."""

    snapshot: Snapshot
    plan: Forward
    _last: dict[Ref, Ref | None] = field(default_factory=dict)

    @property
    def ends(self) -> Mapping[Ref, End]:
        """The early ends of all open work."""
        return self.plan.ends

    def finish(self, milestone: Ref) -> End | None:
        """When the last of its open items ends; None where none is open."""
        last = self.last(milestone)
        return self.plan.ends[last] if last else None

    def last(self, milestone: Ref) -> Ref | None:
        """The open item that ends last; of equals one with the smallest ref."""
        if milestone not in self._last:
            members = self.snapshot.members.get(milestone, ())
            opens = sorted(ref for ref in members if is_open(self.snapshot.items[ref]))
            self._last[milestone] = max(
                opens, key=lambda ref: (self.plan.ends[ref].day, self.plan.ends[ref].clocked), default=None
            )
        return self._last[milestone]

    def path(self, milestone: Ref) -> tuple[Ref, ...]:
        """The work that determines its end, first to last."""
        path: list[Ref] = []
        step = self.last(milestone)
        while step is not None and step in self.plan.ends:
            path.append(step)
            step = self.plan.ends[step].by
        return tuple(reversed(path))


def driving_of(snapshot: Snapshot) -> Driving:
    """Ask for it by `snapshot.once(driving_of)`."""
    return Driving(snapshot, snapshot.once(forward))
