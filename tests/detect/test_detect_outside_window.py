"""Deployments outside of the windows, and what all that look at windows have in common."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot as inline
from pydantic import ValidationError

from syncd.contract import Detector
from syncd.detect.outside_window import OutsideWindowRules
from syncd.model.finding import SEVERITIES
from syncd.model.rows import Row
from tests.detect.booking_given import DOUBLE, EPIC, EVENING, FROZEN, LATE, NEXT, OUTSIDE, ROWS, found, severities
from tests.model_builders import NOW, deployment, freeze, item, milestone, ref, text_of, window


def test_outside_of_every_window_names_those_around_it_and_the_next_free_moment() -> None:
    (finding,) = found(OUTSIDE, EVENING, NEXT, EPIC, item("A", of="M"), deployment("D1", "2026-05-08T08:00", of="M"))
    assert text_of(finding) == inline("""\
[warn] <D1 Title of D1> is planned for Fri 2026-05-08 10:00, outside of every window of "checkout".
Why the window before it, <W1 Title of W1>, ends Thu 2026-05-07 22:00; the next one, <W2 Title of W2>, begins Thu 2026-05-14 20:00.
Rests on 2 window(s) of it. Rule: a warning from 5 working days ahead, critical from 1.
Clears a time inside of a window: the next free moment is Thu 2026-05-14 20:00; or an exemption: the label window-exempt:DATE on its milestone, or exempt in [detect.outside_window].
Wrong? Correct the time of <D1 Title of D1>, or the windows.\
""")
    assert (finding.subject, finding.discriminator, finding.driving) == (ref("M"), "code:deployments:D1", ref("A"))


@pytest.mark.parametrize(
    ("at", "told"),
    [("2026-05-07T17:59", True), ("2026-05-07T18:00", False), ("2026-05-07T19:59", False), ("2026-05-07T20:00", True)],
)
def test_a_window_is_half_open(at: str, told: bool) -> None:
    assert bool(found(OUTSIDE, EVENING, deployment("D", at))) == told


@pytest.mark.parametrize(
    ("at", "severity"),
    [
        ("2026-05-05T10:00", "critical"),
        ("2026-05-06T10:00", "critical"),
        ("2026-05-07T10:00", "warn"),
        ("2026-05-12T10:00", "warn"),
        ("2026-05-13T10:00", "info"),
    ],
)
@pytest.mark.parametrize("detector", [OUTSIDE, FROZEN])
def test_it_warns_five_working_days_ahead_and_is_critical_one_ahead(detector: Detector, at: str, severity: str) -> None:
    around = freeze("F", "2026-05-01", "2026-06-01") if detector is FROZEN else window("W", "2026-06-02", "2026-06-03")
    assert severities(detector, around, deployment("D", at)) == [severity]


@pytest.mark.parametrize(
    "rows",
    [
        (deployment("D", "2026-05-08T08:00"),),  # no window is known
        (EVENING, deployment("D", "2026-05-08T08:00", "ledger")),
        (EVENING, deployment("D", "2026-05-08T08:00", status="done")),
        (EVENING, deployment("D", "2026-05-04T08:00")),  # planned for yesterday
    ],
)
def test_nothing_is_outside_of_windows_that_are_not_known_or_after_the_fact(rows: tuple[Row, ...]) -> None:
    assert not found(OUTSIDE, *rows)


@pytest.mark.parametrize(
    ("until", "severity"), [("2026-05-04", "warn"), ("2026-05-05", "info"), ("2026-06-01", "info"), ("soon", "warn")]
)
@pytest.mark.parametrize(("detector", "label"), [(OUTSIDE, "window-exempt"), (FROZEN, "freeze-exempt")])
def test_a_label_exempts_until_its_last_day(detector: Detector, label: str, until: str, severity: str) -> None:
    rows = (window("W", "2026-06-02", "2026-06-03"), freeze("F", "2026-05-01", "2026-06-01"))
    epic = milestone("M", labels=(f"{label.title()}:{until}",))
    given = [row for row in rows if (row.window_kind == "freeze") == (detector is FROZEN)]
    assert severities(detector, *given, epic, deployment("D", "2026-05-08T08:00", of="M")) == [severity]


@pytest.mark.parametrize(
    ("of", "severity"), [("checkout", "info"), ("CHECK", "warn"), ("M", "info"), ("*", "info"), ("checkout/api", "warn")]
)
def test_a_rule_exempts_with_who_approved_it(of: str, severity: str) -> None:
    let = [{"of": of, "approved_by": "Ops", "until": "2026-05-31"}]
    (finding,) = found(OUTSIDE, EVENING, EPIC, deployment("D", "2026-05-08T08:00", of="M"), exempt=let)
    assert finding.severity == severity
    assert ("approved by Ops" in text_of(finding)) == (severity == "info")


def test_an_exemption_needs_somebody_who_approved_it_and_an_end() -> None:
    with pytest.raises(ValidationError):
        OutsideWindowRules.model_validate({"exempt": [{"of": "checkout"}]})


@pytest.mark.parametrize("detector", [OUTSIDE, FROZEN, DOUBLE, LATE])
def test_the_order_of_rows_and_another_milestone_change_nothing(detector: Detector) -> None:
    other = (milestone("X", due="2026-05-08", labels=("service:else",)), deployment("DX", "2026-07-08T08:00", "else", of="X"))
    assert found(detector, *ROWS) == found(detector, *reversed(ROWS)) == found(detector, *other, *ROWS)


@given(hours=st.lists(st.integers(1, 700), min_size=2, max_size=2))
@settings(max_examples=50)
def test_the_sooner_it_is_the_more_it_presses(hours: list[int]) -> None:
    never = window("W", "2027-01-01", "2027-01-02")
    ranks = []
    for count in sorted(hours):
        at = f"{NOW + timedelta(hours=count):%Y-%m-%dT%H:%M}"
        (finding,) = found(OUTSIDE, never, deployment("D", at))
        ranks.append(SEVERITIES.index(finding.severity))
    assert ranks == sorted(ranks, reverse=True)
