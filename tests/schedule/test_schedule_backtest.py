"""Replaying forecasts: nothing is known too early, and a process that goes on as it did is forecast as often right as it should be."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from syncd.model.rows import Item, Quantity, Row
from syncd.model.snapshot import Snapshot
from syncd.schedule.backtest import Calibration, Outcome, calibrated, mondays, replayed
from syncd.schedule.known import finished_at, known_at
from tests.model_builders import item, link, milestone, moved, on, ref, snapshot

START = date(2025, 1, 6)  # a Monday


def company(seed: int, weeks: int = 70, size: int = 8) -> Snapshot:
    """A team that finishes a random number of items every week, milestone after milestone; each item takes one to six days."""
    random = np.random.default_rng(seed)
    rows: list[Row] = []
    number, now = 0, on((START + timedelta(weeks=weeks)).isoformat())
    for week in range(weeks):
        for _ in range(int(random.choice([0, 1, 3, 4, 6]))):
            ended = START + timedelta(days=7 * week + int(random.integers(0, 5)))
            began = ended - timedelta(days=int(random.integers(0, 6)))
            key = f"M-{number // size}"
            rows.append(
                item(
                    f"A-{number}",
                    of=key,
                    status="done",
                    status_name="Done",
                    history=(
                        moved(f"{began}T08:00", "To Do", "Doing", "status"),
                        moved(f"{ended}T08:00", "Doing", "Done", "status"),
                    ),
                    created_at=on((START - timedelta(days=30)).isoformat()),
                    done_at=on(ended.isoformat()),
                )
            )
            number += 1
    rows += [item("X", status="doing", status_name="Doing"), item("Y", status="todo", status_name="To Do")]
    due = {f"M-{place}": (START + timedelta(days=7 + 20 * place)).isoformat() for place in range(number // size + 1)}
    rows += [milestone(key, due=day, status="done") for key, day in due.items()]
    return snapshot(*rows, now=now)


def outcomes(seen: Snapshot, weeks: int) -> list[Outcome]:
    return [one for monday in mondays(seen.today, weeks) for one in replayed(seen, monday)]


def whole(found: list[Outcome], kind: str) -> Calibration:
    return next(one for one in calibrated(found) if (one.kind, one.team, one.type) == (kind, "", ""))


def test_a_process_that_goes_on_as_it_did_is_calibrated() -> None:
    found = [one for seed in (1, 3) for one in outcomes(company(seed), 30)]
    milestones, items = whole(found, "milestone"), whole(found, "item")
    assert (milestones.count > 100, items.count > 60) == (True, True)
    for one in (milestones, items):
        assert 0.45 <= one.held[0] <= 0.7
        assert 0.75 <= one.held[1] < 1
        assert 0.88 <= one.held[2] <= 1
    assert items.reading == "as it should"
    assert milestones.brier is not None
    assert milestones.brier < 0.18


def test_a_milestone_is_judged_when_even_p95_has_passed_so_that_early_ones_do_not_count_double() -> None:
    seen = company(1)
    judged = [one for one in outcomes(seen, 12) if one.kind == "milestone"]
    assert judged
    assert all(isinstance(day := one.expected[2], date) and day < seen.today for one in judged)


def chains(seed: int, weeks: int = 60, size: int = 5) -> Snapshot:
    """Four people who do one item after the other, each 1 to 5 days by its estimate, times a ratio with a median of 1.1."""
    random, rows = np.random.default_rng(seed), list[Row]()
    end = START + timedelta(weeks=weeks)
    for person in range(4):
        day, before, status = START, "", "done"
        for number in range(100):
            days = int(random.choice([1, 2, 3, 5]))
            key, last = f"A-{person}-{number}", _after(day, max(1, round(days * random.lognormal(0.1, 0.5))) - 1)
            status = "done" if last < end else "doing" if day < end else "todo"
            moves = [moved(f"{day}T06:00", "To Do", "Doing", "status")] if status != "todo" else []
            moves += [moved(f"{last}T15:00", "Doing", "Done", "status")] if status == "done" else []
            rows.append(
                item(
                    key,
                    of=f"M-{person}-{number // size}",
                    status=status,
                    status_name={"done": "Done", "doing": "Doing", "todo": "To Do"}[status],
                    estimate=Quantity(days * 480, "minutes"),
                    created_at=on(START.isoformat()),
                    updated_at=moves[-1].at if moves else None,
                    done_at=on(last.isoformat()) if status == "done" else None,
                    history=tuple(moves),
                )
            )
            rows += [link(before, key)] if before else []
            before, day = key, _after(last, 1)
    rows += [item("Y", status="todo", status_name="To Do")]
    rows += [milestone(f"M-{person}-{place}") for person in range(4) for place in range(100 // size)]
    return snapshot(*rows, now=on(end.isoformat()))


def _after(day: date, days: int) -> date:
    """So many working days later."""
    found: date = np.busday_offset(day, days).astype(date)
    return found


def test_a_plan_whose_items_take_what_their_class_takes_is_calibrated() -> None:
    milestones = whole([one for seed in (1, 2) for one in outcomes(chains(seed), 12)], "milestone")
    assert milestones.count > 100
    assert 0.4 <= milestones.early <= 0.5 <= milestones.held[0] <= 0.6, "days are whole: early ones, and with them those on time"
    assert 0.8 <= milestones.held[1] <= 0.9
    assert 0.9 <= milestones.held[2] <= 0.99


def test_work_that_became_slower_is_forecast_too_hopefully() -> None:
    seen = company(1)
    slow_from = seen.today - timedelta(weeks=20)
    items = {key: _slower(one, slow_from) for key, one in seen.items.items()}
    slow = replace(seen, items=items)
    assert whole(outcomes(slow, 19), "item").reading == "too hopeful"


def _slower(one: Item, since: date) -> Item:
    """Begun four days earlier, where it was done after that day."""
    if one.done_at is None or one.done_at.date() < since:
        return one
    begun, done = one.history
    return replace(one, history=(replace(begun, at=begun.at - timedelta(days=4)), done))


def test_nothing_is_known_before_it_came() -> None:
    rows: list[Row] = [
        milestone("M", due="2026-05-29", status="done", history=(moved("2026-04-20T10:00", "2026-05-01", "2026-05-29"),)),
        item("A", of="M", status="done", created_at=on("2026-04-01"), done_at=on("2026-04-10"), history=(moved("2026-04-03T10:00", "To Do", "Doing", "status"),)),
        item("B", of="M", status="done", status_name="Done", created_at=on("2026-04-01"), done_at=on("2026-04-24"),
             history=(moved("2026-04-10T10:00", "To Do", "Doing", "status"), moved("2026-04-24T10:00", "Doing", "Done", "status"),
                      moved("2026-04-15T10:00", None, "2026-04-23"))),
        item("C", of="M", status="done", created_at=on("2026-04-16"), done_at=on("2026-04-20"), days=3),
        item("X", status="doing", status_name="Doing", created_at=on("2026-01-01")),
        item("Y", status="todo", status_name="To Do", created_at=on("2026-01-01")),
    ]  # fmt: skip
    seen = snapshot(*rows)
    known = known_at(seen, datetime(2026, 4, 13, tzinfo=UTC))
    assert {one.label for one in known.items} == {"A", "B", "X", "Y"}
    assert (known.milestones[ref("M")].status, known.milestones[ref("M")].due) == ("doing", date(2026, 5, 1))
    b = known.items[ref("B")]
    assert (b.status, b.due, b.done_at, len(b.history)) == ("doing", None, None, 1)
    assert known.members[ref("M")] == (ref("A"), ref("B"))
    later = known_at(seen, datetime(2026, 4, 17, tzinfo=UTC))
    assert later.items[ref("B")].due == date(2026, 4, 23)
    assert later.items[ref("C")].remaining is None, "what is left now says nothing of what was left then"
    assert finished_at(seen) == {ref("M"): on("2026-04-24")}


def test_the_future_changes_no_forecast_of_the_past() -> None:
    seen = company(4, weeks=40)
    cut = mondays(seen.today, 10)[0]
    at = datetime(cut.year, cut.month, cut.day, tzinfo=UTC)
    before = {key: one for key, one in seen.items.items() if not one.done_at or one.done_at <= at}
    moved_on = {
        key: replace(one, done_at=one.done_at + timedelta(days=90))
        for key, one in seen.items.items()
        if key not in before and one.done_at
    }
    other = replace(seen, items={**before, **moved_on}, as_of=seen.as_of + timedelta(days=90))
    expected = {one.ref: one.expected for one in replayed(seen, cut) if one.kind == "milestone"}
    assert expected
    again = {one.ref: one.expected for one in replayed(other, cut) if one.kind == "milestone"}
    assert {key: again[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("share", "refs", "reading"),
    [(0.5, 9, "too few"), (0.5, 40, "as it should"), (0.3, 40, "too hopeful"), (0.7, 40, "too careful")],
)
def test_two_standard_errors_are_chance(share: float, refs: int, reading: str) -> None:
    made = Calibration(kind="item", team="", type="", count=refs, refs=refs, held=(share, max(share, 0.85), 0.95), early=share)
    assert made.reading == reading
