"""What is sent to GitLab is what its documentation names, and what the twin answers has the documented fields.

The parameters of lists are those that python-gitlab, which is kept beside the documentation, names for them, and few more, each with
the page that has it.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from gitlab.v4 import objects

from connectors.gitlab import STREAMS
from syncd.model.action import Action
from syncd.model.ref import Ref
from tests.connectors.contract import read, scopes
from tests.connectors.gitlab_given import company, connecting

_PAGED = frozenset({"page", "per_page"})
_LISTS: Mapping[str, tuple[Any, frozenset[str]]] = {
    r"/groups/\d+/projects": (objects.GroupProjectManager, frozenset()),
    r"/projects": (objects.ProjectManager, frozenset()),
    r"/projects/\d+/freeze_periods": (None, frozenset()),
    r"/projects/\d+/issues/\d+/links": (None, frozenset()),
    r"/projects/\d+/environments": (objects.ProjectEnvironmentManager, frozenset()),
    r"/projects/\d+/deployments": (objects.ProjectDeploymentManager, frozenset()),
    # https://docs.gitlab.com/api/repositories/, commits, tags, releases, merge_requests
    r"/projects/\d+/repository/tree": (None, frozenset({"ref", "path", "recursive", "pagination", "page_token"})),
    r"/projects/\d+/repository/commits": (None, frozenset({"ref_name"})),
    r"/projects/\d+/repository/tags": (None, frozenset({"order_by", "sort"})),
    r"/projects/\d+/releases": (None, frozenset({"order_by", "sort"})),
    r"/projects/\d+/merge_requests/\d+/diffs": (None, frozenset()),
    r"/groups/\d+/iterations": (objects.GroupIterationManager, frozenset()),
    r"/projects/\d+/iterations": (objects.ProjectIterationManager, frozenset()),
    # https://docs.gitlab.com/api/milestones/, https://docs.gitlab.com/api/group_milestones/
    r"/projects/\d+/milestones": (objects.ProjectMilestoneManager, frozenset({"include_ancestors"})),
    r"/groups/\d+/milestones": (objects.GroupMilestoneManager, frozenset({"include_ancestors", "include_descendants"})),
    # https://docs.gitlab.com/api/issues/, https://docs.gitlab.com/api/merge_requests/
    r"/projects/\d+/issues": (objects.ProjectIssueManager, frozenset()),
    r"/groups/\d+/issues": (objects.GroupIssueManager, frozenset({"scope", "non_archived"})),
    r"/projects/\d+/merge_requests": (objects.ProjectMergeRequestManager, frozenset()),
    r"/groups/\d+/merge_requests": (objects.GroupMergeRequestManager, frozenset({"non_archived"})),
    # https://docs.gitlab.com/api/epics/
    r"/groups/\d+/epics": (objects.GroupEpicManager, frozenset({"state", "updated_after", "updated_before"})),
}
_SINGLE = frozenset({"with_projects"})  # https://docs.gitlab.com/api/groups/


def _known(path: str) -> frozenset[str]:
    for pattern, (manager, more) in _LISTS.items():
        if re.fullmatch(f"/api/v4{pattern}", path):
            return _PAGED | more | frozenset(manager._list_filters if manager else ())
    return _SINGLE


@pytest.mark.parametrize("work_items", [True, False], ids=["work items", "REST epics"])
@pytest.mark.parametrize("history_days", [None, 5], ids=["all", "some days"])
def test_lists_are_asked_with_documented_parameters_only(work_items: bool, history_days: int | None) -> None:
    lab = company()
    lab.work_items = work_items
    with connecting() as connect:
        options = {"groups": ["plan"], "projects": ["acme/w*"], "exclude": ["plan/x"], "archived": True}
        lab.files.commit("acme/web", {"api/a.yaml": "openapi: 3.1.0"})
        lab.files.tag("acme/web", "v1")
        lab.files.propose("acme/web", "Move", {"api/a.yaml": None, "b/a.yaml": "openapi: 3.1.0"}, "move")
        connector = connect(lab, history_days=history_days, files={"acme/web": ("api/*", "c/**")}, **options)
        for stream in STREAMS:
            found = scopes(connector, stream)
            read(connector, stream)
            for scope in found:
                connector.weigh(stream, scope)
    asked = [urlsplit(entry.line.partition(" ")[2]) for entry in lab.server.log if entry.line.startswith("GET ")]
    assert len(asked) > 30
    for url in asked:
        assert set(parse_qs(url.query, keep_blank_values=True)) <= _known(url.path), url
    assert all(entry.line == "POST /api/graphql" for entry in lab.server.log if entry.write)


def test_a_status_is_sent_with_documented_fields_only() -> None:
    lab = company()
    change = next(iter(lab.merge_requests.values()))
    target = Ref("code", "merge_requests", str(change["id"]), key=change["references"]["full"], url=change["web_url"])
    extra = {"sha": change["sha"], "name": "syncd/x", "state": "passed", "text": "fine", "url": "https://syncd.example/1"}
    with connecting() as connect:
        connect(lab, projects=["acme/web"]).deliver(
            Action(verb="status", target=target, project="acme/web", key="k", body="", digest="d", extra=extra)
        )
    documented = objects.ProjectCommitStatusManager._create_attrs
    sent = json.loads(lab.server.log[-1].body)
    assert set(documented.required) <= set(sent) <= {*documented.required, *documented.optional}
    assert sent["state"] in {"pending", "running", "success", "failed", "canceled", "skipped"}


DOCUMENTED: Mapping[str, frozenset[str]] = {
    # https://docs.gitlab.com/api/freeze_periods/
    "freeze_periods": frozenset({"id", "freeze_start", "freeze_end", "cron_timezone", "created_at", "updated_at"}),
    # https://docs.gitlab.com/api/environments/
    "environments": frozenset(
        {"id", "name", "slug", "description", "external_url", "state", "tier", "created_at", "updated_at", "auto_stop_at"}
    ),
    # https://docs.gitlab.com/api/deployments/
    "deployments": frozenset(
        {"id", "iid", "ref", "sha", "status", "created_at", "updated_at", "deployable", "environment", "user"}
    ),
    # https://docs.gitlab.com/api/group_iterations/
    "iterations": frozenset(
        {"id", "iid", "sequence", "group_id", "title", "description", "state", "created_at", "updated_at"}
        | {"start_date", "due_date", "web_url"}
    ),
}
OURS = frozenset({"project_id", "occurrences"})
"""What the connector puts beside: where a record was read, and when a freeze period holds."""


@pytest.mark.parametrize("stream", DOCUMENTED)
def test_records_have_the_documented_fields(stream: str) -> None:
    lab = company()
    with connecting() as connect:
        found = read(connect(lab, groups=["plan"], projects=["acme/web"]), stream)[0]
    assert found
    for record in found.values():
        assert set(record.data) - OURS == DOCUMENTED[stream]
