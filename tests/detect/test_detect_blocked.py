"""Blocked: who waits for whom, how many working days that costs, and when it is nobody's business."""

from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot as inline

from syncd.detect.blocked import DETECTOR, BlockedRules
from syncd.model.finding import Finding, said
from syncd.model.ref import Alias
from syncd.model.rows import Absence, Person, Row
from tests.model_builders import item, link, milestone, on, ref, snapshot, text_of


def blocked(*rows: Row, now: str = "2026-05-05", **rules: Any) -> list[Finding]:
    return list(DETECTOR.detect(snapshot(*rows, now=on(now)), BlockedRules(**rules)))


def found(*rows: Row) -> Finding:
    (finding,) = blocked(*rows)
    return finding


def test_a_predecessor_that_ends_after_the_start_says_what_is_lost_and_who_can_help() -> None:
    finding = found(
        item("PLAT-41", due="2026-05-12", assignees=["Ann Lee", "Bo Ek"]),
        item("PAY-7", "code", start="2026-05-07", due="2026-05-20"),
        link("PLAT-41", ref("PAY-7", "code")),
    )
    assert text_of(finding) == inline("""\
[warn] <PAY-7 Title of PAY-7> waits for <PLAT-41>: 4 working day(s) lost.
Why <PLAT-41> ends Tue 2026-05-12; <PAY-7> starts Thu 2026-05-07. Lost: Thu 2026-05-07 to Tue 2026-05-12. Who can unblock it: "Ann Lee" and "Bo Ek".
Rests on due date of <PLAT-41>, start and due date of <PAY-7>. Rule: what it waits for by a hard link is done before it starts; a warning from 1 working day(s) lost, critical when no time is left.
Clears <PLAT-41> done, or <PAY-7> starting Wed 2026-05-13 or later.
Wrong? Correct the dates of <PLAT-41> or <PAY-7>, or their link.\
""")
    assert finding.subject == ref("PAY-7", "code")
    assert finding.discriminator == "plat:issues:PLAT-41"
    assert finding.inputs == {ref("PAY-7", "code"), ref("PLAT-41")}
    assert finding.weight == 4


@pytest.mark.parametrize(
    ("start", "lost"),
    [("2026-05-13", None), ("2026-05-12", 1), ("2026-05-11", 2), ("2026-05-09", 2), ("2026-05-08", 3)],
)
def test_work_may_start_on_the_day_after_its_predecessor_ends(start: str, lost: int | None) -> None:
    rows = (item("A", due="2026-05-12"), item("B", start=start, due="2026-06-30"), link("A", "B"))
    assert [finding.weight for finding in blocked(*rows)] == ([lost] if lost else [])


@pytest.mark.parametrize(("due", "severity"), [("2026-05-13", "warn"), ("2026-05-12", "critical"), ("2026-05-11", "critical")])
def test_it_is_critical_when_no_time_is_left(due: str, severity: str) -> None:
    finding = found(item("A", due="2026-05-12"), item("B", start="2026-05-08", due=due), link("A", "B"))
    assert finding.severity == severity


@pytest.mark.parametrize(("start", "told"), [("2026-05-07", True), ("2026-05-08", False)])
def test_an_unfinished_predecessor_is_told_two_working_days_ahead(start: str, told: bool) -> None:
    rows = (item("A", due="2026-05-05"), item("B", start=start), link("A", "B"))
    assert [finding.severity for finding in blocked(*rows)] == (["info"] if told else [])


def test_a_predecessor_without_a_date_is_a_warning_when_the_start_is_near() -> None:
    finding = found(item("A"), item("B", start="2026-05-07"), link("A", "B"))
    assert finding.severity == "warn"
    assert "<A> has no due date and is open; <B> starts Thu 2026-05-07" in text_of(finding)
    assert not blocked(item("A"), item("B", start="2026-06-01"), link("A", "B"))


def test_what_is_lost_can_be_counted_anew_from_what_is_shown() -> None:
    done = [
        item(f"D-{n}", status="done", start="2026-04-06", done_at=on("2026-04-08"), created_at=on("2026-01-06"))
        for n in range(20)
    ]
    rows: tuple[Row, ...] = (
        *done,
        item("A"),
        item("B", start="2026-05-04", due="2026-05-07", status="doing", assignees="Ada"),
        link("A", "B"),
    )
    away = Absence(ref=ref("V"), person=Person("Ada"), start=date(2026, 5, 6), end=date(2026, 5, 7), all_day=True)
    text = text_of(found(*rows, away))
    assert "[critical] <B Title of B> waits for <A>: about 3~ working day(s) lost." in text
    told = "<A> has no due date and is open, needs 3 working day(s) (the median of 20 finished item(s) like it), ends Thu 2026-05-07~"
    assert told in text
    assert (
        "<B> started Mon 2026-05-04 and is due Thu 2026-05-07. Lost: Mon 2026-05-04 to Thu 2026-05-07~ without Wed 2026-05-06~ (away)."
        in text
    )


def test_where_all_float_is_eaten_it_says_what_it_takes_and_until_when() -> None:
    rows = (
        milestone("M", due="2026-05-14"),
        item("A", due="2026-05-12"),
        item("B", of="M", start="2026-05-11", days=3),
        link("A", "B"),
    )
    finding = found(*rows)
    assert finding.severity == "critical"
    told = "<B> starts Mon 2026-05-11, needs 3 working day(s) left, and would have to end by Thu 2026-05-14. Lost: Mon 2026-05-11 to Tue"
    assert told in text_of(finding)


def test_a_lag_is_told_beside_the_end_that_it_is_counted_from() -> None:
    rows = (item("A", due="2026-05-12"), item("B", start="2026-05-14"), link("A", "B", lag=480 * 2))
    assert "<A> ends Tue 2026-05-12, with a lag of 2 working day(s) that is Thu 2026-05-14; <B>" in text_of(found(*rows))
    lead = (item("A", due="2026-05-12"), item("B", start="2026-05-11"), link("A", "B", lag=-480))
    assert "<A> ends Tue 2026-05-12, with a lead of 1 working day(s) that is Mon 2026-05-11; <B>" in text_of(found(*lead))


def test_running_work_without_a_date_loses_the_days_from_today() -> None:
    finding = found(item("A", due="2026-05-08"), item("B", status="doing"), link("A", "B"))
    assert (finding.facts["days_lost"], finding.facts["clocked"], finding.weight) == (4, True, 1)


def test_a_weekend_is_no_news_where_only_the_clock_moves_it() -> None:
    rows = (item("A"), item("B", status="doing"), link("A", "B"))
    told = {said(finding.headline) for day in ("08", "09", "10", "11") for finding in blocked(*rows, now=f"2026-05-{day}")}
    assert len(told) == 1, "the comment would be edited on Saturday, and again on Monday"


def test_where_there_is_no_start_the_due_date_and_the_duration_give_the_latest_one() -> None:
    rows = (item("A", due="2026-05-12"), item("B", due="2026-05-15", days=4), link("A", "B"))
    finding = found(*rows)
    assert finding.weight == 1
    assert "<B> must start by Tue 2026-05-12" in text_of(finding)
    assert not blocked(rows[0], item("B", due="2026-05-15", days=3), link("A", "B"))


def test_lag_is_waited_for() -> None:
    rows = (item("A", due="2026-05-12"), item("B", start="2026-05-14"), link("A", "B", lag=480 * 2))
    assert found(*rows).weight == 1


@pytest.mark.parametrize(
    "rows",
    [
        (item("A", due="2026-06-12", status="done"), item("B", status="doing"), link("A", "B")),
        (item("A", due="2026-06-12"), item("B", status="done"), link("A", "B")),
        (item("A", due="2026-06-12"), item("B", status="dropped"), link("A", "B")),
        (item("A", due="2026-06-12"), item("B"), link("A", "B")),
        (item("A", due="2026-06-12"), item("B", status="doing"), link("A", "B", relation="FF")),
        (item("A", status="doing"), item("B", status="doing"), link("A", "B", relation="SS")),
        (milestone("M", due="2026-06-12"), item("A", of="M", status="doing"), link("M", "A"), link("A", "M")),
        (item("A"), item("B"), link("A", "B", strength="soft")),
    ],
    ids=[
        "predecessor done",
        "successor done",
        "successor dropped",
        "no dates",
        "FF",
        "SS and begun",
        "own part",
        "soft, not started",
    ],
)
def test_there_is_nothing_to_say(rows: tuple[Row, ...]) -> None:
    assert not blocked(*rows)


def test_a_start_to_start_link_waits_for_the_beginning() -> None:
    finding = found(item("A", due="2026-05-12"), item("B", status="doing"), link("A", "B", relation="SS"))
    assert "waits for <A>, which has not started." in text_of(finding)


def test_a_soft_link_is_mentioned_when_the_work_has_started() -> None:
    finding = found(item("A", due="2026-06-12"), item("B", status="doing"), link("A", "B", strength="soft"))
    assert text_of(finding) == inline("""\
[info] <B Title of B> started before <A>, which should come first.
Why <A> ends Fri 2026-06-12. Who can finish it: nobody is assigned to it.
Rests on a soft link, which moves no date.
Clears <A> done.
Wrong? Correct the status of <A> or <B>, or their link.\
""")


def test_a_cycle_is_printed_once_in_the_order_of_the_work() -> None:
    cycle = [link("C", "A"), link("A", "B"), link("B", "C")]
    finding = found(item("A"), item("B", status="doing"), item("C"), *cycle)
    assert text_of(finding) == inline("""\
[critical] 3 piece of work(s) wait for each other: <A> -> <B> -> <C> -> <A>.
Why each is a hard predecessor of the next, so none of them can be the first.
Rests on the links between them. Inside a cycle no date is pushed.
Clears one of these links removed or made soft.
Wrong? Correct a link of <A>, <B> or <C>.\
""")
    assert finding.subject == ref("A")
    assert finding.inputs == {ref("A"), ref("B"), ref("C")}


def test_work_outside_a_cycle_still_waits_for_it() -> None:
    rows = (item("A"), item("B"), item("D", status="doing"), link("A", "B"), link("B", "A"), link("B", "D"))
    assert [(finding.facts["reason"], finding.subject.id) for finding in blocked(*rows)] == [("cycle", "A"), ("started", "D")]


def test_a_dropped_predecessor_is_told() -> None:
    finding = found(item("A", status="dropped"), item("B", status="doing"), link("A", "B"))
    assert finding.severity == "warn"
    assert "<B Title of B> waits for <A>, which was dropped." in text_of(finding)


@pytest.mark.parametrize(("status", "severity"), [("doing", "warn"), ("todo", "info")])
def test_a_predecessor_that_is_nowhere_is_told(status: str, severity: str) -> None:
    finding = found(item("B", status=status), link(Alias("PLAT-99"), "B"))
    assert finding.severity == severity
    assert 'waits for "PLAT-99", which is not in the mirror.' in text_of(finding)


def test_that_a_predecessor_is_nowhere_rests_on_every_scope_being_read() -> None:
    stale = frozenset({("code", "issues", "7")})
    model = snapshot(item("B", status="doing"), link(Alias("code-99"), "B"), link(ref("X", "code"), "B"), stale=stale)
    missing = list(DETECTOR.detect(model, BlockedRules()))
    assert len(missing) == 2
    assert all(finding.inputs & model.stale for finding in missing)


def test_two_links_of_one_pair_are_one_finding_and_the_worse_one_counts() -> None:
    rows = (item("A", due="2026-05-12"), item("B", start="2026-05-11"), link("A", "B", relation="SS"), link("A", "B"))
    assert found(*rows).weight == 2


def test_the_predecessors_own_predecessors_are_counted_and_rested_on() -> None:
    rows = (item("Z", due="2026-05-12"), item("A", days=2), item("B", start="2026-05-14"), link("Z", "A"), link("A", "B"))
    finding = found(*rows)
    assert finding.weight == 1
    assert ref("Z") in finding.inputs


PAIRS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12)


@given(PAIRS, st.randoms(use_true_random=False))
def test_whatever_the_links_each_pair_and_cycle_is_told_once_and_in_any_order_of_rows(
    pairs: list[tuple[int, int]], luck: Random
) -> None:
    rows: list[Row] = [item(f"A-{n}", due=f"2026-05-{10 + n}", status="doing" if n % 2 else "todo") for n in range(6)]
    rows += [link(f"A-{a}", f"A-{b}") for a, b in pairs]
    shuffled = list(rows)
    luck.shuffle(shuffled)
    first, second = (sorted(blocked(*given), key=lambda f: f.fingerprint) for given in (rows, shuffled))
    assert first == second
    assert len({finding.fingerprint for finding in first}) == len(first)
