"""What GitLab's freezes, environments, deployments, iterations and approvals become, and epics that were read as work items."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.gitlab.freeze import expanded
from connectors.gitlab.work_items import as_epic
from syncd.mapping import apply
from syncd.model.ref import Ref
from syncd.model.remarks import Rejected
from syncd.model.rows import Deployment, Environment, Milestone, Person, SignOff, Window
from tests.mapping.mapping_world import default, only, record, rows

GITLAB = default("gitlab.default")
NOW = datetime(2026, 5, 5, 7, 0, tzinfo=UTC)
FREEZE = {"id": 8, "freeze_start": "0 18 * * 5", "freeze_end": "0 8 * * 1", "cron_timezone": "Europe/Berlin", "project_id": 77}


def test_each_time_that_a_freeze_period_holds_is_a_window() -> None:
    found = [row for row in rows(GITLAB, expanded(FREEZE, NOW), "freeze_periods", path="acme/web") if isinstance(row, Window)]
    first = next(row for row in found if row.start == datetime(2026, 5, 8, 16, 0, tzinfo=UTC))
    assert (first.window_kind, first.scope, first.zone) == ("freeze", "acme/web", "Europe/Berlin")
    assert first.end == datetime(2026, 5, 11, 6, 0, tzinfo=UTC)
    assert first.ref == Ref("plat", "freeze_occurrences", "8:2026-05-08T16:00:00Z")
    assert len({row.ref for row in found}) == len(found) > 25


def test_a_freeze_that_cannot_be_read_is_listed_with_the_reason_and_is_no_window() -> None:
    result = apply(GITLAB, record(expanded(FREEZE | {"cron_timezone": "Atlantis"}, NOW), "freeze_periods"))
    assert isinstance(result, Rejected)
    assert "Atlantis" in result.reason


def test_an_environment_has_its_service_and_tier() -> None:
    row = only(GITLAB, {"id": 3, "name": "production", "tier": "production"}, "environments", path="acme/web")
    assert isinstance(row, Environment)
    assert (row.name, row.service, row.tier) == ("production", "acme/web", "production")


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("created", "planned"),
        ("blocked", "planned"),
        ("running", "running"),
        ("success", "done"),
        ("failed", "failed"),
        ("canceled", "dropped"),
        ("skipped", "dropped"),
        ("new word", "unknown"),
    ],
)
def test_a_deployment_says_what_went_where_when_and_by_whom(said: str, status: str) -> None:
    data: dict[str, Any] = {
        "id": 9,
        "iid": 2,
        "ref": "main",
        "sha": "abc",
        "status": said,
        "updated_at": "2026-05-04T12:00:00Z",
        "user": {"id": 5, "name": "Ada"},
        "environment": {"id": 3, "name": "production"},
        "deployable": {"finished_at": "2026-05-04T11:00:00Z"},
    }
    row = only(GITLAB, data, "deployments", path="acme/web")
    assert isinstance(row, Deployment)
    assert (row.service, row.environment, row.status, row.sha) == ("acme/web", "production", status, "abc")
    assert (row.title, row.at) == ("main to production", datetime(2026, 5, 4, 11, 0, tzinfo=UTC))
    assert row.by == Person("Ada", {"plat": "5"})


@pytest.mark.parametrize(("state", "status"), [(1, "todo"), (2, "doing"), (3, "done")])
def test_an_iteration_is_a_milestone_named_by_its_days(state: int, status: str) -> None:
    data = {"id": 6, "iid": 1, "group_id": 2, "title": None, "state": state, "start_date": "2026-05-01", "due_date": "2026-05-14"}
    row = only(GITLAB, data, "iterations")
    assert isinstance(row, Milestone)
    assert (row.title, row.milestone_kind, row.cadence, row.status) == (
        "2026-05-01 to 2026-05-14",
        "iteration",
        "iterative",
        status,
    )
    assert (row.start, row.due) == (date(2026, 5, 1), date(2026, 5, 14))


def test_each_approver_signs_off_the_merge_request() -> None:
    given = [{"user": {"id": 5, "name": "Ada"}, "approved_at": "2026-05-04T12:00:00Z"}, {"user": {"id": 6, "name": "Bo"}}]
    first, second = rows(GITLAB, {"id": 70, "iid": 4, "approved_by": given, "approved": True}, "approvals")
    assert isinstance(first, SignOff)
    assert isinstance(second, SignOff)
    assert (first.of, first.verdict, first.at) == (
        Ref("plat", "merge_requests", "70"),
        "approved",
        datetime(2026, 5, 4, 12, tzinfo=UTC),
    )
    assert (first.person, second.person, second.at) == (Person("Ada", {"plat": "5"}), Person("Bo", {"plat": "6"}), None)
    assert first.ref != second.ref


def test_an_epic_read_as_a_work_item_is_the_milestone_that_the_rest_api_gives() -> None:
    place = {"id": "gid://gitlab/Group/7", "fullPath": "plan/core"}
    node = {
        "id": "gid://gitlab/WorkItem/900",
        "iid": "4",
        "title": "Checkout",
        "description": "",
        "state": "OPEN",
        "confidential": True,
        "createdAt": "2026-03-01T08:00:00Z",
        "updatedAt": "2026-03-02T08:00:00Z",
        "closedAt": None,
        "webUrl": "https://gitlab.example/groups/plan/core/-/epics/4",
        "author": {"id": "gid://gitlab/User/1", "username": "ada", "name": "Ada"},
        "namespace": place,
        "widgets": [
            {},
            {"startDate": "2026-03-01", "dueDate": "2026-05-15"},
            {"labels": {"nodes": [{"title": "commitment-checkout"}]}},
            {"assignees": {"nodes": [{"id": "gid://gitlab/User/5", "username": "bo", "name": "Bo"}]}},
            {"parent": {"iid": "2", "namespace": {"id": "gid://gitlab/Group/3", "fullPath": "plan"}}},
        ],
    }
    row = only(GITLAB, as_epic(node, "https://gitlab.example"), "epics")
    assert isinstance(row, Milestone)
    assert (row.start, row.due, row.status, row.audience) == (date(2026, 3, 1), date(2026, 5, 15), "todo", "record")
    assert (row.same_as, row.parent, row.owner) == (("checkout",), Ref("plat", "epics", "3:2"), Person("Bo", {"plat": "5"}))
