"""Sub-issues and blockers: asked for only where the counts on the issue say that there are some."""

from typing import Any

from connectors.github.client import Client
from connectors.github.place import Place
from connectors.github.wire import PER_PAGE, Row

_KEPT = ("id", "number", "title", "state", "state_reason", "html_url", "url", "repository_url")
"""What names an issue. Its counts and times stay out: they move without its parent, and with every comment of ours."""


def with_related(client: Client, row: Row, place: Place) -> Row:
    """The issue with `sub_issues` and `blocked_by` beside the vendor's own fields, at most one request per hundred of either.

    A list that the server does not have (404 or 410: an older Enterprise Server) is left out.
    """
    subs, blockers = (
        _count(row, "sub_issues_summary", "total"),
        _count(row, "issue_dependencies_summary", "total_blocked_by", "blocked_by"),
    )
    if not subs and not blockers:
        return row
    found = dict(row)
    if subs:
        _put(found, "sub_issues", client, f"{place.as_issue}/sub_issues", place)
    if blockers:
        _put(found, "blocked_by", client, f"{place.as_issue}/dependencies/blocked_by", place)
    return found


def _put(found: Row, name: str, client: Client, path: str, place: Place) -> None:
    what = f"reading {name.replace('_', '-')} of {place.key}"
    query = {"per_page": str(PER_PAGE)}
    pages = list(client.walk(path, what=what, scope=place.repository, query=query, accept=(404, 410)))
    if not any(page.absent for page in pages):
        found[name] = [{key: row[key] for key in _KEPT if key in row} for page in pages for row in page.rows]


def _count(row: Row, summary: str, *names: str) -> int:
    counts: Any = row.get(summary)
    if not isinstance(counts, dict):
        return 0
    return next((counts[name] for name in names if isinstance(counts.get(name), int)), 0)
