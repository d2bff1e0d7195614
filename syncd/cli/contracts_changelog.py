"""What `syncd contracts changelog` prints: the steps of a contract's history, the latest first, by level."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from syncd.app import opened
from syncd.cli.contracts import as_json
from syncd.cli.contracts_overview import NONE, failures
from syncd.cli.contracts_text import code, head
from syncd.cli.contracts_watched import request_of
from syncd.cli.frame import TROUBLE, complain, one_line, print_json, usage
from syncd.cli.stored import snapshot_of
from syncd.config.faults import did_you_mean
from syncd.contracts.change import LEVELS, Change, Level, Verdict
from syncd.contracts.history import Step
from syncd.model.contract import Contract
from syncd.model.snapshot import Snapshot
from syncd.run.contract_texts import Told, told

_HEADINGS: dict[Level, str] = {
    "breaking": "Breaking",
    "unknown": "Could not be judged",
    "risky": "Risky",
    "compatible": "Compatible",
}


def show(config: Path, name: str, *, json: bool) -> None:
    """Print the changelog of one contract, or of all."""
    broken: dict[str, str] = {}
    with opened(config, os.environ) as app:
        snapshot = snapshot_of(app)
        wanted = [contract for contract in snapshot.contracts if name in ("", contract.name)]
        if name and not wanted:
            names = [contract.name for contract in snapshot.contracts]
            usage(f"There is no contract {name!r}. {did_you_mean(name, names) or NONE}")
        found = told(wanted, snapshot.contract_files, app.store, broken, whole=not name)
    if json:
        print_json([_as_json(one, found.get(one.name, ()), snapshot, broken.get(one.name)) for one in wanted])
    elif wanted:
        typer.echo("\n\n".join("\n".join(markdown(one, found.get(one.name, ()), snapshot)) for one in wanted))
    else:
        complain(NONE)
    for line in failures(broken):
        complain(line)
    if broken:
        raise typer.Exit(TROUBLE)


def _as_json(contract: Contract, steps: Told, snapshot: Snapshot, failed: str | None) -> dict[str, Any]:
    return {
        "name": contract.name,
        "repository": contract.repository,
        "path": list(contract.paths),
        "failed": failed,
        "steps": [
            {
                "kind": step.kind,
                "name": step.name or None,
                "at": step.at.isoformat().replace("+00:00", "Z") if step.at else None,
                "since": step.since or None,
                **request_of(step.of, snapshot),
                "compared": verdict is not None,
                **(_verdict(verdict, contract) if verdict else {}),
            }
            for step, verdict in steps
        ],
    }


def _verdict(verdict: Verdict, contract: Contract) -> dict[str, Any]:
    said = as_json(verdict)
    return said | {"changes": [one | {"accepted": one["fingerprint"] in contract.accept} for one in said["changes"]]}


def markdown(contract: Contract, steps: Told, snapshot: Snapshot) -> Iterator[str]:
    """The lines of one contract. What users of its repository wrote is quoted as code."""
    yield f"# Changelog of the contract {contract.name}"
    yield ""
    yield f"{contract.repository}: {', '.join(code(path) for path in contract.paths)}"
    if not steps:
        yield ""
        yield "No file of it is in the mirror. Run `syncd once`, or correct its path."
    for step, verdict in steps:
        yield ""
        yield f"## {_title(step, snapshot)}"
        yield ""
        yield from _changes(step, verdict, contract)


def _title(step: Step, snapshot: Snapshot) -> str:
    if step.kind == "proposed":
        request = request_of(step.of, snapshot)
        title = f" {code(request['title'])}" if request.get("title") else ""
        return f"Proposed by {request.get('key') or f'!{step.name}'}{title}"
    if step.kind == "unreleased":
        return f"Unreleased{f', since {code(step.since)}' if step.since else ''}"
    return f"{code(step.name)}{f', {step.at:%Y-%m-%d}' if step.at else ''}"


def _changes(step: Step, verdict: Verdict | None, contract: Contract) -> Iterator[str]:
    if verdict is None:
        yield (
            "Nothing was released yet."
            if step.kind == "unreleased"
            else "The first release that is known: nothing to compare it with."
        )
        return
    yield head(verdict)
    for level in LEVELS if verdict.judged else ():
        of_level = [change for change in verdict.changes if change.level == level]
        if of_level:
            yield from ("", f"### {_HEADINGS[level]}", "")
            yield from (_line(change, contract) for change in of_level)


def _line(change: Change, contract: Contract) -> str:
    told = not change.operation or change.text.startswith(change.operation)
    where = "" if told else f"{code(change.operation)}: "
    accepted = ", accepted" if change.fingerprint in contract.accept else ""
    return f"- {where}{code(one_line(change.text))} ({change.rule}{accepted})"
