"""Looking for cycles: reading pages makes millions of objects and hardly a cycle, and looking for one over and over takes a fifth of it."""

import gc

_NEW = 10_000
"""So many new objects there are before the youngest are looked through. Python's own number is 700: a page of records has more."""


def seldom_collected() -> None:
    """Look for cycles less often in this process, unless somebody chose a number for it."""
    usual, *older = gc.get_threshold()
    if 0 < usual <= 2_000:  # 3.14 begins with 2,000
        gc.set_threshold(_NEW, *older)
