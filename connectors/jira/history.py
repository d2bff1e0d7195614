"""The whole history of issues: Cloud embeds at most a hundred changes in an issue, the rest is asked for in bulk."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.http import expect
from connectors.jira.api import Api
from connectors.jira.search import Query, part
from syncd.model.raw import Json

_MOST_PAGES = 100
_MILLISECONDS = 10**11
"""A number of seconds is smaller than this until the year 5138, one of milliseconds is larger since 1973."""


def completed(issues: Sequence[dict[str, Any]], api: Api, version: str, query: Query) -> tuple[dict[str, Any], ...]:
    """The issues, those with a cut-off changelog with all of it. One more request per page of issues where there are any.

    Sites that do not know the request leave the history as it is, and its `total` says so.
    """
    cut = [str(issue.get("id")) for issue in issues if _is_cut(issue)]
    if not cut:
        return tuple(issues)
    more: dict[str, list[Json]] = {}
    for log in _bulk(cut, api, version, query):
        found = [history for history in log.get("changeHistories") or [] if isinstance(history, dict)]
        more.setdefault(str(log.get("issueId")), []).extend(found)
    return tuple(_merged(issue, more.get(str(issue.get("id")), [])) for issue in issues)


def _is_cut(issue: dict[str, Any]) -> bool:
    changelog = part(issue, "changelog")
    total, histories = changelog.get("total"), changelog.get("histories")
    return isinstance(total, int) and isinstance(histories, list) and total > len(histories)


def _bulk(ids: list[str], api: Api, version: str, query: Query) -> Iterable[dict[str, Any]]:
    token: str | None = None
    for _ in range(_MOST_PAGES):
        body = {"issueIdsOrKeys": ids, "maxResults": 10_000, **({"nextPageToken": token} if token else {})}
        answer = api.send(
            "POST",
            "changelog/bulkfetch",
            body,
            what=query.what,
            scope=query.project,
            version=version,
            none_on=(400, 403, 404, 405, 410),
            writes=False,
        )
        if answer is None:
            return
        page = expect(answer, dict, what=query.what, scope=query.project)
        yield from (log for log in page.get("issueChangeLogs") or [] if isinstance(log, dict))
        before, token = token, page.get("nextPageToken")
        if not token or token == before:
            return


def _merged(issue: dict[str, Any], more: list[Json]) -> dict[str, Any]:
    """The embedded changes and those found beside them, newest first as Cloud embeds them."""
    if not more:
        return issue
    changelog = issue["changelog"]
    known = {str(history.get("id")): history for history in map(_dated, more)}
    known |= {str(history.get("id")): history for history in changelog["histories"] if isinstance(history, dict)}
    histories = sorted(known.values(), key=lambda history: int(history["id"]) if str(history.get("id")).isdigit() else 0)
    return {**issue, "changelog": {**changelog, "maxResults": len(known), "histories": histories[::-1]}}


def _dated(history: dict[str, Any]) -> dict[str, Any]:
    """The bulk answer gives times as numbers where the embedded changelog gives texts."""
    created = history.get("created")
    if not isinstance(created, int | float):
        return history
    seconds = created / 1000 if created > _MILLISECONDS else created
    return {**history, "created": datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")}
