"""What a pass came to, as JSON with stable keys and as tables for people."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from syncd.cli.frame import one_line
from syncd.decide import plain_text
from syncd.decide.plain import plain_headline
from syncd.decide.state import FindingState
from syncd.model.finding import SEVERITIES, Finding, Severity
from syncd.model.ref import ref_to_json
from syncd.run.one_pass import Passed
from syncd.run.outcome import model_counts as model_counts

_COLOUR: Mapping[Severity, str] = {"info": "cyan", "warn": "yellow", "critical": "red"}


_GOOD = {"fresh", "unsupported"}


def as_json(passed: Passed) -> dict[str, Any]:
    """`once --json`: connections, model, findings, actions, problems."""
    rejected = _rejected(passed)
    return {
        "connections": {
            name: {
                "streams": {
                    stream: {
                        "read": read.read,
                        "changed": read.changed,
                        "deleted": read.deleted,
                        "rejected": rejected[name, stream],
                        "state": read.state,
                    }
                    for stream, read in pulled.streams.items()
                }
            }
            for name, pulled in passed.pulled.items()
        },
        "model": passed.outcome.model,
        "findings": finding_counts(passed),
        "actions": action_counts(passed),
        "problems": problems(passed),
        "unknown": dict(passed.outcome.notes),
    }


def _rejected(passed: Passed) -> Counter[tuple[str, str]]:
    return Counter((rejected.ref.connection, rejected.ref.stream) for rejected in passed.outcome.rejected)


def finding_counts(passed: Passed) -> dict[str, int]:
    """Open findings, and what this pass changed of them."""
    return dict(passed.outcome.findings)


def action_counts(passed: Passed) -> dict[str, int]:
    """`planned`: all that is to be written, where only observed too; `waiting`: over the cap of the pass, or to be tried again."""
    outcome = passed.outcome
    return {
        "planned": outcome.planned,
        "delivered": sum(done.delivered for done in passed.delivered.values()),
        "failed": sum(done.failed for done in passed.delivered.values()),
        "waiting": outcome.waiting + sum(done.waiting for done in passed.delivered.values()),
    }


def problems(passed: Passed) -> list[str]:
    """All lines for a person, each once."""
    lines = [line for pulled in passed.pulled.values() for line in pulled.problems]
    told = [one for one in passed.outcome.rejected if one.ref not in passed.outcome.dropped]
    lines += [f"{one.ref.connection}: {one.ref.label}: {one.reason}" for one in told]
    lines += [f"{defect.code}: {defect.text}" for defect in passed.outcome.defects]
    lines += list(passed.outcome.problems)
    lines += [line for done in passed.delivered.values() for line in done.problems]
    lines += [line for pulled in passed.pulled.values() for line in pulled.notices]
    return list(dict.fromkeys(lines))


def in_trouble(passed: Passed) -> bool:
    """Whether the pass is not to be called good: a connection, or a part of it, could not be read to its end, or a write failed."""
    states = {read.state for pulled in passed.pulled.values() for read in pulled.streams.values()}
    off = any(pulled.off for pulled in passed.pulled.values())
    return off or not states <= _GOOD or any(done.failed for done in passed.delivered.values())


def show(passed: Passed, console: Console) -> None:
    """The same for people."""
    counted = _rejected(passed)
    table = Table("connection", "stream", "read", "changed", "rejected", "state", box=None, pad_edge=False)
    for name, pulled in passed.pulled.items():
        for stream, read in pulled.streams.items():
            numbers = (read.read, read.changed, counted[name, stream])
            table.add_row(name, stream, *(str(number) for number in numbers), read.state)
    console.print(table)
    console.print()
    for title, counts in (
        ("model", passed.outcome.model),
        ("findings", finding_counts(passed)),
        ("actions", action_counts(passed)),
    ):
        console.print(Text(f"{title}: " + ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())))
    for line in _first(problems(passed), 30):
        console.print(Text(f"! {one_line(line)}", "yellow"))
    notes = Counter(passed.outcome.notes).most_common()
    if notes:
        console.print(Text("mappings did not know:", "bold"))
        for line in _first([f"{note} ({count} records)" if count > 1 else note for note, count in notes], 10):
            console.print(Text(f"  {one_line(line)}"))


def _first(lines: list[str], most: int) -> list[str]:
    return lines[:most] + ([f"and {len(lines) - most} more (--json shows all)"] if len(lines) > most else [])


def finding_json(finding: Finding) -> dict[str, Any]:
    """One element of `findings --json`."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "subject": ref_to_json(finding.subject),
        "fingerprint": finding.fingerprint,
        "facts": dict(finding.facts),
        "text": plain_text(finding),
    }


def worst_first(states: Iterable[FindingState]) -> list[FindingState]:
    """Open findings, the most severe first."""
    return sorted(
        (state for state in states if state.state == "open"),
        key=lambda s: (-SEVERITIES.index(s.finding.severity), -s.finding.weight, s.finding.code, s.finding.subject),
    )


def findings_table(states: Iterable[FindingState]) -> Table:
    """Open findings, one row each."""
    table = Table("severity", "finding", "what", "fingerprint", box=None, pad_edge=False)
    for state in worst_first(states):
        finding = state.finding
        severity = Text(finding.severity + (" (held)" if state.held else ""), _COLOUR[finding.severity])
        headline = Text(one_line(plain_headline(finding)))
        table.add_row(severity, finding.code, headline, finding.fingerprint)
    return table
