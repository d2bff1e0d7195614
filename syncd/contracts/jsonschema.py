"""Pure. The differ of JSON Schema."""

from syncd.contracts.change import Direction, Verdict
from syncd.contracts.revision import Revision


def diff(old: Revision, new: Revision, direction: Direction = "both") -> Verdict:
    """The changes."""
    return Verdict.unjudged(f"{old.main} and {new.main} are of a kind that is not read yet ({direction})")
