"""Three trackers whose milestones run late, a process that makes passes over them and dies, and what its tickets must say in the end."""

import multiprocessing
import random
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from syncd.demo.github_twin import GithubTwin
from syncd.demo.gitlab_twin import GitlabTwin
from syncd.demo.jira_twin import JiraTwin
from syncd.demo.twin import Fault, TwinServer
from syncd.model.marker import unmarked
from syncd.run.fault_points import VARIABLE

TIMEOUT_S, SETTLE_S = 0.6, 1.0
LABEL = "syncd-drift"
WRITES = r"^(POST|PUT|PATCH|DELETE) (?!.*(search|graphql|bulkfetch))"
COMMENTS = r"^(POST|PUT|PATCH) .*/(comments?|notes)\b"

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["syncd.app", "connectors.jira", "connectors.github", "connectors.gitlab.connector", "jira"])


def one_pass_of(config: str, fault_point: str | None) -> None:
    """What `syncd once` does, in a process of its own."""
    from syncd.app import opened
    from syncd.run.one_pass import one_pass

    with opened(Path(config), {VARIABLE: fault_point} if fault_point else {}) as app:
        for link in app.links:  # a pause between writes, which GitHub asks for, would make this ten times as long
            link.gate.limits = replace(link.gate.limits, between_writes_s=0)
        one_pass(app.works)


@dataclass(slots=True)
class Sometimes(Fault):
    """A fault that a share of the requests meets, by chance."""

    share: float = 0.05
    chance: random.Random = field(default_factory=random.Random)

    def takes(self, line: str) -> bool:
        """Whether this request fails."""
        return bool(re.search(self.match, line)) and self.chance.random() < self.share


@dataclass(frozen=True)
class Seen:
    """What people see on a ticket: our comments and labels, and the state of the merge request that belongs to it."""

    comments: tuple[str, ...]
    labels: tuple[str, ...]
    status: str | None


@dataclass
class Promise:
    """A milestone with its ticket: when it is due, how to say that it is due on another day, and what is seen there. `turns`: how often
    it came to be late or in time again."""

    due: date
    move: Callable[[date], object]
    look: Callable[[], Seen]
    turns: int = 0

    @property
    def late(self) -> bool:
        return self.due < datetime.now(UTC).date()

    def put(self, due: date) -> None:
        """It is due on another day from now on."""
        was, self.due = self.late, due
        self.turns += self.late != was
        self.move(due)

    def faults(self, *, merged: bool) -> list[str]:
        """What is not as it must be once all is written; `merged`: it has a merge request whose status is set."""
        seen, found = self.look(), list[str]()
        if len(seen.comments) != 1 and (self.late or seen.comments):
            found.append(f"{len(seen.comments)} comments")
        says = f"due {self.due:%a} {self.due.day} {self.due:%b}" if self.late else "Resolved"
        found += [f"it says what held before: {body}" for body in seen.comments if says not in body]
        if list(seen.labels) != [LABEL] * self.late:
            found.append(f"labels {seen.labels}")
        if merged and seen.status != ("failed" if self.late else "passed"):
            found.append(f"status {seen.status}")
        return found


@dataclass
class Stage:
    """Jira, GitHub and GitLab with a promise or more on each, and an installation of syncd."""

    config: str
    jira: JiraTwin
    github: GithubTwin
    gitlab: GitlabTwin
    promises: dict[str, list[Promise]]

    @property
    def servers(self) -> tuple[TwinServer, ...]:
        return self.jira.server, self.github.server, self.gitlab.server

    @property
    def asked(self) -> int:
        """Requests that arrived so far."""
        return sum(len(server.log) for server in self.servers)

    def writes(self, match: str = WRITES) -> list[str]:
        """The requests that could have changed something, so far."""
        return [entry.line for server in self.servers for entry in server.requests(match)]

    def all(self) -> Iterator[tuple[str, Promise]]:
        return ((vendor, promise) for vendor, promises in self.promises.items() for promise in promises)

    def add(self, vendor: str, due: date) -> None:
        """A new milestone, by its due date."""
        make = {"jira": self._on_jira, "github": self._on_github, "gitlab": self._on_gitlab}[vendor]
        self.promises[vendor].append(make(len(self.promises[vendor]) + 1, due))

    def run(self, *, requests: int | None = None, later_s: float = 0, fault_point: str | None = None) -> int | None:
        """Make a pass, and kill it so many requests later, or let it end. Its exit code; negative where it was killed."""
        goal = None if requests is None else self.asked + requests
        process = _processes.Process(target=one_pass_of, args=(self.config, fault_point))
        process.start()
        while goal is not None and process.is_alive() and self.asked < goal:
            process.join(0.002)
        if goal is not None and process.is_alive():
            process.join(later_s)
            process.kill()
        process.join()
        return process.exitcode

    def faults(self) -> list[str]:
        """Whatever is not on the tickets as the last plan wanted it."""
        return [
            f"{vendor} {n}: {fault}"
            for vendor, promises in self.promises.items()
            for n, promise in enumerate(promises, 1)
            for fault in promise.faults(merged=vendor != "jira")
        ]

    def _on_jira(self, n: int, due: date) -> Promise:
        epic = self.jira.issue("PLAT", f"Epic {n}", type="Epic", duedate=due.isoformat())
        self.jira.issue("PLAT", "open work", parent=epic["key"])
        key = str(epic["key"])
        return Promise(
            due,
            lambda day: self.jira.edit(key, duedate=day.isoformat()),
            lambda: Seen(
                _ours(comment["body"] for comment in self.jira.comments(key)),
                _named(self.jira.held(key)["fields"]["labels"]),
                None,
            ),
        )

    def _on_github(self, n: int, due: date) -> Promise:
        repo, home = "acme/api", self.github.home("acme/api")
        number = self.github.milestone(repo, f"Milestone {n}", due_on=due.isoformat())["number"]
        issue = self.github.issue(repo, "open work", milestone=number)["number"]
        sha = self.github.pull(repo, "a change", milestone=number)["head"]["sha"]
        states = {"failure": "failed", "success": "passed", "pending": "pending"}

        def look() -> Seen:
            told = [row["state"] for row in home.statuses if row["url"].endswith(sha) and row["context"] == "syncd"]
            return Seen(
                _ours(row["body"] for row in self.github.comments(repo, issue)),
                _named(row["name"] for row in home.issues[issue]["labels"]),
                states.get(told[-1]) if told else None,
            )

        return Promise(due, lambda day: self.github.edit_milestone(repo, number, due_on=day.isoformat()), look)

    def _on_gitlab(self, n: int, due: date) -> Promise:
        milestone = self.gitlab.milestone("acme/web", f"Milestone {n}", due_date=due.isoformat())
        issue = self.gitlab.issue("acme/web", "open work", milestone=milestone)
        sha = self.gitlab.merge_request("acme/web", "a change", milestone=milestone)["sha"]
        states = {"failed": "failed", "success": "passed", "pending": "pending"}

        def look() -> Seen:
            told = [row for (_, commit, name), row in self.gitlab.statuses.items() if (commit, name) == (sha, "syncd")]
            return Seen(
                _ours(note["body"] for note in self.gitlab.notes.get(issue["id"], ())),
                _named(issue["labels"]),
                states.get(told[0]["status"]) if len(told) == 1 else None,
            )

        return Promise(due, lambda day: self.gitlab.edit(milestone, due_date=day.isoformat()), look)


def _ours(bodies: Iterable[str]) -> tuple[str, ...]:
    return tuple(body for body in bodies if unmarked(body) is not None)


def _named(labels: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in labels if name.startswith("syncd"))


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """The vendors listen, and nothing is said yet."""

    def now() -> datetime:
        return datetime.now(UTC)

    made = Stage("", JiraTwin(now), GithubTwin(now), GitlabTwin(now, {"web-token": "syncd-bot"}), {})
    made.jira.project("PLAT")
    made.github.repository("acme/api")
    made.gitlab.project("acme/web")
    made.promises = {"jira": [], "github": [], "gitlab": []}
    for server in made.servers:
        server.start()
    path = folder / "syncd.toml"
    path.write_text(_configuration(made))
    made.config = str(path)
    try:
        yield made
    finally:
        for server in made.servers:
            server.stop()


def days_ago(days: int) -> date:
    """Negative: days to come."""
    return datetime.now(UTC).date() - timedelta(days=days)


def _configuration(made: Stage) -> str:
    return f"""
        [store]
        url = "sqlite:///syncd.db"
        [policy]
        at_start = "write"
        writes_per_pass = 1000
        marks_per_pass = 1000
        label = "syncd-{{code}}"
        status = "status"
        fail_from = "warn"
        [delivery]
        timeout_s = {TIMEOUT_S}
        settle_s = {SETTLE_S}
        [connections.plat]
        kind = "jira"
        url = "{made.jira.url}"
        user = "{made.jira.login}"
        token = "{made.jira.token}"
        projects = ["PLAT"]
        write = "on"
        [connections.code]
        kind = "github"
        url = "{made.github.server.url}"
        token = "{made.github.token}"
        repositories = ["acme/api"]
        write = "on"
        [connections.web]
        kind = "gitlab"
        url = "{made.gitlab.server.url}"
        token = "web-token"
        projects = ["acme/web"]
        write = "on"
        """
