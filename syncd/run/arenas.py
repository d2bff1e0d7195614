"""Memory of many threads: glibc gives each one an arena of its own, which keeps what it held at its fullest; two do for all of ours."""

import ctypes
from contextlib import suppress

_M_ARENA_MAX = -8
"""The parameter's number in glibc's malloc.h."""
_ARENAS = 2


def few_arenas() -> None:
    """Bound the arenas of this process. Where the C library knows no such thing, nothing happens."""
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)
