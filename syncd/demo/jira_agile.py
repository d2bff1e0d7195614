"""The Jira Software part of the Jira twin: boards and their sprints."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from syncd.demo.jira_records import SITE
from syncd.demo.twin import Request, Response, Route

if TYPE_CHECKING:
    from syncd.demo.jira_twin import JiraTwin

Json = Any
Record = dict[str, Json]
_MOST = 50


class Agile:
    """`software` False: the site has no Jira Software. `licensed` False: the account has no licence for it."""

    def __init__(self, twin: "JiraTwin") -> None:
        self._twin = twin
        self.software = self.licensed = True
        self.boards: dict[int, Record] = {}
        self.sprints: dict[int, Record] = {}
        self._relevant: dict[int, Sequence[str]] = {}
        self._shown_on: dict[int, set[int]] = {}

    def board(self, name: str, *projects: str, type: str = "scrum") -> int:
        """A new board that lies in the first project and shows issues of all; "kanban" and "simple" ones have no sprints."""
        id, first = len(self.boards) + 1, self._twin.projects[projects[0]]
        location = {
            "projectId": int(first["id"]),
            "displayName": f"{first['name']} ({first['key']})",
            "projectName": first["name"],
            "projectKey": first["key"],
            "projectTypeKey": first["projectTypeKey"],
            "name": f"{first['name']} ({first['key']})",
        }
        own = {"id": id, "self": f"{SITE}/rest/agile/1.0/board/{id}", "name": name, "type": type}
        self.boards[id] = {**own, "location": location, "isPrivate": False}
        self._relevant[id] = projects
        return id

    def sprint(self, name: str, *boards: int, state: str = "future", **fields: Json) -> Record:
        """A new sprint of a board, which other boards show, too."""
        id = len(self.sprints) + 1
        own = {"id": id, "self": f"{SITE}/rest/agile/1.0/sprint/{id}", "state": state, "name": name, "originBoardId": boards[0]}
        self.sprints[id] = {**own, "goal": "", **fields}
        self._shown_on[id] = set(boards)
        return self.sprints[id]

    @property
    def routes(self) -> list[Route]:
        """The part of the agile API that a mirror needs."""
        shared = [
            ("GET", "board", self._get_boards),
            ("GET", "board/{id}", self._get_board),
            ("GET", "board/{id}/sprint", self._get_sprints_of),
            ("GET", "sprint/{id}", self._get_sprint),
        ]
        return [(method, f"/rest/agile/1.0/{path}", self._guarded(function)) for method, path, function in shared]

    def _guarded(self, function: Any) -> Any:
        def answer(request: Request) -> Response:
            if not self.software:
                return Response({"message": "null for uri: /rest/agile/1.0", "status-code": 404}, 404)
            if not self.licensed:
                return _errors("You do not have a valid licence for Jira Software.", 403)
            found: Response = function(request)
            return found

        return answer

    def _get_boards(self, request: Request) -> Response:
        wanted = request.query.get("projectKeyOrId")
        project = self._twin.project_of(wanted) if wanted else None
        if wanted and project is None:
            return _errors(f"No project could be found with key or id '{wanted}'.", 404)
        shown = [b for id, b in self.boards.items() if project is None or project["key"] in self._relevant[id]]
        return _page(request, shown)

    def _get_board(self, request: Request) -> Response:
        found = self.boards.get(_number(request.args["id"]))
        return Response(found) if found else _no_board()

    def _get_sprints_of(self, request: Request) -> Response:
        board = self.boards.get(_number(request.args["id"]))
        if board is None:
            return _no_board()
        if board["type"] != "scrum":
            return _errors("The board does not support sprints", 400)
        order = ("closed", "active", "future")
        shown = [sprint for id, sprint in self.sprints.items() if board["id"] in self._shown_on[id]]
        return _page(request, sorted(shown, key=lambda sprint: order.index(sprint["state"])))

    def _get_sprint(self, request: Request) -> Response:
        found = self.sprints.get(_number(request.args["id"]))
        return Response(found) if found else _errors("Sprint does not exist or you do not have permission to view it.", 404)


def _page(request: Request, values: list[Record]) -> Response:
    start, size = int(request.query.get("startAt") or 0), min(int(request.query.get("maxResults") or _MOST), _MOST)
    shown = values[start : start + size]
    counts = {"maxResults": size, "startAt": start, "total": len(values), "isLast": start + size >= len(values)}
    return Response({**counts, "values": shown})


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _no_board() -> Response:
    return _errors("The requested board cannot be viewed because it either does not exist or you do not have permission.", 404)


def _errors(message: str, status: int) -> Response:
    return Response({"errorMessages": [message], "errors": {}}, status)
