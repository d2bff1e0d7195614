"""Writing: our own comment on an issue, found by its marker, created or edited in place."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from connectors.http import expect
from connectors.jira.api import Api
from connectors.jira.search import START, BrokenOff, Place, offset_after
from connectors.jira.site import Site
from syncd.contract import Gone, Settings, Unavailable
from syncd.model.action import Action, Receipt
from syncd.model.marker import has_marker
from syncd.model.raw import Json
from syncd.model.ref import Ref

_PROPERTY = "syncd"
"""The comment property that holds our key. Cloud may drop an anchor from the text when it converts it; the property stays."""
_INTERNAL = {"key": "sd.public.comment", "value": {"internal": True}}
"""Customers see comments of a service desk unless this says otherwise. Elsewhere it means nothing, so that it is always sent:
an issue may have moved to a service desk since we read it."""
_PAGE = 100
_MOST_PAGES = 200


class Writing:
    """The writing half of the connector. Looking goes through the reading client, so that the writing client only ever writes."""

    def __init__(self, reader: Api, writer: Api, site: Site, settings: Settings) -> None:
        self._reader, self._writer, self._site, self._settings = reader, writer, site, settings

    def find(self, target: Ref, key: str) -> str | None:
        """The id of the comment by our own account that carries the key, in its text or as its property."""
        ours = (comment for comment in self._comments(target) if self._site.is_me(comment.get("author")))
        return next((str(comment["id"]) for comment in ours if _carries(comment, key)), None)

    def deliver(self, action: Action) -> Receipt:
        """Edit the comment `remote_id`, else create one. Raises Gone where a person deleted it."""
        path, method = _path(action.target), "POST"
        if action.remote_id is not None:
            path, method = f"{path}/{quote(action.remote_id, safe='')}", "PUT"
        properties = [{"key": _PROPERTY, "value": {"key": action.key}}, _INTERNAL]
        what = f"writing the comment on {action.target.label}"
        answer = self._writer.send(
            method,
            path,
            {"body": action.body, "properties": properties},
            what=what,
            scope=_project(action),
            none_on=(404,) if action.remote_id else (),
        )
        if answer is None and action.remote_id is not None:
            raise self._missing(action, action.remote_id)
        return self._receipt(action, expect(answer, dict, what=what, scope=_project(action)))

    def _receipt(self, action: Action, comment: dict[str, Any]) -> Receipt:
        remote_id = comment.get("id") or action.remote_id
        if not remote_id:
            what = f"writing the comment on {action.target.label}"
            raise Unavailable(f"{what}: the answer names no comment", scope=_project(action))
        link = f"{self._site.link(f'browse/{action.target.label}')}?focusedCommentId={remote_id}"
        return Receipt(str(remote_id), self._settings.now(), link, created=action.remote_id is None)

    def _missing(self, action: Action, remote_id: str) -> Gone | Unavailable:
        """What a 404 on an edit means: deleted only where the issue still shows its comments, and ours is not among them."""
        there = any(str(comment["id"]) == remote_id for comment in self._comments(action.target))
        label = action.target.label
        if there:
            return Unavailable(f"writing the comment on {label}: Jira hides it from us (404)", scope=_project(action))
        return Gone(f"our comment on {label} was deleted", kind="deleted", scope=_project(action))

    def _comments(self, target: Ref) -> Iterator[dict[str, Any]]:
        """All comments of an issue, newest first."""
        what, place = f"reading comments of {target.label}", START
        for _ in range(_MOST_PAGES):
            answer = expect(self._page(target, place, what), dict, what=what)
            comments = [expect(c, dict, what=what) for c in expect(answer.get("comments"), list, what=what)]
            yield from (comment for comment in comments if comment.get("id"))
            try:
                following = offset_after(answer, len(comments), place)
            except BrokenOff as error:
                raise Unavailable(f"{what}: the list breaks off before its end") from error
            if following is None:
                return
            place = following
        raise Unavailable(f"{what}: there are more than {_PAGE * _MOST_PAGES}")

    def _page(self, target: Ref, place: Place, what: str) -> Json:
        where: dict[str, str | int] = {"startAt": place.offset, "maxResults": _PAGE}
        return self._reader.get(_path(target), {**where, "orderBy": "-created", "expand": "properties"}, what=what)


def _path(target: Ref) -> str:
    return f"issue/{quote(target.id, safe='')}/comment"


def _project(action: Action) -> str:
    return action.project or action.target.label.rpartition("-")[0] or action.target.label


def _carries(comment: dict[str, Any], key: str) -> bool:
    body = comment.get("body")
    return (isinstance(body, str) and has_marker(body, key)) or any(_holds(p, key) for p in comment.get("properties") or [])


def _holds(property: Json, key: str) -> bool:
    if not isinstance(property, dict) or property.get("key") != _PROPERTY:
        return False
    value = property.get("value")
    return isinstance(value, dict) and value.get("key") == key
