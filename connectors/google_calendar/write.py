"""Writing entries of calendars: made under an id that comes from the key, else changed in place; each request is sent at most once."""

from collections.abc import Mapping
from typing import Any

import httplib2
from googleapiclient.errors import HttpError

from connectors.google_calendar.api import Api
from connectors.google_calendar.entry import Event, difference, id_of, wanted
from connectors.google_calendar.errors import refusal
from connectors.google_calendar.sign_in import WRITE
from connectors.http import expect, from_exception
from syncd.contract import AuthFailed, Gate, Settings, Unavailable
from syncd.model.action import Action, Receipt, calendar_of

_ANSWER = "id,htmlLink,status"
_TAKEN, _NONE, _DELETED = 409, 404, 410


class Writer:
    """The only session that asks for the right to write, and only once something is to be written."""

    def __init__(self, settings: Settings, gate: Gate) -> None:
        self._api = Api(settings, gate, WRITE)

    def put(self, action: Action) -> Receipt:
        """The entry as it is wanted, whatever there was of it before: an entry that somebody deleted is there again."""
        what, calendar = _what(action), calendar_of(action)
        want, id = wanted(action, what), action.remote_id or id_of(action.key)
        there = self._look(calendar, id, what) if action.remote_id else None
        if there is None:
            body = {name: value for name, value in want.items() if value} | {"id": id}
            request = self._api.events.insert(calendarId=calendar, body=body, sendUpdates="all", fields=_ANSWER)
            made = self._ask(request, what, calendar, known={_TAKEN: None})
            if made is not None:
                return self._receipt(made, id, created=True)
            there = self._look(calendar, id, what)
        if there is None:
            raise Unavailable(f"{what}: Google says both that it is there and that it is not", scope=calendar)
        return self._receipt(self._change(calendar, id, want, there, what), id, created=False)

    def take_back(self, action: Action) -> Receipt:
        """The entry is gone, and its guests are told. One that is gone already, or never was, is no failure."""
        what, calendar, id = _what(action), calendar_of(action), action.remote_id or id_of(action.key)
        request = self._api.events.delete(calendarId=calendar, eventId=id, sendUpdates="all")
        request.postproc = _empty_or(request.postproc)
        if self._ask(request, what, calendar, known={_NONE: None, _DELETED: {}}) is None:
            self._must_be_readable(calendar, what)
        return Receipt(id, self._api.now, created=False)

    def close(self) -> None:
        """Let go of sockets."""
        self._api.close()

    def _change(self, calendar: str, id: str, want: Event, there: Event, what: str) -> Event:
        """Patch what differs. Guests get a mail for another time or other guests, not for another text."""
        patch, loud = difference(want, there)
        if not patch:
            return there
        request = self._api.events.patch(
            calendarId=calendar, eventId=id, body=patch, sendUpdates="all" if loud else "none", fields=_ANSWER
        )
        changed = self._ask(request, what, calendar)
        assert changed is not None
        return changed

    def _look(self, calendar: str, id: str, what: str) -> Event | None:
        """The entry, cancelled ones too; None where there is none, which proves nothing yet."""
        deleted: Event = {"status": "cancelled"}
        request = self._api.events.get(calendarId=calendar, eventId=id)
        return self._ask(request, what, calendar, known={_NONE: None, _DELETED: deleted})

    def _must_be_readable(self, calendar: str, what: str) -> None:
        """A 404 is the entry's only where the calendar itself can be read."""
        request = self._api.events.list(calendarId=calendar, maxResults=1, singleEvents=True, fields="kind")
        self._ask(request, what, calendar)

    def _ask(self, request: Any, what: str, calendar: str, *, known: Mapping[int, Event | None] = {}) -> Event | None:
        """The answer; for a refusal that is `known`, what it says there."""
        try:
            answer = request.execute(num_retries=0)
        except HttpError as error:
            if error.resp.status in known:
                return known[error.resp.status]
            raise refusal(error, now=self._api.now, what=what, calendar=calendar) from None
        except AuthFailed as error:  # of the token endpoint: that we may not write says nothing about reading
            raise AuthFailed(f"{what}: {error.text}", scope=calendar) from None
        except Exception as error:
            raise from_exception(error, what=what, scope=calendar) from None
        return dict(expect(answer, dict, what=what, scope=calendar))

    def _receipt(self, event: Event, id: str, *, created: bool) -> Receipt:
        link = event.get("htmlLink")
        return Receipt(str(event.get("id") or id), self._api.now, link if isinstance(link, str) else None, created)


def _what(action: Action) -> str:
    return f"writing an entry into {action.target.label}"


def _empty_or(decode: Any) -> Any:
    """A deletion is answered with nothing."""

    def decoded(answer: httplib2.Response, content: bytes) -> Any:
        return {} if answer.status < 300 and not content.strip() else decode(answer, content)

    return decoded
