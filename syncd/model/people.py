"""Pure. People across connections: who the configuration says is one, who was found to be, and who was left apart."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncd.model.rows import Person


@dataclass(frozen=True, slots=True)
class Entry:
    """One section of `[people]`. `accounts`: connection -> ids or logins there, the one that stands for all of them first."""

    name: str
    accounts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    emails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Human:
    """One human as far as is known. `person`: how to call them, one id per connection, and an e-mail.

    `accounts`: all (connection, id) of theirs, `logins`: (connection, login), `names`: (connection, what it calls them). `seen`:
    connection -> kind of row -> how many rows name them.
    """

    person: Person
    accounts: tuple[tuple[str, str], ...] = ()
    emails: tuple[str, ...] = ()
    logins: tuple[tuple[str, str], ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    seen: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unresolved:
    """People who may be one, or may be anybody: `names` are what they are called, with their connections; `reason` is one sentence."""

    names: tuple[str, ...]
    reason: str
