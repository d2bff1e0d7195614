"""Milestones that are better steered in parts: when, and where they are cut."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot as inline

from syncd.detect.should_split import DETECTOR, ShouldSplitRules
from syncd.model.finding import Finding
from syncd.model.rows import Row
from syncd.schedule.splitting import cut_of
from tests.model_builders import item, link, milestone, ref, snapshot, text_of
from tests.schedule.test_schedule_forecast import finished, seen


def large(teams: int = 3, fan_in: int = 5, items: int = 12) -> list[Row]:
    """Two chains of items of several projects, joined by one link, that wait for work of another milestone."""
    rows: list[Row] = [milestone("M", due="2026-07-31", project="P0"), milestone("OUT", due="2026-06-30")]
    rows += [item(f"A-{n}", of="M", days=2, project=f"P{n % teams}") for n in range(items)]
    rows += [link(f"A-{n}", f"A-{n + 1}") for n in range(items - 1)]
    rows += [item(f"O-{n}", of="OUT", days=1) for n in range(fan_in)]
    return [*rows, *(link(f"O-{n}", "A-0") for n in range(fan_in))]


def found(*rows: Row, **given: Any) -> list[Finding]:
    return list(DETECTOR.detect(snapshot(*rows), ShouldSplitRules(**given)))


def test_a_lead_reads_in_which_parts() -> None:
    assert DETECTOR.rules().write == "plan"
    (finding,) = found(*large())
    assert finding.severity == "info"
    assert text_of(finding) == inline("""\
[info] <M Title of M> would be better steered in 2 part(s).
Why 12 open item(s) of 3 team(s) that wait for 5 piece of work(s) beyond it.
Part 1 <A-0>, <A-1>, <A-2>, <A-3>, <A-4>, and 1 more(s).
Part 2 <A-6>, <A-7>, <A-8>, <A-9>, <A-10>, and 1 more(s).
Rests on 1 link(s) between the parts: <A-5> before <A-6>. Rule: from 12 open items, two of: 5 pieces of work to wait for, 3 teams, a spread of 50 % of what is ahead.
Clears fewer open items, or less that ties it up.
Wrong? Correct which items belong to <M>, and their links.\
""")


@pytest.mark.parametrize(
    ("teams", "fan_in", "items", "expected"), [(3, 5, 12, 1), (2, 5, 12, 0), (3, 4, 12, 0), (3, 5, 11, 0), (4, 9, 30, 1)]
)
def test_two_of_three_hold_from_twelve_open_items_on(teams: int, fan_in: int, items: int, expected: int) -> None:
    assert len(found(*large(teams, fan_in, items))) == expected


def test_the_forecast_s_spread_is_one_of_the_three() -> None:
    uneven = [one for number, one in enumerate(finished(120)) if (number // 3) % 4 == 0]
    rows: list[Row] = [*uneven, milestone("M", due="2026-12-31"), *(item(f"A-{n}", of="M") for n in range(12))]
    rows += [*(item(f"O-{n}") for n in range(5)), *(link(f"O-{n}", "A-0") for n in range(5))]
    (finding,) = DETECTOR.detect(seen(*rows), ShouldSplitRules(spread=0.3))
    assert not list(DETECTOR.detect(seen(*rows), ShouldSplitRules(spread=3)))
    assert finding.facts["holds"] == ["fan_in", "spread"]
    assert finding.hovers


def test_what_hangs_together_stays_together() -> None:
    rows: list[Row] = [milestone("M", due="2026-07-31")]
    rows += [item(f"{side}-{n}", of="M", days=1, project=side) for side in "AB" for n in range(6)]
    rows += [link(f"{side}-{n}", f"{side}-{n + 1}") for side in "AB" for n in range(5)]
    rows += [item("L", of="M", project="B")]
    seen = snapshot(*rows)
    cut = cut_of(seen, [seen.items[one] for one in seen.members[ref("M")]])
    assert cut is not None
    assert [{one.label[0] for one in part} for part in cut.parts] == [{"A"}, {"B", "L"}]
    assert cut.crossing == ()


def test_one_part_is_cut_where_least_is_handed_over() -> None:
    rows: list[Row] = [milestone("M", due="2026-07-31"), *(item(f"A-{n:02}", of="M", days=1) for n in range(12))]
    rows += [link(f"A-{n:02}", "A-04") for n in range(4)] + [link("A-04", f"A-{n:02}") for n in range(5, 12)]
    seen = snapshot(*rows)
    cut = cut_of(seen, [seen.items[one] for one in seen.members[ref("M")]])
    assert cut is not None
    assert [len(part) for part in cut.parts] == [6, 6]
    assert {earlier for earlier, _ in cut.crossing} == {ref("A-04")}, "one result goes over, however many wait for it"


@settings(max_examples=50, deadline=None)
@given(st.sets(st.tuples(st.integers(0, 15), st.integers(0, 15)).filter(lambda pair: pair[0] < pair[1]), max_size=40))
def test_every_item_is_in_one_part_and_every_link_is_inside_or_told(pairs: set[tuple[int, int]]) -> None:
    rows: list[Row] = [milestone("M", due="2026-07-31"), *(item(f"A-{n}", of="M", days=1, project=f"{n % 3}") for n in range(16))]
    seen = snapshot(*rows, *(link(f"A-{one}", f"A-{other}") for one, other in pairs))
    cut = cut_of(seen, [seen.items[one] for one in seen.members[ref("M")]])
    assert cut is not None
    assert sorted(one.label for part in cut.parts for one in part) == sorted(f"A-{n}" for n in range(16))
    home = {one: number for number, part in enumerate(cut.parts) for one in part}
    crossing = {(ref(f"A-{one}"), ref(f"A-{other}")) for one, other in pairs if home[ref(f"A-{one}")] != home[ref(f"A-{other}")]}
    assert set(cut.crossing) == crossing
    assert min(len(part) for part in cut.parts) >= 3


def test_order_and_other_milestones_change_nothing() -> None:
    expected = found(*large())
    assert found(*reversed(large())) == expected
    assert found(*large(), milestone("Z"), item("Z-1", of="Z")) == expected
