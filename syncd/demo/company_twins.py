"""The four vendors of a demonstration on loopback: started together, asked together what stands in their comments, described as
a configuration."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from syncd.demo.github_twin import GithubTwin
from syncd.demo.gitlab_twin import GitlabTwin
from syncd.demo.google_twin import GoogleTwin
from syncd.demo.jira_twin import JiraTwin
from syncd.demo.twin import TwinServer
from syncd.model.marker import unmarked

TOKEN = "demo"
USER = "bot@acme.example"


class PortsTaken(Exception):
    """Somebody else listens on one of the ports."""


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """A comment of ours as it stands at a vendor."""

    vendor: str
    ticket: str
    id: str


@dataclass(frozen=True, slots=True)
class Twins:
    """The vendors, by the names of their connections. `google` holds nothing where only records were loaded."""

    jira: JiraTwin
    github: GithubTwin
    gitlab: GitlabTwin
    google: GoogleTwin

    @property
    def servers(self) -> Mapping[str, TwinServer]:
        """What listens, in the order of the ports."""
        return {
            "jira": self.jira.server,
            "github": self.github.server,
            "gitlab": self.gitlab.server,
            "calendar": self.google.server,
        }

    def start(self, port: int = 0) -> None:
        """Listen on `port` and the three after it; 0: on free ones. Raises PortsTaken, and then none listens."""
        for offset, server in enumerate(self.servers.values()):
            try:
                server.start(port + offset if port else 0)
            except (OSError, OverflowError) as error:
                self.stop()
                why = getattr(error, "strerror", None) or error
                raise PortsTaken(f"port {port + offset} of 127.0.0.1 cannot be used: {why}") from error

    def stop(self) -> None:
        """Listen no more."""
        for server in self.servers.values():
            server.stop()

    def requests(self) -> int:
        """How many requests arrived so far."""
        return sum(len(server.log) for server in self.servers.values())

    def writes(self) -> int:
        """How many of them could have changed anything. Searches and queries that are sent as POST change nothing."""
        return sum(entry.write for server in self.servers.values() for entry in server.log)

    def ours(self) -> dict[Note, str]:
        """All our comments, as people see them: without the marker."""
        return {note: shown for note, body in self._comments() if (shown := unmarked(body)) is not None}

    def _comments(self) -> Iterator[tuple[Note, str]]:
        for issue in self.jira.issues.values():
            for comment in self.jira.comments(issue["key"]):
                yield Note("jira", issue["key"], str(comment["id"])), str(comment["body"])
        for home in self.github.homes.values():
            for number, comments in home.comments.items():
                yield from ((Note("github", f"{home.name}#{number}", str(one["id"])), one["body"]) for one in comments)
        for work in (*self.gitlab.issues.values(), *self.gitlab.merge_requests.values()):
            for note in self.gitlab.notes.get(work["id"], []):
                yield Note("gitlab", work["references"]["full"], str(note["id"])), note["body"]


def twins(now: Callable[[], datetime]) -> Twins:
    """Four vendors that hold nothing yet."""
    return Twins(
        JiraTwin(now, login=USER, token=TOKEN),
        GithubTwin(now, TOKEN),
        GitlabTwin(now, {TOKEN: "syncd-bot"}),
        GoogleTwin(now, {TOKEN: USER}),
    )


def configuration(twins: Twins, calendars: Mapping[str, str], zone: str, policy: str = "") -> str:
    """A configuration for what the running twins hold, as TOML. `calendars`: what is said of each; `policy`: more of [policy]."""
    sections = {name: text for name, text in _sections(twins, calendars) if text}
    return "\n".join([_HEAD.format(zone=zone, precedence=_list(sections), policy=policy), *sections.values()])


def _sections(twins: Twins, calendars: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    """The connections, in the order of their precedence; None: that vendor holds nothing."""
    own = f'user = "{USER}"\nprojects = {_list(twins.jira.projects)}\nwrite = "on"'
    yield "jira", _section("jira", "jira", twins.jira.url, own) if twins.jira.projects else None
    yield (
        "gitlab",
        _section("gitlab", "gitlab", twins.gitlab.server.url, _of_gitlab(twins.gitlab)) if twins.gitlab.projects else None,
    )
    own = f'repositories = {_list(twins.github.repositories)}\nwrite = "on"'
    yield "github", _section("github", "github", twins.github.server.url, own) if twins.github.homes else None
    each = (f'\n[[connections.calendar.calendars]]\nid = "{id}"\n{said}' for id, said in calendars.items())
    url = f"{twins.google.server.url}/calendar/v3/"
    yield "calendar", _section("calendar", "google_calendar", url, "\n".join(('write = "on"', *each))) if calendars else None


def _of_gitlab(gitlab: GitlabTwin) -> str:
    """Groups where one of them plans, with epics or milestones of its own; else the projects."""
    planning = {owner for owner, _ in gitlab.epics} | {m["group_id"] for m in gitlab.milestones.values() if m.get("group_id")}
    groups = [group["full_path"] for id, group in gitlab.groups.items() if id in planning]
    projects = [path for project in gitlab.projects.values() if not _inside(path := str(project["path_with_namespace"]), groups)]
    return f'groups = {_list(groups)}\nprojects = {_list(projects)}\nwrite = "on"'


def _inside(path: str, groups: Iterable[str]) -> bool:
    return any(path.startswith(f"{group}/") for group in groups)


_HEAD = """\
# Written by `syncd demo`: the addresses are those of its own vendors on this machine, and the tokens open nothing else.
[store]
url = "sqlite:///syncd.db"

[model]
zone = "{zone}"
precedence = {precedence}

[policy]
at_start = "write"
{policy}
[detect.overallocated]
write = "plan"

[detect.capacity_gap]
write = "plan"

[delivery]
timeout_s = 5
settle_s = 6
"""


def _section(name: str, kind: str, url: str, own: str) -> str:
    return f'[connections.{name}]\nkind = "{kind}"\nurl = "{url}"\ntoken = "{TOKEN}"\n{own}\n'


def _list(names: Iterable[str]) -> str:
    return json.dumps(list(names), ensure_ascii=False)
