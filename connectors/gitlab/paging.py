"""GitLab's lists: how the next page is named, and lists that are simply read to their end."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from requests.utils import parse_header_links

from connectors.gitlab.client import Answer, Client
from connectors.http import expect
from syncd.contract import Unavailable

PER_PAGE = 100
DEEPEST = 50_000
"""GitLab's default bound of offset paging (https://docs.gitlab.com/administration/instance_limits)."""
MOST_PAGES = 20_000
"""Two million records: a list that is longer goes round in circles."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a list. `more`: what to ask for the next one, None on the last; `at`: the server's clock; `total`: how many records
    the list has, where that is said and can be."""

    rows: list[dict[str, Any]]
    more: Mapping[str, str] | None
    at: datetime | None
    total: int | None


def leaf_of(answer: Answer, page: int, *, what: str, scope: str | None) -> Leaf:
    """A page of the REST API."""
    rows, more = rows_of(answer, what=what, scope=scope), onward(answer, page)
    total = total_of(answer)
    return Leaf(rows, more, answer.at, total if total is not None and (total > len(rows) or more is None) else None)


def total_of(answer: Answer) -> int | None:
    """How many records a list has; GitLab does not say it above 10,000."""
    total = answer.headers.get("X-Total") or ""
    return int(total) if total.isdigit() else None


def rows_of(answer: Answer, *, what: str, scope: str | None) -> list[dict[str, Any]]:
    """The records of a page. Raises Unavailable where the answer is no list of objects."""
    return [expect(row, dict, what=what, scope=scope) for row in expect(answer.body, list, what=what, scope=scope)]


def onward(answer: Answer, page: int = 1) -> dict[str, str] | None:
    """The query of the next page, from the Link header; None on the last one.

    The address in it is not used: the query is asked of the server that is configured. Where a proxy took the headers away, a
    full page is followed by another.
    """
    links = parse_header_links(answer.headers.get("Link") or "")
    following = next((link["url"] for link in links if link.get("rel") == "next"), None)
    if following:
        return dict(parse_qsl(urlsplit(following).query, keep_blank_values=True))
    number = answer.headers.get("X-Next-Page")
    if number:
        return {"page": number}
    told = links or number is not None
    return None if told or len(answer.body) < PER_PAGE else {"page": str(page + 1)}


def too_deep(query: Mapping[str, str]) -> bool:
    """Whether GitLab would refuse to go to this page."""
    page = query.get("page", "")
    return page.isdigit() and (int(page) - 1) * PER_PAGE >= DEEPEST


def listing(
    client: Client, path: str, query: Mapping[str, object], *, what: str, scope: str | None
) -> Iterator[list[dict[str, Any]]]:
    """Every page of a list."""
    more: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        answer = client.get(path, {"per_page": PER_PAGE, **query, **more}, what=what, scope=scope)
        yield rows_of(answer, what=what, scope=scope)
        following = onward(answer, page_of(more))
        if following is None:
            return
        if following == more or too_deep(following):
            raise Unavailable(f"{what}: GitLab does not say how to read on after page {page_of(more)}", scope=scope)
        more = following
    raise endless(what, scope)


def endless(what: str, scope: str | None) -> Unavailable:
    """What a list means that names one more page after so many."""
    return Unavailable(
        f"{what}: there is no end after {MOST_PAGES:,} pages. Read smaller groups, or single projects", scope=scope
    )


def page_of(query: Mapping[str, str]) -> int:
    """The number of the page that a query names."""
    page = query.get("page", "")
    return int(page) if page.isdigit() else 1
