"""Joining milestones of several connections: one commitment, a stable anchor, every source's own claim."""

from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.mapping.assemble import Precedence
from syncd.model.ref import Ref
from syncd.model.rows import Milestone
from tests.model_builders import assembled, item, milestone, moved, ref, snapshot

JIRA, FORGE, LAB = ref("PAY-1"), ref("G-3", "code"), ref("L-2", "lab")


def jira(*keys: str, **fields: Any) -> Milestone:
    return milestone("PAY-1", same_as=keys, **fields)


def forge(*keys: str, **fields: Any) -> Milestone:
    return milestone("G-3", "code", same_as=keys, **fields)


def lab(*keys: str, **fields: Any) -> Milestone:
    return milestone("L-2", "lab", same_as=keys, **fields)


def groups(*rows: Milestone, **options: Any) -> dict[str, set[str]]:
    """Anchor key -> keys of the sources."""
    made = snapshot(*rows, **options).milestones
    return {row.ref.label: {source.label for source in row.sources} for row in made.values()}


def test_a_shared_key_joins_across_connections_transitively() -> None:
    assert groups(jira("a"), forge("a", "b"), lab("b")) == {"G-3": {"PAY-1", "G-3", "L-2"}}
    assert len(groups(jira("a"), forge("b"))) == 2
    assert len(groups(jira(), forge())) == 2


def test_the_other_sources_lead_to_the_anchor() -> None:
    model = snapshot(jira("a"), forge("a"), precedence=Precedence(("plat",)))
    assert model.anchor(FORGE) == JIRA
    assert model.get(FORGE) is model.milestones[JIRA]


def test_two_of_one_connection_do_not_join_and_are_listed_with_what_to_do() -> None:
    model = snapshot(jira("a"), milestone("PAY-2", same_as=("a",)), forge("a"))
    assert len(model.milestones) == 3
    assert model.problems == (
        "plat: PAY-1 and PAY-2 share the join key 'a', so they are not joined by it. "
        "Only milestones of different connections join: give one of them another key",
    )


def test_others_that_share_the_key_still_join() -> None:
    rows = (jira("a"), milestone("PAY-2", same_as=("a",)), forge("a"), lab("a"))
    assert groups(*rows) == {"PAY-1": {"PAY-1"}, "PAY-2": {"PAY-2"}, "G-3": {"G-3", "L-2"}}


def test_two_of_one_connection_do_not_join_over_a_third_either() -> None:
    model = snapshot(jira("a"), forge("a", "b"), milestone("PAY-2", same_as=("b",)))
    assert sorted(len(row.sources) for row in model.milestones.values()) == [1, 2]
    assert model.problems[0].startswith("plat: PAY-1 and PAY-2 would be joined through the join key 'b', so they are not joined")


def test_what_was_joined_stays_so_when_another_one_claims_the_key() -> None:
    before = assembled(jira("a"), forge("a"))
    after = assembled(jira("a"), forge("a"), milestone("PAY-0", same_as=("a",)), anchors=before.anchors)
    assert after.snapshot.milestones[FORGE].sources == (FORGE, JIRA)
    assert len(after.snapshot.problems) == 1


@pytest.mark.parametrize(("precedence", "anchor"), [(("plat", "code"), JIRA), (("code",), FORGE), ((), FORGE)])
def test_a_new_anchor_is_chosen_by_precedence_then_by_identity(precedence: tuple[str, ...], anchor: Ref) -> None:
    assert list(snapshot(jira("a"), forge("a"), precedence=Precedence(precedence)).milestones) == [anchor]


@pytest.mark.parametrize(("order", "anchor"), [(("plat", "code"), JIRA), (("code", "plat"), FORGE)])
def test_of_sources_seen_together_the_first_in_the_configuration_is_the_anchor(order: tuple[str, ...], anchor: Ref) -> None:
    assert list(snapshot(jira("a"), forge("a"), precedence=Precedence(order=order)).milestones) == [anchor]


def test_the_first_seen_source_stays_the_anchor_when_a_better_one_joins_it() -> None:
    first = assembled(jira("a"))
    second = assembled(jira("a"), forge("a"), anchors=first.anchors, precedence=Precedence(("code", "plat")))
    assert list(second.snapshot.milestones) == [JIRA]
    assert second.anchors == {JIRA: JIRA, FORGE: JIRA}


def test_an_anchor_moves_when_its_source_is_gone_and_leads_to_the_new_one() -> None:
    before = assembled(jira("a"), forge("a"))
    after = assembled(jira("a"), anchors=before.anchors)
    assert list(after.snapshot.milestones) == [JIRA]
    assert after.snapshot.anchor(FORGE) == JIRA
    back = assembled(jira("a"), forge("a"), anchors=after.anchors)
    assert list(back.snapshot.milestones) == [JIRA]


@pytest.mark.parametrize(
    "unsure", [{"unknown": frozenset({FORGE})}, {"stale": frozenset({("code", "issues", "7")})}], ids=["rejected", "not read"]
)
def test_an_anchor_that_only_cannot_be_seen_stays(unsure: dict[str, Any]) -> None:
    before = assembled(jira("a"), lab("a"), forge("a"))
    after = assembled(jira("a"), lab("a"), anchors=before.anchors, **unsure)
    assert list(after.snapshot.milestones) == [FORGE]
    assert after.snapshot.milestones[FORGE].sources == (JIRA, LAB)[::-1]
    assert after.anchors == before.anchors


def test_sources_that_part_have_an_anchor_each() -> None:
    before = assembled(jira("a"), forge("a"))
    after = assembled(jira("a"), forge("b"), anchors=before.anchors)
    assert set(after.snapshot.milestones) == {JIRA, FORGE}
    assert after.anchors == {JIRA: JIRA, FORGE: FORGE}


def test_values_come_from_the_first_source_that_has_one() -> None:
    rows = (
        jira("a", title="Jira's", due="2026-05-15", status="unknown", team="pay", scope_id="10", project="PAY"),
        forge("a", title="Forge's", due="2026-05-19", status="doing", status_name="open", scope_id="7", project="acme/api"),
    )
    made = snapshot(*rows, precedence=Precedence(("plat", "code"), {"due": ("code",)})).milestones[JIRA]
    assert (made.title, made.due, made.team) == ("Jira's", date(2026, 5, 19), "pay")
    assert (made.status, made.status_name) == ("doing", "open")
    assert (made.scope_id, made.project) == ("10", "PAY")
    assert made.claims["code"].title == "Forge's"
    assert (made.claims["plat"].due, made.claims["plat"].scope_id, made.claims["plat"].project) == (
        date(2026, 5, 15),
        "10",
        "PAY",
    )


def test_without_precedence_the_anchors_values_count() -> None:
    rows = (jira("a", due="2026-05-15"), forge("a", due="2026-05-19"))
    assert snapshot(*rows, anchors={JIRA: JIRA}).milestones[JIRA].due == date(2026, 5, 15)


def test_history_is_that_of_the_value_that_counts() -> None:
    rows = (
        jira("a", due="2026-05-15", history=(moved("2026-05-02T08:00:00", None, "2026-05-15"),)),
        forge("a", due="2026-05-19", history=(moved("2026-05-03T08:00:00", None, "2026-05-19"),)),
    )
    made = snapshot(*rows, precedence=Precedence(("plat",))).milestones[JIRA]
    assert [change.new for change in made.history] == ["2026-05-15"]


def test_a_milestone_of_one_source_has_its_own_claim() -> None:
    made = snapshot(jira(due="2026-05-15")).milestones[JIRA]
    assert made.sources == (JIRA,)
    assert list(made.claims) == ["plat"]


def test_a_record_that_is_mapped_twice_counts_once_and_is_listed() -> None:
    model = snapshot(item("A", title="b"), item("A", title="a"))
    assert model.items[ref("A")].title == "a"
    assert model.problems == ("A gives two rows of kind item, the first counts: one rule should do it",)


KEYS = st.sets(st.sampled_from("abc"), max_size=2).map(tuple)
MILESTONES = st.lists(st.tuples(st.sampled_from(["plat", "code", "lab"]), KEYS), max_size=7)


def made_of(given_: list[tuple[str, tuple[str, ...]]]) -> list[Milestone]:
    return [milestone(f"M-{n}", connection, same_as=keys) for n, (connection, keys) in enumerate(given_)]


@given(MILESTONES, st.randoms(use_true_random=False))
def test_nothing_is_lost_joined_twice_or_dependent_on_the_order_of_rows(
    given_: list[tuple[str, tuple[str, ...]]], luck: Random
) -> None:
    rows = made_of(given_)
    shuffled = list(rows)
    luck.shuffle(shuffled)
    one, other = assembled(*rows), assembled(*shuffled)
    assert one == other
    sources = [source for row in one.snapshot.milestones.values() for source in row.sources]
    assert sorted(sources) == sorted(row.ref for row in rows)
    for row in one.snapshot.milestones.values():
        assert len({source.connection for source in row.sources}) == len(row.sources)


@given(MILESTONES)
def test_a_second_time_with_the_stored_anchors_changes_nothing(given_: list[tuple[str, tuple[str, ...]]]) -> None:
    first = assembled(*made_of(given_))
    assert assembled(*made_of(given_), anchors=first.anchors) == first


@given(MILESTONES, MILESTONES)
def test_every_stored_anchor_leads_to_one_that_is_there_or_nowhere(
    before: list[tuple[str, tuple[str, ...]]], after: list[tuple[str, tuple[str, ...]]]
) -> None:
    stored = assembled(*made_of(before)).anchors
    now = assembled(*made_of(after), anchors=stored)
    assert set(stored) <= set(now.anchors)
    for row in now.snapshot.milestones.values():
        assert now.anchors[row.ref] == row.ref
        assert all(now.anchors[source] == row.ref for source in row.sources)
