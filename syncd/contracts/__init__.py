"""Pure. What changes between two revisions of an API description, and whom it breaks. Texts come in; nothing is fetched or opened.

For others: `diff` judges two revisions, `Revision` is the files of one, `Verdict` and `Change` are what comes out. The rules, with
their levels and what they mean, are in the package's README.
"""

from syncd.contracts.change import LEVELS, Change, Direction, Level, Verdict
from syncd.contracts.engine import KINDS, VERSION, Kind, diff, kind_of
from syncd.contracts.revision import Revision

__all__ = ["KINDS", "LEVELS", "VERSION", "Change", "Direction", "Kind", "Level", "Revision", "Verdict", "diff", "kind_of"]
