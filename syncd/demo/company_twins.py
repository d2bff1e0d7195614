"""The four vendors of a demonstration on loopback: started together, asked together what stands in their comments, described as
a configuration."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
        """How many of them could have changed anything. Searches that are sent as POST change nothing."""
        return sum(entry.write and "/search" not in entry.line for server in self.servers.values() for entry in server.log)

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


def configuration(twins: Twins, calendars: Mapping[str, str], zone: str) -> str:
    """A configuration for what the running twins hold, as TOML. `calendars`: what each of them holds."""
    parts: list[str] = [_HEAD.format(zone=zone)]
    urls = {name: server.url for name, server in twins.servers.items()}
    if twins.jira.projects:
        own = f'user = "{USER}"\nprojects = {_list(twins.jira.projects)}'
        parts.append(_connection("jira", "jira", urls["jira"], own))
    if twins.github.homes:
        parts.append(_connection("github", "github", urls["github"], f"repositories = {_list(twins.github.repositories)}"))
    if twins.gitlab.projects:
        own = f"projects = {_list(p['path_with_namespace'] for p in twins.gitlab.projects.values())}"
        groups = sorted({g["full_path"] for g in twins.gitlab.groups.values() if _plans(twins.gitlab, g["id"])})
        parts.append(_connection("gitlab", "gitlab", urls["gitlab"], f"groups = {_list(groups)}" if groups else own))
    if calendars:
        parts.append(_connection("calendar", "google_calendar", f"{urls['calendar']}/calendar/v3/", "", write=False))
        parts += [f'[[connections.calendar.calendars]]\nid = "{id}"\nholds = "{holds}"\n' for id, holds in calendars.items()]
    return "\n".join(parts)


_HEAD = """\
# Written by `syncd demo`: the addresses are those of its own vendors on this machine, and the tokens open nothing else.
[store]
url = "sqlite:///syncd.db"

[model]
zone = "{zone}"
precedence = ["jira", "gitlab", "github", "calendar"]

[policy]
at_start = "write"

[delivery]
timeout_s = 5
settle_s = 6
"""


def _connection(name: str, kind: str, url: str, own: str, *, write: bool = True) -> str:
    lines = [f"[connections.{name}]", f'kind = "{kind}"', f'url = "{url}"', f'token = "{TOKEN}"', own]
    return "\n".join([line for line in [*lines, 'write = "on"' if write else ""] if line]) + "\n"


def _list(names: Any) -> str:
    return f"[{', '.join(f'{chr(34)}{name}{chr(34)}' for name in names)}]"


def _plans(gitlab: GitlabTwin, group: int) -> bool:
    """Whether the group has epics or milestones of its own, so that the group is what one reads."""
    return any(owner == group for owner, _ in gitlab.epics) or any(m.get("group_id") == group for m in gitlab.milestones.values())
