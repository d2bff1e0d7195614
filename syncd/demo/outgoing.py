"""A webhook delivery of a twin, on its way: sent once, as the vendors send it, or held back by who plays with the order."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One POST. `send` gives the status that was answered."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def send(self, timeout_s: float = 10) -> int:
        """Deliver it now."""
        request = urllib.request.Request(self.url, data=self.body, headers=dict(self.headers), method="POST")
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=timeout_s) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
