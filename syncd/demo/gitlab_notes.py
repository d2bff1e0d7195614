"""Comments on the work of the GitLab twin, and who has a role in a project (https://docs.gitlab.com/api/notes/, /api/members/)."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from syncd.demo.gitlab_sign_in import who
from syncd.demo.twin import Request, Response, Route

if TYPE_CHECKING:
    from syncd.demo.gitlab_twin import GitlabTwin

Record = dict[str, Any]
Inside = Callable[[Record, Request], Response]
_DEVELOPER = 30
_NO_NOTE = Response({"message": "404 Note Not Found"}, 404)


def routes(
    twin: "GitlabTwin",
    one: str,
    on_work: Callable[[Inside], Callable[[Request], Response]],
    paged: Callable[[Request, Iterable[Record]], Response],
) -> list[Route]:
    """The addresses below `one`, that of an issue or merge request."""
    return [
        ("GET", f"{one}/notes", on_work(lambda work, r: paged(r, twin.notes.get(work["id"], [])))),
        ("POST", f"{one}/notes", on_work(lambda work, r: _add(twin, work, r))),
        ("PUT", f"{one}/notes/{{note}}", on_work(lambda work, r: _edit(twin, work, r))),
        ("DELETE", f"{one}/notes/{{note}}", on_work(lambda work, r: _delete(twin, work, r))),
    ]


def member(twin: "GitlabTwin", project: Record, request: Request) -> Response:
    """Who has a role in the project, by its groups too; whoever was given none is a developer."""
    user = next((one for one in twin.users.values() if str(one["id"]) == request.args["user"]), None)
    level = twin.roles.get((project["id"], user["username"]), _DEVELOPER) if user else 0
    if user is None or not level:
        return Response({"message": "404 Not found"}, 404)
    return Response({**user, "access_level": level, "expires_at": None, "membership_state": "active"})


def _add(twin: "GitlabTwin", work: Record, request: Request) -> Response:
    body = (request.json or request.query).get("body")
    refused = _bad_body(body)
    return refused or Response(twin.note(work, str(body), who(twin, request) or ""), 201)


def _edit(twin: "GitlabTwin", work: Record, request: Request) -> Response:
    note = _note(twin, work, request)
    if note is None:
        return _NO_NOTE
    if note["author"]["username"] != who(twin, request):
        return Response({"message": "403 Forbidden"}, 403)
    body = (request.json or request.query).get("body")
    refused = _bad_body(body)
    if refused is None:
        twin.edit_note(work, note, str(body))
    return refused or Response(note)


def _delete(twin: "GitlabTwin", work: Record, request: Request) -> Response:
    note = _note(twin, work, request)
    if note is None:
        return _NO_NOTE
    twin.delete_note(work, note["id"])
    return Response(None, 204)


def _note(twin: "GitlabTwin", work: Record, request: Request) -> Record | None:
    return next((n for n in twin.notes.get(work["id"], []) if str(n["id"]) == request.args["note"]), None)


def _bad_body(body: object) -> Response | None:
    if not body:
        return Response({"error": "body is missing"}, 400)
    if len(str(body)) > 1_000_000:
        return Response({"message": {"note": ["is too long (maximum is 1000000 characters)"]}}, 400)
    return None
