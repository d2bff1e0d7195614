"""The connector: what one remote system can give and take, and the values that describe it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from syncd.contract.errors import SyncError
from syncd.contract.hooks import HookScheme
from syncd.model.action import Action, Receipt, Verb
from syncd.model.raw import Json, RawRecord, Scope
from syncd.model.ref import Ref

RemoteId = str

REPLY_WORD = "/syncd"
"""What a line of a comment begins with where a person answers ours."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One type of object that can be read.

    `deletions`: how a deleted record shows: `reported` by the vendor, `by_absence` from a complete read, or `never`.
    `takes`: the verbs that a record of this stream can be the target of; anything else is never asked for.
    `own`: dotted paths that our own writes change (update times, comment counts): they do not count as a change.
    `home`: the top-level field with the immutable id of the project whose name is in the keys, where the vendor touches no record when
    it renames the project.
    `optional`: it is read only where `[connections.x] streams` names it: most people do without, and it costs requests.
    `fleeting`: its records come and go in numbers (the files of a branch): that many vanish at once is no reason to doubt.
    `of_contracts`: it holds the files that [contracts] names, and is read where that names the connection.
    `touched`: the dotted path in a record to the instant at which the vendor last saw it touched, by anybody; None where none says it.
    `quiet_s`: so many seconds after a touch the vendor leaves that instant as it is, whatever else happens.
    `replies`: it holds what people answered below our comment on records of other streams. It has no scopes, no cursor and no census, and
    is asked for by `fetch_one` alone, of `reply_ref(target)`.
    """

    name: str
    deletions: Literal["reported", "by_absence", "never"] = "by_absence"
    takes: frozenset[Verb] = frozenset()
    own: frozenset[str] = frozenset()
    optional: bool = False
    home: str | None = None
    fleeting: bool = False
    of_contracts: bool = False
    touched: str | None = None
    replies: bool = False
    quiet_s: float = 0


def reply_ref(target: Ref, stream: str = "replies") -> Ref:
    """The record of the answers to our comment on a target, in a stream of `replies`."""
    return Ref(target.connection, stream, f"{target.stream}/{target.id}", target.key, target.url)


def target_of(replies: Ref) -> Ref:
    """The target whose answers such a record holds: the other way round."""
    stream, _, id = replies.id.partition("/")
    return Ref(replies.connection, stream, id, replies.key, replies.url)


@dataclass(frozen=True, slots=True)
class Budget:
    """A rate that the vendor documents for one set of credentials: at most so many in any so many seconds.

    `counts`: all requests, only writes, or points (a read is one, a write five, as GitHub counts).
    """

    most: int
    per_s: float
    counts: Literal["requests", "writes", "points"] = "requests"

    def weight(self, cost: int, *, write: bool) -> int:
        """What a request takes of it."""
        if self.counts == "writes":
            return cost if write else 0
        return cost * (5 if write else 1) if self.counts == "points" else cost


@dataclass(frozen=True, slots=True)
class Limits:
    """What the vendor bounds. `markup` says which renderer writes the comment, `comment_chars` the longest one.

    `text_chars`: the longest text of a commit status or check, `label_chars` the longest label. `between_writes_s`: the least time
    between two writes, where the vendor names one. `requests_per_hour`: what the vendor allows, where it names it. `budgets`: the
    rates that are kept without being told first.
    """

    markup: Literal["markdown", "wiki"] = "markdown"
    comment_chars: int = 32_000
    text_chars: int = 140
    label_chars: int = 50
    between_writes_s: float = 0
    requests_per_hour: int | None = None
    budgets: tuple[Budget, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """Who we are there. `zone` is the account's IANA zone where the vendor's queries depend on it. `edition`, `version`: as it says.

    `expires_at`: when the credentials end, where the vendor says so. `granted`: the scopes or permissions that they have, in the
    vendor's words; None where it does not say.
    """

    id: str
    name: str
    zone: str | None = None
    edition: str | None = None
    version: str | None = None
    expires_at: datetime | None = None
    granted: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about the scopes that a person should know and that stops nothing: one line, like that of an error."""

    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some records of one scope, and the cursor to store with them in one transaction.

    `cursor` None leaves the stored one as it is; cursors are opaque and may name a position in the middle of a scan. `complete`: the
    last page, the scope was seen up to now. `deleted`: ids that the vendor reports as deleted. `whole`: this one page holds every
    record of the scope (a forgotten calendar read in full), so that what it does not hold is deleted, in the same transaction.
    `unsupported`: the edition or version lacks this; the page is empty, and says nothing about records.
    """

    records: tuple[RawRecord, ...] = ()
    cursor: str | None = None
    complete: bool = False
    deleted: tuple[str, ...] = ()
    whole: bool = False
    unsupported: bool = False


class Gate(Protocol):
    """Pacing, given to a connector by the runner; all instances of a connection share one. The connector wires it into its transport."""

    def before(self, *, cost: int = 1, write: bool = False) -> None:
        """Called before every request that is sent. May block. Raises RateLimited where the wait would be long."""

    def after(self, status: int, headers: Mapping[str, str]) -> None:
        """Called after every answer, with its status and headers."""


class Notes(Protocol):
    """What the instances of one connection write down for later passes, also of later processes. Losing it costs requests, nothing
    else: how far a scope was read belongs into cursors."""

    def get(self, key: str) -> Json:
        """The value that was written last; None where there is none."""

    def put(self, key: str, value: Json) -> None:
        """Write a small value down; None strikes it out."""


class NoNotes:
    """Nothing is written down."""

    def get(self, key: str) -> Json:  # noqa: ARG002
        """None."""
        return None

    def put(self, key: str, value: Json) -> None:
        """Nothing."""


class Connector(Protocol):
    """One connection to one remote system. Blocking; one instance per worker thread; keeps no state that matters.

    Raises only the six errors of `syncd.contract`. Never retries, sleeps or logs. Reads and writes go through clients of their own;
    the writing client sends a request at most once.
    """

    @property
    def streams(self) -> Mapping[str, Stream]:
        """What can be read, by name, in the order in which to read it."""

    @property
    def limits(self) -> Limits:
        """What the vendor bounds."""

    def check(self) -> Account:
        """Who am I, what may I. Raises AuthFailed or Misconfigured (scope None) where the connection cannot work."""

    def scopes(self, stream: str) -> Iterable[Scope | SyncError | Notice]:
        """The scopes of a stream. One that cannot be found or read is given as the error it met, and the others follow. A pattern
        that matches nothing is Misconfigured with the pattern as its scope; what is named twice is one scope and a Notice."""

    def weigh(self, stream: str, scope: Scope) -> int | None:
        """How many requests a first read of the scope takes, as the vendor counts its records now: one request at most. None where
        it cannot be told beforehand."""

    def fields(self, stream: str) -> Mapping[str, str] | None:
        """The fields that records of the stream can have now, id -> the name that people see, where the vendor lets people add, rename
        and delete them; None where they are fixed."""

    def fetch(self, stream: str, scope: Scope, since: str | None) -> Iterator[Page]:
        """Pages from the stored cursor on; since None reads in full. A retry calls it again from the stored cursor."""

    def fetch_one(self, ref: Ref) -> RawRecord:
        """The record now. Raises Gone(kind) on the vendor's own word only, else Unavailable."""

    def census(self, stream: str, scope: Scope) -> Iterator[Sequence[str]]:
        """All ids of a scope, ids only."""

    def find(self, target: Ref, key: str) -> RemoteId | None:
        """The comment on the target that carries our marker with this key and was written by our own account."""

    def deliver(self, action: Action) -> Receipt:
        """Carry out the action: edit `remote_id` where it is given, else create. Raises Gone("deleted") where `remote_id` is no more."""

    def close(self) -> None:
        """Let go of sockets."""


class Options(BaseModel):
    """The keys of `[connections.x]` that only this kind of connector has. Subclass it; field descriptions become documentation.

    Keys that end with `_file` name files: relative to the configuration, readable when it is checked; those of tables in a list, too. A
    `file` is relative to it as well, and need not be there yet.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    def instead_of_token(self) -> str | None:
        """The key that holds the credentials, where they are given by one of these keys and a token is not needed."""
        return None

    def beside_token(self) -> bool:
        """Whether a token may stand beside that key all the same, as the secret of an application."""
        return False

    def unwritable(self, token: str | None) -> Mapping[Verb, str]:  # noqa: ARG002
        """The verbs that the vendor never takes from such credentials, whatever they are granted, each with the reason and the cure."""
        return {}


@dataclass(frozen=True, slots=True)
class TlsAndProxy:
    """How to reach the remote system. `ca_file`: a PEM bundle that replaces the default one. `proxy`: URL for both schemes.
    `no_proxy`: hosts, as in the usual environment variable. `client_cert_file`, `client_key_file`: PEM files by which we prove who we
    are to the server or a gateway before it. `allow_private`: a server that is not public may be reached, too; one whose address is
    written as loopback always may. They hold for token refreshes too; the environment is not consulted."""

    ca_file: str | None = None
    client_cert_file: str | None = None
    client_key_file: str | None = None
    proxy: str | None = None
    no_proxy: tuple[str, ...] = ()
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """What a connector is made from. `secret()` gives the token as it is now (files are read again), or None.

    `options` is an instance of the kind's own `Options`. `fields` names, per stream, the top-level fields that the mapping reads;
    None for a stream means all. `timeout_s` bounds one request in all. `now` is the clock. `history_days`: records that are
    closed and that were last touched before so many days are not read, where the vendor can leave them out; None reads all. `files`:
    repository -> patterns of the files in it that contracts are made of. `notes` outlive the process; `beside` is what the instances that
    are made from these settings tell each other while it lives. `zone`: that of people's clocks, for times that name none.
    """

    connection: str
    url: str
    options: Options
    now: Callable[[], datetime]
    user: str | None = None
    secret: Callable[[], str | None] = field(default=lambda: None, repr=False)
    transport: TlsAndProxy = TlsAndProxy()
    timeout_s: float = 30
    fields: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    history_days: int | None = None
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: Notes = field(default=NoNotes(), repr=False)
    beside: MutableMapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """What an entry point of the group `syncd.connectors` names: a kind of connector, described by values, and how to make one.

    `needs`: what credentials must be granted to read and to write, as `Account.granted` says it: one of the words is enough. What is not
    named there cannot be told from what is granted. `hooks`: how its vendor's webhooks are verified and registered, where it has any.
    """

    name: str
    connect: Callable[[Settings, Gate], Connector]
    options: type[Options]
    streams: Mapping[str, Stream]
    limits: Limits = Limits()
    needs: Mapping[Literal["read", "write"], frozenset[str]] = field(default_factory=dict)
    mapping: str | None = None
    default_url: str | None = None
    needs_secret: bool = True
    hooks: HookScheme | None = None

    @property
    def replies(self) -> str | None:
        """The stream that holds what people answered below our comments; None where the kind has none."""
        return next((name for name, stream in self.streams.items() if stream.replies), None)

    @property
    def title(self) -> str:
        """The name as a person writes it: `google_calendar` -> Google calendar."""
        return self.name.replace("_", " ").capitalize()
