"""Pure. One human across connections: by the table `[people]` first, then by e-mail; never by a name, never by a guess.

Every row keeps what its own connection calls somebody; what becomes the same everywhere are the identities, by which people compare.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from syncd.mapping.people_groups import Groups, Node, bare_node, id_node, mail_node
from syncd.model.people import Entry, Human, Unresolved
from syncd.model.record import changed
from syncd.model.rows import Person, Row

FIELDS: Mapping[str, tuple[str, ...]] = {
    "milestone": ("owner",),
    "item": ("assignees",),
    "merge_request": ("author",),
    "absence": ("person",),
    "deployment": ("by",),
    "sign_off": ("person",),
    "effort": ("person",),
    "reply": ("person",),
}
"""Kind of row -> the fields in which it names people."""

Face = tuple[str, str, tuple[tuple[str, str], ...], str | None, str | None]
"""One way in which a connection shows somebody: connection, name, identities, e-mail, login."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The rows with all identities of each human, everybody once, and who could not be told apart or together. `problems`: that the
    table contradicts itself, without a name."""

    rows: list[Row]
    humans: tuple[Human, ...]
    unresolved: tuple[Unresolved, ...]
    problems: tuple[str, ...] = ()


def resolve(rows: Iterable[Row], entries: Sequence[Entry] = ()) -> Resolved:
    """Find out who is one human, the same whatever the order of the rows; resolving again changes nothing.

    - Two accounts are one human where a section of `[people]` names both, by id, by login, or by the bare name that a connection
      without ids gives.
    - Else where they bear the same e-mail, without regard to case. An e-mail, or a chain of them, that would make two accounts of one
      connection, or two sections, one joins nobody.
    """
    rows = list(rows)
    shown = _shown(rows)
    seen = _seen(shown)
    faces = sorted(seen, key=str)
    groups = Groups()
    for face in faces:
        groups.add(_nodes(face), face[3])
    claims = _Claims(faces)
    for entry in sorted(entries, key=lambda one: one.name):
        claims.note(entry)
    claims.into(groups)
    unclear = groups.join_by_mail()
    humans, persons = _humans(faces, seen, groups, entries)
    contradictions = tuple(claims.unresolved())
    unresolved = (*contradictions, *unclear, *_bare(faces, groups))
    problems = (
        ("[people] contradicts itself, so that somebody is left out: `syncd people list` shows where",) if contradictions else ()
    )
    others = _others(shown, persons)
    known = [_replaced(row, others) for row in rows] if others else rows
    return Resolved(known, humans, unresolved, problems)


def people_of(row: Row) -> tuple[Person, ...]:
    """Everybody whom a row names."""
    found: list[Person] = []
    for name in FIELDS.get(row.kind, ()):
        value = getattr(row, name)
        found += value if isinstance(value, tuple) else [value] if value is not None else []
    return tuple(found)


def _face(connection: str, person: Person) -> Face:
    return connection, person.name, tuple(sorted(person.identities.items())), person.email, person.login


Key = tuple[str, int]
"""A connection, and which object stands for somebody in its rows: many rows share one."""


@dataclass(slots=True)
class _Shown:
    """A person as the rows of a connection hold it. `rows`: how many of each kind name it."""

    person: Person
    face: Face
    rows: Counter[str] = field(default_factory=Counter)


def _shown(rows: Iterable[Row]) -> dict[Key, _Shown]:
    found: dict[Key, _Shown] = {}
    for row in rows:
        for name in FIELDS.get(row.kind, ()):
            if value := getattr(row, name):
                connection = row.ref.connection
                for person in value if isinstance(value, tuple) else (value,):
                    key = connection, id(person)
                    known = found.get(key)
                    if known is None:
                        known = found[key] = _Shown(person, _face(connection, person))
                    known.rows[row.kind] += 1
    return found


def _seen(shown: Mapping[Key, _Shown]) -> dict[Face, Counter[str]]:
    found: dict[Face, Counter[str]] = {}
    for one in shown.values():
        found.setdefault(one.face, Counter()).update(one.rows)
    return found


def _others(shown: Mapping[Key, _Shown], persons: Mapping[Face, Person]) -> dict[Key, Person]:
    """Who takes whose place in the rows, where anybody does: one object stands for each face, the first that does, if nothing is to be
    added to it."""
    firsts: dict[Face, Person] = {}
    for one in shown.values():
        firsts.setdefault(one.face, one.person)
    chosen = {face: one if _is_same(one, persons[face]) else persons[face] for face, one in firsts.items()}
    if all(chosen[one.face] is one.person for one in shown.values()):
        return {}
    return {key: chosen[one.face] for key, one in shown.items()}


def _is_same(person: Person, other: Person) -> bool:
    """Whether they are alike to the last field."""
    return (*person.identities.items(),) == (*other.identities.items(),) and person.email == other.email


def _nodes(face: Face) -> tuple[Node, ...]:
    """What a face is known by: its accounts, else its e-mail, else its bare name in its connection."""
    connection, name, identities, email, _ = face
    if identities:
        return tuple(id_node(*account) for account in identities)
    return (mail_node(email),) if email else (bare_node(connection, name),)


@dataclass(slots=True)
class _Claims:
    """Which section of `[people]` claims which nodes. What two of them claim, neither has."""

    faces: Sequence[Face]
    by_node: dict[Node, set[str]] = field(default_factory=dict)
    unclear: list[Unresolved] = field(default_factory=list)

    def note(self, entry: Entry) -> None:
        """Look up what a section names."""
        for email in entry.emails:
            self.by_node.setdefault(mail_node(email), set()).add(entry.name)
        for connection, values in sorted(entry.accounts.items()):
            for value in values:
                nodes = self._meant(connection, value)
                unsure = len({node for node in nodes if node.kind == "id"}) > 1
                if unsure:
                    shown = tuple(str(node) for node in sorted(nodes))
                    reason = (
                        f"the login {value} of {connection}, which [people] names for {entry.name}, is that of several accounts"
                    )
                    self.unclear.append(Unresolved(shown, f"{reason}: name the id there"))
                for node in () if unsure else nodes:
                    self.by_node.setdefault(node, set()).add(entry.name)

    def _meant(self, connection: str, value: str) -> set[Node]:
        """The account with this id, else those with this login, else whom the connection knows by this bare name alone."""
        exact, wanted = id_node(connection, value), value.casefold()
        if any(exact in _nodes(face) for face in self.faces):
            return {exact}
        own = [face for face in self.faces if face[0] == connection]
        logins = {node for face in own if (face[4] or "").casefold() == wanted for node in _nodes(face) if node.is_of(connection)}
        if logins:
            return logins
        return {node for face in own if face[1].casefold() == wanted for node in _nodes(face) if node.kind == "name"}

    def into(self, groups: Groups) -> None:
        """Hand over what only one section claims."""
        for node, names in sorted(self.by_node.items()):
            if len(names) == 1:
                groups.claim(next(iter(names)), node)

    def unresolved(self) -> Iterator[Unresolved]:
        """What is contradictory in `[people]`."""
        yield from self.unclear
        for node, names in sorted(self.by_node.items()):
            if len(names) > 1:
                yield Unresolved(
                    (str(node),), f"[people] names it for {' and for '.join(sorted(names))}: take it out of one of them"
                )


def _humans(
    faces: Sequence[Face], seen: Mapping[Face, Counter[str]], groups: Groups, entries: Sequence[Entry]
) -> tuple[tuple[Human, ...], dict[Face, Person]]:
    by_entry, members = {entry.name: _held(entry, groups) for entry in entries}, dict[Node, list[Face]]()
    for face in faces:
        members.setdefault(groups.root(_nodes(face)[0]), []).append(face)
    humans: list[Human] = []
    persons: dict[Face, Person] = {}
    for root, theirs in members.items():
        human = _human(theirs, seen, by_entry.get(groups.entry_of(root) or ""))
        humans.append(human)
        identities = human.person.identities
        for face in theirs:
            persons[face] = Person(face[1], identities, face[3] or human.person.email, face[4])
    return tuple(sorted(humans, key=lambda one: (one.person.name, str(one.accounts)))), persons


def _held(entry: Entry, groups: Groups) -> Entry:
    """The section with those e-mails alone that no other one claims."""
    own = groups.claimed.get(entry.name, ())
    return replace(entry, emails=tuple(email for email in entry.emails if mail_node(email) in own))


def _human(faces: Sequence[Face], seen: Mapping[Face, Counter[str]], entry: Entry | None) -> Human:
    accounts = sorted({account for face in faces for account in face[2]})
    emails = sorted({face[3] for face in faces if face[3]})
    counts: dict[str, Counter[str]] = {}
    for face in faces:
        counts.setdefault(face[0], Counter()).update(seen[face])
    wanted = entry.emails[:1] if entry else ()
    name = entry.name if entry else min((face[1] for face in faces), key=_least_telling)
    return Human(
        person=Person(name, _first_of_each(accounts, entry), next(iter((*wanted, *emails)), None)),
        accounts=tuple(accounts),
        emails=tuple(dict.fromkeys((*(entry.emails if entry else ()), *emails))),
        logins=tuple(sorted({(face[0], face[4]) for face in faces if face[4]})),
        names=tuple(sorted({(face[0], face[1]) for face in faces})),
        seen={connection: dict(sorted(count.items())) for connection, count in sorted(counts.items())},
    )


def _least_telling(name: str) -> tuple[bool, bool, str]:
    """Sorts the names of one human: full names before logins, logins before addresses."""
    return "@" in name, " " not in name.strip(), name


def _first_of_each(accounts: Iterable[tuple[str, str]], entry: Entry | None) -> Mapping[str, str]:
    """One id per connection: of several, which only `[people]` makes one, the one that it names first."""
    found: dict[str, str] = {}
    for connection, account in accounts:
        named = entry.accounts.get(connection, ()) if entry else ()
        if connection not in found or (
            account in named and (found[connection] not in named or _before(account, found, named, connection))
        ):
            found[connection] = account
    return found


def _before(account: str, found: Mapping[str, str], named: Sequence[str], connection: str) -> bool:
    return named.index(account) < named.index(found[connection])


def _bare(faces: Sequence[Face], groups: Groups) -> Iterator[Unresolved]:
    """Whom only a name stands for, and nothing else."""
    for face in faces:
        (node, *_) = _nodes(face)
        if node.kind == "name" and groups.entry_of(groups.root(node)) is None:
            yield Unresolved((str(node),), "only a name is known: [people] may say whose it is")


def _replaced(row: Row, others: Mapping[Key, Person]) -> Row:
    """The row with one object for each face: a thousand people are in a hundred thousand rows, and much is remembered by object."""
    connection, people = row.ref.connection, dict[str, Any]()
    for name in FIELDS.get(row.kind, ()):
        if not (value := getattr(row, name)):
            continue
        if isinstance(value, tuple):
            named = tuple([others[connection, id(person)] for person in value])
            people[name] = named if all(map(_is_alike, value, named)) else tuple(dict.fromkeys(named))
        else:
            people[name] = others[connection, id(value)]
    return changed(row, **people) if people else row


def _is_alike(person: Person, other: Person) -> bool:
    return (other.identities, other.email) == (person.identities, person.email)
