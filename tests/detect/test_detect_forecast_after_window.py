"""Work that ends too late for the last window before its due date."""

import pytest
from inline_snapshot import snapshot as inline

from tests.detect.booking_given import EVENING, LATE, NEXT, found
from tests.model_builders import freeze, item, milestone, text_of


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
