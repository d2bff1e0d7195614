"""Whom a breaking change meets, when, and the meeting that is proposed."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.contracts.change import Change, Level, Verdict
from syncd.contracts.consumers import Consumer, Contract
from syncd.contracts.impact import Adaptation, Effort, Impact, impact_of
from syncd.contracts.slots import NoSlot, Slot
from syncd.contracts.workshop import workshop_of
from syncd.model.rows import MergeRequest, Person, Row
from syncd.model.teams import Hours
from tests.model_builders import item, link, milestone, ref
from tests.schedule.team_builders import away, company, team

TEAMS = (
    team("api", "Ada", owns=("API-*",)),
    team("shop", "Bo", owns=("SHOP-*",)),
    team("mail", "Cy", owns=("MAIL-*",)),
)
PRODUCER = milestone("API-1", due="2026-05-07")
SHOP = milestone("SHOP-1", due="2026-06-30")


def change(rule: str = "path-removed", level: Level = "breaking", operation: str = "GET /a") -> Change:
    return Change(rule, level, "request", operation, operation, None, None, f"{operation} is gone")


def contract(*consumers: Consumer) -> Contract:
    return Contract(kind="openapi", path="api.yaml", producer="api", milestones=(ref("API-1"),), consumers=consumers)


def merge_request(**fields: Any) -> MergeRequest:
    return MergeRequest(ref=ref("!7", stream="merge_requests"), title="A change", **fields)


def impact(
    *rows: Row,
    changes: tuple[Change, ...] = (change(),),
    consumers: tuple[Consumer, ...] = (Consumer(team="shop"),),
    request: MergeRequest | None = None,
    effort: Effort | None = None,
    **given: Any,
) -> Impact:
    found = company(*rows, **({"teams": TEAMS} | given))
    return impact_of(Verdict.of(changes), contract(*consumers), found, request, effort or Effort())


def only(found: Impact) -> Adaptation:
    assert len(found.adaptations) == 1
    return found.adaptations[0]


def test_a_consumer_that_is_ready_after_the_change_lands_is_hit() -> None:
    """Today is Tuesday the 5th; it lands on Thursday the 7th."""
    two = only(impact(PRODUCER, SHOP, changes=(change(),)))
    assert (two.days, two.ready, two.late, two.hit) == (2, date(2026, 5, 6), 0, False)
    three = only(impact(PRODUCER, SHOP, effort=Effort(days_per_change=3)))
    assert (three.ready, three.late, three.hit) == (date(2026, 5, 7), 0, False)
    four = only(impact(PRODUCER, SHOP, changes=(change(), change(operation="GET /b"))))
    assert (four.days, four.ready, four.late, four.hit) == (4, date(2026, 5, 8), 1, True)


def test_effort_ends_at_its_limit() -> None:
    many = tuple(change(operation=f"GET /{number}") for number in range(50))
    assert only(impact(PRODUCER, SHOP, changes=many)).days == 10


def test_the_week_of_the_consuming_team_counts() -> None:
    slow = team("shop", "Bo", owns=("SHOP-*",), hours=Hours(minutes=(480, 0, 0, 0, 480, 0, 0)))
    found = only(impact(PRODUCER, SHOP, teams=(TEAMS[0], slow)))
    assert (found.ready, found.late) == (date(2026, 5, 11), 2)


@pytest.mark.parametrize("level", ["risky", "compatible", "unknown"])
def test_what_does_not_break_hits_nobody(level: Level) -> None:
    assert impact(PRODUCER, SHOP, changes=(change(level=level),)).adaptations == ()


def test_when_a_change_lands() -> None:
    mergeable = merge_request(mergeable=True, milestones=(ref("API-1"),))
    found = impact(PRODUCER, SHOP, request=mergeable).landing
    assert (found.day, found.basis, found.clocked) == (date(2026, 5, 6), "mergeable", True)
    for waiting in (replace(mergeable, draft=True), replace(mergeable, mergeable=False), replace(mergeable, mergeable=None)):
        found = impact(PRODUCER, SHOP, request=waiting).landing
        assert (found.day, found.basis, found.by) == (date(2026, 5, 7), "due", ref("API-1"))
    assert impact(replace(PRODUCER, due=date(2026, 5, 1)), SHOP).landing.basis == "assumed"
    planned = impact(replace(PRODUCER, due=None), item("API-2", days=5, of="API-1"), SHOP).landing
    assert (planned.day, planned.basis) == (date(2026, 5, 11), "planned")
    assert impact(replace(PRODUCER, due=None), SHOP).landing.basis == "assumed"


def test_what_is_merged_has_landed() -> None:
    merged = merge_request(status="merged", merged_at=None)
    found = impact(PRODUCER, SHOP, request=merged)
    assert (found.landing.day, found.landing.basis) == (date(2026, 5, 5), "merged")
    assert only(found).hit


def test_only_what_a_consumer_calls_counts() -> None:
    changes = (change(), change(operation="GET /b"), change(rule="security", operation=""))
    consumer = Consumer(team="shop", uses=("GET /a",))
    assert [one.operation for one in only(impact(PRODUCER, SHOP, changes=changes, consumers=(consumer,))).changes] == [
        "",
        "GET /a",
    ]
    assert impact(PRODUCER, SHOP, consumers=(replace(consumer, uses=("GET /c",)),)).adaptations == ()


def test_consumers_are_known_by_name_team_and_link() -> None:
    rows = (
        PRODUCER,
        SHOP,
        milestone("MAIL-1", due="2026-06-30"),
        item("MAIL-2", of="MAIL-1"),
        milestone("X-1"),
        link("API-1", "MAIL-2"),
    )
    named = Consumer(team="shop", milestones=(ref("X-1"),))
    found = {
        one.milestone.label: (one.why, one.team.name if one.team else None)
        for one in impact(*rows, consumers=(named,)).adaptations
    }
    assert found == {"X-1": ("named", "shop"), "MAIL-1": ("link", "mail")}
    found = {one.milestone.label: (one.why, one.team.name if one.team else None) for one in impact(*rows).adaptations}
    assert found == {"SHOP-1": ("team", "shop"), "MAIL-1": ("link", "mail")}


def test_ended_milestones_the_producer_and_earlier_commitments_are_not_hit() -> None:
    done = replace(SHOP, status="done")
    assert impact(PRODUCER, done).adaptations == ()
    assert impact(PRODUCER, milestone("API-9", due="2026-06-30"), consumers=(Consumer(team="api"),)).adaptations == ()
    early = milestone("SHOP-2", due="2026-05-06")
    assert impact(PRODUCER, early).adaptations == ()
    assert only(impact(PRODUCER, early, consumers=(Consumer(milestones=(ref("SHOP-2"),)),))).milestone == ref("SHOP-2")


def test_a_team_that_nobody_knows_is_told() -> None:
    assert impact(PRODUCER, SHOP, consumers=(Consumer(team="Shop"), Consumer(team="ghosts"))).unheard == ("ghosts",)


def test_a_milestone_without_room_slips() -> None:
    tight = milestone("SHOP-1", due="2026-05-08")
    work = item("SHOP-2", days=4, of="SHOP-1", due="2026-05-08")
    assert only(impact(PRODUCER, tight, work)).slips == 2
    assert only(impact(PRODUCER, SHOP, work)).slips == 0


def test_the_workshop_brings_owners_together_at_the_first_free_time() -> None:
    rows = (
        replace(PRODUCER, owner=Person("Ada")),
        replace(SHOP, owner=Person("Bo")),
        replace(milestone("MAIL-1"), owner=None),
        away("Ada", "2026-05-05T09:00", "2026-05-05T11:00", absence_kind="busy"),
        away("Bo", "2026-05-05T11:30", "2026-05-05T16:30"),
    )
    changes = (change(), change(operation="GET /b"))
    found = impact(
        *rows,
        changes=changes,
        consumers=(Consumer(team="shop"), Consumer(team="mail", uses=("GET /b",))),
        effort=Effort(days_per_change=9),
    )
    workshop = workshop_of(found, company(*rows, teams=TEAMS))
    assert workshop is not None
    assert [(one.person.name, [of.label for of in one.of]) for one in workshop.attendees] == [
        ("Ada", []),
        ("Bo", ["SHOP-1"]),
        ("Cy", ["MAIL-1"]),
    ]
    assert [(topic.change.operation, len(topic.hits)) for topic in workshop.agenda] == [("GET /b", 2), ("GET /a", 1)]
    assert isinstance(workshop.slot, Slot)
    assert f"{workshop.slot.start:%d %H:%M}" == "06 07:00"
    half = workshop_of(found, company(*rows, teams=TEAMS), minutes=30)
    assert half is not None
    assert isinstance(half.slot, Slot)
    assert f"{half.slot.start:%d %H:%M}" == "05 09:00"


def test_without_a_hit_there_is_no_workshop_and_nobody_known_is_told() -> None:
    assert workshop_of(impact(PRODUCER, SHOP), company(PRODUCER, SHOP, teams=TEAMS)) is None
    alone = impact(
        PRODUCER, milestone("X-1"), consumers=(Consumer(milestones=(ref("X-1"),)),), teams=(), effort=Effort(days_per_change=5)
    )
    workshop = workshop_of(alone, company(PRODUCER, milestone("X-1")))
    assert workshop is not None
    assert workshop.missing == (ref("X-1"),)
    assert isinstance(workshop.slot, NoSlot)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 12), st.integers(0, 12), st.floats(0, 5))
def test_more_to_adapt_is_never_ready_earlier(few: int, more: int, days: float) -> None:
    """And never less late; an unrelated milestone does not move."""
    first, second = sorted((few, more))
    rows = (PRODUCER, SHOP)
    found = []
    for count in (first, second):
        changes = tuple(change(operation=f"GET /{number}") for number in range(count))
        found.append(
            {one.milestone: one for one in impact(*rows, changes=changes, effort=Effort(days_per_change=days)).adaptations}
        )
    for known, one in found[0].items():
        assert one.ready <= found[1][known].ready
        assert one.late <= found[1][known].late
    beside = impact(*rows, milestone("MAIL-1"), changes=(change(),), effort=Effort(days_per_change=days))
    assert beside.adaptations == impact(*rows, changes=(change(),), effort=Effort(days_per_change=days)).adaptations
