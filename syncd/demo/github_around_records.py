"""GitHub's records of what surrounds issues and pull requests: reviews, environments, deployments, releases, checks."""

from collections.abc import Sequence

from syncd.demo.github_records import API, SITE, Row


def review(id: int, repo: str, number: int, state: str, sha: str, by: Row, at: str) -> Row:
    """A review of a pull request."""
    html = f"{SITE}/{repo}/pull/{number}#pullrequestreview-{id}"
    pull = f"{API}/repos/{repo}/pulls/{number}"
    return {
        "id": id,
        "node_id": f"PRR_{id}",
        "user": by,
        "body": "",
        "state": state,
        "html_url": html,
        "pull_request_url": pull,
        "author_association": "MEMBER",
        "_links": {"html": {"href": html}, "pull_request": {"href": pull}},
        "submitted_at": at,
        "commit_id": sha,
    }


def environment(id: int, repo: str, name: str, reviewers: Sequence[Row], at: str) -> Row:
    """An environment; with reviewers a deployment to it waits for one of them."""
    people = [{"type": "User", "reviewer": person} for person in reviewers]
    rule = {"id": id + 1, "node_id": f"GA_{id}", "prevent_self_review": False, "type": "required_reviewers", "reviewers": people}
    return {
        "id": id,
        "node_id": f"EN_{id}",
        "name": name,
        "url": f"{API}/repos/{repo}/environments/{name}",
        "html_url": f"{SITE}/{repo}/deployments/activity_log?environments_filter={name}",
        "created_at": at,
        "updated_at": at,
        "protection_rules": [rule] if reviewers else [],
        "deployment_branch_policy": None,
    }


def deployment(id: int, repo: str, environment: str, sha: str, by: Row, at: str) -> Row:
    """A deployment that has no status yet."""
    url = f"{API}/repos/{repo}/deployments/{id}"
    return {
        "url": url,
        "id": id,
        "node_id": f"DE_{id}",
        "task": "deploy",
        "original_environment": environment,
        "environment": environment,
        "description": None,
        "created_at": at,
        "updated_at": at,
        "statuses_url": f"{url}/statuses",
        "repository_url": f"{API}/repos/{repo}",
        "creator": by,
        "sha": sha,
        "ref": "main",
        "payload": {},
        "transient_environment": False,
        "production_environment": environment == "production",
        "performed_via_github_app": None,
    }


def deployment_status(id: int, about: Row, state: str, by: Row, at: str) -> Row:
    """One status of a deployment."""
    return {
        "url": f"{about['statuses_url']}/{id}",
        "id": id,
        "node_id": f"DES_{id}",
        "state": state,
        "creator": by,
        "description": "",
        "environment": about["environment"],
        "target_url": "",
        "created_at": at,
        "updated_at": at,
        "deployment_url": about["url"],
        "repository_url": about["repository_url"],
        "environment_url": "",
        "log_url": "",
        "performed_via_github_app": None,
    }


def release(id: int, repo: str, tag: str, by: Row, at: str, *, draft: bool) -> Row:
    """A release, or the draft of one."""
    url = f"{API}/repos/{repo}/releases/{id}"
    return {
        "url": url,
        "html_url": f"{SITE}/{repo}/releases/tag/{tag}",
        "assets_url": f"{url}/assets",
        "upload_url": f"{url}/assets{{?name,label}}",
        "tarball_url": None,
        "zipball_url": None,
        "id": id,
        "node_id": f"RE_{id}",
        "tag_name": tag,
        "target_commitish": "main",
        "name": f"Release {tag}",
        "body": None,
        "draft": draft,
        "prerelease": False,
        "created_at": at,
        "published_at": None if draft else at,
        "author": by,
        "assets": [],
    }


def check_run(id: int, repo: str, sha: str, name: str, app: Row | None, at: str) -> Row:
    """A check run that waits."""
    url = f"{API}/repos/{repo}/check-runs/{id}"
    return {
        "id": id,
        "head_sha": sha,
        "node_id": f"CR_{id}",
        "external_id": "",
        "url": url,
        "html_url": f"{SITE}/{repo}/runs/{id}",
        "details_url": "https://acme.example",
        "status": "queued",
        "conclusion": None,
        "started_at": at,
        "completed_at": None,
        "output": {"title": None, "summary": None, "text": None, "annotations_count": 0, "annotations_url": f"{url}/annotations"},
        "name": name,
        "check_suite": {"id": id + 1},
        "app": app,
        "pull_requests": [],
    }


def status(id: int, repo: str, sha: str, said: Row, by: Row, at: str) -> Row:
    """A commit status."""
    return {
        "url": f"{API}/repos/{repo}/statuses/{sha}",
        "avatar_url": by["avatar_url"],
        "id": id,
        "node_id": f"SC_{id}",
        "state": said["state"],
        "description": said.get("description"),
        "target_url": said.get("target_url"),
        "context": said.get("context") or "default",
        "created_at": at,
        "updated_at": at,
        "creator": by,
    }


def combined(repo: Row, sha: str, latest: Sequence[Row]) -> Row:
    """The combined status of a commit: the last of each name, without who gave it."""
    states = {row["state"] for row in latest}
    state = "failure" if states & {"failure", "error"} else "success" if states == {"success"} else "pending"
    url = f"{API}/repos/{repo['full_name']}/commits/{sha}"
    rows = [{key: value for key, value in row.items() if key != "creator"} for row in latest]
    return {
        "state": state,
        "statuses": rows,
        "sha": sha,
        "total_count": len(rows),
        "repository": repo,
        "commit_url": url,
        "url": f"{url}/status",
    }
