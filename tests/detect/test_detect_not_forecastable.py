"""What cannot be forecast: each reason at its limit, and what a list says of it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot as inline

from syncd.detect.not_forecastable import DETECTOR, NotForecastableRules, paces, reasons_of
from syncd.model.finding import Finding, fingerprint_of
from syncd.model.rows import Row
from syncd.schedule.forecast import Coverage
from tests.model_builders import item, milestone, ref, text_of
from tests.schedule.test_schedule_forecast import TODAY, backlog, finished, seen


def found(*rows: Row, rules: NotForecastableRules | None = None, **given: Any) -> list[Finding]:
    return list(DETECTOR.detect(seen(*rows, **given), rules or NotForecastableRules()))


def known(finished: int = 60, weeks: int = 20, items: int = 10, assumed: int = 0, done: tuple[date, ...] = ()) -> Coverage:
    return Coverage(finished, weeks, items, assumed, done)


def reasons(one: Coverage, *, stands: bool = False, **given: Any) -> list[str]:
    return list(reasons_of(one, TODAY, NotForecastableRules(**given), stands=stands))


def weekly(*counts: int) -> tuple[date, ...]:
    """So many items a week, the last week last."""
    return tuple(
        sorted(TODAY - timedelta(days=3 + 7 * back) for back, count in enumerate(reversed(counts)) for _ in range(count))
    )


def test_a_list_says_why() -> None:
    assert DETECTOR.rules().write == "plan"
    (finding,) = found(*finished(20), *backlog(3))
    assert finding.severity == "info"
    assert text_of(finding) == inline("""\
[info] <M Title of M>: when it ends cannot be said with any confidence.
Why 20~ item(s) finished in 7~ week(s).
Rests on rule: 30 finished items in 5 weeks, a pace that is not 2.5 times what it was, and at most 40 % of durations assumed.
Clears more finished items.
Wrong? Correct which items belong to <M>, or whose work they are: [teams].\
""")
    (unsteady,) = found(*[one for one in finished(120) if one.done_at and (TODAY - one.done_at.date()).days > 42], *backlog(3))
    assert text_of(unsteady).splitlines()[1] == inline("Why about 0 items finished a week of late, about 3 before.")


@pytest.mark.parametrize(
    ("finished", "weeks", "expected"), [(29, 20, ["history"]), (30, 5, []), (30, 4, ["history"]), (400, 60, [])]
)
def test_thirty_items_in_five_weeks_are_enough(finished: int, weeks: int, expected: list[str]) -> None:
    assert reasons(known(finished, weeks)) == expected


@pytest.mark.parametrize(
    ("assumed", "stands", "expected"), [(40, False, []), (41, False, ["assumed"]), (37, True, ["assumed"]), (36, True, [])]
)
def test_forty_per_cent_may_be_assumed(assumed: int, stands: bool, expected: list[str]) -> None:
    assert reasons(known(items=100, assumed=assumed), stands=stands) == expected


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((5,) * 12, []),
        ((5,) * 12 + (2,) * 6, []),
        ((6,) * 12 + (2,) * 6, ["unstable"]),
        ((2,) * 12 + (5,) * 6, []),
        ((2,) * 12 + (6,) * 6, ["unstable"]),
        ((1,) * 12 + (0,) * 6, []),  # twelve items in all: too few to say anything
        ((3,) * 6, []),  # nothing before to compare with
        ((1,) * 11 + (9,) * 6, []),  # still beginning
    ],
)
def test_another_pace_tells_little_of_the_future(counts: tuple[int, ...], expected: list[str]) -> None:
    assert reasons(known(done=weekly(*counts))) == expected


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30), st.integers(1, 5))
def test_a_pace_times_as_large_everywhere_is_as_steady(counts: list[int], times: int) -> None:
    one, other = weekly(*counts), weekly(*(times * count for count in counts))
    last, before = paces(known(done=one), TODAY, 6)
    assert paces(known(done=other), TODAY, 6) == pytest.approx((times * last, times * before))


def test_enough_of_everything_and_what_has_no_date_is_no_finding() -> None:
    assert not found(*finished(60), *backlog(3))
    assert not found(milestone("M"), item("A", of="M"))
    assert not found(milestone("M", due="2026-05-29", status="done"), item("A", of="M"))
    rows = [*finished(60), *backlog(5)]
    assert not found(milestone("N", due="2026-05-29"), item("B", of="N")), (
        "nobody expects a forecast of who has finished nothing yet"
    )
    strict = NotForecastableRules(for_class={"bold": {"least": 1, "change": 1.01}})
    assert not found(*rows, rules=strict)


def test_order_and_other_milestones_change_nothing() -> None:
    rows = [*finished(20), *backlog(3)]
    expected = found(*rows)
    assert found(*reversed(rows)) == expected
    other: list[Row] = [milestone("Z", due="2026-06-01", project="other"), item("Z-1", of="Z", project="other")]
    assert [one for one in found(*rows, *other) if one.subject == ref("M")] == expected
    assert replace(expected[0], facts={}).fingerprint == fingerprint_of("not_forecastable", ref("M"))
