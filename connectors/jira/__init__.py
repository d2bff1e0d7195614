"""Jira, Cloud and Data Center: projects, versions and issues with their history, and one comment per issue."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, cast

from pydantic import Field, StringConstraints

from connectors.jira.api import Api
from connectors.jira.hooks import HOOKS
from connectors.jira.read import Reading
from connectors.jira.site import Site
from connectors.jira.write import Writing
from syncd.contract import Account, Gate, Kind, Limits, Notice, Options, Page, RateLimited, Settings, Stream, SyncError
from syncd.model.action import Action, Receipt
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref

STREAMS: Mapping[str, Stream] = {
    "projects": Stream("projects"),
    "versions": Stream("versions"),
    "issues": Stream(
        "issues",
        takes=frozenset({"comment"}),
        # A comment of ours touches the issue, and Jira may make us its watcher and remember that we looked at it.
        own=frozenset({"fields.updated", "fields.comment", "fields.lastViewed", "fields.watches"}),
    ),
}
LIMITS = Limits(markup="wiki", comment_chars=32_767)


ProjectKey = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class JiraOptions(Options):
    """The keys of `[connections.x]` that only Jira has."""

    projects: list[ProjectKey] = Field(min_length=1, description='Keys of the projects to mirror, for example ["PLAT", "PAY"].')


class Jira:
    """One connection to one Jira site. A site is read project by project."""

    streams = STREAMS
    limits = LIMITS

    def __init__(self, settings: Settings, gate: Gate) -> None:
        self._reader, self._writer = Api(settings, gate), Api(settings, gate)
        self._site = Site(self._reader, settings)
        self._reading = Reading(self._reader, self._site, settings)
        self._writing = Writing(self._reader, self._writer, self._site, settings)
        self._projects = tuple(dict.fromkeys(cast(JiraOptions, settings.options).projects))

    def check(self) -> Account:
        """Who we are and which Jira this is, asked anew."""
        return self._site.check()

    def scopes(self, stream: str) -> Iterable[Scope | SyncError | Notice]:
        """The configured projects. What concerns the whole connection is raised.

        The stream `projects`, which is read first, asks for each of them anew; the others rely on that.
        """
        for key in self._projects:
            try:
                yield self._site.scope(key, anew=stream == "projects")
            except SyncError as error:
                if error.scope is None or isinstance(error, RateLimited):
                    raise
                yield error

    def weigh(self, stream: str, scope: Scope) -> int | None:  # noqa: ARG002
        """Not told yet."""
        return None

    def fields(self, stream: str) -> Mapping[str, str] | None:  # noqa: ARG002
        """Jira's fields are fixed."""
        return None

    def fetch(self, stream: str, scope: Scope, since: str | None) -> Iterator[Page]:
        """Pages of one project: issues from the cursor on, projects and versions always whole."""
        return {"projects": self._reading.project, "versions": self._reading.versions, "issues": self._reading.issues}[stream](
            scope, since
        )

    def fetch_one(self, ref: Ref) -> RawRecord:
        """The record now. Jira answers 404 for what is deleted and for what is hidden: never Gone."""
        return self._reading.one(ref)

    def census(self, stream: str, scope: Scope) -> Iterator[Sequence[str]]:
        """All ids of a project; issues are asked for their ids only."""
        return self._reading.census(stream, scope)

    def find(self, target: Ref, key: str) -> str | None:
        """Our own comment on the issue that carries the marker."""
        return self._writing.find(target, key)

    def deliver(self, action: Action) -> Receipt:
        """Create or edit our comment on the issue."""
        return self._writing.deliver(action)

    def close(self) -> None:
        """Close both sessions."""
        self._reader.close()
        self._writer.close()


KIND = Kind(name="jira", connect=Jira, options=JiraOptions, streams=STREAMS, limits=LIMITS, mapping="jira.default", hooks=HOOKS)
