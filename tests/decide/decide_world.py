"""A small company to decide about: two trackers, one forge each, and the values that `decide` is told."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from syncd.contract import Limits
from syncd.decide import Decision, FindingState, Place, Policy, Said, decide
from syncd.decide.answers import Answers
from syncd.model.action import Action, Mode, Verb
from syncd.model.finding import Count, Day, Finding, Line, Named, Severity
from syncd.model.ref import Ref
from syncd.model.rows import Audience, Claim, Item, MergeRequest, Milestone
from syncd.model.snapshot import Snapshot

NOW = datetime(2026, 5, 5, 7, 0, tzinfo=UTC)
COMMENT: frozenset[Verb] = frozenset({"comment"})
TAKES: Mapping[str, frozenset[Verb]] = {"issues": COMMENT, "pulls": COMMENT, "milestones": frozenset()}
WIKI = Limits("wiki", 32_767)


def jira(number: int, project: str = "PLAT", connection: str = "plat") -> Ref:
    key = f"{project}-{number}"
    return Ref(
        connection,
        "issues",
        str({"PLAT": 10_000, "PAY": 20_000}[project] + number),
        key,
        f"https://acme.atlassian.net/browse/{key}",
    )


def forge(number: int, repository: str = "acme/api", stream: str = "issues", connection: str = "code") -> Ref:
    url = f"https://github.com/{repository}/{stream}/{number}"
    return Ref(connection, stream, f"{repository}/{number}", f"{repository}#{number}", url)


def item(ref: Ref, title: str = "Some work", **fields: Any) -> Item:
    return Item(ref=ref, title=title, **{"project": _project(ref), "scope_id": _project(ref), **fields})


def milestone(ref: Ref, title: str = "Checkout v2", *others: Ref, **fields: Any) -> Milestone:
    titles = [title, *(f"{title} at {other.connection}" for other in others)]
    claims = {
        source.connection: Claim(source, title=own, scope_id=_project(source), project=_project(source))
        for source, own in zip((ref, *others), titles, strict=True)
    }
    given = {"project": _project(ref), "scope_id": _project(ref), "sources": (ref, *others), "claims": claims, **fields}
    return Milestone(ref=ref, title=title, **given)


def _project(ref: Ref) -> str:
    return (ref.key or "").partition("#")[0].rpartition("-")[0] or (ref.key or "").partition("#")[0]


def snapshot(*rows: Milestone | Item | MergeRequest, stale: Iterable[Ref] = (), as_of: datetime = NOW) -> Snapshot:
    milestones = {row.ref: row for row in rows if isinstance(row, Milestone)}
    return Snapshot(
        as_of=as_of,
        zone="Europe/Berlin",
        milestones=milestones,
        items={row.ref: row for row in rows if isinstance(row, Item)},
        merge_requests={row.ref: row for row in rows if isinstance(row, MergeRequest)},
        anchor_of={source: anchor for anchor, row in milestones.items() for source in row.sources if source != anchor},
        stale=frozenset(stale),
    )


def place(connection: str, mode: Mode = "on", **fields: Any) -> Place:
    return Place(connection=connection, write=mode, **{"takes": TAKES, **fields})


def places(plat: Mode = "on", code: Mode = "on", **fields: Any) -> dict[str, Place]:
    return {"plat": place("plat", plat, limits=WIKI, **fields), "code": place("code", code, **fields)}


def late(
    subject: Ref,
    days: int = 4,
    *,
    title: str = "Checkout v2",
    severity: Severity = "warn",
    code: str = "drift",
    because: Ref | None = None,
    audience: Audience = "connection",
    **fields: Any,
) -> Finding:
    because = because or jira(41)
    return Finding(
        code=code,
        subject=subject,
        severity=severity,
        headline=(
            Named(subject, title),
            ": ",
            Count(days, "working day late"),
            ". Work ends ",
            Day(date(2026, 5, 21)),
            ", due ",
            Day(date(2026, 5, 15)),
            ".",
        ),
        lines=(
            Line("Why", (Named(because, "Payment API", audience), " ends ", Day(date(2026, 5, 12)), ".")),
            Line("Rests on", ("31 of 42 items dated; ", Count(11, "item without a date"), " may move this later.")),
            Line("Clears", ("due ", Day(date(2026, 5, 21)), " or later.")),
            Line("Wrong?", ("Correct the due date of ", Named(because), ".")),
        ),
        weight=days,
        inputs=fields.pop("inputs", frozenset({subject, because})),
        **fields,
    )


def opened(*findings: Finding, **fields: Any) -> dict[str, FindingState]:
    return {
        f.fingerprint: FindingState(finding=f, **{"state": "open", "raised_at": NOW, "changed_at": NOW, **fields})
        for f in findings
    }


EVERYWHERE = frozenset(
    {("plat", "PLAT"), ("plat", "PAY"), ("lab", "acme/web")} | {("code", f"acme/{n}") for n in ("api", "secret")}
)


def decided(
    states: Mapping[str, FindingState],
    world: Snapshot,
    *,
    said: Mapping[Ref, Said] | None = None,
    where: Mapping[str, Place] | None = None,
    enabled: Iterable[tuple[str, str]] = EVERYWHERE,
    as_of: datetime = NOW,
    answers: Answers | None = None,
    **policy: Any,
) -> Decision:
    return decide(
        states,
        said=said or {},
        places=where or places(),
        snapshot=world,
        policy=Policy(**{"zone": "Europe/Berlin", **policy}),
        as_of=as_of,
        enabled=frozenset(enabled),
        answers=answers or {},
    )


def receipted(said: Mapping[Ref, Said], actions: Iterable[Action], at: datetime = NOW) -> dict[Ref, Said]:
    """The ledger after all these actions got their receipts."""
    ledger = dict(said)
    for action in actions:
        ledger[action.target] = Said(
            target=action.target,
            project=action.project,
            key=action.key,
            digest=action.digest,
            remote_id=action.remote_id or f"c{len(ledger) + 1}",
            fingerprints=action.fingerprints,
            body=action.body,
            at=at,
        )
    return ledger
