"""Absence: the only person of a critical item is away for most of its time."""

from dataclasses import replace
from typing import Any

import pytest
from inline_snapshot import snapshot as inline
from pydantic import ValidationError

from syncd.detect.absence_hits_critical_item import CODE, DETECTOR, AbsenceHitsCriticalItemRules
from syncd.model.finding import Finding, Severity, fingerprint_of
from syncd.model.ref import Ref
from syncd.model.rows import Row
from syncd.model.teams import Work
from tests.model_builders import item, milestone, on, ref, text_of
from tests.schedule.team_builders import away, company

M = milestone("M", title="Checkout v2", due="2026-05-15")
A = item("A", of="M", title="Routes", assignees="Ada", days=3, due="2026-05-15")


def told(*rows: Row, now: str = "2026-05-04", open_: bool = False, **rules: Any) -> list[Finding]:
    known: dict[str, Severity] = {fingerprint_of(CODE, ref("A")): "warn"} if open_ else {}
    snapshot = replace(company(*rows, now=on(now), work=Work(focus=1.0)), open=known)
    return list(DETECTOR.detect(snapshot, AbsenceHitsCriticalItemRules(**rules)))


def test_a_lead_reads_how_long_and_what_is_left() -> None:
    (finding,) = told(M, A, away("Ada", "2026-05-06", "2026-05-14"))
    assert text_of(finding) == inline("""\
[warn] <A Routes>: "Ada" is away on 6~ day(s) of the 10~ working day(s) until Fri 2026-05-15, and nobody else is on it.
Why <A> of <M Checkout v2> has no time to spare: 24 hour of work(s) left, 32~ hour of time(s).
Rests on calendars of leave, and the plan. Rule: away on more than 50 % of its days.
Clears a second person on <A>, another date for it or for the leave.
Wrong? Correct the assignee or the dates of <A>, or the calendar.\
""")
    assert (finding.severity, finding.subject) == ("warn", ref("A"))
    assert finding.inputs == {ref("M"), ref("A"), Ref("cal", "events", "Ada 2026-05-06")}


@pytest.mark.parametrize(
    ("until", "open_", "severity"),
    [
        ("2026-05-09", False, None),  # 5 of 10 days
        ("2026-05-12", False, "warn"),  # 6 of 10
        ("2026-05-09", True, "warn"),  # clears at 4 of 10
        ("2026-05-08", True, None),
        ("2026-05-13", False, "warn"),  # 3 days left for 3 days of work
        ("2026-05-14", False, "critical"),
    ],
)
def test_it_warns_above_half_and_is_critical_where_the_work_does_not_fit(until: str, open_: bool, severity: str | None) -> None:
    found = told(M, A, away("Ada", "2026-05-04", until), open_=open_)
    assert [finding.severity for finding in found] == ([severity] if severity else [])


@pytest.mark.parametrize(
    "rows",
    [
        (M, replace(A, assignees=()), away("Ada", "2026-05-04", "2026-05-16")),
        (M, item("A", of="M", assignees=["Ada", "Bo"], days=3, due="2026-05-15"), away("Ada", "2026-05-04", "2026-05-16")),
        (
            M,
            item("A", of="M", assignees="Ada", days=1, due="2026-05-08"),
            away("Ada", "2026-05-04", "2026-05-08"),
        ),  # has a week to spare
        (M, A, away("Ada", "2026-05-04", "2026-05-16", absence_kind="busy")),
        (M, A, away("Bo", "2026-05-04", "2026-05-16")),
        (M, replace(A, status="done"), away("Ada", "2026-05-04", "2026-05-16")),
    ],
)
def test_when_there_is_nothing_to_tell(rows: tuple[Row, ...]) -> None:
    assert not told(*rows)


def test_more_leave_is_never_better() -> None:
    found = [told(M, A, away("Ada", "2026-05-04", f"2026-05-{day:02}")) for day in range(5, 17)]
    worth = [0 if not one else 1 + (one[0].severity == "critical") for one in found]
    assert worth == sorted(worth)
    with pytest.raises(ValidationError, match="clears_share is larger"):
        AbsenceHitsCriticalItemRules(clears_share=0.6)
