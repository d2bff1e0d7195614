"""The chains that cost most, by hand."""

from syncd.schedule.chains import worst_chains
from tests.model_builders import item, link, milestone, ref, snapshot

ROWS = (
    # The contract ends on Fri 15 May; what waits for it ends on Tue 19 and Thu 21 May.
    item("CONTRACT", due="2026-05-15"),
    milestone("M", due="2026-05-15"),
    item("A", of="M", days=2),
    milestone("N", due="2026-05-15"),
    item("B", of="N", days=2),
    link("CONTRACT", "A"),
    link("A", "B"),
    # Alone: three days late.
    milestone("O", due="2026-05-15"),
    item("C", of="O", due="2026-05-20"),
    milestone("P", due="2026-05-15"),
    item("D", of="P", due="2026-05-15"),
)


def test_due_dates_that_wait_for_the_same_work_are_one_chain_and_add_up() -> None:
    first, second = worst_chains(snapshot(*ROWS))
    assert (first.root, first.days) == (ref("CONTRACT"), 2 + 4)
    assert [(one.milestone.label, one.days) for one in first.held] == [("N", 4), ("M", 2)]
    assert [one.label for one in first.path] == ["CONTRACT", "A", "B"]
    assert (second.root, second.days, second.clocked) == (ref("C"), 3, False)


def test_the_order_of_rows_changes_nothing_and_n_is_heeded() -> None:
    assert worst_chains(snapshot(*reversed(ROWS))) == worst_chains(snapshot(*ROWS))
    assert len(worst_chains(snapshot(*ROWS), 1)) == 1


def test_what_is_in_time_is_no_chain() -> None:
    assert worst_chains(snapshot(*ROWS[-2:])) == ()
