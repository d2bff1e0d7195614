"""What a calendar holds, and what changed: by its sync token, else by comparing what the server says of each event (`getetag`)."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from connectors.caldav.dav import CALDAV, DAV, NAMESPACES, SERVER, Answer, Answered, Dav, Response, hrefs
from syncd.contract import Unavailable
from syncd.model.raw import Scope

BATCH = 100
"""So many events are asked for in one request."""
_MOST_ROUNDS = 400
_ETAG, _DATA, _CTAG = f"{DAV}getetag", f"{CALDAV}calendar-data", f"{SERVER}getctag"
_REFUSED = (400, 403, 405, 409, 410, 412, 415, 422, 501, 507)
"""How a report is refused that a server does not have, or whose sync token it has forgotten."""
_GONE = (404, 410)
_QUERY = (
    f'<c:calendar-query {NAMESPACES}><d:prop><d:getetag/></d:prop><c:filter><c:comp-filter name="VCALENDAR">'
    '<c:comp-filter name="VEVENT"/></c:comp-filter></c:filter></c:calendar-query>'
)


class Forgotten(Unavailable):
    """The server does not know the sync token any more: the calendar is to be read in full."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The paths of what is there or changed, with a mark of its state, and of what is gone. `token`: to go on from, where there is one."""

    there: Mapping[str, str] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """One calendar on its server. Paths are asked for as the server writes them, which not every one reads in another way, too."""

    dav: Dav
    scope: Scope
    _written: dict[str, str] = field(default_factory=dict)

    @property
    def what(self) -> str:
        """For error texts."""
        return f"reading events of {self.scope.name}"

    def changes(self, token: str | None) -> Changes | None:
        """What changed since the token; all that there is without one. None where the server has no such report (RFC 6578). Raises
        Forgotten."""
        there: dict[str, str] = {}
        gone: dict[str, None] = {}
        last = token
        for _ in range(_MOST_ROUNDS):
            answer = self._sync(last)
            if isinstance(answer, Answered):
                if last is not None:
                    raise Forgotten(
                        f"{self.what}: the server has forgotten how far it was read ({answer.status})", scope=self.scope.id
                    )
                return None
            is_cut = False
            for one in self._each(answer):
                if self._is_itself(one.path):
                    is_cut |= one.status == 507
                elif one.status in _GONE:
                    there.pop(one.path, None)
                    gone[one.path] = None
                elif not one.path.endswith("/"):
                    there[one.path] = _mark(one.text(_ETAG))
                    gone.pop(one.path, None)
            if not answer.token:
                raise Unavailable(f"{self.what}: the server gives no sync token", scope=self.scope.id)
            if not is_cut:
                return Changes(there, tuple(gone), answer.token)
            if answer.token == last:
                break
            last = answer.token
        raise Unavailable(f"{self.what}: the list of what changed has no end", scope=self.scope.id)

    def state(self) -> str | None:
        """The calendar's own mark, which changes with any of its events (`getctag`); None where the server has none."""
        answer = self.dav.propfind(self.scope.id, [_CTAG], what=self.what, scope=self.scope.id)
        assert isinstance(answer, Answer)
        return next((one.text(_CTAG) for one in answer.responses if self._is_itself(one.path)), None)

    def events(self) -> dict[str, str]:
        """All events: path -> mark of its state (RFC 4791, section 7.8)."""
        answer = self.dav.report(self.scope.id, _QUERY, what=self.what, scope=self.scope.id, depth=1)
        assert isinstance(answer, Answer)
        found = list(self._each(answer))
        if any(one.status >= 500 for one in found):
            raise Unavailable(f"{self.what}: the server gives only a part of the list", scope=self.scope.id)
        return {one.path: _mark(one.text(_ETAG)) for one in found if one.status not in _GONE and not one.path.endswith("/")}

    def contents(self, paths: list[str]) -> Iterator[tuple[dict[str, str], list[str]]]:
        """The contents of events by path, and those that went meanwhile; some at a time (RFC 4791, section 7.9)."""
        for first in range(0, len(paths), BATCH):
            yield self._contents(paths[first : first + BATCH])

    def _contents(self, paths: list[str]) -> tuple[dict[str, str], list[str]]:
        props = "<d:prop><d:getetag/><c:calendar-data/></d:prop>"
        written = hrefs(self._written.get(path, path) for path in paths)
        body = f"<c:calendar-multiget {NAMESPACES}>{props}{written}</c:calendar-multiget>"
        answer = self.dav.report(self.scope.id, body, what=self.what, scope=self.scope.id)
        assert isinstance(answer, Answer)
        said = {one.path: one for one in answer.responses if one.status < 500}
        missing = [path for path in paths if path not in said]
        if len(missing) == len(paths):
            raise Unavailable(f"{self.what}: the server's answer leaves an event out", scope=self.scope.id)
        found, gone = self._contents(missing) if missing else ({}, [])
        for path in paths:
            if path in missing:
                continue
            one = said[path]
            if one.status in _GONE or (not one.props and one.lacking in _GONE):
                gone.append(path)
            else:
                data = one.props.get(_DATA)
                found[path] = (data.text or "") if data is not None else ""
        return found, gone

    def _sync(self, token: str | None) -> Answer | Answered:
        asked = f"<d:sync-token>{_plain(token)}</d:sync-token>" if token else "<d:sync-token/>"
        body = f"<d:sync-collection {NAMESPACES}>{asked}<d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>"
        return self.dav.report(self.scope.id, body, what=self.what, scope=self.scope.id, known=_REFUSED)

    def _each(self, answer: Answer) -> Iterator[Response]:
        """What is said of each path. Raises Unavailable where it is said of the calendar itself that it cannot be had."""
        for one in answer.responses:
            if self._is_itself(one.path) and 400 <= one.status < 500:
                raise Unavailable(f"{self.what}: the server says {one.status} of the calendar itself", scope=self.scope.id)
            self._written[one.path] = one.href
            yield one

    def _is_itself(self, path: str) -> bool:
        return path.rstrip("/") == self.scope.id.rstrip("/")


def _mark(etag: str | None) -> str:
    """Eight digits that change with the event's state; nothing where the server does not tell it."""
    return hashlib.sha256(etag.encode()).hexdigest()[:8] if etag else ""


def _plain(token: str) -> str:
    return hrefs([token]).removeprefix("<d:href>").removesuffix("</d:href>")
