"""The vendors of the bench, in a process of their own: filled, asked for what arrived at them, changed a little."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any

from syncd.demo.github_twin import GithubTwin
from syncd.demo.gitlab_twin import GitlabTwin
from syncd.demo.google_twin import GoogleTwin
from syncd.demo.jira_twin import JiraTwin
from syncd.demo.twin import TwinServer

TODAY = datetime.now(UTC).date()
PER_EPIC = 20
"""So many items belong to one milestone."""


@dataclass(frozen=True, slots=True)
class Share:
    """One project's part of the items."""

    number: int
    items: int

    @property
    def milestones(self) -> int:
        return math.ceil(self.items / PER_EPIC)

    def due(self, n: int) -> date:
        return TODAY + timedelta(days=(n * 7) % 120 - 10)


def shares(items: int, projects: int) -> list[Share]:
    """The items over the projects, as evenly as can be."""
    return [Share(n, items // projects + (n < items % projects)) for n in range(projects)]


def jira(now: Callable[[], datetime], parts: list[Share]) -> tuple[TwinServer, dict[str, int], dict[str, Any]]:
    """Epics with stories, a link for every tenth, a moved due date for every fifth."""
    twin = JiraTwin(now)
    twin.server.start()
    for part in parts:
        key = f"P{part.number}"
        twin.project(key)
        epics = [twin.issue(key, f"Epic {n}", type="Epic", duedate=str(part.due(n))) for n in range(part.milestones)]
        work = [
            twin.issue(
                key, f"Work {n}", parent=epics[n % len(epics)]["key"], assignee=f"Person {n % 40}", duedate=str(part.due(n))
            )
            for n in range(part.items - len(epics))
        ]
        for n in range(0, len(work) - 1, 10):
            twin.link(work[n]["key"], work[n + 1]["key"])
        for n in range(0, len(work), 5):
            twin.edit(work[n]["key"], duedate=str(part.due(n + 1)))
    lists = {f"P{part.number}": part.items for part in parts}
    return twin.server, lists, {"kind": "jira", "url": twin.url, "user": twin.login, "token": twin.token, "projects": list(lists)}


def github(now: Callable[[], datetime], parts: list[Share]) -> tuple[TwinServer, dict[str, int], dict[str, Any]]:
    """Issues in milestones, and a pull request for every thirtieth; the lists of issues hold those, too."""
    twin = GithubTwin(now)
    twin.server.start()
    lists = {}
    for part in parts:
        repo = f"acme/repo-{part.number}"
        twin.repository(repo)
        pulls = part.items // 60
        for n in range(part.milestones):
            twin.milestone(repo, f"Milestone {n}", due_on=str(part.due(n)))
        for n in range(part.items - part.milestones - 2 * pulls):
            twin.issue(repo, f"Issue {n}", milestone=1 + n % part.milestones, assignees=[f"person-{n % 40}"], labels=["bug"])
        for n in range(pulls):
            twin.pull(repo, f"Pull {n}", head=f"work-{n}")
        lists[repo] = part.items
    return twin.server, lists, {"kind": "github", "url": twin.server.url, "token": twin.token, "repositories": list(lists)}


def gitlab(now: Callable[[], datetime], parts: list[Share]) -> tuple[TwinServer, dict[str, int], dict[str, Any]]:
    """Issues in milestones, and a merge request for every thirtieth."""
    twin = GitlabTwin(now, {"bench": "syncd-bot"})
    twin.server.start()
    lists = {}
    for part in parts:
        path = f"acme/shop-{part.number}"
        twin.project(path)
        held = [twin.milestone(path, f"Milestone {n}", due_date=str(part.due(n))) for n in range(part.milestones)]
        requests = part.items // 30
        for n in range(part.items - len(held) - requests):
            twin.issue(
                path, f"Issue {n}", milestone=held[n % len(held)], due_date=str(part.due(n)), assignees=[f"person-{n % 40}"]
            )
        for n in range(requests):
            twin.merge_request(path, f"Change {n}")
        lists[path] = part.items
    return twin.server, lists, {"kind": "gitlab", "url": twin.server.url, "token": "bench", "projects": list(lists)}


def google(now: Callable[[], datetime], parts: list[Share]) -> tuple[TwinServer, dict[str, int], dict[str, Any]]:
    """Windows of one day each."""
    twin = GoogleTwin(now, {"bench": "bot@acme.example"})
    twin.server.start()
    lists = {}
    for part in parts:
        calendar = twin.calendar(f"calendar-{part.number}@acme.example")
        for n in range(part.items):
            twin.event(calendar, f"Release {n}", part.due(n), part.due(n) + timedelta(days=1))
        lists[calendar] = part.items
    calendars = [{"id": id, "holds": "windows"} for id in lists]
    url = f"{twin.server.url}/calendar/v3/"
    return twin.server, lists, {"kind": "google_calendar", "url": url, "token": "bench", "calendars": calendars}


MAKERS = {"jira": jira, "github": github, "gitlab": gitlab, "google": google}


def serve(items: int, projects: int, vendors: list[str], latency_s: float, line: Connection) -> None:
    """Fill the vendors, say where they are, and then tell the requests that arrived, with the bytes sent, whenever somebody asks."""
    at = [datetime.now(UTC)]

    def now() -> datetime:
        """While the vendors are filled, things happen one after the other; afterwards it is now."""
        at[0] += timedelta(seconds=20)
        return min(at[0], datetime.now(UTC))

    servers: dict[str, TwinServer] = {}
    told: dict[str, Any] = {}
    for name, make in MAKERS.items():
        if name not in vendors:
            continue
        at[0] = datetime.now(UTC) - timedelta(days=60)
        servers[name], lists, section = make(now, shares(items, projects))
        servers[name].latency_s = latency_s
        told[name] = {"lists": lists, "section": section}
    line.send(told)
    while line.recv():
        line.send({name: [(entry.line, entry.sent) for entry in server.log] for name, server in servers.items()})
        for server in servers.values():
            server.log.clear()
