"""The bench: a first and a second pass over four full vendors on loopback. It measures and judges, and never fails.

    python -m tests.bench [--items 10000] [--projects 3] [--vendors jira,github,gitlab] [--no-naive] [--json] [--profile FILE]

The vendors live in a process of their own, so that time and memory are syncd's alone. Floors: a first pass sends at most
1.1 x ceil(items / 100) + 3 requests per project, a second one at most 2 per scope and stream; the trackers' 30,000 items are
read in 60 s with at most 250 MB. Beside it a plain script on the same libraries reads the same (`tests/bench_naive.py`).
"""

import argparse
import cProfile
import json
import math
import multiprocessing
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from syncd.demo.github_twin import GithubTwin
from syncd.demo.gitlab_twin import GitlabTwin
from syncd.demo.google_twin import GoogleTwin
from syncd.demo.jira_twin import JiraTwin
from syncd.demo.twin import TwinServer

TODAY = datetime.now(UTC).date()
PER_EPIC = 20
"""So many items belong to one milestone."""

# --- the vendors, in their own process -----------------------------------------------------------------------------------------


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


def serve(items: int, projects: int, vendors: list[str], line: Connection) -> None:
    """Fill the vendors, say where they are, and then tell the requests that arrived whenever somebody asks."""
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
        told[name] = {"lists": lists, "section": section}
    line.send(told)
    while line.recv():
        line.send({name: [entry.line for entry in server.log] for name, server in servers.items()})
        for server in servers.values():
            server.log.clear()


# --- syncd, in this process ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Used:
    """What this process spent on something. `peak_mb`: the most memory that it ever held."""

    wall_s: float = 0
    cpu_s: float = 0
    peak_mb: float = 0


@dataclass(slots=True)
class Measured:
    """One pass. `requests`: connection -> (scope, stream) -> requests; `ready_s`: when the last record of a connection was mapped."""

    used: Used
    requests: dict[str, Counter[tuple[str, str]]]
    ready_s: dict[str, float]
    items: dict[str, int]
    problems: list[str]


@dataclass(slots=True)
class Stopwatch:
    """Watches a pass: when each connection was done."""

    since: float = field(default_factory=time.monotonic)
    ready_s: dict[str, float] = field(default_factory=dict)

    def pulled(self, connection: str, stream: str, scope: str, records: int) -> None:
        self.ready_s[connection] = time.monotonic() - self.since

    def mapped(self, connection: str, records: int) -> None:
        self.ready_s[connection] = time.monotonic() - self.since

    def written(self, connection: str, target: str) -> None:
        """Not part of reading."""


def one_pass_of(config: Path, line: Connection, profile: cProfile.Profile | None) -> Measured:
    """What `syncd once` does, measured from the loading of the configuration to the end."""
    from syncd.app import opened
    from syncd.cli import report
    from syncd.run.one_pass import one_pass

    watch, before = Stopwatch(), resource.getrusage(resource.RUSAGE_SELF)
    with profile or nullcontext(), opened(config, {}, watcher=watch) as app:
        passed = one_pass(app.works)
    after = resource.getrusage(resource.RUSAGE_SELF)
    wall = time.monotonic() - watch.since
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    line.send(True)
    requests = {name: Counter(map(place_of, lines)) for name, lines in line.recv().items()}
    items = {name: sum(read.read for read in pulled.streams.values()) for name, pulled in passed.pulled.items()}
    return Measured(Used(wall, cpu, peak_mb(after)), requests, watch.ready_s, items, report.problems(passed))


def peak_mb(usage: resource.struct_rusage) -> float:
    """Linux counts in KiB, macOS in bytes."""
    return usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


_PLACES = (
    re.compile(r"/search\S*project = \"(?P<scope>\w+)\"(?P<stream>)"),
    re.compile(r"/rest/api/\d/project/(?P<scope>\w+)(?:/(?P<stream>versions))?"),
    re.compile(r"/repos/(?P<scope>[^/]+/[^/?]+)(?:/(?P<stream>\w+))?"),
    re.compile(r"/repositories/(?P<scope>\d+)(?:/(?P<stream>\w+))?"),
    re.compile(r"/api/v4/(?:projects|groups)/(?P<scope>[^?]+?)(?:/(?P<stream>issues|merge_requests|milestones|epics))?(?:\?|$)"),
    re.compile(r"/calendars/(?P<scope>[^/]+)/(?P<stream>events)"),
)


def place_of(line: str) -> tuple[str, str]:
    """Scope and stream that a request concerns; ("", its path) where it concerns the connection."""
    text = unquote(line.replace("+", " "))
    for place in _PLACES:
        if found := place.search(text):
            return found["scope"], found["stream"] or ("issues" if "search" in text else "look-up")
    return "", text.partition("?")[0].partition(" ")[2]


def toml(told: Mapping[str, Any]) -> str:
    """A configuration for the vendors; `write` stays at its default, so that nothing but reading is measured."""
    parts = ['[store]\nurl = "sqlite:///syncd.db"\n[model]\nzone = "Europe/Berlin"\n']
    for name, vendor in told.items():
        section = dict(vendor["section"])
        calendars = section.pop("calendars", [])
        parts.append(f"[connections.{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in section.items()))
        parts += [f'[[connections.{name}.calendars]]\nid = "{one["id"]}"\nholds = "{one["holds"]}"\n' for one in calendars]
    return "".join(parts)


# --- the verdict ---------------------------------------------------------------------------------------------------------------


def allowed(lists: Mapping[str, int]) -> int:
    """The floor of a first pass: per project, a request per hundred items and a tenth more, and three."""
    return sum(math.floor(1.1 * math.ceil(items / 100) + 3) for items in lists.values())


def result(told: Mapping[str, Any], first: Measured, second: Measured, naive: dict[str, Any] | None) -> dict[str, Any]:
    """All figures, for programs and for the tables."""
    connections = {}
    for name, vendor in told.items():
        again = {f"{scope} {stream}".strip(): count for (scope, stream), count in sorted(second.requests[name].items())}
        connections[name] = {
            "items": first.items.get(name, 0),
            "projects": len(vendor["lists"]),
            "requests": first.requests[name].total(),
            "allowed": allowed(vendor["lists"]),
            "seconds": round(first.ready_s.get(name, 0), 2),
            "second_pass": again,
            "second_pass_most": max((count for (scope, _), count in second.requests[name].items() if scope), default=0),
        }
    passes = {"first": _rounded(first.used), "second": _rounded(second.used)}
    return {"connections": connections, "passes": passes, "naive": naive, "problems": [*first.problems, *second.problems]}


def _rounded(used: Used) -> dict[str, float]:
    return {name: round(value, 2) for name, value in asdict(used).items()}


def show(found: Mapping[str, Any]) -> None:
    """The figures as tables."""
    print(f"{'first pass':<12}{'items':>8}{'projects':>10}{'requests':>10}{'allowed':>9}{'':>6}{'ready after':>13}")
    for name, one in found["connections"].items():
        verdict = "ok" if one["requests"] <= one["allowed"] else "OVER"
        numbers = f"{one['items']:>8}{one['projects']:>10}{one['requests']:>10}{one['allowed']:>9}{verdict:>6}"
        print(f"{name:<12}{numbers}{one['seconds']:>11.2f} s")
    print(f"\n{'second pass':<12}{'requests':>8}{'most per scope and stream':>28}{'allowed':>9}")
    for name, one in found["connections"].items():
        verdict = "ok" if one["second_pass_most"] <= 2 else "OVER"
        print(f"{name:<12}{sum(one['second_pass'].values()):>8}{one['second_pass_most']:>28}{2:>9}{verdict:>6}")
    print(f"\n{'':<12}{'wall':>10}{'CPU':>10}{'peak memory':>14}")
    for name, used in found["passes"].items():
        print(f"{name:<12}{used['wall_s']:>8.2f} s{used['cpu_s']:>8.2f} s{used['peak_mb']:>11.0f} MB")
    if naive := found["naive"]:
        print(f"{'plain script':<12}{naive['wall_s']:>8.2f} s{naive['cpu_s']:>8.2f} s{naive['peak_mb']:>11.0f} MB", end="   ")
        print(", ".join(f"{name} {one['items']} items, {one['requests']} requests" for name, one in naive["vendors"].items()))
    for line in found["problems"][:10]:
        print(f"! {line}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="make bench", description="A first and a second pass over four full vendors on loopback."
    )
    parser.add_argument("--items", type=int, default=10_000, help="items of each vendor")
    parser.add_argument("--projects", type=int, default=3, help="projects, repositories or calendars of each vendor")
    parser.add_argument("--vendors", default="jira,github,gitlab,google", help="which ones, with commas between")
    parser.add_argument("--no-naive", action="store_true", help="leave the plain script out")
    parser.add_argument("--json", action="store_true", help="print JSON with stable keys")
    parser.add_argument("--profile", type=Path, help="write FILE.first and FILE.second for `python -m pstats`")
    chosen = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    vendors = multiprocessing.get_context("spawn").Process(
        target=serve, args=(chosen.items, chosen.projects, chosen.vendors.split(","), theirs), daemon=True
    )
    vendors.start()
    theirs.close()  # theirs alone is open now: should the vendors die, reading ends instead of waiting
    print(f"Filling four vendors with {chosen.items} items each ...", file=sys.stderr)
    told = ours.recv()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "bench.toml"
        config.write_text(toml(told))
        first, second = (_measured(config, ours, chosen.profile, name) for name in ("first", "second"))
    naive = None if chosen.no_naive else plain_script(told, ours)
    found = result(told, first, second, naive)
    ours.send(False)
    if chosen.json:
        print(json.dumps(found, indent=2))
    else:
        show(found)


def plain_script(told: Mapping[str, Any], line: Connection) -> dict[str, Any]:
    """The plain script over the same vendors, in a process of its own, with the requests that arrived."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench_naive"]
    ran = subprocess.run(command, input=json.dumps(told), capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(f"the plain script failed:\n{ran.stderr}")
    found: dict[str, Any] = json.loads(ran.stdout)
    line.send(True)
    for name, lines in line.recv().items():
        found["vendors"][name]["requests"] = len(lines)
    return found


def _measured(config: Path, line: Connection, profile: Path | None, name: str) -> Measured:
    if profile is None:
        return one_pass_of(config, line, None)
    from syncd.run import one_pass

    # A profile covers one thread: the connections are read one after the other.
    one_pass.each = lambda links, work: {link.name: work(link) for link in links}
    profiler = cProfile.Profile()
    measured = one_pass_of(config, line, profiler)
    profiler.dump_stats(f"{profile}.{name}")
    return measured


if __name__ == "__main__":
    main()
