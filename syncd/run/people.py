"""Pseudonyms: what a person is called where no names are shown, the same for as long as the store is kept."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from syncd.model.people import Human
from syncd.model.rows import Person
from syncd.store import Store
from syncd.store.forgotten import SALT


def salt(store: Store, make: Callable[[], str]) -> str:
    """The secret of this store, which lets nobody find a person by trying names elsewhere; made on the first call."""
    with store.transaction():
        kept = store.meta.get(SALT)
        if kept is None:
            kept = make()
            store.meta.put(SALT, kept)
    return str(kept)


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Who is called what. Anything by which somebody of `humans` is known leads to the same pseudonym."""

    salt: str
    known: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, salt: str, humans: Iterable[Human]) -> "Pseudonyms":
        """Pseudonyms that know these humans by each of their names, logins, e-mails and ids that only one of them has."""
        made = cls(salt)
        shared: set[str] = set()
        for human in humans:
            own = made(human.person)
            texts = {text for _, text in (*human.names, *human.logins, *human.accounts)} | set(human.emails)
            for text in {text.casefold() for text in texts}:
                if made.known.setdefault(text, own) != own:
                    shared.add(text)
        for text in shared:
            del made.known[text]
        return made

    def __call__(self, person: Person) -> str:
        """`person-3fa2b1c4`."""
        if not person.identities and not person.email and (known := self.known.get(person.name.casefold())):
            return known
        return pseudonym(self.salt, person)


def pseudonym(salt: str, person: Person) -> str:
    """What somebody is called: by the first of their accounts, else by e-mail, else by name."""
    account = min(person.identities.items(), default=None)
    who = "\x1f".join(account) if account else (person.email or person.name).casefold()
    text = f"{salt}\x1e{who}".encode("utf-8", "surrogatepass")
    return f"person-{hashlib.sha256(text).hexdigest()[:8]}"
