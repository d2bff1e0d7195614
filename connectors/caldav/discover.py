"""Which calendars there are (RFC 4791, section 6.2, RFC 6764): from the address to the account, to its collections, to its calendars."""

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.caldav.dav import CALDAV, DAV, Answer, Answered, Dav, Response, normal
from connectors.caldav.options import CalDavOptions, CalendarOptions
from connectors.http import from_status
from connectors.scoping import Wanted, is_glob, twice
from syncd.contract import AuthFailed, Misconfigured, Notice, SyncError
from syncd.model.raw import Scope

_WELL_KNOWN = "/.well-known/caldav"
_NO_DAV = (404, 405, 501)
_TYPE, _NAME, _PRINCIPAL = f"{DAV}resourcetype", f"{DAV}displayname", f"{DAV}current-user-principal"
_HOME, _COMPONENTS = f"{CALDAV}calendar-home-set", f"{CALDAV}supported-calendar-component-set"
_OF_PLACE = (_TYPE, _NAME, _PRINCIPAL, _HOME)
_OF_CALENDAR = (_TYPE, _NAME, _COMPONENTS)


@dataclass(frozen=True, slots=True)
class Listed:
    """A calendar of the account: its path, and the name that people see."""

    path: str
    name: str

    @property
    def names(self) -> tuple[str, ...]:
        """By what the configuration may mean it."""
        return self.name, self.path, self.path.rstrip("/").rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the address leads. `homes`: the collections that calendars are in; `calendar`: the address is a calendar itself."""

    principal: str | None
    name: str | None
    homes: tuple[str, ...] = ()
    calendar: Listed | None = None


def place(dav: Dav, what: str) -> Place:
    """Who we are, and where our calendars are. Raises Misconfigured where no CalDAV answers there."""
    found = first = _asked(dav, dav.base, what, elsewhere=(400, 403))
    if isinstance(first, Answered) or not (_is_calendar(first) or _PRINCIPAL in first.props or _HOME in first.props):
        found = _asked(dav, _WELL_KNOWN, what)
    if isinstance(found, Answered):
        found = first
    if isinstance(found, Answered):
        if found.status not in _NO_DAV:
            raise from_status(found.status, {}, "", now=dav.now, what=what)
        raise Misconfigured(f"{what}: no CalDAV answers there. Check `url`")
    if _is_calendar(found):
        return Place(None, None, calendar=_listed(found))
    principal = next(iter(found.paths(_PRINCIPAL)), None)
    if _PRINCIPAL in found.props and principal is None and found.props[_PRINCIPAL].find(f"{DAV}unauthenticated") is not None:
        raise AuthFailed(f"{what}: the server does not know who we are. Check `user` and the token")
    own = found
    if principal is not None and _HOME not in found.props:
        answer = dav.propfind(principal, _OF_PLACE, what=what)
        own = next(iter(answer.responses), found) if isinstance(answer, Answer) else found
    homes = tuple(own.paths(_HOME)) or (dav.base,)
    return Place(principal, own.text(_NAME), homes)


def calendars(dav: Dav, what: str) -> list[Listed]:
    """The calendars of the account that may hold events, each once."""
    there = place(dav, what)
    if there.calendar is not None:
        return [there.calendar]
    found: dict[str, Listed] = {}
    for home in there.homes:
        answer = dav.propfind(home, _OF_CALENDAR, what=what, depth=1)
        assert isinstance(answer, Answer)
        found |= {one.path: _listed(one) for one in answer.responses if _is_calendar(one) and _holds_events(one)}
    return list(found.values())


def chosen(options: CalDavOptions, dav: Dav, what: str) -> Iterator[Scope | SyncError | Notice]:
    """The calendars that the configuration means, in its order. Where two entries mean one, the first one's facts count.

    One that is named by its path is taken without a look; for names and patterns the server is asked, once.
    """
    named: dict[str, CalendarOptions] = {}
    listed = calendars(dav, what) if any(not is_path(entry.pattern) for entry in options.calendars) else []
    for entry in options.calendars:
        for found in _meant(entry, options.exclude, listed):
            if isinstance(found, SyncError):
                yield found
            elif (first := named.setdefault(found.path, entry)) is not entry:
                yield twice(found.name, repr(first.id), repr(entry.id))
            else:
                yield Scope(found.path, found.name, entry.facts)


def is_path(pattern: str) -> bool:
    """Whether a calendar is named by its path outright."""
    return pattern.startswith("/") and not is_glob(pattern)


def _meant(entry: CalendarOptions, exclude: list[str], listed: list[Listed]) -> Iterator[Listed | SyncError]:
    if is_path(entry.pattern):
        path = _folder(entry.pattern)
        yield next((one for one in listed if one.path == path), Listed(path, path))
        return
    if is_glob(entry.pattern):
        wanted, without = Wanted("calendars", (entry.pattern,)), Wanted("calendars", (), tuple(exclude))
        fits = [one for one in listed if any(wanted.matching(one.names))]
        found = [one for one in fits if all(map(without.takes, one.names))]
    else:
        fits = found = [one for one in listed if entry.pattern.casefold() in map(str.casefold, one.names)]
    yield from found
    if not found:
        why = "everything that it matches is excluded" if fits else f"none of {len(listed)} that the account sees fits"
        yield Misconfigured(f"calendars: {entry.id!r} matches nothing ({why}). Correct it, or take it out", scope=entry.id)


def _asked(dav: Dav, path: str, what: str, elsewhere: tuple[int, ...] = ()) -> Response | Answered:
    """What is there; the refusal where there is no CalDAV, or one that is `elsewhere` on the server perhaps."""
    answer = dav.propfind(path, _OF_PLACE, what=what, known=(*_NO_DAV, *elsewhere))
    return answer if isinstance(answer, Answered) else next(iter(answer.responses), Answered(404))


def _is_calendar(found: Response) -> bool:
    kind = found.props.get(_TYPE)
    return kind is not None and kind.find(f"{CALDAV}calendar") is not None


def _holds_events(found: Response) -> bool:
    """A server that names no components takes all."""
    names = [str(one.get("name")).upper() for one in found.props.get(_COMPONENTS, ())]
    return not names or "VEVENT" in names


def _listed(found: Response) -> Listed:
    path = _folder(found.path)
    return Listed(path, found.text(_NAME) or path)


def _folder(path: str) -> str:
    return f"{normal(path).rstrip('/')}/"
