"""GitHub, Enterprise Server too: milestones, issues, pull requests and what surrounds them; comments, labels, statuses, checks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from connectors.contract_files import STREAM
from connectors.github.account import Own, own
from connectors.github.client import Client
from connectors.github.hooks import HOOKS
from connectors.github.options import GithubOptions
from connectors.github.owners import Owners
from connectors.github.pen import Pen
from connectors.github.read import Reader
from connectors.github.replies import Replies
from connectors.github.repositories import Repositories
from connectors.github.sign_in import AppSignIn, sign_in
from connectors.github.weigh import Scales
from connectors.github.wire import Wire
from connectors.github.write import Writer
from connectors.lately import Lately
from connectors.replies import STREAM as REPLIES
from syncd.contract import Account, Budget, Gate, Kind, Limits, Notice, Page, Settings, Stream, SyncError
from syncd.model.action import Action, Receipt, Verb
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref

_ISSUE: frozenset[Verb] = frozenset({"comment", "label"})
_PULL: frozenset[Verb] = _ISSUE | {"status", "check"}
_TOUCHED = frozenset({"updated_at", "comments"})

__all__ = ["KIND", "LIMITS", "STREAMS", "Github", "GithubOptions"]

STREAMS: Mapping[str, Stream] = {
    "milestones": Stream("milestones"),
    "issues": Stream("issues", takes=_ISSUE, own=_TOUCHED, touched="updated_at"),
    # A pull request carries whole copies of its repositories: their stars, sizes and push times are no change of it.
    "pulls": Stream("pulls", takes=_PULL, own=_TOUCHED | {"head.repo", "base.repo"}, touched="updated_at"),
    "reviews": Stream("reviews", deletions="never", optional=True),
    "environments": Stream("environments", optional=True),
    "deployments": Stream("deployments", optional=True),
    "releases": Stream("releases", optional=True),
    "check_states": Stream("check_states", deletions="never", optional=True),
    "contract_files": Stream("contract_files", deletions="reported", optional=True, fleeting=True, of_contracts=True),
    REPLIES: Stream(REPLIES, deletions="never", replies=True),
}
# What GitHub documents of requests that create content: a second between them (best practices for using the REST API), and at most
# so many in a minute and in an hour (rate limits for the REST API). The hourly limit of all is that of a user's token; an App's grows
# with what it is installed for, and what is left of it every answer says.
LIMITS = Limits(
    markup="markdown",
    comment_chars=65_536,
    text_chars=140,
    label_chars=50,
    between_writes_s=1,
    requests_per_hour=5_000,
    budgets=(Budget(80, 60, "writes"), Budget(500, 3_600, "writes")),
)


class Github:
    """One connection to one GitHub: reads and writes through clients of their own, and keeps who we are and which repositories
    there are for as long as it lives (a pass)."""

    streams: Mapping[str, Stream] = STREAMS
    limits = LIMITS

    def __init__(self, settings: Settings, gate: Gate) -> None:
        assert isinstance(settings.options, GithubOptions)
        wire = Wire(settings, gate)
        self._sign_in = sign_in(settings, wire)
        self._clients = (Client(wire, self._sign_in), Client(Wire(settings, gate), self._sign_in))
        reading, writing = self._clients
        self._own: Own | None = None
        self._files = settings.files
        owners = Owners(reading, lambda: self._who().account.name, is_app=isinstance(self._sign_in, AppSignIn))
        self._repositories = Repositories(reading, settings.options, owners, Lately(settings))
        self._replies = Replies(reading, self._repositories, settings.now)
        self._reader = Reader(reading, settings, self._repositories)
        self._writer = Writer(Pen(reading, writing, settings.now), self._who)
        self._scales = Scales(reading, settings)

    def check(self) -> Account:
        """The user that the token belongs to, or the App. Raises AuthFailed or Misconfigured where there is none."""
        self._own = own(self._clients[0], self._sign_in)
        return self._own.account

    def scopes(self, stream: str) -> Iterable[Scope | SyncError | Notice]:
        """The repositories by name, pattern and owner, or what each met instead; for the files of contracts those that these name."""
        if stream == STREAM:
            return self._repositories.named(self._files)
        return () if stream == REPLIES else self._repositories.scopes(stream)

    def weigh(self, stream: str, scope: Scope) -> int | None:
        """Requests of a first read by the number of pages that a list has when a page holds one record."""
        return None if stream == REPLIES else self._scales.weigh(stream, scope, self._repositories.row(scope.name))

    def fields(self, stream: str) -> Mapping[str, str] | None:  # noqa: ARG002
        """GitHub's fields are fixed."""
        return None

    def fetch(self, stream: str, scope: Scope, since: str | None) -> Iterator[Page]:
        """Pages of one repository's stream, see `connectors.github.read`."""
        return iter(()) if stream == REPLIES else self._reader.fetch(stream, scope, since)

    def fetch_one(self, ref: Ref) -> RawRecord:
        """The record now. Raises Gone where GitHub says deleted (410) or moved (301 to another object)."""
        return self._replies.of(ref) if ref.stream == REPLIES else self._reader.fetch_one(ref)

    def census(self, stream: str, scope: Scope) -> Iterator[Sequence[str]]:
        """All ids of the repository's stream, page by page."""
        return iter(()) if stream == REPLIES else self._reader.census(stream, scope)

    def find(self, target: Ref, key: str) -> str | None:
        """The id of our own comment there that carries the marker."""
        return self._writer.find(target, key)

    def deliver(self, action: Action) -> Receipt:
        """Create or edit a comment in one request; set labels, a commit status, a check run."""
        return self._writer.deliver(action)

    def close(self) -> None:
        """Let go of sockets."""
        for client in self._clients:
            client.close()

    def _who(self) -> Own:
        if self._own is None:
            self.check()
        assert self._own is not None
        return self._own


KIND = Kind(
    name="github",
    connect=Github,
    options=GithubOptions,
    streams=STREAMS,
    needs={"write": frozenset({"repo", "public_repo", "issues:write", "pull_requests:write"})},
    limits=LIMITS,
    mapping="github.default",
    default_url="https://api.github.com",
    hooks=HOOKS,
)
