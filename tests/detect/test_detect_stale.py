"""Stale: work that drives a milestone was left lying. It is Tuesday 5 May 2026, 07:00 UTC."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from inline_snapshot import snapshot as inline

from syncd.detect.stale import DETECTOR, StaleRules
from syncd.model.finding import Finding
from syncd.model.rows import Item, Row
from syncd.schedule.reference import LEAST
from syncd.schedule.workdays import add_workdays
from tests.model_builders import NOW, item, link, milestone, moved, ref, snapshot, text_of

EPIC = milestone("M", title="Checkout v2", due="2026-05-29")


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def work(key: str = "A", touched: float = 1, **fields: Any) -> Item:
    """Work that has begun, with an assignee and a date, last touched so many days ago."""
    given: dict[str, Any] = {
        "of": "M",
        "status": "doing",
        "due": "2026-05-20",
        "assignees": "Ann",
        "updated_at": ago(touched),
    } | fields
    return item(key, **given)


def stale(*rows: Row) -> list[Finding]:
    return list(DETECTOR.detect(snapshot(EPIC, *rows), StaleRules()))


def facts(*rows: Row) -> list[str]:
    return [fact for finding in stale(*rows) for fact in finding.facts["facts"]]


OTHER = work("B", due="2026-05-08")
"""Something of the milestone moves, and it drives nothing."""


def test_the_lead_reads_what_speaks_for_it_and_whom_to_ask() -> None:
    (finding,) = stale(work(touched=20, due=None, assignees=()), work("B", touched=9, due="2026-05-04"))
    assert finding.subject == ref("A")
    assert text_of(finding) == inline("""\
[critical] <A Title of A> has begun and is left lying; it drives <M>.
Why it was not touched for more than 14 days, nothing of its milestone moved for more than 7 days, nobody is assigned to it and it has no due date.
Rests on its changes, and the driving path. Rule: two such facts on work that drives a milestone.
Clears a change of it, an assignee or a due date.
Wrong? Correct the status of <A>.\
""")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((work(touched=15, assignees=()), OTHER), ["untouched", "ownerless"]),
        ((work(touched=14, assignees=()), OTHER), []),  # not more than 14 days
        ((work(touched=15), OTHER), []),  # one fact
        ((work(touched=15),), ["untouched", "still"]),
        ((work(touched=8, assignees=()),), ["still", "ownerless"]),
        ((work(touched=7, assignees=()),), []),
        ((work(due=None, assignees=()),), []),  # neither of them says that it lies
        ((work(touched=15, assignees=(), status="todo"), OTHER), []),
        ((work(touched=15, assignees=()), work("B", due="2026-05-21")), []),  # it drives nothing
    ],
)
def test_two_facts_on_driving_work_that_has_begun(rows: tuple[Row, ...], expected: list[str]) -> None:
    assert facts(*rows) == expected


def test_what_holds_up_the_last_one_drives_too() -> None:
    first = work("F", touched=20, of=(), assignees=())
    assert [finding.subject for finding in stale(first, work("A"), link("F", "A"))] == [ref("F")]
    assert not stale(first, work("A"))


def finished(count: int, days: int) -> list[Item]:
    """Items that were done on their so many-th working day."""
    ended = add_workdays(date(2026, 4, 6), days - 1)
    begun = (moved("2026-04-06T08:00:00", "To Do", "In Progress", "status"),)
    done = datetime(ended.year, ended.month, ended.day, 8, tzinfo=UTC)
    return [
        work(f"D{days}-{n}", status="done", status_name="Done", history=begun, done_at=done, due="2026-04-01")
        for n in range(count)
    ]


def running(days: int) -> Item:
    """Work that is in its so many-th working day."""
    begun = add_workdays(NOW.date(), 1 - days)
    history = (moved(f"{begun}T08:00:00", "To Do", "In Progress", "status"),)
    return work(assignees=(), history=history, status_name="In Progress")


@pytest.mark.parametrize(("count", "age", "told"), [(LEAST, 6, True), (LEAST, 5, False), (LEAST - 1, 6, False)])
def test_older_than_most_finished_ones_like_it(count: int, age: int, told: bool) -> None:
    assert facts(running(age), OTHER, *finished(count, 5)) == (["old", "ownerless"] if told else [])


@pytest.mark.parametrize(("age", "told"), [(17, False), (18, True)])
def test_eighty_five_of_a_hundred_count(age: int, told: bool) -> None:
    rows = [one for days in range(1, 21) for one in finished(1, days)]
    assert bool(facts(running(age), OTHER, *rows)) == told


def test_the_order_of_rows_and_another_milestone_change_nothing() -> None:
    rows = (work(touched=20, assignees=()), OTHER)
    other = (milestone("X", due="2026-05-08"), work("XA", of="X"))
    assert stale(*rows) == stale(*reversed(rows)) == stale(*other, *rows)
