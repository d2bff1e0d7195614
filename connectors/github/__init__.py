"""GitHub, Enterprise Server too: milestones, issues and pull requests of repositories, and comments on the latter two."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import Field, field_validator

from connectors.github.account import account
from connectors.github.client import Client
from connectors.github.hooks import HOOKS
from connectors.github.read import Reader
from connectors.github.repositories import Repositories
from connectors.github.write import Writer
from syncd.contract import Account, Gate, Kind, Limits, Notice, Options, Page, Settings, Stream, SyncError
from syncd.model.action import Action, Receipt, Verb
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref

_COMMENT: frozenset[Verb] = frozenset({"comment"})
_TOUCHED = frozenset({"updated_at", "comments"})

STREAMS: Mapping[str, Stream] = {
    "milestones": Stream("milestones"),
    "issues": Stream("issues", takes=_COMMENT, own=_TOUCHED),
    # A pull request carries whole copies of its repositories: their stars, sizes and push times are no change of it.
    "pulls": Stream("pulls", takes=_COMMENT, own=_TOUCHED | {"head.repo", "base.repo"}),
}
# At least a second between requests that create content: GitHub, best practices for using the REST API.
LIMITS = Limits(markup="markdown", comment_chars=65_536, between_writes_s=1)

_NAME = re.compile(r"(?!\.{1,2}/)[\w.-]+/(?!\.{1,2}$)[\w.-]+", re.ASCII)


class GithubOptions(Options):
    """The keys of `[connections.x]` that only GitHub has."""

    repositories: Annotated[list[str], Field(min_length=1, description='The repositories to read, as "owner/name"')]

    @field_validator("repositories")
    @classmethod
    def _named_once_as_owner_and_name(cls, names: list[str]) -> list[str]:
        if wrong := [name for name in names if not _NAME.fullmatch(name)]:
            raise ValueError(f'{wrong[0]!r} is no repository; write it as "owner/name", like "acme/api"')
        lowered = [name.lower() for name in names]
        if twice := [name for name in names if lowered.count(name.lower()) > 1]:
            raise ValueError(f"{twice[-1]!r} is named twice; name it once")
        return names


class Github:
    """One connection to one GitHub: reads and writes through clients of their own, and keeps who we are and which repositories
    there are for as long as it lives (a pass)."""

    streams: Mapping[str, Stream] = STREAMS
    limits = LIMITS

    def __init__(self, settings: Settings, gate: Gate) -> None:
        assert isinstance(settings.options, GithubOptions)
        self._clients = (Client(settings, gate), Client(settings, gate))
        reading, writing = self._clients
        self._account: Account | None = None
        self._repositories = Repositories(reading, settings.options.repositories)
        self._reader = Reader(reading, settings.connection, self._repositories)
        self._writer = Writer(reading, writing, lambda: self._who().id, settings.now)

    def check(self) -> Account:
        """The user that the token belongs to. Raises AuthFailed or Misconfigured where there is none."""
        self._account = account(self._clients[0])
        return self._account

    def scopes(self, stream: str) -> Iterable[Scope | SyncError | Notice]:
        """The configured repositories, or what each met instead."""
        return self._repositories.scopes(stream)

    def weigh(self, stream: str, scope: Scope) -> int | None:  # noqa: ARG002
        """Not told yet."""
        return None

    def fields(self, stream: str) -> Mapping[str, str] | None:  # noqa: ARG002
        """GitHub's fields are fixed."""
        return None

    def fetch(self, stream: str, scope: Scope, since: str | None) -> Iterator[Page]:
        """Pages of one repository's stream, see `connectors.github.read`."""
        return self._reader.fetch(stream, scope, since)

    def fetch_one(self, ref: Ref) -> RawRecord:
        """The record now. Raises Gone where GitHub says deleted (410) or moved (301 to another object)."""
        return self._reader.fetch_one(ref)

    def census(self, stream: str, scope: Scope) -> Iterator[Sequence[str]]:
        """All ids of the repository's stream, page by page."""
        return self._reader.census(stream, scope)

    def find(self, target: Ref, key: str) -> str | None:
        """The id of our own comment there that carries the marker."""
        return self._writer.find(target, key)

    def deliver(self, action: Action) -> Receipt:
        """Create or edit the comment, in one request."""
        return self._writer.deliver(action)

    def close(self) -> None:
        """Let go of sockets."""
        for client in self._clients:
            client.close()

    def _who(self) -> Account:
        return self._account or self.check()


KIND = Kind(
    name="github",
    connect=Github,
    options=GithubOptions,
    streams=STREAMS,
    limits=LIMITS,
    mapping="github.default",
    default_url="https://api.github.com",
    hooks=HOOKS,
)
