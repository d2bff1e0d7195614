"""Answers of GitLab's GraphQL API: they come with status 200 where they are errors too."""

import re
from collections.abc import Mapping
from typing import Any

from connectors.gitlab.client import Answer, Client
from connectors.http import expect
from syncd.contract import AuthFailed, Misconfigured, SyncError, Unavailable

NOT_THERE = frozenset({400, 404, 405, 410, 501})
"""What a server answers that has no GraphQL API, or a proxy before it."""
_UNKNOWN_CODES = frozenset({"undefinedField", "argumentNotAccepted", "undefinedType", "argumentLiteralsIncompatible"})
_UNKNOWN = re.compile(
    r"Field '.*' doesn't exist on type|doesn't accept argument|isn't a defined input type|No such type"
    r"|Cannot query field|Unknown (?:argument|type|field)",
)
_HIDDEN = re.compile(r"don't have permission|not authorized|insufficient", re.IGNORECASE)


class Unknown(Exception):
    """The server's GraphQL API does not have what was asked for: it is older, or has none."""


def ask(
    client: Client, text: str, variables: Mapping[str, object], *, what: str, scope: str | None
) -> tuple[dict[str, Any], Answer]:
    """The `data` of an answer. Raises Unknown, or one of the six: data that comes with errors is never taken for whole."""
    answer = client.query(text, variables, what=what, scope=scope, allow=NOT_THERE)
    if answer.status in NOT_THERE:
        raise Unknown
    body = expect(answer.body, dict, what=what, scope=scope)
    errors = [error for error in body.get("errors") or () if isinstance(error, Mapping)]
    if errors and all(map(_unknown, errors)):
        raise Unknown
    if body.get("errors"):
        raise _meaning(errors, what, scope)
    return expect(body.get("data"), dict, what=what, scope=scope), answer


def _unknown(error: Mapping[str, Any]) -> bool:
    code = (error.get("extensions") or {}).get("code")
    return code in _UNKNOWN_CODES or _UNKNOWN.search(str(error.get("message"))) is not None


def _meaning(errors: list[Mapping[str, Any]], what: str, scope: str | None) -> SyncError:
    said = " ".join("; ".join(str(error.get("message")) for error in errors).split())[:200]
    if _HIDDEN.search(said):
        cure = "Give the account the permission, or take it out of scope"
        return AuthFailed(f"{what}: not allowed: {said.rstrip('.')}. {cure}", scope=scope)
    if "complexity" in said:
        return Misconfigured(f"{what}: the server's limit of GraphQL queries is lower than GitLab's own: {said}", scope=scope)
    return Unavailable(f"{what}: GitLab answered with errors: {said or 'of unknown form'}", scope=scope)
