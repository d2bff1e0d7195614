"""The records of the GitLab twin as its API gives them (https://docs.gitlab.com/api), with GitLab's defaults."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Record = dict[str, Any]


def stamp(at: datetime) -> str:
    """UTC with milliseconds, as GitLab writes instants."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def user(id: int, username: str, name: str, web: str) -> Record:
    """An account as other records show it."""
    return {"id": id, "username": username, "name": name, "state": "active", "avatar_url": None, "web_url": f"{web}/{username}"}


def group(id: int, path: str, visibility: str, parent: Mapping[str, Any] | None, web: str) -> Record:
    """A group."""
    last = path.rpartition("/")[2]
    return {
        "id": id,
        "name": last,
        "path": last,
        "description": "",
        "visibility": visibility,
        "full_name": path.replace("/", " / "),
        "full_path": path,
        "parent_id": parent["id"] if parent else None,
        "web_url": f"{web}/groups/{path}",
    }


def project(id: int, path: str, visibility: str, group: Mapping[str, Any], web: str, at: str) -> Record:
    """A project."""
    last = path.rpartition("/")[2]
    brief = {"id": group["id"], "name": group["name"], "path": group["path"], "kind": "group", "full_path": group["full_path"]}
    return {
        "id": id,
        "name": last,
        "path": last,
        "path_with_namespace": path,
        "name_with_namespace": path.replace("/", " / "),
        "description": None,
        "created_at": at,
        "default_branch": "main",
        "visibility": visibility,
        "archived": False,
        "environments_access_level": "enabled",
        "namespace": brief,
        "web_url": f"{web}/{path}",
    }


def milestone(id: int, iid: int, key: str, owner: Mapping[str, Any], title: str, at: str) -> Record:
    """A milestone of a project or group; `key` says which (`project_id`, `group_id`)."""
    return {
        "id": id,
        "iid": iid,
        key: owner["id"],
        "title": title,
        "description": "",
        "state": "active",
        "created_at": at,
        "updated_at": at,
        "due_date": None,
        "start_date": None,
        "expired": False,
        "web_url": f"{owner['web_url']}/-/milestones/{iid}",
    }


def epic(id: int, iid: int, group: Mapping[str, Any], title: str, author: Record, at: str) -> Record:
    """An epic."""
    full = f"{group['full_path']}&{iid}"
    return {
        "id": id,
        "iid": iid,
        "group_id": group["id"],
        "parent_id": None,
        "parent_iid": None,
        "title": title,
        "description": "",
        "confidential": False,
        "author": author,
        "start_date": None,
        "start_date_is_fixed": False,
        "start_date_fixed": None,
        "start_date_from_inherited_source": None,
        "end_date": None,
        "due_date": None,
        "due_date_is_fixed": False,
        "due_date_fixed": None,
        "due_date_from_inherited_source": None,
        "state": "opened",
        "web_url": f"{group['web_url']}/-/epics/{iid}",
        "references": {"short": f"&{iid}", "relative": f"&{iid}", "full": full},
        "created_at": at,
        "updated_at": at,
        "closed_at": None,
        "labels": [],
        "upvotes": 0,
        "downvotes": 0,
        "user_notes_count": 0,
    }


def epic_brief(epic: Mapping[str, Any]) -> Record:
    """An epic as an issue shows it."""
    url = f"/groups/{epic['references']['full'].partition('&')[0]}/-/epics/{epic['iid']}"
    return {"id": epic["id"], "iid": epic["iid"], "title": epic["title"], "url": url, "group_id": epic["group_id"]}


def _work(id: int, iid: int, project: Mapping[str, Any], title: str, author: Record, at: str, sign: str, place: str) -> Record:
    full = f"{project['path_with_namespace']}{sign}{iid}"
    return {
        "id": id,
        "iid": iid,
        "project_id": project["id"],
        "title": title,
        "description": "",
        "state": "opened",
        "created_at": at,
        "updated_at": at,
        "closed_at": None,
        "closed_by": None,
        "labels": [],
        "milestone": None,
        "assignees": [],
        "assignee": None,
        "author": author,
        "user_notes_count": 0,
        "upvotes": 0,
        "downvotes": 0,
        "discussion_locked": None,
        "web_url": f"{project['web_url']}/-/{place}/{iid}",
        "references": {"short": f"{sign}{iid}", "relative": f"{sign}{iid}", "full": full},
        "time_stats": {"time_estimate": 0, "total_time_spent": 0, "human_time_estimate": None, "human_total_time_spent": None},
        "task_completion_status": {"count": 0, "completed_count": 0},
    }


def issue(id: int, iid: int, project: Mapping[str, Any], title: str, author: Record, at: str) -> Record:
    """An issue of the Premium edition."""
    return _work(id, iid, project, title, author, at, "#", "issues") | {
        "type": "ISSUE",
        "issue_type": "issue",
        "due_date": None,
        "confidential": False,
        "merge_requests_count": 0,
        "weight": None,
        "blocking_issues_count": 0,
        "has_tasks": False,
        "severity": "UNKNOWN",
        "moved_to_id": None,
        "service_desk_reply_to": None,
        "epic_iid": None,
        "epic": None,
        "iteration": None,
        "health_status": None,
    }


def merge_request(id: int, iid: int, project: Mapping[str, Any], title: str, author: Record, at: str) -> Record:
    """A merge request."""
    return _work(id, iid, project, title, author, at, "!", "merge_requests") | {
        "merged_at": None,
        "merged_by": None,
        "merge_user": None,
        "source_branch": f"change-{iid}",
        "target_branch": "main",
        "source_project_id": project["id"],
        "target_project_id": project["id"],
        "reviewers": [],
        "draft": False,
        "work_in_progress": False,
        "merge_when_pipeline_succeeds": False,
        "merge_status": "can_be_merged",
        "detailed_merge_status": "mergeable",
        "sha": f"{id:040x}",
        "merge_commit_sha": None,
        "squash_commit_sha": None,
        "has_conflicts": False,
        "blocking_discussions_resolved": True,
    }


def note(id: int, record: Mapping[str, Any], body: str, author: Record, at: str, system: bool) -> Record:
    """A comment, or what GitLab notes by itself."""
    return {
        "id": id,
        "type": None,
        "body": body,
        "author": author,
        "created_at": at,
        "updated_at": at,
        "system": system,
        "noteable_id": record["id"],
        "noteable_type": "MergeRequest" if "source_branch" in record else "Issue",
        "project_id": record["project_id"],
        "noteable_iid": record["iid"],
        "resolvable": False,
        "confidential": False,
        "internal": False,
    }


def link(record: Mapping[str, Any], link: Mapping[str, Any], link_type: str) -> Record:
    """The other end of an issue link, as the links of an issue show it."""
    return {
        **record,
        "issue_link_id": link["id"],
        "link_type": link_type,
        "link_created_at": link["created_at"],
        "link_updated_at": link["updated_at"],
    }


def freeze_period(id: int, start: str, end: str, zone: str, at: str) -> Record:
    """A freeze period: cron expressions in a zone."""
    made = {"id": id, "freeze_start": start, "freeze_end": end, "cron_timezone": zone}
    return made | {"created_at": at, "updated_at": at}


def environment(id: int, name: str, tier: str, at: str) -> Record:
    """An environment of a project."""
    made = {"id": id, "name": name, "slug": name.replace("/", "-"), "description": None, "external_url": None}
    return made | {"state": "available", "tier": tier, "created_at": at, "updated_at": at, "auto_stop_at": None}


def deployment(id: int, iid: int, environment: Record, author: Record, at: str) -> Record:
    """A deployment that has just succeeded."""
    place = {"id": environment["id"], "name": environment["name"], "external_url": None}
    made = {"id": id, "iid": iid, "ref": "main", "sha": f"{id:040x}", "status": "success", "user": author, "environment": place}
    job = {"id": id, "status": "success", "stage": "deploy", "name": "deploy", "started_at": at, "finished_at": at}
    return made | {"created_at": at, "updated_at": at, "deployable": job}


def iteration(id: int, iid: int, group: Mapping[str, Any], start: str, end: str, at: str) -> Record:
    """An iteration of a cadence, which has no title. `state`: 1 upcoming, 2 current, 3 closed."""
    made = {"id": id, "iid": iid, "sequence": iid, "group_id": group["id"], "title": None, "description": None, "state": 2}
    made |= {"start_date": start, "due_date": end, "created_at": at, "updated_at": at}
    return made | {"web_url": f"{group['web_url']}/-/iterations/{id}"}
