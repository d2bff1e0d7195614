"""What the tests of gates are about: a regulated epic, its merge requests, and who said what. It is Tuesday 5 May 2026."""

from datetime import UTC, datetime
from typing import Any

from syncd.detect.gate_due import DETECTOR as GATE
from syncd.detect.gate_due import GateDueRules
from syncd.detect.missed_checkin import DETECTOR as CHECKIN
from syncd.detect.missed_checkin import MissedCheckinRules
from syncd.detect.missing_signoff import DETECTOR as SIGNED
from syncd.detect.missing_signoff import MissingSignoffRules
from syncd.model.finding import Finding
from syncd.model.ref import Ref
from syncd.model.rows import Check, MergeRequest, Milestone, Person, Row, SignOff
from tests.model_builders import NOW, milestone, on, ref, snapshot

SECURITY = {"name": "security", "of_class": "regulated", "before_days": 2}


def epic(due: str | None = "2026-05-08", **fields: Any) -> Milestone:
    return milestone("M", due=due, **{"class_": "regulated", **fields})


def request(key: str, **fields: Any) -> MergeRequest:
    given: dict[str, Any] = {"milestones": (ref("M"),), "head_sha": "h1"} | fields
    return MergeRequest(ref=Ref("code", "pulls", key, key=key), title=f"Title of {key}", **given)


def check(of: str, state: Any = "passed", name: str = "sast", at: str = "2026-05-04", **fields: Any) -> Check:
    number = f"{of}-{name}-{state}-{at}"
    return Check(
        ref=Ref("code", "checks", number),
        of=Ref("code", "pulls", of),
        name=name,
        state=state,
        at=on(at),
        **{"sha": "h1"} | fields,
    )


def signed(of: Ref, who: str, verdict: Any = "approved", at: str = "2026-05-04", **fields: Any) -> SignOff:
    return SignOff(
        ref=Ref("code", "reviews", f"{of.id}-{who}-{at}"), of=of, person=Person(who), verdict=verdict, at=on(at), **fields
    )


def gates(*rows: Row, needs: dict[str, Any], now: datetime = NOW) -> list[Finding]:
    return list(GATE.detect(snapshot(*rows, now=now), GateDueRules.model_validate({"gates": [SECURITY | needs]})))


def signs(*rows: Row, **needs: Any) -> list[Finding]:
    return list(SIGNED.detect(snapshot(*rows), MissingSignoffRules.model_validate({"gates": [SECURITY | needs]})))


NEEDS: dict[str, Any] = {"checks": ["sast"], "labels": ["threat-model"], "status": ["Approved"]}


PULL = Ref("code", "pulls", "7")


def checkin(*rows: Row, now: datetime = NOW) -> list[Finding]:
    return list(CHECKIN.detect(snapshot(*rows, now=now), MissedCheckinRules()))


def sprint(updated: str | None, **fields: Any) -> Milestone:
    at = datetime.fromisoformat(updated).replace(tzinfo=UTC) if updated else None
    return milestone("M", cadence="iterative", updated_at=at, **fields)
