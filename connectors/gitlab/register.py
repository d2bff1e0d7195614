"""Registering hooks at GitLab: one for each project and group that is read, made where there is none with our address, else updated."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from connectors.gitlab import KIND
from connectors.gitlab.client import Client
from connectors.gitlab.hooks import SIGNING, events
from connectors.gitlab.paging import listing
from connectors.http import expect
from syncd.contract import AuthFailed, Gate, HookOrder, HookStep, Misconfigured, RateLimited, Settings, SyncError, Unavailable
from syncd.model.raw import Scope


def register(settings: Settings, gate: Gate, order: HookOrder) -> Iterator[HookStep]:
    """A step for each project and group, or what it met. Raises what concerns the whole connection."""
    with closing(Client(settings, gate)) as client:
        for place in places(settings, gate):
            if isinstance(place, Scope):
                yield _step(client, place, order)
            else:
                yield HookStep(place.scope or settings.connection, "nothing", error=place)


def places(settings: Settings, gate: Gate) -> Iterator[Scope | SyncError]:
    """The projects and groups whose work is read: ids "p:12" and "g:7"."""
    with closing(KIND.connect(settings, gate)) as connector:
        for found in connector.scopes("issues"):
            if isinstance(found, Scope | SyncError):
                yield found


def _step(client: Client, place: Scope, order: HookOrder) -> HookStep:
    kind, _, id = place.id.partition(":")
    path = f"/{'groups' if kind == 'g' else 'projects'}/{id}/hooks"
    try:
        there = _ours(client, path, place, order.url)
        if not order.dry_run:
            _write(client, path, place, there, order)
    except RateLimited:
        raise
    except SyncError as error:
        if error.scope is None:
            raise
        return HookStep(place.name, "nothing", error=_explained(error, kind, place))
    told = ", ".join(name.removesuffix("_events") for name, wanted in events(order.streams).items() if wanted)
    if there is None:
        return HookStep(place.name, "create", f"a hook for {told}")
    return HookStep(place.name, "update", "its events and its secret")


def _explained(error: SyncError, kind: str, place: Scope) -> SyncError:
    """A 404 on a group's hooks is the edition's, or that of rights that are lacking: GitLab does not tell these apart."""
    if isinstance(error, Unavailable) and error.absent and kind == "g":
        return Misconfigured(
            f"{place.name}: hooks of groups need GitLab Premium and an owner's token. Else name its projects instead",
            scope=place.name,
        )
    if isinstance(error, AuthFailed) or (isinstance(error, Unavailable) and error.absent):
        return AuthFailed(
            f"{place.name}: the token may not manage its hooks. It needs api and the role Maintainer", scope=place.name
        )
    return error


def _ours(client: Client, path: str, place: Scope, url: str) -> int | None:
    """The id of the hook with our address."""
    what = f"looking for our hook in {place.name}"
    for hooks in listing(client, path, {}, what=what, scope=place.name):
        for hook in hooks:
            if hook.get("url") == url and isinstance(hook.get("id"), int):
                return int(hook["id"])
    return None


def _write(client: Client, path: str, place: Scope, hook: int | None, order: HookOrder) -> None:
    what = f"registering a hook in {place.name}"
    signing = order.secret.startswith(SIGNING)
    secret = {"signing_token" if signing else "token": order.secret}
    body: dict[str, Any] = {"url": order.url, **secret, **events(order.streams), "enable_ssl_verification": True}
    verb, address = ("post", path) if hook is None else ("put", f"{path}/{hook}")
    made = expect(client.send(verb, address, body, what=what, scope=place.name).body, dict, what=what, scope=place.name)
    if signing and made.get("signing_token_present") is not True:
        raise Misconfigured(
            f"{what}: this GitLab does not know signing tokens. Choose a hook_secret that does not begin with {SIGNING}",
            scope=place.name,
        )
