"""How many requests a first read takes, by GitHub's own counts."""

import math
from datetime import timedelta

from connectors.github.client import Client
from connectors.github.moments import stamp
from connectors.github.wire import PER_PAGE, Row
from syncd.contract import Settings
from syncd.model.raw import Scope


class Scales:
    """A first read may be bound to a history; what that leaves out is not counted."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self._client, self._now, self._days = client, settings.now, settings.history_days

    def weigh(self, stream: str, scope: Scope, repository: Row) -> int | None:
        """One request at most. `repository`: what is known of it. None where GitHub does not count what would be read."""
        match stream:
            case "issues":
                return self._issues(scope, repository)
            case "pulls":
                return None if self._days else _pages(self._count(scope, "pulls", {"state": "all"}), 1)
            case "reviews":
                return None if self._days else _each(self._count(scope, "pulls", {"state": "all"}), 1)
            case "deployments":
                return None if self._days else _each(self._count(scope, "deployments", {}), 1)
            case "check_states":
                return _each(self._count(scope, "pulls", {"state": "open"}), 2)
            case "contract_files":
                return None
            case _:
                return 1

    def _issues(self, scope: Scope, repository: Row) -> int | None:
        """The list holds pull requests, too. Bound to a history, the older open ones come out of a list of their own."""
        if self._days is None:
            return _pages(self._count(scope, "issues", {"state": "all"}), 1)
        older = repository.get("open_issues_count")
        touched = self._count(scope, "issues", {"state": "all", "since": stamp(self._now() - timedelta(days=self._days))})
        return _pages(touched, 1 + max(1, math.ceil(older / PER_PAGE))) if isinstance(older, int) else None

    def _count(self, scope: Scope, path: str, query: dict[str, str]) -> int | None:
        """The number of records: with one a page it is the number of pages. Links by opaque positions name no number."""
        what = f"counting {path} of {scope.name}"
        page = self._client.list(
            f"/repos/{scope.name}/{path}", what=what, scope=scope.name, query={**query, "per_page": "1"}, accept=(404, 410)
        )
        if page.next is None:
            return len(page.rows)
        return page.last


def _pages(count: int | None, more: int) -> int | None:
    """The pages of that many records, and the look that follows."""
    return None if count is None else max(1, math.ceil(count / PER_PAGE)) + (more if count > PER_PAGE or more > 1 else 0)


def _each(count: int | None, requests: int) -> int | None:
    """The pages of that many records, and so many requests for each of them."""
    return None if count is None else max(1, math.ceil(count / PER_PAGE)) + requests * count
