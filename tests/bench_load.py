"""How long a mirror of a hundred thousand records takes from the store to a plan, beside the figure to reach. It never fails.

    python -m tests.bench_load [RECORDS] [--keep FOLDER]

A process of its own fills a store: issues as the Jira of the demo gives them, epics of twenty, a link for three of four, histories,
mapped by the bundled mapping. What is measured begins with the rows in the store, and ends with the dates of all open work; then the
whole look of a pass is, with all that it reads, concludes and keeps. A folder that is kept has its first look only once.
"""

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from syncd.app import App, opened, understanding
from syncd.contract import Page
from syncd.demo.jira_twin import JiraTwin
from syncd.model.collecting import uncollected
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref
from syncd.run.analyse import analyse, model
from syncd.run.rows import map_changed, read_back
from syncd.schedule.plan import plan_of
from syncd.schedule.wiring import wiring_of
from tests.bench_memory import peak_mb

NOW = datetime(2026, 5, 5, 7, tzinfo=UTC)
PROJECTS, PER_EPIC, PEOPLE, PAGE = 50, 20, 500, 1000
SECONDS = 1.5
CONFIG = """
[store]
url = "sqlite:///syncd.db"
[model]
zone = "Europe/Berlin"
[connections.plat]
kind = "jira"
url = "http://127.0.0.1:9"
user = "bot@acme.example"
token = "none"
projects = [{projects}]
"""


def fill(folder: Path, records: int) -> None:
    """A store in that folder, as passes would have left it."""
    projects = [f"P{number}" for number in range(PROJECTS)]
    config = folder / "syncd.toml"
    config.write_text(CONFIG.format(projects=", ".join(f'"{key}"' for key in projects)))
    with opened(config, {}) as app, uncollected():
        for number, key in enumerate(projects):
            _fill_project(app, key, records // PROJECTS, number)
        map_changed(app.links[0], app.store)


def _fill_project(app: App, key: str, records: int, seed: int) -> None:
    """The records of one project, in pages."""
    twin, random = JiraTwin(lambda: NOW), Random(seed)
    twin._ids = iter(range(10_000 + seed * 1_000_000, 2**31))  # type: ignore[assignment]
    scope = Scope(twin.project(key)["id"], key)
    for number in range(records // PER_EPIC):
        due = (NOW + timedelta(days=random.randrange(-10, 200))).date().isoformat()
        epic = twin.issue(key, f"Commitment {number}", type="Epic", duedate=due, assignee=_anybody(random))["key"]
        work = [_work(twin, random, key, epic, place) for place in range(PER_EPIC - 1)]
        for one, other in pairwise(work):
            if random.random() < 0.75:
                twin.link(one, other)
    issues = list(twin.issues.values())
    for first in range(0, len(issues), PAGE):
        raws = [
            RawRecord(
                Ref("plat", "issues", one["id"], one["key"], one["self"].partition("rest/")[0] + f"browse/{one['key']}"),
                scope,
                one,
            )
            for one in issues[first : first + PAGE]
        ]
        last = first + PAGE >= len(issues)
        app.store.mirror.put("plat", "issues", scope, Page(tuple(raws), cursor="0", complete=last), at=NOW)


def _work(twin: JiraTwin, random: Random, project: str, epic: str, place: int) -> str:
    created = NOW - timedelta(days=random.randrange(20, 200))
    fields: dict[str, Any] = (
        {"timetracking": {"originalEstimateSeconds": 28800 * random.randrange(1, 5)}} if random.random() < 0.7 else {}
    )
    fields |= {"duedate": (NOW + timedelta(days=random.randrange(200))).date().isoformat()} if random.random() < 0.3 else {}
    key: str = twin.issue(
        project,
        f"Piece {place} of the commitment {epic}",
        parent=epic,
        assignee=_anybody(random),
        at=created,
        labels=["backend"],
        **fields,
    )["key"]
    if random.random() < 0.75:
        begun = created + timedelta(days=random.randrange(1, 9))
        twin.edit(key, at=begun, status="In Progress")
        if random.random() < 0.66:
            twin.edit(key, at=begun + timedelta(days=random.randrange(1, 10)), status="Done")
    return key


def _anybody(random: Random) -> str:
    return f"Person {random.randrange(PEOPLE)}"


def parts(folder: Path) -> Iterator[tuple[str, float, float | None]]:
    """What is measured, its seconds, and the seconds to reach."""
    with opened(folder / "syncd.toml", {}) as app, uncollected():  # as a pass analyses
        whole = 0.0

        def took(work: Callable[[], Any]) -> tuple[float, Any]:
            begin = time.process_time()
            made = work()
            return time.process_time() - begin, made

        seconds, read = took(lambda: read_back(app.links, app.store))
        whole += seconds
        yield f"rows of {len(read.rows):,}", seconds, None
        seconds, made = took(lambda: model(app.links, app.store, understanding(app.config), NOW, read))
        whole += seconds
        yield f"model of {len(made.snapshot.items):,} items", seconds, None
        for make in (wiring_of, plan_of):
            seconds, _ = took(lambda make=make: made.snapshot.once(make))  # type: ignore[misc]
            whole += seconds
            yield make.__name__, seconds, None
        yield "cold load", whole, SECONDS if len(read.rows) >= 100_000 else None


def looks(folder: Path) -> Iterator[tuple[str, float, float | None]]:
    """The look of a first pass, and that of the next one, with their seconds."""
    with opened(folder / "syncd.toml", {}) as app:
        for what in ("a first look, findings written", "a look at the same again"):
            begin = time.process_time()
            looked = analyse(app.links, app.store, understanding(app.config), NOW)
            yield f"{what} ({len(looked.detected.findings):,})", time.process_time() - begin, None


def measured(records: int, keep: Path | None = None) -> Iterator[tuple[str, float, float | None]]:
    """Fill a store, and `parts` of it. `keep`: a folder that is filled once, and read again the next time."""
    with tempfile.TemporaryDirectory() as name:
        folder = keep or Path(name)
        if not (folder / "syncd.db").exists():
            folder.mkdir(exist_ok=True)
            filling = multiprocessing.get_context("spawn").Process(target=fill, args=(folder, records))
            filling.start()
            filling.join()
        yield from parts(folder)
        yield from looks(folder)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("records", nargs="?", type=int, default=100_000)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    print(f"{f'a mirror of {given.records:,} records':40}{'s':>8}{'to reach':>10}")
    for what, seconds, floor in measured(given.records, given.keep):
        print(f"{what:40}{seconds:>8.2f}{'' if floor is None else f'{floor:.2f}':>10}", flush=True)
    print(f"{'memory, MB':40}{peak_mb():>8.0f}")


if __name__ == "__main__":
    main()
