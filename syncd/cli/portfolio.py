"""How the portfolio stands: in a table, for programs or for a wiki; and what holds it up, in plain words."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from syncd.app import App
from syncd.cli.chains import as_json as chain_json
from syncd.cli.chains import in_words
from syncd.cli.choose import chosen
from syncd.cli.frame import one_line, usage
from syncd.cli.progress import patiently
from syncd.cli.report import finding_json
from syncd.cli.stored import snapshot_of
from syncd.cli.tabled import show_table
from syncd.config import did_you_mean, some_known
from syncd.decide.answers import KNOWN_WORDS, unclear
from syncd.decide.impersonal import People
from syncd.decide.overrides import WORDS, Override, Word
from syncd.decide.replies import Heard
from syncd.decide.state import FindingState
from syncd.decide.word import Worded, worded
from syncd.decide.wording import count
from syncd.model.finding import Severity
from syncd.model.ref import Ref, ref_to_json
from syncd.model.snapshot import Snapshot
from syncd.run.analyse import labels_seen, shown
from syncd.schedule.chains import Chain, chains_of
from syncd.schedule.hygiene import team_name, team_names
from syncd.schedule.plan import plan_of

_COLOUR: Mapping[Word, str] = {"off track": "red", "at risk": "yellow", "unknown": "cyan", "on track": "green"}


MOST_CHAINS = 3
"""So many chains are told."""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """What is shown: the milestones that were asked for, the chains that hold them up, and what was answered and is not understood."""

    snapshot: Snapshot
    words: tuple[Worded, ...]
    chains: tuple[Chain, ...]
    people: People
    unclear: tuple[Heard, ...] = ()


def portfolio_of(app: App, milestones: list[str], team: str) -> Portfolio:
    """What is asked for. Raises Problems where a name means no milestone, and ends where there is no such team."""
    snapshot = snapshot_of(app)
    states = [shown(state, app.config.policy) for state in app.store.findings.states().values()]
    refs = {one.ref for one in chosen(snapshot, milestones)} if milestones else set(snapshot.milestones)
    if team:
        refs &= _of_team(snapshot, team)
    with patiently("Planning"):
        words = tuple(one for one in _words(app, snapshot, states) if one.milestone.ref in refs)
        about = [chain for chain in snapshot.once(chains_of) if any(one.milestone in refs for one in chain.held)]
    lost = unclear(snapshot, app.config.policy.status_override_days)
    if milestones or team:
        lost = tuple(one for one in lost if one.milestone in refs)
    return Portfolio(snapshot, words, tuple(about[:MOST_CHAINS]), app.config.policy.people, lost)


def _words(app: App, snapshot: Snapshot, states: Iterable[FindingState]) -> tuple[Worded, ...]:
    policy = app.config.policy
    seen = labels_seen(app.store)
    found = worded(snapshot, states, label=policy.status_label, days=policy.status_override_days, seen=seen)
    return found if policy.people == "named" else tuple(_unnamed(one) for one in found)


def _unnamed(one: Worded) -> Worded:
    """Without who set its word, where people are not shown by name."""
    return replace(one, override=replace(one.override, by=None)) if one.override else one


def _of_team(snapshot: Snapshot, team: str) -> set[Ref]:
    known = team_names(snapshot)
    if team not in known:
        usage(f"There is no team {team!r}. {did_you_mean(team, known, otherwise=some_known(known))}")
    return {ref for ref, milestone in snapshot.milestones.items() if team_name(snapshot, milestone) == team}


def show(portfolio: Portfolio, console: Console) -> None:
    """The same for people."""
    if not portfolio.words:
        console.print("No open milestones.")
        return
    table = Table("milestone", "status", "due", "work ends", "85 %", "open", "why", box=None, pad_edge=False)
    for one in portfolio.words:
        name, *rest, why = _cells(one)
        word = Text(one.word + (" *" if one.override else ""), _COLOUR[one.word])
        table.add_row(Text(one_line(name)), word, *map(Text, rest[1:]), Text(one_line(why)))
    show_table(console, table)
    told = [in_words(portfolio.snapshot, chain, portfolio.people) for chain in portfolio.chains]
    if told:
        console.print()
        console.print(Text("What holds most up:", "bold"))
    for number, line in enumerate(told, 1):
        console.print(Text(one_line(f"{number}. {line}")))
    for line in _unclear_lines(portfolio):
        console.print(Text(one_line(line)))
    console.print()
    console.print(Text(_totals(portfolio)))


def _unclear_lines(portfolio: Portfolio) -> list[str]:
    """What was answered and is not understood."""
    return [
        f"Not understood: {one.ticket.label}: the reply of {one.day}{f' by {by}' if (by := _by(portfolio, one)) else ''}: "
        f"{one.unclear}. {KNOWN_WORDS}"
        for one in portfolio.unclear
    ]


def _by(portfolio: Portfolio, one: Heard) -> str | None:
    return one.reply.person.name if one.reply.person and portfolio.people == "named" else None


def _cells(one: Worded) -> tuple[str, ...]:
    """Milestone, word, due, end of work, P85, number of findings, reason."""
    name = f"{one.milestone.ref.label} {one.milestone.title}".strip()
    counts: Counter[Severity] = Counter(finding.severity for finding in one.findings)
    number = ", ".join(f"{counts[severity]} {severity}" for severity in ("critical", "warn") if counts[severity])
    return name, one.word, _day(one.milestone.due), _day(one.finish), _day(one.p85), number or "-", _why(one)


def _why(one: Worded) -> str:
    override = one.override
    if override is None:
        return one.reason
    return f"* {_set_by(override)}, until {override.until.isoformat()}; {one.reason}"


def _set_by(override: Override) -> str:
    return f"set {override.since.isoformat()}{f' by {override.by}' if override.by else ''}"


def _day(day: date | None) -> str:
    return day.isoformat() if day else "-"


def _totals(portfolio: Portfolio) -> str:
    counts = Counter(one.word for one in portfolio.words)
    parts = [f"{counts[word]} {word}" for word in WORDS if counts[word]]
    return f"{count(len(portfolio.words), 'open milestone')}: {', '.join(parts)}." if parts else "No open milestones."


def markdown(portfolio: Portfolio) -> list[str]:
    """The table as lines for a wiki."""
    head = ["| milestone | status | due | work ends | 85 % | open | why |", "| --- | --- | --- | --- | --- | --- | --- |"]
    rows = [f"| {' | '.join(as_text(cell) for cell in _cells(one))} |" for one in portfolio.words]
    told = [as_text(in_words(portfolio.snapshot, chain, portfolio.people)) for chain in portfolio.chains]
    numbered = ["", "What holds most up:", "", *(f"{n}. {line}" for n, line in enumerate(told, 1))] if told else []
    lost = [line for text in _unclear_lines(portfolio) for line in ("", as_text(text))]
    as_of = f"As of {portfolio.snapshot.as_of:%Y-%m-%d %H:%M} UTC."
    return [*head, *rows, *numbered, *lost, "", f"{_totals(portfolio)} {as_of}"]


def as_text(text: str) -> str:
    """Markdown of the text as it is: nothing in it is markup, a link or a mention."""
    plain = "".join(f"\\{char}" if char in "\\`*_{}[]<>()#|~!" else char for char in one_line(text))
    return plain.replace("@", "@\u200b").replace("://", ":\u200b//")


def as_json(portfolio: Portfolio) -> dict[str, Any]:
    """The same for programs."""
    counts = Counter(one.word for one in portfolio.words)
    return {
        "as_of": portfolio.snapshot.as_of.isoformat(),
        "milestones": [_worded_json(portfolio.snapshot, one) for one in portfolio.words],
        "chains": [chain_json(portfolio.snapshot, chain, portfolio.people) for chain in portfolio.chains],
        "not_understood": [_unclear_json(portfolio, one) for one in portfolio.unclear],
        "totals": {word: counts[word] for word in WORDS},
        "problems": list(portfolio.snapshot.once(plan_of).problems),
    }


def _unclear_json(portfolio: Portfolio, one: Heard) -> dict[str, Any]:
    by = _by(portfolio, one)
    return {"ticket": ref_to_json(one.ticket), "url": one.reply.url, "on": str(one.day), "by": by, "why": str(one.unclear)}


def _reply_json(override: Override) -> dict[str, Any] | None:
    reply = override.reply
    if reply is None or not isinstance(reply.of, Ref):
        return None
    return {"ticket": ref_to_json(reply.of), "url": reply.url, "because": override.because or None}


def _worded_json(snapshot: Snapshot, one: Worded) -> dict[str, Any]:
    odds, override = one.odds, one.override
    return {
        "milestone": ref_to_json(one.milestone.ref),
        "title": one.milestone.title,
        "team": team_name(snapshot, one.milestone),
        "status": one.word,
        "reason": one.reason,
        "computed": one.computed,
        "override": None
        if override is None
        else {
            "label": override.label or None,
            "reply": _reply_json(override),
            "since": override.since.isoformat(),
            "until": override.until.isoformat(),
            "by": override.by,
        },
        "due": one.milestone.due.isoformat() if one.milestone.due else None,
        "work_ends": one.finish.isoformat() if one.finish else None,
        "p": odds.p if odds else None,
        "p85": one.p85.isoformat() if one.p85 else None,
        "findings": [finding_json(finding) for finding in one.findings],
    }
