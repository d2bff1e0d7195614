"""How fast a large company's plan, forecast and findings are made, beside the figures to reach. Run by `make bench`; it never fails.

Three things: a company of items and links alone, one with all that a model can hold (`tests.bench_company_rich`), and the way of as many
records from the store to a plan (`tests.bench_load`).
"""

import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from importlib.metadata import entry_points
from random import Random
from typing import Any

from syncd.model.baseline import Baseline
from syncd.model.collecting import uncollected
from syncd.model.ref import Ref
from syncd.model.rows import Dependency, Item, Milestone, Person, Quantity
from syncd.model.snapshot import Snapshot
from syncd.schedule.chances import Pools, simulate
from syncd.schedule.criticality import criticality_of
from syncd.schedule.forecast import forecast_of
from syncd.schedule.plan import plan_of
from syncd.schedule.reference import reference_of
from syncd.schedule.throughput import drawn, rates
from syncd.schedule.wiring import End, wiring_of
from syncd.schedule.working import working_of
from tests.bench_company_rich import rich_company
from tests.bench_load import measured as loading

NOW = datetime(2026, 5, 5, 7, 0, tzinfo=UTC)
PER_MILESTONE, PROJECTS, PEOPLE = 20, 50, 1000
SECONDS, MEGABYTES = 5.0, 1024
"""All detectors over a hundred thousand items."""


def company(items: int, seed: int = 1) -> Snapshot:
    """Milestones of twenty items each, half of them done; 1.35 links an item, to one of the next forty; a third has no estimate."""
    random = Random(seed)
    people = [Person(f"a{number}", {"p": f"a{number}"}) for number in range(PEOPLE)]
    milestones: dict[Ref, Milestone] = {}
    rows: dict[Ref, Item] = {}
    for number in range(items // PER_MILESTONE):
        ref = Ref("p", "milestones", str(number), key=f"M-{number}")
        due = date(2026, 5, 5) + timedelta(days=random.randrange(5, 200))
        milestones[ref] = Milestone(ref=ref, title="m", status="doing", due=due, project=f"P{number % PROJECTS}")
        for place in range(PER_MILESTONE):
            item = _item(random, people, ref, number * PER_MILESTONE + place)
            rows[item.ref] = item
    refs = list(rows)
    members = {ref: tuple(refs[n * PER_MILESTONE : (n + 1) * PER_MILESTONE]) for n, ref in enumerate(milestones)}
    starts = (random.randrange(len(refs) - 1) for _ in range(int(1.35 * len(refs))))
    pairs = ((refs[at], refs[min(len(refs) - 1, at + 1 + random.randrange(40))]) for at in starts)
    links = tuple(Dependency(ref=later, predecessor=earlier, successor=later) for earlier, later in pairs)
    agreed = {
        ref: (Baseline(milestone=ref, at=NOW - timedelta(days=60), recorded_at=NOW, origin="history", due=one.due),)
        for ref, one in list(milestones.items())[::10]
    }
    return Snapshot(
        as_of=NOW,
        zone="Europe/Berlin",
        milestones=milestones,
        items=rows,
        members=members,
        dependencies=links,
        baselines=agreed,
    )


def _item(random: Random, people: list[Person], milestone: Ref, number: int) -> Item:
    status: Any = random.choice(["todo", "doing", "done", "done"])
    created = NOW - timedelta(days=random.randrange(20, 200))
    ref = Ref("p", "issues", str(number), key=f"I-{number}")
    return Item(
        ref=ref,
        title="t",
        type="story",
        status=status,
        project=f"P{int(milestone.id) % PROJECTS}",
        created_at=created,
        done_at=created + timedelta(days=random.randrange(1, 15)) if status == "done" else None,
        estimate=Quantity(480 * random.randrange(1, 5), "minutes") if random.random() < 0.7 else None,
        assignees=(random.choice(people),),
        milestones=(milestone,),
    )


def took(work: Callable[[], object]) -> float:
    """Seconds of processor time of one run."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def parts(seen: Snapshot) -> Iterator[tuple[str, float, float | None]]:
    """What is measured, its seconds, and the seconds to reach."""
    whole, items = 0.0, len(seen.items)
    for make in (working_of, reference_of, wiring_of, plan_of, forecast_of):
        whole += (seconds := took(lambda make=make: seen.once(make)))  # type: ignore[misc]
        yield make.__name__, seconds, None
    for point in sorted(entry_points(group="syncd.detectors"), key=lambda point: point.name):
        detector = point.load()
        found: list[object] = []
        whole += (seconds := took(lambda d=detector, f=found: f.extend(d.detect(seen, d.rules()))))  # type: ignore[misc]
        yield f"{point.name} ({len(found):,})", seconds, None
    odds = seen.once(forecast_of).odds
    named = [ref for ref, one in odds.items() if one.method == "network"][::20]
    yield (
        "criticality of a milestone, at most",
        max((took(partial(criticality_of, seen, ref)) for ref in named), default=0.0),
        None,
    )
    seen.let_go()
    yield "all detectors", whole, SECONDS if items == 100_000 else None


def draws() -> Iterator[tuple[str, float, float | None]]:
    """2,000 draws of ten thousand open items, and a throughput forecast of 10,000 draws."""
    seen = company(20_000)
    plan, reference = seen.once(plan_of), seen.once(reference_of)
    pools, watch = Pools.of(reference), [node for node in plan.wiring.nodes if isinstance(node, End)]
    open_ = sum(node in seen.items for node in plan.wiring.nodes)
    yield f"2,000 draws, {open_:,} items", took(lambda: simulate(plan, reference, pools, watch, 2000)), 1.2
    weekly = rates((one.ended for one in reference.finished[:2000]), seen.today)
    yield "throughput, 10,000 draws", took(lambda: drawn(weekly, 10_000, 1, ahead=52).until(400)), 0.05


def main() -> None:
    """Measure and print."""
    items = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with uncollected():  # as a pass analyses
        print(f"{f'a company of {items:,} items':40}{'s':>8}{'to reach':>10}")
        _print(*parts(company(items)), *draws())
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{'memory, MB':40}{most:>8}{MEGABYTES:>10}")
        print(f"with teams, leave, windows, merge requests and histories, {items:,} items")
        _print(*parts(rich_company(items)))
    print(f"a mirror of {items:,} records")
    _print(*loading(items))


def _print(*lines: tuple[str, float, float | None]) -> None:
    for what, seconds, floor in lines:
        print(f"{what:40}{seconds:>8.2f}{'' if floor is None else f'{floor:.2f}':>10}", flush=True)


if __name__ == "__main__":
    main()
