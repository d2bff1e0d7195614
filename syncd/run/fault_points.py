"""Fault points: named places of a pass at which a test can have the process die, to prove that nothing is lost or doubled there."""

import os
import signal
from collections.abc import Callable, Mapping
from itertools import count

from syncd.model.problem import Problem, Problems

VARIABLE = "SYNCD_FAULT_POINT"
"""`after receipt`, or `after receipt:3`: the third time that the point is reached."""

POINTS = (
    "before page stored",
    "after page stored",
    "after mapping",
    "after analysis",
    "after claim",
    "after find",
    "after renew",
    "after request sent",
    "after receipt",
)
"""In the order of a pass. `after request sent`: the vendor has it, and its answer is lost."""

Point = Callable[[str], None]
"""Called with the name of the place that is reached."""


def unused(_: str) -> None:
    """No fault point is named: nothing happens."""


def point_of(environ: Mapping[str, str]) -> Point:
    """What happens at the points of this process: the one that the environment names kills it. Raises Problems for a name that is none."""
    named = environ.get(VARIABLE)
    if not named:
        return unused
    name, _, which = named.partition(":")
    if name not in POINTS or (which and not which.isdigit()):
        raise Problems((Problem("environment", VARIABLE, f"{named!r} is no fault point", f"Name one of {', '.join(POINTS)}."),))
    reached, wanted = count(1), int(which or 1)

    def kill(place: str) -> None:
        if place == name and next(reached) == wanted:
            os.kill(os.getpid(), signal.SIGKILL)

    return kill
