"""Single holder: critical work takes a skill that one person alone has."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot as inline

from syncd.detect.single_holder_on_critical_path import DETECTOR, SingleHolderOnCriticalPathRules
from syncd.model.finding import Finding
from syncd.model.rows import Row
from syncd.model.teams import Member, Team
from tests.model_builders import item, milestone, on, ref, text_of
from tests.schedule.team_builders import company, team

M = milestone("M", title="Checkout v2", due="2026-05-15")
A = item("A", of="M", title="Topics", labels=("skill:Kafka",), assignees="Bo", days=3, due="2026-05-15")
ADA = Member(person="Ada", skills=("kafka",))


def told(*rows: Row, teams: tuple[Team, ...] = (team("pay", ADA, "Bo"),)) -> list[Finding]:
    return list(DETECTOR.detect(company(*rows, teams=teams, now=on("2026-05-04")), SingleHolderOnCriticalPathRules()))


def test_a_lead_reads_which_skill_who_has_it_and_what_would_help() -> None:
    (finding,) = told(M, A, replace(A, ref=ref("B")))
    assert text_of(finding) == inline("""\
[warn] <M Checkout v2>: kafka is needed without time to spare, and "Ada" alone has it.
Why <A> and <B> on the critical path.
Rests on their labels, the skills in the teams' configuration, and the plan. Rule: two people with kafka.
Clears a second person with kafka, who learns it or is lent, or time to spare for this work.
Wrong? Correct the labels of these, or the skills in the configuration.\
""")
    assert (finding.severity, finding.discriminator, finding.weight) == ("warn", "skill:kafka", 2)


def test_it_is_critical_where_the_work_is_late_already() -> None:
    (finding,) = told(
        replace(M, due=A.due),
        replace(A, due=None, remaining=None, start=None),
        item("Z", of="M", days=30, assignees="Ada", labels=("skill:kafka",)),
    )
    assert finding.severity == "critical"


@pytest.mark.parametrize(
    ("rows", "teams"),
    [
        ((M, A), (team("pay", ADA, Member(person="Bo", skills=("Kafka",))),)),
        ((M, A), (team("pay", "Ada", "Bo"),)),
        ((M, A), ()),
        ((M, replace(A, labels=("skill:cobol",))), (team("pay", ADA),)),
        ((M, replace(A, labels=())), (team("pay", ADA),)),
        ((M, item("A", of="M", labels=("skill:kafka",), days=1, due="2026-05-08")), (team("pay", ADA),)),  # has a week to spare
    ],
)
def test_when_there_is_nothing_to_tell(rows: tuple[Row, ...], teams: tuple[Team, ...]) -> None:
    assert not told(*rows, teams=teams)


def test_who_has_it_in_two_teams_is_one_person() -> None:
    assert told(M, A, teams=(team("pay", replace(ADA, share=0.5)), team("web", replace(ADA, share=0.5))))
