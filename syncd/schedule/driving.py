"""Pure. What drives a milestone: when its open work ends, and the work that it ends with, back to where the path begins."""

from dataclasses import dataclass

from syncd.model.ref import Ref
from syncd.model.rows import Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.calendar import WorkingTime
from syncd.schedule.plan import Finish, Plan, plan_of
from syncd.schedule.wiring import End
from syncd.schedule.working import working_of


@dataclass(frozen=True, slots=True)
class Driving:
    """The plan of a snapshot, as seen from its milestones."""

    snapshot: Snapshot
    plan: Plan

    def finish(self, milestone: Ref) -> Finish | None:
        """When the last of its open items ends; None where none is open."""
        return self.plan.finish_of(milestone)

    def path(self, milestone: Ref) -> tuple[Ref, ...]:
        """The work that determines its end, first to last; empty where none is open."""
        end = End(milestone)
        return self.plan.path(end) if end in self.plan.wiring.number else ()

    def last(self, milestone: Ref) -> Ref | None:
        """The open item that ends last: where to speak of the milestone if it takes no comments itself."""
        return next((ref for ref in reversed(self.path(milestone)) if ref in self.snapshot.items), None)


def driving_of(snapshot: Snapshot) -> Driving:
    """Ask for it by `snapshot.once(driving_of)`."""
    return Driving(snapshot, snapshot.once(plan_of))


def time_of(snapshot: Snapshot, milestone: Milestone | None) -> WorkingTime:
    """In whose working time a milestone is counted: its team's, else everybody's."""
    working = snapshot.once(working_of)
    return working.calendar(None, working.team_of(milestone)) if milestone else working.default
