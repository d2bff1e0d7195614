"""Registering hooks at GitHub: one for each repository that is read, made where there is none with our address, else brought up to date."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from connectors.github import KIND
from connectors.github.client import Client
from connectors.github.hooks import events
from connectors.github.sign_in import sign_in
from connectors.github.wire import Wire
from syncd.contract import AuthFailed, Gate, HookOrder, HookStep, RateLimited, Settings, SyncError
from syncd.model.raw import Scope


def register(settings: Settings, gate: Gate, order: HookOrder) -> Iterator[HookStep]:
    """A step for each repository, or what it met. Raises what concerns the whole connection."""
    wire = Wire(settings, gate)
    with closing(Client(wire, sign_in(settings, wire))) as client:
        for place in repositories(settings, gate):
            if isinstance(place, Scope):
                yield _step(client, place.name, order)
            else:
                yield HookStep(place.scope or settings.connection, "nothing", error=place)


def repositories(settings: Settings, gate: Gate) -> Iterator[Scope | SyncError]:
    """The repositories that the connection reads."""
    with closing(KIND.connect(settings, gate)) as connector:
        for found in connector.scopes("milestones"):
            if isinstance(found, Scope | SyncError):
                yield found


def _step(client: Client, name: str, order: HookOrder) -> HookStep:
    try:
        there = _ours(client, name, order.url)
        if not order.dry_run:
            _write(client, name, there, order)
    except RateLimited:
        raise
    except SyncError as error:
        if error.scope is None:
            raise
        return HookStep(name, "nothing", error=error)
    if there is None:
        return HookStep(name, "create", f"a hook for {', '.join(events(order.streams))}")
    return HookStep(name, "update", "its events and its secret")


def _ours(client: Client, name: str, url: str) -> int | None:
    """The id of the hook with our address."""
    what = f"looking for our hook in {name}"
    path = f"/repos/{name}/hooks"
    for page in client.walk(path, what=what, scope=name, query={"per_page": "100"}, accept=(403, 404)):
        if page.absent:
            raise AuthFailed(
                f"{what}: the token may not manage its hooks. Give it the permission Webhooks: write (classic: admin:repo_hook)",
                scope=name,
            )
        for hook in page.rows:
            if isinstance(hook.get("config"), dict) and hook["config"].get("url") == url:
                return int(hook["id"])
    return None


def _write(client: Client, name: str, hook: int | None, order: HookOrder) -> None:
    what = f"registering a hook in {name}"
    config = {"url": order.url, "content_type": "json", "secret": order.secret, "insecure_ssl": "0"}
    body: dict[str, Any] = {"config": config, "events": events(order.streams), "active": True}
    path = f"/repos/{name}/hooks"
    if hook is None:
        answer = client.ask("POST", path, what=what, scope=name, body={"name": "web", **body})
    else:
        answer = client.ask("PATCH", f"{path}/{hook}", what=what, scope=name, body=body)
    if answer.status in (200, 201):
        return
    if answer.status == 404:
        raise AuthFailed(f"{what}: the token may not manage its hooks (404). It needs Webhooks: write", scope=name)
    said = answer.text.replace(json.dumps(order.secret)[1:-1], "***")
    raise client.refusal(type(answer)(answer.status, answer.headers, said), what=what, scope=name, write=True)
