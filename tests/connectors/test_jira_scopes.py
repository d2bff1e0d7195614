"""Which projects and which of their issues are read: patterns, exclusions, archived ones, a condition, a horizon."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.jira import JiraOptions
from syncd.contract import AuthFailed, Misconfigured, RateLimited, Unavailable
from syncd.demo.jira_twin import JiraTwin
from tests.connectors.contract import NOW
from tests.connectors.jira_given import Clock
from tests.connectors.jira_streams_given import connect, lines, pages, records, scope, serving, told


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["cloud", "server"])
def twin(request: pytest.FixtureRequest, clock: Clock) -> Iterator[JiraTwin]:
    yield from serving(request.param, clock, "PLAT", "PAY", "POS", "SHOP")


def keys(found: dict[str, Any]) -> set[str]:
    return {record.ref.key for record in found.values()}


# --- projects -------------------------------------------------------------------------------------------------------------


def test_a_pattern_finds_projects_and_new_ones_by_themselves(twin: JiraTwin) -> None:
    connector = connect(twin, "P*")
    assert told(connector) == (["PAY", "PLAT", "POS"], [], []) if twin.cloud else (["PLAT", "PAY", "POS"], [], [])
    twin.project("PLAN")
    assert "PLAN" in told(connector)[0]


def test_a_pattern_pays_no_attention_to_case(twin: JiraTwin) -> None:
    assert set(told(connect(twin, "pl*"))[0]) == {"PLAT"}


def test_what_is_excluded_is_not_read_unless_it_is_named(twin: JiraTwin) -> None:
    names, notices, errors = told(connect(twin, "POS", "P*", options={"exclude": ["P?S", "PAY"]}))
    assert (names, notices, errors) == (["POS", "PLAT"], [], [])


def test_many_projects_are_listed_by_one_request_for_a_hundred(twin: JiraTwin) -> None:
    for n in range(230):
        twin.project(f"X{n}")
    connector = connect(twin, "X*")
    names, _, errors = told(connector)
    assert (len(names), errors) == (230, [])
    assert len(lines(twin, "/project")) == (3 if twin.cloud else 1)
    before = len(twin.server.log)
    (page,) = pages(connector, "projects", name="X7")
    assert page.records[0].data["name"] == "X7"
    assert len(lines(twin, "/project/X7")) == 0
    assert len(twin.server.log) - before == (3 if twin.cloud else 1)


def test_the_other_streams_rely_on_the_list_of_the_first(twin: JiraTwin) -> None:
    connector = connect(twin, "*")
    list(connector.scopes("projects"))
    before = len(twin.server.log)
    assert len(list(connector.scopes("issues"))) == 4
    assert len(twin.server.log) == before


def test_a_pattern_that_finds_nothing_is_one_line_and_the_others_follow(twin: JiraTwin) -> None:
    names, _, (error,) = told(connect(twin, "PLAT", "ZZ*"))
    assert names == ["PLAT"]
    assert isinstance(error, Misconfigured)
    assert error.scope == "ZZ*"
    assert error.text == "projects: 'ZZ*' matches nothing (none of 4 that the account sees fits). Correct it, or take it out"


@pytest.mark.parametrize(
    ("wanted", "notice"),
    [
        (["PLAT", "PLAT"], "project PLAT is named twice, by 'PLAT' and by 'PLAT'; it is read once"),
        (["PLAT", "PL*"], "project PLAT is named twice, by 'PLAT' and by 'PL*'; it is read once"),
        (["PL*", "*AT"], "project PLAT is named twice, by 'PL*' and by '*AT'; it is read once"),
    ],
)
def test_a_project_that_is_named_twice_is_read_once_and_said(twin: JiraTwin, wanted: list[str], notice: str) -> None:
    assert told(connect(twin, *wanted)) == (["PLAT"], [notice], [])


def test_a_project_named_by_key_and_by_id_is_read_once_and_said(twin: JiraTwin) -> None:
    id = str(twin.projects["PLAT"]["id"])
    names, (notice,), errors = told(connect(twin, "PLAT", id))
    assert (names, errors) == (["PLAT"], [])
    assert f"by 'PLAT' and by '{id}'" in notice


def test_archived_projects_are_left_out(twin: JiraTwin) -> None:
    twin.archive("PAY")
    assert set(told(connect(twin, "P*"))[0]) == {"PLAT", "POS"}
    names, notices, errors = told(connect(twin, "PLAT", "PAY"))
    assert (names, errors) == (["PLAT"], [])
    assert notices == ["project PAY is archived and left out. Set `archived = true` to read it"]


@pytest.mark.parametrize("wanted", ["PAY", "PA*"])
def test_archived_projects_are_read_where_that_is_asked_for_and_not_written_to(twin: JiraTwin, wanted: str) -> None:
    twin.version("PAY", "1.0")
    twin.issue("PAY", "Old work")
    twin.archive("PAY")
    connector = connect(twin, wanted, options={"archived": True})
    assert scope(connector, "PAY").closed == "the project is archived"
    assert len(records(pages(connector, "versions", name="PAY"))) == 1
    (page,) = connector.fetch("issues", scope(connector, "PAY"), None)
    assert page.unsupported, "no search finds issues of archived projects, and that does not mean that there are none"


def test_a_private_project_says_so_to_the_mapping(twin: JiraTwin) -> None:
    twin.projects["PAY"]["isPrivate"] = True
    assert scope(connect(twin, "PAY"), "PAY").facts == {"private": True}
    assert scope(connect(twin, "PLAT")).facts == {}


@pytest.mark.parametrize(
    ("fault", "expected"), [({"status": 500, "body": {}}, Unavailable), ({"status": 403, "body": {}}, AuthFailed)]
)
def test_a_list_that_cannot_be_read_does_not_stop_the_named_projects(
    twin: JiraTwin, fault: dict[str, Any], expected: type[Exception]
) -> None:
    twin.server.fail(r"/project(/search)?\?", times=0, **fault)
    names, _, (error,) = told(connect(twin, "PLAT", "S*"))
    assert names == ["PLAT"]
    assert isinstance(error, expected)
    assert error.scope == "S*"


def test_a_limit_met_while_listing_is_the_whole_connections(twin: JiraTwin) -> None:
    twin.server.fail(r"/project(/search)?\?", status=429, headers={"Retry-After": "17"}, body={}, times=0)
    with pytest.raises(RateLimited):
        told(connect(twin, "S*"))


# --- issues ---------------------------------------------------------------------------------------------------------------


def test_a_condition_holds_for_the_issues_of_every_project(twin: JiraTwin, clock: Clock) -> None:
    twin.issue("PLAT", "Planned", labels=["roadmap"])
    twin.issue("PLAT", "Chore")
    twin.issue("PAY", "Planned, too", labels=["goal"])
    connector = connect(twin, "PLAT", "PAY", options={"jql": "labels = roadmap OR labels = goal"})
    assert keys(records(pages(connector, "issues"))) == {"PLAT-1"}
    found = pages(connector, "issues", name="PAY")
    assert keys(records(found)) == {"PAY-1"}
    clock.go(hours=1)
    twin.edit("PAY-1", summary="Changed")
    twin.edit("PLAT-2", summary="Changed")
    assert keys(records(pages(connector, "issues", found[-1].cursor, "PAY"))) == {"PAY-1"}


def test_what_stops_fitting_the_condition_is_not_counted_as_gone(twin: JiraTwin) -> None:
    twin.issue("PLAT", "Planned", labels=["roadmap"])
    twin.issue("PLAT", "Chore")
    connector = connect(twin, options={"jql": "labels = roadmap"}, history_days=30)
    assert {id for some in connector.census("issues", scope(connector)) for id in some} == set(twin.issues)


def test_another_condition_reads_everything_anew(twin: JiraTwin) -> None:
    twin.issue("PLAT", "Planned", labels=["roadmap"])
    twin.issue("PLAT", "Chore", labels=["chore"])
    first = pages(connect(twin, options={"jql": "labels = roadmap"}), "issues")
    again = pages(connect(twin, options={"jql": "labels = chore"}), "issues", first[-1].cursor)
    assert keys(records(again)) == {"PLAT-2"}
    assert keys(records(pages(connect(twin), "issues", again[-1].cursor))) == {"PLAT-1", "PLAT-2"}


def test_a_condition_that_jira_refuses_is_one_line_that_names_it(twin: JiraTwin) -> None:
    twin.issue("PLAT", "Work")
    connector = connect(twin, options={"jql": "shoe = 43"})
    with pytest.raises(Misconfigured) as caught:
        pages(connector, "issues")
    assert caught.value.scope is None
    assert "Field 'shoe' does not exist" in caught.value.text
    assert caught.value.text.endswith("Correct `jql`: without it Jira takes the query")


def test_a_project_that_jira_refuses_is_not_put_on_the_condition(twin: JiraTwin) -> None:
    connector = connect(twin, options={"jql": "labels = roadmap"})
    gone = scope(connector)
    del twin.projects["PLAT"]
    with pytest.raises(Misconfigured, match="'PLAT' does not exist") as caught:
        list(connector.fetch("issues", gone, None))
    assert caught.value.scope == "PLAT"


@pytest.mark.parametrize("jql", ["a = 1 ORDER BY key", "a = 1) OR (b = 2", "(a = 1", 'a = "x', ""])
def test_a_condition_that_would_not_stay_by_itself_is_refused_when_it_is_checked(jql: str) -> None:
    with pytest.raises(ValidationError):
        JiraOptions(projects=["PLAT"], jql=jql)


@pytest.mark.parametrize("jql", ["a = 1 OR b in (1, 2)", 'text ~ "order by (" AND (a = 1 OR b = 2)'])
def test_a_condition_may_hold_what_jql_knows(jql: str) -> None:
    assert JiraOptions(projects=["PLAT"], jql=jql).jql == jql


def test_closed_issues_behind_the_horizon_are_not_read_and_open_ones_always(twin: JiraTwin) -> None:
    for n, status in enumerate(["Done", "To Do"]):
        for days in (400, 100):
            at = NOW - timedelta(days=days)
            twin.issue("PLAT", f"{status} {days}", at=at + timedelta(minutes=n), status=status)
    found = records(pages(connect(twin, history_days=365), "issues"))
    assert {record.data["fields"]["summary"] for record in found.values()} == {"Done 100", "To Do 400", "To Do 100"}
    assert len(records(pages(connect(twin), "issues"))) == 4


# --- how much ---------------------------------------------------------------------------------------------------------


def test_the_weight_of_a_first_read_is_what_it_costs(twin: JiraTwin) -> None:
    twin.most_per_page = 100
    for n in range(230):
        twin.issue("PLAT", f"Work {n}", labels=["odd"] if n % 2 else [])
    for options in ({}, {"jql": "labels = odd"}):
        connector = connect(twin, options=options)
        here = scope(connector)
        before = len(twin.server.log)
        weight = connector.weigh("issues", here)
        assert len(twin.server.log) - before == 1
        before = len(lines(twin, "/search"))
        list(connector.fetch("issues", here, None))
        assert weight == len(lines(twin, "/search")) - before


def test_a_weight_that_jira_does_not_tell_is_unknown(twin: JiraTwin) -> None:
    connector = connect(twin)
    here = scope(connector)
    twin.server.fail("/search", status=404, body={}, times=0)
    assert connector.weigh("issues", here) is None
    assert (connector.weigh("projects", here), connector.weigh("versions", here)) == (1, 1)
