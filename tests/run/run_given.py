"""A company on Jira, GitHub, GitLab and Google Calendar, a clock that only waiting moves, and syncd as a person calls it, in this process."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from syncd.app import opened, understanding
from syncd.cli.main import cli
from syncd.demo.github_twin import GithubTwin
from syncd.demo.gitlab_twin import GitlabTwin
from syncd.demo.google_twin import GoogleTwin
from syncd.demo.jira_twin import JiraTwin
from syncd.demo.twin import Logged, TwinServer
from syncd.model.rows import Row
from syncd.model.wire import row_to_json
from syncd.run.analyse import model
from syncd.run.clock import Clock

START = datetime(2026, 5, 5, 7, tzinfo=UTC)
"""Tuesday, 09:00 in Berlin."""

TIMEOUT_S = 5.0
RELEASES, LEAVE = "releases@acme.example", "leave@acme.example"


@dataclass
class Hand:
    """A clock that moves when somebody waits, or when the test says so. `waits` keeps the seconds that were waited."""

    at: datetime = START
    waits: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.at += timedelta(seconds=seconds)

    def go(self, **forward: float) -> None:
        self.at += timedelta(**forward)

    @property
    def clock(self) -> Clock:
        return Clock(now=self.now, watch=lambda: self.at.timestamp(), wait=self.wait, share=lambda: 0.5)


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out, self.err
        return json.loads(self.out)

    def state(self, connection: str, stream: str) -> str:
        """How a stream was read, as `once --json` says."""
        return str(self.json["connections"][connection]["streams"][stream]["state"])

    @property
    def problems(self) -> list[str]:
        """The lines for a person."""
        found: list[str] = self.json["problems"]
        return found

    @property
    def actions(self) -> dict[str, int]:
        found: dict[str, int] = self.json["actions"]
        return found

    @property
    def findings(self) -> dict[str, int]:
        found: dict[str, int] = self.json["findings"]
        return found


@dataclass
class Company:
    """Four vendors and one installation of syncd. `sections`: the configuration by table name; change it, then call syncd."""

    folder: Path
    hand: Hand
    jira: JiraTwin
    github: GithubTwin
    gitlab: GitlabTwin
    google: GoogleTwin
    sections: dict[str, dict[str, Any]]

    @property
    def config(self) -> Path:
        return self.folder / "syncd.toml"

    @property
    def servers(self) -> dict[str, TwinServer]:
        """By connection."""
        return {
            "plat": self.jira.server,
            "code": self.github.server,
            "web": self.gitlab.server,
            "cal": self.google.server,
        }

    def syncd(self, *arguments: str) -> Ran:
        """A command of syncd with this configuration."""
        self.config.write_text(toml(self.sections))
        found = CliRunner().invoke(cli, [*arguments, "-c", str(self.config)], catch_exceptions=False)
        return Ran(found.exit_code, found.stdout, found.stderr)

    def once(self) -> Ran:
        """A pass, five minutes after whatever was before."""
        self.hand.go(minutes=5)
        return self.syncd("once", "--json")

    def export(self, kind: str) -> dict[str, Any]:
        """What the model holds, by key."""
        rows = self.syncd("export", "--kind", kind).json
        return {f"{row['ref']['connection']} {row['ref']['key']}": row for row in rows}

    def exports(self) -> dict[str, Any]:
        """All that vendors' records are mapped to: kind -> key -> row, as `export` gives it."""
        with opened(self.config, {}, clock=self.hand.clock) as app:
            found = model(app.links, app.store, understanding(app.config), self.hand.at).snapshot
        kinds: dict[str, Iterable[Row]] = {
            "milestone": found.milestones.values(),
            "item": found.items.values(),
            "merge_request": found.merge_requests.values(),
            "window": found.windows,
            "absence": found.absences,
        }
        return {kind: {f"{row.ref.connection} {row.ref.key}": row_to_json(row) for row in rows} for kind, rows in kinds.items()}

    def only(self, *connections: str) -> None:
        """Configure only these connections."""
        kept = {f"connections.{name}" for name in connections}
        self.sections = {name: table for name, table in self.sections.items() if "connections" not in name or name in kept}
        self.sections["model"]["precedence"] = list(connections)

    def mapping(self, name: str, text: str) -> str:
        """A mapping file of the user's own; gives its path for `mapping`."""
        (self.folder / name).write_text(text)
        return name

    @contextmanager
    def watched(self) -> Iterator[list[Logged]]:
        """The requests that arrive at any vendor meanwhile; filled when the block ends."""
        before = {name: len(server.log) for name, server in self.servers.items()}
        found: list[Logged] = []
        yield found
        for name, server in self.servers.items():
            found += server.log[before[name] :]

    def on_jira(self, key: str) -> list[str]:
        """The comments of an issue."""
        return [str(comment["body"]) for comment in self.jira.comments(key)]

    def on_github(self, repo: str, number: int) -> list[str]:
        return [str(comment["body"]) for comment in self.github.comments(repo, number)]

    def on_gitlab(self, issue: Mapping[str, Any]) -> list[str]:
        return [str(note["body"]) for note in self.gitlab.notes.get(issue["id"], []) if not note["system"]]

    def comments(self) -> dict[str, list[str]]:
        """All comments by connection and ticket."""
        found = {f"plat {issue['key']}": self.on_jira(issue["key"]) for issue in self.jira.issues.values()}
        for repo in self.github.homes.values():
            found |= {f"code {repo.name}#{number}": self.on_github(repo.name, number) for number in repo.issues}
        found |= {f"web {issue['references']['full']}": self.on_gitlab(issue) for issue in self.gitlab.issues.values()}
        return {ticket: bodies for ticket, bodies in found.items() if bodies}


def writes(requests: list[Logged]) -> list[str]:
    """The requests that could change something."""
    return [entry.line for entry in requests if entry.write]


def toml(sections: Mapping[str, Mapping[str, Any]]) -> str:
    """The tables as TOML; strings, numbers and booleans are written as JSON writes them."""
    return "\n".join(f"[{name}]\n" + "".join(f"{_key(k)} = {_value(v)}\n" for k, v in t.items()) for name, t in sections.items())


def _key(name: str) -> str:
    return json.dumps(name) if not name.replace("_", "").isalnum() else name


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + "}"
    return f"[{', '.join(map(_value, value))}]" if isinstance(value, list) else json.dumps(value)


@contextmanager
def company(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Company]:
    """An empty company whose vendors listen; every connection is written to, and speaks from the start."""
    hand = Hand()
    jira = JiraTwin(hand.now)
    github = GithubTwin(hand.now)
    gitlab = GitlabTwin(hand.now, {"web-token": "syncd-bot"})
    google = GoogleTwin(hand.now, {"cal-token": "bot@acme.example"})
    made = Company(folder, hand, jira, github, gitlab, google, {})
    for server in made.servers.values():
        server.start()
    made.sections = _sections(jira, github, gitlab, google)
    patch.setattr("syncd.app.Clock", lambda: hand.clock)
    try:
        yield made
    finally:
        for server in made.servers.values():
            server.stop()


def _sections(jira: JiraTwin, github: GithubTwin, gitlab: GitlabTwin, google: GoogleTwin) -> dict[str, dict[str, Any]]:
    common = {"write": "on"}
    who = {"user": jira.login, "token": jira.token}
    return {
        "store": {"url": "sqlite:///syncd.db"},
        "model": {"zone": "Europe/Berlin", "precedence": ["plat", "code", "web"]},
        "policy": {"at_start": "write"},
        "delivery": {"timeout_s": TIMEOUT_S, "settle_s": TIMEOUT_S + 1},
        "connections.plat": {"kind": "jira", "url": jira.url, **who, "projects": ["PLAT", "PAY"], **common},
        "connections.code": {
            "kind": "github",
            "url": github.server.url,
            "token": github.token,
            "repositories": ["acme/api", "acme/app"],
            **common,
        },
        "connections.web": {
            "kind": "gitlab",
            "url": gitlab.server.url,
            "token": "web-token",
            "projects": ["acme/web", "acme/shop"],
            **common,
        },
        "connections.cal": {
            "kind": "google_calendar",
            "url": f"{google.server.url}/calendar/v3/",
            "token": "cal-token",
            "calendars": [{"id": RELEASES, "holds": "windows"}, {"id": LEAVE, "holds": "absences", "titles": True}],
        },
    }


def furnish(company: Company) -> None:
    """Two projects or calendars each. One milestone is late on every tracker: PLAT-1 by 4 working days, API 3 and Web by having been due."""
    jira, github, gitlab = company.jira, company.github, company.gitlab
    jira.project("PLAT")
    jira.project("PAY")
    jira.issue("PLAT", "Checkout v2", type="Epic", duedate="2026-05-15", labels=["commitment:checkout-v2"])
    jira.issue("PLAT", "Basket", parent="PLAT-1", duedate="2026-05-12")
    jira.issue("PLAT", "Payment page", parent="PLAT-1", duedate="2026-05-21")
    jira.issue("PAY", "Payments", type="Epic", duedate="2026-05-29")
    jira.issue("PAY", "Refunds", parent="PAY-1", duedate="2026-05-20")
    for repo in ("acme/api", "acme/app"):
        github.repository(repo)
    github.milestone("acme/api", "API 3", due_on="2026-05-01")
    github.issue("acme/api", "Versioned routes", milestone=1)
    github.milestone("acme/app", "App 9", due_on="2026-06-30")
    github.issue("acme/app", "Dark mode", milestone=1)
    for path in ("acme/web", "acme/shop"):
        gitlab.project(path)
    web = gitlab.milestone("acme/web", "Web", due_date="2026-05-01")
    gitlab.issue("acme/web", "New front page", milestone=web, due_date="2026-05-20")
    shop = gitlab.milestone("acme/shop", "Shop", due_date="2026-06-30")
    gitlab.issue("acme/shop", "Vouchers", milestone=shop, due_date="2026-06-12")
    for calendar in (RELEASES, LEAVE):
        company.google.calendar(calendar)
    company.google.event(RELEASES, "Release 12", date(2026, 5, 12), date(2026, 5, 13))
    company.google.event(LEAVE, "Ada on leave", date(2026, 5, 18), date(2026, 5, 23))
    company.hand.go(hours=1)
