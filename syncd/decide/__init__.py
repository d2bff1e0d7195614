"""Pure. What to say, where, to whom, and when to stop: finding states, speaking places, rendering. It writes nothing itself."""

from syncd.decide.plain import plain_text
from syncd.decide.plan import decide
from syncd.decide.plan_text import as_plan
from syncd.decide.settle import settle
from syncd.decide.state import Decision, FindingState, Place, Plan, Policy, Said, Settled, Silent

__all__ = [
    "Decision",
    "FindingState",
    "Place",
    "Plan",
    "Policy",
    "Said",
    "Settled",
    "Silent",
    "as_plan",
    "decide",
    "plain_text",
    "settle",
]
