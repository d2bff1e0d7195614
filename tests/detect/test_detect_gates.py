"""Gates, sign-offs and check-ins. It is Tuesday 5 May 2026."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot as inline

from syncd.detect.gate_due import DETECTOR as GATE
from syncd.detect.gate_due import GateDueRules
from syncd.detect.missed_checkin import DETECTOR as CHECKIN
from syncd.detect.missed_checkin import MissedCheckinRules
from syncd.detect.missing_signoff import DETECTOR as SIGNED
from syncd.detect.missing_signoff import MissingSignoffRules
from syncd.model.finding import SEVERITIES, Finding, said
from syncd.model.ref import Ref
from syncd.model.rows import Check, Effort, MergeRequest, Milestone, Person, Row, SignOff
from syncd.schedule.workdays import add_workdays
from tests.model_builders import NOW, day, item, milestone, moved, on, ref, snapshot, text_of

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


def test_the_lead_reads_what_is_missing_and_when_the_gate_is() -> None:
    (finding,) = gates(epic(status_name="Doing"), item("A", of="M"), request("7"), check("7", "failed"), needs=NEEDS)
    assert text_of(finding) == inline("""\
[critical] <M Title of M>: its gate security is on Wed 2026-05-06, and something is missing.
Why missing: the check sast on <7>, the label threat-model, the status Approved.
Rests on a gate 2 working day(s) before it is due. Rule: a warning from 5 working days before, critical from 1 and once it has passed.
Clears what is missing, or another due date.
Wrong? Correct <M>, or the gate in [detect.gate_due].\
""")
    assert (finding.discriminator, finding.weight, finding.driving) == ("security", 300, ref("A"))


def test_what_is_there_is_not_missing() -> None:
    whole = epic(labels=("Threat-Model",), status_name="approved")
    assert not gates(whole, request("7"), check("7"), needs=NEEDS)


@pytest.mark.parametrize(
    ("due", "severity"),
    [
        ("2026-05-15", None),  # the gate is on the 13th, 6 working days ahead
        ("2026-05-14", "warn"),
        ("2026-05-11", "warn"),
        ("2026-05-08", "critical"),
        ("2026-05-04", "critical"),  # passed
        (None, None),
    ],
)
def test_it_warns_five_working_days_before_and_is_critical_one_before(due: str | None, severity: str | None) -> None:
    found = gates(epic(due), needs={"labels": ["x"]})
    assert [finding.severity for finding in found] == ([severity] if severity else [])
    assert [finding.severity for finding in signs(epic(due), approvals=1)] == ([severity] if severity else [])


@pytest.mark.parametrize("fields", [{"class_": "internal"}, {"cadence": "iterative"}, {"status": "dropped"}, {"class_": None}])
def test_a_gate_stands_before_its_class_only(fields: dict[str, Any]) -> None:
    assert not gates(epic(**fields), needs={"labels": ["x"]})
    assert not signs(epic(**fields), approvals=1)
    assert bool(gates(epic(**fields), needs={"labels": ["x"], "of_class": "*"})) == ("class_" in fields)


@pytest.mark.parametrize(
    ("checks", "told"),
    [
        ([check("7")], False),
        ([check("7", at="2026-05-01"), check("7", "failed")], True),  # the last one counts
        ([check("7", "failed", at="2026-05-01"), check("7")], False),
        ([check("7", sha="h0")], True),  # of an earlier revision
        ([check("7", name="lint")], True),
        ([check("7", "pending")], True),
        ([check("7"), check("8", "failed")], True),
        ([check("7"), check("8", "neutral")], False),
        ([], True),
    ],
)
def test_a_check_counts_by_its_last_result_for_the_revision_that_is_there(checks: list[Check], told: bool) -> None:
    assert bool(gates(epic(), request("7"), request("8"), *checks, needs={"checks": ["sast"]})) == told


def test_a_merge_request_belongs_to_the_milestone_of_what_it_closes() -> None:
    rows = (epic(), item("A", of="M"), request("7", milestones=(), closes=(ref("A"),)))
    assert gates(*rows, needs={"checks": ["sast"]})
    assert not gates(*rows, check("7"), needs={"checks": ["sast"]})


@pytest.mark.parametrize(("closed", "told"), [("2026-05-04", True), ("2026-04-06", True), ("2026-04-04", False)])
def test_closed_without_it_is_told_for_thirty_days(closed: str, told: bool) -> None:
    history = (moved(f"{closed}T07:00:00", "Doing", "Done", "status"),)
    found = gates(epic(status="done", history=history), needs={"labels": ["x"]})
    assert [finding.severity for finding in found] == (["critical"] if told else [])


PULL = Ref("code", "pulls", "7")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([request("7", approvals=2)], False),
        ([request("7", approvals=2), request("8", approvals=1)], True),
        ([request("7", approvals=2), request("8", approvals=0, status="closed")], False),
        ([request("7"), signed(PULL, "Ann"), signed(PULL, "Bo")], False),
        ([request("7"), signed(PULL, "Ann"), signed(PULL, "Ann", at="2026-05-03")], True),
        ([request("7"), signed(PULL, "Ann"), signed(PULL, "Bo"), signed(PULL, "Bo", "rejected", at="2026-05-05")], True),
        ([request("7"), signed(PULL, "Ann"), signed(PULL, "Bo"), signed(PULL, "Bo", "commented", at="2026-05-05")], False),
        ([item("A", of="M"), signed(ref("A"), "Ann"), signed(ref("M"), "Bo")], False),
        ([item("A", of="M"), signed(ref("A"), "Ann"), signed(ref("B"), "Bo")], True),
    ],
)
def test_two_people_have_to_approve_and_of_each_the_last_verdict_counts(rows: list[Row], told: bool) -> None:
    assert bool(signs(epic(), *rows, approvals=2)) == told


@pytest.mark.parametrize(("role", "told"), [("QA", False), ("dev", True), (None, True)])
def test_a_role_has_to_approve(role: str | None, told: bool) -> None:
    found = signs(epic(), request("7"), signed(PULL, "Ann", role=role), roles=["qa"])
    assert bool(found) == told
    if told:
        assert "an approval by qa" in text_of(found[0])


@given(days=st.lists(st.integers(-20, 20), min_size=2, max_size=2))
@settings(max_examples=40)
def test_the_nearer_the_gate_the_worse(days: list[int]) -> None:
    ranks = []
    today = day("2026-05-05")
    assert today
    for count in sorted(days, reverse=True):
        found = gates(epic(add_workdays(today, count).isoformat()), needs={"labels": ["x"]})
        ranks.append(SEVERITIES.index(found[0].severity) if found else -1)
    assert ranks == sorted(ranks)


def checkin(*rows: Row, now: datetime = NOW) -> list[Finding]:
    return list(CHECKIN.detect(snapshot(*rows, now=now), MissedCheckinRules()))


def sprint(updated: str | None, **fields: Any) -> Milestone:
    at = datetime.fromisoformat(updated).replace(tzinfo=UTC) if updated else None
    return milestone("M", cadence="iterative", updated_at=at, **fields)


@pytest.mark.parametrize(
    ("updated", "severity"),
    [
        ("2026-04-21", None),  # ten working days
        ("2026-04-20", "warn"),
        ("2026-04-07", "warn"),  # twenty
        ("2026-04-06", "critical"),
        (None, None),
    ],
)
def test_somebody_checks_in_every_ten_working_days(updated: str | None, severity: str | None) -> None:
    assert [finding.severity for finding in checkin(sprint(updated))] == ([severity] if severity else [])


@pytest.mark.parametrize(
    "rows",
    [
        (item("A", of="M", updated_at=on("2026-05-04")),),
        (item("A", of="M", history=(moved("2026-05-04T07:00:00", "a", "b", "status"),)),),
        (item("A", of="M"), Effort(ref=Ref("plat", "worklogs", "1"), item=ref("A"), at=on("2026-05-04"))),
    ],
)
def test_any_change_of_it_or_its_items_is_a_check_in(rows: tuple[Row, ...]) -> None:
    assert checkin(sprint("2026-04-01"))
    assert not checkin(sprint("2026-04-01"), *rows)


def test_the_text_of_a_missed_check_in_stays_from_day_to_day() -> None:
    (finding,) = checkin(sprint("2026-04-20"))
    assert text_of(finding) == inline("""\
[warn] <M Title of M>: nobody has checked in since Mon 2026-04-20.
Why no change of it or its items for at least 11~ working day(s).
Rests on 0 item(s) of it. Rule: a check-in every 10 working day(s).
Clears a change of it or of one of its items by a person.
Wrong? Correct the cadence of <M>, or close it.\
""")
    (tomorrow,) = checkin(sprint("2026-04-20"), now=on("2026-05-06"))
    assert [said(line.parts) for line in finding.lines] == [said(line.parts) for line in tomorrow.lines]


@pytest.mark.parametrize("fields", [{"cadence": "gated"}, {"cadence": None}, {"status": "done"}, {"status": "todo"}])
def test_only_iterative_milestones_that_have_begun_are_checked(fields: dict[str, Any]) -> None:
    given: dict[str, Any] = {"cadence": "iterative", "updated_at": on("2026-04-01")} | fields
    assert not checkin(milestone("M", **given))
