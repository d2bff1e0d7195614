"""The connector itself: what the contract asks for, by the modules beside this one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from connectors.gitlab import LIMITS, STREAMS, GitlabOptions, read, scopes, write
from connectors.gitlab.address import in_group, place_of, segment
from connectors.gitlab.client import Client
from connectors.http import expect
from syncd.contract import Account, Gate, Limits, Misconfigured, Notice, Page, Settings, Stream, SyncError, Unavailable
from syncd.model.action import Action, Receipt
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref


class Gitlab:
    """One connection to one GitLab. It remembers who it is and where it found its scopes; losing that costs a request."""

    streams: Mapping[str, Stream] = STREAMS
    limits: Limits = LIMITS

    def __init__(self, settings: Settings, gate: Gate) -> None:
        assert isinstance(settings.options, GitlabOptions)
        self._settings, self._options = settings, settings.options
        self._reader, self._writer = Client(settings, gate), Client(settings, gate)
        self._account: Account | None = None
        self._known: scopes.Known = {}
        self._asked: set[str] = set()

    def check(self) -> Account:
        """The account of the token."""
        what = f"signing in to {self._reader.base}"
        answer = self._reader.get("/user", what=what, allow=frozenset({404}))
        if answer.status == 404:
            raise Misconfigured(f"{what}: there is no GitLab API. Check `url`")
        user = expect(answer.body, dict, what=what)
        if user.get("id") is None:
            raise Unavailable(f"{what}: the answer does not say who we are. Check `url`")
        self._account = Account(id=str(user["id"]), name=str(user.get("username") or user.get("name") or user["id"]))
        return self._account

    def scopes(self, stream: str) -> Iterable[Scope | SyncError | Notice]:
        """Projects and groups; epics live in groups only. One look serves all streams: that a stream is asked
        for again begins a new round, in which a project may have moved."""
        if stream in self._asked:
            self._asked.clear()
            self._known.clear()
        self._asked.add(stream)
        return self._find(stream)

    def weigh(self, stream: str, scope: Scope) -> int | None:  # noqa: ARG002
        """Not told yet."""
        return None

    def fields(self, stream: str) -> Mapping[str, str] | None:  # noqa: ARG002
        """GitLab's fields are fixed."""
        return None

    def fetch(self, stream: str, scope: Scope, since: str | None) -> Iterator[Page]:
        """Pages, oldest update first (milestones: by due date)."""
        return read.pages(self._reading(stream, scope), since)

    def fetch_one(self, ref: Ref) -> RawRecord:
        """The record by its address. A 404 is never Gone: GitLab hides in the same words."""
        what = f"reading {ref.label}"
        data = expect(self._reader.get(self._path(ref), what=what).body, dict, what=what)
        record = read.complete(self._reading(ref.stream, self._home(ref, data)), data)
        if record.ref != ref:
            raise Unavailable(f"{what}: another record has its address now")
        return record

    def census(self, stream: str, scope: Scope) -> Iterator[Sequence[str]]:
        """All ids, a page at a time."""
        return read.census(self._reading(stream, scope))

    def find(self, target: Ref, key: str) -> str | None:
        """Our note with this marker, through all pages of notes."""
        account = self._account or self.check()
        return write.find(self._reader, target, key, account.id)

    def deliver(self, action: Action) -> Receipt:
        """Write or edit a note."""
        return write.comment(self._reader, self._writer, action)

    def close(self) -> None:
        """Let go of sockets."""
        self._reader.close()
        self._writer.close()

    def _reading(self, stream: str, scope: Scope) -> read.Reading:
        wanted = self._settings.fields.get(stream)
        return read.Reading(self._reader, self._settings.connection, stream, scope, wanted is None or "links" in wanted)

    def _path(self, ref: Ref) -> str:
        place = place_of(ref, self._reader.root)
        if ref.stream == "epics":
            group, _, iid = ref.id.partition(":")
            return f"/groups/{segment(group)}/epics/{segment(iid)}"
        if place is None:
            raise Unavailable(f"{ref.label}: neither its key nor its URL says where it lives on GitLab")
        if ref.stream == "milestones":
            return f"/{'groups' if in_group(ref) else 'projects'}/{segment(place[0])}/milestones/{segment(ref.id)}"
        return f"/projects/{segment(place[0])}/{ref.stream}/{place[1]}"

    def _home(self, ref: Ref, data: Mapping[str, object]) -> Scope:
        """The scope through which the record is read when its stream is."""
        found = [scope for scope in self._find(ref.stream) if isinstance(scope, Scope)]
        place = place_of(ref, self._reader.root)
        return scopes.home(found, place[0] if place else "", data)

    def _find(self, stream: str) -> list[Scope | SyncError]:
        return scopes.find(self._reader, stream, self._options.groups, self._options.projects, self._known)
