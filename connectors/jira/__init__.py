"""Jira, Cloud and Data Center: projects, versions, issues with their history, and what is told of them on the issues."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from connectors.jira.api import Api
from connectors.jira.comments import Comments
from connectors.jira.fields import Fields
from connectors.jira.hooks import HOOKS
from connectors.jira.options import JiraOptions
from connectors.jira.projects import Projects
from connectors.jira.read import Reading
from connectors.jira.replies import Replies
from connectors.jira.sign import Signing
from connectors.jira.site import Site
from connectors.jira.write import VERBS, Writing
from connectors.replies import STREAM
from syncd.contract import Account, Gate, Kind, Limits, Notice, Page, Settings, Stream, SyncError
from syncd.model.action import Action, Receipt
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref

__all__ = ["KIND", "LIMITS", "STREAMS", "Jira", "JiraOptions"]

STREAMS: Mapping[str, Stream] = {
    "projects": Stream("projects"),
    "versions": Stream("versions"),
    "issues": Stream(
        "issues",
        takes=VERBS,
        # A comment or link of ours touches the issue, and Jira may make us its watcher and remember that we looked at it.
        own=frozenset({"fields.updated", "fields.comment", "fields.lastViewed", "fields.watches"}),
        touched="fields.updated",
    ),
    "sprints": Stream("sprints", optional=True),
    "worklogs": Stream("worklogs", deletions="reported", optional=True),
    "remote_links": Stream("remote_links", optional=True),
    "security_levels": Stream("security_levels", optional=True),
    STREAM: Stream(STREAM, deletions="never", replies=True),
}
LIMITS = Limits(markup="wiki", comment_chars=32_767, label_chars=255)


class Jira:
    """One connection to one Jira site. A site is read project by project."""

    streams = STREAMS
    limits = LIMITS

    def __init__(self, settings: Settings, gate: Gate) -> None:
        self._signing = Signing(settings, gate)
        self._reader, self._writer = Api(settings, gate, self._signing), Api(settings, gate, self._signing)
        self._site = Site(self._reader, self._signing, settings)
        self._projects = Projects(self._reader, self._site, settings)
        self._fields = Fields(self._reader, settings)
        self._reading = Reading(self._reader, self._site, self._projects, self._fields, settings)
        comments = Comments(self._reader, self._writer, self._site, settings)
        self._replies = Replies(comments, self._reader, self._projects)
        self._writing = Writing(comments, self._writer, self._site, settings)

    def check(self) -> Account:
        """Who we are and which Jira this is, asked anew."""
        return self._site.check()

    def scopes(self, stream: str) -> Iterable[Scope | SyncError | Notice]:
        """The projects to read. What concerns the whole connection is raised.

        The stream `projects`, which is read first, asks for each of them anew unless that was done lately; the others rely on that.
        """
        if stream == STREAM:
            return ()
        found = list(self._projects.scopes(anew=stream == "projects"))
        self._reading.begin(stream, [scope for scope in found if isinstance(scope, Scope)])
        return found

    def weigh(self, stream: str, scope: Scope) -> int | None:
        """How many requests a first read takes, by Jira's own count of the issues."""
        return None if stream == STREAM else self._reading.weigh(stream, scope)

    def fields(self, stream: str) -> Mapping[str, str] | None:
        """The fields of issues by id, as people name them; those of other records are fixed."""
        return self._fields.names() if stream == "issues" else None

    def fetch(self, stream: str, scope: Scope, since: str | None) -> Iterator[Page]:
        """Pages of one project: what hangs on its issues from the cursor on, everything else always whole."""
        return iter(()) if stream == STREAM else self._reading.pages(stream, scope, since)

    def fetch_one(self, ref: Ref) -> RawRecord:
        """The record now. Jira answers 404 for what is deleted and for what is hidden: never Gone."""
        return self._replies.of(ref) if ref.stream == STREAM else self._reading.one(ref)

    def census(self, stream: str, scope: Scope) -> Iterator[Sequence[str]]:
        """All ids of a project; issues are asked for their ids only."""
        return iter(()) if stream == STREAM else self._reading.census(stream, scope)

    def find(self, target: Ref, key: str) -> str | None:
        """Our own comment on the issue that carries the marker."""
        return self._writing.find(target, key)

    def deliver(self, action: Action) -> Receipt:
        """Write our comment on the issue, its labels, a link or a property."""
        return self._writing.deliver(action)

    def close(self) -> None:
        """Close all sessions."""
        self._reader.close()
        self._writer.close()
        self._signing.close()


KIND = Kind(
    name="jira",
    connect=Jira,
    options=JiraOptions,
    streams=STREAMS,
    needs={
        "read": frozenset({"read:jira-work", "read:issue-details:jira"}),
        "write": frozenset({"write:jira-work", "write:comment:jira"}),
    },
    limits=LIMITS,
    mapping="jira.default",
    hooks=HOOKS,
)
