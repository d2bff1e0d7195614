"""Pure. Arrays that callers give, looked at before they are computed with: NumPy would cut off fractions and stretch what is too short."""

import numpy as np
import numpy.typing as npt

from syncd.schedule.calendar import Ints

FAR = 2**40
"""Minutes from which on sums over a long chain would run out of 64 bits; some two million years."""


def whole(name: str, given: npt.ArrayLike, size: int, *, least: int = -FAR) -> Ints:
    """One whole number for each of `size` items or links. Raises `ValueError`, whose text says which argument and what to give."""
    found = np.asarray(given)
    if found.shape != (size,):
        raise ValueError(f"{name} has {_shape(found)} numbers: give {size}, one for each")
    if not size:
        return np.zeros(0, np.int64)
    if found.dtype.kind not in "iubf" or (found.dtype.kind == "f" and not (np.isfinite(found).all() and (found % 1 == 0).all())):
        raise ValueError(f"{name} has something else than whole numbers: give whole minutes, or numbers of items")
    if found.min() < least or found.max() > FAR:
        raise ValueError(f"{name} has {found.min()} to {found.max()}: give numbers from {least} to {FAR}")
    return found.astype(np.int64, copy=False)


def drawn(name: str, given: npt.ArrayLike, items: int) -> npt.NDArray[np.number]:
    """Numbers of draws x items, none below zero. Raises `ValueError`."""
    found = np.asarray(given)
    if found.ndim != 2 or found.shape[1] != items:
        raise ValueError(f"{name} has {_shape(found)} numbers: give draws x {items}, a row for each draw")
    if found.dtype.kind not in "iubf" or not found.min(initial=0) >= 0:
        raise ValueError(f"{name} has something else than numbers from zero on: give minutes")
    return found


def _shape(found: npt.NDArray[np.generic]) -> str:
    return " x ".join(map(str, found.shape)) or "no"
