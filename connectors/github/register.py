"""Registering hooks at GitHub: one for each repository that is read."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from connectors.github import KIND
from connectors.github.client import Client
from connectors.github.hooks import events
from connectors.github.sign_in import sign_in
from connectors.github.wire import Wire
from connectors.registering import places, step
from syncd.contract import AuthFailed, Gate, HookOrder, HookStep, Settings
from syncd.model.raw import Scope


def register(settings: Settings, gate: Gate, order: HookOrder) -> Iterator[HookStep]:
    """A step for each repository, or what it met. Raises what concerns the whole connection."""
    wire = Wire(settings, gate)
    with closing(Client(wire, sign_in(settings, wire))) as client:
        for place in places(KIND, "milestones", settings, gate):
            yield step(Hooks(client), place, order, settings.connection)


@dataclass(frozen=True, slots=True)
class Hooks:
    """The hooks of repositories."""

    client: Client

    def told(self, order: HookOrder) -> str:
        """The events that follow from the streams that are read."""
        return ", ".join(events(order.streams))

    def find(self, place: Scope, url: str) -> int | None:
        """The hook with this address."""
        name = place.name
        what, path = f"looking for our hook in {name}", f"/repos/{name}/hooks"
        for page in self.client.walk(path, what=what, scope=name, query={"per_page": "100"}, accept=(403, 404)):
            if page.absent:
                raise AuthFailed(
                    f"{what}: the token may not manage its hooks. Give it the permission Webhooks: write (classic: admin:repo_hook)",
                    scope=name,
                )
            for hook in page.rows:
                if isinstance(hook.get("config"), dict) and hook["config"].get("url") == url:
                    return int(hook["id"])
        return None

    def write(self, place: Scope, hook: int | None, order: HookOrder) -> None:
        """Make it, or renew its events and its secret."""
        name = place.name
        what, path = f"registering a hook in {name}", f"/repos/{name}/hooks"
        config = {"url": order.url, "content_type": "json", "secret": order.secret, "insecure_ssl": "0"}
        body: dict[str, Any] = {"config": config, "events": events(order.streams), "active": True}
        if hook is None:
            answer = self.client.ask("POST", path, what=what, scope=name, body={"name": "web", **body})
        else:
            answer = self.client.ask("PATCH", f"{path}/{hook}", what=what, scope=name, body=body)
        if answer.status in (200, 201):
            return
        if answer.status == 404:
            raise AuthFailed(f"{what}: the token may not manage its hooks (404). It needs Webhooks: write", scope=name)
        said = answer.text.replace(json.dumps(order.secret)[1:-1], "***")
        raise self.client.refusal(type(answer)(answer.status, answer.headers, said), what=what, scope=name, write=True)
