"""Pure. People on show: with `[policy] people = "role"` a finding tells of the owner or an assignee, with "none" of somebody."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal, TypeGuard

from syncd.model.finding import Finding, Part, Quote, Step
from syncd.model.raw import Json

People = Literal["named", "role", "none"]
SOMEBODY = "somebody"
_ONE = {"owner": "the owner", "assignee": "an assignee", "author": "the author"}
_SEVERAL = {"owner": "the owners", "assignee": "the assignees", "author": "the authors"}
_BETWEEN = (", ", " and ", " or ")


def impersonal(finding: Finding, people: People) -> Finding:
    """The finding as it may be shown: no quote of a person is left in it, and no fact that repeats one. Same fingerprint."""
    names = {} if people == "named" else names_in(finding)
    if not names:
        return finding
    return replace(
        finding,
        headline=tuple(impersonal_parts(finding.headline, people)),
        lines=tuple(replace(line, parts=tuple(impersonal_parts(line.parts, people))) for line in finding.lines),
        graph=tuple(_step(step, people) for step in finding.graph),
        facts={key: _fact(value, names, people) for key, value in finding.facts.items()},
    )


def names_in(finding: Finding) -> dict[str, str]:
    """What the finding calls people -> their role."""
    lines = (part for line in finding.lines for part in line.parts)
    drawn = (part for step in finding.graph for part in (step.what, *step.told))
    parts = (*finding.headline, *lines, *drawn)
    return {part.text: part.person for part in parts if _is_person(part)}


def veiled(text: str, names: Iterable[str]) -> str:
    """A text that was written once, without these names."""
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, SOMEBODY) if name else text
    return text


def _is_person(part: Part) -> TypeGuard[Quote]:
    return isinstance(part, Quote) and bool(part.person)


def impersonal_parts(parts: Sequence[Part], people: People) -> Iterator[Part]:
    """The parts with people as they may be shown. Several people of one role, as in `A, B and C`, are told of once."""
    if people == "named":
        yield from parts
        return
    at = 0
    while at < len(parts):
        part, last = parts[at], at
        while _is_person(part) and last + 2 < len(parts) and parts[last + 1] in _BETWEEN and _same(part, parts[last + 2]):
            last += 2
        yield _called(part.person, last > at, people) if _is_person(part) else part
        at = last + 1


def _step(step: Step, people: People) -> Step:
    (what,) = impersonal_parts((step.what,), people)
    return Step(what, tuple(impersonal_parts(step.told, people)), step.after)


def _same(part: Quote, other: Part) -> bool:
    return isinstance(other, Quote) and other.person == part.person


def _called(role: str, several: bool, people: People) -> str:
    return SOMEBODY if people == "none" else (_SEVERAL if several else _ONE).get(role, SOMEBODY)


def _fact(value: Json, names: dict[str, str], people: People) -> Json:
    if isinstance(value, str):
        return value if value not in names else _called(names[value], False, people) if people == "role" else None
    if isinstance(value, dict):
        return {key: _fact(one, names, people) for key, one in value.items()}
    return [_fact(one, names, people) for one in value] if isinstance(value, list | tuple) else value
