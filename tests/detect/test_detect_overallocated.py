"""Overallocated: one person whom several milestones ask for more than their time."""

from dataclasses import replace
from typing import Any

import pytest
from inline_snapshot import snapshot as inline

from syncd.detect.overallocated import CODE, DETECTOR, OverallocatedRules, key_of
from syncd.model.finding import Finding, Severity, fingerprint_of
from syncd.model.rows import Person, Quantity, Row
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Team, Work
from tests.model_builders import item, milestone, on, ref, text_of
from tests.schedule.team_builders import company, team

MONDAY = on("2026-05-04")
M, N = milestone("M", title="Checkout v2", due="2026-05-08"), milestone("N", title="Search", due="2026-05-08")


def told(snapshot: Snapshot, **rules: Any) -> list[Finding]:
    return list(DETECTOR.detect(snapshot, OverallocatedRules(**rules)))


def given_(*rows: Row, teams: tuple[Team, ...] = (), **options: Any) -> Snapshot:
    return company(*rows, teams=teams, work=Work(focus=1.0), **({"now": MONDAY} | options))


def hours(key: str, of: str, number: float, who: str = "Ada", due: str = "2026-05-08") -> Row:
    return item(key, of=of, due=due, remaining=Quantity(60 * number, "minutes"), assignees=who)


def test_a_lead_reads_who_by_whom_and_what_saves_most() -> None:
    rows = (M, N, hours("A", "M", 32), hours("B", "N", 24), hours("C", "N", 8), hours("D", "M", 8, "Bo"))
    (finding,) = told(given_(*rows, teams=(team("pay", "Ada", "Bo"),)))
    assert text_of(finding) == inline("""\
[critical] <M Checkout v2>: "Ada" has 64~ hour of work(s) in 40~ hour of time(s) until Sun 2026-05-10~.
Why <M Checkout v2> and <N Search> ask for them: <A>, <B> and <C>.
Rests on 3 open item(s) with remaining time. Rule: planned work against working time less leave, holidays and meetings; a warning above 100 %, critical above 120 %.
Clears <A> done by "Bo" saves 3~ working day of delay(s); <A> left for later saves 3~ working day of delay(s); one more person saves 3~ working day of delay(s); or 24~ hour of work(s) less or later.
Wrong? Correct the remaining work, the dates or the assignees of these, or their share and leave.\
""")
    assert finding.facts["options"][0]["what"] == "give"
    assert "Ada" not in finding.discriminator
    assert finding.inputs == {ref(key) for key in "MNABC"}


def test_where_one_after_the_other_nothing_is_late_the_order_is_told_and_nobody_is_disturbed() -> None:
    rows = (
        replace(M, due=None),
        replace(N, due=None),
        hours("A", "M", 60, due="2026-05-15"),
        hours("B", "N", 50, due="2026-05-22"),
        hours("C", "N", 40, due="2026-05-29"),
    )
    found = told(given_(*rows), least_weeks=2)
    assert [finding.severity for finding in found] == ["info"]
    assert text_of(found[0]).splitlines()[3] == inline(
        "Clears one after the other nothing is late: <A>, <B> then <C>; or 33~ hour of work(s) less or later."
    )


@pytest.mark.parametrize(
    ("asked", "open_", "severity"),
    [
        (40, None, None),
        (40.1, None, "warn"),
        (48, None, "warn"),
        (48.1, None, "critical"),
        (40, "warn", "info"),  # it can be done, one after the other
        (38, "warn", None),
        (44.1, "critical", "critical"),
        (44, "critical", "warn"),
    ],
)
def test_it_warns_above_all_of_their_time_and_goes_past_other_values(
    asked: float, open_: Severity | None, severity: str | None
) -> None:
    rows = (M, N, hours("A", "M", asked - 10), hours("B", "N", 10))
    known = {fingerprint_of(CODE, ref("M"), key_of(Person("Ada"))): open_} if open_ else {}
    found = told(replace(given_(*rows), open=known))
    assert [finding.severity for finding in found] == ([severity] if severity else [])


def test_more_work_that_may_wait_does_not_make_it_look_better() -> None:
    rows = (M, replace(N, due=None), hours("A", "M", 60), hours("B", "N", 100, due="2026-05-15"))
    later = hours("C", "N", 40, due="2026-05-29")
    assert [finding.severity for finding in told(given_(*rows))] == ["critical"]
    (finding,) = told(given_(*rows, later))
    assert (finding.severity, finding.facts["demand_hours"]) == ("critical", 160)


def test_one_milestone_alone_is_nobodys_conflict() -> None:
    assert not told(given_(M, hours("A", "M", 90)))
    assert not told(given_(M, replace(N, status="done"), hours("A", "M", 90), hours("B", "N", 90)))


def test_people_of_other_milestones_do_not_move_it() -> None:
    rows = (M, N, hours("A", "M", 30), hours("B", "N", 30))
    others = (milestone("X", due="2026-06-30"), hours("Y", "X", 5, "Zoe"))
    assert told(given_(*rows)) == told(given_(*others, *rows))


def test_the_key_of_a_person_is_that_of_their_accounts() -> None:
    one, renamed = Person("Ada", {"plat": "7", "code": "8"}), Person("A. Lovelace", {"code": "8", "plat": "7"})
    assert key_of(one) == key_of(renamed) != key_of(Person("Ada"))
