"""`explain`: from a vendor's record to what was said about it, step by step."""

import os
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from syncd.app import App, opened
from syncd.cli import report
from syncd.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, one_line, out, print_json
from syncd.cli.people import Shows
from syncd.contract import reply_ref
from syncd.decide import plain_text
from syncd.decide.impersonal import impersonal, names_in, veiled
from syncd.decide.state import FindingState
from syncd.mapping import apply, trace
from syncd.mapping.people import people_of
from syncd.model.action import Action
from syncd.model.problem import Problem, Problems
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref, ref_to_json
from syncd.model.remarks import Rejected
from syncd.model.wire import row_to_json
from syncd.run.analyse import shown
from syncd.run.backfill import unasked, wanted_of
from syncd.store.raws import StoredRaw


def explain(
    key: Annotated[str, typer.Argument(help="A ticket's key or URL, a vendor's id, or a finding's fingerprint.")],
    config: ConfigFile = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Show how something came to be said: record, mapping rules, facts, findings, action, receipt. Reads the store only."""
    with opened(config, os.environ) as app:
        found = _found(app, key)
        if not any(found.values()):
            cure = "Give a key (PLAT-41, acme/api#7), a URL, a vendor's id or a fingerprint; `syncd once` fills the mirror."
            raise Problems([Problem(key, "", "nothing of that name is in the mirror or among the findings", cure)])
    if json:
        print_json(found)
    else:
        _show(found, out())


def _found(app: App, key: str) -> dict[str, Any]:
    raws = app.store.mirror.find(key)
    states = {print_: shown(state, app.config.policy) for print_, state in app.store.findings.states().items()}
    anchors = app.store.anchors.all()
    named = {raw.ref for raw in raws} | {row.ref for row in _rows(app, raws)}
    refs = named | {anchors[ref] for ref in named if ref in anchors}
    touching = [state for print_, state in states.items() if print_ == key or _touches(state, refs)]
    targets = refs | {state.finding.subject for state in touching}
    targets |= {source for source, anchor in anchors.items() if anchor in targets}
    return {
        "records": [_record(app, raw) for raw in raws],
        "findings": [_finding(app, state) for state in touching],
        "actions": list(_actions(app, targets)),
        "receipts": list(_receipts(app, targets)),
    }


def _touches(state: FindingState, refs: set[Ref]) -> bool:
    return state.finding.subject in refs or not refs.isdisjoint(state.finding.inputs)


def _rows(app: App, raws: list[StoredRaw]) -> Iterator[Any]:
    mappings = {link.name: link.mapping for link in app.links}
    for raw in raws:
        applied = apply(mappings[raw.ref.connection], raw.record) if raw.ref.connection in mappings else None
        if applied is not None and not isinstance(applied, Rejected):
            yield from applied.rows


def _record(app: App, raw: StoredRaw) -> dict[str, Any]:
    mappings = {link.name: link.mapping for link in app.links}
    mapping, shows = mappings.get(raw.ref.connection), Shows.of(app)
    applied = apply(mapping, raw.record) if mapping else None
    link = next((link for link in app.links if link.mapping is mapping), None)
    if link and (reason := unasked(wanted_of(link), raw.record)) is not None:
        applied = Rejected(raw.ref, reason)
    return {
        "ref": ref_to_json(raw.ref),
        "scope": raw.record.scope.name,
        "first_seen": raw.first_seen.isoformat(),
        "changed_at": raw.changed_at.isoformat(),
        "gone": raw.gone_kind,
        "raw": shows.record(raw.record.data),
        "rules": [
            {"rule": step.rule, "kind": step.kind, "matched": step.matched, "rows": [ref.label for ref in step.rows]}
            for step in (trace(mapping, raw.record) if mapping else ())
        ],
        "rejected": applied.reason if isinstance(applied, Rejected) else None,
        "rows": [row_to_json(shows.row(row)) for row in applied.rows] if applied and not isinstance(applied, Rejected) else [],
    }


def _finding(app: App, state: FindingState) -> dict[str, Any]:
    history = app.store.findings.history(state.finding.fingerprint)
    return {
        **report.finding_json(state.finding),
        "state": state.state,
        "held": state.held,
        "known_at_start": state.known is not None,
        "raised_at": state.raised_at.isoformat(),
        "changed_at": state.changed_at.isoformat(),
        "history": [
            {
                "at": moment.at.isoformat(),
                "state": moment.state,
                "severity": moment.finding.severity,
                "text": plain_text(impersonal(moment.finding, app.config.policy.people)),
            }
            for moment in history
        ],
    }


def _actions(app: App, targets: set[Ref]) -> Iterator[dict[str, Any]]:
    for row in app.store.outbox.all():
        if row.target in targets:
            yield {
                "target": ref_to_json(row.target),
                "state": row.state,
                "attempts": row.attempts,
                "text": row.text,
                "reasons": list(row.action.reasons),
                "body": _body(app, row.action),
            }


def _receipts(app: App, targets: set[Ref]) -> Iterator[dict[str, Any]]:
    for target in sorted(targets):
        for line in app.store.ledger.receipts(target):
            yield {
                "target": ref_to_json(line.action.target),
                "at": line.at.isoformat(),
                "created": line.receipt.created,
                "remote_id": line.receipt.remote_id,
                "url": line.receipt.url,
                "reasons": list(line.action.reasons),
                "body": _body(app, line.action),
            }


def _body(app: App, action: Action) -> str:
    """A comment's text. Where people are not shown by name, without those whom its findings ever named, and those who answered it."""
    if app.config.policy.people == "named":
        return action.body
    told = [moment.finding for key in action.fingerprints for moment in app.store.findings.history(key)]
    return veiled(action.body, {*(name for finding in told for name in names_in(finding)), *_answered(app, action.target)})


def _answered(app: App, target: Ref) -> Iterator[str]:
    """The names of those who ever answered our comment there."""
    link = next((link for link in app.links if link.name == target.connection), None)
    if link is None or (stream := link.kind.replies) is None:
        return
    ref = reply_ref(target, stream)
    for version in app.store.mirror.versions(ref):
        applied = apply(link.mapping, RawRecord(ref, Scope(version.scope_id, ""), version.data))
        rows = () if isinstance(applied, Rejected) else applied.rows
        yield from (person.name for row in rows for person in people_of(row))


def _show(found: dict[str, Any], console: Console) -> None:
    for record in found["records"]:
        _show_record(record, console)
    for finding in found["findings"]:
        held = ", held" if finding["held"] else ""
        known = ", known at start" if finding["known_at_start"] else ""
        _head(
            console,
            f"Finding {finding['fingerprint']}: {finding['code']}, {finding['severity']}, {finding['state']}{held}{known}",
        )
        _lines(console, finding["text"])
        for moment in finding["history"]:
            _lines(console, f"{moment['at']}  {moment['state']}, {moment['severity']}: {moment['text'].splitlines()[0]}")
    for action in found["actions"]:
        _head(console, f"Action on {action['target']['key']}: {action['state']}, {action['attempts']} attempts")
        _lines(console, "\n".join([*action["reasons"], action["text"] or ""]))
    for receipt in found["receipts"]:
        what = "created" if receipt["created"] else "edited"
        _head(console, f"Receipt on {receipt['target']['key']}: {what} {receipt['remote_id']} at {receipt['at']}")
        _lines(console, "\n".join([*receipt["reasons"], receipt["url"] or ""]))


def _show_record(record: dict[str, Any], console: Console) -> None:
    ref = record["ref"]
    gone = f", {record['gone']}" if record["gone"] else ""
    _head(console, f"Record {ref['key'] or ref['id']} ({ref['connection']}, {ref['stream']}, id {ref['id']}{gone})")
    _lines(
        console, f"{ref['url'] or ''}\nfirst seen {record['first_seen']}, changed {record['changed_at']}, in {record['scope']}"
    )
    for step in record["rules"]:
        if step["rows"]:
            _lines(console, f"rule {step['rule']} -> {step['kind']}: {', '.join(step['rows'])}")
    if record["rejected"]:
        _lines(console, f"rejected: {record['rejected']}")
    for row in record["rows"]:
        facts = {name: value for name, value in row.items() if value not in (None, [], {}, "") and name not in _DULL}
        _lines(console, f"{row['kind']}: " + ", ".join(f"{name} {_short(value)}" for name, value in facts.items()))


_DULL = {"kind", "ref", "scope_id", "history", "claims", "sources"}


def _short(value: Any) -> str:
    text = _plain(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _plain(value: Any) -> str:
    """A value of a row as a person says it: objects by their key or name, amounts with their unit."""
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    if not isinstance(value, dict):
        return str(value)
    if "unit" in value and "value" in value:
        return f"{value['value']:g} {value['unit']}"
    return str(value.get("key") or value.get("text") or value.get("name") or value)


def _head(console: Console, text: str) -> None:
    console.print(Text(one_line(text), "bold"))


def _lines(console: Console, text: str) -> None:
    for line in text.split("\n"):
        if line.strip():
            console.print(Text(f"  {one_line(line)}"))
