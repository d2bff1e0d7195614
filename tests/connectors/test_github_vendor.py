"""What is GitHub's own: lists that move, conditional requests, links among issues, moved and deleted things, its two limits."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.github import KIND, GithubOptions
from connectors.github.errors import refusal
from connectors.github.read import _of
from syncd.contract import AuthFailed, Connector, Gone, Misconfigured, RateLimited, Refused, SyncError, Unavailable
from syncd.demo.github_twin import GithubTwin
from syncd.model.action import Action
from syncd.model.marker import marker
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref
from tests.connectors.contract import NOW, SECRET, OpenGate, read
from tests.connectors.github_given import API, WEB, Clock, company, settings

STREAMS = [name for name, stream in KIND.streams.items() if not stream.of_contracts and not stream.replies]

RECORDED = Path(__file__).parents[3] / "shared" / "recorded"


@pytest.fixture
def twin() -> Iterator[GithubTwin]:
    twin = company()
    twin.server.start()
    yield twin
    twin.server.stop()


@pytest.fixture
def small() -> Iterator[GithubTwin]:
    twin = GithubTwin(Clock(NOW - timedelta(days=3)), SECRET)
    twin.repository(API)
    for n in range(3):
        twin.issue(API, f"Issue {n}")
    twin.pull(API, "Pull")
    twin.server.start()
    yield twin
    twin.server.stop()


def connect(twin: GithubTwin, *repositories: str, **changes: Any) -> Connector:
    return KIND.connect(replace(settings(twin, *repositories or (API,)), **changes), OpenGate())


def scope(connector: Connector, stream: str = "issues") -> Scope:
    found = next(iter(connector.scopes(stream)))
    assert isinstance(found, Scope)
    return found


def records(connector: Connector, stream: str = "issues") -> dict[str, RawRecord]:
    """Records of the first repository by key."""
    pages = connector.fetch(stream, scope(connector, stream), None)
    return {str(r.ref.key): r for page in pages for r in page.records}


def write(target: Ref, remote_id: str | None = None) -> Action:
    return Action(
        verb="comment", target=target, project="", key="k1", body=marker("k1", "markdown") + " hi", digest="", remote_id=remote_id
    )


# --- lists that move -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", ["issues", "pulls"])
def test_what_is_edited_while_we_page_is_read_with_its_edit_and_nothing_is_lost(twin: GithubTwin, stream: str) -> None:
    connector = connect(twin)
    before = set(records(connector, stream))
    oldest, newest = sorted(before, key=lambda key: int(key.split("#")[1]))[:: len(before) - 1]
    found: dict[str, str] = {}
    for count, page in enumerate(connector.fetch(stream, scope(connector, stream), None)):
        found |= {str(r.ref.key): r.data["title"] for r in page.records}
        if count == 0:
            twin.edit(API, int(oldest.split("#")[1]), title="moved to the front")
            twin.edit(API, int(newest.split("#")[1]), title="edited after it was read")
    assert set(found) == before
    assert (found[oldest], found[newest]) == ("moved to the front", "edited after it was read")


def test_an_update_that_shows_a_little_after_its_own_time_is_found(small: GithubTwin) -> None:
    connector, issues = connect(small), small.home(API).issues
    _, _, cursors = read(connector, "issues")
    latest = datetime.fromisoformat(max(row["updated_at"] for row in issues.values()))
    small.edit(API, 1, title="committed late")
    issues[1]["updated_at"] = f"{latest - timedelta(seconds=100):%Y-%m-%dT%H:%M:%SZ}"
    found, _, _ = read(connector, "issues", cursors)
    assert "committed late" in {record.data["title"] for record in found.values()}


def test_a_read_that_was_killed_goes_on_and_still_sees_what_moved_meanwhile(twin: GithubTwin) -> None:
    connector = connect(twin)
    pages = connector.fetch("issues", scope(connector), None)
    first = next(pages)
    found = {r.ref.key: r.data["title"] for r in first.records}
    twin.edit(API, 2, title="edited while nobody read")
    twin.server.log.clear()
    for page in connect(twin).fetch("issues", scope(connector), first.cursor):
        found |= {r.ref.key: r.data["title"] for r in page.records}
    assert len(found) == 270
    assert found[f"{API}#2"] == "edited while nobody read"
    pages_asked = [re.search(r"[?&]page=(\d)", entry.line) for entry in twin.server.requests(r"/issues\?")]
    assert [found and found[1] for found in pages_asked] == ["2", "3", "4", None]


def test_a_page_address_that_is_no_longer_taken_starts_the_read_anew(twin: GithubTwin) -> None:
    connector = connect(twin)
    first = next(connector.fetch("issues", scope(connector), None))
    twin.server.fail(r"[?&]page=2", status=422, body={"message": "Validation Failed"})
    found = {r.ref.key for page in connector.fetch("issues", scope(connector), first.cursor) for r in page.records}
    assert len(found) == 270


def test_an_idle_look_is_one_conditional_request(twin: GithubTwin) -> None:
    connector = connect(twin)
    for stream in ("milestones", "issues", "pulls"):
        _, _, cursors = read(connector, stream)
        read(connector, stream, cursors)
        twin.server.log.clear()
        changed, _, _ = read(connector, stream, cursors)
        assert changed == {}
        assert [entry.status for entry in twin.server.log] == [304]


@pytest.mark.parametrize("stream", ["issues", "pulls"])
def test_an_idle_look_is_one_request_even_where_all_changed_at_once_and_without_etags(stream: str) -> None:
    twin = GithubTwin(lambda: NOW, SECRET)
    twin.repository(API)
    for n in range(350):
        (twin.issue if stream == "issues" else twin.pull)(API, f"Imported {n}")
    twin.etags = False
    twin.server.start()
    connector = connect(twin)
    found, _, cursors = read(connector, stream)
    assert len(found) == 350
    twin.server.log.clear()
    changed, _, _ = read(connector, stream, cursors)
    assert (len(twin.server.log), changed) == (1, {})
    twin.edit(API, 340, title="Edited in the same second")
    assert f"{API}#340" in {r.ref.key for r in read(connector, stream, cursors)[0].values()}
    twin.server.stop()


def test_a_change_costs_one_request_and_gives_what_changed_lately(twin: GithubTwin) -> None:
    connector = connect(twin)
    for stream, number in (("issues", 5), ("pulls", 300)):
        _, _, cursors = read(connector, stream)
        twin.edit(API, number, state="closed")
        twin.server.log.clear()
        changed, _, _ = read(connector, stream, cursors)
        assert len(twin.server.log) == 1
        assert f"{API}#{number}" in {r.ref.key for r in changed.values()}
        assert len(changed) < 10


def test_pull_requests_are_pulls_wherever_they_are_seen(small: GithubTwin) -> None:
    connector = connect(small)
    assert set(records(connector, "issues")) == {f"{API}#1", f"{API}#2", f"{API}#3"}
    pull = records(connector, "pulls")[f"{API}#4"]
    assert pull.ref.id == str(small.homes[int(scope(connector).id)].pulls[4]["id"])
    assert pull.ref.url == "https://github.com/acme/api/pull/4"


def test_milestones_of_many_pages_are_all_read(small: GithubTwin) -> None:
    for n in range(230):
        small.milestone(API, f"Milestone {n}")
    connector = connect(small)
    found = records(connector, "milestones")
    assert len(found) == 230
    assert f"{API}/milestone/7" in found
    one = found[f"{API}/milestone/7"]
    assert connector.fetch_one(one.ref).data["title"] == "Milestone 6"


def test_a_milestone_behind_a_full_page_is_noticed(small: GithubTwin) -> None:
    for n in range(100):
        small.milestone(API, f"Milestone {n}", due_on="2026-05-15")
    connector = connect(small)
    _, _, cursors = read(connector, "milestones")
    small.milestone(API, "The last of all", due_on="2026-12-31")
    changed, _, _ = read(connector, "milestones", cursors)
    assert "The last of all" in {record.data["title"] for record in changed.values()}


# --- links among issues --------------------------------------------------------------------------------------------------


def test_sub_issues_and_blockers_are_asked_for_only_where_the_counts_say_so(twin: GithubTwin) -> None:
    for n in range(120):
        twin.sub_issue((API, 1), (API, 2 + n))
    twin.block((API, 3), by=(WEB, 1))
    connector = connect(twin)
    found = records(connector)
    assert [row["number"] for row in found[f"{API}#1"].data["sub_issues"]] == list(range(2, 122))
    assert [row["html_url"] for row in found[f"{API}#3"].data["blocked_by"]] == ["https://github.com/acme/web/issues/1"]
    assert "sub_issues" not in found[f"{API}#2"].data
    # Two pages of sub-issues and one of blockers; the last look at the first page finds nothing new and asks for nothing again.
    assert len(twin.server.requests(r"sub_issues|blocked_by")) == 3


@pytest.mark.parametrize("status", [404, 410])
def test_a_server_without_sub_issues_is_no_error(small: GithubTwin, status: int) -> None:
    small.sub_issue((API, 1), (API, 2))
    small.server.fail("sub_issues", status=status, body={"message": "Not Found"}, times=0)
    record = records(connect(small))[f"{API}#1"]
    assert "sub_issues" not in record.data
    assert record.data["title"] == "Issue 0"


def test_links_that_cannot_be_read_now_are_not_taken_for_none(small: GithubTwin) -> None:
    small.sub_issue((API, 1), (API, 2))
    small.server.fail("sub_issues", status=500, body={})
    with pytest.raises(Unavailable, match="reading sub-issues of acme/api#1"):
        records(connect(small))


# --- addresses -----------------------------------------------------------------------------------------------------------


def test_the_token_goes_to_no_other_host(small: GithubTwin) -> None:
    link = '<https://elsewhere.example/issues?page=2>; rel="next"'
    small.server.fail(r"/issues\?", status=200, body=[], headers={"Link": link})
    with pytest.raises(Misconfigured, match=r"another host, elsewhere\.example") as caught:
        records(connect(small))
    assert caught.value.scope == API


@pytest.mark.parametrize("url", ["http://[::1", "http://host:port/issues", "issues?page=2"])
def test_a_next_page_without_a_usable_address_is_an_error(small: GithubTwin, url: str) -> None:
    small.server.fail(r"/issues\?", status=200, body=[], headers={"Link": f'<{url}>; rel="next"'})
    with pytest.raises(Unavailable, match="an address that is none"):
        records(connect(small))


def test_pages_that_go_round_in_circles_are_an_error(small: GithubTwin) -> None:
    link = f'<{small.server.url}/repositories/1/issues?page=2>; rel="next"'
    small.server.fail(r"/issues\?", status=200, body=[], headers={"Link": link}, times=0)
    with pytest.raises(Unavailable, match="do not end"):
        records(connect(small))


def test_a_renamed_repository_is_read_and_written_under_its_old_name(small: GithubTwin) -> None:
    small.rename(API, "acme/interfaces")
    connector = connect(small)
    assert scope(connector).name == API
    found = records(connector)
    assert set(found) == {f"{API}#1", f"{API}#2", f"{API}#3"}
    receipt = connector.deliver(write(found[f"{API}#2"].ref))
    assert connector.find(found[f"{API}#2"].ref, "k1") == receipt.remote_id
    assert connector.deliver(write(found[f"{API}#2"].ref, receipt.remote_id)).created is False
    assert len(small.comments("acme/interfaces", 2)) == 1


def test_a_transferred_issue_has_moved_and_its_comments_are_not_ours_to_touch(small: GithubTwin) -> None:
    target = records(connect(small))[f"{API}#2"].ref
    small.repository(WEB)
    new = small.transfer(API, 2, WEB)
    connector = connect(small)
    for act in (
        lambda: connector.fetch_one(target),
        lambda: connector.deliver(write(target)),
        lambda: connector.find(target, "k1"),
    ):
        with pytest.raises(Gone) as caught:
            act()
        assert (caught.value.kind, caught.value.to) == ("moved", new["html_url"])
    assert small.comments(WEB, new["number"]) == []


def test_a_deleted_issue_is_gone(small: GithubTwin) -> None:
    target = records(connect(small))[f"{API}#2"].ref
    small.delete(API, 2)
    connector = connect(small)
    for act in (
        lambda: connector.fetch_one(target),
        lambda: connector.deliver(write(target)),
        lambda: connector.deliver(write(target, "17")),
        lambda: connector.find(target, "k1"),
    ):
        with pytest.raises(Gone) as caught:
            act()
        assert caught.value.kind == "deleted"


def test_a_number_that_names_another_object_now_is_not_written_off(small: GithubTwin) -> None:
    stranger = Ref("code", "issues", "12345", key=f"{API}#1")
    with pytest.raises(Unavailable, match="another object"):
        connect(small).fetch_one(stranger)


def test_issues_that_are_switched_off_are_neither_read_nor_taken_for_deleted(small: GithubTwin) -> None:
    connector = connect(small)
    target = records(connector)[f"{API}#2"].ref
    small.server.fail("comments", status=410, body={"message": "Issues are disabled for this repo"}, times=0)
    with pytest.raises(Unavailable, match="disabled"):
        connector.deliver(write(target))
    small.homes[int(scope(connector).id)].row["has_issues"] = False
    without = connect(small)
    assert list(without.scopes("issues")) == []
    assert [s.name for s in without.scopes("pulls") if isinstance(s, Scope)] == [API]


# --- scopes --------------------------------------------------------------------------------------------------------------


def test_a_repository_is_looked_up_once_and_says_whether_it_is_private(twin: GithubTwin) -> None:
    connector = connect(twin, API, WEB)
    for stream in STREAMS:
        assert [s.facts for s in connector.scopes(stream) if isinstance(s, Scope)] == [{"private": False}, {"private": True}]
    assert len(twin.server.log) == 2


def test_a_forbidden_repository_does_not_hide_the_others(twin: GithubTwin) -> None:
    twin.server.fail(f"/repos/{API}$", status=403, body={"message": "Resource protected by organization SAML enforcement."})
    found = list(connect(twin, API, WEB).scopes("issues"))
    assert isinstance(found[0], AuthFailed)
    assert "SAML" in found[0].text
    assert isinstance(found[1], Scope)


def test_a_limit_met_while_looking_up_concerns_the_whole_connection(twin: GithubTwin) -> None:
    twin.limit, twin.reset = 0, int((NOW + timedelta(minutes=20)).timestamp())
    with pytest.raises(RateLimited) as caught:
        list(connect(twin).scopes("issues"))
    assert caught.value.until == NOW + timedelta(minutes=20)


# --- who we are ----------------------------------------------------------------------------------------------------------


def test_an_address_without_an_api_is_told_with_its_cure(small: GithubTwin) -> None:
    with pytest.raises(Misconfigured, match="api/v3"):
        connect(small, url=small.server.url + "/nothing").check()


def test_a_password_in_the_address_does_not_take_the_tokens_place(small: GithubTwin) -> None:
    connect(small, url=small.server.url.replace("//", "//user:password@")).check()
    assert small.server.log[0].headers["authorization"] == f"token {SECRET}"


@pytest.mark.parametrize("url", ["ftp://host", "http://[::1", "http://host:port", "host", ""])
def test_an_address_that_is_none_is_told(small: GithubTwin, url: str) -> None:
    with pytest.raises(Misconfigured, match="no http address"):
        connect(small, url=url).check()


def test_a_token_that_is_no_users_is_told_with_its_cure(small: GithubTwin) -> None:
    small.server.fail("/user", status=403, body={"message": "Resource not accessible by integration"})
    with pytest.raises(AuthFailed, match=r"personal access token.*sign in as the App") as caught:
        connect(small).check()
    assert "Grant" not in caught.value.text


@pytest.mark.parametrize("token", [None, "", "two words", "line\nbreak", "tökén"])
def test_a_token_that_is_none_is_told_and_not_sent(small: GithubTwin, token: str | None) -> None:
    with pytest.raises(AuthFailed) as caught:
        connect(small, secret=lambda: token).check()
    assert caught.value.scope is None
    assert small.server.log == []
    assert not token or token not in caught.value.text


def test_a_token_that_was_renewed_is_used_at_once(small: GithubTwin) -> None:
    tokens = iter(["old", SECRET])
    connector = connect(small, secret=lambda: next(tokens))
    with pytest.raises(AuthFailed):
        connector.check()
    assert connector.check().name == "syncd-bot"


def test_an_enterprise_server_says_its_version(small: GithubTwin) -> None:
    user = {"id": 7, "login": "bot"}
    small.server.fail("/user", status=200, body=user, headers={"X-GitHub-Enterprise-Version": "3.19.1"})
    account = connect(small).check()
    assert (account.id, account.edition, account.version) == ("7", "Enterprise Server", "3.19.1")


# --- what GitHub answers and PyGithub would mishandle --------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 202, "body": {}},
        {"status": 200, "body": [{"id": "seven"}]},
        {"status": 200, "body": "[" * 100_000},
        {"status": 502, "body": {}, "headers": {"X-RateLimit-Remaining": "many", "X-RateLimit-Limit": "?"}},
    ],
    ids=["202", "no id", "deep", "odd rate headers"],
)
def test_odd_answers_are_one_request_and_one_line(small: GithubTwin, answer: dict[str, Any]) -> None:
    small.server.fail(r"/issues\?", times=0, **answer)
    connector = connect(small)
    with pytest.raises(Unavailable) as caught:
        list(connector.fetch("issues", scope(connector), None))
    assert "reading issues of acme/api" in caught.value.text
    assert len(small.server.requests(r"/issues\?")) == 1


def test_the_pinned_version_and_the_media_type_are_sent(small: GithubTwin) -> None:
    connector = connect(small)
    connector.deliver(write(records(connector)[f"{API}#1"].ref))
    for entry in small.server.log:
        assert entry.headers["x-github-api-version"] == "2022-11-28"
        assert entry.headers["accept"] == "application/vnd.github+json"
        assert "gzip" in entry.headers["accept-encoding"]


# --- limits --------------------------------------------------------------------------------------------------------------

RESET = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW.timestamp()) + 600)}
FAR = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "99999999999"}
PAST = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "12"}
SECOND = '{"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}'


@pytest.mark.parametrize(
    ("status", "headers", "body", "seconds"),
    [
        (403, {"retry-after": "30", **RESET}, SECOND, 30),
        (429, {"retry-after": "30"}, "{}", 30),
        (403, RESET, '{"message": "API rate limit exceeded for user ID 1."}', 600),
        (429, RESET, "{}", 600),
        (403, {}, SECOND, 60),
        (403, PAST, SECOND, 60),
        (403, FAR, SECOND, 65 * 60),
        (429, {}, "", 60),
    ],
)
def test_both_limits_say_until_when(status: int, headers: dict[str, str], body: str, seconds: int) -> None:
    error = refusal(status, headers, body, now=NOW, what="reading issues of acme/api", scope=API)
    assert isinstance(error, RateLimited)
    assert error.until == NOW + timedelta(seconds=seconds)


def test_a_403_that_is_no_limit_is_a_lack_of_rights() -> None:
    headers = {"x-ratelimit-remaining": "4999", "x-ratelimit-reset": RESET["x-ratelimit-reset"]}
    error = refusal(403, headers, '{"message": "Resource not accessible"}', now=NOW, what="reading", scope=API)
    assert isinstance(error, AuthFailed)
    assert error.scope == API


# --- writing -------------------------------------------------------------------------------------------------------------


def test_a_locked_conversation_and_an_archived_repository_refuse_for_good(small: GithubTwin) -> None:
    connector = connect(small)
    target = records(connector)[f"{API}#1"].ref
    small.edit(API, 1, locked=True)
    with pytest.raises(Refused, match="locked"):
        connector.deliver(write(target))
    small.homes[int(scope(connector).id)].row["archived"] = True
    with pytest.raises(Refused, match="archived"):
        connector.deliver(write(records(connector)[f"{API}#2"].ref))


def test_a_comment_that_may_not_be_edited_is_not_taken_for_deleted(small: GithubTwin) -> None:
    connector = connect(small)
    target = records(connector)[f"{API}#1"].ref
    receipt = connector.deliver(write(target))
    small.server.fail("^PATCH", status=404, body={"message": "Not Found"})
    with pytest.raises(AuthFailed, match="not edited"):
        connector.deliver(write(target, receipt.remote_id))


def test_a_ticket_that_is_hidden_does_not_make_its_comment_deleted(small: GithubTwin) -> None:
    connector = connect(small)
    target = records(connector)[f"{API}#1"].ref
    receipt = connector.deliver(write(target))
    small.server.fail("(PATCH|GET)", status=404, body={"message": "Not Found"}, times=0)
    with pytest.raises(Unavailable):
        connector.deliver(write(target, receipt.remote_id))


def test_a_target_without_a_key_waits_for_one(small: GithubTwin) -> None:
    with pytest.raises(Unavailable, match="in which repository"):
        connect(small).deliver(write(Ref("code", "issues", "5")))


def test_a_comment_by_somebody_who_left_does_not_stop_the_search(small: GithubTwin) -> None:
    connector = connect(small)
    target = records(connector)[f"{API}#1"].ref
    small.comment(API, 1, marker("k1", "markdown"))["user"] = None
    mine = connector.deliver(write(target))
    assert connector.find(target, "k1") == mine.remote_id


# --- the kind ------------------------------------------------------------------------------------------------------------


def test_describing_the_kind_does_not_load_the_library() -> None:
    code = "import sys; from connectors.github import KIND; print(KIND.name, 'github.Requester' in sys.modules, 'github' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout.split() == ["github", "False", "False"]


@pytest.mark.parametrize(
    "names", [[], ["acme"], ["acme/api/x"], ["acme/.."], ["../api"], ["a b/c"], ["https://github.com/acme/api"], ["a/b", "A/B"]]
)
def test_repositories_must_be_named_as_owner_and_name(names: list[str]) -> None:
    with pytest.raises(ValidationError):
        GithubOptions(repositories=names)


def test_repositories_may_have_dots_and_dashes() -> None:
    assert GithubOptions(repositories=["acme-inc/.github", "a/b.c_d-e"]).repositories == ["acme-inc/.github", "a/b.c_d-e"]


def test_a_cursor_that_cannot_be_read_starts_from_the_beginning(small: GithubTwin) -> None:
    connector = connect(small)
    for cursor in ("{", "[]", '{"until": 7}', "null"):
        pages = list(connector.fetch("issues", scope(connector), cursor))
        assert len(pages[-1].records) == 3
        assert json.loads(pages[-1].cursor or "")["until"]


@pytest.mark.parametrize("stamp", [None, "yesterday", "2026-05-01T00:00:00+02:00"])
def test_a_record_with_an_odd_time_is_read(small: GithubTwin, stamp: str | None) -> None:
    connector = connect(small)
    _, _, cursors = read(connector, "pulls")
    small.pull(API, "Odd")
    home = small.homes[int(scope(connector).id)]
    row = {**home.pulls[5], "updated_at": stamp}
    small.server.fail(r"/pulls\?", status=200, body=[row, home.pulls[4]])
    found, _, _ = read(connector, "pulls")
    assert set(found) == {str(row["id"]), str(home.pulls[4]["id"])}
    small.server.fail(r"/pulls\?", status=200, body=[row])
    changed, _, _ = read(connector, "pulls", cursors)
    assert (str(row["id"]) in changed) == (stamp != "2026-05-01T00:00:00+02:00")


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded records are not beside this checkout")
def test_recorded_records_come_back_as_they_are() -> None:
    loaded = {
        stream: json.loads((RECORDED / f"github-{stream}.json").read_text()) for stream in ("issues", "pulls", "milestones")
    }
    twin = GithubTwin(lambda: datetime(2026, 5, 5, tzinfo=UTC), SECRET)
    twin.load(json.loads(json.dumps(loaded)))
    twin.server.start()
    connector = connect(twin, *twin.repositories)
    for stream, rows in loaded.items():
        wanted = {str(row["id"]): row for row in rows if "pull_request" not in row}
        found = {id: record.data for id, record in read(connector, stream)[0].items()}
        assert {id: found[id] for id in wanted} == wanted
        assert len(found) == len(wanted)
    twin.server.stop()


def test_every_error_of_a_lookup_is_one_of_the_six(small: GithubTwin) -> None:
    small.server.fail("/repos/", status=200, body={"message": "no id here"}, times=0)
    found = list(connect(small).scopes("issues"))
    assert [type(error) for error in found] == [Unavailable]
    assert isinstance(found[0], SyncError)
    assert found[0].scope == API


def test_comments_are_written_at_least_a_second_apart() -> None:
    assert KIND.limits.between_writes_s >= 1


def test_the_null_links_of_an_old_server_make_no_pull_request() -> None:
    old: dict[str, Any] = {"number": 1, "pull_request": {"url": None, "html_url": None}}
    others: list[Any] = [{}, {"url": "u"}, None]
    rows = [old, *({"number": n, "pull_request": pull} for n, pull in enumerate(others, 2))]
    assert [row["number"] for row in _of("issues", rows)] == [1, 4]
    assert len(_of("pulls", rows)) == 4
