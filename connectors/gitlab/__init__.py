"""GitLab: milestones, epics, issues and merge requests of groups and projects, and comments on the last two.

Groups are read with their subgroups and projects; projects that are named beside their group narrow its work to them. What GitLab
does not tell: that an issue is blocked by one outside the scope (only the blocking side is counted), "blocks" links in editions
without them, and the privacy of single projects inside a group that is not private.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import Field, field_validator, model_validator

from connectors.gitlab.hooks import HOOKS
from syncd.contract import Connector, Gate, Kind, Limits, Options, Settings, Stream

_OWN = frozenset({"updated_at", "user_notes_count"})
STREAMS: Mapping[str, Stream] = {
    "milestones": Stream("milestones", own=frozenset({"updated_at"})),
    "epics": Stream("epics", own=_OWN),
    "issues": Stream("issues", takes=frozenset({"comment"}), own=_OWN),
    "merge_requests": Stream("merge_requests", takes=frozenset({"comment"}), own=_OWN),
}
LIMITS = Limits(markup="markdown", comment_chars=60_000)


class GitlabOptions(Options):
    """`groups` and `projects`: at least one of either."""

    groups: list[str] = Field(default=[], description="Groups by full path (acme/platform) or numeric id; subgroups are included")
    projects: list[str] = Field(
        default=[], description="Projects by full path (acme/web) or numeric id. Beside their group: no other work of it is read"
    )

    @field_validator("groups", "projects", mode="before")
    @classmethod
    def _names(cls, value: Any) -> Any:
        if not isinstance(value, list | tuple):
            return value
        return [str(v) if isinstance(v, int) else v.strip().strip("/") if isinstance(v, str) else v for v in value]

    @field_validator("groups", "projects")
    @classmethod
    def _paths(cls, value: list[str]) -> list[str]:
        for name in value:
            if not name or "://" in name or any(c.isspace() for c in name):
                raise ValueError(f"{name!r} is no path. Give the path after the host, as in acme/web, or the numeric id")
        return value

    @model_validator(mode="after")
    def _something(self) -> "GitlabOptions":
        if not self.groups and not self.projects:
            raise ValueError("there is nothing to read. Name at least one of `groups` and `projects`")
        return self


def connect(settings: Settings, gate: Gate) -> Connector:
    """A connector. Imports python-gitlab, which takes a moment."""
    from connectors.gitlab.connector import Gitlab

    return Gitlab(settings, gate)


KIND = Kind(
    name="gitlab",
    connect=connect,
    options=GitlabOptions,
    streams=STREAMS,
    limits=LIMITS,
    mapping="gitlab.default",
    default_url="https://gitlab.com",
    hooks=HOOKS,
)
