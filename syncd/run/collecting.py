"""Looking for cycles: reading pages and analysing a mirror make millions of objects and hardly a cycle, and looking for these over and
over takes a fifth of the one and a third of the other."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_NEW = 10_000
"""So many new objects there are before the youngest are looked through. Python's own number is 700: a page of records has more."""


def seldom_collected() -> None:
    """Look for cycles less often in this process, unless somebody chose a number for it."""
    usual, *older = gc.get_threshold()
    if 0 < usual <= 2_000:  # 3.14 begins with 2,000
        gc.set_threshold(_NEW, *older)


@contextmanager
def uncollected() -> Iterator[None]:
    """Within it no cycles are looked for; what is not used any more goes all the same. Where that is off already it stays off."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
