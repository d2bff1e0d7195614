"""Queue of a shared team: what others need of it comes too late in its order."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from inline_snapshot import snapshot as inline

from syncd.detect.queue_wait_exceeds_slack import DETECTOR, QueueWaitExceedsSlackRules
from syncd.model.finding import Finding
from syncd.model.rows import Row
from syncd.model.teams import Hours, Work
from tests.model_builders import item, link, milestone, on, ref, text_of
from tests.schedule.team_builders import company, team

TEAMS = (team("Platform", "Ada", owns=("OPS",), shared=True), team("Pay", "Bo", owns=("PAY",)), team("Web", "Cy", owns=("WEB",)))
M = milestone("M", title="Checkout v2", due="2026-05-08", project="PAY")
N = milestone("N", title="Search", due="2026-05-15", project="WEB")


def ops(key: str, days: int, of: str | tuple[str, ...] = (), due: str | None = None, **fields: Any) -> Row:
    return item(key, of=of, days=days, due=due, project="OPS", **fields)


def told(*rows: Row, teams: Any = TEAMS, now: str = "2026-05-04", **rules: Any) -> list[Finding]:
    return list(
        DETECTOR.detect(company(*rows, teams=teams, now=on(now), work=Work(focus=1.0)), QueueWaitExceedsSlackRules(**rules))
    )


def test_a_lead_reads_what_is_before_it_and_whose_the_queue_is() -> None:
    (finding,) = told(M, N, ops("A", 4, "M"), ops("B", 7, "N"), ops("C", 1, status="doing"))
    assert text_of(finding) == inline("""\
[warn] <N Search>: <B> waits for team Platform 2~ working day(s) longer than it can.
Why <B> has 2~ item(s) before it, is through on Tue 2026-05-19~ at the earliest, and needed on Fri 2026-05-15.
Rests on 3~ item in the queue(s), in tenths of its time: <N> 60 %, <M> 30 %, its own 10 %. Order: what runs, then by due date, then by age. Rule: a warning from 1, critical from 5 working day(s).
Clears <B> earlier in the order, less before it, more people in team Platform, or a later date.
Wrong? Correct the due dates or the remaining work in the queue, or the members of the team.\
""")
    assert (finding.subject, finding.severity, finding.discriminator) == (ref("N"), "warn", "team:platform")
    assert [part["hours"] for part in finding.facts["queue"]] == [56, 32, 8]


@pytest.mark.parametrize(("days", "severity"), [(4, None), (5, "warn"), (8, "warn"), (9, "critical")])
def test_it_warns_from_a_day_beyond_the_slack_and_is_critical_from_five(days: int, severity: str | None) -> None:
    found = told(M, ops("A", 1, "M"), ops("B", days, status="doing"))
    assert [finding.severity for finding in found] == ([severity] if severity else [])


def test_work_that_waits_by_a_link_counts_as_well() -> None:
    rows = (
        M,
        ops("A", 1),
        ops("B", 9, status="doing"),
        item("P", of="M", project="PAY", days=2, due="2026-05-08"),
        link("A", "P"),
    )
    assert [(finding.subject, finding.facts["item"]["key"]) for finding in told(*rows)] == [(ref("M"), "A")]


def test_own_milestones_and_teams_that_are_not_shared_are_not_told() -> None:
    rows = (replace(M, project="OPS"), ops("A", 1, "M"), ops("B", 9, status="doing"))
    assert not told(*rows)
    assert not told(M, ops("A", 1, "M"), ops("B", 9, status="doing"), teams=(replace(TEAMS[0], shared=False), *TEAMS[1:]))
    assert not told(M, ops("A", 1, "M"), ops("B", 9, status="doing"), teams=(replace(TEAMS[0], members=()), *TEAMS[1:]))


def test_what_has_no_estimate_counts_as_the_median_of_the_queue() -> None:
    rows = (M, ops("A", 1, "M"), ops("B", 2, status="doing"), item("C", project="OPS", status="doing"))
    assert not told(*rows)
    assert told(*rows, ops("D", 5, status="doing"))[0].facts["days_beyond_slack"] == 5


def test_the_order_of_rows_says_nothing() -> None:
    rows = [M, N, ops("A", 4, "M"), ops("B", 7, "N"), ops("C", 1, status="doing")]
    assert told(*rows) == told(*reversed(rows))


def test_days_are_those_on_which_the_team_works() -> None:
    teams = tuple(replace(one, hours=Hours(region="DE-BE")) for one in TEAMS)  # Thursday, 14 May, is Ascension Day
    (finding,) = told(replace(M, due=date(2026, 5, 13)), ops("A", 9, "M"), teams=teams)
    assert "is through on Fri 2026-05-15~ at the earliest, and needed on Wed 2026-05-13." in text_of(finding)
    assert finding.facts["days_beyond_slack"] == 1
