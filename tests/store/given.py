"""What the tests of the store are about: one project PAY of a connection plat, its records, wishes and findings."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from syncd.contract import Page
from syncd.decide.state import FindingState
from syncd.model.action import Action, Receipt
from syncd.model.finding import Count, Day, Finding, Line, Severity
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref
from syncd.store import Store
from syncd.store.mirror import Mirrored
from syncd.store.raws import StoredRaw

AT = datetime(2026, 5, 5, 9, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
PAY = Scope("10001", "PAY", {"private": False})
WEB = Scope("10002", "WEB", {"private": True})
OWN = frozenset({"fields.updated"})


def ref(id_: str, connection: str = "plat") -> Ref:
    """PAY-<id>."""
    return Ref(connection, "issues", id_, f"PAY-{id_}", f"https://acme.example/browse/PAY-{id_}")


def record(id_: str, title: str = "Ledger", connection: str = "plat", scope: Scope = PAY, **fields: Any) -> RawRecord:
    """A vendor's record with a title."""
    return RawRecord(ref(id_, connection), scope, {"id": id_, "fields": {"summary": title, **fields}})


def page(*records: RawRecord, **more: Any) -> Page:
    """A page of these records."""
    return Page(records, **more)


def put(store: Store, one: Page, scope: Scope = PAY, connection: str = "plat", at: datetime = AT) -> Mirrored:
    """Mirror a page of issues."""
    return store.mirror.put(connection, "issues", scope, one, own=OWN, at=at)


def live(store: Store, connection: str = "plat") -> dict[str, Any]:
    """id -> title of what is there."""
    return {raw.ref.id: raw.record.data["fields"]["summary"] for raw in store.mirror.raws(connection)}


def ids(raws: Iterable[StoredRaw]) -> list[str]:
    """The ids, in order."""
    return [raw.ref.id for raw in raws]


def wish(id_: str = "1", digest: str = "late by 4", connection: str = "plat", **more: Any) -> Action:
    """A comment to be written on PAY-<id>, which says its digest."""
    values: dict[str, Any] = {"project": "PAY", "key": f"syncd/{id_}", "body": f"**{digest}**", "fingerprints": ("f1",), **more}
    return Action(**{"verb": "comment", "target": ref(id_, connection), "digest": digest, **values})


def receipt(remote_id: str = "c-1", at: datetime = AT) -> Receipt:
    """The vendor's answer."""
    return Receipt(remote_id, at, f"https://acme.example/comment/{remote_id}")


def finding(days: int = 4, severity: Severity = "warn", ends: date = date(2026, 5, 21), subject: str = "7") -> Finding:
    """A milestone that is late."""
    return Finding(
        code="drift",
        subject=ref(subject),
        severity=severity,
        headline=(Count(days, "working day"), " late"),
        lines=(Line("Clears", ("due ", Day(ends))),),
        inputs=frozenset({ref(subject), ref("8")}),
        facts={"late": days},
        weight=days,
    )


def state(of: Finding, **more: Any) -> FindingState:
    """The finding, open since AT."""
    values: dict[str, Any] = {"state": "open", "raised_at": AT, "changed_at": AT, **more}
    return FindingState(finding=of, **values)
