"""How GitHub answers a list: filtered, sorted, cut into pages with links, and 304 where nothing changed."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from syncd.demo.twin import Request, Response

Row = dict[str, Any]

_DEEP = 10_000
"""Rows beyond which a page number is refused (422) and the links turn to opaque positions."""

_SORTS = {"created": "created_at", "updated": "updated_at", "comments": "comments", "due_on": "due_on"}


def choose(rows: Sequence[Row], query: Mapping[str, str], sort: str, direction: str) -> list[Row]:
    """The rows that `state` and `since` leave, in the order asked for; `sort` and `direction` are the defaults."""
    state, since = query.get("state", "open"), query.get("since", "")
    left = [row for row in rows if state in ("all", row["state"]) and row["updated_at"] >= since]
    field = _SORTS[query.get("sort", sort)]
    missing = {"due_on": "9999"}.get(field, 0)
    return sorted(
        left,
        key=lambda row: (row.get(field) or missing, row["number"]),
        reverse=query.get("direction", direction) == "desc",
    )


def page(request: Request, url: str, rows: Sequence[Row], show: Callable[[Row], Row], *, opaque: bool = False) -> Response:
    """One page of the rows; `url` is the list's address for the links. `opaque`: links name positions instead of pages."""
    size = min(max(_number(request.query.get("per_page"), 30), 1), 100)
    number = max(_number(request.query.get("page"), 1), 1)
    after = request.query.get("after")
    if number * size > _DEEP:
        return Response({"message": "Pagination with the page parameter is not supported for large datasets."}, 422)
    start = int(base64.urlsafe_b64decode(after)) if after else (number - 1) * size
    cut = [show(row) for row in rows[start : start + size]]
    links = (
        {} if start + size >= len(rows) else {"next": _after(start + size, opaque=opaque or start + 2 * size > _DEEP, size=size)}
    )
    if start > 0 and not after:
        links |= {"prev": {"page": str(number - 1)}, "first": {"page": "1"}}
    if "next" in links and "page" in links["next"]:
        links["last"] = {"page": str(-(-len(rows) // size))}
    return _linked(cut, links, request, url)


def conditional(answer: Response, request: Request) -> Response:
    """The answer with an ETag, or 304 where the client has it already."""
    tag = f'W/"{hashlib.sha256(json.dumps(answer.body, sort_keys=True).encode()).hexdigest()}"'
    headers = {**answer.headers, "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(None, 304, headers)
    return Response(answer.body, answer.status, headers)


def _linked(cut: list[Row], links: Mapping[str, Mapping[str, str]], request: Request, url: str) -> Response:
    kept = {name: value for name, value in request.query.items() if name not in ("page", "after")}
    text = ", ".join(f'<{url}?{urlencode({**kept, **where})}>; rel="{rel}"' for rel, where in links.items())
    return Response(cut, headers={"Link": text} if text else {})


def _after(start: int, *, opaque: bool, size: int) -> dict[str, str]:
    if opaque:
        return {"after": base64.urlsafe_b64encode(str(start).encode()).decode()}
    return {"page": str(start // size + 1)}


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() else default
