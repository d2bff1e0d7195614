"""Buffers that burn: the zones of the fever chart, where each begins and ends, and what a lead reads."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot as inline

from syncd.detect.buffer_burn import DETECTOR, BufferBurnRules, verdict
from syncd.model.baseline import Baseline
from syncd.model.finding import SEVERITIES, Finding, Severity, fingerprint_of
from syncd.model.rows import Quantity, Row
from syncd.model.snapshot import Snapshot
from syncd.schedule.buffers import Buffer, buffers_of
from tests.model_builders import NOW, item, link, milestone, on, ref, snapshot, text_of


def day(days: float) -> Quantity:
    return Quantity(480 * days, "minutes")


def plan(left: int = 4, due: str = "2026-05-22", **fields: Any) -> list[Row]:
    """A chain of A (done, two days), B (four days, `left` of them left) and C (two days), and D beside it."""
    return [
        milestone("M", due=due, **fields),
        item("A", of="M", estimate=day(2), status="done", created_at=on("2026-04-20"), done_at=on("2026-05-04")),
        item("B", of="M", estimate=day(4), days=left, status="doing"),
        item("C", of="M", estimate=day(2)),
        item("D", of="M", estimate=day(1)),
        link("A", "B"),
        link("B", "C"),
    ]


def agreed(seen: Snapshot, at: str = "2026-05-01", due: str = "2026-05-22") -> Snapshot:
    sizes = {ref("A"): day(2), ref("B"): day(4), ref("C"): day(2), ref("D"): day(1)}
    made = Baseline(milestone=ref("M"), at=on(at), recorded_at=NOW, origin="history", due=date.fromisoformat(due), items=sizes)
    return replace(seen, baselines={ref("M"): (made,)})


def burn(seen: Snapshot, rules: BufferBurnRules | None = None) -> list[Finding]:
    return list(DETECTOR.detect(seen, rules or BufferBurnRules()))


def the_buffer(seen: Snapshot) -> Buffer:
    return buffers_of(seen)[ref("M")]


def test_a_lead_reads_how_much_is_used_and_for_what() -> None:
    (finding,) = burn(snapshot(*plan(left=8, labels=("buffer:5d",))))
    assert text_of(finding) == inline("""\
[warn] <M Title of M>: about 20 %(s) of its buffer used with about 0 %(s) of its chain done.
Why it was meant to end Fri 2026-05-15, 5 working day(s) before it is due; work ends Mon 2026-05-18~ with <C>.
Rests on the buffer that its label sets, 5 working day(s), and the longest chain of its items, of which the done part is behind. Rule: a warning above 10 %, critical above 30 %, each + 0.6 x the done share.
Clears less left to do on the path, a later due date, or a buffer that is agreed on anew.
Wrong? Correct the estimates of what is open, or set the buffer of <M>: the label buffer:5d.\
""")
    assert finding.hovers


def test_a_buffer_is_set_by_label_by_item_or_by_what_was_agreed_on() -> None:
    by_label = the_buffer(snapshot(*plan(labels=("Buffer:1w", "buffer:2d", "buffer:soon"))))
    assert (by_label.origin, by_label.days, by_label.meant) == ("label", 5, date(2026, 5, 15))
    by_item = the_buffer(snapshot(*plan(), item("R", of="M", type_name="Buffer", estimate=day(3), status="done")))
    assert (by_item.origin, by_item.days, by_item.chain) == ("item", 3, 8 * 480)
    planned = the_buffer(snapshot(*plan(), item("R", of="M", type="buffer", estimate=day(3)), link("C", "R")))
    assert (planned.days, planned.ends) == (3, by_item.ends), "nothing is done in a buffer, so it pushes nothing"
    by_baseline = the_buffer(agreed(snapshot(*plan())))
    assert (by_baseline.origin, by_baseline.days, by_baseline.meant) == ("baseline", 16 - 8, date(2026, 5, 12))
    assert not buffers_of(snapshot(*plan()))
    assert not buffers_of(agreed(snapshot(*plan()), due="2026-05-11")), "what was agreed on left no buffer"
    assert buffers_of(agreed(snapshot(*plan()), at="2026-05-01", due="2026-05-22"))
    assert not buffers_of(agreed(snapshot(*plan()), at="2026-04-30", due="2026-05-22")), "more than the chain itself is no buffer"


def test_a_buffer_that_nobody_set_and_that_is_used_up_is_told_as_drift() -> None:
    assert burn(agreed(snapshot(*plan(left=11))))
    assert not burn(agreed(snapshot(*plan(left=13))))
    assert burn(snapshot(*plan(left=13, labels=("buffer:8d",))))


def test_done_is_what_is_behind_of_the_chain_and_used_what_ends_later_than_it_was_meant_to() -> None:
    found = the_buffer(agreed(snapshot(*plan())))
    assert (found.chain, found.left, found.done) == (8 * 480, 6 * 480, 0.25)
    assert (found.ends, found.used, found.burnt) == (date(2026, 5, 12), 0, 0.0)
    slow = the_buffer(agreed(snapshot(*plan(left=8))))
    assert (slow.ends, slow.used, slow.burnt, slow.done) == (date(2026, 5, 18), 4, 0.5, 0.0)


@pytest.mark.parametrize(
    ("burnt", "done", "stands", "expected"),
    [
        (0.10, 0.0, None, None),
        (0.11, 0.0, None, "warn"),
        (0.30, 0.0, None, "warn"),
        (0.31, 0.0, None, "critical"),
        (0.40, 0.5, None, None),
        (0.41, 0.5, None, "warn"),
        (0.61, 0.5, None, "critical"),
        (0.36, 0.5, "warn", "warn"),
        (0.35, 0.5, "warn", None),
        (0.56, 0.5, "critical", "critical"),
        (0.55, 0.5, "critical", "warn"),
        (0.70, 1.0, None, None),
        (1.20, 1.0, None, "critical"),
    ],
)
def test_each_line_has_an_exit_of_its_own(burnt: float, done: float, stands: Severity | None, expected: Severity | None) -> None:
    assert verdict(burnt, done, stands, BufferBurnRules()) == expected


@pytest.mark.parametrize(("left", "chain", "used", "days"), [(4, 7, 5, 14), (8, 9, 3, 18), (1, 2, 6, 10), (1, 1, 1, 10)])
def test_what_lies_on_a_line_is_not_above_it(left: int, chain: int, used: int, days: int) -> None:
    """10 % + 0.6 x 3/7 is 5/14, and so on."""
    warn = verdict(used / days, 1 - left / chain, None, BufferBurnRules())
    assert warn == ("warn" if used * 10 * chain > days * (chain + 6 * (chain - left)) else None)


def test_what_stands_is_told_until_the_exit() -> None:
    seen = snapshot(*plan(left=5, due="2026-05-21", labels=("buffer:7d",)))
    assert (the_buffer(seen).burnt, the_buffer(seen).done) == (1 / 7, 0.125)
    assert not burn(seen)
    (finding,) = burn(replace(seen, open={fingerprint_of("buffer_burn", ref("M")): "warn"}))
    assert finding.severity == "warn"


@given(st.integers(1, 15), st.integers(0, 10))
def test_more_left_to_do_never_improves_it(left: int, more: int) -> None:
    def badness(much: int) -> int:
        found = burn(snapshot(*plan(left=much, labels=("buffer:5d",))))
        return SEVERITIES.index(found[0].severity) if found else -1

    assert badness(left) <= badness(left + more)


def test_the_order_of_rows_and_other_milestones_change_nothing() -> None:
    rows = plan(left=8, labels=("buffer:5d",))
    expected = burn(snapshot(*rows))
    assert burn(snapshot(*reversed(rows))) == expected
    other: list[Row] = [milestone("Z", due="2026-05-08", labels=("buffer:2d",)), item("Z-1", of="Z", days=9)]
    assert [one for one in burn(snapshot(*rows, *other)) if one.subject == ref("M")] == expected


def test_a_class_of_milestones_has_lines_of_its_own() -> None:
    rules = BufferBurnRules(for_class={"bold": {"warn_from": 90, "critical_from": 100}})
    assert not burn(snapshot(*plan(left=8, labels=("buffer:5d",), class_="bold")), rules)
    with pytest.raises(ValueError, match="critical_from is smaller"):
        BufferBurnRules(warn_from=50, critical_from=40)
