"""Detectors asked by their rules, what their findings say, and a law that all of them keep."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from syncd.contract import Detector
from syncd.model.baseline import Baseline
from syncd.model.finding import Finding, Severity, said
from syncd.model.rows import Quantity, Row
from syncd.model.snapshot import Snapshot
from tests.model_builders import item, link, milestone, ref, snapshot

APRIL = datetime(2026, 4, 1, 7, tzinfo=UTC)


def found(detector: Detector, model: Snapshot, open_: dict[str, Severity] | None = None, **rules: Any) -> list[Finding]:
    """What it finds in the model; `open_`: the findings that stand."""
    return list(detector.detect(replace(model, open=open_ or {}), detector.rules(**rules)))


def told(findings: list[Finding]) -> list[tuple[Severity, tuple[str, ...], list[tuple[str, ...]]]]:
    """What they say, without what only the clock changes."""
    return [(one.severity, said(one.headline), [said(line.parts) for line in one.lines]) for one in findings]


def same_whatever_the_order(detector: Detector) -> None:
    """The order of rows, and an unrelated milestone, change nothing of what is found in a late plan that has a baseline."""
    rows: list[Row] = [
        milestone("M", title="Checkout v2", due="2026-05-15"),
        item("A", title="Contract", due="2026-05-12"),
        item("B", of="M", title="Payment", days=2),
        item("L", of="M", due="2026-05-01"),
        link("A", "B"),
        *(item(f"A-{number}", of="M", days=2) for number in range(12)),
        *(link(f"A-{number}", f"A-{number + 1}") for number in range(6)),
    ]
    items = {row.ref: Quantity(1, "points") for row in rows if row.kind == "item"}
    at = APRIL - timedelta(days=9)
    made = Baseline(milestone=ref("M"), at=at, recorded_at=APRIL, origin="set", due=date(2026, 5, 5), items=items)
    base = {ref("M"): (made,)}
    rules: dict[str, Any] = {"least_items": 1} if detector.code == "execution" else {}
    first = found(detector, replace(snapshot(*rows), baselines=base), **rules)
    assert first
    assert found(detector, replace(snapshot(*reversed(rows)), baselines=base), **rules) == first
    other: list[Row] = [milestone("Z", due="2026-06-01"), item("Z-1", of="Z", days=3)]
    again = found(detector, replace(snapshot(*rows, *other), baselines=base), **rules)
    assert [one for one in again if one.subject == ref("M")] == first
