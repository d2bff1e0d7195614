"""GitHub's optional streams: reviews, environments, deployments, releases, and the checks of open pull requests."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.github import KIND
from syncd.contract import AuthFailed, Connector, Page, RateLimited, Unavailable
from syncd.demo.github_access import Grant
from syncd.demo.github_twin import GithubTwin
from syncd.model.raw import Scope
from tests.connectors.contract import NOW, SECRET, OpenGate, read
from tests.connectors.github_given import API, Clock, around, settings

OPTIONAL = tuple(name for name, stream in KIND.streams.items() if stream.optional and not stream.of_contracts)


@pytest.fixture
def twin() -> Iterator[GithubTwin]:
    twin = GithubTwin(Clock(NOW - timedelta(days=3)), SECRET)
    twin.repository(API)
    for n in range(4):
        twin.pull(API, f"Pull {n}")
    around(twin)
    twin.server.start()
    yield twin
    twin.server.stop()


def connect(twin: GithubTwin, **changes: Any) -> Connector:
    return KIND.connect(replace(settings(twin, API), **changes), OpenGate())


def scope(connector: Connector, stream: str) -> Scope:
    found = next(iter(connector.scopes(stream)))
    assert isinstance(found, Scope)
    return found


def pages(connector: Connector, stream: str, since: str | None = None) -> list[Page]:
    return list(connector.fetch(stream, scope(connector, stream), since))


def data(connector: Connector, stream: str, cursors: dict[str, str] | None = None) -> dict[str, Any]:
    """Records by key."""
    return {str(record.ref.key): record.data for record in read(connector, stream, cursors)[0].values()}


def asked(twin: GithubTwin, match: str = "") -> list[str]:
    return [f"{entry.status} {re.sub(r'[?].*', '', entry.line)}" for entry in twin.server.requests(match)]


# --- all of them ---------------------------------------------------------------------------------------------------------


def test_they_are_read_only_where_they_are_named() -> None:
    assert OPTIONAL == ("reviews", "environments", "deployments", "releases", "check_states")
    assert not any(KIND.streams[name].takes for name in OPTIONAL)


@pytest.mark.parametrize("stream", OPTIONAL)
def test_each_record_can_be_read_by_itself_as_the_list_gave_it(twin: GithubTwin, stream: str) -> None:
    connector = connect(twin)
    found = read(connector, stream)[0]
    assert len(found) >= 2
    for record in found.values():
        again = connector.fetch_one(record.ref)
        assert (again.ref, again.ref.key, again.data) == (record.ref, record.ref.key, record.data)


@pytest.mark.parametrize("stream", OPTIONAL)
def test_a_census_names_all_ids(twin: GithubTwin, stream: str) -> None:
    connector = connect(twin)
    wanted = set(read(connector, stream)[0])
    assert {id for ids in connector.census(stream, scope(connector, stream)) for id in ids} == wanted


@pytest.mark.parametrize("stream", OPTIONAL)
def test_a_record_that_answers_404_is_not_gone(twin: GithubTwin, stream: str) -> None:
    connector = connect(twin)
    ref = next(iter(read(connector, stream)[0].values())).ref
    twin.server.fail(".", status=404, body={"message": "Not Found"}, times=0)
    with pytest.raises(Unavailable):
        connector.fetch_one(ref)


LISTS = {
    "reviews": "/reviews",
    "environments": "/environments",
    "deployments": "/deployments",
    "releases": "/releases",
    "check_states": "/check-runs",
}


@pytest.mark.parametrize("stream", [name for name in OPTIONAL if name != "reviews"])
def test_a_server_that_lacks_it_is_told_so_after_a_second_look(twin: GithubTwin, stream: str) -> None:
    connector = connect(twin)
    place = scope(connector, stream)
    twin.server.fail(LISTS[stream], status=404, body={"message": "Not Found"}, times=0)
    twin.server.log.clear()
    assert list(connector.fetch(stream, place, None)) == [Page(unsupported=True)]
    assert asked(twin)[-1] == f"200 GET /repos/{API}"


@pytest.mark.parametrize("stream", OPTIONAL)
def test_a_list_that_is_hidden_with_its_repository_is_not_lacking(twin: GithubTwin, stream: str) -> None:
    connector = connect(twin)
    place = scope(connector, stream)
    twin.server.fail(".", status=404, body={"message": "Not Found"}, times=0)
    with pytest.raises(Unavailable) as caught:
        list(connector.fetch(stream, place, None))
    assert caught.value.scope == API


@pytest.mark.parametrize(
    ("stream", "grant"),
    [
        ("reviews", "Grant the token pull_requests: read"),
        ("environments", "Grant the token actions: read"),
        ("deployments", "Grant the token deployments: read"),
        ("releases", "Grant the token contents: read"),
        ("check_states", "sign in as a GitHub App, or with a classic token"),
    ],
)
def test_a_token_without_the_permission_is_told_what_to_do(twin: GithubTwin, stream: str, grant: str) -> None:
    has = {"metadata": "read"} | ({"pull_requests": "read", "statuses": "read"} if stream == "check_states" else {})
    twin.grants["fine"] = Grant("syncd-bot", permissions=has)
    connector = connect(twin, secret=lambda: "fine")
    with pytest.raises(AuthFailed, match=grant) as caught:
        pages(connector, stream)
    assert caught.value.scope == API


@pytest.mark.parametrize("stream", OPTIONAL)
@pytest.mark.parametrize("status", [500, 429])
def test_a_fault_is_never_an_empty_list(twin: GithubTwin, stream: str, status: int) -> None:
    connector = connect(twin)
    place = scope(connector, stream)
    twin.server.fail(LISTS[stream], status=status, body={"message": "oops"}, times=0)
    found: list[Page] = []
    with pytest.raises((Unavailable, RateLimited)):
        for page in connector.fetch(stream, place, None):
            found.append(page)
    assert not any(page.complete or page.unsupported for page in found)


# --- reviews -------------------------------------------------------------------------------------------------------------


def test_reviews_come_with_their_pull_request(twin: GithubTwin) -> None:
    found = data(connect(twin), "reviews")
    assert [(re.sub(r"\d+$", "", key), row["state"]) for key, row in sorted(found.items())] == [
        (f"{API}#1/reviews/", "CHANGES_REQUESTED"),
        (f"{API}#1/reviews/", "APPROVED"),
        (f"{API}#2/reviews/", "COMMENTED"),
    ]


def test_later_only_the_reviews_of_changed_pull_requests_are_asked_for(twin: GithubTwin) -> None:
    twin.now.at += timedelta(hours=1)  # type: ignore[attr-defined]
    twin.edit(API, 4, title="Edited")
    connector = connect(twin)
    _, _, cursors = read(connector, "reviews")
    twin.server.log.clear()
    assert data(connector, "reviews", cursors) == {}
    assert asked(twin) == [f"304 GET /repos/{API}/pulls"]
    twin.now.at += timedelta(hours=1)  # type: ignore[attr-defined]
    new = twin.around.review(API, 3)
    twin.server.log.clear()
    assert [row["id"] for row in data(connector, "reviews", cursors).values()] == [new["id"]]
    assert asked(twin, "reviews") == [f"200 GET /repos/{API}/pulls/{n}/reviews" for n in (3, 4)]


# --- environments and releases -------------------------------------------------------------------------------------------


def test_environments_say_who_must_approve(twin: GithubTwin) -> None:
    found = data(connect(twin), "environments")
    assert [rule["type"] for rule in found[f"{API}/environments/production"]["protection_rules"]] == ["required_reviewers"]
    assert found[f"{API}/environments/staging"]["protection_rules"] == []


@pytest.mark.parametrize("stream", ["environments", "releases"])
def test_what_was_deleted_is_missing_from_the_whole_list(twin: GithubTwin, stream: str) -> None:
    connector = connect(twin)
    (first,) = pages(connector, stream)
    home = twin.home(API)
    if stream == "environments":
        del home.environments["staging"]
    else:
        home.releases.pop()
    (later,) = pages(connector, stream, first.cursor)
    assert (first.whole, later.whole) == (True, True)
    assert (len(first.records), len(later.records)) == (2, 1)
    (idle,) = pages(connector, stream, later.cursor)
    assert (idle.whole, idle.records, idle.complete) == (False, (), True)


def test_releases_of_many_pages_are_all_read_and_prove_no_absence(twin: GithubTwin) -> None:
    for n in range(120):
        twin.around.release(API, f"v2.{n}")
    found = pages(connect(twin), "releases")
    assert sum(len(page.records) for page in found) == 122
    assert [(page.complete, page.whole) for page in found] == [(False, False), (True, False)]


# --- deployments ---------------------------------------------------------------------------------------------------------


def test_deployments_come_with_their_latest_status(twin: GithubTwin) -> None:
    first = twin.home(API).deployments[-1]
    twin.around.progress(API, first["id"], "inactive")
    found = data(connect(twin), "deployments")
    states = {row["environment"]: (row["latest_status"] or {}).get("state") for row in found.values() if row["latest_status"]}
    assert states == {"staging": "inactive", "production": "in_progress"}
    assert sum(row["latest_status"] is None for row in found.values()) == 1


@pytest.mark.parametrize("touch", [True, False])
def test_a_deployment_that_goes_on_is_seen_whether_or_not_the_list_tells(twin: GithubTwin, touch: bool) -> None:
    connector = connect(twin)
    _, _, cursors = read(connector, "deployments")
    twin.around.progress(API, twin.home(API).deployments[1]["id"], "success", touch=touch)
    found = data(connector, "deployments", cursors)
    assert [row["latest_status"]["state"] for row in found.values() if row["latest_status"]].count("success") >= 1


def test_an_idle_look_at_deployments_that_have_ended_is_one_request(twin: GithubTwin) -> None:
    for row in twin.home(API).deployments:
        twin.around.progress(API, row["id"], "success")
    twin.now.at += timedelta(hours=1)  # type: ignore[attr-defined]
    twin.around.deploy(API, state="success")
    connector = connect(twin)
    _, _, cursors = read(connector, "deployments")
    twin.server.log.clear()
    assert data(connector, "deployments", cursors) == {}
    assert asked(twin) == [f"304 GET /repos/{API}/deployments"]


def test_later_only_what_is_new_is_asked_for_and_old_pages_are_left(twin: GithubTwin) -> None:
    for _ in range(220):
        twin.around.deploy(API, state="success")
    connector = connect(twin)
    _, _, cursors = read(connector, "deployments")
    twin.now.at += timedelta(days=5)  # type: ignore[attr-defined]
    new = twin.around.deploy(API, state="failure")
    twin.server.log.clear()
    assert str(new["id"]) in read(connector, "deployments", cursors)[0]
    assert len(twin.server.requests(r"/deployments\?")) <= 2
    assert len(twin.server.requests("/statuses")) < 15


@pytest.mark.parametrize("taken", [True, False], ids=["goes on", "starts anew"])
def test_a_read_of_deployments_that_was_killed_goes_on(twin: GithubTwin, taken: bool) -> None:
    for _ in range(150):
        twin.around.deploy(API, state="success")
    first = next(connect(twin).fetch("deployments", scope(connect(twin), "deployments"), None))
    if not taken:
        twin.server.fail("page=2", status=422, body={"message": "Validation Failed"})
    rest = pages(connect(twin), "deployments", first.cursor)
    assert len({record.ref.id for page in (first, *rest) for record in page.records}) == 153


def test_deployments_before_the_history_are_not_asked_for(twin: GithubTwin) -> None:
    old = twin.around.deploy(API, state="success")
    old.update(created_at="2024-01-01T00:00:00Z", updated_at="2024-01-01T00:00:00Z")
    found = data(connect(twin, history_days=100), "deployments")
    assert len(found) == 3
    assert not twin.server.requests(f"/{old['id']}/statuses")


# --- check states --------------------------------------------------------------------------------------------------------


def test_each_open_pull_request_has_the_answers_about_its_head(twin: GithubTwin) -> None:
    twin.edit(API, 4, state="closed")
    found = data(connect(twin), "check_states")
    assert set(found) == {f"{API}#{n}/checks" for n in (1, 2, 3)}
    one = found[f"{API}#1/checks"]
    assert {run["name"]: run["conclusion"] for run in one["check_runs"]["check_runs"]} == {"build": "success", "lint": None}
    assert [(row["context"], row["state"]) for row in one["status"]["statuses"]] == [("ci/deploy", "failure")]
    assert one["status"]["state"] == "failure"
    assert found[f"{API}#2/checks"]["check_runs"]["total_count"] == 0


def test_only_pull_requests_whose_checks_changed_come_again_and_the_others_are_free(twin: GithubTwin) -> None:
    connector = connect(twin)
    _, _, cursors = read(connector, "check_states")
    twin.server.log.clear()
    assert data(connector, "check_states", cursors) == {}
    assert [entry.status for entry in twin.server.requests("commits")] == [304] * 8
    sha = twin.home(API).pulls[1]["head"]["sha"]
    twin.around.run(API, sha, "lint")
    twin.around.status(API, twin.home(API).pulls[2]["head"]["sha"], "ci/deploy")
    found = data(connector, "check_states", cursors)
    assert set(found) == {f"{API}#1/checks", f"{API}#2/checks"}
    assert {run["name"]: run["conclusion"] for run in found[f"{API}#1/checks"]["check_runs"]["check_runs"]}["lint"] == "success"
    assert found[f"{API}#2/checks"]["check_runs"] is not None


def test_more_than_a_hundred_runs_are_all_in_the_record(twin: GithubTwin) -> None:
    sha = twin.home(API).pulls[3]["head"]["sha"]
    for n in range(130):
        twin.around.run(API, sha, f"shard {n}")
    found = data(connect(twin), "check_states")
    assert len(found[f"{API}#3/checks"]["check_runs"]["check_runs"]) == 130


def test_a_head_that_github_has_lost_stops_nothing(twin: GithubTwin) -> None:
    twin.server.fail(f"{twin.home(API).pulls[1]['head']['sha']}/", status=422, body={"message": "No commit found"}, times=0)
    found = data(connect(twin), "check_states")
    assert len(found) == 4
    assert (found[f"{API}#1/checks"]["check_runs"], found[f"{API}#1/checks"]["status"]) == (None, None)


def test_checks_are_not_asked_for_where_pull_requests_are_switched_off(twin: GithubTwin) -> None:
    twin.home(API).row["has_pull_requests"] = False
    connector = connect(twin)
    for stream in ("pulls", "reviews", "check_states"):
        assert list(connector.scopes(stream)) == []
    assert [s.name for s in connector.scopes("issues") if isinstance(s, Scope)] == [API]
