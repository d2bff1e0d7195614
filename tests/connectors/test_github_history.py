"""A first read that is bound to some days: what was closed long ago stays out, what is open comes, nothing is lost meanwhile."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.github import KIND
from syncd.contract import Connector, Page
from syncd.demo.github_twin import GithubTwin
from syncd.model.raw import Scope
from tests.connectors.contract import NOW, SECRET, OpenGate, read
from tests.connectors.github_given import API, Clock, settings

DAYS = 100
LONG_AGO = "2024-03-01T08:00:00Z"
STREAMS = ["issues", "pulls"]


@pytest.fixture
def twin() -> Iterator[GithubTwin]:
    """Of each stream: 230 that are old and open, 150 that are old and closed, 130 of late, every third of them closed."""
    twin = GithubTwin(Clock(NOW - timedelta(days=30)), SECRET)
    twin.repository(API)
    for make in (twin.issue, twin.pull):
        for n in range(230):
            make(API, f"Old and open {n}", created_at=f"2024-01-{1 + n % 28:02}T08:00:00Z")
        for n in range(150):
            make(API, f"Old and closed {n}", created_at=LONG_AGO, state="closed")
        for n in range(130):
            make(API, f"Of late {n}", **({"state": "closed"} if n % 3 == 0 else {}))
    twin.server.start()
    yield twin
    twin.server.stop()


def connect(twin: GithubTwin, days: int | None = DAYS) -> Connector:
    return KIND.connect(replace(settings(twin, API), history_days=days), OpenGate())


def scope(connector: Connector) -> Scope:
    (found,) = connector.scopes("pulls")
    assert isinstance(found, Scope)
    return found


def titles(pages: list[Page]) -> dict[str, str]:
    """What kind each record is, by key: "Old and open", "Old and closed", "Of late"."""
    return {str(r.ref.key): re.sub(r" \d+$", "", str(r.data["title"])) for page in pages for r in page.records}


def count(found: dict[str, str]) -> dict[str, int]:
    return {kind: list(found.values()).count(kind) for kind in sorted(set(found.values()))}


@pytest.mark.parametrize("stream", STREAMS)
def test_what_was_closed_long_ago_is_not_read_and_what_is_open_is(twin: GithubTwin, stream: str) -> None:
    pages = list(connect(twin).fetch(stream, scope(connect(twin)), None))
    assert count(titles(pages)) == {"Of late": 130, "Old and open": 230}
    assert [page.complete for page in pages].count(True) == 1
    assert pages[-1].complete


@pytest.mark.parametrize(("stream", "most"), [("issues", 8), ("pulls", 6)])
def test_it_takes_no_more_requests_than_its_records_and_a_look(twin: GithubTwin, stream: str, most: int) -> None:
    """The list of issues holds the pull requests, too: 260 of late and 460 old ones are on 3 and 5 pages."""
    connector = connect(twin)
    place = scope(connector)
    twin.server.log.clear()
    list(connector.fetch(stream, place, None))
    assert len(twin.server.log) <= most + 1


@pytest.mark.parametrize("stream", STREAMS)
def test_later_a_change_of_something_old_is_read_and_an_idle_look_is_one_request(twin: GithubTwin, stream: str) -> None:
    connector = connect(twin)
    _, _, cursors = read(connector, stream)
    twin.server.log.clear()
    assert read(connect(twin), stream, cursors)[0] == {}
    assert len(twin.server.requests(f"/{stream}")) == 1
    old = 231 if stream == "issues" else 510 + 231
    twin.edit(API, old, title="Old and touched")
    changed, _, _ = read(connect(twin), stream, cursors)
    assert f"{API}#{old}" in {record.ref.key for record in changed.values()}


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("change", [{"state": "closed"}, {"title": "Old and open 999"}], ids=["closed", "edited"])
def test_what_moves_while_the_old_ones_are_read_hides_nothing(twin: GithubTwin, stream: str, change: dict[str, Any]) -> None:
    connector = connect(twin)
    first = 1 if stream == "issues" else 511
    moving = iter(range(first, first + 20))
    found: list[Page] = []
    for page in connector.fetch(stream, scope(connector), None):
        found.append(page)
        if page.cursor and "asc" in page.cursor:  # between two pages of the older open ones
            for _ in range(10):
                if (number := next(moving, None)) is not None:
                    twin.edit(API, number, **change)
    assert count(titles(found))["Old and open"] == 230
    assert found[-1].complete


def test_a_list_that_does_not_come_to_rest_is_left_to_the_next_fetch(twin: GithubTwin) -> None:
    connector = connect(twin)
    moving = iter(range(1, 400))
    found: list[Page] = []
    for page in connector.fetch("issues", scope(connector), None):
        found.append(page)
        twin.edit(API, next(moving) % 200 + 1, state="closed")
    assert not any(page.complete for page in found)
    later = list(connector.fetch("issues", scope(connector), found[-1].cursor))
    assert count(titles([*found, *later]))["Old and open"] == 230
    assert later[-1].complete


@pytest.mark.parametrize("stream", STREAMS)
def test_a_first_read_that_is_killed_at_any_page_goes_on(twin: GithubTwin, stream: str) -> None:
    whole = list(connect(twin).fetch(stream, scope(connect(twin)), None))
    for stop in range(1, len(whole)):
        before = []
        for page in connect(twin).fetch(stream, scope(connect(twin)), None):
            before.append(page)
            if len(before) == stop:
                break
        after = list(connect(twin).fetch(stream, scope(connect(twin)), before[-1].cursor))
        assert count(titles([*before, *after])) == {"Of late": 130, "Old and open": 230}, stop
        assert after[-1].complete


def test_a_page_address_that_is_no_longer_taken_starts_the_older_ones_anew(twin: GithubTwin) -> None:
    before: list[Page] = []
    for page in connect(twin).fetch("pulls", scope(connect(twin)), None):
        before.append(page)
        if "asc" in str(page.cursor):
            break
    twin.server.fail("page=2", status=422, body={"message": "Validation Failed"})
    after = list(connect(twin).fetch("pulls", scope(connect(twin)), before[-1].cursor))
    assert count(titles([*before, *after])) == {"Of late": 130, "Old and open": 230}


@pytest.mark.parametrize("stream", STREAMS)
def test_a_longer_history_is_read_when_it_is_asked_for(twin: GithubTwin, stream: str) -> None:
    _, _, cursors = read(connect(twin), stream)
    wider, _, _ = read(connect(twin, None), stream, cursors)
    assert len(wider) == 510
    same, _, _ = read(connect(twin, DAYS), stream, cursors)
    shorter, _, _ = read(connect(twin, 10), stream, cursors)
    assert (same, shorter) == ({}, {})


def test_reviews_are_those_of_the_pull_requests_that_are_read(twin: GithubTwin) -> None:
    home = twin.home(API)
    kept, left = home.pulls[511], home.pulls[511 + 230]
    for pull in (kept, left):
        at = pull["updated_at"]
        twin.around.review(API, pull["number"])
        twin.edit(API, pull["number"], updated_at=at)
    found, _, _ = read(connect(twin), "reviews")
    assert {record.data["pull_request_url"] for record in found.values()} == {kept["url"]}


def test_without_a_bound_everything_is_read(twin: GithubTwin) -> None:
    assert len(read(connect(twin, None), "issues")[0]) == 510


def test_the_weight_of_a_bound_read_is_told_where_github_counts_it(twin: GithubTwin) -> None:
    twin.home(API).row["open_issues_count"] = 460 + 172
    connector = connect(twin)
    weight = connector.weigh("issues", scope(connector))
    twin.server.log.clear()
    list(connector.fetch("issues", scope(connector), None))
    assert weight is not None
    assert abs(weight - len(twin.server.log)) <= 2
    assert connector.weigh("pulls", scope(connector)) is None
