"""Incident impact: people on an incident are missing on their critical work; a date is proposed, and nothing is moved."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from inline_snapshot import snapshot as inline

from syncd.detect.incident_impact import DETECTOR, IncidentImpactRules
from syncd.model.finding import Finding
from syncd.model.rows import Item, Quantity, Row
from syncd.model.teams import Hours, Work
from tests.model_builders import item, milestone, on, ref, text_of
from tests.schedule.team_builders import away, company

M = milestone("M", title="Checkout v2", due="2026-05-15")
A = item("A", of="M", title="Routes", status="doing", assignees="Ada", days=9, due="2026-05-15")


def incident(day: str, who: str = "Ada", **fields: Any) -> Item:
    return item(
        "INC",
        title="Login is down",
        type="incident",
        assignees=who,
        created_at=datetime.fromisoformat(f"{day}T06:00").replace(tzinfo=UTC),
        **fields,
    )


def told(*rows: Row, now: str = "2026-05-06", **rules: Any) -> list[Finding]:
    return list(DETECTOR.detect(company(*rows, now=on(now)), IncidentImpactRules(**rules)))


def test_a_lead_reads_what_is_lost_and_which_date_to_agree_on() -> None:
    (finding,) = told(M, A, incident("2026-05-04", remaining=Quantity(480, "minutes")))
    assert text_of(finding) == inline("""\
[warn] <M Checkout v2>: <INC> takes 3~ working day(s) from its critical work.
Why "Ada" is on <INC Login is down> since Mon 2026-05-04 and not on <A>, which has no time to spare; lost: 2~ working day(s) until yesterday, 1 working day(s) left of the incident.
Rests on its people and working days, and the plan. Rule: a warning from 1, critical from 5 lost working day(s).
Clears <INC> done, somebody else on <A>, or a new date: agree on Wed 2026-05-20~ or later. No date is moved by itself.
Wrong? Correct the assignees or the status of <INC> or <A>.\
""")
    assert (finding.severity, finding.facts["proposed_due"], finding.driving) == ("warn", "2026-05-20", ref("A"))
    assert finding.inputs == {ref("M"), ref("A"), ref("INC")}


@pytest.mark.parametrize(
    ("since", "severity"),
    [("2026-05-06", None), ("2026-05-05", "warn"), ("2026-04-30", "warn"), ("2026-04-29", "critical")],
)
def test_it_warns_from_a_lost_day_and_is_critical_from_five(since: str, severity: str | None) -> None:
    assert [finding.severity for finding in told(M, A, incident(since))] == ([severity] if severity else [])


def test_only_working_days_are_lost() -> None:
    assert told(M, A, incident("2026-05-01"), now="2026-05-04")[0].facts["days_lost"] == 1
    assert not told(M, A, incident("2026-05-02"), now="2026-05-04")
    assert not told(M, A, incident("2026-05-04"), away("Ada", "2026-05-04", "2026-05-06"))


@pytest.mark.parametrize(
    "rows",
    [
        (M, A, replace(incident("2026-05-01"), status="done")),
        (M, A, incident("2026-05-01", who="Bo")),
        (M, A, replace(incident("2026-05-01"), type="bug")),
        (M, replace(A, due=None, remaining=Quantity(60, "minutes")), incident("2026-05-01")),  # a week to spare
        (
            M,
            replace(A, status="todo", start=datetime(2026, 5, 11, tzinfo=UTC).date(), remaining=Quantity(2400, "minutes")),
            incident("2026-05-01"),
        ),
        (A, incident("2026-05-01")),
    ],
)
def test_when_there_is_nothing_to_tell(rows: tuple[Row, ...]) -> None:
    assert not told(*rows)


def test_the_longer_the_worse() -> None:
    lost = [told(M, A, incident(f"2026-04-{day:02}"))[0].facts["days_lost"] for day in range(30, 10, -1)]
    assert lost == sorted(lost)


def test_the_date_that_is_proposed_is_a_working_day() -> None:
    rows = (replace(M, due=date(2026, 5, 13)), replace(A, due=date(2026, 5, 13)), incident("2026-05-05"))
    model = replace(company(*rows, now=on("2026-05-06")), work=Work(hours=Hours(region="DE-BE")))  # 14 May is Ascension Day
    (finding,) = DETECTOR.detect(model, IncidentImpactRules())
    assert (finding.facts["days_lost"], finding.facts["proposed_due"]) == (1, "2026-05-15")
