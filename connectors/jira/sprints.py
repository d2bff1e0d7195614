"""Sprints of Jira Software: those of the project's boards, each once however many boards show it."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from connectors.http import expect
from connectors.jira.api import Api
from connectors.jira.cursor import WHOLE
from connectors.jira.paging import Place, all_of
from connectors.jira.projects import Projects
from connectors.jira.records import Records, identity
from connectors.jira.search import part
from syncd.contract import Page, Unavailable
from syncd.model.raw import Json, RawRecord, Scope
from syncd.model.ref import Ref

_PAGE = 50


class Sprints:
    """A sprint that projects share belongs to the first of them that is read: one record has one scope."""

    def __init__(self, api: Api, projects: Projects, records: Records) -> None:
        self._api, self._projects, self._records = api, projects, records
        self._taken: dict[str, str] = {}

    def pages(self, scope: Scope, since: str | None) -> Iterator[Page]:  # noqa: ARG002
        """All sprints of the project's boards, always whole: Jira does not say which ones changed."""
        what = f"reading sprints of {scope.name}"
        boards = self._boards(scope, what)
        if boards is None:
            yield Page(cursor=WHOLE, complete=True, unsupported=True)
            return
        found: dict[str, RawRecord] = {}
        for board in boards:
            for sprint in self._of_board(board, scope, what):
                record = self._records.sprint(scope, sprint)
                if self._taken.setdefault(record.ref.id, scope.id) == scope.id:
                    found.setdefault(record.ref.id, record)
        yield Page(tuple(found.values()), cursor=WHOLE, complete=True)

    def one(self, ref: Ref, what: str) -> RawRecord:
        """One sprint; its scope is the project of the board on which it was made."""
        sprint = expect(self._get(f"sprint/{quote(ref.id, safe='')}", {}, what, None), dict, what=what)
        board = self._get(f"board/{sprint.get('originBoardId')}", {}, what, None, (403, 404))
        project = part(part({"board": board}, "board"), "location").get("projectKey")
        if not project:
            raise Unavailable(f"{what}: its board is hidden from this account, or belongs to no project")
        return self._records.sprint(self._projects.scope(str(project)), sprint)

    def weigh(self, scope: Scope) -> int | None:
        """A request for each board that may have sprints, and one for the boards."""
        asked: dict[str, str | int] = {"projectKeyOrId": scope.name, "startAt": 0, "maxResults": _PAGE}
        answer = self._get("board", asked, f"counting the boards of {scope.name}", scope.name, (403, 404))
        boards = answer.get("values") if isinstance(answer, dict) else None
        return 1 + sum(_may_have_sprints(board) for board in boards) if isinstance(boards, list) else None

    def _boards(self, scope: Scope, what: str) -> list[dict[str, Any]] | None:
        """The project's boards that may have sprints; None where the site, or this account, has no Jira Software."""
        asked = {"projectKeyOrId": scope.name}
        first = self._get("board", {**asked, "startAt": 0, "maxResults": _PAGE}, what, scope.name, (403, 404))
        if first is None and self._lacks_software(scope, what):
            return None
        boards = list(self._listed("board", asked, scope, what, first))
        return [board for board in boards if _may_have_sprints(board)]

    def _lacks_software(self, scope: Scope, what: str) -> bool:
        """A second look: the boards of no project in particular are not to be had either, and yet the project is."""
        if self._get("board", {"maxResults": 1}, what, scope.name, (403, 404)) is not None:
            return False
        self._projects.scope(scope.name, anew=True)
        return True

    def _of_board(self, board: dict[str, Any], scope: Scope, what: str) -> Iterator[dict[str, Any]]:
        """The sprints of a board. A board without any says so by a 400, whatever its type."""
        path = f"board/{identity(board, what, scope)}/sprint"
        first = self._get(path, {"startAt": 0, "maxResults": _PAGE}, what, scope.name, (400,))
        return iter(()) if first is None else self._listed(path, {}, scope, what, first)

    def _listed(self, path: str, asked: dict[str, str], scope: Scope, what: str, first: Json) -> Iterator[dict[str, Any]]:
        def ask(place: Place) -> Json:
            return self._get(path, {**asked, "startAt": place.offset, "maxResults": _PAGE}, what, scope.name)

        return all_of("values", ask, what=what, scope=scope.name, first=first)

    def _get(self, path: str, asked: dict[str, str | int], what: str, scope: str | None, none_on: tuple[int, ...] = ()) -> Json:
        return self._api.get(path, asked, what=what, scope=scope, root="agile", version="1.0", none_on=none_on)


def _may_have_sprints(board: Json) -> bool:
    """Kanban boards have none; the boards of team-managed projects ("simple") may or may not."""
    return isinstance(board, dict) and board.get("type") != "kanban"
