"""People on show: by name, by role, or not at all, wherever a finding is told."""

from dataclasses import replace

import pytest

from syncd.decide import plain_text
from syncd.decide.impersonal import People, impersonal
from syncd.detect.wording import owners
from syncd.model.finding import Finding, Line, Named, Part, Quote
from syncd.model.rows import MergeRequest, Person
from tests.decide.decide_world import decided, forge, item, jira, late, milestone, opened, receipted, snapshot

EPIC, WORK = jira(1), jira(41)


def told(*names: str) -> Finding:
    """A finding that says who can finish it."""
    work = item(WORK, assignees=tuple(Person(name) for name in names))
    parts: tuple[Part, ...] = (Named(WORK), " ends. Who can finish it: ", *owners(work), ".")
    return replace(late(EPIC), lines=(Line("Why", parts),), facts={"who": list(names), "days": 4})


@pytest.mark.parametrize(
    ("people", "one", "several"),
    [
        ("named", "Ada Lovelace", "Ada Lovelace, Bo Chen and Cy"),
        ("role", "an assignee", "the assignees"),
        ("none", "somebody", "somebody"),
    ],
)
def test_one_and_several_people_as_the_policy_shows_them(people: People, one: str, several: str) -> None:
    assert f"Who can finish it: {one}." in plain_text(impersonal(told("Ada Lovelace"), people))
    assert f"Who can finish it: {several}." in plain_text(impersonal(told("Ada Lovelace", "Bo Chen", "Cy"), people))


def test_facts_that_programs_read_hold_no_name_either() -> None:
    assert impersonal(told("Ada Lovelace"), "none").facts == {"who": [None], "days": 4}
    assert impersonal(told("Ada Lovelace"), "role").facts == {"who": ["an assignee"], "days": 4}
    assert impersonal(told("Ada Lovelace"), "none").fingerprint == told("Ada Lovelace").fingerprint


def test_owners_and_authors_go_by_their_own_roles() -> None:
    epic = milestone(EPIC, owner=Person("Ada Lovelace"))
    change = MergeRequest(ref=forge(3, stream="pulls"), title="Change", author=Person("ada-l"))
    lines = (Line("Why", owners(epic)), Line("Also", owners(change)))
    assert plain_text(impersonal(replace(late(EPIC), lines=lines), "role")).splitlines()[1:] == [
        "Why: the owner",
        "Also: the author",
    ]


def test_only_names_are_hidden_and_not_what_else_a_vendor_wrote() -> None:
    finding = replace(late(EPIC), lines=(Line("Why", (Quote("In review", WORK),)),))
    assert impersonal(finding, "none") == finding


def test_a_change_of_the_policy_edits_the_comment_once_and_then_is_silent() -> None:
    world, states = snapshot(milestone(EPIC), item(WORK)), opened(told("Ada Lovelace"))
    first = decided(states, world).plan.actions
    assert "Ada Lovelace" in first[0].body
    said = receipted({}, first)
    (edit,) = decided(states, world, said=said, people="none").plan.actions
    assert "Ada" not in edit.body
    assert "Who can finish it: somebody" in edit.body
    assert edit.remote_id == said[EPIC].remote_id
    assert decided(states, world, said=receipted(said, [edit]), people="none").plan.actions == ()
