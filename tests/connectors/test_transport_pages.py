"""Lists without an end: every kind stops reading, with an error that says so, and no page is taken for the last one."""

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest

from connectors.github import client as github
from connectors.gitlab import paging as gitlab
from connectors.google_calendar import read as google
from connectors.jira import scan as jira
from syncd.contract import Page, Unavailable
from syncd.demo.twin import Request, Response
from syncd.model.raw import Scope
from tests.connectors.transport_given import Home, home

MOST = 5
BOUNDS: dict[str, tuple[Any, str]] = {
    "jira": (jira, "_MOST_PAGES"),
    "github": (github, "_MOST_PAGES"),
    "gitlab": (gitlab, "MOST_PAGES"),
    "google_calendar": (google, "_MOST_PAGES"),
}
MAIN = {
    "jira": r"^(GET|POST) /rest/api/\d/search",
    "github": r"^GET /repos/[^/]+/[^/]+/issues\?",
    "gitlab": r"^GET /api/v4/\S*/issues\?",
    "google_calendar": r"^GET /calendar/v3/calendars/[^/]+/events\?",
}


def onward(kind: str, request: Request, number: int) -> Response:
    """An empty page that names another one, in the way of the vendor."""
    if kind == "jira":
        return Response({"issues": [], "nextPageToken": f"t{number}", "isLast": False, "startAt": number, "total": 10**9})
    if kind == "google_calendar":
        return Response({"kind": "calendar#events", "items": [], "nextPageToken": f"t{number}"})
    link = f'<{request.base_url}{request.path}?cursor=c{number}&page={number + 2}>; rel="next"'
    return Response([], headers={"Link": link})


def endless(vendor: Home, kind: str) -> Callable[[Request, str], Any]:
    """The vendor's server, but for its main list, which has no end."""
    serve, numbers = vendor.server.serve, itertools.count()

    def served(request: Request, line: str) -> Any:
        return (onward(kind, request, next(numbers)), None) if re.search(MAIN[kind], line) else serve(request, line)

    return served


@pytest.mark.parametrize("kind", BOUNDS)
def test_a_list_without_an_end_ends_as_unavailable(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name = BOUNDS[kind]
    assert getattr(module, name) <= 20_000
    monkeypatch.setattr(module, name, MOST)
    with home(kind) as vendor:
        monkeypatch.setattr(vendor.server, "serve", endless(vendor, kind))
        connector = vendor.connect()
        scope = next(one for one in connector.scopes(vendor.main) if isinstance(one, Scope))
        vendor.server.log.clear()
        pages: list[Page] = []
        with pytest.raises(Unavailable) as caught:
            pages.extend(connector.fetch(vendor.main, scope, None))
        connector.close()
        assert 0 < len(vendor.server.log) <= 2 * MOST + 2
    assert not [page for page in pages if page.complete]
    assert "\n" not in caught.value.text
