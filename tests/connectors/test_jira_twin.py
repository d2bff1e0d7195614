"""The Jira twin behaves as a Jira does where a mirror would notice."""

import base64
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from syncd.demo.jira_twin import JiraTwin
from tests.connectors.contract import NOW
from tests.connectors.jira_given import Clock

Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def twin(clock: Clock) -> Iterator[JiraTwin]:
    yield from serving(JiraTwin(clock))


@pytest.fixture
def server(clock: Clock) -> Iterator[JiraTwin]:
    yield from serving(JiraTwin(clock, edition="server"))


def serving(twin: JiraTwin) -> Iterator[JiraTwin]:
    for key in ("PLAT", "PAY"):
        twin.project(key)
    for n in range(6):
        twin.issue("PAY" if n == 5 else "PLAT", f"Work {n}", at=NOW - timedelta(hours=6 - n))
    twin.server.start()
    yield twin
    twin.server.stop()


def ask(twin: JiraTwin, path: str, body: Any = None, method: str | None = None, **query: str) -> tuple[int, Any]:
    """One request as a client of its own would send it: status and decoded answer."""
    sign = f"Basic {base64.b64encode(f'{twin.login}:{twin.token}'.encode()).decode()}" if twin.cloud else f"Bearer {twin.token}"
    data = json.dumps(body).encode() if body is not None else None
    url = f"{twin.url}/rest/api/{path}?{urllib.parse.urlencode(query)}"
    request = urllib.request.Request(url, data, {"Authorization": sign}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def keys(answer: tuple[int, Any]) -> list[str]:
    assert answer[0] == 200, answer
    return [issue["key"] for issue in answer[1]["issues"]]


@pytest.mark.parametrize(
    ("jql", "expected"),
    [
        ("project = PAY", ["PAY-1"]),
        ("project in (PLAT, PAY) ORDER BY key DESC", ["PLAT-5", "PLAT-4", "PLAT-3", "PLAT-2", "PLAT-1", "PAY-1"]),
        ("project = 'plat' and created >= '2026-05-05 07:00' order by created", ["PLAT-5"]),
        ('project = PLAT AND updated >= "2026/05/05 05:00" AND updated < "2026-05-05 06:00" ORDER BY id', ["PLAT-3"]),
        ("project = PLAT AND updated >= -2h ORDER BY created ASC, key ASC", ["PLAT-5"]),
        ("key in (PLAT-2, PAY-1) ORDER BY created ASC", ["PLAT-2", "PAY-1"]),
        ("project = PAY OR key = PLAT-1 AND key = PLAT-2", ["PAY-1"]),
        ("(project = PAY OR key = PLAT-1) AND (key = PLAT-1)", ["PLAT-1"]),
        ("project = PAY AND (statusCategory != Done OR updated >= -1d)", ["PAY-1"]),
        ("project = PAY AND statusCategory = Done", []),
    ],
)
def test_queries_mean_what_they_mean_in_jira(server: JiraTwin, jql: str, expected: list[str]) -> None:
    assert keys(ask(server, "2/search", jql=jql)) == expected


@pytest.mark.parametrize(
    ("jql", "words"),
    [
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
        ("shoe = 43", "Field 'shoe' does not exist"),
        ('updated >= "soon"', "Date value 'soon' for field 'updated' is invalid"),
        ("project", "Expecting either a value, list or function"),
        ("project = PLAT ORDER BY colour", "Not able to sort using field 'colour'"),
        ('project = "PLAT', "reserved JQL character"),
        ("(project = PLAT", "Expecting ')'"),
    ],
)
def test_a_wrong_query_is_refused_in_jiras_words(server: JiraTwin, jql: str, words: str) -> None:
    status, said = ask(server, "2/search", jql=jql)
    assert status == 400
    assert words in said["errorMessages"][0]


def test_cloud_sends_the_old_search_away_and_wants_a_restriction(twin: JiraTwin) -> None:
    status, said = ask(twin, "3/search", jql="project = PLAT")
    assert (status, "has been removed" in said["errorMessages"][0]) == (410, True)
    status, said = ask(twin, "3/search/jql", jql="ORDER BY key")
    assert (status, "Unbounded" in said["errorMessages"][0]) == (400, True)


def test_cloud_gives_ids_unless_fields_are_asked_for_and_a_token_that_fits_one_query(twin: JiraTwin) -> None:
    _, first = ask(twin, "3/search/jql", jql="project = PLAT", maxResults="2")
    assert [list(issue) for issue in first["issues"]] == [["id"], ["id"]]
    assert (first["isLast"], "total" in first) == (False, False)
    token = first["nextPageToken"]
    _, second = ask(twin, "3/search/jql", jql="project = PLAT", maxResults="9", nextPageToken=token)
    assert (len(second["issues"]), second["isLast"], "nextPageToken" in second) == (3, True, False)
    assert ask(twin, "3/search/jql", jql="project = PAY", nextPageToken=token)[0] == 400
    assert ask(twin, "3/search/jql", jql="project = PLAT", nextPageToken="!")[0] == 400


def test_version_3_gives_texts_as_documents_and_takes_no_other(twin: JiraTwin) -> None:
    twin.edit("PLAT-1", description="one\ntwo")
    _, issue = ask(twin, "3/issue/PLAT-1")
    assert [p["content"][0]["text"] for p in issue["fields"]["description"]["content"]] == ["one", "two"]
    assert ask(twin, "2/issue/PLAT-1")[1]["fields"]["description"] == "one\ntwo"
    assert ask(twin, "3/issue/PLAT-1/comment", {"body": "plain"})[0] == 400
    assert ask(twin, "2/issue/PLAT-1/comment", {"body": "plain"})[0] == 201


def test_a_stranger_is_told_nothing_but_what_the_server_is(twin: JiraTwin) -> None:
    twin.token = "another"
    asked = urllib.request.Request(f"{twin.url}/rest/api/2/myself", headers={"Authorization": "Basic x"})
    with pytest.raises(urllib.error.HTTPError, match="401") as caught:
        urllib.request.urlopen(asked, timeout=5)
    caught.value.close()
    assert ask(twin, "2/serverInfo")[0] == 200


def test_both_ends_of_a_link_show_it_and_what_the_other_is_now(twin: JiraTwin) -> None:
    twin.link("PLAT-1", "PAY-1")
    twin.edit("PLAT-1", status="Done")
    (there,) = twin.held("PAY-1")["fields"]["issuelinks"]
    assert there["type"]["inward"] == "is blocked by"
    assert (there["inwardIssue"]["key"], there["inwardIssue"]["fields"]["status"]["name"]) == ("PLAT-1", "Done")
    (here,) = twin.held("PLAT-1")["fields"]["issuelinks"]
    assert here["outwardIssue"]["key"] == "PAY-1"
    twin.delete("PLAT-1")
    assert twin.held("PAY-1")["fields"]["issuelinks"] == []


def test_done_work_is_resolved_and_reopened_work_is_not(twin: JiraTwin, clock: Clock) -> None:
    twin.edit("PLAT-1", status="Done")
    assert twin.held("PLAT-1")["fields"]["resolution"]["name"] == "Done"
    assert twin.held("PLAT-1")["fields"]["resolutiondate"] == "2026-05-05T09:00:00.000+0200"
    twin.edit("PLAT-1", status="In Progress")
    assert twin.held("PLAT-1")["fields"]["resolution"] is None


def test_versions_that_come_and_go_leave_a_line_each(twin: JiraTwin) -> None:
    for name in ("2.1", "2.2"):
        twin.version("PLAT", name)
    twin.edit("PLAT-1", fixVersions=["2.1"])
    twin.edit("PLAT-1", fixVersions=["2.2"])
    latest = twin.held("PLAT-1")["changelog"]["histories"][0]["items"]
    assert [(line["field"], line["fromString"], line["toString"]) for line in latest] == [
        ("Fix Version", "2.1", None),
        ("Fix Version", None, "2.2"),
    ]


def test_data_center_knows_neither_tokens_nor_version_3(server: JiraTwin) -> None:
    assert ask(server, "2/search/jql", jql="project = PLAT")[0] == 404
    assert ask(server, "3/serverInfo")[0] == 404
    _, page = ask(server, "2/search", {"jql": "project = PLAT", "startAt": 3, "maxResults": 2, "fields": ["summary"]})
    assert (page["startAt"], page["total"], len(page["issues"])) == (3, 5, 2)
    assert list(page["issues"][0]["fields"]) == ["summary"]
