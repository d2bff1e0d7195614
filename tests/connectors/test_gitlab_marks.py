"""Labels on issues and merge requests, and statuses of commits: twice leaves one effect."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.gitlab import KIND
from syncd.contract import AuthFailed, Connector, RateLimited, Refused, SyncError, Unavailable
from syncd.demo.gitlab_twin import GitlabTwin
from syncd.model.action import Action, Verb
from syncd.model.ref import Ref
from tests.connectors.contract import NOW
from tests.connectors.gitlab_given import connecting, twin


@pytest.fixture
def connected() -> Iterator[Callable[..., Connector]]:
    with connecting() as connect:
        yield connect


def action(record: dict[str, Any], stream: str, verb: Verb, **extra: Any) -> Action:
    target = Ref("code", stream, str(record["id"]), key=record["references"]["full"], url=record["web_url"])
    return Action(verb=verb, target=target, project="acme/web", key="k1", body="", digest="d", extra=extra)


def status(record: dict[str, Any], state: str = "passed", text: str = "on time", **more: Any) -> Action:
    told = {"sha": record["sha"], "name": "syncd/milestone", "state": state, "text": text, "url": "https://syncd.acme.example/1"}
    return action(record, "merge_requests", "status", **(told | more))


def statuses(lab: GitlabTwin) -> list[tuple[str, str, str]]:
    return [(one["name"], one["status"], one["description"]) for one in lab.statuses.values()]


def test_what_each_stream_takes() -> None:
    takes = {name: set(stream.takes) for name, stream in KIND.streams.items() if stream.takes}
    assert takes == {"issues": {"comment", "label"}, "merge_requests": {"comment", "label", "status"}}


# --- labels ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["issue", "merge_request"])
def test_labels_are_set_and_taken_and_the_others_stay(connected: Callable[..., Connector], kind: str) -> None:
    lab = twin()
    record = getattr(lab, kind)("acme/web", "a thing", labels=["bug", "late"])
    connector = connected(lab, projects=["acme/web"])
    told = action(record, f"{kind}s", "label", add=["at risk", "syncd::warned"], remove=["late", "never there"])
    for _ in range(2):
        receipt = connector.deliver(told)
        assert receipt.remote_id == "labels"
        assert record["labels"] == ["at risk", "bug", "syncd::warned"]
    assert len([entry for entry in lab.server.log if entry.write]) == 2


def test_labels_reach_a_project_that_moved(connected: Callable[..., Connector]) -> None:
    lab = twin()
    issue = lab.issue("acme/web", "a thing")
    told = action(issue, "issues", "label", add=["late"])
    lab.move_project("acme/web", "shop/front")
    connected(lab, projects=["shop/front"]).deliver(told)
    assert issue["labels"] == ["late"]


def test_a_label_with_a_comma_is_refused_before_it_becomes_two(connected: Callable[..., Connector]) -> None:
    lab = twin()
    issue = lab.issue("acme/web", "a thing")
    connector = connected(lab, projects=["acme/web"])
    with pytest.raises(Refused, match="comma"):
        connector.deliver(action(issue, "issues", "label", add=["late, again"]))
    assert not lab.server.log


# --- statuses --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("state", "theirs"), [("passed", "success"), ("failed", "failed"), ("pending", "pending")])
def test_a_status_stands_on_the_commit_once(connected: Callable[..., Connector], state: str, theirs: str) -> None:
    lab = twin()
    change = lab.merge_request("acme/web", "a change")
    connector = connected(lab, projects=["acme/web"])
    for _ in range(2):
        assert connector.deliver(status(change, state)).remote_id
        assert statuses(lab) == [("syncd/milestone", theirs, "on time")]


def test_another_state_takes_the_place_of_the_first(connected: Callable[..., Connector]) -> None:
    lab = twin()
    change = lab.merge_request("acme/web", "a change")
    connector = connected(lab, projects=["acme/web"])
    for state, theirs in (("pending", "pending"), ("failed", "failed"), ("pending", "pending"), ("passed", "success")):
        connector.deliver(status(change, state, text=state))
        assert statuses(lab) == [("syncd/milestone", theirs, state)]


def test_another_transition_that_gitlab_refuses_is_refused(connected: Callable[..., Connector]) -> None:
    lab = twin()
    change = lab.merge_request("acme/web", "a change")
    connector = connected(lab, projects=["acme/web"])
    body = {"message": "Cannot transition status via :enqueue from :running"}
    lab.server.fail("/statuses/", status=400, body=body, times=0)
    with pytest.raises(Refused, match="from :running"):
        connector.deliver(status(change, "pending"))


@pytest.mark.parametrize("more", [{"sha": ""}, {"name": ""}, {"state": "amber"}])
def test_a_status_without_what_it_needs_is_refused_before_it_is_sent(
    connected: Callable[..., Connector], more: dict[str, str]
) -> None:
    lab = twin()
    change = lab.merge_request("acme/web", "a change")
    connector = connected(lab, projects=["acme/web"])
    with pytest.raises(Refused):
        connector.deliver(status(change, **more))
    assert not lab.server.log


def test_a_commit_that_is_no_more_is_not_taken_for_a_change_that_is_gone(connected: Callable[..., Connector]) -> None:
    lab = twin()
    change = lab.merge_request("acme/web", "a change")
    with pytest.raises(Unavailable, match="acme/web!1"):
        connected(lab, projects=["acme/web"]).deliver(status(change, sha="f" * 40))


# --- both ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["label", "status"])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [(422, Refused), (403, AuthFailed), (401, AuthFailed), (429, RateLimited), (404, Unavailable), (502, Unavailable)],
)
def test_a_refused_write_is_sent_once_and_says_what_to_do(
    connected: Callable[..., Connector], verb: str, answer: int, expected: type[SyncError]
) -> None:
    lab = twin()
    change = lab.merge_request("acme/web", "a change")
    connector = connected(lab, projects=["acme/web"])
    lab.server.fail("^(PUT|POST) ", status=answer, body={"message": "no"}, times=0)
    told = status(change) if verb == "status" else action(change, "merge_requests", "label", add=["late"])
    with pytest.raises(expected) as caught:
        connector.deliver(told)
    assert "acme/web!1" in caught.value.text
    assert "\n" not in caught.value.text
    assert len([entry for entry in lab.server.log if entry.write]) == 1


def test_a_receipt_says_when(connected: Callable[..., Connector]) -> None:
    lab = twin(now=lambda: NOW)
    change = lab.merge_request("acme/web", "a change")
    assert connected(lab, projects=["acme/web"]).deliver(status(change)).at == NOW


@pytest.mark.parametrize("verb", ["label", "status"])
def test_a_target_without_an_address_is_said_to_have_none(connected: Callable[..., Connector], verb: Verb) -> None:
    extra: dict[str, Any] = {"add": ["late"]} if verb == "label" else {"sha": "a", "name": "n", "state": "passed"}
    bare = Action(verb=verb, target=Ref("code", "issues", "7"), project="", key="k", body="", digest="d", extra=extra)
    with pytest.raises(Unavailable, match="neither its key nor its URL"):
        connected(twin(), projects=["acme/web"]).deliver(bare)
