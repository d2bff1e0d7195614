"""Stale: work that drives a milestone was left lying. It is Tuesday 5 May 2026, 07:00 UTC."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from inline_snapshot import snapshot as inline

from syncd.detect.stale import DETECTOR, StaleRules
from syncd.model.finding import Finding
from syncd.model.rows import Item, Row
from syncd.schedule.ages import LEAST, cycle_times_of
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
        ((work(touched=14.1, assignees=()), OTHER), ["untouched", "ownerless"]),
        ((work(touched=14, assignees=()), OTHER), []),  # not more than 14 days
        ((work(touched=14.1), OTHER), []),  # one fact
        ((work(touched=14.1),), ["untouched", "still"]),
        ((work(touched=7.1, assignees=()),), ["still", "ownerless"]),
        ((work(touched=7, assignees=()),), []),
        ((work(due=None, assignees=()),), []),  # neither of them says that it lies
        ((work(touched=14.1, assignees=(), status="todo"), OTHER), []),
        ((work(touched=14.1, assignees=()), work("B", due="2026-05-21")), []),  # it drives nothing
    ],
)
def test_two_facts_on_driving_work_that_has_begun(rows: tuple[Row, ...], expected: list[str]) -> None:
    assert facts(*rows) == expected


def test_what_holds_up_the_last_one_drives_too() -> None:
    first = work("F", touched=20, of=(), assignees=())
    assert [finding.subject for finding in stale(first, work("A"), link("F", "A"))] == [ref("F")]
    assert not stale(first, work("A"))


def finished(count: int, days: float) -> list[Item]:
    def history(begun: datetime) -> tuple[Any, ...]:
        return (moved(f"{begun:%Y-%m-%dT%H:%M:%S}", "To Do", "In Progress", "status"),)

    return [
        work(f"D{n}", status="done", status_name="Done", history=history(ago(60)), done_at=ago(60 - days), due="2026-04-01")
        for n in range(count)
    ]


def old(age: float) -> Item:
    begun = (moved(f"{ago(age):%Y-%m-%dT%H:%M:%S}", "To Do", "In Progress", "status"),)
    return work(assignees=(), history=begun, status_name="In Progress")


@pytest.mark.parametrize(("count", "age", "told"), [(LEAST, 9, True), (LEAST - 1, 9, False), (LEAST, 4.9, False)])
def test_older_than_most_finished_ones_of_its_type(count: int, age: float, told: bool) -> None:
    found = facts(old(age), OTHER, *finished(count, 5))
    assert found == (["old", "ownerless"] if told else [])


def test_eighty_five_of_a_hundred_were_done_within_it() -> None:
    rows = [one for n in range(1, 21) for one in finished(1, n)]
    named = [Item(**{name: getattr(one, name) for name in one.__slots__} | {"ref": ref(f"D{n}")}) for n, one in enumerate(rows)]
    (p85,) = cycle_times_of(snapshot(EPIC, work(status_name="In Progress"), *named)).p85.values()
    assert p85 == timedelta(days=17)


def test_the_order_of_rows_and_another_milestone_change_nothing() -> None:
    rows = (work(touched=20, assignees=()), OTHER)
    other = (milestone("X", due="2026-05-08"), work("XA", of="X"))
    assert stale(*rows) == stale(*reversed(rows)) == stale(*other, *rows)
