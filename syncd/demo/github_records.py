"""GitHub's records as GitHub gives them: every field that its API description requires, made from what a person would say."""

from collections.abc import Iterable
from typing import Any

Row = dict[str, Any]

API = "https://api.github.com"
SITE = "https://github.com"

_USER_URLS = (
    "followers", "following", "gists", "starred", "subscriptions", "organizations", "repos", "events", "received_events",
)  # fmt: skip
_REPOSITORY_URLS = (
    "archive", "assignees", "blobs", "branches", "collaborators", "comments", "commits", "compare", "contents", "contributors",
    "deployments", "downloads", "events", "forks", "git_commits", "git_refs", "git_tags", "hooks", "issue_comment",
    "issue_events", "issues", "keys", "labels", "languages", "merges", "milestones", "notifications", "pulls", "releases",
    "stargazers", "statuses", "subscribers", "subscription", "tags", "teams", "trees",
)  # fmt: skip
_REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def user(id: int, login: str) -> Row:
    """A person or bot, as it stands in other records."""
    url = f"{API}/users/{login}"
    return {
        "login": login,
        "id": id,
        "node_id": f"U_{id}",
        "avatar_url": f"{SITE}/{login}.png",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{SITE}/{login}",
        **{f"{name}_url": f"{url}/{name}" for name in _USER_URLS},
        "type": "User",
        "site_admin": False,
    }


def own_user(row: Row, at: str) -> Row:
    """What `GET /user` adds for the token's own user."""
    return {
        **row,
        **dict.fromkeys(("name", "company", "blog", "location", "email", "hireable", "bio")),
        **dict.fromkeys(("public_repos", "public_gists", "private_gists", "followers", "following", "collaborators"), 0),
        **dict.fromkeys(("total_private_repos", "owned_private_repos", "disk_usage"), 0),
        "two_factor_authentication": True,
        "user_view_type": "private",
        "created_at": at,
        "updated_at": at,
    }


def repository(id: int, name: str, owner: Row, at: str, *, private: bool) -> Row:
    """A repository; `name` is "owner/name"."""
    url = f"{API}/repos/{name}"
    counts = (
        "forks",
        "forks_count",
        "open_issues",
        "open_issues_count",
        "stargazers_count",
        "watchers",
        "watchers_count",
        "size",
    )
    return {
        "id": id,
        "node_id": f"R_{id}",
        "name": name.split("/")[1],
        "full_name": name,
        "owner": owner,
        "private": private,
        "visibility": "private" if private else "public",
        "html_url": f"{SITE}/{name}",
        "url": url,
        "description": None,
        **{f"{part}_url": f"{url}/{part}" for part in _REPOSITORY_URLS},
        **{f"{part}_url": f"{SITE}/{name}.git" for part in ("clone", "git", "ssh", "svn")},
        **dict.fromkeys(counts, 0),
        **dict.fromkeys(("network_count", "subscribers_count"), 0),
        **dict.fromkeys(("fork", "archived", "disabled", "has_pages", "has_discussions"), False),
        **dict.fromkeys(("has_issues", "has_projects", "has_wiki", "has_downloads"), True),
        **dict.fromkeys(("homepage", "language", "mirror_url", "license")),
        "default_branch": "main",
        "pushed_at": at,
        "created_at": at,
        "updated_at": at,
    }


def label(id: int, repo: str, name: str) -> Row:
    """A label of a repository."""
    return {
        "id": id,
        "node_id": f"LA_{id}",
        "url": f"{API}/repos/{repo}/labels/{name}",
        "name": name,
        "color": "ededed",
        "default": False,
        "description": None,
    }


def milestone(id: int, repo: str, number: int, title: str, by: Row, at: str) -> Row:
    """An open milestone without a date."""
    url = f"{API}/repos/{repo}/milestones/{number}"
    return {
        "url": url,
        "html_url": f"{SITE}/{repo}/milestone/{number}",
        "labels_url": f"{url}/labels",
        "id": id,
        "node_id": f"MI_{id}",
        "number": number,
        "title": title,
        "description": None,
        "creator": by,
        "open_issues": 0,
        "closed_issues": 0,
        "state": "open",
        "created_at": at,
        "updated_at": at,
        "due_on": None,
        "closed_at": None,
    }


def issue(id: int, repo: str, number: int, title: str, by: Row, at: str) -> Row:
    """An open issue that nobody has."""
    url = f"{API}/repos/{repo}/issues/{number}"
    return {
        "url": url,
        "repository_url": f"{API}/repos/{repo}",
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": f"{SITE}/{repo}/issues/{number}",
        "id": id,
        "node_id": f"I_{id}",
        "number": number,
        "title": title,
        "user": by,
        "labels": [],
        "state": "open",
        "locked": False,
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "comments": 0,
        "created_at": at,
        "updated_at": at,
        "closed_at": None,
        "author_association": "MEMBER",
        "type": None,
        "active_lock_reason": None,
        "sub_issues_summary": {"total": 0, "completed": 0, "percent_completed": 0},
        "issue_dependencies_summary": {"blocked_by": 0, "total_blocked_by": 0, "blocking": 0, "total_blocking": 0},
        "body": None,
        "reactions": {"url": f"{url}/reactions", "total_count": 0, **dict.fromkeys(_REACTIONS, 0)},
        "timeline_url": f"{url}/timeline",
        "performed_via_github_app": None,
        "state_reason": None,
    }


def pull(id: int, talk: Row, repo: Row, *, head: str, base: str) -> Row:
    """The pull request whose conversation is the issue row `talk`."""
    name, number = repo["full_name"], talk["number"]
    url = f"{API}/repos/{name}/pulls/{number}"
    sha = f"{id:040x}"
    shared = ("number", "state", "locked", "title", "user", "body", "created_at", "updated_at", "closed_at", "milestone")
    return {
        "url": url,
        "id": id,
        "node_id": f"PR_{id}",
        "html_url": f"{SITE}/{name}/pull/{number}",
        "diff_url": f"{SITE}/{name}/pull/{number}.diff",
        "patch_url": f"{SITE}/{name}/pull/{number}.patch",
        "issue_url": talk["url"],
        **{key: talk[key] for key in shared},
        "merged_at": None,
        "merge_commit_sha": None,
        "assignee": None,
        "assignees": talk["assignees"],
        "requested_reviewers": [],
        "requested_teams": [],
        "labels": talk["labels"],
        "draft": False,
        "commits_url": f"{url}/commits",
        "review_comments_url": f"{url}/comments",
        "review_comment_url": f"{API}/repos/{name}/pulls/comments{{/number}}",
        "comments_url": talk["comments_url"],
        "statuses_url": f"{API}/repos/{name}/statuses/{sha}",
        "head": _end(repo, head, sha),
        "base": _end(repo, base, "0" * 40),
        "_links": _links(url, talk),
        "author_association": "MEMBER",
        "auto_merge": None,
        "active_lock_reason": None,
    }


def detailed(row: Row, talk: Row) -> Row:
    """What the pull request's own page adds to the list's row."""
    counts = ("review_comments", "commits", "additions", "deletions", "changed_files")
    extra = {
        "merged": row.get("merged_at") is not None,
        "mergeable": None,
        "mergeable_state": "unknown",
        "merged_by": None,
        "maintainer_can_modify": False,
        "comments": talk["comments"],
        **dict.fromkeys(counts, 0),
    }
    return {**extra, **row}


def comment(id: int, repo: str, number: int, body: str, by: Row, at: str, association: str = "MEMBER") -> Row:
    """A comment on an issue or pull request."""
    url = f"{API}/repos/{repo}/issues/comments/{id}"
    return {
        "url": url,
        "html_url": f"{SITE}/{repo}/issues/{number}#issuecomment-{id}",
        "issue_url": f"{API}/repos/{repo}/issues/{number}",
        "id": id,
        "node_id": f"IC_{id}",
        "user": by,
        "created_at": at,
        "updated_at": at,
        "author_association": association,
        "body": body,
        "reactions": {"url": f"{url}/reactions", "total_count": 0, **dict.fromkeys(_REACTIONS, 0)},
        "performed_via_github_app": None,
    }


def summary(children: Iterable[Row]) -> Row:
    """`sub_issues_summary` of these children."""
    states = [child["state"] for child in children]
    done = states.count("closed")
    return {"total": len(states), "completed": done, "percent_completed": done * 100 // len(states) if states else 0}


def dependencies(blockers: Iterable[Row], blocked: Iterable[Row]) -> Row:
    """`issue_dependencies_summary`: all, and those among them that are still open."""
    by, of = list(blockers), list(blocked)
    return {
        "blocked_by": sum(row["state"] == "open" for row in by),
        "total_blocked_by": len(by),
        "blocking": sum(row["state"] == "open" for row in of),
        "total_blocking": len(of),
    }


def _end(repo: Row, ref: str, sha: str) -> Row:
    return {"label": f"{repo['owner']['login']}:{ref}", "ref": ref, "sha": sha, "user": repo["owner"], "repo": repo}


def _links(url: str, talk: Row) -> Row:
    parts = {
        "self": url,
        "html": talk["html_url"],
        "issue": talk["url"],
        "comments": talk["comments_url"],
        "review_comments": f"{url}/comments",
        "review_comment": f"{url}/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{url}/statuses",
    }
    return {name: {"href": href} for name, href in parts.items()}
