"""Records that are no tickets: what they are called, and where each is by itself."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from connectors.github.wire import Row
from syncd.contract import Unavailable
from syncd.model.ref import Ref

_KEY = re.compile(
    r"(?P<repository>[\w.-]+/[\w.-]+)"
    r"(?:#(?P<pull>\d+)/(?:reviews/(?P<review>\d+)|checks)|/(?P<list>environments|deployments|releases)/(?P<name>.+))",
    re.ASCII | re.DOTALL,
)
_PULL = re.compile(r"/pulls?/(\d+)(?:#|$)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """One of them: its repository, its path in the API, and the pull request that it belongs to, where there is one."""

    repository: str
    path: str
    pull: int | None = None


def key_of(stream: str, repository: str, row: Row) -> str | None:
    """The key of a record of an optional stream: acme/api#7/reviews/80, acme/api#7/checks, acme/api/environments/production, …"""
    if stream == "reviews":
        found = _PULL.search(str(row.get("pull_request_url") or row.get("html_url") or ""))
        return f"{repository}#{found[1]}/reviews/{row['id']}" if found else None
    if stream == "check_states":
        return f"{repository}#{row['number']}/checks" if isinstance(row.get("number"), int) else None
    name = row.get("name") if stream == "environments" else row["id"]
    return f"{repository}/{stream}/{name}" if name else None


def part_of(ref: Ref) -> Part:
    """Where its key says that it is. Raises Unavailable where it has no usable key."""
    found = _KEY.fullmatch(ref.key or "")
    if not found:
        raise Unavailable(f"{ref.label}: it is not known in which repository this lives. It will be once it is read again")
    home = f"/repos/{found['repository']}"
    if found["pull"] is None:
        return Part(found["repository"], f"{home}/{found['list']}/{quote(found['name'], safe='')}")
    review = f"/reviews/{found['review']}" if found["review"] else ""
    return Part(found["repository"], f"{home}/pulls/{found['pull']}{review}", int(found["pull"]))
