"""What a GitLab says of itself (https://docs.gitlab.com/api/metadata/)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.gitlab.client import Client

_UNTOLD = frozenset({400, 401, 403, 404, 405, 410, 501})


@dataclass(frozen=True, slots=True)
class Server:
    """`version` as it is written ("18.5.0-ee"); `enterprise`: whether it is the edition that can be licensed. None: it does not say."""

    version: str | None = None
    enterprise: bool | None = None

    @property
    def release(self) -> tuple[int, int]:
        """Major and minor version; (0, 0) where it is not known."""
        found = re.match(r"(\d+)\.(\d+)", self.version or "")
        return (int(found[1]), int(found[2])) if found else (0, 0)

    @property
    def edition(self) -> str | None:
        """The edition's name."""
        return None if self.enterprise is None else "Enterprise" if self.enterprise else "Community"


def about(client: Client, what: str) -> Server:
    """One request; servers before 15.2 tell nothing."""
    body = client.get("/metadata", what=what, allow=_UNTOLD).body
    if not isinstance(body, Mapping):
        return Server()
    version, enterprise = body.get("version"), body.get("enterprise")
    return Server(str(version) if version else None, enterprise if isinstance(enterprise, bool) else None)
