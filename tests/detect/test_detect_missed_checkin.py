"""Check-ins: an iterative milestone on which nobody changed anything."""

from typing import Any

import pytest
from inline_snapshot import snapshot as inline

from syncd.model.finding import said
from syncd.model.ref import Ref
from syncd.model.rows import Effort, Row
from tests.detect.gates_given import checkin, sprint
from tests.model_builders import item, milestone, moved, on, ref, text_of


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
