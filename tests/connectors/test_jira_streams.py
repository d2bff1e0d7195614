"""Sprints, worklogs, remote links and security levels: read only where they are asked for."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.jira import KIND, STREAMS
from syncd.contract import AuthFailed, Connector, Page, SyncError, Unavailable
from syncd.demo.jira_twin import JiraTwin
from tests.connectors.contract import NOW
from tests.connectors.jira_given import Clock
from tests.connectors.jira_streams_given import connect, lines, pages, records, scope, serving

NEW = ("sprints", "worklogs", "remote_links", "security_levels")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["cloud", "server"])
def twin(request: pytest.FixtureRequest, clock: Clock) -> Iterator[JiraTwin]:
    yield from serving(request.param, clock, "PLAT", "PAY")


def work(twin: JiraTwin, count: int) -> None:
    for n in range(count):
        twin.issue("PLAT", f"Work {n}", at=NOW - timedelta(days=9) + timedelta(minutes=10 * n))


def ids(connector: Connector, stream: str) -> set[str]:
    """The ids of a census."""
    return {id for some in connector.census(stream, scope(connector)) for id in some}


def unsupported(found: list[Page]) -> bool:
    return [page.unsupported for page in found] == [True]


def test_all_new_streams_are_optional() -> None:
    assert {name for name, stream in STREAMS.items() if stream.optional} == set(NEW)
    assert {name for name, stream in KIND.streams.items() if stream.takes} == {"issues"}


@pytest.mark.parametrize("stream", NEW)
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"status": 404, "body": {}}, Unavailable),
        ({"status": 403, "body": {}}, AuthFailed),
        ({"status": 500, "body": {}}, Unavailable),
        ({"status": 200, "body": "<html>please log in</html>"}, Unavailable),
        ({"status": 200, "body": b"null"}, Unavailable),
        ({"how": "reset"}, Unavailable),
    ],
    ids=["404", "403", "500", "html", "null", "reset"],
)
def test_an_error_is_never_an_empty_stream_and_stays_with_its_project(
    twin: JiraTwin, stream: str, fault: dict[str, Any], expected: type[SyncError]
) -> None:
    work(twin, 2)
    connector = connect(twin, timeout_s=0.5)
    here = scope(connector)
    twin.server.fail("/rest/", times=0, **fault)
    with pytest.raises(expected) as caught:
        list(connector.fetch(stream, here, None))
    assert "\n" not in caught.value.text


@pytest.mark.parametrize("stream", ["sprints", "remote_links", "security_levels"])
def test_a_token_that_may_not_read_a_stream_turns_off_that_stream_only(twin: JiraTwin, stream: str) -> None:
    work(twin, 1)
    said = {"code": 401, "message": "Unauthorized; scope does not match"}
    twin.server.fail("/remotelink|/securitylevel|/agile/", times=0, status=401, body=said)
    connector = connect(twin)
    with pytest.raises(AuthFailed, match="lacks a scope") as caught:
        list(connector.fetch(stream, scope(connector), None))
    assert caught.value.scope == "PLAT"
    assert records(pages(connector, "issues"))


# --- sprints --------------------------------------------------------------------------------------------------------------


def test_the_sprints_of_all_boards_are_read_each_once(twin: JiraTwin) -> None:
    one, other = twin.agile.board("Team", "PLAT"), twin.agile.board("Leads", "PLAT", "PAY")
    for n in range(120):
        twin.agile.sprint(f"Sprint {n}", one, *([other] if n % 2 else []), state="closed")
    active = twin.agile.sprint("Sprint 120", one, other, state="active", startDate="2026-05-01T08:00:00.000Z")
    connector = connect(twin)
    found = records(pages(connector, "sprints"))
    assert len(found) == 121
    record = found[str(active["id"])]
    assert record.data == active
    assert (record.ref.key, record.ref.url) == ("Sprint 120", f"{twin.url}/secure/GHGoToBoard.jspa?sprintId={active['id']}")
    assert len(lines(twin, "/agile/")) == 1 + 3 + 2
    assert ids(connector, "sprints") == set(found)
    assert connector.fetch_one(record.ref) == record


def test_a_sprint_that_two_projects_share_belongs_to_the_one_that_is_read_first(twin: JiraTwin) -> None:
    sprint = twin.agile.sprint("Shared", twin.agile.board("Leads", "PAY", "PLAT"))
    connector = connect(twin, "PLAT", "PAY")
    for _ in range(2):
        assert set(records(pages(connector, "sprints", name="PLAT"))) == {str(sprint["id"])}
        assert not records(pages(connector, "sprints", name="PAY"))


def test_a_sprint_that_was_deleted_is_not_there_any_more(twin: JiraTwin) -> None:
    board = twin.agile.board("Team", "PLAT")
    for name in ("One", "Two"):
        twin.agile.sprint(name, board)
    connector = connect(twin)
    before = pages(connector, "sprints")
    twin.agile.sprints.pop(2)
    assert set(records(pages(connector, "sprints", before[-1].cursor))) == {"1"} == ids(connector, "sprints")
    with pytest.raises(Unavailable) as caught:
        connector.fetch_one(records(before)["2"].ref)
    assert caught.value.absent


def test_boards_without_sprints_are_no_error(twin: JiraTwin) -> None:
    twin.agile.board("Kanban", "PLAT", type="kanban")
    twin.agile.board("Team-managed", "PLAT", type="simple")
    twin.agile.sprint("Sprint 1", twin.agile.board("Scrum", "PLAT"))
    connector = connect(twin)
    assert connector.weigh("sprints", scope(connector)) == 3
    assert len(records(pages(connector, "sprints"))) == 1
    assert "The board does not support sprints" not in str(twin.server.log[-1])
    assert not lines(twin, "/board/1/sprint")


def test_pages_of_sprints_that_say_only_whether_they_are_the_last_are_read_to_the_end(twin: JiraTwin) -> None:
    board = twin.agile.board("Team", "PLAT")
    made = [twin.agile.sprint(f"Sprint {n}", board) for n in range(5)]
    for part, last in ((made[:3], False), (made[3:], True)):
        twin.server.fail("/sprint", status=200, body={"maxResults": 50, "startAt": 0, "isLast": last, "values": part})
    assert len(records(pages(connect(twin), "sprints"))) == 5
    twin.server.fail("/sprint", status=200, body={"maxResults": 50, "startAt": 0, "isLast": False, "values": []})
    with pytest.raises(Unavailable, match="breaks off"):
        pages(connect(twin), "sprints")


def test_a_project_without_boards_has_no_sprints(twin: JiraTwin) -> None:
    (page,) = pages(connect(twin), "sprints")
    assert (page.records, page.complete, page.unsupported) == ((), True, False)


@pytest.mark.parametrize("lacking", ["software", "licensed"])
def test_without_jira_software_there_are_no_sprints_to_be_had(twin: JiraTwin, lacking: str) -> None:
    setattr(twin.agile, lacking, False)
    assert unsupported(pages(connect(twin), "sprints"))
    assert len(lines(twin, "/agile/")) == 2, "one look, and a second"


def test_a_404_of_one_project_alone_is_not_taken_for_a_site_without_jira_software(twin: JiraTwin) -> None:
    twin.server.fail("/board.*projectKeyOrId", status=404, body={}, times=0)
    with pytest.raises(Unavailable, match="reading sprints of PLAT"):
        pages(connect(twin), "sprints")


# --- worklogs -------------------------------------------------------------------------------------------------------------


def test_every_worklog_is_read_and_only_issues_with_many_cost_a_request(twin: JiraTwin) -> None:
    work(twin, 120)
    for n in range(25):
        twin.worklogs.put_down("PLAT-1", 30, by="Grace", at=NOW + timedelta(minutes=n))
    logged = twin.worklogs.put_down("PLAT-2", 90, comment="pairing")
    twin.most_per_page = 100
    connector = connect(twin)
    found = records(pages(connector, "worklogs"))
    assert set(found) == twin.worklogs.ids()
    record = found[logged["id"]]
    assert record.data == logged
    assert record.ref.url == f"{twin.url}/browse/PLAT-2?focusedWorklogId={logged['id']}"
    assert len(lines(twin, r"/issue/\d+/worklog")) == (1 if twin.cloud else 0)
    assert ids(connector, "worklogs") == set(found)
    assert connector.fetch_one(record.ref) == record


def test_new_and_deleted_worklogs_show_up_from_the_cursor(twin: JiraTwin, clock: Clock) -> None:
    work(twin, 5)
    old = [twin.worklogs.put_down(f"PLAT-{n}", 30) for n in (1, 2, 3)]
    connector = connect(twin, now=clock)
    cursor = pages(connector, "worklogs")[-1].cursor
    clock.go(hours=1)
    twin.worklogs.take_back("PLAT-2", old[1]["id"])
    new = twin.worklogs.put_down("PLAT-3", 15)
    clock.go(minutes=5)
    before = len(lines(twin, "/search|/worklog"))
    (page,) = connector.fetch("worklogs", scope(connector), cursor)
    assert {old[2]["id"], new["id"]} <= {record.ref.id for record in page.records}
    assert page.deleted == (old[1]["id"],)
    assert len(lines(twin, "/search|/worklog")) - before == 2


def test_a_worklog_deleted_in_the_last_minute_is_reported_by_the_next_look(twin: JiraTwin, clock: Clock) -> None:
    work(twin, 2)
    logged = twin.worklogs.put_down("PLAT-1", 30)
    connector = connect(twin, now=clock)
    (first,) = pages(connector, "worklogs")
    clock.go(hours=1)
    twin.worklogs.take_back("PLAT-1", logged["id"])
    clock.go(seconds=20)
    (second,) = pages(connector, "worklogs", first.cursor)
    assert not second.deleted
    clock.go(minutes=5)
    (third,) = pages(connector, "worklogs", second.cursor)
    assert third.deleted == (logged["id"],)


def test_many_deleted_worklogs_come_page_by_page(twin: JiraTwin, clock: Clock) -> None:
    work(twin, 1)
    gone = [twin.worklogs.put_down("PLAT-1", 30)["id"] for _ in range(7)]
    connector = connect(twin, now=clock)
    cursor = pages(connector, "worklogs")[-1].cursor
    for id in gone:
        clock.go(seconds=1)
        twin.worklogs.take_back("PLAT-1", id)
    twin.worklogs.listed_at_most = 3
    clock.go(minutes=5)
    (page,) = pages(connector, "worklogs", cursor)
    assert sorted(page.deleted) == sorted(gone)


def test_a_site_that_tracks_no_time_has_no_worklogs_to_be_had(twin: JiraTwin) -> None:
    work(twin, 2)
    twin.worklogs.on = False
    assert unsupported(pages(connect(twin), "worklogs"))
    assert len(lines(twin, "/configuration")) == 1


def test_issues_that_hold_no_worklogs_in_results_are_asked_one_by_one(twin: JiraTwin) -> None:
    work(twin, 3)
    logged = twin.worklogs.put_down("PLAT-2", 45)
    for issue in twin.issues.values():
        issue["fields"].setdefault("timespent", None)
    for hidden, asked in (({"worklog"}, 1), ({"worklog", "timespent"}, 3)):
        bare = [i | {"fields": {n: v for n, v in i["fields"].items() if n not in hidden}} for i in twin.issues.values()]
        twin.server.fail("/search", status=200, body={"issues": bare, "isLast": True, "total": 3})
        twin.server.log.clear()
        assert set(records(pages(connect(twin), "worklogs"))) == {logged["id"]}
        assert len(lines(twin, r"/issue/\d+/worklog")) == asked


def test_a_deleted_worklog_that_is_asked_for_is_not_said_to_be_gone(twin: JiraTwin) -> None:
    work(twin, 1)
    logged = twin.worklogs.put_down("PLAT-1", 30)
    connector = connect(twin)
    (record,) = records(pages(connector, "worklogs")).values()
    twin.worklogs.take_back("PLAT-1", logged["id"])
    with pytest.raises(Unavailable, match="there is none, or it is hidden") as caught:
        connector.fetch_one(record.ref)
    assert caught.value.absent


# --- remote links ---------------------------------------------------------------------------------------------------------


def test_the_links_of_an_issue_are_one_record(twin: JiraTwin) -> None:
    work(twin, 3)
    page = twin.edits.link("PLAT-2", "https://wiki.acme.example/x", "Design", "mentioned in")
    need = twin.edits.link("PLAT-2", "https://github.com/acme/api/issues/7", "Rate limits", "is blocked by")
    connector = connect(twin)
    (record,) = records(pages(connector, "remote_links")).values()
    assert (record.ref.key, record.data["id"]) == ("PLAT-2", twin.held("PLAT-2")["id"])
    assert record.data["remotelinks"] == [page, need]
    assert len(lines(twin, "/remotelink")) == 3
    assert ids(connector, "remote_links") == set(twin.issues), "the census costs no request for each issue"
    assert len(lines(twin, "/remotelink")) == 3
    assert connector.fetch_one(record.ref) == record
    assert connector.weigh("remote_links", scope(connector)) == 4


def test_a_link_that_is_given_alone_is_a_list_of_one(twin: JiraTwin) -> None:
    work(twin, 1)
    link = twin.edits.link("PLAT-1", "https://github.com/acme/api/issues/7", "Rate limits")
    twin.server.fail("/remotelink", status=200, body=link, times=0)
    (record,) = records(pages(connect(twin), "remote_links")).values()
    assert record.data["remotelinks"] == [link]


def test_only_changed_issues_are_asked_for_links_again_and_a_link_that_is_gone_shows(twin: JiraTwin, clock: Clock) -> None:
    work(twin, 20)
    link = twin.edits.link("PLAT-2", "https://github.com/acme/api/issues/7", "Rate limits", "is blocked by")
    connector = connect(twin, now=clock)
    cursor = pages(connector, "remote_links")[-1].cursor
    clock.go(hours=1)
    twin.edits.unlink("PLAT-2", link["id"])
    before = len(lines(twin, "/remotelink"))
    twin.edits.link("PLAT-3", "https://github.com/acme/api/issues/8", "Quotas", "is blocked by")
    (page,) = pages(connector, "remote_links", cursor)
    assert [record.ref.key for record in page.records] == ["PLAT-3"]
    assert page.deleted == (twin.held("PLAT-2")["id"],)
    assert len(lines(twin, "/remotelink")) - before == 2


def test_a_site_that_links_nothing_has_no_remote_links_to_be_had(twin: JiraTwin) -> None:
    work(twin, 2)
    twin.edits.linking = False
    assert unsupported(pages(connect(twin), "remote_links"))


# --- security levels ------------------------------------------------------------------------------------------------------


def test_the_levels_of_a_project_are_read(twin: JiraTwin) -> None:
    level = twin.lists.level("PLAT", "Board only")
    twin.lists.level("PAY", "Finance")
    connector = connect(twin)
    (record,) = records(pages(connector, "security_levels")).values()
    assert (record.data, record.ref.key) == (level, "PLAT Board only")
    assert ids(connector, "security_levels") == {level["id"]}
    assert connector.fetch_one(record.ref) == record
    with pytest.raises(Unavailable, match="there is none") as caught:
        connector.fetch_one(replace(record.ref, id="1"))
    assert caught.value.absent


def test_a_project_without_levels_has_none(twin: JiraTwin) -> None:
    (page,) = pages(connect(twin), "security_levels")
    assert (page.records, page.unsupported) == ((), False)


def test_an_account_that_may_not_set_security_is_not_shown_any_and_that_says_nothing(twin: JiraTwin) -> None:
    twin.lists.level("PLAT", "Board only")
    twin.lists.may_set_security = False
    assert unsupported(pages(connect(twin), "security_levels"))


def test_a_version_without_levels_is_told_from_a_project_that_is_hidden(twin: JiraTwin) -> None:
    twin.server.fail("/securitylevel", status=404, body="<html>", times=0)
    connector = connect(twin)
    assert unsupported(pages(connector, "security_levels"))
    here = scope(connector)
    twin.server.fail("/project/PLAT$", status=404, body={}, times=0)
    with pytest.raises(Unavailable):
        list(connector.fetch("security_levels", here, None))


def test_a_sprint_whose_board_is_hidden_is_not_said_to_be_gone(twin: JiraTwin) -> None:
    twin.agile.sprint("Sprint 1", twin.agile.board("Team", "PLAT"))
    connector = connect(twin)
    (record,) = records(pages(connector, "sprints")).values()
    twin.server.fail("/board/1$", status=404, body={}, times=0)
    with pytest.raises(Unavailable, match="its board is hidden") as caught:
        connector.fetch_one(record.ref)
    assert not caught.value.absent
