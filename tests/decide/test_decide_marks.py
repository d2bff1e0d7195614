"""What speaks beside the comment: labels, properties, links and the status of merge requests."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.contract import Limits
from syncd.decide import Decision, FindingState, Place, Said, decide
from syncd.decide.marks import in_words
from syncd.decide.state import Policy
from syncd.model.action import Action, Mark, Mode, Verb
from syncd.model.finding import Count
from syncd.model.ref import Ref
from syncd.model.rows import MergeRequest
from syncd.model.snapshot import Snapshot
from tests.decide.decide_world import EVERYWHERE, NOW, WIKI, forge, item, jira, late, milestone, opened, snapshot

EPIC, WORK, OTHER = jira(1), jira(41), forge(9)
REQUEST = forge(7, stream="pulls")
ON_ISSUES: frozenset[Verb] = frozenset({"comment", "label", "property", "link"})
ON_PULLS: frozenset[Verb] = frozenset({"comment", "label", "status", "check"})
Marked = dict[Mark, Said]


def asked(**fields: Any) -> MergeRequest:
    given: dict[str, Any] = {"head_sha": "a1b2c3", "milestones": (EPIC,), "project": "acme/api", "scope_id": "acme/api"}
    return MergeRequest(ref=REQUEST, title="Change", **given | fields)


WORLD = snapshot(milestone(EPIC), item(WORK), item(OTHER, "Gateway"), asked())


def where(plat: Mode = "on", code: Mode = "on") -> dict[str, Place]:
    return {
        "plat": Place(connection="plat", takes={"issues": ON_ISSUES}, limits=WIKI, write=plat),
        "code": Place(connection="code", takes={"issues": ON_ISSUES, "pulls": ON_PULLS}, limits=Limits(), write=code),
    }


def decided(
    states: Mapping[str, FindingState],
    world: Snapshot = WORLD,
    *,
    marked: Marked | None = None,
    said: Mapping[Ref, Said] | None = None,
    places: Mapping[str, Place] | None = None,
    **policy: Any,
) -> Decision:
    return decide(
        states,
        said=said or {},
        places=places or where(),
        snapshot=world,
        policy=Policy(**{"zone": "Europe/Berlin", "titles": {"drift": "Late", "blocked": "Blocked"}, **policy}),
        as_of=NOW,
        enabled=EVERYWHERE,
        marked=marked or {},
    )


def written(decision: Decision, verb: Verb) -> list[Action]:
    return [action for action in decision.plan.actions if action.verb == verb]


def receipted(
    decision: Decision, said: Mapping[Ref, Said] | None = None, marked: Marked | None = None
) -> tuple[dict[Ref, Said], Marked]:
    comments, marks = dict(said or {}), dict(marked or {})
    for action in decision.plan.actions:
        entry = Said(
            target=action.target,
            project=action.project,
            key=action.key,
            digest=action.digest,
            remote_id="r1",
            fingerprints=action.fingerprints,
            body=action.body if action.verb == "comment" else json.dumps(dict(action.extra)),
            url=f"https://acme.example/{action.target.label}#comment",
            at=NOW,
            verb=action.verb,
            part=action.part,
        )
        if action.verb == "comment":
            comments[action.target] = entry
        else:
            marks[action.mark] = entry
    return comments, marks


def test_nothing_is_marked_unless_it_is_asked_for() -> None:
    assert {action.verb for action in decided(opened(late(EPIC))).plan.actions} == {"comment"}


# --- labels ------------------------------------------------------------------------------------------------------------------


def test_a_label_comes_with_the_finding_and_goes_with_it() -> None:
    both = opened(late(EPIC), late(EPIC, code="blocked"))
    first = decided(both, label="syncd:{code}")
    (action,) = written(first, "label")
    assert (action.target, dict(action.extra)) == (EPIC, {"add": ["syncd:blocked", "syncd:drift"], "remove": []})
    said, marked = receipted(first)
    assert written(decided(both, said=said, marked=marked, label="syncd:{code}"), "label") == []

    (less,) = written(decided(opened(late(EPIC)), said=said, marked=marked, label="syncd:{code}"), "label")
    assert dict(less.extra) == {"add": ["syncd:drift"], "remove": ["syncd:blocked"]}
    (none,) = written(decided({}, said=said, marked=marked, label="syncd:{code}"), "label")
    assert dict(none.extra) == {"add": [], "remove": ["syncd:blocked", "syncd:drift"]}


def test_another_pattern_takes_the_labels_of_the_old_one_away() -> None:
    states = opened(late(EPIC))
    said, marked = receipted(decided(states, label="syncd:{code}"))
    (action,) = written(decided(states, said=said, marked=marked, label="late"), "label")
    assert dict(action.extra) == {"add": ["late"], "remove": ["syncd:drift"]}
    (off,) = written(decided(states, said=said, marked=marked), "label")
    assert dict(off.extra) == {"add": [], "remove": ["syncd:drift"]}


def test_a_ticket_on_which_nothing_is_told_gets_no_label() -> None:
    assert written(decided(opened(late(EPIC), known=("warn", 4)), label="syncd:{code}"), "label") == []


# --- properties and links ----------------------------------------------------------------------------------------------------


def test_a_property_says_what_is_open_and_nothing_of_anybody_elses() -> None:
    finding = late(EPIC, 4, because=OTHER)
    first = decided(opened(finding), property="syncd")
    (action,) = written(first, "property")
    assert dict(action.extra) == {
        "name": "syncd",
        "value": {"findings": [{"code": "drift", "severity": "warn", "weight": 4, "fingerprint": finding.fingerprint}]},
    }
    said, marked = receipted(first)
    (empty,) = written(decided({}, said=said, marked=marked, property="syncd"), "property")
    assert empty.extra["value"] == {"findings": []}


def test_a_link_leads_to_what_the_worst_finding_waits_for_elsewhere() -> None:
    first = decided(opened(late(EPIC, because=OTHER)), link=True)
    (action,) = written(first, "link")
    assert dict(action.extra) == {"url": OTHER.url, "title": "acme/api#9", "relation": "waits for"}
    said, marked = receipted(first)
    (ended,) = written(decided({}, said=said, marked=marked, link=True), "link")
    assert ended.extra["resolved"] is True
    said, marked = receipted(decided({}, said=said, marked=marked, link=True), said, marked)
    assert written(decided({}, said=said, marked=marked, link=True), "link") == []


def test_a_confidential_cause_is_never_linked() -> None:
    hidden = snapshot(milestone(EPIC), item(OTHER, "Gateway", audience="record"))
    assert written(decided(opened(late(EPIC, because=OTHER)), hidden, link=True), "link") == []


# --- the status of merge requests --------------------------------------------------------------------------------------------


def status_of(decision: Decision, verb: Verb = "status") -> dict[str, Any]:
    (action,) = written(decision, verb)
    assert action.target == REQUEST
    return dict(action.extra)


def test_a_merge_request_fails_for_what_is_open_on_its_milestone() -> None:
    extra = status_of(decided(opened(late(EPIC, severity="critical")), status="status"))
    assert (extra["sha"], extra["name"], extra["state"], extra["text"]) == ("a1b2c3", "syncd", "failed", "drift critical")


@pytest.mark.parametrize(
    ("states", "policy", "state", "line"),
    [
        ({}, {}, "passed", "nothing is open on what this belongs to"),
        (opened(late(EPIC)), {}, "passed", "drift warn"),
        (opened(late(EPIC)), {"fail_from": "warn"}, "failed", "drift warn"),
        (opened(late(EPIC, severity="critical")), {"fail_on": ("blocked",)}, "passed", "nothing is open on what this belongs to"),
        (opened(late(EPIC, severity="critical"), known=("critical", 4)), {}, "passed", "known at start: drift critical"),
        (opened(late(EPIC, severity="critical"), held=True), {}, "failed", "drift critical"),
        (opened(late(EPIC), held=True), {}, "pending", "not judged: something that it rests on could not be read"),
        (
            opened(late(EPIC, severity="critical")),
            {"write_for_code": {"drift": "plan"}},
            "passed",
            "nothing is open on what this belongs to",
        ),
    ],
)
def test_what_a_status_says(states: dict[str, FindingState], policy: dict[str, Any], state: str, line: str) -> None:
    extra = status_of(decided(states, status="status", **policy))
    assert (extra["state"], extra["text"]) == (state, line)


def test_what_was_not_read_is_no_success() -> None:
    unread = snapshot(milestone(EPIC), asked(), stale=[EPIC])
    assert status_of(decided({}, unread, status="status"))["state"] == "pending"


def test_an_item_that_it_closes_counts_with_its_milestones() -> None:
    world = snapshot(milestone(EPIC), item(WORK, milestones=(EPIC,)), asked(milestones=(), closes=(WORK,)))
    assert status_of(decided(opened(late(EPIC, severity="critical")), world, status="status"))["state"] == "failed"
    assert status_of(decided(opened(late(WORK, severity="critical")), world, status="status"))["state"] == "failed"


def test_an_unrelated_milestone_moves_nothing() -> None:
    world = snapshot(milestone(EPIC), milestone(jira(2), "Search"), asked())
    assert status_of(decided(opened(late(jira(2), severity="critical")), world, status="status"))["state"] == "passed"


@pytest.mark.parametrize("fields", [{"status": "merged"}, {"status": "closed"}, {"head_sha": None}])
def test_closed_ones_and_those_without_a_revision_are_left_alone(fields: dict[str, Any]) -> None:
    world = snapshot(milestone(EPIC), asked(**fields))
    assert written(decided({}, world, status="status"), "status") == []


def test_a_new_revision_gets_its_own_and_the_same_one_stays_silent() -> None:
    first = decided({}, status="status")
    said, marked = receipted(first)
    assert written(decided({}, said=said, marked=marked, status="status"), "status") == []
    pushed = snapshot(milestone(EPIC), asked(head_sha="d4e5f6"))
    assert status_of(decided({}, pushed, said=said, marked=marked, status="status"))["sha"] == "d4e5f6"


def test_it_leads_to_the_ticket_that_tells_it_unless_that_is_confidential() -> None:
    states = opened(late(EPIC, severity="critical"))
    assert status_of(decided(states, status="status"))["url"] == EPIC.url
    secret = snapshot(milestone(EPIC, audience="record"), asked())
    assert status_of(decided(states, secret, status="status"))["url"] is None


def test_a_number_that_only_the_clock_moves_is_no_reason_to_write_again() -> None:
    def overdue(days: int) -> dict[str, FindingState]:
        return opened(replace(late(EPIC), headline=(Count(days, "working day", clocked=True), " late")))

    said, marked = receipted(decided(overdue(6), status="status"))
    assert written(decided(overdue(7), said=said, marked=marked, status="status"), "status") == []
    assert written(decided(overdue(11), said=said, marked=marked, status="status"), "status") != []


def test_a_check_tells_the_whole_text_and_names_nothing_confidential() -> None:
    world = snapshot(milestone(EPIC), item(WORK, "Secret work", audience="record"), asked())
    extra = status_of(decided(opened(late(EPIC, severity="critical", because=WORK)), world, status="check"), "check")
    assert "4 working days late" in extra["summary"]
    assert "a private item" in extra["summary"]
    assert "Secret work" not in extra["summary"]
    assert "PLAT-41" not in extra["summary"]


def test_marks_have_a_cap_of_their_own_and_comments_come_first() -> None:
    decision = decided(opened(late(EPIC)), status="status", label="syncd:{code}", marks_per_pass=1)
    assert [action.verb for action in decision.plan.actions] == ["comment", "label"]
    assert [action.verb for action in decision.plan.waiting] == ["status"]


def test_where_writing_is_only_planned_marks_are_shown() -> None:
    decision = decided({}, places=where("plan", "plan"), status="status")
    assert [(action.verb, action.mode, action.reasons) for action in decision.plan.observed] == [
        ("status", "plan", ("status syncd passed on a1b2c3: nothing is open on what this belongs to",))
    ]


@given(
    st.lists(st.tuples(st.sampled_from(["drift", "blocked"]), st.sampled_from(["warn", "critical"])), max_size=3),
    st.booleans(),
    st.booleans(),
)
def test_law_once_everything_has_its_receipt_nothing_is_left_to_write(
    told: list[tuple[Any, Any]], link: bool, held: bool
) -> None:
    states = opened(*(late(EPIC, code=code, severity=severity, because=OTHER) for code, severity in told), held=held)
    policy: dict[str, Any] = {"label": "syncd:{code}", "property": "syncd", "link": link, "status": "status", "fail_from": "warn"}
    first = decided(states, **policy)
    said, marked = receipted(first)
    assert decided(first.states, said=said, marked=marked, **policy).plan.actions == ()


# --- in words --------------------------------------------------------------------------------------------------------------------

_COMMIT = {"sha": "a1b2c3d4e5f6a7", "name": "syncd", "state": "failed", "text": "2 open", "url": None}
SPOKEN: dict[Verb, tuple[dict[str, Any], str]] = {
    "comment": ({}, "comment"),
    "label": ({"add": ["syncd:drift"], "remove": []}, "label + syncd:drift"),
    "status": (_COMMIT, "status syncd failed on a1b2c3d4e5: 2 open"),
    "check": ({**_COMMIT, "title": "2 open", "summary": ""}, "check syncd failed on a1b2c3d4e5: 2 open"),
    "link": ({"url": "https://code.example/1", "title": "acme/api#1", "relation": "waits for"}, "link to acme/api#1"),
    "property": ({"name": "syncd", "value": {"findings": [1]}}, "property syncd: 1 open"),
    "event": (
        {"title": "Review", "text": "", "start": "2026-05-12", "end": "2026-05-13", "zone": None, "attendees": []},
        "entry Review, 2026-05-12 to 2026-05-13",
    ),
}


@pytest.mark.parametrize("verb", get_args(Verb))
def test_a_plan_can_say_every_verb(verb: Verb) -> None:
    extra, words = SPOKEN[verb]
    assert in_words(verb, extra) == words


def test_an_entry_that_is_taken_back_has_no_title_to_say() -> None:
    assert in_words("event", {"cancelled": True}) == "entry is taken back"


def test_a_property_of_any_value_can_be_said() -> None:
    assert in_words("property", {"name": "syncd", "value": 3}) == "property syncd"
