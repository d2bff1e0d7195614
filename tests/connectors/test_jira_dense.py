"""Many issues changed at one moment, as after an import: a quiet look costs two requests, and no edit is lost by that."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors.jira import KIND
from syncd.contract import Connector
from syncd.demo import jira_rest
from syncd.demo.jira_jql import Query, Site, parse
from syncd.demo.jira_twin import JiraTwin
from tests.connectors.contract import SECRET, OpenGate, read
from tests.connectors.jira_given import Clock, settings

COUNT = 350


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["cloud", "server"])
def twin(request: pytest.FixtureRequest, clock: Clock) -> Iterator[JiraTwin]:
    twin = JiraTwin(clock, edition=request.param, token=SECRET)
    twin.most_per_page = 100
    twin.project("PLAT")
    twin.server.start()
    yield twin
    twin.server.stop()


@pytest.fixture
def heedless(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin gives issues as they were made, whatever order is asked for."""
    monkeypatch.setattr(jira_rest, "parse", lambda text, site: replace(parse(text, site), order=list))


def imported(twin: JiraTwin, clock: Clock, apart: timedelta = timedelta()) -> None:
    for n in range(COUNT):
        twin.issue("PLAT", f"Work {n}", at=clock() + n * apart)
    clock.moment += COUNT * apart


def connect(twin: JiraTwin, now: Callable[[], datetime]) -> Connector:
    return KIND.connect(replace(settings(twin, "PLAT"), now=now), OpenGate())


def look(connector: Connector, twin: JiraTwin, cursors: dict[str, str]) -> tuple[set[str | None], int, dict[str, str]]:
    """The keys found since, how many searches that took, and the cursors to go on from."""
    before = len(twin.server.requests("/search"))
    records, _, after = read(connector, "issues", cursors)
    return {record.ref.key for record in records.values()}, len(twin.server.requests("/search")) - before, after


def first(connector: Connector, twin: JiraTwin) -> dict[str, str]:
    found, searches, cursors = look(connector, twin, {})
    assert (len(found), searches) == (COUNT, 4)
    return cursors


@pytest.mark.parametrize("apart", [timedelta(), timedelta(milliseconds=40)])
def test_a_quiet_look_costs_two_requests_each_time(twin: JiraTwin, clock: Clock, apart: timedelta) -> None:
    imported(twin, clock, apart)
    connector = connect(twin, clock)
    cursors = first(connector, twin)
    for _ in range(3):
        clock.go(hours=1)
        _, searches, cursors = look(connector, twin, cursors)
        assert searches <= 2


@pytest.mark.usefixtures("heedless")
def test_a_quiet_look_costs_two_requests_also_where_the_order_is_not_heeded(twin: JiraTwin, clock: Clock) -> None:
    imported(twin, clock)
    connector = connect(twin, clock)
    cursors = first(connector, twin)
    assert look(connector, twin, cursors)[1] <= 2


@pytest.mark.parametrize("later", [{"milliseconds": 1}, {"seconds": 20}, {"minutes": 1}, {"days": 40}])
def test_an_edit_is_found_however_soon_and_the_looks_after_it_are_short(
    twin: JiraTwin, clock: Clock, later: dict[str, Any]
) -> None:
    imported(twin, clock)
    connector = connect(twin, clock)
    cursors = first(connector, twin)
    clock.go(**later)
    twin.edit("PLAT-170", duedate="2026-09-09")
    found, _, cursors = look(connector, twin, cursors)
    assert "PLAT-170" in found
    assert look(connector, twin, cursors)[1] <= 2


@pytest.mark.usefixtures("heedless")
@pytest.mark.parametrize("later", [{"minutes": 1}, {"days": 40}])
def test_an_edit_is_found_also_where_the_order_is_not_heeded(twin: JiraTwin, clock: Clock, later: dict[str, Any]) -> None:
    imported(twin, clock)
    connector = connect(twin, clock)
    cursors = first(connector, twin)
    clock.go(**later)
    twin.edit("PLAT-270", duedate="2026-09-09")
    assert "PLAT-270" in look(connector, twin, cursors)[0]


@pytest.mark.usefixtures("heedless")
def test_a_page_in_disorder_proves_nothing(twin: JiraTwin, clock: Clock) -> None:
    imported(twin, clock, apart=timedelta(milliseconds=40))
    connector = connect(twin, clock)
    cursors = first(connector, twin)
    twin.edit("PLAT-270", duedate="2026-09-09")
    assert "PLAT-270" in look(connector, twin, cursors)[0]


def test_an_edit_between_the_two_requests_is_found(twin: JiraTwin, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    imported(twin, clock)
    connector = connect(twin, clock)
    cursors = first(connector, twin)
    asked: list[str] = []

    def edited_before_the_second(text: str, site: Site) -> Query:
        asked.append(text)
        if len(asked) == 2:
            twin.edit("PLAT-170", duedate="2026-09-09")
        return parse(text, site)

    clock.go(hours=1)
    monkeypatch.setattr(jira_rest, "parse", edited_before_the_second)
    found, _, after = look(connector, twin, cursors)
    assert len(asked) >= 2
    assert "PLAT-170" in found | look(connector, twin, after)[0]


def test_what_is_edited_while_much_of_one_moment_is_read_is_found_by_the_next(twin: JiraTwin, clock: Clock) -> None:
    imported(twin, clock)
    connector = connect(twin, clock)
    (scope,) = connector.scopes("issues")
    pages = connector.fetch("issues", scope, None)  # type: ignore[arg-type]
    read_before = {record.ref.key for record in next(pages).records}
    for key in ("PLAT-1", "PLAT-350"):
        clock.go(seconds=10)
        twin.edit(key, duedate="2026-09-09")
    *_, last = pages
    assert "PLAT-350" in read_before
    again = {r.ref.key for page in connector.fetch("issues", scope, last.cursor) for r in page.records}  # type: ignore[arg-type]
    assert {"PLAT-1", "PLAT-350"} <= again


def test_a_long_first_read_is_followed_by_a_short_look(twin: JiraTwin, clock: Clock) -> None:
    imported(twin, clock, apart=timedelta(milliseconds=40))
    connector = connect(twin, clock)
    (scope,) = connector.scopes("issues")
    cursors = {}
    for page in connector.fetch("issues", scope, None):  # type: ignore[arg-type]
        clock.go(seconds=30)
        cursors = {scope.id: str(page.cursor)}  # type: ignore[union-attr]
    assert look(connector, twin, cursors)[1] <= 2


def test_more_edits_than_a_page_within_the_minute_are_all_found(twin: JiraTwin, clock: Clock) -> None:
    imported(twin, clock)
    connector = connect(twin, clock)
    cursors = first(connector, twin)
    clock.go(seconds=20)
    edited = {f"PLAT-{n}" for n in range(100, 250)}
    for key in edited:
        twin.edit(key, duedate="2026-09-09")
    assert edited <= look(connector, twin, cursors)[0]


def test_few_changes_are_read_at_once_with_those_of_the_minutes_before(twin: JiraTwin, clock: Clock) -> None:
    imported(twin, clock, apart=timedelta(minutes=1))
    connector = connect(twin, clock)
    cursors = first(connector, twin)
    found, searches, _ = look(connector, twin, cursors)
    assert (found, searches) == ({"PLAT-348", "PLAT-349", "PLAT-350"}, 1)
