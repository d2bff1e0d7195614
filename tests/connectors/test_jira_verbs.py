"""What is written to issues beside the comment: labels, a link, a property; twice leaves one effect, once it was sent."""

from collections.abc import Iterator
from typing import Any

import pytest

from syncd.contract import AuthFailed, RateLimited, Refused, SyncError, Unavailable
from syncd.demo.jira_twin import JiraTwin
from syncd.model.action import Action, Verb
from tests.connectors.jira_given import Clock
from tests.connectors.jira_streams_given import connect, ref, serving

EXTRA: dict[Verb, dict[str, Any]] = {
    "label": {"add": ["syncd-late"], "remove": ["syncd-ok"]},
    "link": {"url": "https://github.com/acme/api/issues/7", "title": "Rate limits", "relation": "is blocked by"},
    "property": {"name": "syncd.forecast", "value": {"due": "2026-06-01", "late": True}},
}


@pytest.fixture(params=["cloud", "server"])
def twin(request: pytest.FixtureRequest) -> Iterator[JiraTwin]:
    for twin in serving(request.param, Clock(), "PLAT"):
        twin.issue("PLAT", "Checkout", labels=["syncd-ok", "q3"])
        yield twin


def action(twin: JiraTwin, verb: Verb, remote_id: str | None = None, key: str = "k1", **extra: Any) -> Action:
    given = {**EXTRA.get(verb, {}), **extra}
    target = ref(twin, "PLAT-1")
    return Action(verb=verb, target=target, project="PLAT", key=key, body="", digest="d", remote_id=remote_id, extra=given)


def labels(twin: JiraTwin) -> list[str]:
    found: list[str] = twin.held("PLAT-1")["fields"]["labels"]
    return found


def links(twin: JiraTwin) -> list[tuple[str, str, str]]:
    held = twin.edits.links.get(str(twin.held("PLAT-1")["id"]), [])
    return [(link["object"]["url"], link["object"]["title"], link.get("relationship", "")) for link in held]


def test_labels_come_and_go_and_the_others_stay(twin: JiraTwin) -> None:
    connector = connect(twin)
    receipt = connector.deliver(action(twin, "label"))
    assert (receipt.remote_id, receipt.created) == ("labels", True)
    assert receipt.url == f"{twin.url}/browse/PLAT-1"
    assert labels(twin) == ["q3", "syncd-late"]
    again = connector.deliver(action(twin, "label", remote_id=receipt.remote_id))
    assert (again.created, labels(twin)) == (False, ["q3", "syncd-late"])
    connector.deliver(action(twin, "label", add=[], remove=["syncd-late"]))
    assert labels(twin) == ["q3"]


def test_a_label_that_jira_does_not_take_is_refused_for_good(twin: JiraTwin) -> None:
    with pytest.raises(Refused, match=r"changing the labels of PLAT-1.*contains spaces") as caught:
        connect(twin).deliver(action(twin, "label", add=["very late"]))
    assert caught.value.scope == "PLAT"
    assert labels(twin) == ["syncd-ok", "q3"]


def test_a_link_is_put_in_place_once_and_then_changed(twin: JiraTwin) -> None:
    connector = connect(twin)
    receipt = connector.deliver(action(twin, "link"))
    assert links(twin) == [("https://github.com/acme/api/issues/7", "Rate limits", "is blocked by")]
    again = connector.deliver(action(twin, "link", title="Rate limits, again", remote_id=receipt.remote_id))
    assert again.remote_id == receipt.remote_id
    assert links(twin) == [("https://github.com/acme/api/issues/7", "Rate limits, again", "is blocked by")]
    other = connector.deliver(action(twin, "link", key="k2"))
    assert other.remote_id != receipt.remote_id
    assert len(links(twin)) == 2


def test_a_link_that_is_done_with_is_struck_through(twin: JiraTwin) -> None:
    connector = connect(twin)
    receipt = connector.deliver(action(twin, "link"))
    connector.deliver(action(twin, "link", resolved=True, remote_id=receipt.remote_id))
    (link,) = twin.edits.links[twin.held("PLAT-1")["id"]]
    assert link["object"]["status"]["resolved"] is True
    connector.deliver(action(twin, "link", remote_id=receipt.remote_id))
    assert link["object"]["status"]["resolved"] is False


def test_a_link_without_a_title_is_shown_by_its_address(twin: JiraTwin) -> None:
    connect(twin).deliver(action(twin, "link", title="", relation=None))
    assert links(twin) == [("https://github.com/acme/api/issues/7", "https://github.com/acme/api/issues/7", "")]


def test_links_of_people_are_left_alone(twin: JiraTwin) -> None:
    twin.edits.link("PLAT-1", "https://github.com/acme/api/issues/7", "Mine")
    connect(twin).deliver(action(twin, "link"))
    assert [title for _, title, _ in links(twin)] == ["Mine", "Rate limits"]


def test_a_property_holds_what_was_written_last(twin: JiraTwin) -> None:
    connector = connect(twin)
    receipt = connector.deliver(action(twin, "property"))
    assert receipt.remote_id == "syncd.forecast"
    for value in ({"due": None}, [1, 2], "text"):
        connector.deliver(action(twin, "property", value=value))
        assert twin.edits.properties[twin.held("PLAT-1")["id"]] == {"syncd.forecast": value}


def test_a_property_that_is_too_long_is_refused_for_good(twin: JiraTwin) -> None:
    with pytest.raises(Refused, match="writing the property of PLAT-1"):
        connect(twin).deliver(action(twin, "property", value="x" * 40_000))


@pytest.mark.parametrize("verb", EXTRA)
def test_twice_leaves_one_effect_also_where_the_answer_was_lost(twin: JiraTwin, verb: Verb) -> None:
    twin.server.fail("^(PUT|POST) ", how="reset", after_commit=True)
    connector = connect(twin)
    twin.server.log.clear()
    with pytest.raises(Unavailable):
        connector.deliver(action(twin, verb))
    assert len([entry for entry in twin.server.log if entry.write]) == 1
    connector.deliver(action(twin, verb))
    assert labels(twin).count("syncd-late") == (verb == "label")
    assert len(links(twin)) == (verb == "link")


@pytest.mark.parametrize("verb", EXTRA)
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, Refused),
        (422, Refused),
        (403, AuthFailed),
        (401, AuthFailed),
        (429, RateLimited),
        (404, Unavailable),
        (500, Unavailable),
    ],
)
def test_a_refused_write_says_what_to_do_next(twin: JiraTwin, verb: Verb, status: int, expected: type[SyncError]) -> None:
    twin.server.fail("^(PUT|POST) ", status=status, body={"errorMessages": ["no"]}, times=0)
    with pytest.raises(expected) as caught:
        connect(twin).deliver(action(twin, verb))
    assert "PLAT-1" in caught.value.text
    assert "\n" not in caught.value.text
    assert len([entry for entry in twin.server.log if entry.write]) == 1


@pytest.mark.parametrize("verb", EXTRA)
def test_a_page_for_people_is_no_success(twin: JiraTwin, verb: Verb) -> None:
    twin.server.fail("^(PUT|POST) ", status=200, body="<html>please log in</html>", times=0)
    with pytest.raises(Unavailable):
        connect(twin).deliver(action(twin, verb))


def test_an_account_that_may_not_edit_is_told_so_for_the_project(twin: JiraTwin) -> None:
    twin.edits.may_edit = False
    connector = connect(twin)
    for verb in EXTRA:
        with pytest.raises(AuthFailed, match="permission to edit") as caught:
            connector.deliver(action(twin, verb))
        assert caught.value.scope == "PLAT"


def test_what_no_issue_takes_is_refused(twin: JiraTwin) -> None:
    with pytest.raises(Refused, match="takes no status"):
        connect(twin).deliver(action(twin, "status"))
    assert not [entry for entry in twin.server.log if entry.write]
