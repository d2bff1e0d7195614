"""The vendors of the bench, in a process of their own: filled, asked for what arrived at them, changed a little."""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any, Literal, TypeVar

from syncd.demo.github_twin import GithubTwin
from syncd.demo.gitlab_twin import GitlabTwin
from syncd.demo.google_twin import GoogleTwin
from syncd.demo.jira_twin import JiraTwin
from syncd.demo.twin import TwinServer

T = TypeVar("T")

TODAY = datetime.now(UTC).date()
PER_EPIC = 20
"""So many items belong to one milestone."""
CHANGES = 10
"""So many items are edited at each vendor before the pass that is counted; those of every project are among them."""

EDITS = itertools.count()
"""So that no edit leaves an item as it is."""
Change = Callable[[int], object]
"""Somebody edits an item, the first for 0 and so on up to the last one."""
Vendor = tuple[TwinServer, dict[str, int], dict[str, Any], Change]
"""The server, the lists by scope with their items, the section of the configuration, and what somebody does there."""


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


def jira(now: Callable[[], datetime], parts: list[Share], edition: Literal["cloud", "server"] = "cloud") -> Vendor:
    """Epics with stories, a link for every tenth, a moved due date for every fifth."""
    twin = JiraTwin(now, edition=edition)
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
    issues = list(twin.issues.values())
    section = {"kind": "jira", "url": twin.url, "token": twin.token, "projects": list(lists)}
    section |= {"user": twin.login} if twin.login else {}
    return twin.server, lists, section, lambda n: twin.edit(nth(issues, n)["key"], summary=f"Edited, {n}, {next(EDITS)}")


def github(now: Callable[[], datetime], parts: list[Share]) -> Vendor:
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
    issues = [(h.name, row) for h in twin.homes.values() for row in h.issues.values() if "pull_request" not in row]
    section = {"kind": "github", "url": twin.server.url, "token": twin.token, "repositories": list(lists)}

    def change(n: int) -> None:
        repo, row = nth(issues, n)
        twin.edit(repo, row["number"], title=f"Edited, {n}, {next(EDITS)}")

    return twin.server, lists, section, change


def gitlab(now: Callable[[], datetime], parts: list[Share]) -> Vendor:
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
    issues = list(twin.issues.values())
    section = {"kind": "gitlab", "url": twin.server.url, "token": "bench", "projects": list(lists)}
    return twin.server, lists, section, lambda n: twin.edit(nth(issues, n), title=f"Edited, {n}, {next(EDITS)}")


def google(now: Callable[[], datetime], parts: list[Share]) -> Vendor:
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
    events = [(calendar, event["id"]) for calendar in lists for event in twin.instances(calendar)]
    section = {"kind": "google_calendar", "url": url, "token": "bench", "calendars": calendars}
    return twin.server, lists, section, lambda n: twin.edit(*nth(events, n), summary=f"Edited, {n}, {next(EDITS)}")


def nth(items: list[T], n: int) -> T:
    """The nth of so many as are changed, spread over all of them."""
    return items[n * (len(items) - 1) // (CHANGES - 1)]


MAKERS = {"jira": jira, "github": github, "gitlab": gitlab, "google": google}


def serve(items: int, projects: int, vendors: list[str], latency_s: float, line: Connection) -> None:
    """Fill the vendors and say where they are. Then, whenever somebody asks: edit some items ("change"), or tell the requests that
    arrived, with the bytes sent."""
    at = [datetime.now(UTC)]

    def now() -> datetime:
        """While the vendors are filled, things happen one after the other; afterwards it is now."""
        at[0] += timedelta(seconds=20)
        return min(at[0], datetime.now(UTC))

    servers: dict[str, TwinServer] = {}
    told: dict[str, Any] = {}
    changes: list[Change] = []
    for name, make in MAKERS.items():
        if name not in vendors:
            continue
        at[0] = datetime.now(UTC) - timedelta(days=60)
        servers[name], lists, section, change = make(now, shares(items, projects))
        changes.append(change)
        servers[name].latency_s = latency_s
        told[name] = {"lists": lists, "section": section}
    line.send(told)
    while asked := line.recv():
        if asked == "change":
            for change in changes:
                for n in range(CHANGES):
                    change(n)
        line.send({name: [(entry.line, entry.sent) for entry in server.log] for name, server in servers.items()})
        for server in servers.values():
            server.log.clear()
