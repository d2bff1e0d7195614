"""What the shipped Jira mapping makes of sprints, worklogs, remote links and security levels."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from syncd.model.ref import Alias, Ref
from syncd.model.rows import Dependency, Effort, Item, Milestone, Person
from tests.mapping.mapping_world import default, notes, only, rows

JIRA = default("jira.default")


@pytest.mark.parametrize(("state", "status"), [("future", "todo"), ("active", "doing"), ("closed", "done"), ("odd", "unknown")])
def test_a_sprint_is_a_milestone(state: str, status: str) -> None:
    row = only(
        JIRA,
        {
            "id": 7,
            "name": "PLAT Sprint 7",
            "state": state,
            "goal": "Pay by link",
            "startDate": "2026-05-04T08:00:00.000Z",
            "endDate": "2026-05-18T16:00:00.000Z",
        },
        stream="sprints",
    )
    assert isinstance(row, Milestone)
    assert (row.title, row.milestone_kind, row.objective, row.cadence) == ("PLAT Sprint 7", "sprint", "Pay by link", "iterative")
    assert (row.start, row.due, row.status) == (date(2026, 5, 4), date(2026, 5, 18), status)


def test_a_sprint_that_is_not_planned_yet_has_no_dates() -> None:
    row = only(JIRA, {"id": 8, "name": "Later", "state": "future", "startDate": None}, stream="sprints")
    assert (row.start, row.due, row.status) == (None, None, "todo")


def test_a_worklog_is_effort_on_its_issue() -> None:
    row = only(
        JIRA,
        {
            "id": "100028",
            "issueId": "10002",
            "author": {"accountId": "a1", "displayName": "Ada"},
            "started": "2026-05-04T10:00:00.000+0200",
            "timeSpentSeconds": 5400,
        },
        stream="worklogs",
    )
    assert isinstance(row, Effort)
    assert (row.item, row.minutes) == (Ref("plat", "issues", "10002"), 90)
    assert row.person == Person("Ada", {"plat": "a1"})
    assert row.at == datetime(2026, 5, 4, 8, tzinfo=UTC)


def links(*relationships: str | None) -> dict[str, Any]:
    url = "https://github.com/acme/api/issues/7"
    made = [{"id": n, "relationship": said, "object": {"url": url, "title": "x"}} for n, said in enumerate(relationships)]
    return {"id": "10002", "key": "PLAT-2", "self": "https://acme.atlassian.net/rest/api/2/issue/10002", "remotelinks": made}


@pytest.mark.parametrize(
    ("said", "waits"), [("is blocked by", True), ("Depends on", True), ("blocks", False), ("is required by", False)]
)
def test_a_remote_link_that_names_an_order_is_a_soft_dependency(said: str, waits: bool) -> None:
    row = only(JIRA, links(said), stream="remote_links")
    issue, other = Ref("plat", "issues", "10002"), Alias("https://github.com/acme/api/issues/7")
    assert isinstance(row, Dependency)
    assert (row.predecessor, row.successor) == ((other, issue) if waits else (issue, other))
    assert (row.strength, row.link_name) == ("soft", said)


@pytest.mark.parametrize("said", ["mentioned in", "relates to", "Wiki Page", "", None])
def test_any_other_remote_link_is_no_dependency(said: str | None) -> None:
    assert rows(JIRA, links(said), stream="remote_links") == ()
    assert not notes(JIRA, links(said), stream="remote_links")


@pytest.mark.parametrize(
    "more", [{"globalId": "syncd:0123abcd"}, {"object": {"url": "https://x.example/1", "status": {"resolved": True}}}]
)
def test_what_syncd_wrote_or_what_is_resolved_is_no_dependency(more: dict[str, Any]) -> None:
    record = links("waits for", "blocks")
    assert len(rows(JIRA, record, stream="remote_links")) == 2
    record["remotelinks"] = [link | more for link in record["remotelinks"]]
    assert rows(JIRA, record, stream="remote_links") == ()


def test_an_issue_whose_links_are_gone_gives_nothing() -> None:
    assert rows(JIRA, links(), stream="remote_links") == ()


def test_each_remote_link_counts_by_itself() -> None:
    assert len(rows(JIRA, links("is blocked by", "mentioned in", "blocks"), stream="remote_links")) == 2


def test_an_issue_with_a_security_level_is_for_those_who_can_open_it() -> None:
    level = {"id": "10021", "name": "Board only"}
    row = only(JIRA, {"id": "1", "key": "PLAT-1", "fields": {"summary": "Secret", "security": level}})
    assert isinstance(row, Item)
    assert row.audience == "record"
    assert rows(JIRA, level, stream="security_levels") == ()
