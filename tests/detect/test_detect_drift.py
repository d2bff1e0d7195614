"""Drift: what a lead reads when a milestone's work ends too late, and when there is nothing to read."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot as inline
from pydantic import ValidationError

from syncd.detect.drift import DETECTOR, DriftRules
from syncd.model.finding import Finding, said
from syncd.model.rows import Absence, Person, Row
from tests.model_builders import NOW, item, link, milestone, moved, on, ref, snapshot, text_of


def drift(*rows: Row, now: datetime = NOW, zone: str = "Europe/Berlin", **rules: Any) -> list[Finding]:
    return list(DETECTOR.detect(snapshot(*rows, now=now, zone=zone), DriftRules(**rules)))


def late(*rows: Row, now: str = "2026-05-05") -> Finding:
    (finding,) = drift(*rows, now=on(now))
    return finding


CHECKOUT = (
    milestone("PAY-1", title="Checkout v2", due="2026-05-15"),
    item("PLAT-41", due="2026-05-12", history=(moved("2026-05-04T10:00:00", "2026-05-06", "2026-05-12"),)),
    item("PAY-7", of="PAY-1", days=6, due="2026-05-14"),
    item("PAY-8", of="PAY-1"),
    item("PAY-9", of="PAY-1", status="done"),
    link("PLAT-41", "PAY-7"),
)


def test_a_pushed_milestone_says_by_how_much_why_and_what_would_clear_it() -> None:
    finding = late(*CHECKOUT)
    assert text_of(finding) == inline("""\
[warn] <PAY-1 Checkout v2>: 3 working day(s) late. Work ends Wed 2026-05-20, due Fri 2026-05-15.
Why <PLAT-41> ends Tue 2026-05-12 -> <PAY-7> needs 6 working day(s) left, ends Wed 2026-05-20.
Changed <PLAT-41>'s due date, Wed 2026-05-06 -> Tue 2026-05-12, on Mon 2026-05-04.
Rests on 1 of 2 open item(s) dated; 1 without a date may move this later. Rule: working days, a warning from 1 working day late(s), critical from 5.
Clears due Wed 2026-05-20 or later, or 3 working day(s) less on this path.
Wrong? Correct the due date of <PLAT-41> or <PAY-7>.\
""")
    assert finding.weight == finding.facts["days_late"] == 3
    assert [step["key"] for step in finding.facts["path"]] == ["PLAT-41", "PAY-7"]
    assert finding.driving == ref("PAY-7")
    assert finding.inputs == {ref("PAY-1"), ref("PAY-7"), ref("PAY-8"), ref("PLAT-41")}


def test_an_overdue_milestone_with_undated_work_is_late_and_says_the_same_until_it_matters() -> None:
    rows = (milestone("M", due="2026-05-01"), item("A", of="M"))
    finding = late(*rows)
    assert text_of(finding) == inline("""\
[warn] <M Title of M>: at least 2~ working day(s) late. Work ends no earlier than Tue 2026-05-05~, due Fri 2026-05-01.
Why <A> is open and has no due date.
Rests on 0 of 1 open item(s) dated; 1 without a date may move this later; 1 duration(s) assumed. Rule: working days, a warning from 1 working day late(s), critical from 5.
Clears the open work done or dropped, or a later due date.
Wrong? Give <A> a due date.\
""")
    tomorrow = late(*rows, now="2026-05-06")
    assert [said(line.parts) for line in tomorrow.lines] == [said(line.parts) for line in finding.lines]
    assert said(tomorrow.headline) == said(finding.headline)
    assert tomorrow.weight == finding.weight == 1
    assert late(*rows, now="2026-05-08").weight == 5


@pytest.mark.parametrize(
    ("ends", "severity"),
    [("2026-05-15", None), ("2026-05-18", "warn"), ("2026-05-21", "warn"), ("2026-05-22", "critical")],
)
def test_it_warns_from_one_working_day_and_is_critical_from_five(ends: str, severity: str | None) -> None:
    found = drift(milestone("M", due="2026-05-15"), item("A", of="M", due=ends))
    assert [finding.severity for finding in found] == ([severity] if severity else [])


def test_the_thresholds_can_be_set() -> None:
    rows = (milestone("M", due="2026-05-15"), item("A", of="M", due="2026-05-18"))
    assert not drift(*rows, warn_days=2)
    assert drift(*rows, critical_days=1)[0].severity == "critical"
    with pytest.raises(ValidationError, match="critical_days is smaller"):
        DriftRules(warn_days=3, critical_days=2)


@pytest.mark.parametrize(
    ("now", "due", "days"),
    [
        ("2026-05-08", "2026-05-08", 0),  # a Friday, due today
        ("2026-05-09", "2026-05-08", 1),  # Saturday: overdue, and nothing ends before Monday
        ("2026-05-10", "2026-05-08", 1),
        ("2026-05-11", "2026-05-08", 1),
        ("2026-05-12", "2026-05-08", 2),
        ("2026-05-09", "2026-05-09", 1),  # due on a Saturday, which is today: nothing ends before Monday
        ("2026-05-10", "2026-05-09", 1),
    ],
)
def test_weekends(now: str, due: str, days: int) -> None:
    found = drift(milestone("M", due=due), item("A", of="M"), now=on(now))
    assert [finding.facts["days_late"] for finding in found] == ([days] if days else [])


def test_a_weekend_date_after_friday_costs_no_working_day() -> None:
    assert not drift(milestone("M", due="2026-05-15"), item("A", of="M", due="2026-05-16"))


def test_today_is_a_date_of_the_models_zone() -> None:
    rows = (milestone("M", due="2026-05-05"), item("A", of="M"))
    evening = datetime(2026, 5, 5, 22, 30, tzinfo=UTC)
    assert not drift(*rows, now=evening, zone="UTC")
    assert len(drift(*rows, now=evening, zone="Europe/Berlin")) == 1


@pytest.mark.parametrize(
    "rows",
    [
        (milestone("M"), item("A", of="M", due="2020-01-01")),
        (milestone("M", due="2026-05-01", status="done"), item("A", of="M")),
        (milestone("M", due="2026-05-01", status="dropped"), item("A", of="M")),
        (milestone("M", due="2026-05-01"), item("A", of="M", status="done", due="2026-09-01")),
        (milestone("M", due="2026-05-01"),),
        (milestone("M", due="2026-05-20"), item("A", of="M", due="2026-05-04")),
    ],
    ids=["no due date", "done", "dropped", "no open work", "no work", "time left"],
)
def test_there_is_nothing_to_say(rows: tuple[Row, ...]) -> None:
    assert not drift(*rows)


def test_a_milestone_that_was_pulled_in_says_so() -> None:
    history = (moved("2026-05-01T22:30:00", "2026-05-29", "2026-05-15"), moved("2026-04-01T08:00:00", None, "2026-05-29"))
    finding = late(milestone("M", due="2026-05-15", history=history), item("A", of="M", due="2026-05-21"))
    assert "Changed <M>'s due date, Fri 2026-05-29 -> Fri 2026-05-15, on Sat 2026-05-02." in text_of(finding)


def test_a_change_that_was_undone_explains_nothing() -> None:
    history = (moved("2026-05-01T08:00:00", "2026-05-12", "2026-06-12"), moved("2026-05-02T08:00:00", "2026-06-12", "2026-05-21"))
    finding = late(milestone("M", due="2026-05-15"), item("A", of="M", due="2026-05-21", history=history))
    assert "Changed" not in text_of(finding)


def test_work_in_a_cycle_is_not_pushed_and_that_is_said() -> None:
    finding = late(
        milestone("M", due="2026-05-01"), item("A", of="M", days=9), item("B", of="M", days=9), link("A", "B"), link("B", "A")
    )
    assert finding.facts["finish"] == "2026-05-15"  # nine working days from today, and not eighteen
    assert "links among 2 item in a cycle(s) are not counted" in text_of(finding)


def test_a_long_path_shows_its_last_five_items() -> None:
    chain = [item(f"A-{n}", days=2, of="M") for n in range(8)]
    links = [link(f"A-{n}", f"A-{n + 1}") for n in range(7)]
    finding = late(milestone("M", due="2026-05-06"), *chain, *links)
    assert (
        "Why after 3 earlier item(s): <A-3> ends Thu 2026-05-14~ -> <A-4> needs 2 working day(s) left, ends Mon 2026-05-18~ ->"
        in text_of(finding)
    )
    assert len(finding.facts["path"]) == 5
    assert finding.facts["assumed_durations"] == 0


def test_durations_that_are_assumed_are_counted() -> None:
    finding = late(milestone("M", due="2026-05-12"), item("A", due="2026-05-12"), item("B", of="M"), link("A", "B"))
    assert finding.facts["assumed_durations"] == finding.facts["unestimated"] == 1
    assert "<B> needs 1 working day(s) (assumed), ends Wed 2026-05-13." in text_of(finding)


def test_a_joined_milestone_rests_on_all_its_sources_and_keeps_its_anchors_title() -> None:
    rows = (
        milestone("M", due="2026-05-01", same_as=("k",)),
        milestone("G", "code", title="Secret", same_as=("k",), audience="scope"),
        item("A", of="M"),
    )
    finding = late(*rows)
    assert finding.subject == ref("G", "code")
    assert {ref("M"), ref("G", "code")} < finding.inputs
    assert "<G Secret>" in text_of(finding)
    assert finding.headline[0].audience == "scope"  # type: ignore[union-attr]


ISSUES = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from([None, 1, 4]), st.sampled_from(["todo", "doing", "done"])),
    min_size=1,
    max_size=6,
)
LINKS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=6)


def company(work: list[tuple[int, int | None, str]], links: list[tuple[int, int]], shift: int = 0) -> list[Row]:
    def due(days: int) -> str | None:
        return f"2026-{5 + days // 28:02}-{1 + days % 28:02}" if days else None

    rows: list[Row] = [milestone("M", due="2026-05-01")]
    for place, (days, takes, status) in enumerate(work):
        moved_by = shift if place == 0 and days else 0
        rows.append(item(f"A-{place}", of="M", due=due(days + moved_by), days=takes, status=status))
    rows += [link(f"A-{a}", f"A-{b}") for a, b in links if a < b < len(work)]
    return rows


@given(ISSUES, LINKS, st.integers(1, 60))
def test_a_later_due_date_never_makes_the_work_end_earlier(
    work: list[tuple[int, int | None, str]], links: list[tuple[int, int]], shift: int
) -> None:
    ends = [[finding.facts["finish"] for finding in drift(*company(work, links, by))] for by in (0, shift)]
    assert len(ends[0]) == len(ends[1])
    assert ends[0] <= ends[1]


@given(ISSUES, LINKS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    work: list[tuple[int, int | None, str]], links: list[tuple[int, int]], luck: Random
) -> None:
    rows = company(work, links)
    shuffled = list(rows)
    luck.shuffle(shuffled)
    assert drift(*shuffled) == drift(*rows)


@given(ISSUES, LINKS)
def test_a_milestone_that_has_nothing_to_do_with_it_does_not_move(
    work: list[tuple[int, int | None, str]], links: list[tuple[int, int]]
) -> None:
    other = (milestone("Z", due="2026-05-15"), item("Z-1", of="Z", due="2026-05-29"))
    assert [f for f in drift(*other, *company(work, links)) if f.subject == ref("Z")] == drift(*other)


@given(ISSUES)
def test_an_overdue_milestone_with_open_work_is_always_late(work: list[tuple[int, int | None, str]]) -> None:
    assert bool(drift(*company(work, []))) == any(status != "done" for _, _, status in work)


def test_days_off_between_two_steps_and_before_the_first_are_told() -> None:
    """With a calendar in the hand: A ends on Tuesday, B begins when Ada is back, on Thursday; C cannot begin today."""
    away = [
        Absence(ref=ref(f"V-{n}"), person=Person("Ada"), start=day, end=day + timedelta(days=1), all_day=True)
        for n, day in enumerate((date(2026, 5, 5), date(2026, 5, 13)))
    ]
    rows: list[Row] = [
        milestone("M", due="2026-05-12"),
        item("B", of="M", days=2, assignees="Ada"),
        item("A", due="2026-05-12"),
        link("A", "B"),
    ]
    text = text_of(late(*rows, *away))
    assert (
        "<A> ends Tue 2026-05-12 -> <B> needs 2 working day(s) left without Wed 2026-05-13 (away), ends Fri 2026-05-15." in text
    )
    alone = text_of(late(milestone("M", due="2026-05-04"), item("C", of="M", days=2, assignees="Ada"), *away))
    assert (
        "<C> is open and has no due date, needs 2 working day(s) left without Tue 2026-05-05~ (away), ends Thu 2026-05-07~."
        in alone
    )


def test_leave_for_a_part_of_a_day_is_told_with_its_hours() -> None:
    """With a calendar in the hand: 4 hours on Tuesday and on Wednesday, 8 on Thursday."""
    away = [
        Absence(
            ref=ref(f"V-{day}"),
            person=Person("Ada"),
            start=on(f"2026-05-0{day}").replace(hour=11),
            end=on(f"2026-05-0{day}").replace(hour=15),
        )
        for day in (5, 6)
    ]
    text = text_of(late(milestone("M", due="2026-05-05"), item("A", of="M", days=2, assignees="Ada"), *away))
    assert (
        "needs 2 working day(s) left without Tue 2026-05-05~ to Wed 2026-05-06~ (4 hours away a day), ends Thu 2026-05-07~."
        in text
    )
    assert "at least 2~ working day(s) late" in text
