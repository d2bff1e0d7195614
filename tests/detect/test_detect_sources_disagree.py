"""Sources disagree: two trackers that say different things of one milestone."""

from typing import Any

import pytest
from inline_snapshot import snapshot as inline

from syncd.detect.sources_disagree import DETECTOR, SourcesDisagreeRules
from syncd.model.finding import Finding
from syncd.model.rows import Person
from tests.model_builders import milestone, ref, snapshot, text_of


def disagree(one: dict[str, Any], other: dict[str, Any], **rules: Any) -> list[Finding]:
    rows = (milestone("PAY-1", "plat", same_as=("k",), **one), milestone("G-3", "code", same_as=("k",), **other))
    return list(DETECTOR.detect(snapshot(*rows), SourcesDisagreeRules(**rules)))


def test_two_dates_are_shown_side_by_side() -> None:
    (finding,) = disagree({"due": "2026-05-15"}, {"due": "2026-05-19"})
    assert text_of(finding) == inline("""\
[warn] <G-3 Title of G-3>: its sources disagree on the due date by 4 day(s).
Why <G-3> says Tue 2026-05-19, <PAY-1> says Fri 2026-05-15; that of <G-3> counts.
Rests on 2 source(s) of this milestone. Rule: due dates may differ by 0 calendar days.
Clears the same due date in all of them, or a larger tolerance_days.
Wrong? Correct the due date of <G-3> or <PAY-1>.\
""")
    assert (finding.discriminator, finding.weight) == ("due", 4)
    assert finding.inputs == {ref("PAY-1"), ref("G-3", "code")}


def test_of_several_that_say_what_counts_the_milestones_own_is_named() -> None:
    rows = [milestone(f"{name}-1", name, same_as=("k",), due=f"2026-05-{day}") for name, day in (("a", 15), ("b", 15), ("c", 19))]
    (finding,) = DETECTOR.detect(snapshot(*rows, anchors={row.ref: ref("b-1", "b") for row in rows}), SourcesDisagreeRules())
    assert "that of <b-1> counts" in text_of(finding)


@pytest.mark.parametrize(("tolerance", "told"), [(3, True), (4, False)])
def test_dates_may_differ_by_the_tolerance(tolerance: int, told: bool) -> None:
    assert bool(disagree({"due": "2026-05-15"}, {"due": "2026-05-19"}, tolerance_days=tolerance)) == told


def test_a_class_tolerates_more_or_less() -> None:
    rules = {"for_class": {"internal": {"tolerance_days": 5}}}
    dates = ({"due": "2026-05-15"}, {"due": "2026-05-19"})
    assert disagree(*dates, **rules)
    assert not disagree(*({**one, "class_": "internal"} for one in dates), **rules)


def test_a_source_without_a_date_disagrees_with_nothing() -> None:
    assert not disagree({"due": "2026-05-15"}, {})


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("done", "doing", True),
        ("dropped", "todo", True),
        ("todo", "doing", False),
        ("done", "dropped", False),
        ("done", "unknown", False),
    ],
)
def test_closed_against_open_is_critical(one: str, other: str, told: bool) -> None:
    found = disagree({"status": one}, {"status": other})
    assert [(finding.discriminator, finding.severity) for finding in found] == ([("status", "critical")] if told else [])


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (Person("Ann Lee"), Person("Bo Ek"), True),
        (Person("Ann Lee"), Person("LEE, Ann"), False),
        (Person("José Díaz"), Person("Jose Diaz"), False),
        (Person("Ann Lee"), Person("Anna Lee"), False),
        (Person("Ann Lee"), Person("annl"), False),
        (Person("Ann"), Person("bo"), True),
        (Person("annl"), Person("alee"), False),
        (Person("annl"), Person("Bo Ek"), False),
        (Person("annl", email="ann@acme.example"), Person("Bo Ek", email="bo@acme.example"), True),
        (Person("A", email="Ann@acme.example"), Person("Bo Ek", email="ann@acme.example"), False),
        (Person("Ann Lee", email="ann@acme.example"), Person("Ann Lee", email="ann@home.example"), False),
    ],
)
def test_owners_disagree_only_where_they_can_be_compared(one: Person, other: Person, told: bool) -> None:
    assert [finding.discriminator for finding in disagree({"owner": one}, {"owner": other})] == (["owner"] if told else [])


def test_what_a_source_says_is_marked_with_who_may_read_it_there() -> None:
    (finding,) = disagree({"owner": Person("Ann Lee"), "audience": "record"}, {"owner": Person("Bo Ek")})
    said = {
        part.text: part for line in finding.lines for part in line.parts if not isinstance(part, str) and part.kind == "quote"
    }
    assert (said["Ann Lee"].ref, said["Ann Lee"].audience) == (ref("PAY-1"), "record")
    assert (said["Bo Ek"].ref, said["Bo Ek"].audience) == (ref("G-3", "code"), "connection")


def test_one_source_has_nobody_to_disagree_with() -> None:
    assert not list(DETECTOR.detect(snapshot(milestone("M", due="2026-05-15")), SourcesDisagreeRules()))
