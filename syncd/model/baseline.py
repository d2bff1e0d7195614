"""Pure. A baseline: what was agreed on for a milestone at a moment. Appended, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from syncd.model.ref import Ref
from syncd.model.rows import Quantity

Origin = Literal["history", "observed", "adopted", "set"]
"""`history`: the vendor's own history told the moment of commitment; `observed`: it was first seen committed then; `adopted`: a person
took the state of a day, or of now; `set`: a person gave a date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """`milestone`: its anchor. `at`: the moment it describes. `items`: what was in scope, with its size where one was known then.

    `by`, `reason`: who agreed and why (of "adopted" and "set"). The one that was recorded last counts.
    """

    milestone: Ref
    at: datetime
    recorded_at: datetime
    origin: Origin
    start: date | None = None
    due: date | None = None
    items: Mapping[Ref, Quantity | None] = field(default_factory=dict)
    name: str = ""
    by: str = ""
    reason: str = ""
