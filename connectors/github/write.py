"""Writing: one comment, created or edited in one request; and finding our own again."""

from collections.abc import Callable
from datetime import datetime

from connectors.github.client import PER_PAGE, Client
from connectors.github.line import Answer
from connectors.github.place import Place, deleted, look, place_of
from connectors.http import expect
from syncd.contract import AuthFailed, Gone, SyncError, Unavailable
from syncd.model.action import Action, Receipt
from syncd.model.marker import has_marker
from syncd.model.ref import Ref


class Writer:
    """`writing` sends each write at most once; everything that only looks goes through `reading`. `own_id`: who we are there."""

    def __init__(self, reading: Client, writing: Client, own_id: Callable[[], str], now: Callable[[], datetime]) -> None:
        self._reading, self._writing, self._own_id, self._now = reading, writing, own_id, now

    def find(self, target: Ref, key: str) -> str | None:
        """Our own comment with this marker, through all pages. Raises Gone where the conversation was deleted or moved."""
        place = place_of(target)
        what = f"looking for our comment on {place.key}"
        own = self._own_id()
        pages = self._reading.walk(
            f"{place.as_issue}/comments", what=what, scope=place.repository, query={"per_page": str(PER_PAGE)}, accept=(410,)
        )
        for page in pages:
            if page.absent or page.moved:
                look(self._reading, target)
            if page.absent:
                raise Unavailable(f"{what}: it answers 410, and yet its ticket is there", scope=place.repository)
            for row in page.rows:
                if str((row.get("user") or {}).get("id")) == own and has_marker(row.get("body") or "", key):
                    return str(row["id"])
        return None

    def deliver(self, action: Action) -> Receipt:
        """Post or edit. In a renamed repository, whose old address only redirects, the write is sent to the new address."""
        place = place_of(action.target)
        answer = self._send(action, place)
        if answer.redirect:
            place, _ = look(self._reading, action.target)
            answer = self._send(action, place)
        if answer.status not in (200, 201):
            raise self._refusal(action, place, answer)
        return self._receipt(action, place, answer)

    def _send(self, action: Action, place: Place) -> Answer:
        path, verb = f"{place.as_issue}/comments", "POST"
        if action.remote_id is not None:
            path, verb = _comment(place, action.remote_id), "PATCH"
        return self._writing.ask(verb, path, what=_what(place), scope=place.repository, body={"body": action.body})

    def _receipt(self, action: Action, place: Place, answer: Answer) -> Receipt:
        what = _what(place)
        row = expect(answer.json(what=what, scope=place.repository), dict, what=what, scope=place.repository)
        if not row.get("id"):
            raise Unavailable(f"{what}: the answer names no comment", scope=place.repository)
        return Receipt(str(row["id"]), self._now(), row.get("html_url"), created=action.remote_id is None)

    def _refusal(self, action: Action, place: Place, answer: Answer) -> Exception:
        if answer.status == 410:
            return deleted(self._writing, place, answer)
        if answer.status == 404 and action.remote_id is not None:
            return self._missing(action.target, place, action.remote_id)
        return self._writing.refusal(answer, what=_what(place), scope=place.repository, write=True)

    def _missing(self, target: Ref, place: Place, remote_id: str) -> SyncError:
        """What a 404 on editing means: GitHub also answers it where the right to write is lacking, so comment and ticket are asked."""
        what, scope = _what(place), place.repository
        there = self._reading.get(_comment(place, remote_id), what=what, scope=scope, accept=(404, 410))
        if there.status == 200:
            text = f"{what}: our comment may be read but not edited (404). Give the token the right to write"
            return AuthFailed(text, scope=scope)
        look(self._reading, target)
        return Gone(f"our comment on {place.key} was deleted", kind="deleted", scope=scope)


def _what(place: Place) -> str:
    return f"commenting on {place.key}"


def _comment(place: Place, remote_id: str) -> str:
    return f"/repos/{place.repository}/issues/comments/{remote_id}"
