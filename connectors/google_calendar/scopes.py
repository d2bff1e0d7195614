"""Which calendars the configuration means: those that it names, and those of the account's list that its patterns fit."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connectors.google_calendar.options import CalendarOptions, GoogleCalendarOptions
from connectors.scoping import Wanted, is_glob, twice
from syncd.contract import AuthFailed, Misconfigured, Notice, SyncError, Unavailable
from syncd.model.raw import Scope

Listed = Mapping[str, Mapping[str, Any]]
"""The account's list of calendars by id."""

_WRITES = frozenset({"writer", "writerWithoutPrivateAccess", "owner"})


def chosen(options: GoogleCalendarOptions, listed: Callable[[], Listed]) -> Iterator[Scope | SyncError | Notice]:
    """The calendars in the order of the configuration. Where two entries name one, the first one's facts count.

    `listed` gives the list and is only called for patterns. Where it cannot be had, each pattern is given as the error; an error of
    the whole connection is raised.
    """
    named: dict[str, CalendarOptions] = {}
    for entry in options.calendars:
        for found in _named_by(entry, options.exclude, listed):
            if isinstance(found, SyncError):
                yield found
            elif (first := named.setdefault(found.casefold(), entry)) is not entry:
                yield twice(found, repr(first.id), repr(entry.id))
            else:
                yield Scope(found, found, entry.facts)


def meant_by(options: GoogleCalendarOptions, id: str) -> Scope | None:
    """The scope of a calendar, without a look at the list."""
    for entry in options.calendars:
        if id.casefold() == entry.id.casefold() or any(_wanted(entry, options.exclude).matching([id])):
            return Scope(id, id, entry.facts)
    return None


def closed(entry: Mapping[str, Any] | None) -> str | None:
    """Why nothing can be written to a calendar, where its entry in the list says so."""
    role = entry.get("accessRole") if entry else None
    if role is None or role in _WRITES:
        return None
    return f'the account may only read it ({role}). Share it with the account, "Make changes to events"'


def _named_by(entry: CalendarOptions, exclude: list[str], listed: Callable[[], Listed]) -> Iterator[str | SyncError]:
    if not is_glob(entry.pattern):
        yield entry.id
        return
    wanted = _wanted(entry, exclude)
    try:
        found = listed()
    except (AuthFailed, Misconfigured, Unavailable) as error:
        if not isinstance(error, Unavailable) and error.scope is None:
            raise
        yield type(error)(error.text, scope=entry.id)
        return
    yield from wanted.matching(found)
    yield from (Misconfigured(one.text, scope=entry.id) for one in wanted.unmatched(found))


def _wanted(entry: CalendarOptions, exclude: list[str]) -> Wanted:
    return Wanted("calendars", (entry.pattern,), tuple(exclude))
