"""How long the tests go on that look for rare ends: `make soak` lets them go on ten times as long."""

import os

SOAK = bool(os.environ.get("SOAK"))


def rounds(usual: int, soak: int) -> int:
    """How many rounds: `usual` in `make test`, `soak` in `make soak`."""
    return soak if SOAK else usual
