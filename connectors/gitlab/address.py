"""Where a record lives on GitLab: its identity, the key that people write, and the way back from a key to an API path."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from syncd.model.ref import Ref

SIGN: Mapping[str, str] = {"milestones": "%", "epics": "&", "issues": "#", "merge_requests": "!"}
"""The character that stands between path and number in GitLab's own references (https://docs.gitlab.com/user/markdown)."""

_WEB = re.compile(r"^/(?:groups/)?(?P<path>.+?)/(?:-/)?(?:issues|work_items|merge_requests|milestones|epics)/(?P<iid>\d+)$")
_KEY = re.compile(r"^(?P<path>.+)[#!%&](?P<iid>\d+)$")


def ref_of(connection: str, stream: str, data: Mapping[str, Any], root: str = "") -> Ref:
    """The identity of a record. `root` is the path under which GitLab is installed ("" for most). Raises KeyError without an id.

    An epic is its group and number: as a work item it has another id, the number stays.
    """
    id = f"{data['group_id']}:{data['iid']}" if stream == "epics" else str(data["id"])
    return Ref(connection, stream, id, key=_key(stream, data, root), url=data.get("web_url"))


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
    found = _KEY.match(ref.key or "")
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
