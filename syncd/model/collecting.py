"""Pure. Without looking for cycles: what makes millions of values and no cycle spends a third of its time, or half, on looking for one."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Within it no cycles are looked for; what is not used any more goes all the same. Where that is off already it stays off.

    What was made counts as old afterwards: the young are looked through at once, and these may be millions.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.freeze()
            gc.unfreeze()  # this puts all of them among the old ones, without a look at any
            gc.enable()
