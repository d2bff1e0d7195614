"""What the connectors share to verify webhooks: comparisons that take the same time whatever is compared, and a careful look inside."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any


def same(given: str, expected: str) -> bool:
    """Whether two texts are the same, in a time that tells nothing of where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode("utf-8", "surrogateescape"))


def signed(given: str, body: bytes, secret: str) -> bool:
    """Whether "sha256=" and hexadecimal digits are the HMAC-SHA256 of the body with the secret."""
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    method, _, digits = given.strip().partition("=")
    return method.casefold() == "sha256" and same(digits.casefold(), expected)


def document(body: bytes) -> Mapping[str, Any]:
    """The JSON object in a body; an empty one where there is none that can be read: then nobody knows what changed."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def id_in(value: object) -> str | None:
    """The `id` of an object, as text, where it has one."""
    found = value.get("id") if isinstance(value, Mapping) else None
    return str(found) if isinstance(found, int | str) and not isinstance(found, bool) and found != "" else None


def at(value: Mapping[str, Any], *path: str) -> Any:
    """What lies at the path, or None where it ends before."""
    found: Any = value
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
