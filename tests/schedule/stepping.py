"""A slow and obvious way to schedule: walk over the hours one by one. It shares nothing with what it is compared to."""

from dataclasses import dataclass

HOURS = 24 * 70


@dataclass(frozen=True)
class Work:
    hours: int
    calendar: int = 0
    not_earlier: int = 0


@dataclass(frozen=True)
class Tie:
    before: int
    after: int
    relation: str = "FS"
    lag: int = 0
    elapsed: bool = False


Works = list[list[bool]]
"""By calendar and hour: whether it is worked."""


def next_start(works: list[bool], at: int) -> int:
    while not works[at]:
        at += 1
    return at


def walked(works: list[bool], at: int, hours: int) -> int:
    """So many working hours on from an hour, or back."""
    while hours > 0:
        hours -= works[at]
        at += 1
    while hours < 0:
        at -= 1
        hours += works[at]
    return at


def settled(works: list[bool], work: Work, at: int) -> int:
    """Where an item starts that may start from then on; what takes no time may stand at the end of a working day."""
    return at if not work.hours and works[at - 1] else next_start(works, at)


def ends(works: Works, items: list[Work], starts: list[int]) -> list[int]:
    return [walked(works[item.calendar], start, item.hours) for item, start in zip(items, starts, strict=True)]


def forward(works: Works, items: list[Work], links: list[Tie], start: int, delayed: dict[int, int] | None = None) -> list[int]:
    """The early starts; `delayed`: items that start no earlier than an hour of their own, and others no earlier than they could."""
    own = [max(start, item.not_earlier, (delayed or {}).get(number, 0)) for number, item in enumerate(items)]
    found = [settled(works[item.calendar], item, at) for item, at in zip(items, own, strict=True)]
    for _ in items:
        for link in links:
            found[link.after] = max(found[link.after], asked(works, items, found, link))
    return found


def asked(works: Works, items: list[Work], starts: list[int], link: Tie) -> int:
    """The start that a link asks of its successor."""
    before, after = items[link.before], items[link.after]
    mine = works[after.calendar]
    at = starts[link.before]
    if link.relation[0] == "F":
        at = walked(works[before.calendar], at, before.hours)
    at = at + link.lag if link.elapsed else walked(mine, at, link.lag)
    if link.relation[1] == "F":
        at = walked(mine, at, -after.hours)
    return settled(mine, after, at)
