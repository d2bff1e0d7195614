"""The keys of `[connections.x]` that only Jira has."""

import ipaddress
import re
from itertools import accumulate
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from syncd.contract import Options

_TEXTS = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_ORDER = re.compile(r"\border\s+by\b", re.IGNORECASE)


def _address(url: str) -> str:
    """A secret goes there: only encrypted, or without leaving this machine."""
    try:
        parts = urlsplit(url)
        safe = bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname or "")))
    except ValueError:
        safe = False
    if not safe:
        raise ValueError("must be an address that begins with https://, or with http:// on this machine")
    return url.rstrip("/")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _condition(text: str) -> str:
    """A part of a query that stays by itself when it is put between others: a bracket too many would let in other projects."""
    bare = _TEXTS.sub("", text)
    if _ORDER.search(bare):
        raise ValueError("must be a condition only: leave ORDER BY out")
    depths = list(accumulate({"(": 1, ")": -1}.get(sign, 0) for sign in bare))
    if min(depths, default=0) < 0 or depths[-1:] not in ([], [0]) or set(bare) & set("\"'"):
        raise ValueError("has a bracket or quotation mark that does not fit another")
    return text


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Address = Annotated[str, AfterValidator(_address)]
Condition = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_condition)]


class JiraOptions(Options):
    """What is read of a site, and how its API is reached where that is not under `url`."""

    projects: list[Name] = Field(
        min_length=1, description='Keys of the projects to mirror, and patterns: ["PLAT", "PAY"], ["P*"] or ["*"].'
    )
    exclude: list[Name] = Field(
        default=[], description="Keys and patterns of projects that a pattern finds and that are not read."
    )
    archived: bool = Field(default=False, description="Whether archived projects are read, too. Nothing is written there.")
    jql: Condition | None = Field(
        default=None, description="One more condition for the issues of every project, as in labels = roadmap."
    )
    cloud_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]+$")] | None = Field(
        default=None, description='The id of the site on Atlassian\'s platform, for scoped tokens; "auto": it is looked up.'
    )
    client_id: Name | None = Field(
        default=None, description="The client id of a service account's OAuth 2.0 credential; its secret is the token."
    )
    auth_url: Address = Field(default="https://auth.atlassian.com", description="Where access tokens are asked for.")
    platform_url: Address = Field(default="https://api.atlassian.com", description="The platform's address.")
