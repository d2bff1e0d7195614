"""The reference connector: a system that lives in this process. It shows all that a connector must do, and nothing else."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.replies import MOST, STREAM, commands, kept
from syncd.contract import (
    Account,
    Gate,
    Gone,
    Kind,
    Limits,
    Misconfigured,
    Notice,
    Options,
    Page,
    Settings,
    Stream,
    SyncError,
    Unavailable,
    reply_ref,
    target_of,
)
from syncd.model.action import Action, Receipt
from syncd.model.marker import has_marker
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref

STREAMS = {
    "things": Stream("things", deletions="reported", takes=frozenset({"comment", "label"}), touched="updated_at"),
    STREAM: Stream(STREAM, deletions="never", replies=True),
}
_ALL = Scope("all", "all")
WORLDS: dict[str, "World"] = {}
"""What exists, by URL: this stands where other connectors have a server."""


@dataclass
class World:
    """Records by id with the number of their last change; a None record is a deleted one. Comments and labels by record id; `others`: the
    ids of comments that somebody else wrote; `answers`: what people wrote below ours."""

    records: dict[str, tuple[int, dict[str, Any] | None]] = field(default_factory=dict)
    comments: dict[str, dict[str, str]] = field(default_factory=dict)
    labels: dict[str, set[str]] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)
    answers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    clock: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def put(self, id: str, record: dict[str, Any] | None) -> None:
        """Create, change or (None) delete a record."""
        self.records[id] = (next(self.clock), record)

    def answer(self, id: str, text: str, *, at: datetime, by: str = "ana") -> None:
        """Somebody who may change the record comments on it, which touches it."""
        number = str(next(self.clock))
        person = {"id": by, "name": by.capitalize(), "email": f"{by}@acme.example"}
        self.answers.setdefault(id, []).append({"id": number, "at": at.isoformat(), "person": person, "text": text})
        self.put(id, {**(self.records[id][1] or {}), "updated_at": at.isoformat()})


class MemoryOptions(Options):
    """`[connections.x]` of kind memory has no keys of its own."""


class Memory:
    """A connector to a `World`: the cursor is the number of the last change that was seen."""

    streams: Mapping[str, Stream] = STREAMS
    limits = Limits()

    def __init__(self, settings: Settings, gate: Gate) -> None:
        self._settings, self._gate = settings, gate

    @property
    def _world(self) -> World:
        if self._settings.url not in WORLDS:
            raise Misconfigured(f"there is no world {self._settings.url!r} in this process")
        self._gate.before()
        return WORLDS[self._settings.url]

    def check(self) -> Account:
        """Always the same account, where the world exists."""
        return Account(id="memory", name="memory" if self._world else "")

    def scopes(self, stream: str) -> Iterable[Scope | SyncError | Notice]:
        """One scope holds everything; answers are asked for one by one."""
        return [] if STREAMS[stream].replies else [_ALL]

    def weigh(self, stream: str, scope: Scope) -> int | None:  # noqa: ARG002
        """One page holds everything."""
        return 1

    def fields(self, stream: str) -> Mapping[str, str] | None:  # noqa: ARG002
        """The world's fields are fixed."""
        return None

    def fetch(self, stream: str, scope: Scope, since: str | None) -> Iterator[Page]:  # noqa: ARG002
        """One page: what changed after the cursor."""
        seen = int(since or 0)
        news = {id: record for id, (at, record) in self._world.records.items() if at > seen}
        last = max((at for at, _ in self._world.records.values()), default=seen)
        records = tuple(RawRecord(self._ref(id), scope, record) for id, record in news.items() if record is not None)
        deleted = tuple(id for id, record in news.items() if record is None)
        yield Page(records, cursor=str(last), complete=True, deleted=deleted)

    def fetch_one(self, ref: Ref) -> RawRecord:
        """The record, or Gone on the world's own word."""
        if STREAMS[ref.stream].replies:
            return self._answers(ref)
        if ref.id not in self._world.records:
            raise Unavailable(f"{ref.label}: not found", absent=True)
        record = self._world.records[ref.id][1]
        if record is None:
            raise Gone(f"{ref.label} was deleted", kind="deleted")
        return RawRecord(self._ref(ref.id), _ALL, record)

    def _answers(self, ref: Ref) -> RawRecord:
        """What people answered on a record: of each comment the lines that speak to us, and nothing else."""
        target = self.fetch_one(target_of(ref)).ref
        newest = self._world.answers.get(target.id, [])[-MOST:]
        comments = [{**one, "text": text} for one in newest if (text := commands(one["text"].splitlines()))]
        return kept(reply_ref(target), _ALL, comments)

    def census(self, stream: str, scope: Scope) -> Iterator[Sequence[str]]:  # noqa: ARG002
        """All ids at once."""
        yield [id for id, (_, record) in self._world.records.items() if record is not None]

    def find(self, target: Ref, key: str) -> str | None:
        """The comment with our marker. One that somebody else wrote may quote it, and does not count."""
        world = self._world
        ours = {id: body for id, body in world.comments.get(target.id, {}).items() if id not in world.others}
        return next((id for id, body in ours.items() if has_marker(body, key)), None)

    def deliver(self, action: Action) -> Receipt:
        """Edit or create the comment. What replaces what it wrote before, as labels do, needs no look for a marker."""
        if action.verb == "label":
            labels = self._world.labels.setdefault(action.target.id, set())
            labels |= set(action.extra["add"])
            labels -= set(action.extra["remove"])
            return Receipt("labels", self._settings.now(), created=False, touched=self._settings.now())
        comments = self._world.comments.setdefault(action.target.id, {})
        if action.remote_id is not None and action.remote_id not in comments:
            raise Gone(f"the comment on {action.target.label} was deleted", kind="deleted")
        remote_id = action.remote_id or str(next(self._world.clock))
        comments[remote_id] = action.body
        return Receipt(remote_id, self._settings.now(), created=action.remote_id is None, touched=self._settings.now())

    def close(self) -> None:
        """Nothing to let go of."""

    def _ref(self, id: str) -> Ref:
        return Ref(self._settings.connection, "things", id, key=id, url=f"memory:{self._settings.url}/{id}")


KIND = Kind(
    name="memory",
    connect=Memory,
    options=MemoryOptions,
    streams=STREAMS,
    mapping="memory.default",
    default_url="memory",
    needs_secret=False,
)
