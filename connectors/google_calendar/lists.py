"""The account's list of calendars, as far as it was read: once for the streams of a pass, and anew for the next one."""

from collections.abc import Mapping
from typing import Any

from connectors.google_calendar.client import Client
from connectors.google_calendar.scopes import Listed
from syncd.contract import AuthFailed, Misconfigured, Unavailable
from syncd.model.raw import Scope

_LIST = "calendarList"
_WHAT = "listing the account's calendars"


class CalendarList:
    """Asked for when it is needed. Each entry serves once as a record, so that nothing old is handed over."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._served: set[str] = set()
        self._tried = False
        self._listed: dict[str, Mapping[str, Any]] | None = None
        self._fresh: dict[str, Mapping[str, Any]] = {}

    def begin(self, stream: str) -> None:
        """The scopes of a stream are looked for: where they were before, the list is an old one."""
        if stream in self._served:
            self._tried, self._listed = False, None
            self._served.clear()
            self._fresh.clear()
        self._served.add(stream)

    def entries(self) -> Listed:
        """The list by id. Raises the error that it met; one with a scope is the list's alone."""
        if self._listed is None:
            self._tried = True
            found: dict[str, Mapping[str, Any]] = {str(one["id"]): one for one in self._client.listed(_LIST, what=_WHAT)}
            self._listed, self._fresh = found, {id.casefold(): one for id, one in found.items()}
            self._fresh.update(("primary", one) for one in found.values() if one.get("primary"))
        return self._listed

    def known(self, id: str) -> Mapping[str, Any] | None:
        """The entry of a calendar; None where it is not in the list, or the list is not to be had."""
        if not self._tried:
            self._try()
        return self._fresh.get(id.casefold())

    def _try(self) -> None:
        try:
            self.entries()
        except (AuthFailed, Misconfigured, Unavailable) as error:
            if not isinstance(error, Unavailable) and error.scope is None:
                raise

    def record(self, scope: Scope) -> Mapping[str, Any]:
        """The calendar's own record: its entry in the list, else what everybody who may read it sees."""
        what = f"reading the calendar {scope.name}"
        if (entry := self._fresh.pop(scope.id.casefold(), None)) is not None:
            return entry
        if self._listed is not None and scope.id.casefold() not in {id.casefold() for id in self._listed}:
            return self._client.unlisted(scope.id, what=what)
        return self._client.calendar(scope.id, what=what)
