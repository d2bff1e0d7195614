"""Webhooks of the GitHub twin: its API for the hooks of a repository, and the deliveries that they make, signed as GitHub signs them."""

import hashlib
import hmac
import itertools
import json
import uuid
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from syncd.demo.github_home import Repository
from syncd.demo.github_records import Row
from syncd.demo.outgoing import Outgoing
from syncd.demo.twin import Request, Response

if TYPE_CHECKING:
    from syncd.demo.github_twin import GithubTwin

_MOST = 20
_NOT_FOUND = Response({"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}, 404)
_IDS = itertools.count(12_001)

Inside = tuple[str, str, Callable[[Repository, Request], Response]]


def routes(twin: "GithubTwin") -> tuple[Inside, ...]:
    """What is answered inside a repository. The secret is never shown again."""

    def allowed(do: Callable[[Repository, Request], Response]) -> Callable[[Repository, Request], Response]:
        return lambda home, request: do(home, request) if twin.manages_hooks else _NOT_FOUND

    def listed(home: Repository, _: Request) -> Response:
        return Response([_shown(hook) for hook in twin.hooks.get(home.row["id"], [])])

    def made(home: Repository, request: Request) -> Response:
        said, hooks = request.json, twin.hooks.setdefault(home.row["id"], [])
        config = said.get("config") or {}
        if not config.get("url") or said.get("name", "web") != "web":
            return _invalid("config must have a url")
        if any(hook["config"]["url"] == config["url"] for hook in hooks):
            return _invalid("Hook already exists on this repository")
        if len(hooks) >= _MOST:
            return _invalid("The repository has too many hooks")
        hooks.append(_hook(twin, home, request, said))
        return Response(_shown(hooks[-1]), 201, {"Location": hooks[-1]["url"]})

    def changed(home: Repository, request: Request) -> Response:
        hook = next((one for one in twin.hooks.get(home.row["id"], []) if str(one["id"]) == request.args["hook"]), None)
        if hook is None:
            return _NOT_FOUND
        said = request.json
        hook.update({name: said[name] for name in ("events", "active") if name in said})
        hook["config"] = {**hook["config"], **said.get("config", {})}
        hook["updated_at"] = twin.stamp()
        return Response(_shown(hook))

    return (
        ("GET", "/hooks", allowed(listed)),
        ("POST", "/hooks", allowed(made)),
        ("PATCH", "/hooks/{hook}", allowed(changed)),
    )


def deliveries(twin: "GithubTwin", repo: str, event: str, payload: Row) -> Iterator[Outgoing]:
    """What the hooks of the repository send for something that happened there."""
    home = next(home for home in twin.homes.values() if home.name == repo)
    body = json.dumps({**payload, "repository": {"id": home.row["id"], "full_name": repo}}).encode()
    for hook in twin.hooks.get(home.row["id"], []):
        if hook["active"] and (event in hook["events"] or event == "ping"):
            yield outgoing(hook["config"]["url"], hook["config"].get("secret", ""), event, body)


def outgoing(url: str, secret: str, event: str, body: bytes) -> Outgoing:
    """One delivery, as GitHub's documentation of its headers says."""
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Outgoing(
        url,
        {
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/044aadd",
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": str(uuid.uuid4()),
            "X-Hub-Signature-256": f"sha256={signature}",
        },
        body,
    )


def _hook(twin: "GithubTwin", home: Repository, request: Request, said: Row) -> Row:
    id = next(_IDS)
    url = f"{request.base_url}{twin.prefix}/repos/{home.name}/hooks/{id}"
    return {
        "type": "Repository",
        "id": id,
        "name": "web",
        "active": said.get("active", True),
        "events": said.get("events", ["push"]),
        "config": dict(said["config"]),
        "created_at": twin.stamp(),
        "updated_at": twin.stamp(),
        "url": url,
        "test_url": f"{url}/test",
        "ping_url": f"{url}/pings",
        "deliveries_url": f"{url}/deliveries",
        "last_response": {"code": None, "status": "unused", "message": None},
    }


def _shown(hook: Row) -> Row:
    config = dict(hook["config"])
    return {**hook, "config": config | ({"secret": "********"} if config.get("secret") else {})}


def _invalid(why: str) -> Response:
    return Response({"message": "Validation Failed", "errors": [{"resource": "Hook", "code": "custom", "message": why}]}, 422)
