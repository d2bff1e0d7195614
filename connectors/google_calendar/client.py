"""Reading from Google Calendar: raw JSON out, one of the six errors on failure, nothing retried."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from googleapiclient.errors import HttpError

from connectors.google_calendar.api import Api
from connectors.google_calendar.cursor import Cursor
from connectors.google_calendar.errors import BUSY, CALENDAR, EVENTS, LIST, Right, is_googles, translate
from connectors.google_calendar.sign_in import READ, Tokens
from connectors.http import READS, expect, from_exception
from syncd.contract import AuthFailed, Gate, Gone, Misconfigured, Settings, Unavailable

MOST = 2500
"""The largest page of events that Google gives."""
MOST_CALENDARS = 250
"""The largest page of the list of calendars."""
_MOST_PAGES = 40

Event = dict[str, Any]


class Client:
    """Everything that is read, through one session that may only read."""

    def __init__(self, settings: Settings, gate: Gate) -> None:
        self._api = Api(settings, gate, READ)
        self.selectable = self._api.selectable

    @property
    def today(self) -> date:
        """By the clock of the connection."""
        return self._api.now.date()

    @property
    def tokens(self) -> Tokens:
        """Who we are there, as far as that is known."""
        return self._api.tokens

    def events(self, calendar: str, cursor: Cursor, *, what: str, most: int = MOST) -> Mapping[str, Any]:
        """One page of `events.list`, recurrences expanded. Raises Forgotten where the tokens of the cursor are not known any more."""
        request = self._api.events.list(
            calendarId=calendar,
            singleEvents=True,
            maxResults=most,
            syncToken=cursor.sync,
            pageToken=cursor.page,
            fields=cursor.fields,
        )
        answer = self._ask(request, what, calendar, by_token=bool(cursor.sync or cursor.page))
        if not _is_list_of_events(answer):
            raise Unavailable(f"{what}: the answer is no list of events. Check `url`", scope=calendar)
        return answer

    def event(self, calendar: str, event: str, fields: str | None, *, what: str) -> Event:
        """One event. Raises Gone where Google says that it was deleted."""
        found = self._ask(self._api.events.get(calendarId=calendar, eventId=event, fields=fields), what, calendar, deleted=True)
        if found.get("status") == "cancelled":
            raise Gone(f"{what}: it was deleted", kind="deleted", scope=calendar)
        return found

    def listed(self, scope: str | None, *, what: str) -> Iterator[Event]:
        """The entries of the account's list of calendars. `scope`: whose fault it is where there is none to be had."""
        page, seen = None, set()
        for _ in range(_MOST_PAGES):
            request = self._api.calendar_list.list(maxResults=MOST_CALENDARS, pageToken=page)
            answer = self._ask(request, what, scope, right=LIST)
            entries = answer.get("items", [])
            if not isinstance(entries, list) or not all(isinstance(one, dict) and one.get("id") for one in entries):
                raise Unavailable(f"{what}: the answer is no list of calendars. Check `url`", scope=scope)
            yield from (one for one in entries if not one.get("deleted"))
            page = answer.get("nextPageToken")
            if not page:
                return
            if page in seen:
                break
            seen.add(page)
        raise Unavailable(f"{what}: the pages of the list of calendars have no end", scope=scope)

    def calendar(self, calendar: str, *, what: str) -> Event:
        """The record of a calendar: its entry in the account's list, else what everybody who may read it sees."""
        try:
            found = self._ask(self._api.calendar_list.get(calendarId=calendar), what, calendar, missing=True, right=CALENDAR)
        except (AuthFailed, Misconfigured):  # what is wrong with more than the list shows again at once
            found = {}
        return found or self.unlisted(calendar, what=what)

    def unlisted(self, calendar: str, *, what: str) -> Event:
        """What everybody who may read the calendar sees of it."""
        return self._ask(self._api.calendars.get(calendarId=calendar), what, calendar, right=CALENDAR)

    def busy(self, calendars: Iterable[str], since: str, until: str, *, what: str, scope: str) -> Mapping[str, Any]:
        """The answers of `freebusy.query` by calendar, for two instants in RFC 3339 and at most 50 calendars. It only reads."""
        body = {"timeMin": since, "timeMax": until, "timeZone": "UTC", "items": [{"id": one} for one in calendars]}
        request = self._api.freebusy.query(body=body)
        request.headers[READS] = "1"
        answer = self._ask(request, what, scope, right=BUSY)
        found: Mapping[str, Any] = expect(answer.get("calendars"), dict, what=what, scope=scope)
        return found

    def greet(self, calendar: str | None) -> None:
        """Ask for one event, or the list of calendars. That the calendar is not there is no fault of the connection; that no
        Google answers is."""
        what = f"signing in to {self._api.base}"
        if calendar is None:
            self._ask(self._api.calendar_list.list(maxResults=1), what, None, missing=True, right=LIST)
        else:
            self._ask(self._api.events.list(calendarId=calendar, singleEvents=True, maxResults=1), what, calendar, missing=True)

    def close(self) -> None:
        """Let go of sockets."""
        self._api.close()

    def _ask(
        self,
        request: Any,
        what: str,
        scope: str | None,
        *,
        by_token: bool = False,
        deleted: bool = False,
        missing: bool = False,
        right: Right = EVENTS,
    ) -> Event:
        try:
            answer = request.execute(num_retries=0)
        except HttpError as error:
            if deleted and error.resp.status == 410:
                raise Gone(f"{what}: it was deleted", kind="deleted", scope=scope) from None
            if missing and error.resp.status == 404:
                if is_googles(error.content):
                    return {}
                raise Misconfigured(f"{what}: there is no Calendar API (404). Check `url`") from None
            raise translate(error, now=self._api.now, what=what, scope=scope, by_token=by_token, right=right) from None
        except Exception as error:
            raise from_exception(error, what=what, scope=scope) from None
        return dict(expect(answer, dict, what=what, scope=scope))


def _is_list_of_events(answer: Mapping[str, Any]) -> bool:
    """An empty list may be left out, but then there is a token."""
    items = answer.get("items")
    return isinstance(items, list) or (items is None and bool(answer.get("nextPageToken") or answer.get("nextSyncToken")))
