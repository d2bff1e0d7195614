"""Pure. How firmly an operation is promised, where its description says so: draft, alpha, beta or stable."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from syncd.contracts.change import Change

STABLE = "stable"
_BETA_API = "x-beta-api"
_KEYS = ("x-stability-level", "x-stability")
_RANKS: Mapping[str, int] = MappingProxyType({"draft": 0, "experimental": 1, "alpha": 1, "beta": 2, STABLE: 3})
_LOOSE = 1
"""What is promised no more firmly than this may change or go at any time."""


def stability_of(raw: Mapping[str, Any]) -> str | None:
    """How firmly an operation is promised; None where it does not say so. `x-beta-api` knows no degrees: what bears it is left open."""
    for key in _KEYS:
        said = raw.get(key)
        if isinstance(said, str) and said.lower() in _RANKS:
            return said.lower()
    return "experimental" if raw.get(_BETA_API) is True else None


def is_loose(raw: Mapping[str, Any]) -> bool:
    """Whether an operation may change or go at any time."""
    return _RANKS[stability_of(raw) or STABLE] <= _LOOSE


def how_stability(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """The rule, the old and the new degree, where an operation is promised otherwise. What says nothing is only known to be stable
    where the mark is one that all that is stable lacks."""
    was, now = stability_of(old), stability_of(new)
    marked = new if was is None else old if now is None else None
    if marked is not None and marked.get(_BETA_API) is not True:
        return None
    degrees = was or STABLE, now or STABLE
    ranks = [_RANKS[one] for one in degrees]
    if ranks[0] == ranks[1]:
        return None
    return "operation-stability-lowered" if ranks[1] < ranks[0] else "operation-stability-raised", *degrees


def excused(changes: Iterable[Change], loose: Set[str]) -> list[Change]:
    """The changes; of operations that may change at any time none breaks a promise, though it may well break who calls them."""
    return [_excused(change) if change.level == "breaking" and change.operation in loose else change for change in changes]


def _excused(change: Change) -> Change:
    return replace(change, level="risky", text=f"{change.text.rstrip('.')}; the operation was not promised to be stable.")
