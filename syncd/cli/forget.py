"""`syncd forget`: take a person out of all that syncd remembers, and keep them out."""

import os
from typing import Annotated, Any

import typer
from rich.text import Text

from syncd.app import opened
from syncd.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, complain, one_line, out, print_json, usage
from syncd.cli.stored import snapshot_of
from syncd.decide.wording import count
from syncd.model.people import Human
from syncd.model.ref import ref_to_json
from syncd.run.forget import Forgot, meant
from syncd.run.forget import forget as forget_person
from syncd.run.rows import map_changed

_SHOWN = 20
_UNITS = {
    "records": "record",
    "versions": "earlier state",
    "mapped": "mapped record",
    "findings": "finding",
    "finding_history": "earlier finding",
    "ledger": "comment text",
    "receipts": "receipt",
    "outbox": "write that waits",
}


def forget(
    person: Annotated[str, typer.Argument(help="A name, an e-mail address, or connection:id (or login).")],
    config: ConfigFile = DEFAULT_CONFIG,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be changed.")] = False,
    json: AsJson = False,
) -> None:
    """Put a pseudonym in a person's place in all that syncd remembers, and whenever a vendor names them again."""
    with opened(config, os.environ) as app:
        snapshot = snapshot_of(app)
        human = _the_one(person, meant(person, snapshot.humans))
        done = forget_person(human, app.links, app.store, app.works.clock, app.config.people, dry_run=dry_run)
        if not dry_run:
            for link in app.links:
                map_changed(link, app.store)
    if json:
        print_json(_json(done, dry_run))
    else:
        _show(done, dry_run)


def _the_one(text: str, humans: list[Human]) -> Human:
    if not humans:
        usage(
            f"Nobody of the name {text!r} is in the mirror. `syncd people list` shows who is; or give an e-mail or connection:id."
        )
    if len(humans) > 1:
        accounts = (" ".join(f"{connection}:{value}" for connection, value in human.accounts) or "no account" for human in humans)
        usage(f"{text!r} may be {len(humans)} people: {'; '.join(accounts)}. Name one of them by connection:id.")
    return humans[0]


def _json(done: Forgot, dry_run: bool) -> dict[str, Any]:
    redacted = done.redacted
    return {
        "person": done.pseudonym,
        "dry_run": dry_run,
        "changed": {table: redacted.changed[table] for table in _UNITS},
        "comments": [ref_to_json(ref) for ref in redacted.told],
        "left": {"records": [ref_to_json(ref) for ref in redacted.left], "scopes": list(done.scopes), "section": done.section},
    }


def _show(done: Forgot, dry_run: bool) -> None:
    redacted = done.redacted
    parts = [count(redacted.changed[table], unit) for table, unit in _UNITS.items() if redacted.changed[table]]
    if not parts:
        out().print(f"There was nothing of theirs; from now on they are {done.pseudonym}.")
    else:
        out().print(Text(f"{done.pseudonym} {'would stand' if dry_run else 'stands'} in their place in {', '.join(parts)}."))
    if redacted.told:
        tickets = ", ".join(ref.label for ref in redacted.told[:_SHOWN])
        out().print(Text(one_line(f"Comments that named them are edited by the next pass, where it may write: {tickets}.")))
    if redacted.left:
        some = ", ".join(ref.label for ref in redacted.left[:_SHOWN])
        complain(
            f"Texts that people wrote still name them in {count(len(redacted.left), 'record')}: {some}. Change them at the vendor."
        )
    for scope in done.scopes:
        complain(f"Their own calendar is read: {scope}. Take it out of the configuration.")
    if done.section:
        complain("The configuration has a section of theirs in [people]. Take it out.")
