"""The connector itself: what the contract asks for, by the modules beside this one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from connectors.contract_files import STREAM
from connectors.contract_shelf import Shelf, parts_of
from connectors.gitlab import LIMITS, STREAMS, GitlabOptions, account, contract_files, marks, read, scopes, whole, write
from connectors.gitlab.address import in_group, place_of, segment
from connectors.gitlab.client import Client
from connectors.gitlab.epics import Epics
from connectors.gitlab.paging import listing
from connectors.gitlab.places import Place, Places
from connectors.gitlab.reading import Lacking, Moved, Reading
from connectors.gitlab.related import complete
from connectors.gitlab.replies import Replies
from connectors.gitlab.weigh import weigh
from connectors.http import expect
from connectors.lately import Lately
from connectors.replies import STREAM as REPLIES
from syncd.contract import Account, Gate, Limits, Notice, Page, RateLimited, Settings, Stream, SyncError, Unavailable
from syncd.model.action import Action, Receipt
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref


class Gitlab:
    """One connection to one GitLab. It remembers who it is and where it found its scopes; losing that costs a request."""

    streams: Mapping[str, Stream] = STREAMS
    limits: Limits = LIMITS

    def __init__(self, settings: Settings, gate: Gate) -> None:
        assert isinstance(settings.options, GitlabOptions)
        options = settings.options
        self._settings, self._archived = settings, options.archived
        named = (tuple(options.groups), tuple(options.projects), tuple(options.exclude))
        self._wanted = scopes.Asked(*named, archived=options.archived)
        self._reader, self._writer = Client(settings, gate), Client(settings, gate)
        self._account: Account | None = None
        self._lately = Lately(settings)
        self._places, self._epics = Places(self._reader, self._lately), Epics(lately=self._lately)
        self._replies = Replies(self._reader, self._home)
        self._asked: set[str] = set()

    def check(self) -> Account:
        """The account of the token."""
        self._account, server = account.check(self._reader)
        if self._epics.work_items is None:
            self._epics.learn(server)
        return self._account

    def scopes(self, stream: str) -> Iterable[Scope | SyncError | Notice]:
        """Projects and groups; epics live in groups only. One look serves all streams: that a stream is asked
        for again begins a new round, in which a project may have moved."""
        if stream == REPLIES:
            return ()
        if stream in self._asked:
            self._asked.clear()
            self._places = Places(self._reader, self._lately)
        self._asked.add(stream)
        return self._watched() if stream == STREAM else self._find(stream)

    def weigh(self, stream: str, scope: Scope) -> int | None:
        """By the number of records that GitLab names in the header of a list."""
        if stream in (STREAM, REPLIES):
            return None
        return weigh(self._reading(stream, scope, sifted=False))

    def fields(self, stream: str) -> Mapping[str, str] | None:  # noqa: ARG002
        """GitLab's fields are fixed."""
        return None

    def fetch(self, stream: str, scope: Scope, since: str | None) -> Iterator[Page]:
        """Pages, oldest update first (milestones: by due date). A project that has moved since it was looked up is looked up again, and
        read anew."""
        if stream == REPLIES:
            return
        try:
            if stream == STREAM:
                yield from contract_files.pages(self._shelf(scope), since)
                return
            try:
                yield from read.pages(self._reading(stream, scope, doubted=scope.id in self._places.recalled), since)
            except Moved:
                yield from read.pages(self._reading(stream, self._places.again(scope)), since)
        except SyncError as error:
            if not isinstance(error, RateLimited) and scope.id in self._places.recalled:
                self._places.again(scope)
            raise

    def fetch_one(self, ref: Ref) -> RawRecord:
        """The record by its address. A 404 is never Gone: GitLab hides in the same words."""
        what = f"reading {ref.label}"
        if ref.stream == STREAM:
            return self._shelf(self._watched_home(ref)).one(ref)
        if ref.stream == REPLIES:
            return self._replies.of(ref)
        data = self._one(ref, what)
        reading = self._reading(ref.stream, self._home(ref, data), sifted=False)
        try:
            record = complete(reading, whole.finish(reading, data) if ref.stream in whole.LISTS else data)
        except Lacking:
            raise Unavailable(f"{what}: GitLab does not give it to this account", scope=reading.scope.name) from None
        if record.ref != ref:
            raise Unavailable(f"{what}: another record has its address now")
        return record

    def census(self, stream: str, scope: Scope) -> Iterator[Sequence[str]]:
        """All ids, a page at a time."""
        if stream == REPLIES:
            return iter(())
        if stream == STREAM:
            return ([record.ref.id for record in page.records] for page in self._shelf(scope).pages(None))
        return read.census(self._reading(stream, scope))

    def find(self, target: Ref, key: str) -> str | None:
        """Our note with this marker, through all pages of notes."""
        self._account = self._account or account.who(self._reader)
        return write.find(self._reader, target, key, self._account.id)

    def deliver(self, action: Action) -> Receipt:
        """Write or edit a note, set and take labels, or set the status of a commit."""
        if action.verb == "label":
            return marks.label(self._reader, self._writer, action)
        if action.verb == "status":
            return marks.status(self._writer, action)
        return write.comment(self._reader, self._writer, action)

    def close(self) -> None:
        """Let go of sockets."""
        self._reader.close()
        self._writer.close()

    def _watched(self) -> list[Scope | SyncError | Notice]:
        """The projects whose files contracts name, whether or not their work is read."""
        found = (self._places.look("projects", name) for name in self._settings.files)
        return [one.scope if isinstance(one, Place) else one for one in found]

    def _watched_home(self, ref: Ref) -> Scope:
        for scope in self._watched():
            if isinstance(scope, Scope) and scope.id == parts_of(ref)[0]:
                return scope
        raise Unavailable(f"{ref.label}: no contract names its project any more")

    def _shelf(self, scope: Scope) -> Shelf:
        files = self._settings.files.get(scope.name, ())
        return contract_files.shelf(self._reader, self._settings.connection, scope, files)

    def _reading(self, stream: str, scope: Scope, *, sifted: bool = True, doubted: bool = False) -> Reading:
        """`sifted`: whether records of projects that are not wanted have to be known; `doubted`: whether it may have moved."""
        wanted = self._settings.fields.get(stream)
        days = self._settings.history_days
        return Reading(
            self._reader,
            self._settings.connection,
            stream,
            scope,
            links=wanted is None or "links" in wanted,
            epics=self._epics,
            since=None if days is None else self._reader.now - timedelta(days=days),
            without=scopes.left_out(self._places, stream, scope, self._wanted) if sifted else frozenset(),
            takes_path=self._wanted.takes_path,
            archived=self._archived,
            doubted=doubted,
        )

    def _one(self, ref: Ref, what: str) -> dict[str, object]:
        if ref.stream == "epics":
            found = self._work_item(ref, what)
            if found is not None:
                return found
        if ref.stream == "iterations":
            return self._iteration(ref, what)
        return dict(expect(self._reader.get(self._path(ref), what=what).body, dict, what=what))

    def _iteration(self, ref: Ref, what: str) -> dict[str, object]:
        """GitLab gives iterations in lists only."""
        query = {"state": "all", "include_ancestors": "false"}
        for rows in listing(self._reader, self._path(ref), query, what=what, scope=None):
            for row in rows:
                if str(row.get("id")) == ref.id:
                    return row
        raise Unavailable(f"{what}: not found, or hidden from this account")

    def _work_item(self, ref: Ref, what: str) -> dict[str, object] | None:
        """An epic as a work item; None where the server has none."""
        group, _, iid = ref.id.partition(":")
        place = place_of(ref, self._reader.root)
        if place is None:
            body = self._reader.get(f"/groups/{segment(group)}", {"with_projects": "false"}, what=what).body
            place = (str(expect(body, dict, what=what).get("full_path")), iid)
        leaf = self._epics.page(self._reader, place[0], {"iids": [iid]}, what=what, scope=place[0])
        if leaf is None:
            return None
        rows = [row for row in leaf.rows if f"{row['group_id']}:{row['iid']}" == ref.id]
        if not rows:
            raise Unavailable(f"{what}: not found, or hidden from this account", scope=place[0])
        return rows[0]

    def _path(self, ref: Ref) -> str:
        place = place_of(ref, self._reader.root)
        if ref.stream == "epics":
            group, _, iid = ref.id.partition(":")
            return f"/groups/{segment(group)}/epics/{segment(iid)}"
        if place is None:
            raise Unavailable(f"{ref.label}: neither its key nor its URL says where it lives on GitLab")
        if ref.stream == "milestones":
            return f"/{'groups' if in_group(ref) else 'projects'}/{segment(place[0])}/milestones/{segment(ref.id)}"
        if ref.stream == "iterations":
            return f"/groups/{segment(place[0])}/iterations"
        if ref.stream in scopes.PER_PROJECT:
            return f"/projects/{segment(place[0])}/{ref.stream}/{segment(ref.id)}"
        return f"/projects/{segment(place[0])}/{'merge_requests' if ref.stream == 'approvals' else ref.stream}/{place[1]}"

    def _home(self, ref: Ref, data: Mapping[str, object]) -> Scope:
        """The scope through which the record is read when its stream is."""
        found = [scope for scope in self._find(ref.stream) if isinstance(scope, Scope)]
        place = place_of(ref, self._reader.root)
        return scopes.home(found, place[0] if place else "", data)

    def _find(self, stream: str) -> list[Scope | SyncError | Notice]:
        return scopes.find(self._places, stream, self._wanted)
