"""Forget a person: who is meant, and what of them is taken out of the store and kept out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from syncd.mapping.people_redact import Key
from syncd.model.people import Entry, Human
from syncd.model.rows import Person
from syncd.run.clock import Clock
from syncd.run.link import Link
from syncd.run.people import pseudonym, salt
from syncd.store import Store
from syncd.store.redaction import Forget, Redacted, redact_store

_SHORTEST_LOGIN = 5
"""Letters of a login whose occurrence in a text is no accident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgot:
    """What was done, or would be. `scopes`: calendars of theirs that the configuration reads, and therefore names; `section`: it has
    a section of theirs in `[people]`. Both stay as long as they are written there."""

    pseudonym: str
    redacted: Redacted
    scopes: tuple[str, ...]
    section: bool


def meant(text: str, humans: Iterable[Human]) -> list[Human]:
    """Who goes by this name, e-mail, or `connection:id` (or login). An account or e-mail that no row names is somebody all the same."""
    wanted = text.strip().casefold()
    found = [human for human in humans if wanted in _called(human)]
    if found or ("@" not in wanted and ":" not in wanted):
        return found
    connection, _, account = text.strip().partition(":")
    if account:
        return [
            Human(
                person=Person(account, {connection: account}), accounts=((connection, account),), logins=((connection, account),)
            )
        ]
    return [Human(person=Person(wanted, {}, wanted), emails=(wanted,))]


def _called(human: Human) -> set[str]:
    accounts = {f"{connection}:{value}" for connection, value in (*human.accounts, *human.logins)}
    names = {human.person.name, *(name for _, name in human.names)}
    return {one.casefold() for one in (*accounts, *names, *human.emails)}


def forget(
    human: Human, links: Sequence[Link], store: Store, clock: Clock, entries: Iterable[Entry] = (), *, dry_run: bool = False
) -> Forgot:
    """Take the person out of every record, version, finding, comment text and receipt, all or nothing. Comments at the vendors are edited
    by the next pass. With `dry_run` nothing is changed, and told is what would be."""
    called = pseudonym(salt(store, clock.secret), human.person)
    sections = [entry for entry in entries if entry.name == human.person.name]
    streams = {link.name: link.kind.streams for link in links}

    def own(connection: str, stream: str) -> frozenset[str]:
        known = streams.get(connection, {}).get(stream)
        return known.own if known else frozenset()

    with store.transaction(rollback=dry_run):
        done = redact_store(store.db, _who(human, sections, called), own, clock.now())
    if not dry_run:
        store.db.compact()
    mails = {email.strip().casefold() for email in human.emails}
    named = {f"{one.connection} {one.scope.id}" for one in store.scopes.states() if one.scope.id.casefold() in mails}
    return Forgot(pseudonym=called, redacted=done, scopes=tuple(sorted(named)), section=bool(sections))


def _who(human: Human, sections: Iterable[Entry], called: str) -> Forget:
    keys: set[tuple[Key, str, str]] = {("id", connection, value) for connection, value in human.accounts}
    keys |= {("login", connection, value) for connection, value in human.logins}
    keys |= {("mail", "", email.strip().casefold()) for email in human.emails}
    for entry in sections:
        for connection, values in entry.accounts.items():
            keys |= {("id", connection, value) for value in values} | {("login", connection, value) for value in values}
    logins = {login for _, login in human.logins}
    names = {human.person.name, *(name for _, name in human.names), *logins, *human.emails}
    telling = {name for name in names if " " in name or "@" in name} | {one for one in logins if len(one) >= _SHORTEST_LOGIN}
    return Forget(
        pseudonym=called,
        keys=frozenset(keys),
        names=frozenset(names),
        telling=frozenset(name.casefold() for name in telling),
    )
