"""Freeze periods: read from each project by itself, and the intervals that their cron expressions mean."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from connectors.gitlab.freeze import AHEAD, BEFORE, MOST, expanded
from syncd.contract import AuthFailed, Connector, Page, SyncError, Unavailable
from syncd.model.raw import Scope
from tests.connectors.contract import NOW, read, scopes
from tests.connectors.gitlab_given import connecting, twin

LIST = r"^GET /api/v4/projects/\d+/freeze_periods\?"


@pytest.fixture
def connected() -> Iterator[Callable[..., Connector]]:
    with connecting() as connect:
        yield connect


def intervals(start: str, end: str, zone: str = "UTC", now: datetime = NOW) -> list[tuple[str, str]]:
    row = {"id": 1, "freeze_start": start, "freeze_end": end, "cron_timezone": zone}
    return [(one["start"], one["end"]) for one in expanded(row, now)["occurrences"]]


# --- intervals -------------------------------------------------------------------------------------------------------------


def test_a_weekend_in_berlin_is_an_hour_longer_or_shorter_when_the_clocks_change() -> None:
    found = dict(intervals("0 18 * * 5", "0 8 * * 1", "Europe/Berlin", datetime(2026, 10, 1, tzinfo=UTC)))
    assert found["2026-10-16T16:00:00Z"] == "2026-10-19T06:00:00Z"
    assert found["2026-10-23T16:00:00Z"] == "2026-10-26T07:00:00Z"
    assert found["2027-03-26T17:00:00Z"] == "2027-03-29T06:00:00Z"


def test_a_month_back_and_half_a_year_ahead_are_given_and_what_holds_at_the_edge() -> None:
    found = intervals("0 0 * * 6", "0 0 * * 1")
    today = datetime(2026, 5, 5, tzinfo=UTC)
    starts, ends = ([datetime.fromisoformat(one[n]) for one in found] for n in (0, 1))
    assert starts[0] < today - BEFORE < ends[0]
    assert today + AHEAD - timedelta(days=7) < starts[-1] < today + AHEAD


def test_the_time_of_day_changes_nothing_until_midnight() -> None:
    early, late = NOW.replace(hour=0, minute=1), NOW.replace(hour=23, minute=59)
    assert intervals("0 * * * *", "30 * * * *", now=early) == intervals("0 * * * *", "30 * * * *", now=late)


def test_a_start_within_a_freeze_begins_no_other() -> None:
    """GitLab's own check (Ci::FreezePeriod): from a start to the next end."""
    found = intervals("0 18 * * *", "0 8 * * 1", now=datetime(2026, 5, 5, tzinfo=UTC))
    assert ("2026-05-04T18:00:00Z", "2026-05-11T08:00:00Z") in found
    assert all(before[1] < after[0] for before, after in pairwise(found))


def test_a_freeze_that_ends_as_it_begins_again_goes_on() -> None:
    found = intervals("0 0 1 * *", "0 0 1 * *")
    assert ("2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z") in found
    assert ("2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z") in found


def test_a_year_end_freeze_is_there_when_it_comes_near() -> None:
    assert intervals("0 0 20 12 *", "0 0 6 1 *") == []
    assert intervals("0 0 20 12 *", "0 0 6 1 *", now=datetime(2026, 9, 1, tzinfo=UTC)) == [
        ("2026-12-20T00:00:00Z", "2027-01-06T00:00:00Z")
    ]


def test_expressions_that_fire_all_the_time_give_a_bounded_number() -> None:
    assert 0 < len(intervals("* * * * *", "* * * * *")) <= MOST
    assert intervals("0 * * * *", "30 * * * *")[0][0] == "2026-05-05T00:00:00Z"  # those to come


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        ("Berlin", "16"),
        ("Eastern Time (US & Canada)", "22"),
        ("Europe/Berlin", "16"),
        ("Etc/UTC", "18"),
        ("Kyiv", "15"),
        ("Islamabad", "13"),
        ("Wellington", "06"),
        ("Samoa", "05"),
        ("Brasilia", "21"),
    ],
)
def test_zones_by_the_names_that_gitlab_takes(zone: str, hour: str) -> None:
    (found,) = (start for start, _ in intervals("0 18 9 6 *", "0 8 1 7 *", zone))
    assert found == f"2026-06-09T{hour}:00:00Z"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"freeze_start": "tomorrow", "freeze_end": "0 8 * * 1", "cron_timezone": "UTC"}, "cron expressions"),
        ({"freeze_start": "0 18 * * 5", "freeze_end": "0 8 31 2 *", "cron_timezone": "UTC"}, "cron expressions"),
        ({"freeze_start": "0 18 * * 5", "freeze_end": None, "cron_timezone": "UTC"}, "cron expressions"),
        ({"freeze_start": "0 18 * * 5", "freeze_end": "0 8 * * 1", "cron_timezone": "Atlantis"}, "no known time zone"),
    ],
)
def test_what_cannot_be_understood_is_said_and_stops_nothing(row: dict[str, str], says: str) -> None:
    found = expanded(row, NOW)
    assert found["occurrences"] == []
    assert says in found["problem"]


# --- reading ---------------------------------------------------------------------------------------------------------------


def test_each_project_of_a_group_is_a_scope_of_its_own_and_costs_one_request(connected: Callable[..., Connector]) -> None:
    lab = twin()
    for path in ("acme/web", "acme/shop/api", "acme/docs", "acme/old"):
        lab.freeze_period(path, "0 18 * * 5", "0 8 * * 1")
    lab.project("acme/docs")["environments_access_level"] = "disabled"
    lab.project("acme/old")["archived"] = True
    connector = connected(lab, groups=["acme"])
    assert [scope.name for scope in scopes(connector, "freeze_periods")] == ["acme/web", "acme/shop/api"]
    lab.server.log.clear()
    found = read(connector, "freeze_periods")[0].values()
    assert {record.ref.key for record in found} == {f"{r.scope.name} freeze {r.ref.id}" for r in found}
    assert len(lab.server.requests(LIST)) == 2
    assert len(lab.server.requests("")) == 2 + 2  # the group and its list of projects


def test_a_freeze_period_that_is_taken_away_is_gone_with_the_next_read(connected: Callable[..., Connector]) -> None:
    lab = twin()
    lab.freeze_period("acme/web", "0 18 * * 5", "0 8 * * 1")
    connector = connected(lab, projects=["acme/web"])
    scope = scopes(connector, "freeze_periods")[0]
    (before,) = connector.fetch("freeze_periods", scope, None)
    lab.freeze_periods.clear()
    (after,) = connector.fetch("freeze_periods", scope, before.cursor)
    assert (len(before.records), len(after.records)) == (1, 0)
    assert before.whole
    assert after.whole


def test_more_freeze_periods_than_a_page_are_read_in_one(connected: Callable[..., Connector]) -> None:
    lab = twin()
    for n in range(130):
        lab.freeze_period("acme/web", f"{n % 60} 18 * * 5", "0 8 * * 1")
    connector = connected(lab, projects=["acme/web"])
    (page,) = connector.fetch("freeze_periods", scopes(connector, "freeze_periods")[0], None)
    assert len(page.records) == 130


def test_a_project_whose_freezes_the_account_may_not_read_is_no_trouble(connected: Callable[..., Connector]) -> None:
    lab = twin()
    lab.freeze_period("acme/web", "0 18 * * 5", "0 8 * * 1")
    lab.freeze_period("acme/api", "0 18 * * 5", "0 8 * * 1")
    lab.forbidden.add(("freeze_periods", lab.project("acme/web")["id"]))
    connector = connected(lab, groups=["acme"])
    told = {scope.name: list(connector.fetch("freeze_periods", scope, None)) for scope in scopes(connector, "freeze_periods")}
    assert told["acme/web"] == [Page(complete=True, unsupported=True)]
    assert len(told["acme/api"][0].records) == 1


@pytest.mark.parametrize(("status", "expected"), [(404, Unavailable), (403, AuthFailed), (500, Unavailable)])
def test_a_project_that_cannot_be_read_at_all_is_an_error(
    connected: Callable[..., Connector], status: int, expected: type[SyncError]
) -> None:
    lab = twin()
    lab.freeze_period("acme/web", "0 18 * * 5", "0 8 * * 1")
    connector = connected(lab, projects=["acme/web"])
    scope = scopes(connector, "freeze_periods")[0]
    lab.server.fail("/projects/", status=status, body={"message": "no"}, times=0)
    with pytest.raises(expected) as caught:
        list(connector.fetch("freeze_periods", scope, None))
    assert caught.value.scope == "acme/web"


def test_a_group_whose_projects_cannot_be_listed_is_an_error_beside_the_others(connected: Callable[..., Connector]) -> None:
    lab = twin()
    lab.project("acme/web")
    lab.project("shop/web")
    connector = connected(lab, groups=["acme", "shop"])
    lab.server.fail(f"/groups/{lab.group('acme')['id']}/projects", status=500, body={}, times=0)
    found = list(connector.scopes("freeze_periods"))
    assert [one.name for one in found if isinstance(one, Scope)] == ["shop/web"]
    assert [one.scope for one in found if isinstance(one, SyncError)] == ["acme"]


def test_one_freeze_period_is_read_as_in_the_list(connected: Callable[..., Connector]) -> None:
    lab = twin()
    lab.freeze_period("acme/web", "0 18 * * 5", "0 8 * * 1")
    connector = connected(lab, groups=["acme"])
    (record,) = read(connector, "freeze_periods")[0].values()
    assert connector.fetch_one(record.ref) == record
