"""`syncd people`: who was found to be one human, who was left apart and why, and who may be one; and how commands show people."""

import json as json_format
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from syncd.app import App, opened
from syncd.cli.commands import EPILOG
from syncd.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, command, complain, one_line, out, print_json
from syncd.cli.stored import snapshot_of
from syncd.mapping.people_hidden import hidden
from syncd.mapping.people_likely import Likely, likely
from syncd.mapping.people_redact import redact
from syncd.model.people import Human, Unresolved
from syncd.model.raw import Json
from syncd.model.rows import Person, Row
from syncd.model.snapshot import Snapshot
from syncd.run.people import Pseudonyms, salt

cli = typer.Typer(help="Who is who across connections.", no_args_is_help=True)
EMAILS = Annotated[bool, typer.Option("--emails", help="Show e-mail addresses, too.")]


@cli.command("list", epilog=EPILOG)
@command
def people_list(config: ConfigFile = DEFAULT_CONFIG, json: AsJson = False, emails: EMAILS = False) -> None:
    """List the people whom the mirror names: their accounts, where they are seen, and who is left apart, with the reason."""
    with opened(config, os.environ) as app:
        snapshot = snapshot_of(app)
        show = Shows.of(app, snapshot).call
    people = [_human_json(human, show, emails=emails) for human in snapshot.humans]
    apart = [_unresolved_json(one, show) for one in snapshot.unresolved]
    if json:
        print_json({"people": people, "unresolved": apart})
        return
    table = Table("name", "accounts", *(["e-mail"] if emails else []), "seen", box=None, pad_edge=False)
    for one in people:
        accounts = ", ".join(f"{connection} {' '.join(ids)}" for connection, ids in one["accounts"].items())
        seen = ", ".join(f"{connection} {sum(kinds.values())}" for connection, kinds in one["seen"].items())
        shown = (one["name"], accounts, *([" ".join(one["emails"])] if emails else []), seen)
        table.add_row(*(Text(one_line(text)) for text in shown))
    out().print(table)
    for unresolved in apart:
        complain(f"unresolved {', '.join(unresolved['names'])}: {unresolved['reason']}")


@cli.command("suggest", epilog=EPILOG)
@command
def people_suggest(config: ConfigFile = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Print who may be one person, and why, as sections for [people]. Nothing is applied: look at them, then paste what is right."""
    with opened(config, os.environ) as app:
        snapshot = snapshot_of(app)
        show = Shows.of(app, snapshot).call
    found = [_suggestion(one, show) for one in likely(snapshot.humans)]
    if json:
        print_json(found)
    elif found:
        out().print(Text("\n\n".join(one["toml"] for one in found)))
    else:
        out().print("Nobody looks like one person under two names.")


def pseudonyms(app: App, humans: Iterable[Human]) -> Pseudonyms:
    """What people are called where their names are not shown."""
    return Pseudonyms.of(salt(app.store, app.works.clock.secret), humans)


@dataclass(frozen=True, slots=True)
class Shows:
    """How records, rows and people may leave syncd by `[policy] people`. `call`: the pseudonyms; None: by name."""

    call: Pseudonyms | None = None

    @classmethod
    def of(cls, app: App, snapshot: Snapshot | None = None) -> "Shows":
        """By the configuration. With a snapshot whoever goes by several names has one pseudonym."""
        named = app.config.policy.people == "named"
        return cls() if named else cls(pseudonyms(app, snapshot.humans if snapshot else ()))

    def row(self, row: Row) -> Row:
        """A row."""
        return hidden(row, self.call) if self.call else row

    def person(self, person: Person) -> Person:
        """A person."""
        return Person(self.call(person)) if self.call else person

    def record(self, data: Json) -> Json:
        """A vendor's record."""
        call = self.call
        return redact(data, lambda _, text: call(Person(text))) if call else data


def _human_json(human: Human, show: Pseudonyms | None, *, emails: bool) -> dict[str, Any]:
    found = {
        "name": show(human.person) if show else human.person.name,
        "accounts": {} if show else _accounts(human),
        "names": {} if show else _by_connection(human.names),
        "seen": {connection: dict(kinds) for connection, kinds in human.seen.items()},
    }
    return found | ({"emails": [] if show else list(human.emails)} if emails else {})


def _unresolved_json(one: Unresolved, show: Pseudonyms | None) -> dict[str, Any]:
    names = [show(Person(name.partition(":")[2] or name)) for name in one.names] if show else list(one.names)
    return {"names": names, "reason": "see [people]" if show else one.reason}


def _accounts(human: Human) -> dict[str, list[str]]:
    return _by_connection(human.accounts)


def _by_connection(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for connection, value in pairs:
        found.setdefault(connection, []).append(value)
    return found


def _suggestion(one: Likely, show: Pseudonyms | None) -> dict[str, Any]:
    first = one.humans[0].person
    name = show(first) if show else first.name
    accounts: dict[str, list[str]] = {}
    for human in one.humans:
        bare = [pair for pair in human.names if not human.accounts]
        for connection, ids in _by_connection((*human.accounts, *bare)).items():
            accounts.setdefault(connection, []).extend(ids)
    evidence = "; ".join(one.evidence)
    lines = [f"[people.{_quoted(name)}]  # {evidence}", *(f"{key} = {_value(ids)}" for key, ids in sorted(accounts.items()))]
    return {"name": name, "accounts": accounts, "evidence": list(one.evidence), "toml": "\n".join(lines)}


def _value(ids: list[str]) -> str:
    return _quoted(ids[0]) if len(ids) == 1 else f"[{', '.join(map(_quoted, ids))}]"


def _quoted(text: str) -> str:
    """A TOML string: JSON's escapes are among TOML's."""
    return json_format.dumps(one_line(text), ensure_ascii=False)
