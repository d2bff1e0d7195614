"""Registering hooks at GitLab: one for each project and group that is read."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from connectors.gitlab import KIND
from connectors.gitlab.client import Client
from connectors.gitlab.hooks import SIGNING, events
from connectors.gitlab.paging import listing
from connectors.http import expect
from connectors.registering import places, step
from syncd.contract import AuthFailed, Gate, HookOrder, HookStep, Misconfigured, Settings, SyncError, Unavailable
from syncd.model.raw import Scope


def register(settings: Settings, gate: Gate, order: HookOrder) -> Iterator[HookStep]:
    """A step for each project and group, or what it met. Raises what concerns the whole connection."""
    with closing(Client(settings, gate)) as client:
        for place in places(KIND, "issues", settings, gate):
            yield step(Hooks(client), place, order, settings.connection)


@dataclass(frozen=True, slots=True)
class Hooks:
    """The hooks of projects and groups, whose scopes have the ids "p:12" and "g:7"."""

    client: Client

    def told(self, order: HookOrder) -> str:
        """The events that follow from the streams that are read."""
        return ", ".join(name.removesuffix("_events") for name, wanted in events(order.streams).items() if wanted)

    def find(self, place: Scope, url: str) -> int | None:
        """The hook with this address."""
        what = f"looking for our hook in {place.name}"
        try:
            for hooks in listing(self.client, _path(place), {}, what=what, scope=place.name):
                for hook in hooks:
                    if hook.get("url") == url and isinstance(hook.get("id"), int):
                        return int(hook["id"])
        except (AuthFailed, Unavailable) as error:
            raise _explained(error, place) from error
        return None

    def write(self, place: Scope, hook: int | None, order: HookOrder) -> None:
        """Make it, or renew its events and its secret."""
        what, path = f"registering a hook in {place.name}", _path(place)
        signing = order.secret.startswith(SIGNING)
        secret = {"signing_token" if signing else "token": order.secret}
        body: dict[str, Any] = {"url": order.url, **secret, **events(order.streams), "enable_ssl_verification": True}
        verb, address = ("post", path) if hook is None else ("put", f"{path}/{hook}")
        try:
            answer = self.client.send(verb, address, body, what=what, scope=place.name)
        except (AuthFailed, Unavailable) as error:
            raise _explained(error, place) from error
        made = expect(answer.body, dict, what=what, scope=place.name)
        if signing and made.get("signing_token_present") is not True:
            raise Misconfigured(
                f"{what}: this GitLab does not know signing tokens. Choose a hook_secret that does not begin with {SIGNING}",
                scope=place.name,
            )


def _path(place: Scope) -> str:
    kind, _, id = place.id.partition(":")
    return f"/{'groups' if kind == 'g' else 'projects'}/{id}/hooks"


def _explained(error: AuthFailed | Unavailable, place: Scope) -> SyncError:
    """A 404 on a group's hooks is the edition's, or that of rights that are lacking: GitLab does not tell these apart."""
    if error.scope is None:
        return error
    if isinstance(error, Unavailable) and error.absent and place.id.startswith("g:"):
        return Misconfigured(
            f"{place.name}: hooks of groups need GitLab Premium and an owner's token. Else name its projects instead",
            scope=place.name,
        )
    if isinstance(error, AuthFailed) or (isinstance(error, Unavailable) and error.absent):
        return AuthFailed(
            f"{place.name}: the token may not manage its hooks. It needs api and the role Maintainer", scope=place.name
        )
    return error
