"""Drift by a forecast: what a lead reads, where it begins and where it ends."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from inline_snapshot import snapshot as inline

from syncd.detect import likely
from syncd.detect.drift import DETECTOR, DriftRules
from syncd.model.finding import Finding, Severity, fingerprint_of, said
from syncd.model.rows import Row
from syncd.schedule.forecast import Odds
from tests.model_builders import item, milestone, ref, text_of
from tests.schedule.test_schedule_forecast import backlog, finished, seen


def drift(*rows: Row, rules: DriftRules | None = None, **given: Any) -> list[Finding]:
    return [f for f in DETECTOR.detect(seen(*rows, **given), rules or DriftRules()) if f.subject == ref("M")]


UNEVEN = [one for number, one in enumerate(finished(120)) if (number // 3) % 2 == 0]


def test_a_date_that_is_unlikely_is_told_with_what_it_rests_on() -> None:
    (finding,) = drift(*UNEVEN, *backlog(9, due="2026-06-08"))
    assert text_of(finding) == inline("""\
[critical] <M Title of M>: just under 50 %(s) likely by its due date, Mon 2026-06-08.
Path <A-0> is open and has no due date, needs 2 working day(s) (the median of 60 finished item(s) like it), ends Tue 2026-05-05~.
Forecast just under 50 %(s) likely by Mon 2026-06-08; half of all outcomes end by Fri 2026-06-12~, 85 % by Fri 2026-06-26~, 95 % by Fri 2026-07-17~. 2000 draw(s) of past weeks; 9~ item(s) to do until it is done, 2~ item(s) a week, from 60~ finished item(s) in 39~ week(s).
Rests on 0 of 9 open item(s) dated; 9 without a date may move this later. Rule: working days, a warning from 1 working day late(s), critical from 5; or below 85 % likely, critical below 50 %.
Clears 90 % likely, by a later due date, less to do, or more people.
Wrong? Give <A-0> a due date.\
""")
    assert finding.hovers
    assert finding.facts["forecast"]["method"] == "throughput"


def test_a_likely_date_is_no_finding_and_an_unlikely_one_is_critical() -> None:
    assert not drift(*UNEVEN, *backlog(9, due="2026-08-31"))
    (finding,) = drift(*UNEVEN, *backlog(9, due="2026-05-22"))
    assert finding.severity == "critical"


def odds(p: float, p50: str = "2026-05-15") -> Odds:
    day = date.fromisoformat(p50)
    return Odds(milestone=ref("M"), method="network", draws=100, p=p, p50=day, p85=day, p95=day, finished=60, weeks=20)


@pytest.mark.parametrize(
    ("p", "stands", "expected"),
    [
        (0.86, None, None),
        (0.85, None, None),
        (0.84, None, "warn"),
        (0.50, None, "warn"),
        (0.49, None, "critical"),
        (0.89, "warn", "warn"),
        (0.90, "warn", None),
        (0.59, "critical", "critical"),
        (0.60, "critical", "warn"),
        (0.90, "critical", None),
    ],
)
def test_each_threshold_has_an_exit_of_its_own(p: float, stands: Severity | None, expected: Severity | None) -> None:
    assert likely.verdict(odds(p), 0, 10, stands, DriftRules().limits, 5) == expected


@pytest.mark.parametrize(
    ("late", "ahead", "expected"), [(4, 10, "warn"), (5, 10, "critical"), (5, 50, "critical"), (5, 51, "warn")]
)
def test_a_late_median_is_critical_from_five_days_and_a_tenth_of_what_remains(late: int, ahead: int, expected: Severity) -> None:
    assert likely.verdict(odds(0.7), late, ahead, None, DriftRules().limits, 5) == expected


def test_what_stands_is_told_until_the_exit() -> None:
    rows = [*UNEVEN, *backlog(9, due="2026-06-29")]
    open_ = {fingerprint_of("drift", ref("M")): "warn"}
    assert not drift(*rows)
    (finding,) = drift(*rows, open=open_)
    assert finding.severity == "warn"


def test_another_day_alone_changes_no_word_of_it() -> None:
    monday = replace(odds(0.62), p85=date(2026, 6, 23), p95=date(2026, 7, 7), weeks=39, backlog=9)
    tuesday = replace(monday, p=0.64, p50=date(2026, 5, 16), p85=date(2026, 6, 24), finished=61)
    for told in (likely.outcomes, likely.rests_on, lambda odds: (likely.per_cent(odds),)):
        assert said(told(monday)) == said(told(tuesday))
    assert likely.per_cent(monday) != likely.per_cent(replace(monday, p=0.54))


def test_a_class_of_milestones_has_limits_of_its_own() -> None:
    rules = DriftRules(for_class={"regulated": {"warn_below": 0.95, "clear_above": 0.99}})
    rows = [*UNEVEN, replace(milestone("M", due="2026-06-29"), class_="regulated"), *backlog(9)[1:]]
    assert not drift(*rows)
    assert drift(*rows, rules=rules)
    with pytest.raises(ValueError, match="class regulated: "):
        DriftRules(for_class={"regulated": {"warn_below": 2}})


def test_dates_that_people_set_are_told_by_the_plan_even_with_a_forecast() -> None:
    rows: list[Row] = [*finished(), milestone("M", due="2026-05-15"), item("A", of="M", due="2026-05-20")]
    (finding,) = drift(*rows)
    assert "3 working day(s) late. Work ends Wed 2026-05-20" in text_of(finding)
    assert finding.severity == "critical"  # no draw ends in time


def test_an_end_that_rests_on_what_is_typical_is_told_as_about() -> None:
    (finding,) = drift(*finished(40, ratio=3.0), milestone("M", due="2026-05-01"), item("A", of="M", status="todo"))
    assert "<M Title of M>: about 5~ working day(s) late. Work ends about Fri 2026-05-08~, due Fri 2026-05-01." in text_of(
        finding
    )


def test_forecast_and_headline_tell_the_same_per_cent() -> None:
    """What was told last stays until it is a whole step off: in both."""
    weights = {fingerprint_of("drift", ref("M")): 10 - 5}
    (finding,) = drift(
        *UNEVEN, *backlog(9, due="2026-06-08"), weights=weights, open={fingerprint_of("drift", ref("M")): "critical"}
    )
    assert text_of(finding).count("under 50 %(s) likely") == 2
