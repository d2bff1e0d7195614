"""Jira's records as Jira writes them: the parts that the Jira twin puts together when a person creates or edits something."""

import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

Json = Any
SITE = "https://acme.atlassian.net"
"""The address in the records' own links, as people open them."""
STATUSES = {
    "To Do": "new",
    "Backlog": "new",
    "Selected for Development": "new",
    "In Progress": "indeterminate",
    "In Review": "indeterminate",
    "Blocked": "indeterminate",
    "Done": "done",
    "Cancelled": "done",
}
"""Name and category of the statuses that a site has from the start; any other name is one in progress."""
CATEGORIES = {"new": (2, "blue-gray", "To Do"), "indeterminate": (4, "yellow", "In Progress"), "done": (3, "green", "Done")}
LEVELS = {"Initiative": 2, "Epic": 1, "Sub-task": -1}
LINKS = {
    "Blocks": ("10000", "is blocked by", "blocks"),
    "Cloners": ("10001", "is cloned by", "clones"),
    "Duplicate": ("10002", "is duplicated by", "duplicates"),
    "Relates": ("10003", "relates to", "relates to"),
}
_FIELD_NAMES = {"fixVersions": "Fix Version", "versions": "Version", "components": "Component", "parent": "Parent"}


def stamp(moment: datetime) -> str:
    """`2021-03-28T16:06:08.713+0800`"""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}{moment:%z}"


def number_of(name: str) -> str:
    """An id for a thing that has only a name: the same in every run."""
    return str(20_000 + zlib.crc32(name.encode()) % 10_000)


def status(site: str, name: str) -> dict[str, Json]:
    """A status with its category."""
    key = STATUSES.get(name, "indeterminate")
    id, colour, label = CATEGORIES[key]
    category = {"self": f"{site}/rest/api/2/statuscategory/{id}", "id": id, "key": key, "colorName": colour, "name": label}
    own = number_of(name)
    about = {"self": f"{site}/rest/api/2/status/{own}", "description": "", "iconUrl": f"{site}/", "name": name, "id": own}
    return {**about, "statusCategory": category}


def issue_type(site: str, name: str) -> dict[str, Json]:
    """An issue type with its level: epics above, sub-tasks below."""
    own, level = number_of(f"type {name}"), LEVELS.get(name, 0)
    about = {"self": f"{site}/rest/api/2/issuetype/{own}", "id": own, "description": "", "iconUrl": f"{site}/", "name": name}
    return {**about, "subtask": level < 0, "hierarchyLevel": level}


def named(site: str, kind: str, name: str) -> dict[str, Json]:
    """A priority, resolution or component."""
    own = number_of(f"{kind} {name}")
    return {"self": f"{site}/rest/api/2/{kind}/{own}", "id": own, "name": name}


def person(site: str, name: str, zone: str, *, cloud: bool) -> dict[str, Json]:
    """A person as the edition writes one: Cloud by account id, Data Center by name and key."""
    handle = name.lower().replace(" ", ".")
    shared = {"displayName": name, "active": True, "timeZone": zone, "avatarUrls": {}, "emailAddress": f"{handle}@acme.example"}
    if cloud:
        id = f"557058:{number_of(name)}"
        return {"self": f"{site}/rest/api/2/user?accountId={id}", "accountId": id, "accountType": "atlassian", **shared}
    return {"self": f"{site}/rest/api/2/user?username={handle}", "key": f"JIRAUSER{number_of(name)}", "name": handle, **shared}


def brief(issue: Mapping[str, Json]) -> dict[str, Json]:
    """An issue as links and children name it."""
    told = {name: issue["fields"].get(name) for name in ("summary", "status", "priority", "issuetype")}
    return {"id": issue["id"], "key": issue["key"], "self": issue["self"], "fields": told}


def link(site: str, id: str, name: str, *, outward: Json = None, inward: Json = None) -> dict[str, Json]:
    """One end of a link between two issues."""
    own, is_done, does = LINKS[name]
    kind = {"id": own, "name": name, "inward": is_done, "outward": does, "self": f"{site}/rest/api/2/issueLinkType/{own}"}
    ends = {"outwardIssue": outward, "inwardIssue": inward}
    return {"id": id, "self": f"{site}/rest/api/2/issueLink/{id}", "type": kind, **{k: v for k, v in ends.items() if v}}


def changes(field: str, old: Json, new: Json) -> list[dict[str, Json]]:
    """The lines of history that a change of a field leaves: one, or one for each version that came or went."""
    if field in ("fixVersions", "versions", "components"):
        gone = [item for item in old or [] if item not in (new or [])]
        come = [item for item in new or [] if item not in (old or [])]
        return [_line(field, item, None) for item in gone] + [_line(field, None, item) for item in come]
    return [_line(field, old, new)] if old != new else []


def _line(field: str, old: Json, new: Json) -> dict[str, Json]:
    (was, said), (becomes, says) = _told(field, old), _told(field, new)
    kind = "custom" if field.startswith("customfield_") else "jira"
    name = _FIELD_NAMES.get(field, field)
    return {
        "field": name,
        "fieldtype": kind,
        "fieldId": field,
        "from": was,
        "fromString": said,
        "to": becomes,
        "toString": says,
    }


def _told(field: str, value: Json) -> tuple[str | None, str | None]:
    """A value as history tells it: its id, and what a person reads."""
    if value is None:
        return None, None
    if isinstance(value, dict):
        id = value.get("accountId") or value.get("id") or value.get("key")
        return str(id), str(value.get("displayName") or value.get("key") or value.get("name"))
    if isinstance(value, list):
        return None, " ".join(str(item) for item in value)
    if field == "duedate":
        return str(value), f"{value} 00:00:00.0"
    return None if field in ("summary", "description") else str(value), str(value)


def document(text: str) -> dict[str, Json]:
    """A text as version 3 of the API gives it: a tree of paragraphs (Atlassian document format)."""
    return {"version": 1, "type": "doc", "content": [_paragraph(line) for line in text.split("\n")]}


def _paragraph(line: str) -> dict[str, Json]:
    return {"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []}
