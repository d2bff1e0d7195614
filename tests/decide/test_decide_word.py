"""The status word: what decides it, what it says why, and a person's word that counts for some days. It is Tuesday 5 May 2026."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.decide.overrides import WORDS, overrides, seen_key
from syncd.decide.state import FindingState
from syncd.decide.word import DECIDING, WHEN_CRITICAL, Worded, worded
from syncd.model.finding import SEVERITIES, Finding, Severity
from syncd.model.rows import Item, Milestone, Quantity, Row
from syncd.model.snapshot import Snapshot
from syncd.schedule.forecast import Forecast, Odds, forecast_of
from tests.mapping.mapping_world import FOLDER, made, rows
from tests.model_builders import NOW, day, item, milestone, moved, on, ref, snapshot

EPIC = milestone("M", title="Checkout v2", due="2026-05-29")


def work(key: str = "A", **fields: Any) -> Item:
    given: dict[str, Any] = {"of": "M", "due": "2026-05-20", "days": 2} | fields
    return item(key, **given)


def finding(code: str = "drift", severity: Severity = "warn", on_: str = "M", weight: int = 1) -> Finding:
    return Finding(code=code, subject=ref(on_), severity=severity, headline=(f"{code} of {on_}.",), weight=weight)


def states(*found: Finding) -> list[FindingState]:
    return [FindingState(finding=one, state="open", raised_at=NOW, changed_at=NOW) for one in found]


def word(*rows: Row, found: Iterable[Finding] = (), p: float | None = None, **options: Any) -> Worded:
    model: Snapshot = snapshot(*rows)
    if p is not None:
        likely = Odds(
            milestone=ref("M"),
            method="throughput",
            draws=2000,
            p=p,
            p50=NOW.date(),
            p85=NOW.date(),
            p95=NOW.date(),
            finished=99,
            weeks=9,
        )
        model._derived[forecast_of] = Forecast({ref("M"): likely}, {})
    (one,) = worded(model, states(*found), **options)
    return one


def test_by_its_dates_alone_it_is_on_track_and_says_so() -> None:
    one = word(EPIC, work())
    assert (one.word, one.finish) == ("on track", day("2026-05-20"))
    assert one.reason == "by its dates its work ends 2026-05-20; no forecast: 0 items finished in 0 weeks; 30 in 5 are needed"


@pytest.mark.parametrize(
    ("code", "severity", "subject", "expected"),
    [
        *((code, "critical", "M", "off track") for code in sorted(DECIDING | WHEN_CRITICAL)),
        *((code, "warn", "M", "on track") for code in sorted(WHEN_CRITICAL)),
        *((code, "warn", "M", "at risk") for code in sorted(DECIDING)),
        ("blocked", "critical", "A", "off track"),  # an item of it
        ("blocked", "info", "A", "on track"),
        ("blocked", "critical", "ELSE", "on track"),
        ("scope_growth", "critical", "M", "on track"),
    ],
)
def test_what_is_open_decides_the_worst_first(code: str, severity: Severity, subject: str, expected: str) -> None:
    one = word(EPIC, work(), item("ELSE"), found=[finding("drift", "info"), finding(code, severity, subject)])
    assert one.word == expected
    if expected != "on track":
        assert one.reason == f"{code} of {subject}."


@pytest.mark.parametrize(
    ("p", "expected"), [(1.0, "on track"), (0.85, "on track"), (0.84, "at risk"), (0.5, "at risk"), (0.49, "off track")]
)
def test_the_forecast_decides_where_nothing_is_open(p: float, expected: str) -> None:
    one = word(EPIC, work(), p=p)
    chance = "more than 99 %" if p == 1 else f"{100 * p:.0f} %"
    assert (one.word, one.reason) == (expected, f"kept with a likelihood of {chance}")


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ((replace(EPIC, due=None), work()), "it has no due date"),
        ((EPIC,), "it has no items"),
        ((EPIC, *(work(key) for key in "ABC"), *(work(key, days=0, due=None) for key in "DE")), None),  # 40 % are guessed
        ((EPIC, *(work(key) for key in "AB"), *(work(key, days=0, due=None) for key in "DE")), "2 of 4 open items"),
        ((EPIC, work("A", days=0, estimate=Quantity(3, "points"), start="2026-05-18")), "estimated in points only"),
        ((EPIC, work("A", days=0, start="2026-05-18")), "are not estimated"),
    ],
)
def test_what_is_guessed_is_never_on_track(rows: tuple[Row, ...], why: str | None) -> None:
    one = word(*rows)
    assert one.word == ("unknown" if why else "on track")
    assert why is None or why in one.reason
    if why:
        assert word(*rows, found=[finding(severity="critical")]).word == "off track", "what is open is no guess"


def test_all_done_is_on_track_and_closed_milestones_have_no_word() -> None:
    assert word(EPIC, work(status="done")).reason == "all its items are done"
    assert worded(snapshot(replace(EPIC, status="done"), work()), []) == ()


def test_the_worst_come_first_and_then_the_nearest() -> None:
    rows = (
        milestone("L", due="2026-05-20"),
        milestone("K", due="2026-05-10"),
        EPIC,
        work(),
        work("B", of="L"),
        work("C", of="K", due="2026-05-08"),
    )
    found = worded(snapshot(*rows), states(finding(severity="critical")))
    assert [one.milestone.ref.id for one in found] == ["M", "K", "L"]
    assert found == worded(snapshot(*reversed(rows)), states(finding(severity="critical")))


LABEL: dict[str, Any] = {"label": "status:*", "days": 14}


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("status:off-track", "off track"),
        ("Status:At_Risk", "at risk"),
        ("status:unknown", "unknown"),
        ("status:fine", "on track"),
        ("status:", "on track"),
        ("off-track", "on track"),
    ],
)
def test_a_person_says_another_word_by_a_label(label: str, expected: str) -> None:
    one = word(replace(EPIC, labels=(label,)), work(), **LABEL)
    assert (one.word, one.computed) == (expected, "on track")
    assert ("computed: on track" in one.reason) == (one.override is not None)


@pytest.mark.parametrize(("since", "counts"), [("2026-04-21", True), ("2026-04-20", False)])
def test_it_counts_for_fourteen_days_from_when_it_was_set_or_first_seen(since: str, counts: bool) -> None:
    epic = replace(EPIC, labels=("status:on-track",))
    told = replace(epic, history=(moved(f"{since}T07:00:00", "api", "api status:on-track", "labels"),))
    seen = {seen_key(epic, "status:on-track"): on(since)}
    for one in (
        word(told, work(), found=[finding(severity="critical")], **LABEL),
        word(epic, work(), found=[finding(severity="critical")], seen=seen, **LABEL),
    ):
        assert one.word == ("on track" if counts else "off track")
        assert (one.override is not None, one.expired is not None) == (counts, not counts)
        assert counts or "the label status:on-track expired on 2026-05-04" in one.reason
    by = word(told, work(), **LABEL).override
    assert (by and by.by) == ("ann" if counts else None)


def test_no_pattern_means_no_override() -> None:
    assert overrides(replace(EPIC, labels=("status:on-track",)), "") == []


def test_a_word_without_end_does_not_break() -> None:
    seen = {seen_key(EPIC, "status:at-risk"): datetime.max.replace(tzinfo=UTC)}
    assert word(replace(EPIC, labels=("status:at-risk",)), work(), seen=seen, **LABEL).word == "at risk"


@given(
    found=st.lists(st.tuples(st.sampled_from(sorted(DECIDING)), st.sampled_from(SEVERITIES)), max_size=4),
    more=st.sampled_from(SEVERITIES),
)
@settings(max_examples=40)
def test_one_more_finding_is_never_better(found: list[tuple[str, Severity]], more: Severity) -> None:
    some = [finding(code, severity) for code, severity in found]
    before, after = (
        WORDS.index(word(EPIC, work(), found=given).word) for given in (some, [*some, finding("blocked", more, "A")])
    )
    assert after <= before


def test_a_field_says_a_word_where_a_mapping_makes_a_label_of_it() -> None:
    text = FOLDER.joinpath("README.md").read_text("utf-8")
    line = text[text.index("`labels = [") + 1 :].partition("`")[0]
    mapping = made(f'extends = "jira.default"\n[fields.issues]\n{line}\n')
    fields = {"summary": "Checkout", "issuetype": {"name": "Epic"}, "labels": ["web"], "status": {"name": "To Do"}}
    (epic,) = rows(mapping, {"id": "1", "key": "PAY-1", "fields": {**fields, "customfield_10100": {"value": "At risk"}}})
    assert isinstance(epic, Milestone)
    assert overrides(epic, "status:*") == [("status:At risk", "at risk")]
    (epic,) = rows(mapping, {"id": "1", "key": "PAY-1", "fields": fields})
    assert isinstance(epic, Milestone)
    assert (epic.labels, overrides(epic, "status:*")) == (("web",), [])
