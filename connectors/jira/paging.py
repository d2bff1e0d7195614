"""Pages of a counted result: where the next one begins, and where the result ends."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from connectors.http import expect
from syncd.contract import Unavailable
from syncd.model.raw import Json

_MOST_PAGES = 1_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a result: a token (Cloud's search), or an offset and the total by which it was counted."""

    token: str | None = None
    offset: int = 0
    total: int | None = None


START = Place()


class BrokenOff(Exception):
    """A page says that there is more, and not where. It never leaves this package."""


def offset_after(answer: dict[str, Any], got: int, place: Place) -> Place | None:
    """Where the next page of a counted result begins; None at its end. Raises BrokenOff where a page before the end is empty.

    A total that shrank means that something before us is gone and the rest moved up: then the place is read again, so much
    earlier. Without a total the last page says so (`isLast`), or is not full.
    """
    last, total = answer.get("isLast"), answer.get("total")
    if last is True:
        return None
    if not isinstance(total, int):
        if last is False and not got:
            raise BrokenOff
        most = answer.get("maxResults")
        full = got and (last is False or not isinstance(most, int) or got >= most)
        return Place(offset=place.offset + got) if full else None
    moved_up = max(0, (place.total or 0) - total)
    offset = place.offset - moved_up if moved_up and place.offset else place.offset + got
    if offset >= total:
        return None
    if not got and not moved_up:
        raise BrokenOff
    return Place(offset=max(0, offset), total=total)


def all_of(
    name: str, ask: Callable[[Place], Json], *, what: str, scope: str | None = None, first: Json = None
) -> Iterator[dict[str, Any]]:
    """Everything that a counted result holds in its list `name`. `first`: its first page, where that was asked for already.

    Raises Unavailable where a page is no such thing, or where the result has no end.
    """
    place, answer = START, first
    for _ in range(_MOST_PAGES):
        page = expect(ask(place) if answer is None else answer, dict, what=what, scope=scope)
        found = expect(page.get(name), list, what=what, scope=scope)
        yield from (expect(one, dict, what=what, scope=scope) for one in found)
        try:
            following = offset_after(page, len(found), place)
        except BrokenOff as error:
            raise Unavailable(f"{what}: the list breaks off before its end", scope=scope) from error
        if following is None:
            return
        place, answer = following, None
    raise Unavailable(f"{what}: the list has no end", scope=scope)
