"""Sign-offs: who has to approve, and of each the last verdict counts."""

import pytest

from syncd.model.rows import Row
from tests.detect.gates_given import PULL, epic, request, signed, signs
from tests.model_builders import item, ref, text_of


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
