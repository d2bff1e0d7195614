"""Where a calendar is: a file of this machine, or an address that is asked whether anything changed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import urljoin, urlsplit

import requests
from requests.auth import HTTPBasicAuth

from connectors.http import from_exception, from_status, pace
from connectors.icalendar_text import LARGEST
from connectors.ics import NOWHERE
from connectors.ics.options import CalendarOptions, IcsOptions, address
from syncd.contract import AuthFailed, Gate, Misconfigured, Settings, Unavailable
from syncd.model.raw import Json


@dataclass(frozen=True, slots=True)
class Found:
    """A calendar as it is now. `etag`, `modified`: as the server says, to be asked by the next time."""

    body: bytes
    etag: str | None = None
    modified: str | None = None

    @property
    def sum(self) -> str:
        """Tells two contents apart."""
        return hashlib.sha256(self.body).hexdigest()[:32]


class Sources:
    """Reads calendars, by a session that sends each request once. An address is part of no text: it may be a secret."""

    def __init__(self, settings: Settings, gate: Gate) -> None:
        self._settings, self._options = settings, cast(IcsOptions, settings.options)
        self._session = pace(requests.Session(), settings, gate)
        self._session.auth = self._sign
        self._session.headers["Accept"] = "text/calendar, */*;q=0.1"

    def read(self, calendar: CalendarOptions, known: Mapping[str, Json], *, what: str) -> Found | None:
        """The calendar; None where it is as it was when the server said `etag` and `modified` of it."""
        if calendar.file is not None:
            return _file(calendar.file, what, calendar.id)
        url = self.url(calendar)
        self._must_be_one_server()
        asked = {
            name: str(known[key])
            for name, key in (("If-None-Match", "etag"), ("If-Modified-Since", "modified"))
            if known.get(key)
        }
        try:
            answer = self._session.get(url, headers=asked)
        except Exception as error:
            raise from_exception(error, what=what, scope=calendar.id) from None
        if answer.status_code == 304 and asked:
            return None
        if answer.status_code not in (200, 203, 204):
            raise self._refusal(answer, what, calendar.id)
        return Found(answer.content, answer.headers.get("ETag"), answer.headers.get("Last-Modified"))

    def url(self, calendar: CalendarOptions) -> str:
        """The address of a calendar that is no file. Raises Misconfigured where there is none."""
        if calendar.url is not None:
            return calendar.url.get_secret_value()
        where = f"calendar {calendar.id}"
        try:
            if calendar.url_file is not None:
                return address(Path(calendar.url_file).read_text("utf-8-sig"))
            if self._settings.url == NOWHERE:
                raise Misconfigured(f"{where}: nothing says where it is. Give it `url`, `url_file` or `file`", scope=calendar.id)
            # Plain http has been allowed by `allow_http`, or refused, when the configuration was read.
            plain = self._settings.url.startswith("http://")
            return self._settings.url if plain else address(self._settings.url)
        except OSError:
            raise Misconfigured(
                f"{where}: its `url_file` cannot be read. Create it, or correct the path", scope=calendar.id
            ) from None
        except ValueError as error:
            raise Misconfigured(f"{where}: {error}", scope=calendar.id) from None

    def close(self) -> None:
        """Let go of sockets."""
        self._session.close()

    def _must_be_one_server(self) -> None:
        """A token is one server's: it is sent to no other that happens to be named beside it."""
        if self._settings.secret() is None:
            return
        servers = {urlsplit(self.url(one)).netloc for one in self._options.calendars if one.file is None}
        if len(servers) > 1:
            raise Misconfigured(
                f"the token of {self._settings.connection} is for one server, and its calendars are at {len(servers)}. "
                "Make a connection for each of them"
            )

    def _refusal(self, answer: requests.Response, what: str, scope: str) -> Exception:
        status = answer.status_code
        if status < 300 or status == 304:
            said = "a part" if status == 206 else "nothing"
            return Unavailable(
                f"{what}: the server gave {said} of the calendar ({status}), and all of it was asked for", scope=scope
            )
        if status < 400 and (host := _host(answer)):
            return Misconfigured(
                f"{what}: answered with a redirect to {host} ({status}), where nothing was asked for. If that is meant, write the address "
                "that it leads to into `url`",
                scope=scope,
            )
        error = from_status(answer.status_code, answer.headers, answer.content, now=self._settings.now(), what=what, scope=scope)
        if isinstance(error, AuthFailed) and self._settings.secret() is None:
            return AuthFailed(
                f"{what}: it wants to know who we are ({answer.status_code}). Give `user` and `token_file`, or its private address",
                scope=scope,
            )
        return error

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        secret = self._settings.secret()
        if secret is None:
            return request
        if self._settings.user:
            HTTPBasicAuth(self._settings.user.encode(), secret.encode())(request)
            return request
        request.headers["Authorization"] = f"Bearer {secret}"
        return request


def _host(answer: requests.Response) -> str | None:
    """Where a redirect leads: scheme and host, as the rest may be a secret."""
    try:
        parts = urlsplit(urljoin(answer.url, answer.headers.get("Location", "")))
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.hostname else None
    except ValueError:
        return None


def _file(path: str, what: str, scope: str) -> Found:
    try:
        place = Path(path)
        if not place.exists():
            raise Unavailable(f"{what}: {path} is not there. Put it there, or correct `file`", scope=scope)
        if not place.is_file():
            raise Misconfigured(f"{what}: {path} is no file. Correct `file`", scope=scope)
        with place.open("rb") as opened:
            return Found(opened.read(LARGEST + 1))
    except OSError as error:
        raise Unavailable(
            f"{what}: {path} cannot be read ({error.strerror}). Correct its rights, or `file`", scope=scope
        ) from None
