"""Pure. Who may be one human, by what names, logins and addresses have in common: to be looked at by a person, never applied."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from syncd.model.people import Human

_SHORTEST = 4
"""Letters of a login that are no accident."""

_EVIDENCE: Mapping[frozenset[str], str] = {
    frozenset({"login"}): "the same login",
    frozenset({"e-mail"}): "the same name before the @",
    frozenset({"login", "e-mail"}): "the login is what stands before the @",
    frozenset({"login", "name"}): "the login is made of the name",
    frozenset({"e-mail", "name"}): "the e-mail is made of the name",
}


@dataclass(frozen=True, slots=True)
class Likely:
    """Humans that are likely one, best name first, and why."""

    humans: tuple[Human, ...]
    evidence: tuple[str, ...]


def likely(humans: Iterable[Human]) -> tuple[Likely, ...]:
    """Groups of humans of different connections that have a full name, a login or the front of an e-mail in common.

    What two people of one connection have in common says nothing of either, and a group that would hold two of them is left out.
    """
    everybody = sorted(humans, key=lambda one: (one.person.name, str(one.accounts), str(one.names)))
    groups: dict[int, set[int]] = {number: {number} for number in range(len(everybody))}
    evidence: dict[int, set[str]] = {}
    for signs in _shared(everybody).values():
        together = sorted({number for number, _ in signs})
        whys = {why for one, other in combinations(signs, 2) if one[0] != other[0] and (why := _why(one[1], other[1]))}
        if whys and not _clash([everybody[number] for number in together]):
            merged = set().union(*(groups[number] for number in together))
            evidence[min(merged)] = whys.union(*(evidence.pop(number, set()) for number in merged))
            groups.update(dict.fromkeys(merged, merged))
    found = (([everybody[number] for number in sorted(groups[first])], whys) for first, whys in sorted(evidence.items()))
    return tuple(Likely(tuple(sorted(some, key=_best_name)), tuple(sorted(whys))) for some, whys in found if not _clash(some))


def _shared(everybody: Sequence[Human]) -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = {}
    for number, human in enumerate(everybody):
        for sign, kind in dict.fromkeys(_signs(human)):
            found.setdefault(sign, []).append((number, kind))
    return {sign: numbers for sign, numbers in sorted(found.items()) if len({number for number, _ in numbers}) > 1}


def _signs(human: Human) -> Iterator[tuple[str, str]]:
    for _, name in human.names:
        words = _words(name)
        if len(words) > 1 and "@" not in name:
            yield f"name {' '.join(sorted(words))}", "full name"
            yield from _handle("".join(words), "name")
        elif "@" not in name:
            yield from _handle(name, "login")
    for _, login in human.logins:
        yield from _handle(login, "login")
    for email in human.emails:
        yield from _handle(email.partition("@")[0], "e-mail")


def _handle(text: str, kind: str) -> Iterator[tuple[str, str]]:
    plain = "".join(_words(text.replace("_", " ")))
    if len(plain) >= _SHORTEST:
        yield f"handle {plain}", kind


def _words(text: str) -> list[str]:
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter))
    return re.findall(r"\w+", plain)


def _why(one: str, other: str) -> str | None:
    return "the same name" if one == other == "full name" else _EVIDENCE.get(frozenset({one, other}))


def _clash(humans: Iterable[Human]) -> bool:
    """Whether two of them are people of one connection."""
    seen: set[str] = set()
    for human in humans:
        own = {connection for connection, _ in (*human.accounts, *human.names)}
        if seen & own:
            return True
        seen |= own
    return False


def _best_name(human: Human) -> tuple[bool, bool, str]:
    name = human.person.name
    return "@" in name, " " not in name, name
