"""Webhooks of the Jira twin: an administrator enters address and secret by hand, and the site signs what it sends there."""

import hashlib
import hmac
import json
import uuid
from typing import TYPE_CHECKING, Any

from syncd.demo.outgoing import Outgoing

if TYPE_CHECKING:
    from syncd.demo.jira_twin import JiraTwin


def about_issue(twin: "JiraTwin", url: str, secret: str, key: str, event: str = "jira:issue_updated") -> Outgoing:
    """What is sent when something happened to an issue."""
    issue = next(one for one in twin.issues.values() if one["key"] == key)
    payload = {
        "timestamp": round(twin.now().timestamp() * 1000),
        "webhookEvent": event,
        "issue_event_type_name": "issue_generic",
        "user": twin.me,
        "issue": {"id": issue["id"], "self": issue["self"], "key": key, "fields": {"summary": issue["fields"]["summary"]}},
    }
    return outgoing(url, secret, payload)


def outgoing(url: str, secret: str, payload: dict[str, Any]) -> Outgoing:
    """One delivery, signed in the way of WebSub."""
    body = json.dumps(payload).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Outgoing(
        url,
        {
            "Content-Type": "application/json; charset=UTF-8",
            "User-Agent": "Atlassian Webhook HTTP Client",
            "X-Atlassian-Webhook-Identifier": str(uuid.uuid4()),
            "X-Hub-Signature": f"sha256={signature}",
        },
        body,
    )
