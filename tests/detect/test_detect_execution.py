"""What a lead reads of a milestone that does not keep up with its baseline."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot as inline
from pydantic import ValidationError

from syncd.detect.execution import DETECTOR as EXECUTION
from syncd.detect.execution import ExecutionRules, Name, verdict
from syncd.model.baseline import Baseline
from syncd.model.finding import SEVERITIES, Severity
from syncd.model.rows import Row
from syncd.model.snapshot import Snapshot
from tests.detect.finding_given import APRIL, found, same_whatever_the_order, told
from tests.model_builders import item, milestone, ref, snapshot, text_of


def executed(done: int, late: int, ahead: int = 0, *, slack: str = "2026-06-30") -> Snapshot:
    """A baseline of items for 10 April: so many done in time, so many still open, and so many to be done in June."""
    past: dict[str, Any] = {"due": "2026-04-10", "of": "M"}
    ended: dict[str, Any] = {"status": "done", "done_at": datetime(2026, 4, 9, 12, tzinfo=UTC)}
    rows: list[Row] = [milestone("M", title="Checkout v2", due=slack)]
    rows += [item(f"D-{number:02}", **past, **ended) for number in range(done)]
    rows += [item(f"L-{number:02}", **past) for number in range(late)]
    rows += [item(f"O-{number:02}", of="M", due="2026-06-26") for number in range(ahead)]
    items = {row.ref: None for row in rows[1:]}
    made = Baseline(
        milestone=ref("M"),
        at=APRIL,
        recorded_at=APRIL,
        origin="observed",
        start=date(2026, 4, 1),
        due=date(2026, 6, 30),
        items=items,
    )
    return replace(snapshot(*rows), baselines={ref("M"): (made,)})


def test_a_milestone_behind_its_baseline_says_by_how_much_and_what_is_missing() -> None:
    (finding,) = found(EXECUTION, executed(4, 7))
    assert text_of(finding) == inline("""\
[critical] <M Checkout v2>: work is less than 35 %(s) of the way to where it should be by now (SPI(t)).
Why SPI(t) below 35 %(s), BEI below 40 %(s), missed dates above 60 %(s); its date has passed: <L-00>, <L-01>, <L-02>, <L-03>, <L-04> and 2~ more item(s).
Rests on the baseline of Wed 2026-04-01 (observed), due Tue 2026-06-30, 11 item(s). Rule: an index below 0.95, critical below 0.85; missed dates above 5 %, critical above 15 %.
Clears SPI(t) and BEI at 0.97, missed dates at 3 %, or another baseline.
Wrong? Correct the status or the dates of the items, or agree on another baseline for <M>.\
""")
    assert finding.hovers
    assert (finding.facts["bei"], finding.facts["missed_share"]) == (0.3636, 0.6364)
    assert finding.driving == ref("L-00")


@pytest.mark.parametrize(
    ("name", "value", "stands", "severity"),
    [
        ("bei", 0.95, False, None),
        ("bei", 0.949, False, "warn"),
        ("spi", 0.85, False, "warn"),
        ("cpli", 0.849, False, "critical"),
        ("bei", 0.969, True, "warn"),
        ("bei", 0.97, True, None),
        ("missed", 0.05, False, None),
        ("missed", 0.051, False, "warn"),
        ("missed", 0.15, False, "warn"),
        ("missed", 0.151, False, "critical"),
        ("missed", 0.031, True, "warn"),
        ("missed", 0.03, True, None),
    ],
)
def test_each_limit_and_its_exit(name: Name, value: float, stands: bool, severity: Severity | None) -> None:
    measure = verdict(name, value, ExecutionRules(), stands=stands)
    assert (measure.severity if measure else None) == severity


def test_what_was_done_late_cannot_be_mended_and_is_no_finding() -> None:
    model = executed(12, 0)
    late = datetime(2026, 4, 20, 12, tzinfo=UTC)
    items = {key: replace(one, done_at=late) for key, one in model.items.items()}
    assert not found(EXECUTION, replace(model, items=items), clear_above=0, warn_below=0, critical_below=0, least_days=99)


@pytest.mark.parametrize(("late", "many"), [(4, 0), (5, 1)])
def test_five_dates_must_have_passed(late: int, many: int) -> None:
    assert len(found(EXECUTION, executed(0, late), least_days=99)) == many


@pytest.mark.parametrize(
    ("due", "severity"),
    [("2026-06-26", None), ("2026-06-25", None), ("2026-06-24", "warn"), ("2026-06-19", "warn"), ("2026-06-18", "critical")],
)
def test_the_length_of_the_path_against_what_is_left(due: str, severity: Severity | None) -> None:
    """39 working days of work: CPLI is 38/39 = 0.974 one day late, 37/39 = 0.949 two, 34/39 = 0.872 five, 33/39 = 0.846 six."""
    model = executed(0, 0, 1)
    made = replace(model.baselines[ref("M")][0], due=date.fromisoformat(due))
    shown = found(EXECUTION, replace(model, baselines={ref("M"): (made,)}))
    assert [one.severity for one in shown] == ([severity] if severity else [])


def test_without_a_baseline_nothing_is_said_and_the_order_of_limits_is_checked() -> None:
    assert not found(EXECUTION, replace(executed(0, 9), baselines={}))
    with pytest.raises(ValidationError, match="out of order"):
        ExecutionRules(critical_below=0.99)
    with pytest.raises(ValidationError, match="out of order"):
        ExecutionRules(clear_missed=0.2)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 20), st.integers(0, 20))
def test_one_more_missed_date_never_makes_it_better(done: int, late: int) -> None:
    def worst(more: int) -> int:
        return max((SEVERITIES.index(one.severity) for one in found(EXECUTION, executed(done, late + more))), default=-1)

    assert worst(1) >= worst(0)


def test_progress_in_small_steps_is_no_news() -> None:
    first, second = (told(found(EXECUTION, executed(done, 100 - done))) for done in (62, 64))
    assert first[0][1] == second[0][1]


def test_the_order_of_rows_and_unrelated_work_change_nothing() -> None:
    same_whatever_the_order(EXECUTION)
