"""Scope growth: what was added since a milestone was agreed on, by whom, when and how big."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot as inline

from syncd.detect.scope_growth import DETECTOR, ScopeGrowthRules
from syncd.detect.wording import percent_of
from syncd.model.baseline import Baseline
from syncd.model.finding import SEVERITIES, Finding
from syncd.model.rows import Item, Quantity, Row
from syncd.model.snapshot import Snapshot
from tests.model_builders import agreed, item, milestone, moved, ref, snapshot, standing, text_of, with_baselines

CREATED = datetime(2026, 3, 1, tzinfo=UTC)
KEYS = tuple(f"A{n:02}" for n in range(20))
DAY = Quantity(480, "minutes")


def work(key: str, **fields: Any) -> Item:
    given: dict[str, Any] = {"of": "M", "created_at": CREATED, "estimate": DAY} | fields
    return item(key, **given)


def model(*rows: Row, due: str = "2026-07-31", known: Baseline | None = None, **fields: Any) -> Snapshot:
    found = snapshot(milestone("M", due=due, **fields), *(work(key) for key in KEYS), *rows)
    return with_baselines(found, known or agreed("M", "2026-07-31", *KEYS, sizes=DAY))


def grown(given: Snapshot, **rules: Any) -> list[Finding]:
    return list(DETECTOR.detect(given, ScopeGrowthRules(**rules)))


def test_the_lead_reads_who_added_what_when_and_how_big() -> None:
    added = moved("2026-04-20T09:00:00", None, "M", "parent")
    rows = (
        work("NEW", estimate=Quantity(1440, "minutes"), history=(added,)),
        work("BORN", created_at=datetime(2026, 4, 28, tzinfo=UTC)),
        work("A00", status="dropped"),
        work("A01", estimate=Quantity(960, "minutes")),
    )
    given = model(*rows)
    items = {**given.items, **{row.ref: row for row in rows}}
    found = Snapshot(
        as_of=given.as_of,
        zone=given.zone,
        milestones=given.milestones,
        items=items,
        members=given.members,
        baselines=given.baselines,
    )
    (finding,) = grown(found)
    assert text_of(finding) == inline("""\
[critical] <M Title of M>: 25 % added since it was agreed on, 5 working day(s). The due date has not moved.
Why <NEW> (3 working day(s)) on Mon 2026-04-20 by "ann"; <BORN> (1 working day(s)) on Tue 2026-04-28; estimates of 1 agreed item(s) grew.
Offset taken out: 1 working day(s) (<A00>).
Rests on 20 working day(s) agreed on, as of Wed 2026-04-01. Rule: a warning above 10 %, critical above 20 % while the due date stays.
Clears a new baseline (syncd baseline adopt, with the reason), or what was added taken out or dropped.
Wrong? Correct which items belong to <M>, or what was agreed on: syncd baseline set.\
""")
    assert (finding.weight, finding.driving) == (25, ref("NEW"))


@pytest.mark.parametrize(
    ("count", "due", "severity"),
    [
        (2, "2026-07-31", None),
        (3, "2026-07-31", "warn"),
        (4, "2026-07-31", "warn"),
        (5, "2026-07-31", "critical"),
        (5, "2026-08-03", "warn"),  # the date moved with it
        (5, "2026-07-24", "critical"),
    ],
)
def test_it_warns_above_ten_percent_and_is_critical_above_twenty_while_the_date_stays(
    count: int, due: str, severity: str | None
) -> None:
    found = grown(model(*(work(f"N{n}") for n in range(count)), due=due))
    assert [finding.severity for finding in found] == ([severity] if severity else [])


@pytest.mark.parametrize(("size", "stays"), [(479, False), (480, True), (960, True)])
def test_one_that_is_open_clears_only_below_five_percent(size: float, stays: bool) -> None:
    given = model(work("N", estimate=Quantity(size, "minutes")))
    assert not grown(given)
    assert bool(grown(standing(given, "scope_growth", "M"))) == stays


def test_a_new_baseline_clears_it() -> None:
    rows = [work(f"N{n}") for n in range(5)]
    assert grown(model(*rows))
    assert not grown(model(*rows, known=agreed("M", "2026-07-31", *KEYS, *(f"N{n}" for n in range(5)), sizes=DAY)))


def test_items_are_counted_where_not_all_have_one_unit() -> None:
    (finding,) = grown(model(*(work(f"N{n}", estimate=None if n else Quantity(9600, "minutes")) for n in range(3))))
    assert (finding.facts["unit"], finding.facts["percent"]) == ("items", 15.0)
    assert "so items are counted" in text_of(finding)


def test_what_was_taken_out_is_set_off_only_if_asked_for() -> None:
    swapped = model(
        *(work(f"N{n}") for n in range(5)), known=agreed("M", "2026-07-31", *KEYS, *(f"G{n}" for n in range(5)), sizes=DAY)
    )
    assert grown(swapped)[0].facts["removed"] == 5 * 480
    assert not grown(swapped, net=True)


def test_late_additions_and_a_young_backlog_are_told() -> None:
    young = [work(f"N{n}", created_at=datetime(2026, 5, 2, tzinfo=UTC)) for n in range(9)]
    (finding,) = grown(model(*young, due="2026-05-29", known=agreed("M", "2026-05-29", *KEYS, sizes=DAY)))
    assert (finding.facts["added_late"], finding.facts["young"], finding.facts["open"]) == (9, 9, 29)
    assert [line.label for line in finding.lines if line.label in ("Late", "Young")] == ["Late", "Young"]
    (calm,) = grown(model(*young[:8], due="2026-06-30"))
    assert [line.label for line in calm.lines if line.label in ("Late", "Young")] == []


@pytest.mark.parametrize(
    "fields", [{"status": "done"}, {"known": agreed("M", "2026-07-31")}, {"known": agreed("GONE", "2026-07-31", "A00")}]
)
def test_closed_milestones_and_empty_baselines_have_none(fields: dict[str, Any]) -> None:
    assert not grown(model(*(work(f"N{n}") for n in range(5)), **fields))


@given(counts=st.lists(st.integers(0, 12), min_size=2, max_size=2), drops=st.integers(0, 3))
@settings(max_examples=40)
def test_more_is_never_better_and_the_order_of_rows_is_no_matter(counts: list[int], drops: int) -> None:
    def found(count: int, *, backwards: bool = False) -> list[Finding]:
        rows = [work(f"N{n}") for n in range(count)] + [work(f"D{n}", status="dropped") for n in range(drops)]
        return grown(model(*(rows[::-1] if backwards else rows)))

    less, more = (found(count) for count in sorted(counts))
    ranks = [SEVERITIES.index(one[0].severity) if one else -1 for one in (less, more)]
    assert ranks == sorted(ranks)
    assert more == found(max(counts), backwards=True)


def test_a_percentage_does_not_look_like_a_limit_that_it_is_beyond() -> None:
    assert [percent_of(value, (10, 20)) for value in (10, 10.2, 19.8, 20, 20.4, 20.6, 33.3)] == [
        *("10 %", "10.2 %", "19.8 %", "20 %", "20.4 %", "21 %", "33 %"),
    ]
