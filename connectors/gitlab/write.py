"""Comments (GitLab calls them notes) on issues and merge requests: finding ours, editing it, or writing it."""

from connectors.gitlab.address import place_of, segment
from connectors.gitlab.client import Answer, Client
from connectors.gitlab.cursor import moment
from connectors.gitlab.paging import listing
from connectors.http import expect
from syncd.contract import Gone, Refused, SyncError, Unavailable
from syncd.model.action import Action, Receipt
from syncd.model.marker import has_marker
from syncd.model.ref import Ref

_OLDEST_FIRST = {"sort": "asc", "order_by": "created_at"}


def find(reader: Client, target: Ref, key: str, account: str) -> str | None:
    """The id of the oldest note on the target that carries the marker and was written by the account."""
    what, scope = f"looking for our comment on {target.label}", _project(target, reader)
    path = f"{path_of_target(reader, target)}/notes"
    for notes in listing(reader, path, _OLDEST_FIRST, what=what, scope=scope):
        for note in notes:
            author = (note.get("author") or {}).get("id")
            if not note.get("system") and str(author) == account and has_marker(str(note.get("body") or ""), key):
                return str(note["id"])
    return None


def comment(reader: Client, writer: Client, action: Action) -> Receipt:
    """Edit the note `remote_id`, or write one. A moved project refuses writes under its old path (405): its id is asked for."""
    path = path_of_target(writer, action.target)
    answer = _send(writer, action, path)
    if answer.status == 405:
        answer = _send(writer, action, moved(reader, action.target, _what(action)), again=True)
    if answer.status == 404:
        raise _vanished(reader, action.target, path)
    note = expect(answer.body, dict, what=_what(action), scope=scope_of(action, writer))
    id = action.remote_id or note.get("id")
    if id is None:
        raise Unavailable(f"{_what(action)}: GitLab's answer does not name the comment", scope=scope_of(action, writer))
    at = moment(note.get("updated_at"))
    url = f"{action.target.url}#note_{id}" if action.target.url else None
    return Receipt(str(id), at or writer.now, url, created=action.remote_id is None, touched=at)


def _send(writer: Client, action: Action, path: str, *, again: bool = False) -> Answer:
    allow = {404} if action.remote_id else set()
    allow |= set() if again else {405}
    verb, note = ("put", f"/{segment(action.remote_id)}") if action.remote_id else ("post", "")
    scope = scope_of(action, writer)
    return writer.send(
        verb, f"{path}/notes{note}", {"body": action.body}, what=_what(action), scope=scope, allow=frozenset(allow)
    )


def moved(reader: Client, target: Ref, what: str) -> str:
    """The target's path under its project's numeric id, which stays. Reads are redirected there."""
    looking, project = f"looking for the project of {target.label}", _project(target, reader)
    answer = reader.get(f"/projects/{segment(project)}", what=looking, scope=project)
    data = expect(answer.body, dict, what=looking, scope=project)
    if not data.get("id") or str(data["id"]) == project:
        raise Refused(f"{what}: refused (405)", scope=project)
    return path_of_target(reader, target, str(data["id"]))


def _vanished(reader: Client, target: Ref, path: str) -> SyncError:
    """What a 404 on an edit means: where the target can still be read, somebody deleted the comment."""
    what, project = f"looking for {target.label}", _project(target, reader)
    data = expect(reader.get(path, what=what, scope=project).body, dict, what=what, scope=project)
    if str(data.get("id")) == target.id:
        return Gone(f"the comment on {target.label} was deleted", kind="deleted", scope=project)
    return Unavailable(f"{what}: another record has its address now", scope=project)


def path_of_target(client: Client, target: Ref, project: str | None = None) -> str:
    """The API path of an issue or merge request. Raises Unavailable where nothing says where it lives."""
    place = place_of(target, client.root)
    if place is None:
        raise Unavailable(f"{target.label}: neither its key nor its URL says where it lives on GitLab")
    return f"/projects/{segment(project or place[0])}/{target.stream}/{place[1]}"


def project_of(target: Ref, client: Client, what: str) -> str:
    """The path of the target's project. Raises Unavailable where nothing says it."""
    place = place_of(target, client.root)
    if place is None:
        raise Unavailable(f"{what}: neither its key nor its URL says where it lives on GitLab")
    return place[0]


def _project(target: Ref, client: Client) -> str | None:
    place = place_of(target, client.root)
    return place[0] if place else None


def scope_of(action: Action, client: Client) -> str | None:
    """What a failed write is held against: the scope that the target was read from."""
    return action.project or _project(action.target, client)


def _what(action: Action) -> str:
    return f"writing a comment on {action.target.label}"
