"""Deployments against windows, freezes and each other. It is Tuesday 5 May 2026, 09:00 in Berlin."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot as inline
from pydantic import ValidationError

from syncd.contract import Detector
from syncd.detect import forecast_after_window, in_freeze, outside_window, window_double_booked
from syncd.detect.outside_window import OutsideWindowRules
from syncd.model.finding import SEVERITIES, Finding
from syncd.model.rows import Person, Row
from syncd.model.snapshot import Snapshot
from tests.model_builders import NOW, deployment, freeze, item, milestone, ref, snapshot, text_of, window

OUTSIDE, FROZEN, DOUBLE, LATE = (
    outside_window.DETECTOR,
    in_freeze.DETECTOR,
    window_double_booked.DETECTOR,
    forecast_after_window.DETECTOR,
)


def found(detector: Detector, *rows: Row, **rules: Any) -> list[Finding]:
    model: Snapshot = snapshot(*rows)
    return list(detector.detect(model, detector.rules(**rules)))


def severities(detector: Detector, *rows: Row, **rules: Any) -> list[str]:
    return [finding.severity for finding in found(detector, *rows, **rules)]


EVENING = window("W1", "2026-05-07T18:00", "2026-05-07T20:00")
NEXT = window("W2", "2026-05-14T18:00", "2026-05-14T20:00")
EPIC = milestone("M", title="Checkout v2", due="2026-05-22")


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


FREEZE = freeze("F", "2026-05-07T10:00", "2026-05-09T10:00")


def test_a_deployment_in_a_freeze_says_when_it_ends() -> None:
    (finding,) = found(FROZEN, FREEZE, deployment("D", "2026-05-08T08:00"))
    assert text_of(finding) == inline("""\
[warn] <D Title of D> is planned for Fri 2026-05-08 10:00, in the freeze <F Title of F>.
Why the freeze of "checkout" ends Sat 2026-05-09 12:00.
Rests on freezes of it, of what it is part of, and of its parts. Rule: a warning from 5 working days ahead, critical from 1.
Clears a time outside of the freeze: the next free moment is Sat 2026-05-09 12:00; or an exemption: the label freeze-exempt:DATE on its milestone, or exempt in [detect.in_freeze].
Wrong? Correct the time of <D Title of D>, or the freeze.\
""")


@pytest.mark.parametrize(
    ("at", "service", "told"),
    [
        ("2026-05-07T09:59", "checkout", False),
        ("2026-05-07T10:00", "checkout", True),
        ("2026-05-09T10:00", "checkout", False),
        ("2026-05-08T08:00", "checkout/api", True),
        ("2026-05-08T08:00", "ledger", False),
    ],
)
def test_touching_a_freeze_is_no_overlap_and_parts_are_frozen_with_the_whole(at: str, service: str, told: bool) -> None:
    assert bool(found(FROZEN, FREEZE, deployment("D", at, service))) == told


def test_a_milestone_that_only_a_freeze_is_left_for() -> None:
    epic = milestone("M", due="2026-05-08", labels=("service:checkout",))
    work = item("A", of="M", due="2026-05-07")
    wide = freeze("F", "2026-05-07", "2026-05-11")
    (finding,) = found(FROZEN, wide, epic, work)
    assert (finding.subject, finding.severity) == (ref("M"), "warn")
    assert not found(FROZEN, freeze("F", "2026-05-07", "2026-05-08"), epic, work), "the due date itself is free"
    assert not found(FROZEN, wide, epic, item("A", of="M", due="2026-05-06")), "a day before the freeze is left"
    assert not found(FROZEN, wide, milestone("M", due="2026-05-08"), work), "nothing says what it is deployed as"


def test_two_at_once_on_one_component_are_critical_whenever_it_is() -> None:
    rows = (EVENING, NEXT, deployment("D1", "2026-05-14T18:00"), deployment("D2", "2026-05-14T18:30", "checkout/api"))
    (finding,) = found(DOUBLE, *rows)
    assert text_of(finding) == inline("""\
[critical] <D2 Title of D2> and <D1 Title of D1> are planned for the same time, Thu 2026-05-14 20:30.
Why both deploy "checkout/api", a part of it or what it is part of.
Rests on their times, and that each takes 60 minute(s) (assumed).
Clears another time for one of them: the next free moment is Thu 2026-05-14 21:00; or an exemption: the label window-exempt:DATE on its milestone, or exempt in [detect.window_double_booked].
Wrong? Correct the time of <D2 Title of D2> or <D1 Title of D1>.\
""")


@pytest.mark.parametrize(
    ("at", "service", "fields", "severity"),
    [
        ("2026-05-08T08:59", "checkout", {}, "critical"),
        ("2026-05-08T09:00", "checkout", {}, None),  # touching
        ("2026-05-08T08:30", "checkout/api", {}, "critical"),
        ("2026-05-08T08:30", "ledger", {}, None),
        ("2026-05-08T08:30", "ledger", {"by": Person("Ann")}, "warn"),
        ("2026-05-08T08:30", "checkout", {"environment": "staging"}, None),
        ("2026-05-08T08:30", "checkout", {"environment": "production"}, "critical"),
    ],
)
def test_overlap_is_by_component_environment_or_person(
    at: str, service: str, fields: dict[str, Any], severity: str | None
) -> None:
    first = deployment("D1", "2026-05-08T08:00", by=Person("Ann"), environment="production")
    rows = (first, deployment("D2", at, service, **fields))
    assert severities(DOUBLE, *rows) == ([severity] if severity else [])


def test_work_that_ends_after_the_last_window_before_the_date_misses_it() -> None:
    epic = milestone("M", title="Checkout v2", due="2026-05-13", labels=("checkout",))
    (finding,) = found(LATE, EVENING, NEXT, epic, item("A", of="M", due="2026-05-11"))
    assert text_of(finding) == inline("""\
[warn] <M Checkout v2>: no deployment window is left between its work and its due date, Wed 2026-05-13. The next free moment is Thu 2026-05-14 20:00.
Why its open work ends Mon 2026-05-11; the last window before, <W1 Title of W1>, ends Thu 2026-05-07 22:00.
Rests on the windows and freezes of its components, and the dates of its open work. Rule: a warning from 5 working days before the window, critical from 1.
Clears work that ends before the window does, a later due date, or an exemption: the label window-exempt:DATE on its milestone, or exempt in [detect.forecast_after_window].
Wrong? Correct the dates of <M>, its labels, or the windows.\
""")
    assert finding.hovers


@pytest.mark.parametrize(
    ("ends", "due", "told"),
    [
        ("2026-05-07", "2026-05-13", False),  # on the day of the window
        ("2026-05-08", "2026-05-13", True),
        ("2026-05-08", "2026-05-14", False),  # the next one is in time
        ("2026-05-08", "2026-05-04", False),  # overdue: drift tells
    ],
)
def test_the_first_window_after_the_work_has_to_begin_until_the_due_date(ends: str, due: str, told: bool) -> None:
    epic = milestone("M", due=due, labels=("checkout",))
    assert bool(found(LATE, EVENING, NEXT, epic, item("A", of="M", due=ends))) == told


def test_a_frozen_window_is_none() -> None:
    epic = milestone("M", due="2026-05-08", labels=("checkout",))
    frozen = freeze("F", "2026-05-07", "2026-05-08")
    (finding,) = found(LATE, EVENING, NEXT, frozen, epic)
    assert "is frozen" in text_of(finding)
    assert finding.facts["next_free"] == "2026-05-14T18:00:00+00:00"


ROWS = (EVENING, NEXT, FREEZE, EPIC, deployment("D1", "2026-05-08T08:00", of="M"), deployment("D2", "2026-05-08T08:10"))


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
