"""Pure. What a mapping says of a record besides its rows."""

from syncd.model.record import record
from syncd.model.ref import Ref


@record(frozen=True, slots=True)
class Rejected:
    """A record that a mapping cannot read. It stays visible, and freezes what is known about its object."""

    ref: Ref
    reason: str
    """What happened, at which mapping key, and what to do."""
    rule: str | None = None


@record(frozen=True, slots=True)
class Note:
    """Something a mapping did not know: an unlisted status or type. The row is kept; the note is listed for the owner."""

    ref: Ref
    what: str
