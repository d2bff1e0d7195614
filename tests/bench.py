"""The bench: a first and a second pass over four full vendors on loopback. It measures and judges, and never fails.

    python -m tests.bench [--items 10000] [--projects 3] [--vendors jira,github,gitlab] [--latency 0,80] [--no-naive] [--flat]
                          [--json] [--profile FILE]

The vendors live in a process of their own, so that time and memory are syncd's alone. Floors: a first pass sends at most
1.1 x ceil(items / 100) + 3 requests per project, a second one at most 2 per scope and stream, one after ten changes at most twice the
least that is possible (`LEAST`); the trackers' 30,000 items are read in 60 s with at most 250 MB. A reader written by hand
(`tests/bench_reader.py`) reads the same in the same run: reading takes at most 2 times its wall time, 3 times its CPU time and 1.1 times
its bytes. A pull holds at most 120 MB more than the idle process, and with `--flat` no more for ten times the items. A pass of the
daemon without changes takes at most 50 ms of CPU; it is measured with all projects, and with one of each vendor.
Beside it a plain script on the same libraries reads the same (`tests/bench_naive.py`).
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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import unquote

from tests.bench_memory import peak_mb
from tests.bench_vendors import CHANGES, serve

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

    def written(self, connection: str, target: str) -> None:
        """Not part of reading."""

    def mapped(self, connection: str, records: int) -> None:
        self.ready_s[connection] = time.monotonic() - self.since


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
    arrived = line.recv()
    requests = {name: Counter(place_of(one) for one, _ in lines) for name, lines in arrived.items()}
    items = {name: sum(read.read for read in pulled.streams.values()) for name, pulled in passed.pulled.items()}
    return Measured(Used(wall, cpu, peak_mb()), requests, watch.ready_s, items, report.problems(passed))


QUIET = 5
"""So many passes of a daemon without changes are measured; the middle one counts, for a machine has other things to do, too."""


def resident(config: Path, line: Connection) -> list[float]:
    """CPU seconds of the passes of a daemon: the first two find their feet, the others find nothing changed."""
    from syncd.app import opened
    from syncd.run.one_pass import one_pass

    found = []
    with opened(config, {}) as app:
        for _ in range(2 + QUIET):
            before = time.process_time()
            one_pass(app.works, wait=False, spare=True)
            found.append(time.process_time() - before)
    line.send(True)
    line.recv()
    return found


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


def narrowed(told: Mapping[str, Any]) -> dict[str, Any]:
    """The same vendors with one project, repository or calendar each."""

    def first(section: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value[:1] if isinstance(value, list) else value for key, value in section.items()}

    return {name: {**vendor, "section": first(vendor["section"])} for name, vendor in told.items()}


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


LEAST = {"jira": (1, 0), "github": (0, 1), "gitlab": (0, 2), "google": (0, 1)}
"""The least requests that tell what changed: so many for a connection, and so many for each of its projects, repositories, calendars."""


def at_most(name: str, projects: int) -> int:
    """The floor of a pass after some changes."""
    once, each = LEAST[name]
    return 2 * (once + each * projects)


def result(
    told: Mapping[str, Any],
    first: Measured,
    second: Measured,
    changed: Measured,
    idle: tuple[list[float], list[float]],
    reading: Mapping[str, Any],
    beside: Mapping[str, dict[str, Any] | None],
) -> dict[str, Any]:
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
            "changed_pass": changed.requests[name].total(),
            "changed_allowed": at_most(name, len(vendor["lists"])),
            "second_pass_most": max((count for (scope, _), count in second.requests[name].items() if scope), default=0),
        }
    passes = {"first": _rounded(first.used), "second": _rounded(second.used), "changed": _rounded(changed.used)}
    return {
        "connections": connections,
        "passes": passes,
        "reading": reading,
        "ratios": ratios(reading, beside["reader"]),
        "idle_cpu_s": [round(cpu, 3) for cpu in idle[0]],
        "quiet_cpu_s": round(median(idle[0][-QUIET:]), 3),
        "quiet_single_cpu_s": round(median(idle[1][-QUIET:]), 3),
        **beside,
        "problems": [*first.problems, *second.problems, *changed.problems],
    }


FLOORS = {"wall_s": 2, "cpu_s": 3, "bytes": 1.1}
"""What reading may take at most, in multiples of the reader written by hand."""

QUIET_CPU_S, OVER_IDLE_MB, FLAT_MB = 0.05, 120, 10
"""CPU of a pass of a daemon without changes, memory of a pull over that of the idle process, and how much more ten times the items may
hold: pages differ in size, and nothing else may grow with their number."""


def ratios(reading: Mapping[str, float], reader: Mapping[str, Any] | None) -> dict[str, float]:
    """What reading took in multiples of the reader written by hand."""
    return {name: round(reading[name] / reader[name], 2) for name in FLOORS if reader[name]} if reader else {}


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
    print(f"\n{f'{CHANGES} changes':<12}{'requests':>8}{'':>28}{'allowed':>9}")
    for name, one in found["connections"].items():
        verdict = "ok" if one["changed_pass"] <= one["changed_allowed"] else "OVER"
        print(f"{name:<12}{one['changed_pass']:>8}{'':>28}{one['changed_allowed']:>9}{verdict:>6}")
    print(f"\n{'':<12}{'wall':>10}{'CPU':>10}{'peak memory':>14}")
    for name, used in found["passes"].items():
        print(f"{name:<12}{used['wall_s']:>8.2f} s{used['cpu_s']:>8.2f} s{used['peak_mb']:>11.0f} MB")
    cpu = ", ".join(f"{seconds * 1000:.0f}" for seconds in found["idle_cpu_s"])
    reading = found["reading"]
    print(f"daemon      CPU of its passes: {cpu} ms")
    for name, what in {"quiet_cpu_s": "all projects", "quiet_single_cpu_s": "one project of each"}.items():
        verdict = "ok" if found[name] <= QUIET_CPU_S else "OVER"
        print(f"            without changes, {what}: {found[name] * 1000:.0f} ms (at most {QUIET_CPU_S * 1000:.0f}) {verdict}")
    print(
        f"reading     {reading['wall_s']:>8.2f} s{reading['cpu_s']:>8.2f} s{reading['peak_mb']:>11.0f} MB   without mapping and looking"
    )
    print(f"memory      idle {reading['idle_mb']:.0f} MB, a pull {held(reading)}")
    if flat := found["flat"]:
        few, many = flat["few"], flat["many"]
        verdict = "ok" if many["over_idle_mb"] <= few["over_idle_mb"] + FLAT_MB else "OVER"
        print(f"flat        {flat['vendor']}: {held(few)} for {items(few):,} items, {held(many)} for {items(many):,} {verdict}")
    if reader := found["reader"]:
        print(f"by hand     {reader['wall_s']:>8.2f} s{reader['cpu_s']:>8.2f} s{reader['peak_mb']:>11.0f} MB", end="   ")
        verdicts = (f"{name} x {ratio} (at most {FLOORS[name]})" for name, ratio in found["ratios"].items())
        print("reading is " + ", ".join(verdicts))
    if naive := found["naive"]:
        print(f"{'plain script':<12}{naive['wall_s']:>8.2f} s{naive['cpu_s']:>8.2f} s{naive['peak_mb']:>11.0f} MB", end="   ")
        print(", ".join(f"{name} {one['items']} items, {one['requests']} requests" for name, one in naive["vendors"].items()))
    for line in found["problems"][:10]:
        print(f"! {line}")


def held(pull: Mapping[str, Any]) -> str:
    """What a pull held over the idle process, and whether that is too much."""
    over = pull["over_idle_mb"]
    return f"{over:.0f} MB over it (at most {OVER_IDLE_MB}) {'ok' if over <= OVER_IDLE_MB else 'OVER'}"


def items(pull: Mapping[str, Any]) -> int:
    """How many it read."""
    return sum(int(one["items"]) for one in pull["vendors"].values())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="make bench", description="A first and a second pass over four full vendors on loopback."
    )
    parser.add_argument("--items", type=int, default=10_000, help="items of each vendor")
    parser.add_argument("--projects", type=int, default=3, help="projects, repositories or calendars of each vendor")
    parser.add_argument("--vendors", default="jira,github,gitlab,google", help="which ones, with commas between")
    parser.add_argument("--latency", default="0", help="milliseconds that a vendor waits before each answer, with commas between")
    parser.add_argument("--no-naive", action="store_true", help="leave the plain script out")
    parser.add_argument("--flat", action="store_true", help="read ten times the items of one vendor, too, and compare the memory")
    parser.add_argument("--json", action="store_true", help="print JSON with stable keys")
    parser.add_argument("--profile", type=Path, help="write FILE.first and FILE.second for `python -m pstats`")
    chosen = parser.parse_args()
    found = {latency: measured(chosen, int(latency) / 1000) for latency in chosen.latency.split(",")}
    if chosen.json:
        print(json.dumps(found if len(found) > 1 else next(iter(found.values())), indent=2))
        return
    for latency, one in found.items():
        print(f"\n--- {latency} ms of latency\n" if len(found) > 1 else "", end="")
        show(one)


@contextmanager
def filled(
    chosen: argparse.Namespace, vendors: list[str], items: int, latency_s: float
) -> Iterator[tuple[dict[str, Any], Connection]]:
    """Vendors in a process of their own: what they tell of themselves, and the line to them."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=serve, args=(items, chosen.projects, vendors, latency_s, theirs), daemon=True
    )
    process.start()
    theirs.close()  # theirs alone is open now: should the vendors die, reading ends instead of waiting
    print(f"Filling {', '.join(vendors)} with {items} items each ...", file=sys.stderr)
    yield ours.recv(), ours
    ours.send(False)


def measured(chosen: argparse.Namespace, latency_s: float) -> dict[str, Any]:
    """All figures at one latency, over vendors that are made for it."""
    with filled(chosen, chosen.vendors.split(","), chosen.items, latency_s) as (told, ours):
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / "bench.toml"
            config.write_text(toml(told))
            first, second = (_measured(config, ours, chosen.profile, name) for name in ("first", "second"))
            ours.send("change")
            ours.recv()
            changed = _measured(config, ours, None, "changed")
            idle = resident(config, ours)
            config.write_text(toml(narrowed(told)).replace("syncd.db", "one.db"))
            single = resident(config, ours)
        reading = pulled(told, ours)
        beside: dict[str, dict[str, Any] | None] = {"reader": script("tests.bench_reader", told, ours)}
        beside["naive"] = None if chosen.no_naive else script("tests.bench_naive", told, ours)
    beside["flat"] = flat(chosen) if chosen.flat else None
    return result(told, first, second, changed, (idle, single), reading, beside)


def flat(chosen: argparse.Namespace) -> dict[str, Any]:
    """A pull of one vendor, and one of ten times its items."""
    vendor, found = chosen.vendors.split(",")[0], {}
    for name, items in {"few": chosen.items, "many": 10 * chosen.items}.items():
        with filled(chosen, [vendor], items, 0) as (told, ours):
            found[name] = pulled(told, ours)
    return {"vendor": vendor, **found}


def pulled(told: Mapping[str, Any], line: Connection) -> dict[str, Any]:
    """A pull into an empty mirror, without mapping: what the reader written by hand does, too."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "reading.toml"
        config.write_text(toml(told))
        return script("tests.bench_pull", told, line, str(config))


def script(module: str, told: Mapping[str, Any], line: Connection, *arguments: str) -> dict[str, Any]:
    """Another program over the same vendors, in a process of its own, with the requests that arrived and the bytes that it was sent."""
    command = [sys.executable, "-W", "ignore", "-m", module, *arguments]
    ran = subprocess.run(command, input=json.dumps(told), capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(f"{module} failed:\n{ran.stderr}")
    found: dict[str, Any] = json.loads(ran.stdout)
    line.send(True)
    arrived = line.recv()
    for name, lines in arrived.items():
        found["vendors"][name]["requests"] = len(lines)
    found["bytes"] = sum(size for lines in arrived.values() for _, size in lines)
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
