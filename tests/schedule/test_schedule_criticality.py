"""The criticality index: by hand, by what must hold for any plan, and why there is none."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot as inline

from syncd.model.ref import Ref
from syncd.model.rows import Item, Row
from syncd.schedule.chances import pools_of, simulate, simulated
from syncd.schedule.criticality import Criticality, criticality_of
from syncd.schedule.part import Part
from syncd.schedule.plan import plan_of
from syncd.schedule.reference import reference_of
from syncd.schedule.wiring import End
from tests.model_builders import item, link, milestone, ref
from tests.schedule.team_builders import away
from tests.schedule.test_schedule_forecast import TODAY, finished, seen


def varied(count: int = 60) -> list[Item]:
    """Items that were done: of three one took half of its two days, one as long as it was to take, one twice that."""
    made = []
    for number, one in enumerate(finished(count)):
        assert one.done_at is not None
        began = one.done_at - timedelta(days=(0, 1, 3)[number % 3])
        made.append(replace(one, created_at=began))
    return made


def index(*rows: Row, past: list[Item] | None = None, of: str = "M", **given: Any) -> dict[str, float]:
    """The shares by key, of all that is critical at all."""
    found = criticality_of(seen(*(finished() if past is None else past), *rows, **given), ref(of))
    assert found.lacking is None
    assert found.draws == 2000
    return {work.label: share for work, share in found.shares.items() if share}


def parallel(first: float, second: float, **due: str) -> list[Row]:
    """Two chains of two items each: A then B, and C then D; the second of each takes a day."""
    return [
        milestone("M", **due),
        *(item(key, of="M", days=days) for key, days in (("A", first), ("B", 1), ("C", second), ("D", 1))),
        link("A", "B"),
        link("C", "D"),
    ]


def test_the_longer_of_two_chains_decides() -> None:
    assert index(*parallel(3, 2)) == {"A": 1.0, "B": 1.0}


def test_of_equal_chains_both_do() -> None:
    assert index(*parallel(2, 2)) == {"A": 1.0, "B": 1.0, "C": 1.0, "D": 1.0}


@pytest.mark.parametrize("due", ["2026-05-05", "2026-05-07", "2026-07-31"])
def test_its_own_due_date_takes_the_path_from_nobody(due: str) -> None:
    """Before, at and long after the end of its work."""
    assert index(*parallel(3, 2, due=due)) == {"A": 1.0, "B": 1.0}


def test_chains_that_may_be_the_longer_one_share_the_draws() -> None:
    """Each item takes half of its time, as long, or twice as long: so all four chances of nine items are worked out by hand."""
    ratios = (0.5, 1.0, 2.0)
    odds = {"A": 0, "C": 0, "both": 0}
    for a, b, c, d in product(ratios, repeat=4):
        one, other = 3 * a + b, 2 * c + d
        odds["both" if one == other else "A" if one > other else "C"] += 1
    found = index(*parallel(3, 2), past=varied())
    assert found["A"] == found["B"] == pytest.approx((odds["A"] + odds["both"]) / 81, abs=0.03)
    assert found["C"] == found["D"] == pytest.approx((odds["C"] + odds["both"]) / 81, abs=0.03)


def test_work_that_its_own_date_holds_decides_and_what_comes_before_it_does_not() -> None:
    rows: list[Row] = [milestone("M"), item("A", of="M", days=2), item("B", of="M", days=1, due="2026-05-20"), link("A", "B")]
    assert index(*rows) == {"B": 1.0}
    late = [*rows[:2], item("B", of="M", days=1, start="2026-05-18"), rows[3]]
    assert index(*late) == {"B": 1.0}
    assert index(*rows[:2], item("B", of="M", days=1, due="2026-05-05"), rows[3]) == {"A": 1.0, "B": 1.0}


def test_a_milestone_that_another_one_waits_for_has_a_date_of_its_own() -> None:
    rows: list[Row] = [milestone("M"), item("B", of="M", days=1), item("A", of="N", days=2), link("N", "M")]
    assert index(*rows, milestone("N")) == {"N": 1.0, "A": 1.0, "B": 1.0}
    assert index(*rows, milestone("N", due="2026-05-20")) == {"N": 1.0, "B": 1.0}
    assert index(*rows, milestone("N", due="2026-05-20"), of="N") == {"A": 1.0}


def test_whoever_is_away_decides() -> None:
    """A takes two days; B, which waits for it, is Ada's; C has nothing to do with them."""

    def rows(days: float) -> list[Row]:
        return [
            milestone("M"),
            item("A", of="M", days=2, assignees="Bo"),
            item("B", of="M", days=1, assignees="Ada"),
            item("C", of="M", days=days, assignees="Cy"),
            link("A", "B"),
        ]

    assert index(*rows(2)) == {"A": 1.0, "B": 1.0}
    assert index(*rows(2), away("Ada", "2026-05-06", "2026-05-13")) == {"B": 1.0}
    assert index(*rows(9), away("Ada", "2026-05-06", "2026-05-13")) == {"C": 1.0}
    assert index(*rows(9), away("Ada", "2026-05-06", "2026-05-20")) == {"B": 1.0}


@pytest.mark.parametrize("leave", [[], [away("Ada", "2026-05-06", "2026-05-13")]])
def test_the_draws_are_those_of_the_forecast(leave: list[Row]) -> None:
    """What is left out of the plan has no say in it, so that P50 and the index belong to each other."""
    model = seen(*varied(), *parallel(3, 2), item("X", of="N", days=30, assignees="Ada"), milestone("N"), *leave)
    plan, reference, pools, end = plan_of(model), reference_of(model), pools_of(model), End(ref("M"))
    part = Part.before(plan, end)
    assert len(part.numbers) == 5 < len(plan.wiring.nodes)
    ends = [
        one.ends.tolist() for one in (simulate(plan, reference, pools, [end], 500), simulated(part, reference, pools, [end], 500))
    ]
    assert ends[0] == ends[1]


@st.composite
def plans(draw: st.DrawFn) -> list[Row]:
    """Up to eight items of M and of N, which M may wait for, with links, dates, people, and perhaps somebody away."""
    size = draw(st.integers(1, 8))
    days = st.none() | st.integers(0, 20).map(lambda n: (TODAY + timedelta(days=n)).isoformat())
    rows: list[Row] = [milestone("M", due=draw(days)), milestone("N", due=draw(days))]
    for number in range(size):
        fields: dict[str, Any] = {
            "of": "MN"[draw(st.integers(0, 1))] if number else "M",
            "days": draw(st.sampled_from([0.5, 1, 3])),
        }
        fields |= {"assignees": draw(st.sampled_from([(), "Ada", "Bo"])), "due": draw(days), "start": draw(days)}
        rows.append(item(f"A-{number}", **fields))
    pairs = draw(st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda p: p[0] < p[1] < size), max_size=10))
    rows += [link(f"A-{a}", f"A-{b}", relation=draw(st.sampled_from(["FS", "SS", "FF"]))) for a, b in sorted(pairs)]
    rows += [link("N", "M")] if draw(st.booleans()) else []
    return rows + ([away("Ada", "2026-05-06", "2026-05-13")] if draw(st.booleans()) else [])


@given(plans(), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_an_index_is_of_its_own_milestone_and_the_same_for_the_same_plan(rows: list[Row], random: Any) -> None:
    past = varied()
    found = criticality_of(seen(*past, *rows), ref("M"))
    assert all(0 <= share <= 1 for share in found.shares.values())
    assert list(found.shares.values()) == sorted(found.shares.values(), reverse=True)
    other: list[Row] = [
        milestone("Z", due="2026-05-06"),
        item("Z-1", of="Z", days=9, assignees="Ada"),
        item("Z-2", of="Z", days=1),
    ]
    both = [*rows, *other, link("Z-1", "Z-2")]
    random.shuffle(both)
    assert criticality_of(seen(*past, *both), ref("M")) == found


@given(plans())
@settings(max_examples=50, deadline=None)
def test_something_decides_in_every_draw(rows: list[Row]) -> None:
    model = seen(*varied(), *rows)
    plan, end = plan_of(model), End(ref("M"))
    part = Part.before(plan, end)
    drawn = simulated(part, reference_of(model), pools_of(model), [], 1, towards=end)
    works = [isinstance(plan.wiring.nodes[number], Ref) for number in part.numbers.tolist()]
    assert drawn.critical[works].sum() >= 1


def test_what_is_alone_always_decides() -> None:
    chain: list[Row] = [item(f"A-{n}", of="M", days=n + 1, assignees=("Ada", "Bo", ())[n % 3]) for n in range(6)]
    found = index(milestone("M"), *chain, *(link(f"A-{n}", f"A-{n + 1}") for n in range(5)), past=varied())
    assert found == {f"A-{n}": 1.0 for n in range(6)}


def test_where_the_plan_is_not_drawn_it_is_told_why() -> None:
    bare: list[Row] = [milestone("M"), *(item(f"A-{n}", of="M") for n in range(3))]
    told = [criticality_of(seen(*rows), ref("M")).lacking for rows in ([*finished(), *bare], bare, [*finished(), bare[0]])]
    assert told == inline(
        [
            "it is forecast from weeks of the past, which tell no item from another; the plan is drawn where 60% of its open items and 20 finished ones have an estimate in time",
            "0 items finished in 0 weeks; 30 in 5 are needed",
            "no open item belongs to it",
        ]
    )
    assert criticality_of(seen(*bare), ref("M")) == Criticality(ref("M"), lacking=told[1])
