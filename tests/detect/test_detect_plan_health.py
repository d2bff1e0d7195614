"""What a lead reads of critical items, of execution against a baseline and of a plan's quality."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot as inline
from pydantic import ValidationError

from syncd.contract import Detector
from syncd.detect.blocked import DETECTOR as BLOCKED
from syncd.detect.critical_path_change import DETECTOR as CRITICAL
from syncd.detect.drift import DETECTOR as DRIFT
from syncd.detect.execution import DETECTOR as EXECUTION
from syncd.detect.execution import ExecutionRules, Name, verdict
from syncd.detect.schedule_quality import DETECTOR as QUALITY
from syncd.model.baseline import Baseline
from syncd.model.finding import SEVERITIES, Count, Finding, Named, Severity, fingerprint_of, said
from syncd.model.rows import Quantity, Row
from syncd.model.snapshot import Snapshot
from syncd.model.wire import finding_from_json, finding_to_json
from tests.model_builders import item, link, milestone, on, ref, snapshot, text_of

APRIL = datetime(2026, 4, 1, 7, tzinfo=UTC)


def found(detector: Detector, model: Snapshot, open_: dict[str, Severity] | None = None, **rules: Any) -> list[Finding]:
    return list(detector.detect(replace(model, open=open_ or {}), detector.rules(**rules)))


def told(findings: list[Finding]) -> list[tuple[Severity, tuple[str, ...], list[tuple[str, ...]]]]:
    return [(one.severity, said(one.headline), [said(line.parts) for line in one.lines]) for one in findings]


def test_drift_and_blocked_draw_their_path_and_one_piece_of_work_is_none() -> None:
    rows = (
        milestone("M", title="Checkout", due="2026-05-15"),
        item("A", title="Contract", due="2026-05-12"),
        item("B", of="M", title="Payment", days=6),
        item("C", of="M", title="Basket", status="doing", due="2026-05-15"),
        link("A", "B"),
        link("B", "C"),
    )
    model = snapshot(*rows)
    of_drift, of_blocked = found(DRIFT, model), [one for one in found(BLOCKED, model) if one.subject == ref("C")]
    assert [
        [(step.what.title, said(step.told), step.after) for step in one.graph if isinstance(step.what, Named)] for one in of_drift
    ] == [
        [
            ("Contract", ("ends ", "2026-05-12"), ()),
            ("Payment", ("ends ", "2026-05-20"), (0,)),
            ("Basket", ("ends ", "2026-05-21"), (1,)),
            ("Checkout", ("due ", "2026-05-15"), (2,)),
        ]
    ]
    assert [[step.after for step in one.graph] for one in of_blocked] == [[(), (0,), (1,)]]
    (alone,) = found(DRIFT, snapshot(milestone("M", due="2026-05-15"), item("A", of="M", due="2026-05-20")))
    assert alone.graph == ()
    (cycle,) = found(BLOCKED, snapshot(item("A"), item("B"), link("A", "B"), link("B", "A")))
    assert [step.after for step in cycle.graph] == [(1,), (0,)]


def test_a_long_path_is_drawn_with_its_last_steps_and_the_number_of_the_others() -> None:
    rows: list[Row] = [milestone("M", due="2026-05-15"), *(item(f"I-{number:02}", of="M", days=1) for number in range(20))]
    rows += [link(f"I-{number:02}", f"I-{number + 1:02}") for number in range(19)]
    (finding,) = found(DRIFT, snapshot(*rows))
    assert len(finding.graph) == 1 + 12 + 1
    assert finding.graph[0].what == Count(8, "earlier item")


# --- critical_path_change. Today is Tue 5 May; Fri 15 May is 8 working days ahead.

PATH = (
    milestone("M", title="Checkout v2", due="2026-05-15"),
    item("A", title="Contract", due="2026-05-12"),
    item("B", of="M", title="Payment", days=2),  # Wed 13 and Thu 14 May: one day of room
    item("C", of="M", days=1),
    link("A", "B"),
)


def test_an_item_with_little_room_is_told_with_its_path() -> None:
    (before, finding) = found(CRITICAL, snapshot(*PATH))
    assert before.facts["item"]["key"] == "A"
    assert text_of(finding) == inline("""\
[info] <B Payment> is nearly critical for <M>, due Fri 2026-05-15.
Why <A> ends Tue 2026-05-12 -> <B> needs 2 working day(s) left, ends Thu 2026-05-14.
Rests on it has 1 working day(s) of room. Rule: at most 2 working days, or 5 % of those until the due date; critical below none.
Clears room for more than 1.5 times that, or the item done.
Wrong? Correct the dates or the estimate of <B>, or its links.\
""")
    assert (finding.subject, finding.discriminator) == (ref("M"), str(ref("B")))
    assert finding_from_json(finding_to_json(finding)) == finding


@pytest.mark.parametrize(
    ("due", "open_", "severity"),
    [
        ("2026-05-15", False, "critical"),  # B's finish is Mon 18 May with 4 days: one too many
        ("2026-05-18", False, "info"),  # none left
        ("2026-05-20", False, "info"),  # 2 days of room
        ("2026-05-21", False, None),  # 3 days
        ("2026-05-21", True, "info"),  # ... of one that stands
        ("2026-05-22", True, None),
    ],
)
def test_two_working_days_are_little_and_three_clear(due: str, open_: bool, severity: Severity | None) -> None:
    rows = (milestone("M", due=due), item("A", due="2026-05-12"), item("B", of="M", days=4), link("A", "B"))
    stands: dict[str, Severity] = {fingerprint_of(CRITICAL.code, ref("M"), str(ref("B"))): "info"} if open_ else {}
    of_b = [one.severity for one in found(CRITICAL, snapshot(*rows), stands) if one.facts["item"]["key"] == "B"]
    assert of_b == ([severity] if severity else [])


def test_far_ahead_a_twentieth_of_what_is_left_is_little() -> None:
    rows = (milestone("M", due="2026-09-25"), item("B", of="M", due="2026-09-18"))  # 102 working days ahead, 5 of room
    assert [one.severity for one in found(CRITICAL, snapshot(*rows))] == ["info"]
    assert not found(CRITICAL, snapshot(*rows), near_share=0.04)


@pytest.mark.parametrize(
    "rows",
    [
        (milestone("M"), item("A", of="M", due="2026-05-12")),
        (milestone("M", due="2026-05-01"), item("A", of="M")),
        (milestone("M", due="2026-05-12", status="done"), item("A", of="M", due="2026-05-12")),
        (milestone("M", due="2026-05-12"), item("A", of="M", due="2026-05-12", status="done")),
        (milestone("M", due="2026-06-30"), item("A", of="M"), milestone("N"), item("B", of="N", days=9), link("A", "B")),
    ],
    ids=["no due date", "overdue", "done", "nothing open", "critical for another one"],
)
def test_nothing_is_critical(rows: tuple[Row, ...]) -> None:
    assert not found(CRITICAL, snapshot(*rows))


def test_another_day_alone_changes_no_word_while_the_room_is_the_same_kind() -> None:
    rows = (milestone("M", due="2026-05-15"), item("B", of="M", days=7))
    tuesday, wednesday = (found(CRITICAL, snapshot(*rows, now=on(day))) for day in ("2026-05-05", "2026-05-06"))
    assert [one.facts["float_days"] for one in (*tuesday, *wednesday)] == [2.0, 1.0]
    assert told(tuesday)[0][1] == told(wednesday)[0][1]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 12), st.integers(0, 4))
def test_more_delay_never_makes_it_better(days: int, more: int) -> None:
    def worst(length: int) -> int:
        rows = (
            milestone("M", due="2026-05-15"),
            item("A", of="M", days=length),
            milestone("X", due="2026-05-06"),
            item("Y", of="X"),
        )
        levels = [SEVERITIES.index(one.severity) for one in found(CRITICAL, snapshot(*rows)) if one.subject == ref("M")]
        return max(levels, default=-1)

    assert worst(days + more) >= worst(days)


# --- execution


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


# --- schedule_quality


def large(more: int = 0) -> list[Row]:
    rows: list[Row] = [milestone("M", title="Checkout v2", due="2026-12-18")]
    rows += [item(f"A-{number}", of="M", days=2, assignees="Ada") for number in range(9 + more)]
    rows += [link(f"A-{number}", f"A-{number + 1}") for number in range(6)]
    return rows


def test_a_plan_that_cannot_be_believed_says_which_points_fail_and_what_to_repair_first() -> None:
    (finding,) = found(
        QUALITY,
        snapshot(
            *large(2), link("A-7", "A-8", lag=-480), milestone("N", due="2026-12-18"), item("X", of="N", days=9), link("A-8", "X")
        ),
    )
    assert text_of(finding) == inline("""\
[warn] <M Checkout v2>: 3 of 10 point(s) of its plan's quality fail.
Items without a link 2 of 11 (at most 5 %): <A-10> and <A-9>.
Links with a lead 1 of 8 (at most 0): <A-8>.
Float over 44 working days 11 of 11 (at most 5 %): <A-0>, <A-1>, <A-10> and 8 more.
Rests on 11 open item(s) and their links. Rule: the DCMA 14-point assessment.
Clears all points passed. To repair first: <A-8> (2 date(s) rest on it), <A-7> (2 date(s) rest on it), <A-10> (1 date(s) rests on it).
Wrong? Correct the dates, links or estimates of the items that are named.\
""")
    assert finding.severity == "warn"
    assert finding_from_json(finding_to_json(finding)) == finding


def test_from_ten_open_items_on_and_critical_where_work_cannot_end_in_time() -> None:
    assert not found(QUALITY, snapshot(*large(0)))
    assert [one.severity for one in found(QUALITY, snapshot(*large(1)))] == ["warn"]
    late = [milestone("M", due="2026-05-08"), *large(1)[1:]]
    assert [one.severity for one in found(QUALITY, snapshot(*late))] == ["critical"]


@pytest.mark.parametrize("detector", [CRITICAL, EXECUTION, QUALITY], ids=lambda one: one.code)
def test_the_order_of_rows_and_unrelated_work_change_nothing(detector: Detector) -> None:
    rows: list[Row] = [*PATH, *large(2)[1:], item("L", of="M", due="2026-05-01")]
    items = {row.ref: Quantity(1, "points") for row in rows if row.kind == "item"}
    made = Baseline(
        milestone=ref("M"), at=APRIL - timedelta(days=9), recorded_at=APRIL, origin="set", due=date(2026, 5, 5), items=items
    )
    base = {ref("M"): (made,)}
    first = found(detector, replace(snapshot(*rows), baselines=base))
    assert first
    assert found(detector, replace(snapshot(*reversed(rows)), baselines=base)) == first
    other: list[Row] = [milestone("Z", due="2026-06-01"), item("Z-1", of="Z", days=3)]
    again = found(detector, replace(snapshot(*rows, *other), baselines=base))
    assert [one for one in again if one.subject == ref("M")] == first
