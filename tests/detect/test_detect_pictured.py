"""Findings draw the path that they tell of."""

from syncd.detect.blocked import DETECTOR as BLOCKED
from syncd.detect.drift import DETECTOR as DRIFT
from syncd.model.finding import Count, Named, said
from syncd.model.rows import Row
from tests.detect.finding_given import found
from tests.model_builders import item, link, milestone, ref, snapshot


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


def test_of_a_long_path_to_what_blocks_no_more_than_the_end_is_walked() -> None:
    rows: list[Row] = [item(f"I-{number:02}", days=1) for number in range(20)]
    rows += [link(f"I-{number:02}", f"I-{number + 1:02}") for number in range(19)]
    rows += [item("Z", status="doing"), link("I-19", "Z")]
    (finding,) = [one for one in found(BLOCKED, snapshot(*rows)) if one.subject == ref("Z")]
    assert finding.graph[0].what == "earlier items"
    assert [step.what.ref.label for step in finding.graph[1:] if isinstance(step.what, Named)][-2:] == ["I-19", "Z"]
    assert len(finding.graph) == 1 + 12 + 1
