"""What a lead reads of a plan that cannot be believed."""

from inline_snapshot import snapshot as inline

from syncd.detect.schedule_quality import DETECTOR as QUALITY
from syncd.model.rows import Row
from syncd.model.wire import finding_from_json, finding_to_json
from tests.detect.finding_given import found, same_whatever_the_order
from tests.model_builders import item, link, milestone, snapshot, text_of


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


def test_the_order_of_rows_and_unrelated_work_change_nothing() -> None:
    same_whatever_the_order(QUALITY)
