"""Pure. The differ of openapi."""

from syncd.contracts.change import Verdict
from syncd.contracts.revision import Revision


def diff(old: Revision, new: Revision) -> Verdict:
    """The changes."""
    return Verdict.unjudged(f"{old.main} and {new.main} are of a kind that is not read yet")
