"""Lags in elapsed time in what detectors say: how long, what counts, and when the lag is over, so that it can be counted by hand."""

from datetime import date
from typing import Any

import pytest
from inline_snapshot import snapshot as inline

from syncd.detect.blocked import DETECTOR, BlockedRules
from syncd.detect.drift import DETECTOR as DRIFT
from syncd.detect.drift import DriftRules
from syncd.model.finding import Finding
from syncd.model.rows import Row
from syncd.model.teams import Hours
from tests.model_builders import item, link, milestone, on, snapshot, text_of
from tests.schedule.team_builders import company

HOUR, DAY = 60, 1440


def elapsed(before: str, after: str, minutes: int, relation: str = "FS", **fields: Any) -> Row:
    return link(before, after, lag=minutes, lag_in="elapsed", relation=relation, **fields)


def blocked(*rows: Row, now: str = "2026-05-05") -> list[Finding]:
    return list(DETECTOR.detect(snapshot(*rows, now=on(now)), BlockedRules()))


def drift(*rows: Row) -> str:
    (finding,) = DRIFT.detect(snapshot(*rows), DriftRules())
    return text_of(finding)


def test_a_block_says_that_weekends_count_and_when_the_lag_is_over() -> None:
    (finding,) = blocked(
        item("SHOP-3", due="2026-05-08", assignees="Ann Lee"),
        item("SHOP-4", start="2026-05-08", due="2026-05-22", days=2),
        elapsed("SHOP-3", "SHOP-4", 3 * DAY),
    )
    assert text_of(finding) == inline("""\
[warn] <SHOP-4 Title of SHOP-4> waits for <SHOP-3>: 2 working day(s) lost.
Why <SHOP-3> ends Fri 2026-05-08, with a lag of 3 elapsed day(s) (weekends count) that is Mon 2026-05-11; <SHOP-4> starts Fri 2026-05-08. Lost: Fri 2026-05-08 to Mon 2026-05-11. Who can unblock it: "Ann Lee".
Rests on due date of <SHOP-3>, start and due date of <SHOP-4>. Rule: what it waits for by a hard link is done before it starts; a warning from 1 working day(s) lost, critical when no time is left.
Clears <SHOP-3> done, or <SHOP-4> starting Tue 2026-05-12 or later.
Wrong? Correct the dates of <SHOP-3> or <SHOP-4>, or their link.\
""")


@pytest.mark.parametrize(
    ("lag", "told", "lost"),
    [
        (2 * DAY, "with a lag of 2 elapsed day(s) (weekends count) that is Sun 2026-05-10; <B>", 1),
        (DAY + HOUR, "with a lag of 25 elapsed hour(s) (nights and weekends count) that is Sat 2026-05-09; <B>", 1),
        (3 * DAY - HOUR, "with a lag of 71 elapsed hour(s) (nights and weekends count) that is Mon 2026-05-11; <B>", 2),
        (30, "with a lag of 30 elapsed minute(s) (nights and weekends count) that is Fri 2026-05-08; <B>", 1),
        (-DAY, "with a lead of 1 elapsed day(s) (weekends count) that is Thu 2026-05-07; <B>", 0),
        (-30, "with a lead of 30 elapsed minute(s) (nights and weekends count) that is Fri 2026-05-08; <B>", 1),
    ],
)
def test_a_day_on_which_nothing_is_lost_is_not_counted(lag: int, told: str, lost: int) -> None:
    rows = (item("A", due="2026-05-08"), item("B", start="2026-05-08", days=1), elapsed("A", "B", lag))
    found = blocked(*rows, now="2026-05-07")
    assert f"<A> ends Fri 2026-05-08, {told}" in text_of(found[0])
    assert [one.facts["days_lost"] for one in found] == [lost]


def test_it_may_start_on_the_day_after_the_lag_and_then_it_is_not_blocked() -> None:
    rows = (item("A", due="2026-05-08"), elapsed("A", "B", 2 * DAY))
    (finding,) = blocked(*rows, item("B", start="2026-05-07", days=1))
    assert "or <B> starting Mon 2026-05-11 or later" in text_of(finding)
    assert not blocked(*rows, item("B", start="2026-05-11", days=1))


def test_what_is_open_today_is_waited_for_with_its_lag() -> None:
    (finding,) = blocked(item("A"), item("B", status="doing"), elapsed("A", "B", 2 * DAY), now="2026-05-08")
    assert finding.facts["days_lost"] == 1, "Friday; on Sunday the lag is over"
    (soft,) = blocked(item("A", due="2026-05-08"), item("B", status="doing"), elapsed("A", "B", 2 * DAY, strength="soft"))
    assert "<A> ends Fri 2026-05-08, with a lag of 2 elapsed day(s) (weekends count) that is Sun 2026-05-10." in text_of(soft)
    assert "elapsed" not in text_of(blocked(item("A"), item("B", status="doing"), elapsed("A", "B", DAY, "SS"))[0])


def test_a_date_that_no_calendar_reaches_is_waited_for_to_the_end_of_time() -> None:
    rows = (item("A", due="9999-12-30"), item("B", status="doing"))
    (finding,) = blocked(*rows, elapsed("A", "B", 2 * DAY))
    assert "<A> ends Thu 9999-12-30, with a lag of 2 elapsed day(s) (weekends count) that is Fri 9999-12-31;" in text_of(finding)


def test_drift_tells_the_lag_of_each_step_so_that_it_can_be_counted_by_hand() -> None:
    """Friday the 8th, 3 days to Monday the 11th; so Tuesday to Thursday, then two days to Saturday: Monday."""
    assert drift(
        milestone("M", due="2026-05-13"),
        item("A", due="2026-05-08"),
        item("B", of="M", days=3),
        item("C", of="M", days=1),
        elapsed("A", "B", 3 * DAY),
        elapsed("B", "C", 2 * DAY),
    ) == inline("""\
[warn] <M Title of M>: 3 working day(s) late. Work ends Mon 2026-05-18, due Wed 2026-05-13.
Why <A> ends Fri 2026-05-08 -> <B> needs 3 working day(s) left after a lag of 3 elapsed day(s) (weekends count), ends Thu 2026-05-14 -> <C> needs 1 working day(s) left after a lag of 2 elapsed day(s) (weekends count), ends Mon 2026-05-18.
Rests on 0 of 2 open item(s) dated; 2 without a date may move this later. Rule: working days, a warning from 1 working day late(s), critical from 5.
Clears due Mon 2026-05-18 or later, or 3 working day(s) less on this path.
Wrong? Correct the due date of <A> or <C>.\
""")


def test_drift_tells_a_lag_before_a_milestone_and_between_ends() -> None:
    """The lag of a milestone holds for its items that have not begun, and for its end."""
    shown = drift(milestone("M", due="2026-05-08"), item("A", due="2026-05-08"), item("B", of="M"), elapsed("A", "M", 3 * DAY))
    assert (
        "Why <A> ends Fri 2026-05-08 -> <B> needs 1 working day(s) (assumed) after a lag of 3 elapsed day(s) (weekends" in shown
    )
    begun = item("B", of="M", status="doing", days=1)
    shown = drift(milestone("M", due="2026-05-08"), item("A", due="2026-05-08"), begun, elapsed("A", "M", 3 * DAY))
    assert "Why <A> ends Fri 2026-05-08 -> after a lag of 3 elapsed day(s) (weekends count), Mon 2026-05-11." in shown
    tied = elapsed("A", "B", 3 * DAY, "FF")
    shown = drift(milestone("M", due="2026-05-08"), item("A", due="2026-05-08"), item("B", of="M", days=2), tied)
    assert "<B> ends after it (FF, after a lag of 3 elapsed day(s) (weekends count)), Mon 2026-05-11." in shown


def test_a_holiday_inside_the_lag_is_no_day_that_does_not_count() -> None:
    """Wednesday the 13th, two days to Friday, and Monday: nobody works on Thursday, and it counts."""
    rows = (milestone("M", due="2026-05-15"), item("A", due="2026-05-13"), item("B", of="M", days=2))
    for tied, told in (
        (
            elapsed("A", "B", 2 * DAY),
            "<B> needs 2 working day(s) left after a lag of 2 elapsed day(s) (weekends count), ends Tue 2026-05-19",
        ),
        (link("A", "B", lag=960), "2026-05-14"),
    ):
        model = company(*rows, tied, work=Hours(days_off=frozenset({date(2026, 5, 14)})))
        (finding,) = DRIFT.detect(model, DriftRules())
        assert told in text_of(finding)
