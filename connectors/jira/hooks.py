"""Jira's webhooks: an HMAC over the body of hooks that an administrator makes; with an API token alone none can be registered.

https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from connectors.proof import at, document, id_in, signed
from connectors.replies import may_speak
from syncd.contract import Delivery, Distrusted, Gate, HookOrder, HookScheme, HookStep, Settings
from syncd.contract.hooks import Hint

_ISSUE = "Issue: created, updated, deleted"
_EVENTS = {
    "issues": (_ISSUE, "Issue link: created, deleted", "Comment: created, updated, deleted"),
    "versions": ("Version: created, updated, moved, deleted, released, unreleased",),
    "projects": ("Project: updated, deleted",),
    "sprints": ("Sprint: created, updated, deleted, started, closed",),
    "worklogs": ("Worklog: created, updated, deleted",),
    "remote_links": (_ISSUE,),
}
"""What tells of a change to a stream, as Jira's page of webhooks calls it. Of security levels it tells nothing. Of comments,
our own among them, only those are news that speak to us."""


def verify(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> Delivery | Distrusted:  # noqa: ARG001
    """`X-Hub-Signature` over the body. Jira does not say in a header when it sent a delivery."""
    given = headers.get("x-hub-signature")
    if not given:
        return Distrusted("no signature")
    if not signed(given, body, secret):
        return Distrusted("wrong signature")
    said = document(body)
    place = id_in(at(said, "issue", "fields", "project"))
    event = str(said.get("webhookEvent") or "")
    news = not event.startswith("comment_") or may_speak(at(said, "comment", "body"))
    return Delivery(headers.get("x-atlassian-webhook-identifier") or None, _hints(event, said), news=news, place=place)


def _hints(event: str, said: Mapping[str, Any]) -> tuple[Hint, ...]:
    event = event.removeprefix("jira:")
    if event.startswith("issuelink_"):
        return (("issues", None),)
    if event.startswith("worklog_"):
        return ("worklogs", id_in(said.get("worklog"))), ("issues", _text(at(said, "worklog", "issueId")))
    if event.startswith("sprint_"):
        return (("sprints", id_in(said.get("sprint"))),)
    if event.startswith(("issue_", "comment_")):
        return ("issues", id_in(said.get("issue"))), ("remote_links", None)
    if event.startswith("version_"):
        return ("versions", id_in(said.get("version"))), ("issues", None)
    if event.startswith("project_"):
        return (("projects", id_in(said.get("project"))),)
    return ()


def _text(value: object) -> str | None:
    return str(value) if isinstance(value, int | str) and value else None


def sync(settings: Settings, gate: Gate, order: HookOrder) -> Iterator[HookStep]:  # noqa: ARG001
    """What a person is to enter: Jira lets only apps, and administrators by hand, register hooks."""
    told = dict.fromkeys(event for stream, those in _EVENTS.items() if stream in order.streams for event in those)
    keys = ", ".join(getattr(settings.options, "projects", []))
    narrowed = f"; JQL: project in ({keys})" if keys and not any(c in keys for c in "*?[") else ""
    yield HookStep(
        settings.connection,
        "by hand",
        "Jira lets no API token register hooks. As an administrator, under System > WebHooks, enter: "
        f"URL {order.url}; secret: that of hook_secret{narrowed}; events: {'; '.join(told)}",
    )


HOOKS = HookScheme(verify, sync)
