"""Gates: what has to be there so many working days before the due date."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot as inline

from syncd.model.finding import SEVERITIES
from syncd.model.rows import Check
from syncd.schedule.workdays import add_workdays
from tests.detect.gates_given import NEEDS, check, epic, gates, request, signs
from tests.model_builders import day, item, moved, ref, text_of


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
