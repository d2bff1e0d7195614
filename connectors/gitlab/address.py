"""Where a record lives on GitLab: its identity, the key that people write, and the way back from a key to an API path."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from syncd.model.ref import Ref

SIGN: Mapping[str, str] = {"milestones": "%", "epics": "&", "issues": "#", "merge_requests": "!", "approvals": "!"}
"""The character that stands between path and number in GitLab's own references (https://docs.gitlab.com/user/markdown)."""

_WEB = re.compile(r"^/(?:groups/)?(?P<path>.+?)/(?:-/)?(?:issues|work_items|merge_requests|milestones|epics)/(?P<iid>\d+)$")
_KEY = re.compile(r"^(?P<path>.+)[#!%&](?P<iid>\d+)$")


_NAMED: Mapping[str, str] = {"freeze_periods": "freeze", "environments": "environment", "deployments": "deployment"}
_IN_PROJECT = re.compile(rf"^(?P<path>\S+) (?:{'|'.join(_NAMED.values())}) (?P<iid>.+)$")
_ITERATION = re.compile(r"^(?P<path>.+)\*iteration:(?P<iid>\d+)$")


def ref_of(connection: str, stream: str, data: Mapping[str, Any], root: str = "", path: str = "") -> Ref:
    """The identity of a record. `root` is the path under which GitLab is installed ("" for most), `path` the project or group that was
    read. Raises KeyError without an id.

    An epic is its group and number: as a work item it has another id, the number stays.
    """
    id = f"{data['group_id']}:{data['iid']}" if stream == "epics" else str(data["id"])
    key = _key_inside(stream, data, root, path) if stream in _NAMED or stream == "iterations" else _key(stream, data, root)
    return Ref(connection, stream, id, key=key, url=data.get("web_url"))


def path_of(stream: str, data: Mapping[str, Any], root: str = "") -> str | None:
    """The full path of the project or group that a record of a listing lives in, where the record says it."""
    found = _KEY.match(_key(stream, data, root) or "") if stream in SIGN else None
    return found["path"] if found else None


def _key_inside(stream: str, data: Mapping[str, Any], root: str, path: str) -> str:
    """GitLab's own reference of an iteration; for what has none, its project and what it is called there."""
    if stream == "iterations":
        web = re.match(r"^/groups/(.+?)/-/", urlsplit(str(data.get("web_url") or "")).path.removeprefix(root))
        return f"{web[1] if web else path}*iteration:{data['id']}"
    name = data.get("name") if stream == "environments" else data.get("iid") if stream == "deployments" else None
    return f"{path} {_NAMED[stream]} {name or data['id']}"


def _key(stream: str, data: Mapping[str, Any], root: str) -> str | None:
    full = (data.get("references") or {}).get("full")
    if full:
        return str(full)
    path, iid = _from_web(data.get("web_url"), root) or (data.get("project_id") or data.get("group_id"), data.get("iid"))
    return None if path is None or iid is None else f"{path}{SIGN[stream]}{iid}"


def _from_web(url: object, root: str) -> tuple[str, str] | None:
    found = _WEB.match(urlsplit(str(url or "")).path.removeprefix(root))
    return (found["path"], found["iid"]) if found else None


def place_of(ref: Ref, root: str = "") -> tuple[str, str] | None:
    """Path (or numeric id) and number that a key, or else a URL, names; None where neither does."""
    key = ref.key or ""
    found = _KEY.match(key) or _ITERATION.match(key) or _IN_PROJECT.match(key)
    return (found["path"], found["iid"]) if found else _from_web(ref.url, root)


def in_group(ref: Ref) -> bool:
    """Whether the URL says that the record belongs to a group and not to a project."""
    return "/groups/" in (ref.url or "")


def segment(path: object) -> str:
    """A full path or numeric id as one segment of an API path."""
    return quote(str(path), safe="")


def within(path: str, group: str) -> bool:
    """Whether the path is the group or lies under it. GitLab's paths do not distinguish case."""
    path, group = path.casefold(), group.casefold()
    return path == group or path.startswith(f"{group}/")
