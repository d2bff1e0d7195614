"""What a lead reads of items with little room. Today is Tue 5 May; Fri 15 May is 8 working days ahead."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot as inline

from syncd.detect.critical_path_change import DETECTOR as CRITICAL
from syncd.model.finding import SEVERITIES, Severity, fingerprint_of
from syncd.model.rows import Row
from syncd.model.wire import finding_from_json, finding_to_json
from tests.detect.finding_given import found, same_whatever_the_order, told
from tests.model_builders import item, link, milestone, on, ref, snapshot, text_of

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


def test_each_milestone_is_told_what_is_missing_for_itself() -> None:
    rows = (milestone("M", due="2026-05-08"), milestone("N", due="2026-05-20"), item("A", of=("M", "N"), due="2026-05-25"))
    texts = [text_of(one) for one in found(CRITICAL, snapshot(*rows))]
    assert [text.splitlines()[0] for text in texts] == [
        "[critical] <A Title of A> ends 11 working day(s) too late for <M>, due Fri 2026-05-08.",
        "[critical] <A Title of A> ends 3 working day(s) too late for <N>, due Wed 2026-05-20.",
    ]
    assert "it ends Mon 2026-05-25 and has to by Wed 2026-05-20." in texts[1]
    inside = (
        milestone("M", due="2026-05-08"),
        milestone("N", due="2026-05-20", parent=ref("M")),
        item("A", of="N", due="2026-05-15"),
    )
    assert [one.subject.key for one in found(CRITICAL, snapshot(*inside))] == ["M"]


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
        (milestone("M", due="2026-05-06"), milestone("N"), item("B", of="N"), link("M", "N")),
    ],
    ids=["no due date", "overdue", "done", "nothing open", "critical for another one", "waited for, and without items"],
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


def test_the_order_of_rows_and_unrelated_work_change_nothing() -> None:
    same_whatever_the_order(CRITICAL)
