"""Google's library over a paced session that is signed in: what the reading and the writing client share."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlsplit

import httplib2
import requests
from googleapiclient.discovery import build_from_document
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.model import JsonModel

from connectors.decoding import decoded
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
        self._properties = frozenset(_description()["schemas"]["Event"]["properties"])

    @property
    def now(self) -> datetime:
        """By the clock of the connection."""
        return self.settings.now()

    @cached_property
    def events(self) -> Any:
        """Events, as the library offers them."""
        return _Part(_part(self.base, "events"), self._transport)

    @property
    def calendar_list(self) -> Any:
        """The account's list of calendars."""
        return _Part(_part(self.base, "calendarList"), self._transport)

    @property
    def calendars(self) -> Any:
        """Calendars, whether or not they are in the list."""
        return _Part(_part(self.base, "calendars"), self._transport)

    @property
    def freebusy(self) -> Any:
        """When calendars are busy."""
        return _Part(_part(self.base, "freebusy"), self._transport)

    @property
    def channels(self) -> Any:
        """Channels of push messages."""
        return _Part(_part(self.base, "channels"), self._transport)

    def selectable(self, names: Iterable[str]) -> list[str]:
        """Those of the names that events have, in order. Google refuses a selection with any other."""
        return sorted(self._properties.intersection(names))

    def close(self) -> None:
        """Let go of sockets."""
        self._transport.close()


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the API as the library offers it; its requests go over our transport."""

    offered: Any
    transport: Transport

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def request(**asked: Any) -> Any:
            made = getattr(self.offered, name)(**asked)
            made.http = self.transport
            return made

        return request


class _Model(JsonModel):  # type: ignore[misc]
    """The library's own, but for the pace at which it decodes."""

    def deserialize(self, content: bytes) -> Any:
        return decoded(content, lambda: super(_Model, self).deserialize(content))


@cache
def _description() -> Any:
    """Google's own description of the API, read once: it is long."""
    return json.loads(get_static_doc("calendar", "v3"))


@cache
def _part(base: str, name: str) -> Any:
    """What the library makes of the description, once: it takes as long as several requests. It sends nothing by itself."""
    # With address and universe given, and no credentials of its own, the library consults neither network nor environment.
    options_of_library = {"api_endpoint": base, "universe_domain": "googleapis.com"}
    api = build_from_document(_description(), http=httplib2.Http(), client_options=options_of_library, model=_Model())
    return getattr(api, name)()


def _base(url: str) -> str:
    """The address that paths are added to. A bare host is taken for one that has Google's own paths."""
    path = urlsplit(url).path.strip("/")
    return f"{url.rstrip('/')}/" if path else f"{url.rstrip('/')}/calendar/v3/"
