"""How commands show the criticality index: in how many of the draws each piece of work decides when a milestone's work ends."""

from typing import TYPE_CHECKING, Any

from syncd.cli.frame import one_line, out, wide

if TYPE_CHECKING:
    from syncd.model.rows import Dependency
    from syncd.model.snapshot import Snapshot
    from syncd.schedule.criticality import Criticality
    from syncd.schedule.plan import Dates
    from syncd.schedule.wiring import Work

_LEAST, _MOST = 0.05, 10
"""What is critical less often, and more than so many, a table leaves out."""


def as_json(snapshot: "Snapshot", index: "Criticality") -> dict[str, Any]:
    """All of it, with stable keys; the most critical first."""
    from syncd.model.ref import ref_to_json

    own = frozenset(snapshot.members.get(index.milestone, ()))
    works = ((snapshot.get(ref), share) for ref, share in index.shares.items())
    return {
        "draws": index.draws or None,
        "why_not": index.lacking,
        "work": [
            {
                "ref": ref_to_json(work.ref),
                "title": work.title,
                "status": work.status,
                "of_milestone": work.ref in own,
                "critical_in": round(share, 4),
            }
            for work, share in works
            if work
        ],
    }


def show(snapshot: "Snapshot", index: "Criticality") -> None:
    """The most critical work as a table, or in one line why there is none."""
    from rich.table import Table

    from syncd.cli.tabled import show_table
    from syncd.schedule.plan import plan_of

    label = index.milestone.label
    if index.lacking:
        out().print(_text(f"What decides when {label} ends is not known: {index.lacking}."))
        return
    often = [(ref, share) for ref, share in index.shares.items() if share >= _LEAST]
    if not often:
        out().print(_text(f"No work decides when {label} ends in as much as {_LEAST:.0%} of {index.draws} draws."))
        return
    plan = snapshot.once(plan_of)
    out().print()
    out().print(_text(f"What decides when the work of {label} ends, in {index.draws} draws:"))
    table = Table(box=None, pad_edge=False)
    table.add_column("critical in", justify="right")
    for name in ("work", "milestone", "driven by"):
        table.add_column(name)
    for ref, share in often[:_MOST]:
        work, dates = snapshot.get(ref), plan.dates(ref)
        if work and dates:
            table.add_row(
                *map(_text, (percent(share), f"{ref.label} {_short(work.title)}", _of(snapshot, work), driven_by(dates)))
            )
    show_table(wide(), table)
    if len(often) > _MOST:
        out().print(_text(f"{len(often) - _MOST} more in {_LEAST:.0%} of the draws or more: see --json."))


def percent(share: float) -> str:
    """A share of draws, so that only what is always so reads 100%, and only what never is 0%."""
    if 0 < share < 0.005:
        return "<1%"
    return ">99%" if 0.995 <= share < 1 else f"{share:.0%}"


def driven_by(dates: "Dates", link: "Dependency | None" = None) -> str:
    """What sets the start of work in the plan, and a lag in elapsed time. `link`: along which, where it is not the work's own one."""
    from syncd.schedule.picture import lag_told

    own, link = {"today": "today", "start": "its start", "due": "its due date"}, link or dates.link
    lag = lag_told(link) if link and link.lag_in == "elapsed" else ""
    return f"{dates.by.label} {lag}".rstrip() if dates.by else own.get(dates.own or "", "")


def _of(snapshot: "Snapshot", work: "Work") -> str:
    """The milestones that an item belongs to."""
    return ", ".join(ref.label for ref, members in snapshot.members.items() if work.ref in members)


def _short(title: str) -> str:
    return title if len(title) <= 40 else title[:39] + "…"


def _text(value: str) -> Any:
    from rich.text import Text

    return Text(one_line(value))
