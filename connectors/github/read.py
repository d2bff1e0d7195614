"""Reading: pages of one repository's milestones, issues or pull requests, single records, and ids."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from connectors.github.client import PER_PAGE, Client, Row
from connectors.github.cursor import Position, load
from connectors.github.newest import NewestFirst
from connectors.github.place import Place, look, place_of
from connectors.github.related import with_related
from connectors.github.repositories import Repositories
from syncd.contract import Page, Unavailable
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref


class Reader:
    """The reading side of a connection named `connection`."""

    def __init__(self, client: Client, connection: str, repositories: Repositories) -> None:
        self._client, self._connection, self._repositories = client, connection, repositories

    def fetch(self, stream: str, scope: Scope, since: str | None) -> Iterator[Page]:
        """Issues and pull requests newest first from the cursor on; milestones always whole, as GitHub gives them no other way."""
        if stream == "milestones":
            yield from self._milestones(scope, load(since))
            return
        listing = NewestFirst(self._client, stream, scope, since=stream == "issues")
        for rows, position, complete in listing.steps(load(since)):
            yield Page(self._records(stream, scope, rows), position.dump(), complete)

    def fetch_one(self, ref: Ref) -> RawRecord:
        """The record now, as its own page gives it (a pull request has more fields there than in the list)."""
        scope = self._repositories.scope(place_of(ref).repository)
        _, row = look(self._client, ref)
        return self._records(ref.stream, scope, [row])[0]

    def census(self, stream: str, scope: Scope) -> Iterator[Sequence[str]]:
        """The ids by creation, which nothing that is edited meanwhile disturbs. GitHub has no list of ids alone."""
        order = {} if stream == "milestones" else {"sort": "created", "direction": "asc"}
        query = {"state": "all", "per_page": str(PER_PAGE), **order}
        what = f"counting {stream} of {scope.name}"
        for page in self._client.walk(f"/repos/{scope.name}/{stream}", what=what, scope=scope.name, query=query):
            yield [str(row["id"]) for row in _of(stream, page.rows)]

    def _milestones(self, scope: Scope, at: Position) -> Iterator[Page]:
        """A list that fits one page is asked for conditionally; longer ones are walked again each time.

        A full page proves nothing about a next one: it stays as it is when a milestone is added behind it.
        """
        what, path = f"reading milestones of {scope.name}", f"/repos/{scope.name}/milestones"
        query = {"state": "all", "sort": "due_on", "direction": "asc", "per_page": str(PER_PAGE)}
        page = self._client.list(path, what=what, scope=scope.name, query=query, etag=at.etag)
        if page.unchanged:
            yield Page(cursor=at.dump(), complete=True)
            return
        fits = page.next is None and len(page.rows) < PER_PAGE
        done = replace(at, etag=page.etag if fits else None).dump()
        yield Page(self._records("milestones", scope, page.rows), None if page.next else done, page.next is None)
        for deeper in self._client.walk(page.next, what=what, scope=scope.name) if page.next else ():
            last = deeper.next is None
            yield Page(self._records("milestones", scope, deeper.rows), done if last else None, last)

    def _records(self, stream: str, scope: Scope, rows: Sequence[Row]) -> tuple[RawRecord, ...]:
        return tuple(self._record(stream, scope, row) for row in _of(stream, rows))

    def _record(self, stream: str, scope: Scope, row: Row) -> RawRecord:
        if not isinstance(row.get("number"), int):
            raise Unavailable(f"reading {stream} of {scope.name}: a record without a number. Check `url`", scope=scope.name)
        place = Place(stream, scope.name, row["number"])
        data = with_related(self._client, row, place) if stream == "issues" else row
        return RawRecord(Ref(self._connection, stream, str(row["id"]), place.key, row.get("html_url")), scope, data)


def _of(stream: str, rows: Sequence[Row]) -> list[Row]:
    """The rows that belong to the stream: lists of issues hold pull requests, too, under an id that is not theirs in `pulls`."""
    return [row for row in rows if stream != "issues" or not _is_pull(row)]


def _is_pull(row: Row) -> bool:
    """The list of issues holds pull requests too. Old servers give every issue the key, with nothing but nulls in it."""
    pull = row.get("pull_request")
    return pull is not None and not (isinstance(pull, dict) and pull and all(value is None for value in pull.values()))
