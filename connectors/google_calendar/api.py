"""Google's library over a paced session that is signed in: what the reading and the writing client share."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from googleapiclient.discovery import build_from_document
from googleapiclient.discovery_cache import get_static_doc

from connectors.google_calendar.sign_in import sign_in
from connectors.google_calendar.transport import Transport
from connectors.http import pace
from syncd.contract import Gate, Settings


class Api:
    """One session of its own, signed in with one scope. Its requests are built here and sent by the clients, never twice."""

    def __init__(self, settings: Settings, gate: Gate, scope: str) -> None:
        self.settings = settings
        self.base = _base(settings.url)
        self.tokens = sign_in(settings, gate, scope)
        self._transport = Transport(pace(requests.Session(), settings, gate), self.tokens)
        description = json.loads(get_static_doc("calendar", "v3"))
        self._properties = frozenset(description["schemas"]["Event"]["properties"])
        # With address and universe given, and no credentials of its own, the library consults neither network nor environment.
        options_of_library = {"api_endpoint": self.base, "universe_domain": "googleapis.com"}
        self._api = build_from_document(description, http=self._transport, client_options=options_of_library)

    @property
    def now(self) -> datetime:
        """By the clock of the connection."""
        return self.settings.now()

    @property
    def events(self) -> Any:
        """Events, as the library offers them."""
        return self._api.events()

    @property
    def calendar_list(self) -> Any:
        """The account's list of calendars."""
        return self._api.calendarList()

    @property
    def calendars(self) -> Any:
        """Calendars, whether or not they are in the list."""
        return self._api.calendars()

    @property
    def freebusy(self) -> Any:
        """When calendars are busy."""
        return self._api.freebusy()

    @property
    def channels(self) -> Any:
        """Channels of push messages."""
        return self._api.channels()

    def selectable(self, names: Iterable[str]) -> list[str]:
        """Those of the names that events have, in order. Google refuses a selection with any other."""
        return sorted(self._properties.intersection(names))

    def close(self) -> None:
        """Let go of sockets."""
        self._transport.close()


def _base(url: str) -> str:
    """The address that paths are added to. A bare host is taken for one that has Google's own paths."""
    path = urlsplit(url).path.strip("/")
    return f"{url.rstrip('/')}/" if path else f"{url.rstrip('/')}/calendar/v3/"
