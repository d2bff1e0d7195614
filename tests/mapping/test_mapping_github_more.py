"""GitHub's optional streams through the shipped mapping: reviews, environments, deployments, releases, checks."""

from datetime import UTC, datetime
from typing import Any

import pytest

from syncd.model.ref import Alias, Ref
from syncd.model.rows import Check, Deployment, Environment, Person, SignOff
from tests.mapping.mapping_world import default, only, rows

GITHUB = default("github.default")
REPOSITORY = "https://api.github.com/repos/acme/api"
ANN = {"id": 7, "login": "ann"}
SHA = "6dcb09b5b57875f334f61aebed695e2e4193db5e"


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        ("APPROVED", "approved"),
        ("CHANGES_REQUESTED", "rejected"),
        ("COMMENTED", "commented"),
        ("DISMISSED", "dismissed"),
        ("PENDING", "pending"),
        ("PONDERED", "unknown"),
    ],
)
def test_a_review_is_a_sign_off_of_its_pull_request(state: str, verdict: str) -> None:
    review = {
        "id": 80,
        "user": ANN,
        "state": state,
        "commit_id": SHA,
        "submitted_at": "2026-05-01T10:00:00Z",
        "html_url": "https://github.com/acme/api/pull/12#pullrequestreview-80",
        "pull_request_url": f"{REPOSITORY}/pulls/12",
    }
    row = only(GITHUB, review, "reviews")
    assert isinstance(row, SignOff)
    assert (row.of, row.verdict, row.sha, row.person) == (Alias("acme/api#12"), verdict, SHA, Person("ann", {"plat": "7"}))
    assert row.at == datetime(2026, 5, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rules", "protected"),
    [
        ([], False),
        (None, False),
        ([{"type": "wait_timer"}], False),
        ([{"type": "branch_policy"}, {"type": "required_reviewers"}], True),
    ],
)
def test_an_environment_is_protected_where_somebody_must_approve(rules: Any, protected: bool) -> None:
    row = only(
        GITHUB,
        {"id": 5, "name": "production", "url": f"{REPOSITORY}/environments/production", "protection_rules": rules},
        "environments",
    )
    assert isinstance(row, Environment)
    assert (row.name, row.service, row.protected) == ("production", "acme/api", protected)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("queued", "planned"),
        ("in_progress", "running"),
        ("success", "done"),
        ("inactive", "done"),
        ("error", "failed"),
        (None, "planned"),
    ],
)
def test_a_deployment_has_the_state_of_its_latest_status(state: str | None, status: str) -> None:
    latest = {"state": state, "created_at": "2026-05-02T10:00:00Z"} if state else None
    row = only(
        GITHUB,
        {
            "id": 9,
            "ref": "main",
            "sha": SHA,
            "environment": "production",
            "creator": ANN,
            "created_at": "2026-05-01T10:00:00Z",
            "repository_url": REPOSITORY,
            "latest_status": latest,
        },
        "deployments",
    )
    assert isinstance(row, Deployment)
    assert (row.title, row.service, row.environment, row.status, row.sha) == ("main", "acme/api", "production", status, SHA)
    assert row.at == datetime(2026, 5, 2 if state else 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("draft", [True, False])
def test_a_release_is_a_deployment_to_no_environment(draft: bool) -> None:
    release = {
        "id": 3,
        "name": None,
        "tag_name": "v1.2",
        "draft": draft,
        "target_commitish": "main",
        "author": ANN,
        "created_at": "2026-05-01T10:00:00Z",
        "published_at": None if draft else "2026-05-03T10:00:00Z",
        "url": f"{REPOSITORY}/releases/3",
    }
    row = only(GITHUB, release, "releases", private=True)
    assert isinstance(row, Deployment)
    assert (row.title, row.environment, row.sha, row.audience) == ("v1.2", None, None, "scope")
    assert (row.status, row.at and row.at.day) == (("planned", 1) if draft else ("done", 3))


def test_every_check_run_and_every_status_of_a_head_is_a_check() -> None:
    def run(id: int, status: str, conclusion: str | None) -> dict[str, Any]:
        return {"id": id, "name": f"run {id}", "head_sha": SHA, "status": status, "conclusion": conclusion, "started_at": None}

    runs = [
        run(1, "completed", "success"),
        run(2, "completed", "timed_out"),
        run(3, "in_progress", None),
        run(4, "completed", "skipped"),
    ]
    status = {"id": 8, "context": "ci/deploy", "state": "error", "updated_at": "2026-05-01T10:00:00Z"}
    record = {
        "id": 12,
        "number": 7,
        "html_url": "https://github.com/acme/api/pull/7",
        "head": {"sha": SHA},
        "check_runs": {"total_count": 4, "check_runs": runs},
        "status": {"sha": SHA, "state": "failure", "statuses": [status]},
    }
    found = [row for row in rows(GITHUB, record, "check_states") if isinstance(row, Check)]
    assert [(row.name, row.state, row.sha) for row in found] == [
        ("run 1", "passed", SHA),
        ("run 2", "failed", SHA),
        ("run 3", "pending", SHA),
        ("run 4", "neutral", SHA),
        ("ci/deploy", "failed", SHA),
    ]
    assert {row.of for row in found} == {Ref("plat", "pulls", "12")}
    assert len({row.ref for row in found}) == 5


def test_a_head_of_which_nothing_is_said_gives_no_checks() -> None:
    record = {"id": 12, "number": 7, "html_url": "https://github.com/acme/api/pull/7", "check_runs": None, "status": None}
    assert rows(GITHUB, record, "check_states") == ()
