"""Pure. Values of a scenario: lists that may be one text, names that may be misspelt, lengths of working time."""

import difflib
from collections.abc import Iterable
from typing import Any

from syncd.model.amount import WORKDAY, WORKWEEK, amount
from syncd.model.rows import LagIn


def listed(given: Any) -> list[str]:
    """Texts of a list, or of one text alone."""
    return [str(one) for one in given] if isinstance(given, list | tuple) else [str(given)] if given else []


def meant(name: str, known: Iterable[str], otherwise: str) -> str:
    """What may be meant by a name that is not known, else `otherwise`."""
    by_folded = {one.casefold(): one for one in known}
    close = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return f"Did you mean {by_folded[close[0]]}?" if close else otherwise


def working_minutes(given: object) -> int | str:
    """Minutes of working time, a day of 8 hours and a week of 5 days; or what is wrong with them."""
    found = amount(given)
    if isinstance(found, str):
        return found
    return f"{given!r} is elapsed time" if found.elapsed else found.minutes(WORKDAY, WORKWEEK)


def lag_of(given: object) -> tuple[int, LagIn] | str:
    """Minutes of a lag, and in which time they are; or what is wrong with it."""
    found = amount(given)
    if isinstance(found, str):
        return found
    return found.minutes(WORKDAY, WORKWEEK), "elapsed" if found.elapsed else "working"
