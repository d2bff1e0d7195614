"""Pure. Which human a team's file means: a name of `[people]`, an e-mail, `connection:login`, a login, or what a vendor calls them."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from syncd.model.people import Human
from syncd.model.rows import Person
from syncd.model.teams import Member, Team

_FULL = 1.0
_EDGE = 1e-9
"""Shares are decimals: three times a third is not too much."""


@dataclass(frozen=True, slots=True, eq=False)
class Seat:
    """A place in a team and who has it. A member whom no record names is a `Person` of that name alone, `known` False: they work, but
    nothing is known of their leave."""

    team: Team
    member: Member
    person: Person
    known: bool = True


@dataclass(frozen=True, slots=True)
class Directory:
    """Everybody whom a record names, by what they go by: the surer ways of naming somebody first."""

    ways: tuple[Mapping[str, Sequence[Human]], ...]

    @classmethod
    def of(cls, humans: Iterable[Human]) -> "Directory":
        """Look everybody up once."""
        ways: tuple[dict[str, list[Human]], ...] = ({}, {}, {}, {}, {})
        for human in humans:
            for way, names in zip(ways, _names_of(human), strict=True):
                for name in {_folded(name) for name in names}:
                    way.setdefault(name, []).append(human)
        return cls(ways)

    def find(self, text: str) -> tuple[Human, ...]:
        """Who is called that, in the surest way in which anybody is: several where it is not clear."""
        wanted = _folded(text)
        found = next((way[wanted] for way in self.ways if wanted in way), ())
        return tuple({human.person: human for human in found}.values()) if len(found) > 1 else tuple(found)

    def close(self, text: str) -> Human | None:
        """Somebody whose name is nearly that."""
        names = {name: humans[0] for way in (self.ways[4], self.ways[3], self.ways[0]) for name, humans in way.items()}
        near = difflib.get_close_matches(_folded(text), names, n=1, cutoff=0.75)
        return names[near[0]] if near else None


def _names_of(human: Human) -> Iterator[Sequence[str]]:
    yield (human.person.name,)
    yield human.emails
    yield [f"{connection}:{name}" for connection, name in (*human.logins, *human.accounts)]
    yield [login for _, login in human.logins]
    yield [name for _, name in human.names]


def _folded(text: str) -> str:
    return text.strip().removeprefix("@").casefold()


def seated(teams: Iterable[Team], humans: Iterable[Human]) -> tuple[tuple[Seat, ...], tuple[str, ...]]:
    """Everybody's place in the teams, and what is wrong with them: one line each."""
    directory = Directory.of(humans)
    seats: list[Seat] = []
    problems: list[str] = []
    for team in teams:
        if not team.members:
            problems.append(f"teams.{team.name} has no members: it has no capacity")
        for member in team.members:
            found = directory.find(member.person)
            if len(found) != 1:
                problems.append(f"teams.{team.name}: {_unclear(member.person, found, directory)}")
            person = found[0].person if len(found) == 1 else Person(member.person)
            seats.append(Seat(team, member, person, known=len(found) == 1))
    return tuple(seats), (*problems, *_too_much(seats))


def _unclear(text: str, found: Sequence[Human], directory: Directory) -> str:
    if found:
        ways = sorted(f"{human.person.name} ({_way(human)})" for human in found)
        return f"{text} may be {' or '.join(ways)}: write it as connection:login"
    near = directory.close(text)
    hint = f": did you mean {near.person.name}?" if near else ": write it as [people] or a tracker does"
    return f"no record names {text}, so nothing is known of their work and leave{hint}"


def _way(human: Human) -> str:
    return ", ".join(f"{connection}:{name}" for connection, name in (human.logins or human.accounts or human.names)[:2])


def _too_much(seats: Iterable[Seat]) -> Iterator[str]:
    by_person: dict[Person, list[Seat]] = {}
    for seat in seats:
        by_person.setdefault(seat.person, []).append(seat)
    for person, theirs in by_person.items():
        if len(theirs) == 1:
            continue
        most = max(_share_on(theirs, start.member.since) for start in theirs)
        if most > _FULL + _EDGE:
            teams = ", ".join(dict.fromkeys(seat.team.name for seat in theirs))
            yield f"{person.name} is shared out to {most:.0%} ({teams}): nobody works more than a full day"


def _share_on(seats: Sequence[Seat], day: date | None) -> float:
    """What is shared out on a day on which one of them begins; a place without a first day begins before all others."""
    return sum(seat.member.share for seat in seats if _has(seat.member, day or date.min))


def _has(member: Member, day: date) -> bool:
    return (member.since or date.min) <= day <= (member.until or date.max)
