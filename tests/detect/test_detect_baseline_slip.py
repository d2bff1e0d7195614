"""Baseline slip: how often and how far a date was pushed since it was agreed on."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot as inline

from syncd.detect.baseline_slip import DETECTOR, BaselineSlipRules
from syncd.model.baseline import Baseline
from syncd.model.finding import SEVERITIES, Finding
from syncd.model.rows import Change
from syncd.schedule.workdays import add_workdays
from tests.model_builders import agreed, day, item, milestone, moved, ref, snapshot, text_of, with_baselines

# From Monday 6 April to Friday 12 June 2026: 50 working days.
AGREED = agreed("M", "2026-06-12", at="2026-04-01", start="2026-04-06", origin="history")


def slipped(
    due: str | None, *history: Change, known: tuple[Baseline, ...] = (AGREED,), rules: Any = None, **fields: Any
) -> list[Finding]:
    model = snapshot(milestone("M", due=due, history=history, **fields), item("A", of="M"), milestone("OTHER", due="2026-05-01"))
    return list(DETECTOR.detect(with_baselines(model, *known), BaselineSlipRules(**rules or {})))


PUSHES = (
    moved("2026-03-01T09:00:00", "2026-05-01", "2026-06-12"),  # before it was agreed on
    moved("2026-04-10T09:00:00", "2026-06-12", "2026-06-15"),
    moved("2026-04-20T09:00:00", "2026-06-15", "2026-06-16"),
    moved("2026-04-24T09:00:00", "2026-06-16", "2026-06-15"),  # pulled in
    moved("2026-04-30T09:00:00", "2026-06-15", "2026-06-17"),
)


def test_the_lead_reads_how_far_how_often_and_what_clears_it() -> None:
    (finding,) = slipped("2026-06-17", *PUSHES)
    assert text_of(finding) == inline("""\
[critical] <M Title of M>: due 3 working day(s) later than agreed, after 3 push(s).
Why agreed on was Fri 2026-06-12 (by its history); due is Wed 2026-06-17.
Changed Mon 2026-06-15 -> Wed 2026-06-17 on Thu 2026-04-30; Mon 2026-06-15 -> Tue 2026-06-16 on Mon 2026-04-20; Fri 2026-06-12 -> Mon 2026-06-15 on Fri 2026-04-10.
Rests on 6 % of the agreed 50 working day(s) from Mon 2026-04-06 to Fri 2026-06-12. Rule: a warning from 2 pushes or above 10 % of the agreed length, critical from 3 or above 20 %.
Clears a new baseline (syncd baseline adopt, with the reason), or due Fri 2026-06-12 again.
Wrong? Correct the due date of <M>, or what was agreed on: syncd baseline set.\
""")
    assert (finding.weight, finding.facts["pushes"], finding.facts["length_days"]) == (3, 3, 50)
    assert finding.driving == ref("A")


@pytest.mark.parametrize(
    ("due", "severity"),
    [
        ("2026-06-12", None),
        ("2026-06-14", None),  # a Sunday
        ("2026-06-19", None),  # 5 of 50: 10 %
        ("2026-06-22", "warn"),
        ("2026-06-26", "warn"),  # 20 %
        ("2026-06-29", "critical"),
        ("2026-06-01", None),
        (None, None),
    ],
)
def test_it_warns_above_ten_percent_of_the_length_and_is_critical_above_twenty(due: str | None, severity: str | None) -> None:
    assert [finding.severity for finding in slipped(due)] == ([severity] if severity else [])


@pytest.mark.parametrize(("pushes", "severity"), [(1, None), (2, "warn"), (3, "critical")])
def test_small_pushes_add_up(pushes: int, severity: str | None) -> None:
    days = ["2026-06-12", "2026-06-15", "2026-06-16", "2026-06-17"]
    history = [moved(f"2026-04-{10 + n}T09:00:00", days[n], days[n + 1]) for n in range(pushes)]
    assert [finding.severity for finding in slipped(days[pushes], *history)] == ([severity] if severity else [])


def test_a_class_has_thresholds_of_its_own() -> None:
    rules = {"for_class": {"regulated": {"warn_percent": 5}}}
    assert not slipped("2026-06-17", rules=rules)
    assert slipped("2026-06-17", rules=rules, class_="regulated")[0].severity == "warn"


def test_a_new_baseline_clears_it() -> None:
    assert slipped("2026-06-29")
    assert not slipped("2026-06-29", known=(AGREED, agreed("M", "2026-06-29", at="2026-05-01")))


@pytest.mark.parametrize(
    ("known", "fields"),
    [
        ((), {}),
        ((AGREED,), {"status": "done"}),
        ((replace(AGREED, due=None),), {}),
        ((replace(AGREED, milestone=ref("GONE")),), {}),
    ],
)
def test_without_a_baseline_or_when_closed_there_is_none(known: tuple[Baseline, ...], fields: dict[str, Any]) -> None:
    assert not slipped("2026-06-29", known=known, **fields)


@given(days=st.lists(st.integers(0, 40), min_size=2, max_size=2), pushes=st.integers(0, 4))
@settings(max_examples=60)
def test_a_longer_slip_is_never_better(days: list[int], pushes: int) -> None:
    history = tuple(moved(f"2026-04-{10 + n}T09:00:00", "2026-06-12", "2026-06-15") for n in range(pushes))
    agreed_due = day("2026-06-12")
    assert agreed_due
    less, more = (slipped(add_workdays(agreed_due, n).isoformat(), *history) for n in sorted(days))
    ranks = [SEVERITIES.index(found[0].severity) if found else -1 for found in (less, more)]
    assert ranks == sorted(ranks)
