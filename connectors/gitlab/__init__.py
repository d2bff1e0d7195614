"""GitLab: plans, work, freezes and deployments of groups and projects; comments, labels and commit statuses on work.

Groups are read with their subgroups and projects; projects that are named beside their group narrow its work to them. What GitLab
does not tell: that an issue is blocked by one outside the scope (only the blocking side is counted), "blocks" links in editions
without them, and the privacy of single projects inside a group that is not private.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from connectors.gitlab.hooks import HOOKS
from connectors.scoping import is_glob
from syncd.contract import Connector, Gate, Kind, Limits, Options, Settings, Stream

_OWN = frozenset({"updated_at", "user_notes_count"})
STREAMS: Mapping[str, Stream] = {
    "milestones": Stream("milestones", own=frozenset({"updated_at"})),
    "iterations": Stream("iterations", own=frozenset({"updated_at"}), optional=True),
    "epics": Stream("epics", own=_OWN | {"work_item.updatedAt"}),
    "issues": Stream(
        "issues", takes=frozenset({"comment", "label"}), own=_OWN, home="project_id", touched="updated_at", quiet_s=60
    ),
    "merge_requests": Stream(
        "merge_requests",
        takes=frozenset({"comment", "label", "status"}),
        own=_OWN,
        home="project_id",
        touched="updated_at",
        quiet_s=60,
    ),
    "approvals": Stream("approvals", own=frozenset({"updated_at"}), optional=True, home="project_id"),
    "freeze_periods": Stream("freeze_periods"),
    "environments": Stream("environments", optional=True),
    "deployments": Stream("deployments", optional=True),
    "contract_files": Stream("contract_files", deletions="reported", optional=True, fleeting=True, of_contracts=True),
    "replies": Stream("replies", deletions="never", replies=True),
}
LIMITS = Limits(markup="markdown", comment_chars=60_000, text_chars=255, label_chars=255, requests_per_hour=120_000)
"""GitLab.com takes 2,000 requests a minute of one account (https://docs.gitlab.com/user/gitlab_com/)."""


class GitlabOptions(Options):
    """`groups` and `projects`: at least one of either."""

    groups: list[str] = Field(default=[], description="Groups by full path (acme/platform) or numeric id; subgroups are included")
    projects: list[str] = Field(
        default=[],
        description="Projects by full path (acme/web), pattern (acme/web-*) or numeric id. Beside their group: no other work of it is read",
    )
    exclude: list[str] = Field(
        default=[],
        description="Projects and subgroups, by path or pattern, that a group or pattern would bring and that are not read",
    )
    archived: bool = Field(default=False, description="Whether archived projects are read; nothing is written there")
    auth: Literal["token", "oauth"] = Field(
        default="token", description="How the token is sent: `token` as an access token of GitLab, `oauth` as one of OAuth 2.0"
    )
    client_id: str | None = Field(default=None, description="OAuth: the id of the application, to renew access tokens with")
    refresh_token_file: str | None = Field(
        default=None,
        description="OAuth: the file with the refresh token. GitLab gives a new one each time: syncd must be able to write the file",
    )
    redirect_uri: str | None = Field(
        default=None, description="OAuth: the redirect URI with which the application was authorized"
    )

    def instead_of_token(self) -> str | None:
        """Access tokens are made out of the refresh token."""
        return "refresh_token_file" if self.refresh_token_file else None

    def beside_token(self) -> bool:
        """An application that is confidential has a secret."""
        return True

    @field_validator("groups", "projects", "exclude", mode="before")
    @classmethod
    def _names(cls, value: Any) -> Any:
        if not isinstance(value, list | tuple):
            return value
        return [str(v) if isinstance(v, int) else v.strip().strip("/") if isinstance(v, str) else v for v in value]

    @field_validator("groups", "projects", "exclude")
    @classmethod
    def _paths(cls, value: list[str]) -> list[str]:
        for name in value:
            if not name or "://" in name or any(c.isspace() for c in name):
                raise ValueError(f"{name!r} is no path. Give the path after the host, as in acme/web, or the numeric id")
        return value

    @field_validator("groups")
    @classmethod
    def _no_patterns(cls, value: list[str]) -> list[str]:
        for name in value:
            if is_glob(name):
                raise ValueError(f"{name!r}: groups take no patterns. Name the group above, or put the pattern into `projects`")
        return value

    @model_validator(mode="after")
    def _something(self) -> "GitlabOptions":
        if not self.groups and not self.projects:
            raise ValueError("there is nothing to read. Name at least one of `groups` and `projects`")
        if (self.client_id or self.refresh_token_file) and self.auth != "oauth":
            raise ValueError('client_id and refresh_token_file belong to OAuth. Set auth = "oauth", or take them out')
        if bool(self.client_id) != bool(self.refresh_token_file):
            raise ValueError("client_id and refresh_token_file belong together. Give both, or neither")
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
    needs={"read": frozenset({"api", "read_api"}), "write": frozenset({"api"})},
    limits=LIMITS,
    mapping="gitlab.default",
    default_url="https://gitlab.com",
    hooks=HOOKS,
)
