"""Requests to Google Calendar through google-api-python-client: raw JSON out, one of the six errors on failure, nothing retried."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import requests
from googleapiclient.discovery import build_from_document
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.errors import HttpError

from connectors.google_calendar import GoogleCalendarOptions
from connectors.google_calendar.cursor import Cursor
from connectors.google_calendar.errors import is_googles, translate
from connectors.google_calendar.transport import ServiceAccount, Transport, access_token, signed
from connectors.http import expect, from_exception, pace
from syncd.contract import Gate, Gone, Misconfigured, Settings, Unavailable

MOST = 2500
"""The largest page that Google gives."""

Event = dict[str, Any]


class Client:
    """One session, for reading. A service account has another one for its tokens."""

    def __init__(self, settings: Settings, gate: Gate) -> None:
        assert isinstance(settings.options, GoogleCalendarOptions)
        options = settings.options
        self._settings = settings
        self.base = _base(settings.url)
        self.account = (
            ServiceAccount(options.credentials_file, options.subject, settings, gate) if options.credentials_file else None
        )
        token = self.account.token if self.account else access_token(settings)
        self._transport = Transport(signed(pace(requests.Session(), settings, gate), token))
        description = json.loads(get_static_doc("calendar", "v3"))
        self._properties = frozenset(description["schemas"]["Event"]["properties"])
        # With address and universe given, and no credentials of its own, the library consults neither network nor environment.
        options_of_library = {"api_endpoint": self.base, "universe_domain": "googleapis.com"}
        self._api = build_from_document(description, http=self._transport, client_options=options_of_library)

    @property
    def today(self) -> date:
        """By the clock of the connection."""
        return self._settings.now().date()

    def selectable(self, names: Iterable[str]) -> list[str]:
        """Those of the names that events have, in order. Google refuses a selection with any other."""
        return sorted(self._properties.intersection(names))

    def events(self, calendar: str, cursor: Cursor, *, what: str, most: int = MOST) -> Mapping[str, Any]:
        """One page of `events.list`, recurrences expanded. Raises Forgotten where the tokens of the cursor are not known any more."""
        request = self._api.events().list(
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
        found = self._ask(self._api.events().get(calendarId=calendar, eventId=event, fields=fields), what, calendar, deleted=True)
        if found.get("status") == "cancelled":
            raise Gone(f"{what}: it was deleted", kind="deleted", scope=calendar)
        return found

    def greet(self, calendar: str) -> None:
        """Ask for one event. That the calendar is not there is no fault of the connection; that no Google answers is."""
        what = f"signing in to {self.base}"
        request = self._api.events().list(calendarId=calendar, singleEvents=True, maxResults=1)
        self._ask(request, what, calendar, missing=True)

    def close(self) -> None:
        """Let go of sockets."""
        self._transport.close()
        if self.account:
            self.account.close()

    def _ask(
        self, request: Any, what: str, scope: str, *, by_token: bool = False, deleted: bool = False, missing: bool = False
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
            raise translate(error, now=self._settings.now(), what=what, scope=scope, by_token=by_token) from None
        except Exception as error:
            raise from_exception(error, what=what, scope=scope) from None
        return dict(expect(answer, dict, what=what, scope=scope))


def _is_list_of_events(answer: Mapping[str, Any]) -> bool:
    """An empty list may be left out, but then there is a token."""
    items = answer.get("items")
    return isinstance(items, list) or (items is None and bool(answer.get("nextPageToken") or answer.get("nextSyncToken")))


def _base(url: str) -> str:
    """The address that paths are added to. A bare host is taken for one that has Google's own paths."""
    path = urlsplit(url).path.strip("/")
    return f"{url.rstrip('/')}/" if path else f"{url.rstrip('/')}/calendar/v3/"
