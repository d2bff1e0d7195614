"""The repositories to read as scopes: by name, by pattern, by owner; found once for all streams."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from connectors.github.client import Client
from connectors.github.lacking import SWITCHES
from connectors.github.options import GithubOptions
from connectors.github.owners import Owners
from connectors.github.wire import Row
from connectors.lately import Lately
from connectors.scoping import Wanted, twice
from syncd.contract import Misconfigured, Notice, RateLimited, SyncError, Unavailable
from syncd.model.raw import Scope

T = TypeVar("T")
_NOTED = (
    "archived",
    "disabled",
    "full_name",
    "has_issues",
    "has_pull_requests",
    "id",
    "open_issues_count",
    "private",
    "visibility",
)
"""What is read of a repository's own record."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A repository, its name as we call it, and which key or pattern gave it."""

    name: str
    row: Row
    by: str


class Repositories:
    """Options -> scopes. A repository that was renamed is found under its old name, too. One that was looked up lately is known."""

    def __init__(self, client: Client, options: GithubOptions, owners: Owners, lately: Lately) -> None:
        self._client, self._options, self._owners, self._lately = client, options, owners, lately
        self._known: dict[str, Row] = {}
        self._recalled: set[str] = set()

    def scopes(self, stream: str) -> Iterator[Scope | SyncError | Notice]:
        """A scope for each repository, or the error it met, and a notice where two keys name the same. Raises what concerns the whole
        connection.

        A repository whose issues are switched off has no `issues`. What is named outright is read even where it is archived.
        """
        seen: dict[str, _Found] = {}
        again: dict[tuple[str, str], list[str]] = {}
        for found in self._found():
            if not isinstance(found, _Found):
                yield found
                continue
            scope = self._scope(found.name, found.row)
            if scope.id in seen:
                first = seen[scope.id]
                second = repr(found.name) if first.by == found.by else found.by
                again.setdefault((first.by, second), []).append(first.name)
                continue
            seen[scope.id] = found
            if found.row.get(SWITCHES.get(stream, "")) is not False:
                yield scope
        yield from (_named_twice(names, *by) for by, names in again.items())

    def named(self, names: Iterable[str]) -> Iterator[Scope | SyncError]:
        """A scope for each of these, or the error it met, whether or not the connection reads its issues. Raises what concerns the whole
        connection."""
        for name in names:
            row = _caught(self.row, name)
            yield row if isinstance(row, SyncError) else self._scope(name, row)

    def scope(self, name: str) -> Scope:
        """The repository of that name. Raises Unavailable where it is not found or hidden."""
        return self._scope(name, self.row(name))

    def row(self, name: str) -> Row:
        """What GitHub says about the repository, looked up where no list gave it."""
        known = self._known.get(name.casefold())
        if known is None and (known := self._lately.known(_noted(name))) is not None:
            self._recalled.add(name.casefold())
        self._known[name.casefold()] = found = known or self._look_up(name)
        return found

    def confirm(self, name: str) -> None:
        """Reading the repository failed: where it was looked up in an earlier pass, that is done again. Raises what that meets."""
        if name.casefold() in self._recalled:
            self._known.pop(name.casefold(), None)
            self._lately.found(_noted(name), None)
            self._known[name.casefold()] = self._look_up(name)
            self._recalled.discard(name.casefold())

    def _found(self) -> Iterator[_Found | SyncError | Notice]:
        """Lists are asked for first, so that what they name is not looked up; names come first all the same."""
        listed = [*self._by_pattern(), *self._by_organisation()]
        for name in self._options.wanted.exact:
            row = _caught(self.row, name)
            yield row if isinstance(row, SyncError) else _Found(name, row, "repositories")
        yield from listed

    def _by_pattern(self) -> Iterator[_Found | SyncError]:
        for glob in self._options.wanted.globs:
            rows = _caught(self._rows, glob.partition("/")[0])
            if isinstance(rows, SyncError):
                yield rows
            else:
                yield from self._matching(replace(self._options.wanted, names=(glob,)), rows)

    def _matching(self, wanted: Wanted, rows: dict[str, Row]) -> Iterator[_Found | SyncError]:
        (glob,) = wanted.globs
        yield from wanted.unmatched(rows)
        matching = list(wanted.matching(rows))
        read = [name for name in matching if self._is_read(rows[name])]
        if matching and not read:
            cure = "Set `archived = true` to read them, or take it out"
            yield Misconfigured(f"repositories: {glob!r} matches archived repositories only. {cure}", scope=glob)
        yield from (_Found(name, rows[name], f"the pattern {glob!r}") for name in read)

    def _by_organisation(self) -> Iterator[_Found | SyncError | Notice]:
        for owner in self._options.organisations:
            rows = _caught(self._rows, owner)
            if isinstance(rows, SyncError):
                yield rows
                continue
            read = [name for name, row in rows.items() if self._is_read(row) and self._options.wanted.takes(name)]
            if not read:
                yield Notice(f"organisations: of the {len(rows)} repositories of {owner} that the account sees none is read")
            yield from (_Found(name, rows[name], "organisations") for name in read)

    def _rows(self, owner: str) -> dict[str, Row]:
        rows = {str(row["full_name"]): row for row in self._owners.repositories(owner)}
        self._known |= {name.casefold(): row for name, row in rows.items()}
        return rows

    def _is_read(self, row: Row) -> bool:
        return self._options.archived or row.get("archived") is not True

    def _look_up(self, name: str) -> Row:
        what = f"looking up {name}"
        row = self._client.one(f"/repos/{name}", what=what, scope=name)
        if not isinstance(row.get("id"), int):
            raise Unavailable(f"{what}: the answer is no repository. Check `url`", scope=name)
        self._lately.found(_noted(name), {key: row[key] for key in _NOTED if key in row})
        return row

    def _scope(self, name: str, row: Row) -> Scope:
        private = row.get("private") is True or row.get("visibility") in ("private", "internal")
        return Scope(str(row["id"]), name, {"private": private}, closed=_closed(name, row))


def _noted(name: str) -> str:
    return f"repository {name.casefold()}"


def _caught(act: Callable[[str], T], name: str) -> T | SyncError:
    """What it gives, or the error that concerns this name alone."""
    try:
        return act(name)
    except RateLimited:
        raise
    except SyncError as error:
        if error.scope is None:
            raise
        return error


def _named_twice(names: list[str], first: str, second: str) -> Notice:
    """One notice for all repositories that the same two keys or patterns name."""
    others = f" and {len(names) - 1} more, each of which" if len(names) > 1 else ""
    return twice(names[0] + others, first, second)


def _closed(name: str, row: Row) -> str | None:
    if row.get("archived") is True:
        return f"{name} is archived"
    return f"{name} is disabled by GitHub" if row.get("disabled") is True else None
