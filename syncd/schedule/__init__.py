"""Pure. Working time, the network of dependencies, and when open work ends. It reads the model; it judges nothing.

For others: `compute` turns a plan as a document into dates; `Network`, `schedule` and `crossed` do it over arrays, on one calendar
and on several, `forward_many` and `crossed_many` for many draws of durations; `Calendar` and `compile_many` are working time. Formulas,
conventions and examples are in the package's README.
"""

from syncd.schedule.calendar import Calendar, NotComputable, WorkingTime, around, compile_many, local
from syncd.schedule.compiled import LinkProblem, Network
from syncd.schedule.computing import Planned, Result, compute
from syncd.schedule.cpm import Schedule, schedule
from syncd.schedule.crossed import crossed
from syncd.schedule.draws import Draws, forward_many
from syncd.schedule.draws_crossed import crossed_many

__all__ = [
    "Calendar",
    "Draws",
    "LinkProblem",
    "Network",
    "NotComputable",
    "Planned",
    "Result",
    "Schedule",
    "WorkingTime",
    "around",
    "compile_many",
    "compute",
    "crossed",
    "crossed_many",
    "forward_many",
    "local",
    "schedule",
]
