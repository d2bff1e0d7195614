"""Writing: comments, each created or edited in one request and found again; labels, statuses and check runs."""

from collections.abc import Callable

from connectors.github.account import Own
from connectors.github.labels import label
from connectors.github.line import Answer
from connectors.github.marks import check, status
from connectors.github.moments import instant
from connectors.github.pen import Pen
from connectors.github.place import Place, deleted, look, place_of
from connectors.github.wire import PER_PAGE
from syncd.contract import AuthFailed, Gone, Refused, SyncError, Unavailable
from syncd.model.action import Action, Receipt
from syncd.model.marker import has_marker
from syncd.model.ref import Ref


class Writer:
    """`who`: who we are there."""

    def __init__(self, pen: Pen, who: Callable[[], Own]) -> None:
        self._pen, self._who = pen, who

    def find(self, target: Ref, key: str) -> str | None:
        """Our own comment with this marker, through all pages. Raises Gone where the conversation was deleted or moved."""
        place, reading, own = place_of(target), self._pen.reading, self._who()
        what = f"looking for our comment on {place.key}"
        pages = reading.walk(
            f"{place.as_issue}/comments", what=what, scope=place.repository, query={"per_page": str(PER_PAGE)}, accept=(410,)
        )
        for page in pages:
            if page.absent or page.moved:
                look(reading, target)
            if page.absent:
                raise Unavailable(f"{what}: it answers 410, and yet its ticket is there", scope=place.repository)
            for row in page.rows:
                if own.wrote(row) and has_marker(row.get("body") or "", key):
                    return str(row["id"])
        return None

    def deliver(self, action: Action) -> Receipt:
        """Carry it out. All but comments look before they write, or may be written twice."""
        match action.verb:
            case "comment":
                return self._comment(action)
            case "label":
                return label(self._pen, action)
            case "status":
                return status(self._pen, action)
            case "check":
                return check(self._pen, action, self._who().app_id)
            case _:
                raise Refused(f"{action.target.label}: GitHub takes no {action.verb}")

    def _comment(self, action: Action) -> Receipt:
        path, verb = (lambda place: f"{place.as_issue}/comments"), "POST"
        if action.remote_id is not None:
            remote_id = action.remote_id
            path, verb = (lambda place: _at(place, remote_id)), "PATCH"
        what = _what(place_of(action.target))
        place, answer = self._pen.send(action.target, verb, path, {"body": action.body}, what=what)
        if answer.status not in (200, 201):
            raise self._refusal(action, place, answer)
        id, url = self._pen.id_of(answer, what=what, scope=place.repository)
        touched = instant(answer.json(what=what, scope=place.repository).get("updated_at"))
        return Receipt(id, self._pen.now(), url, created=action.remote_id is None, touched=touched)

    def _refusal(self, action: Action, place: Place, answer: Answer) -> Exception:
        if answer.status == 410:
            return deleted(self._pen.writing, place, answer)
        if answer.status == 404 and action.remote_id is not None:
            return self._missing(action.target, place, action.remote_id)
        return self._pen.writing.refusal(answer, what=_what(place), scope=place.repository, write=True)

    def _missing(self, target: Ref, place: Place, remote_id: str) -> SyncError:
        """What a 404 on editing means: GitHub also answers it where the right to write is lacking, so comment and ticket are asked."""
        what, scope = _what(place), place.repository
        there = self._pen.reading.get(_at(place, remote_id), what=what, scope=scope, accept=(404, 410))
        if there.status == 200:
            text = f"{what}: our comment may be read but not edited (404). Give the token the right to write"
            return AuthFailed(text, scope=scope)
        look(self._pen.reading, target)
        return Gone(f"our comment on {place.key} was deleted", kind="deleted", scope=scope)


def _what(place: Place) -> str:
    return f"commenting on {place.key}"


def _at(place: Place, remote_id: str) -> str:
    return f"/repos/{place.repository}/issues/comments/{remote_id}"
