"""Reading: pages of one repository's streams, single records, and ids."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from connectors.contract_files import STREAM
from connectors.contract_shelf import Shelf, parts_of
from connectors.github.checks import CheckStates
from connectors.github.client import Client
from connectors.github.contract_files import shelf
from connectors.github.cursor import Position, load
from connectors.github.deployments import Deployments
from connectors.github.feed import Feed
from connectors.github.history import Recent
from connectors.github.lacking import Lacks
from connectors.github.newest import NewestFirst, Step
from connectors.github.parts import key_of, part_of
from connectors.github.place import Place, look, place_of
from connectors.github.related import with_related
from connectors.github.repositories import Repositories
from connectors.github.reviews import Reviews
from connectors.github.whole import Whole
from connectors.github.wire import PER_PAGE, Row
from connectors.http import expect
from syncd.contract import Page, RateLimited, Settings, SyncError, Unavailable
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref

_TICKETS = ("milestones", "issues", "pulls")
_SHRINKING = ("environments", "releases")
"""Lists whose records people delete, which shows by their absence alone."""


class Reader:
    """The reading side of a connection."""

    def __init__(self, client: Client, settings: Settings, repositories: Repositories) -> None:
        self._client, self._repositories = client, repositories
        self._connection, self._days, self._beside = settings.connection, settings.history_days, settings.beside
        self._now: Callable[[], datetime] = settings.now
        self._files = settings.files

    def fetch(self, stream: str, scope: Scope, since: str | None) -> Iterator[Page]:
        """What changed since the cursor. A list that the repository does not have is told as unsupported."""
        try:
            yield from self._shelf(scope).pages(since) if stream == STREAM else self._pages(stream, scope, load(since))
        except Lacks:
            yield Page(unsupported=True)
        except SyncError as error:
            if not isinstance(error, RateLimited):
                self._repositories.confirm(scope.name)
            raise

    def _pages(self, stream: str, scope: Scope, start: Position) -> Iterator[Page]:
        for count, (rows, position, complete) in enumerate(self._steps(stream, scope, start)):
            # One page that is the whole list. Where it is as it was (304) the position comes back as it went in.
            whole = stream in _SHRINKING and complete and count == 0 and position is not start
            yield Page(self._records(stream, scope, rows), position.dump(), complete, whole=whole)

    def fetch_one(self, ref: Ref) -> RawRecord:
        """The record now, as its own page gives it (a pull request has more fields there than in the list)."""
        if ref.stream == STREAM:
            return self._shelf(self._home(ref)).one(ref)
        if ref.stream not in _TICKETS:
            return self._part(ref)
        scope = self._repositories.scope(place_of(ref).repository)
        _, row = look(self._client, ref)
        return self._records(ref.stream, scope, [row])[0]

    def census(self, stream: str, scope: Scope) -> Iterator[Sequence[str]]:
        """The ids by creation, which nothing that is edited meanwhile disturbs. GitHub has no list of ids alone."""
        if stream == STREAM:
            yield from ([record.ref.id for record in page.records] for page in self._shelf(scope).pages(None))
            return
        if stream == "reviews":
            for rows, _, _ in Reviews(self._recent("pulls", scope, None)).steps(Position()):
                yield [str(row["id"]) for row in rows]
            return
        under = "environments" if stream == "environments" else None
        path = f"/repos/{scope.name}/{'pulls' if stream == 'check_states' else stream}"
        what = f"counting {stream} of {scope.name}"
        for page in self._client.walk(path, what=what, scope=scope.name, query=_by_creation(stream), under=under):
            yield [str(row["id"]) for row in _of(stream, page.rows)]

    def _shelf(self, scope: Scope) -> Shelf:
        return shelf(self._client, self._connection, scope, self._files.get(scope.name, ()))

    def _home(self, ref: Ref) -> Scope:
        """The repository of a contract's file. Raises Unavailable where no contract names it."""
        scopes = (scope for scope in self._repositories.named(self._files) if isinstance(scope, Scope))
        found = next((scope for scope in scopes if scope.id == parts_of(ref)[0]), None)
        if found is None:
            raise Unavailable(f"{ref.label}: no contract names its repository any more")
        return found

    def _steps(self, stream: str, scope: Scope, at: Position) -> Iterator[Step]:
        match stream:
            case "issues":
                return self._feed(scope).issues(self._recent(stream, scope, self._days).steps(at), at)
            case "pulls":
                return self._feed(scope).pulls(self._recent(stream, scope, self._days).steps(at), at)
            case "reviews":
                return Reviews(self._recent("pulls", scope, self._days)).steps(at)
            case "deployments":
                return Deployments(self._client, scope, self._now(), self._days).steps(at)
            case "check_states":
                return CheckStates(self._client, scope).steps(at)
            case _:
                return Whole(self._client, stream, scope).steps(at)

    def _recent(self, stream: str, scope: Scope, days: int | None) -> Recent:
        return Recent(NewestFirst(self._client, stream, scope, since=stream == "issues"), self._now(), days)

    def _feed(self, scope: Scope) -> Feed:
        return Feed(self._beside, scope, self._now(), self._days)

    def _part(self, ref: Ref) -> RawRecord:
        """A record of an optional stream. Nobody but the list says whether one is gone, so a 404 is Unavailable."""
        part = part_of(ref)
        scope = self._repositories.scope(part.repository)
        what = f"reading {ref.key}"
        row = expect(self._client.one(part.path, what=what, scope=part.repository), dict, what=what, scope=part.repository)
        if str(row.get("id")) != ref.id:
            raise Unavailable(f"{what}: another object is there now", scope=part.repository)
        if ref.stream == "deployments":
            row["latest_status"] = Deployments(self._client, scope, self._now(), None).latest_status(row["id"])
        if ref.stream == "check_states":
            row = CheckStates(self._client, scope).state(row)[0] or row
        return self._record(ref.stream, scope, row)

    def _records(self, stream: str, scope: Scope, rows: Sequence[Row]) -> tuple[RawRecord, ...]:
        return tuple(self._record(stream, scope, row) for row in _of(stream, rows))

    def _record(self, stream: str, scope: Scope, row: Row) -> RawRecord:
        key, data = key_of(stream, scope.name, row) if stream not in _TICKETS else None, row
        if stream in _TICKETS and isinstance(row.get("number"), int):
            place = Place(stream, scope.name, row["number"])
            key, data = place.key, with_related(self._client, row, place) if stream == "issues" else row
        if key is None:
            raise Unavailable(
                f"reading {stream} of {scope.name}: a record without a number or name. Check `url`", scope=scope.name
            )
        return RawRecord(Ref(self._connection, stream, str(row["id"]), key, row.get("html_url")), scope, data)


def _by_creation(stream: str) -> dict[str, str]:
    """The query of a list in the order in which its records were made, for those that can be sorted."""
    sorted_by = {"sort": "created", "direction": "asc"} if stream in ("issues", "pulls", "check_states") else {}
    state = {"state": "open" if stream == "check_states" else "all"} if sorted_by or stream == "milestones" else {}
    return {**state, "per_page": str(PER_PAGE), **sorted_by}


def _of(stream: str, rows: Sequence[Row]) -> list[Row]:
    """The rows that belong to the stream: lists of issues hold pull requests, too, under an id that is not theirs in `pulls`."""
    return [row for row in rows if stream != "issues" or not _is_pull(row)]


def _is_pull(row: Row) -> bool:
    """The list of issues holds pull requests too. Old servers give every issue the key, with nothing but nulls in it."""
    pull = row.get("pull_request")
    return pull is not None and not (isinstance(pull, dict) and pull and all(value is None for value in pull.values()))
