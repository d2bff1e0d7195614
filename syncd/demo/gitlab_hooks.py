"""Webhooks of the GitLab twin: its API for the hooks of projects and groups, and the deliveries that they make, by token or signed."""

import base64
import hashlib
import hmac
import itertools
import json
import uuid
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from syncd.demo.outgoing import Outgoing
from syncd.demo.twin import Request, Response

if TYPE_CHECKING:
    from syncd.demo.gitlab_twin import GitlabTwin

Record = dict[str, Any]
_IDS = itertools.count(301)
_SECRETS = ("token", "signing_token")


def answers(twin: "GitlabTwin", kind: str) -> list[tuple[str, str, Callable[[Record, Request], Response]]]:
    """What is answered below a project or group. Secrets are never shown again, only whether there are any."""

    def below(owner: Record) -> list[Record]:
        return twin.hooks.setdefault((kind, owner["id"]), [])

    def listed(owner: Record, _: Request) -> Response:
        return Response([_shown(hook) for hook in below(owner)])

    def made(owner: Record, request: Request) -> Response:
        said = request.json
        if not str(said.get("url", "")).startswith(("http://", "https://")):
            return Response({"message": {"url": ["is blocked: Only allowed schemes are http, https"]}}, 422)
        hook = {
            "id": next(_IDS),
            f"{kind}_id": owner["id"],
            "created_at": f"{twin.now():%Y-%m-%dT%H:%M:%S.000Z}",
            "push_events": True,
            **_taken(twin, said),
        }
        below(owner).append(hook)
        return Response(_shown(hook), 201)

    def changed(owner: Record, request: Request) -> Response:
        hook = next((one for one in below(owner) if str(one["id"]) == request.args["hook"]), None)
        if hook is None:
            return Response({"message": "404 Not found"}, 404)
        hook.update(_taken(twin, request.json))
        return Response(_shown(hook))

    return [("GET", "hooks", listed), ("POST", "hooks", made), ("PUT", "hooks/{hook}", changed)]


def deliveries(twin: "GitlabTwin", path: str, event: str, payload: Record) -> Iterator[Outgoing]:
    """What the hooks of the project send. `event`: "Issue Hook" and the like."""
    project = next(project for project in twin.projects.values() if project["path_with_namespace"] == path)
    flag = f"{event.removesuffix(' Hook').lower().replace(' ', '_')}s_events"
    for hook in twin.hooks.get(("project", project["id"]), []):
        if hook.get(flag) or hook.get(flag.replace("s_events", "_events")):
            body = json.dumps({**payload, "project": {"id": project["id"], "path_with_namespace": path}}).encode()
            yield outgoing(hook["url"], hook.get("token"), hook.get("signing_token"), event, body, round(twin.now().timestamp()))


def outgoing(url: str, token: str | None, signing: str | None, event: str, body: bytes, at: int) -> Outgoing:
    """One delivery. A signing token signs id, time and body; a secret token is sent along as it is."""
    id = str(uuid.uuid4())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "GitLab/18.9.0",
        "X-Gitlab-Event": event,
        "X-Gitlab-Event-UUID": str(uuid.uuid4()),
        "Idempotency-Key": id,
    }
    if token:
        headers["X-Gitlab-Token"] = token
    if signing:
        key = base64.b64decode(signing.removeprefix("whsec_"))
        mac = hmac.new(key, f"{id}.{at}.".encode() + body, hashlib.sha256).digest()
        signature = f"v1,{base64.b64encode(mac).decode()}"
        headers |= {"webhook-id": id, "webhook-timestamp": str(at), "webhook-signature": signature}
    return Outgoing(url, headers, body)


def _taken(twin: "GitlabTwin", said: Record) -> Record:
    return {name: value for name, value in said.items() if name != "signing_token" or twin.signs_hooks}


def _shown(hook: Record) -> Record:
    shown = {name: value for name, value in hook.items() if name not in _SECRETS}
    return shown | {f"{name}_present": bool(hook.get(name)) for name in _SECRETS}
