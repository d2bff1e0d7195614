"""`[people]`: which accounts are one human, where e-mails do not tell it."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from syncd.config.faults import Faults, did_you_mean
from syncd.config.raw import Keys
from syncd.model.people import Entry

EMAIL = "email"
_ONE_OR_MORE: dict[str, Any] = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "Name of a person -> connection -> id or login there; `email` is theirs wherever it is shown.",
    "additionalProperties": {"type": "object", "additionalProperties": _ONE_OR_MORE, "minProperties": 1},
}


def people(tables: Any, connections: Collection[str], faults: Faults) -> tuple[Entry, ...]:
    """The sections of `[people]`; what is wrong with them goes to `faults`."""
    if not isinstance(tables, Mapping):
        faults.no_table(("people",), 'a line such as [people."Ada Lovelace"]')
        return ()
    return tuple(_entry(name, table, connections, faults) for name, table in tables.items())


def _entry(name: str, table: Any, connections: Collection[str], faults: Faults) -> Entry:
    at: Keys = ("people", name)
    if not isinstance(table, Mapping):
        faults.no_table(at, f'[people."{name}"]')
        return Entry(name)
    for key in table:
        if key != EMAIL and key not in connections:
            faults.add((*at, key), f"there is no connection {key!r}", did_you_mean(key, (*connections, EMAIL)))
    found = {key: tuple(_texts(value, (*at, key), faults)) for key, value in table.items()}
    emails = found.pop(EMAIL, ())
    for email in emails:
        if "@" not in email:
            faults.add((*at, EMAIL), "is no e-mail address", 'Write it as in "ada@acme.example".')
    return Entry(name, found, emails)


def _texts(value: Any, at: Keys, faults: Faults) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str) and one.strip():
            yield one.strip()
        elif isinstance(one, int) and not isinstance(one, bool):
            yield str(one)
        else:
            faults.add(at, "must be an id or a login", "Put it in quotes; several of one person are a list.")
