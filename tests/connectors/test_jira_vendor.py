"""What is Jira's own: two editions, tokens and offsets, zones, history, who may read a comment."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import ValidationError

from connectors.jira import KIND, STREAMS, JiraOptions
from syncd.contract import AuthFailed, Connector, Gone, Misconfigured, RateLimited, Refused, SyncError, Unavailable
from syncd.demo.jira_twin import JiraTwin
from syncd.model.action import Action
from syncd.model.marker import marker
from syncd.model.raw import Scope, content_hash
from syncd.model.ref import Ref
from tests.connectors.contract import NOW, SECRET, OpenGate, read, scopes
from tests.connectors.jira_given import Clock, settings

RECORDED = Path(__file__).parents[2] / ".." / "shared" / "recorded"
Connect = Callable[..., Connector]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cloud(clock: Clock) -> Iterator[JiraTwin]:
    yield from serving(JiraTwin(clock, token=SECRET))


@pytest.fixture
def server(clock: Clock) -> Iterator[JiraTwin]:
    yield from serving(JiraTwin(clock, edition="server", token=SECRET))


def serving(twin: JiraTwin) -> Iterator[JiraTwin]:
    twin.project("PLAT")
    twin.server.start()
    yield twin
    twin.server.stop()


def work(twin: JiraTwin, count: int) -> None:
    for n in range(count):
        twin.issue("PLAT", f"Work {n}", at=NOW - timedelta(days=9) + timedelta(minutes=10 * n))


def connect(twin: JiraTwin, *projects: str, **changes: Any) -> Connector:
    return KIND.connect(replace(settings(twin, *(projects or ("PLAT",))), **changes), OpenGate())


def comment(target: Ref, body: str = "hello", remote_id: str | None = None) -> Action:
    text = f"{body}\n{marker('k1', 'wiki')}"
    return Action(verb="comment", target=target, project="PLAT", key="k1", body=text, digest=body, remote_id=remote_id)


def ref(twin: JiraTwin, key: str) -> Ref:
    return Ref("plat", "issues", twin.held(key)["id"], key=key)


def lines(twin: JiraTwin, match: str = "") -> list[str]:
    return [entry.line for entry in twin.server.requests(match)]


# --- two editions ---------------------------------------------------------------------------------------------------------


def test_each_edition_is_searched_in_its_own_way_as_our_account_there_shows(cloud: JiraTwin, server: JiraTwin) -> None:
    for twin, path in ((cloud, "/rest/api/2/search/jql?"), (server, "/rest/api/2/search?")):
        work(twin, 150)
        records, _, _ = read(connect(twin), "issues")
        assert len(records) == 150
        assert [path in line for line in lines(twin, "/search")] == [True, True]
        assert (len(lines(twin, "/myself")), lines(twin, "/serverInfo")) == (1, [])


def test_a_site_that_searches_by_version_3_only_is_read_all_the_same(cloud: JiraTwin) -> None:
    work(cloud, 120)
    cloud.server.fail("/rest/api/2/search", status=404, body={"errorMessages": ["no"]}, times=0)
    records, _, _ = read(connect(cloud), "issues")
    assert len(records) == 120
    assert len(lines(cloud, "/rest/api/2/search")) == 1


@pytest.mark.parametrize("edition", ["cloud", "server"])
def test_a_site_that_does_not_say_what_it_is_is_tried_both_ways(edition: Any, clock: Clock) -> None:
    for twin in serving(JiraTwin(clock, edition=edition, token=SECRET)):
        work(twin, 3)
        twin.server.fail("/serverInfo", status=200, body={"baseUrl": "x"}, times=0)
        assert len(read(connect(twin), "issues")[0]) == 3


def test_an_address_where_no_search_answers_is_said(cloud: JiraTwin) -> None:
    cloud.server.fail("/search", status=404, body="<html>not here</html>", times=0)
    with pytest.raises(Unavailable, match="no search answers at this address"):
        list(connect(cloud).fetch("issues", Scope("1", "PLAT"), None))


def test_check_says_who_and_what(cloud: JiraTwin, server: JiraTwin) -> None:
    account = connect(cloud).check()
    assert (account.name, account.zone, account.edition) == ("syncd bot", "Europe/Berlin", "Cloud")
    assert connect(server).check().id == server.me["key"]


def test_an_address_that_is_no_jira_is_said_to_the_person(cloud: JiraTwin) -> None:
    with pytest.raises(Misconfigured, match="there is no Jira at this address"):
        connect(cloud, url=cloud.url + "/elsewhere").check()


def test_links_lead_to_the_site_that_people_browse(clock: Clock) -> None:
    for twin in serving(JiraTwin(clock, token=SECRET, context="/ex/jira/1234-abcd")):
        work(twin, 1)
        twin.version("PLAT", "2.1")
        connector = connect(twin, url=twin.url + "/")
        (issue,) = read(connector, "issues")[0].values()
        assert issue.ref.url == "https://acme.atlassian.net/browse/PLAT-1"
        (version,) = read(connector, "versions")[0].values()
        assert version.ref.key == "PLAT 2.1"
        assert version.ref.url == f"https://acme.atlassian.net/projects/PLAT/versions/{version.ref.id}"


def test_a_context_path_and_a_slash_at_the_end_are_fine(clock: Clock) -> None:
    for twin in serving(JiraTwin(clock, edition="server", token=SECRET, context="/jira")):
        work(twin, 1)
        (issue,) = read(connect(twin, url=twin.url + "/"), "issues")[0].values()
        assert issue.ref.url == f"{twin.url}/browse/PLAT-1"


# --- paging ---------------------------------------------------------------------------------------------------------------


def test_a_token_that_comes_again_and_again_is_no_end_and_no_endless_loop(cloud: JiraTwin) -> None:
    work(cloud, 2)
    page = {"issues": [cloud.held("PLAT-1")], "nextPageToken": "again", "isLast": False}
    cloud.server.fail("/search/jql", status=200, body=page, times=0)
    with pytest.raises(Unavailable, match="again and again"):
        list(connect(cloud).fetch("issues", Scope("1", "PLAT"), None))
    assert len(lines(cloud, "/search/jql")) == 2


def test_the_last_page_is_the_last_also_where_it_names_another(cloud: JiraTwin) -> None:
    work(cloud, 2)
    page = {"issues": [cloud.held("PLAT-1")], "nextPageToken": "once more", "isLast": True}
    cloud.server.fail("/search/jql", status=200, body=page, times=0)
    (only,) = connect(cloud).fetch("issues", Scope("1", "PLAT"), None)
    assert only.complete


def test_more_without_a_token_is_no_end(cloud: JiraTwin) -> None:
    cloud.server.fail("/search/jql", status=200, body={"issues": [], "isLast": False}, times=0)
    with pytest.raises(Unavailable, match="breaks off"):
        list(connect(cloud).fetch("issues", Scope("1", "PLAT"), None))


def test_a_page_that_is_empty_before_the_total_is_no_end(server: JiraTwin) -> None:
    work(server, 3)
    server.server.fail("/search", status=200, body={"startAt": 0, "maxResults": 100, "total": 3, "issues": []}, times=0)
    with pytest.raises(Unavailable, match="breaks off"):
        list(connect(server).fetch("issues", Scope("1", "PLAT"), None))


def test_a_site_that_gives_no_total_is_read_to_its_end(server: JiraTwin) -> None:
    work(server, 150)
    issues = list(server.issues.values())
    for part in (issues[:100], issues[100:]):
        server.server.fail("/search", status=200, body={"maxResults": 100, "issues": part})
    assert len(read(connect(server), "issues")[0]) == 150


def test_a_forgotten_page_token_begins_the_read_anew(cloud: JiraTwin) -> None:
    work(cloud, 130)
    (scope,) = scopes(connect(cloud), "issues")
    first = next(iter(connect(cloud).fetch("issues", scope, None)))
    assert first.cursor is not None
    stale = json.dumps(json.loads(first.cursor) | {"place": {"token": "forgotten"}})
    pages = list(connect(cloud).fetch("issues", scope, stale))
    assert {r.ref.id for page in pages for r in page.records} == set(cloud.issues)
    assert pages[-1].complete


def test_a_cursor_that_nobody_can_read_means_from_the_beginning(cloud: JiraTwin) -> None:
    work(cloud, 3)
    pages = list(connect(cloud).fetch("issues", Scope("1", "PLAT"), '{"place": {"page": 3}}'))
    assert len(pages[-1].records) == 3


def test_nothing_is_skipped_where_something_is_deleted_while_we_page(server: JiraTwin) -> None:
    server.most_per_page = 50
    work(server, 130)
    pages = connect(server).fetch("issues", Scope("1", "PLAT"), None)
    found = {record.ref.key for record in next(pages).records}
    server.delete("PLAT-128")
    server.delete("PLAT-121")
    found |= {record.ref.key for page in pages for record in page.records}
    assert found >= {f"PLAT-{n}" for n in range(1, 131)}


@pytest.mark.parametrize("which", ["a read one", "an unread one"])
def test_nothing_is_skipped_where_something_is_edited_while_we_page(server: JiraTwin, clock: Clock, which: str) -> None:
    """An edit takes an issue to the one end of the result, and moves those between by one."""
    server.most_per_page = 5
    work(server, 18)
    connector = connect(server, now=clock)
    pages = connector.fetch("issues", Scope("1", "PLAT"), None)
    found = [str(record.ref.key) for record in next(pages).records]
    edited = found[0] if which == "a read one" else min({f"PLAT-{n}" for n in range(6, 13)} - set(found))
    clock.go(minutes=1)
    server.edit(edited, duedate="2026-09-09")
    *rest, last = pages
    found += [str(record.ref.key) for page in (*rest, last) for record in page.records]
    found += [str(r.ref.key) for page in connector.fetch("issues", Scope("1", "PLAT"), last.cursor) for r in page.records]
    assert set(found) == {f"PLAT-{n}" for n in range(1, 19)}


@pytest.mark.parametrize("edition", ["cloud", "server"])
def test_what_a_search_learns_late_is_found_by_the_next(clock: Clock, edition: Literal["cloud", "server"]) -> None:
    """It knows of an edit a minute and a half after it was made, when a younger one was seen already."""
    for twin in serving(JiraTwin(clock, edition=edition, token=SECRET)):
        work(twin, 4)
        clock.go(minutes=30)
        twin.index.lag = timedelta(seconds=95)
        _, _, cursors = read(connect(twin, now=clock), "issues")
        twin.edit("PLAT-2", duedate="2026-09-09")
        clock.go(seconds=80)
        twin.edit("PLAT-3", duedate="2026-09-09")
        clock.go(seconds=5)
        seen, _, cursors = read(connect(twin, now=clock), "issues", cursors)
        clock.go(minutes=1)
        again, _, _ = read(connect(twin, now=clock), "issues", cursors)
        assert ref(twin, "PLAT-3").id in seen
        assert ref(twin, "PLAT-2").id not in seen, "the search knew at once: the test proves nothing"
        assert ref(twin, "PLAT-2").id in again


def test_what_is_edited_behind_a_long_read_is_found_by_the_next(cloud: JiraTwin, clock: Clock) -> None:
    work(cloud, 250)
    connector = connect(cloud, now=clock)
    pages = connector.fetch("issues", Scope("1", "PLAT"), None)
    next(pages)
    clock.go(minutes=20)
    cloud.edit("PLAT-1", duedate="2026-09-09")
    clock.go(minutes=20)
    cloud.edit("PLAT-250", duedate="2026-09-09")
    *_, last = pages
    again = {r.ref.key for page in connect(cloud).fetch("issues", Scope("1", "PLAT"), last.cursor) for r in page.records}
    assert {"PLAT-1", "PLAT-250"} <= again
    assert len(again) < 10


def test_an_empty_project_is_seen_and_what_comes_later_too(cloud: JiraTwin) -> None:
    _, _, cursors = read(connect(cloud), "issues")
    work(cloud, 1)
    assert len(read(connect(cloud), "issues", cursors)[0]) == 1


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"])
@pytest.mark.parametrize("told", [True, False])
def test_edits_are_found_in_every_zone_also_where_jira_keeps_it_to_itself(zone: str, told: bool, clock: Clock) -> None:
    for twin in serving(JiraTwin(clock, zone=zone, token=SECRET)):
        work(twin, 5)
        twin.edit("PLAT-1", summary="A moment ago")
        if not told:
            del twin.me["timeZone"]
        _, _, cursors = read(connect(twin, now=clock), "issues")
        clock.go(minutes=1)
        twin.edit("PLAT-2", summary="Other")
        assert ref(twin, "PLAT-2").id in read(connect(twin, now=clock), "issues", cursors)[0]


# --- records --------------------------------------------------------------------------------------------------------------


def recorded(name: str) -> list[dict[str, Any]]:
    path = RECORDED / name
    if not path.exists():
        pytest.skip(f"{path.name} is not beside this checkout")
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("edition", ["cloud", "server"])
def test_recorded_records_come_out_as_they_were_put_in(edition: Any, clock: Clock) -> None:
    records = recorded("jira-issues.json") + recorded("jira-issue-links.json")
    twin = JiraTwin(clock, edition=edition, token=SECRET)
    assert twin.load([*records, *recorded("jira-sprints.json")]) == len(records)
    twin.server.start()
    connector = connect(twin, "EE", "DZFNK0168")
    found, _, _ = read(connector, "issues")
    assert {id: record.data for id, record in found.items()} == {record["id"]: record for record in records}
    assert {r.data["name"] for r in read(connector, "versions")[0].values()} >= {"v2.6.0", "v2.7.0"}
    twin.server.stop()


def test_the_history_says_who_moved_the_date_and_when(cloud: JiraTwin, clock: Clock) -> None:
    cloud.issue("PLAT", "Checkout", duedate="2026-05-06")
    clock.go(days=1)
    cloud.edit("PLAT-1", by="Grace", duedate="2026-05-12")
    (record,) = read(connect(cloud), "issues")[0].values()
    (history,) = record.data["changelog"]["histories"]
    (line,) = history["items"]
    assert history["author"]["displayName"] == "Grace"
    assert datetime.fromisoformat(history["created"]) == clock()
    assert (line["field"], line["from"], line["to"]) == ("duedate", "2026-05-06", "2026-05-12")


def test_a_long_history_is_completed_by_one_request_for_all(cloud: JiraTwin, clock: Clock) -> None:
    for key in ("PLAT-1", "PLAT-2"):
        cloud.issue("PLAT", "Much discussed")
        for n in range(130):
            clock.go(minutes=1)
            cloud.edit(key, summary=f"Version {n}")
    records, _, _ = read(connect(cloud), "issues")
    assert len(lines(cloud, "/changelog/bulkfetch")) == 1
    for record in records.values():
        histories = record.data["changelog"]["histories"]
        assert [h["items"][0]["toString"] for h in histories] == [f"Version {n}" for n in reversed(range(130))]
        moments = [datetime.fromisoformat(h["created"]) for h in histories]
        assert moments == sorted(moments, reverse=True)


def test_a_long_history_stays_cut_where_the_site_cannot_complete_it(cloud: JiraTwin) -> None:
    cloud.issue("PLAT", "Much discussed")
    for n in range(130):
        cloud.edit("PLAT-1", summary=f"Version {n}")
    cloud.server.fail("/changelog/bulkfetch", status=404, body={}, times=0)
    (record,) = read(connect(cloud), "issues")[0].values()
    assert (len(record.data["changelog"]["histories"]), record.data["changelog"]["total"]) == (100, 130)


def test_only_the_fields_that_the_mapping_reads_are_asked_for(cloud: JiraTwin) -> None:
    cloud.issue("PLAT", "Checkout", duedate="2026-05-06", customfield_10024=5, environment="much text")
    asked = frozenset({"fields.duedate", "customfield_10024", "changelog", "key"})
    (record,) = read(connect(cloud, fields={"issues": asked}), "issues")[0].values()
    assert set(record.data["fields"]) >= {"duedate", "customfield_10024", "updated", "project"}
    assert not {"environment", "comment"} & set(record.data["fields"])
    assert "changelog" in record.data
    assert record.fields == asked
    (whole,) = read(connect(cloud), "issues")[0].values()
    assert "environment" in whole.data["fields"]
    assert whole.fields is None


def test_a_moved_issue_keeps_its_identity(cloud: JiraTwin, clock: Clock) -> None:
    cloud.project("PAY")
    work(cloud, 2)
    connector = connect(cloud, "PLAT", "PAY")
    before, _, cursors = read(connector, "issues")
    clock.go(minutes=5)
    cloud.move("PLAT-2", "PAY")
    after, _, _ = read(connector, "issues", cursors)
    moved = after[cloud.held("PAY-1")["id"]]
    assert moved.ref in {record.ref for record in before.values()}
    assert (moved.ref.key, moved.scope.name) == ("PAY-1", "PAY")
    assert connector.fetch_one(moved.ref).scope.name == "PAY"


def test_single_projects_and_versions_can_be_read_again(cloud: JiraTwin) -> None:
    cloud.version("PLAT", "2.1", releaseDate="2026-06-01")
    connector = connect(cloud)
    for stream in ("projects", "versions"):
        for record in read(connector, stream)[0].values():
            assert connector.fetch_one(record.ref) == record
            assert [i for s in scopes(connector, stream) for ids in connector.census(stream, s) for i in ids] == [record.ref.id]


def test_three_streams_cost_one_look_at_the_project(cloud: JiraTwin) -> None:
    connector = connect(cloud)
    for stream in STREAMS:
        read(connector, stream)
    assert len(lines(cloud, r"/project/PLAT( |$)")) == 1


def test_an_answer_is_asked_for_compressed(cloud: JiraTwin) -> None:
    read(connect(cloud), "issues")
    assert all("gzip" in entry.headers["accept-encoding"] for entry in cloud.server.requests("/search"))


def test_our_own_comment_is_no_change_of_the_issue(cloud: JiraTwin, clock: Clock) -> None:
    work(cloud, 1)
    connector = connect(cloud)
    (before,) = read(connector, "issues")[0].values()
    hash = content_hash(json.loads(json.dumps(before.data)), STREAMS["issues"].own)
    clock.go(hours=1)
    connector.deliver(comment(before.ref))
    (after,) = read(connector, "issues")[0].values()
    assert after.data != before.data
    assert content_hash(after.data, STREAMS["issues"].own) == hash


# --- what goes wrong ------------------------------------------------------------------------------------------------------


def test_a_project_that_nobody_sees_is_named_with_its_cure(cloud: JiraTwin) -> None:
    good, bad = connect(cloud, "PLAT", "NOPE").scopes("projects")
    assert isinstance(good, Scope)
    assert good.name == "PLAT"
    assert isinstance(bad, Unavailable)
    assert bad.scope == "NOPE"
    assert bad.text == (
        "looking for project NOPE: there is none, or it is hidden from this account (404). "
        "Check `projects`, or let the account see it"
    )


def test_a_project_that_vanished_after_it_was_found_turns_only_itself_off(cloud: JiraTwin) -> None:
    with pytest.raises(Misconfigured, match="The value 'GONE' does not exist for the field 'project'") as caught:
        list(connect(cloud).fetch("issues", Scope("1", "GONE"), None))
    assert caught.value.scope == "GONE"


def test_records_that_are_odd_inside_are_handed_over_as_they_are(cloud: JiraTwin) -> None:
    odd = [
        {"id": 7, "key": None, "fields": None, "changelog": None},
        {"id": "8", "fields": [], "changelog": {"total": 3, "histories": None}},
        {"id": "9", "key": "PLAT-9", "fields": {"updated": 5, "project": "PLAT"}, "changelog": {"total": 2, "histories": [None]}},
    ]
    cloud.server.fail("/search/jql", status=200, body={"issues": odd, "isLast": True}, times=0)
    records, _, _ = read(connect(cloud), "issues")
    assert [record.data for record in records.values()] == odd


def test_a_record_without_an_id_stops_the_read(cloud: JiraTwin) -> None:
    cloud.server.fail("/search/jql", status=200, body={"issues": [{"key": "PLAT-1"}], "isLast": True}, times=0)
    with pytest.raises(Unavailable, match="without an id"):
        list(connect(cloud).fetch("issues", Scope("1", "PLAT"), None))


def test_what_concerns_the_whole_connection_is_not_put_on_one_project(cloud: JiraTwin) -> None:
    with pytest.raises(AuthFailed):
        list(connect(cloud, secret=lambda: "wrong").scopes("projects"))


def test_an_answer_given_to_a_stranger_is_no_empty_project(cloud: JiraTwin) -> None:
    headers = {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}
    cloud.server.fail("/search", status=200, body={"issues": [], "isLast": True}, headers=headers, times=0)
    with pytest.raises(AuthFailed, match="as to a stranger") as caught:
        list(connect(cloud).fetch("issues", Scope("1", "PLAT"), None))
    assert caught.value.scope is None


def test_a_captcha_is_explained(server: JiraTwin) -> None:
    headers = {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=https://x/login.jsp"}
    server.server.fail("/myself", status=403, body="Basic auth with password is not allowed", headers=headers)
    with pytest.raises(AuthFailed, match="Log in once by browser"):
        connect(server).check()


def test_a_limit_that_names_its_end_otherwise_is_kept(cloud: JiraTwin) -> None:
    until = NOW + timedelta(minutes=7)
    cloud.server.fail("/search", status=429, body={}, headers={"X-RateLimit-Reset": until.strftime("%Y-%m-%dT%H:%MZ")})
    with pytest.raises(RateLimited) as caught:
        list(connect(cloud).fetch("issues", Scope("1", "PLAT"), None))
    assert caught.value.until == until


@pytest.mark.parametrize("body", [b"null", b"[]", b"5", b'{"errorMessages": null, "errors": null}', b"\xff\xfe"])
def test_odd_error_bodies_are_errors_like_any_other(cloud: JiraTwin, body: bytes) -> None:
    cloud.server.fail("/search", status=500, body=body, times=0)
    with pytest.raises(Unavailable, match="500"):
        list(connect(cloud).fetch("issues", Scope("1", "PLAT"), None))


def test_a_redirect_is_not_followed_with_our_credentials(cloud: JiraTwin) -> None:
    cloud.server.fail("/myself", status=302, headers={"Location": cloud.url + "/login.jsp"}, body="<html>", times=0)
    with pytest.raises(Misconfigured, match="redirect"):
        connect(cloud).check()
    assert not lines(cloud, "login.jsp")


@pytest.mark.parametrize("token", [None, "", f"{SECRET}\n", f"{SECRET}…"])
def test_a_token_that_cannot_be_sent_is_said_and_not_shown(server: JiraTwin, token: str | None) -> None:
    with pytest.raises(Misconfigured, match="token") as caught:
        list(connect(server, secret=lambda: token).fetch("issues", Scope("1", "PLAT"), None))
    assert SECRET not in str(caught.value)
    assert not server.server.log


@pytest.mark.parametrize("projects", [[], [""], ["  "]])
def test_a_connection_without_projects_is_refused(projects: list[str]) -> None:
    with pytest.raises(ValidationError):
        JiraOptions(projects=projects)


def test_the_library_is_imported_only_when_a_connection_is_made() -> None:
    script = "import sys, connectors.jira; sys.exit('jira' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


# --- comments -------------------------------------------------------------------------------------------------------------


def test_a_comment_is_found_by_its_property_where_the_anchor_is_lost(cloud: JiraTwin) -> None:
    work(cloud, 1)
    cloud.keeps_anchors = False
    connector = connect(cloud)
    receipt = connector.deliver(comment(ref(cloud, "PLAT-1")))
    assert "anchor" not in cloud.comments("PLAT-1")[0]["body"]
    assert connector.find(ref(cloud, "PLAT-1"), "k1") == receipt.remote_id
    assert connector.find(ref(cloud, "PLAT-1"), "k2") is None
    edited = connector.deliver(comment(ref(cloud, "PLAT-1"), "again", receipt.remote_id))
    assert connector.find(ref(cloud, "PLAT-1"), "k1") == edited.remote_id == receipt.remote_id


def test_the_receipt_links_to_the_comment(cloud: JiraTwin) -> None:
    work(cloud, 1)
    receipt = connect(cloud).deliver(comment(ref(cloud, "PLAT-1")))
    assert receipt.url == f"{cloud.url}/browse/PLAT-1?focusedCommentId={receipt.remote_id}"


def test_customers_of_a_service_desk_never_see_our_comment(cloud: JiraTwin) -> None:
    cloud.project("HELP", type="service_desk")
    cloud.issue("HELP", "My printer")
    connector = connect(cloud, "HELP")
    receipt = connector.deliver(comment(ref(cloud, "HELP-1")))
    connector.deliver(comment(ref(cloud, "HELP-1"), "worse", receipt.remote_id))
    assert [c["jsdPublic"] for c in cloud.comments("HELP-1")] == [False]


def test_a_comment_whose_issue_went_out_of_sight_is_not_deleted(cloud: JiraTwin) -> None:
    work(cloud, 1)
    target, connector = ref(cloud, "PLAT-1"), connect(cloud)
    receipt = connector.deliver(comment(target))
    cloud.delete("PLAT-1")
    with pytest.raises(Unavailable):
        connector.deliver(comment(target, "worse", receipt.remote_id))


def test_a_404_on_an_edit_of_a_comment_that_is_still_there_is_not_its_end(cloud: JiraTwin) -> None:
    work(cloud, 1)
    target, connector = ref(cloud, "PLAT-1"), connect(cloud)
    receipt = connector.deliver(comment(target))
    cloud.server.fail("^PUT ", status=404, body={"errorMessages": ["no"]}, times=0)
    with pytest.raises(Unavailable):
        connector.deliver(comment(target, "worse", receipt.remote_id))


def test_a_deleted_comment_is_told_from_other_comments(server: JiraTwin) -> None:
    work(server, 1)
    target, connector = ref(server, "PLAT-1"), connect(server)
    receipt = connector.deliver(comment(target))
    for n in range(130):
        server.comment("PLAT-1", f"chatter {n}")
    server.uncomment("PLAT-1", receipt.remote_id)
    with pytest.raises(Gone, match="our comment on PLAT-1 was deleted"):
        connector.deliver(comment(target, "worse", receipt.remote_id))


def test_a_comment_that_is_too_long_is_refused_for_good(cloud: JiraTwin) -> None:
    work(cloud, 1)
    with pytest.raises(Refused, match=r"PLAT-1.*allowed limit"):
        connect(cloud).deliver(comment(ref(cloud, "PLAT-1"), "x" * 33_000))


def test_a_comment_list_that_breaks_off_proves_nothing(cloud: JiraTwin) -> None:
    work(cloud, 1)
    cloud.server.fail("/comment", status=200, body={"startAt": 0, "maxResults": 100, "total": 7, "comments": []}, times=0)
    with pytest.raises(SyncError, match="breaks off"):
        connect(cloud).find(ref(cloud, "PLAT-1"), "k1")
