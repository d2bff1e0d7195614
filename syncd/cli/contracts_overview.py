"""What `syncd contracts` shows: each contract with its last change, who relies on it, and what is about to break it."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from syncd.app import opened
from syncd.cli.contracts_watched import changed_at, request_of
from syncd.cli.frame import TROUBLE, complain, one_line, print_json, wide
from syncd.cli.stored import snapshot_of
from syncd.contracts.change import Verdict
from syncd.contracts.consumers import relying
from syncd.contracts.history import Step
from syncd.contracts.judging import standing
from syncd.contracts.pairs import files_of, unfound
from syncd.contracts.reliance import relied_on, unknown_names
from syncd.decide.wording import count
from syncd.model.contract import Contract
from syncd.model.finding import Finding
from syncd.model.snapshot import Snapshot
from syncd.run.contract_changes import with_consumers
from syncd.run.contract_texts import Told, told
from syncd.schedule.working import working_of

CODE = "breaking_hits_commitment"
NONE = "No contracts are watched. Add a section, as in [contracts.payments], with connection, repository or project, and path."


def show(config: Path, *, json: bool) -> None:
    """Print them."""
    problems: list[str] = []
    broken: dict[str, str] = {}
    with opened(config, os.environ) as app:
        snapshot = snapshot_of(app)
        contracts = [with_consumers(contract, snapshot, app.store, problems) for contract in snapshot.contracts]
        steps = told(contracts, snapshot.contract_files, app.store, broken)
        open_ones = (state.finding for state in app.store.findings.states().values() if state.state == "open")
        findings = [finding for finding in open_ones if finding.code == CODE]
    found = [_shown(contract, steps.get(contract.name, ()), snapshot, findings) for contract in contracts]
    if json:
        print_json(found)
    elif not found:
        complain(NONE)
    else:
        _table(found)
    for line in (*unfound(contracts, snapshot.contract_files), *problems, *failures(broken)):
        complain(line)
    if broken:
        raise typer.Exit(TROUBLE)


def failures(broken: Mapping[str, str]) -> Iterator[str]:
    """A line for each contract on which the comparison failed."""
    for name, reason in broken.items():
        yield f"[contracts.{name}]: the comparison failed: {reason}. Report it with the two files"


def _table(found: list[dict[str, Any]]) -> None:
    table = Table("contract", "last change", "consumers", "open breaks", box=None, pad_edge=False)
    for one in found:
        cells = (one["name"], (one["changed_at"] or "?")[:10], _consumers(one["consumers"]), _breaks(one["breaks"]))
        table.add_row(*(Text(one_line(cell)) for cell in cells))
    wide().print(table)


def _shown(contract: Contract, steps: Told, snapshot: Snapshot, findings: list[Finding]) -> dict[str, Any]:
    breaks = (_break(step, verdict, contract, snapshot, findings) for step, verdict in steps)
    return {
        "name": contract.name,
        "connection": contract.connection,
        "repository": contract.repository,
        "path": list(contract.paths),
        "producer": contract.producer,
        "changed_at": changed_at(files_of(contract, snapshot.contract_files)),
        "consumers": {
            "teams": list(contract.teams),
            "milestones": list(_milestones(contract, snapshot)),
            "unknown": list(unknown_names(contract, snapshot)),
        },
        "breaks": [one for one in breaks if one is not None],
    }


def _milestones(contract: Contract, snapshot: Snapshot) -> Iterator[dict[str, Any]]:
    """Those that rely on it and are open, however that is known."""
    for one in relying(relied_on(contract, snapshot), snapshot, snapshot.once(working_of)):
        milestone = one.milestone
        yield {
            "key": milestone.ref.label,
            "title": milestone.title,
            "due": milestone.due.isoformat() if milestone.due else None,
            "team": one.team.name if one.team else None,
            "why": one.why,
        }


def _break(
    step: Step, verdict: Verdict | None, contract: Contract, snapshot: Snapshot, findings: list[Finding]
) -> dict[str, Any] | None:
    """What breaks, or could not be judged, in a merge request or since the last release; None where nothing does."""
    levels = [change.level for change in standing(verdict.changes, contract)] if verdict else []
    if verdict is None or step.kind == "release" or not {"breaking", "unknown"} & set(levels):
        return None
    request = request_of(step.of, snapshot)
    return {
        "kind": step.kind,
        "name": step.name or None,
        "since": step.since or None,
        **request,
        "judged": verdict.judged,
        "breaking": levels.count("breaking"),
        "unknown": levels.count("unknown"),
        "hits": _hits(request.get("key"), contract, findings),
    }


def _hits(key: str | None, contract: Contract, findings: list[Finding]) -> list[str]:
    """The milestones that the last pass found to be hit."""
    found = (one for one in findings if key and one.subject.label == key and one.facts.get("contract") == contract.name)
    return [_label(each["milestone"]) for one in found for each in one.facts.get("consumers") or () if each.get("severity")]


def _label(ref: Mapping[str, Any]) -> str:
    return str(ref.get("key") or ref.get("id"))


def _consumers(one: dict[str, Any]) -> str:
    teams = [f"team {name}" for name in one["teams"]]
    milestones = [f"{each['key']}{f' (due {due})' if (due := each['due']) else ''}" for each in one["milestones"]]
    return ", ".join([*teams, *milestones]) or "nobody who is known"


def _breaks(found: list[dict[str, Any]]) -> str:
    return "; ".join(_told(one) for one in found) or "none"


def _told(one: dict[str, Any]) -> str:
    where = f"since {one['since']}" if one["kind"] == "unreleased" else one.get("key") or f"!{one['name']}"
    parts = [count(one["breaking"], "breaking change")] if one["breaking"] else []
    parts += [f"{one['unknown']} could not be judged"] if one["unknown"] else []
    hits = f", hits {', '.join(one['hits'])}" if one["hits"] else ""
    return f"{where}: {' and '.join(parts)}{hits}"
