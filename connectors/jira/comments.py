"""Our own comment on an issue, found by its marker, created or edited in place, as wiki text or as a document."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from connectors.http import expect
from connectors.jira.api import Api
from connectors.jira.cursor import instant
from connectors.jira.document import document
from connectors.jira.paging import START, Place, all_of
from connectors.jira.site import Site
from syncd.contract import Gone, Refused, Settings, Unavailable
from syncd.model import marker
from syncd.model.action import Action, Receipt
from syncd.model.raw import Json
from syncd.model.ref import Ref

_PROPERTY = "syncd"
"""The comment property that holds our key. Cloud may drop an anchor from the text when it converts it; the property stays."""
_INTERNAL = {"key": "sd.public.comment", "value": {"internal": True}}
"""Customers see comments of a service desk unless this says otherwise. Elsewhere it means nothing, so that it is always sent:
an issue may have moved to a service desk since we read it."""
_WANTS_DOCUMENT = re.compile(r"atlassian document|document format|\badf\b|comment body is not valid", re.IGNORECASE)
"""How Jira says that a comment must be a document, and not a text."""
_PAGE = 100


class Comments:
    """Looking goes through the reading client, so that the writing client only ever writes.

    Version 2 of the API takes wiki text, so it is asked first; where it is no more, or takes texts no more, version 3 takes documents.
    """

    def __init__(self, reader: Api, writer: Api, site: Site, settings: Settings) -> None:
        self._reader, self._writer, self._site, self._settings = reader, writer, site, settings
        self._version = "2"

    def find(self, target: Ref, key: str) -> str | None:
        """The id of the comment by our own account that carries the key, in its text or as its property."""
        ours = (comment for comment in self._comments(target) if self._site.is_me(comment.get("author")))
        return next((str(comment["id"]) for comment in ours if _carries(comment, key)), None)

    def deliver(self, action: Action) -> Receipt:
        """Edit the comment `remote_id`, else create one. Raises Gone where a person deleted it."""
        what = f"writing the comment on {action.target.label}"
        try:
            answer = self._send(action, what)
        except Refused as error:
            if self._version == "3" or not _WANTS_DOCUMENT.search(error.text) or not self._site.is_cloud:
                raise
            self._version = "3"
            answer = self._send(action, what)
        if answer is None and self._moved_to_documents(action.target, what):
            answer = self._send(action, what)
        if answer is None:
            raise self._missing(action, what)
        return self._receipt(action, expect(answer, dict, what=what, scope=project_of(action)))

    def _send(self, action: Action, what: str) -> Json:
        """None where there is no such comment, no such issue, or no such version of the API."""
        path, method = _path(action.target), "POST"
        if action.remote_id is not None:
            path, method = f"{path}/{quote(action.remote_id, safe='')}", "PUT"
        body = action.body if self._version == "2" else document(action.body)
        properties = [{"key": _PROPERTY, "value": {"key": action.key}}, _INTERNAL]
        return self._writer.send(
            method,
            path,
            {"body": body, "properties": properties},
            what=what,
            scope=project_of(action),
            version=self._version,
            none_on=(404, 410),
        )

    def _moved_to_documents(self, target: Ref, what: str) -> bool:
        """Whether version 2 no longer knows comments and version 3 does; from then on it is spoken to."""
        if self._version == "3" or not self._site.is_cloud or self._asked(target, START, what, (404, 410)) is not None:
            return False
        self._version = "3"
        if self._asked(target, START, what, (404, 410)) is not None:
            return True
        self._version = "2"
        return False

    def _receipt(self, action: Action, comment: dict[str, Any]) -> Receipt:
        remote_id = comment.get("id") or action.remote_id
        if not remote_id:
            what = f"writing the comment on {action.target.label}"
            raise Unavailable(f"{what}: the answer names no comment", scope=project_of(action))
        link = f"{self._site.link(f'browse/{action.target.label}')}?focusedCommentId={remote_id}"
        touched = instant(comment.get("updated"))
        return Receipt(str(remote_id), self._settings.now(), link, created=action.remote_id is None, touched=touched)

    def _missing(self, action: Action, what: str) -> Gone | Unavailable:
        """What a 404 means: our comment is deleted only where the issue still shows its comments, and ours is not among them."""
        scope, hidden = project_of(action), f"{what}: not found, or hidden from this account (404)"
        if action.remote_id is None:
            return Unavailable(f"{hidden}. Check that the issue still exists and that the account may see it", scope=scope)
        if any(str(comment["id"]) == action.remote_id for comment in self._comments(action.target)):
            return Unavailable(f"{what}: Jira hides it from us (404)", scope=scope)
        return Gone(f"our comment on {action.target.label} was deleted", kind="deleted", scope=scope)

    def _comments(self, target: Ref) -> Iterator[dict[str, Any]]:
        """All comments of an issue, newest first."""
        what = f"reading comments of {target.label}"
        found = all_of("comments", lambda place: self.page(target, place, what), what=what)
        return (comment for comment in found if comment.get("id"))

    def page(self, target: Ref, place: Place, what: str) -> Json:
        """A page of the comments of an issue, newest first where the site heeds that, by the version that knows them."""
        may_move = self._version == "2" and place == START
        answer = self._asked(target, place, what, (404, 410) if may_move else ())
        if answer is None and self._site.is_cloud:
            self._version = "3"
            answer = self._asked(target, place, what, (404, 410))
        if answer is None:
            self._version = "2"
            answer = self._asked(target, place, what, ())
        return answer

    def _asked(self, target: Ref, place: Place, what: str, none_on: tuple[int, ...]) -> Json:
        where: dict[str, str | int] = {"startAt": place.offset, "maxResults": _PAGE}
        asked = {**where, "orderBy": "-created", "expand": "properties"}
        scope = _project(target)
        return self._reader.get(_path(target), asked, what=what, scope=scope, version=self._version, none_on=none_on)


def project_of(action: Action) -> str:
    """The project that an action concerns, as a person calls it."""
    return action.project or _project(action.target)


def _project(target: Ref) -> str:
    return target.label.rpartition("-")[0] or target.label


def _path(target: Ref) -> str:
    return f"issue/{quote(target.id, safe='')}/comment"


def _carries(comment: dict[str, Any], key: str) -> bool:
    body = comment.get("body")
    return (isinstance(body, str) and marker.has_marker(body, key)) or any(
        _holds(p, key) for p in comment.get("properties") or []
    )


def is_marked(comment: dict[str, Any]) -> bool:
    """Whether it is a comment of ours: one that carries a key, in its text or as its property."""
    body, properties = comment.get("body"), comment.get("properties") or []
    named = any(isinstance(one, dict) and one.get("key") == _PROPERTY for one in properties)
    return named or (isinstance(body, str) and marker.is_marked(body))


def _holds(property: Json, key: str) -> bool:
    if not isinstance(property, dict) or property.get("key") != _PROPERTY:
        return False
    value = property.get("value")
    return isinstance(value, dict) and value.get("key") == key
