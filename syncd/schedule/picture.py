"""Pure. A milestone's plan as rows: its open items and all open work that they wait for, with dates, floats and what drives them.

It is what `syncd schedule show` prints, and what the pictures are drawn from (`picture_svg`, `mermaid`). Rows are in the order of their
start, then their end, then their key; `after` of a row names the rows that it waits for by declared links.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from syncd.model.ref import Ref
from syncd.model.rows import Dependency, Item, Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule import mermaid
from syncd.schedule.days import days_after
from syncd.schedule.durations import DAY
from syncd.schedule.forecast import FAR, Odds, forecast_of
from syncd.schedule.lagging import lag_behind
from syncd.schedule.mermaid import Edge, Span
from syncd.schedule.plan import Dates, Plan, plan_of
from syncd.schedule.wiring import End, Node, Work, is_open


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One piece of work. `room`, `free`: total and free float in working days of whoever does it; `days`: its duration in those.

    `after`: places of the rows that it waits for; `driven`: that of the row that sets its start, along `link`. `part`: it is the
    milestone's own, else something upstream; `on_path`: it is on the driving path. `percent`: how much is done, by time spent; None:
    unknown.
    """

    work: Work
    dates: Dates
    days: float
    room: float
    free: float
    part: bool
    on_path: bool
    percent: int | None
    after: tuple[int, ...] = ()
    driven: int | None = None
    link: Dependency | None = None

    @property
    def key(self) -> str:
        """What it is called."""
        return self.work.ref.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A milestone's plan. `finish`: the end of all its open work; `late`: working days after its due date.

    `done` of `total` items are done. `odds`: the forecast, `lacking`: why there is none. `path`: the driving path; `link`: that with a lag
    in elapsed time from the last of it. `problems`: what keeps the plan from being believed.
    """

    milestone: Milestone
    today: date
    rows: tuple[Row, ...]
    finish: date | None
    late: int
    done: int
    total: int
    odds: Odds | None = None
    lacking: str | None = None
    path: tuple[Ref, ...] = ()
    link: Dependency | None = None
    problems: tuple[str, ...] = ()


def picture_of(snapshot: Snapshot, milestone: Milestone) -> Picture:
    """The plan of one milestone."""
    plan, forecast = snapshot.once(plan_of), snapshot.once(forecast_of)
    ref, end = milestone.ref, plan.end(milestone.ref)
    members = [snapshot.items[item] for item in snapshot.members.get(ref, ())]
    path = plan.path(End(ref)) if end else ()
    rows = tuple(_rows(snapshot, plan, ref, path)) if end else ()
    counted = [item for item in members if item.status != "dropped"]
    days = days_after(plan.calendar(End(ref)), milestone.due, end.finish) if end and milestone.due else 0
    return Picture(
        milestone=milestone,
        today=snapshot.today,
        rows=rows,
        finish=end.finish if end else None,
        late=max(0, days),
        done=sum(item.status == "done" for item in counted),
        total=len(counted),
        odds=forecast.odds.get(ref),
        lacking=forecast.lacking.get(ref),
        path=path,
        link=lag_behind(plan, End(ref), path[-1]) if path else None,
        problems=tuple(_problems(plan, ref, rows)),
    )


def drawn_days(odds: Odds) -> dict[str, date | None]:
    """The forecast's days; None where it reaches none that is looked at."""
    days = {"p50": odds.p50, "p85": odds.p85, "p95": odds.p95}
    return {name: None if day == FAR else day for name, day in days.items()}


def gantt(picture: Picture, *, titles: bool = True) -> str:
    """The rows as a Gantt chart in Mermaid."""
    spans = [
        Span(
            f"{row.key} {row.work.title}" if titles else row.key,
            row.dates.start,
            row.dates.finish,
            "crit" if row.room <= 0 else "active" if row.work.status == "doing" else "",
        )
        for row in picture.rows
    ]
    due = picture.milestone.due
    ends = [Span(f"due {picture.milestone.ref.label}", due, due, milestone=True)] if due else []
    return mermaid.gantt(_called(picture.milestone), [*spans, *ends])


def flowchart(picture: Picture) -> str:
    """The rows and their links as a flowchart in Mermaid, with the milestone at the end."""
    boxes = [(f"{row.key} {row.work.title}", f"{row.dates.start} to {row.dates.finish}") for row in picture.rows]
    due = picture.milestone.due
    boxes.append((_called(picture.milestone), f"due {due}" if due else "no due date"))
    return mermaid.flowchart(boxes, edges_of(picture), goals=[len(boxes) - 1])


def edges_of(picture: Picture) -> list[Edge]:
    """The links between rows, and from what ends last to the milestone, which comes after the last row."""
    edges = [
        Edge(before, place, link_told(row, before), driving=row.driven == before)
        for place, row in enumerate(picture.rows)
        for before in row.after
    ]
    last = next((place for place, row in enumerate(picture.rows) if picture.path and row.work.ref == picture.path[-1]), None)
    return [*edges, Edge(last, len(picture.rows), lag_told(picture.link) if picture.link else "")] if last is not None else edges


def link_told(row: Row, before: int) -> str:
    """What is said of the link along which the row of that place drives another: relation and lag, where there is anything to say."""
    link = row.link if row.driven == before else None
    if link is None:
        return ""
    return " ".join(part for part in (link.relation if link.relation != "FS" else "", lag_told(link)) if part)


def lag_told(link: Dependency) -> str:
    """Days, or hours where elapsed time is no whole number of days: "+2 d", "+2 ed", "+8 eh"."""
    if link.lag_in == "elapsed" and link.lag:
        days = link.lag % 1440 == 0
        return f"{link.lag / 1440:+g} ed" if days else f"{round(link.lag / 60, 1):+g} eh"
    lag = round(link.lag / DAY, 1)
    return f"{lag:+g} d" if lag else ""


def _called(milestone: Milestone) -> str:
    return f"{milestone.ref.label} {milestone.title}"


def _rows(snapshot: Snapshot, plan: Plan, milestone: Ref, path: Sequence[Ref]) -> Iterator[Row]:
    own = {ref for ref in snapshot.members.get(milestone, ()) if is_open(snapshot.items.get(ref))}
    refs = (plan.upstream([End(milestone), *own]) | own) - {milestone}
    known = [(ref, dates, work) for ref in refs if (dates := plan.dates(ref)) and (work := snapshot.get(ref))]
    known.sort(key=lambda one: (one[1].start, one[1].finish, one[1].duration.minutes == 0, one[0]))
    places = {ref: place for place, (ref, _, _) in enumerate(known)}
    on_path = frozenset(path)
    for ref, dates, work in known:
        length = int(plan.calendar(ref).minutes.max()) or DAY
        after = {places[before] for before in _waits(plan, ref) if before in places and before != ref}
        yield Row(
            work=work,
            dates=dates,
            days=dates.duration.minutes / length,
            room=dates.total_float / length,
            free=dates.free_float / length,
            part=ref in own,
            on_path=ref in on_path,
            percent=_percent(work),
            after=tuple(sorted(after)),
            driven=places.get(dates.by) if dates.by else None,
            link=dates.link or (lag_behind(plan, ref, dates.by) if dates.by else None),
        )


def _waits(plan: Plan, ref: Ref) -> set[Ref]:
    """The work that a piece of work waits for, also by its milestone; of a milestone its items."""
    found: set[Ref] = set()
    todo: list[Node] = [ref]
    seen: set[Node] = set()
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen.add(node)
        for wire in plan.waits(node):
            earlier = plan.wiring.nodes[wire.earlier]
            if isinstance(earlier, Ref):
                found.add(earlier)
            else:
                todo.append(earlier)
    return found


def _percent(work: Work) -> int | None:
    if not isinstance(work, Item) or work.spent is None or work.remaining is None or work.remaining.unit != "minutes":
        return None
    whole = work.spent + work.remaining.value
    return max(0, min(99, round(100 * work.spent / whole))) if whole > 0 else None


def _problems(plan: Plan, milestone: Ref, rows: Sequence[Row]) -> Iterator[str]:
    refs = {row.work.ref for row in rows} | {milestone}
    for cycle in plan.cycles:
        if not refs.isdisjoint(cycle):
            ring = " -> ".join(ref.label for ref in (*cycle, cycle[0]))
            yield f"items wait for each other, so their links push nothing: {ring}"
    labels = {ref.label for ref in refs}
    yield from (
        problem for problem in plan.problems if problem.partition(":")[0] in labels or problem.startswith("open work adds up")
    )
    assumed = sum(row.dates.duration.assumed and row.dates.own != "due" for row in rows)
    if rows and assumed > 0.4 * len(rows):
        yield f"{assumed} of {len(rows)} durations are assumed: give estimates, or dates"
