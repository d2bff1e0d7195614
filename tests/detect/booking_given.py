"""What the tests of windows are about: two evenings, an epic and a freeze. It is Tuesday 5 May 2026, 09:00 in Berlin."""

from typing import Any

from syncd.contract import Detector
from syncd.detect import forecast_after_window, in_freeze, outside_window, window_double_booked
from syncd.model.finding import Finding
from syncd.model.rows import Row
from syncd.model.snapshot import Snapshot
from tests.model_builders import deployment, freeze, milestone, snapshot, window

OUTSIDE, FROZEN, DOUBLE, LATE = (
    outside_window.DETECTOR,
    in_freeze.DETECTOR,
    window_double_booked.DETECTOR,
    forecast_after_window.DETECTOR,
)


def found(detector: Detector, *rows: Row, **rules: Any) -> list[Finding]:
    model: Snapshot = snapshot(*rows)
    return list(detector.detect(model, detector.rules(**rules)))


def severities(detector: Detector, *rows: Row, **rules: Any) -> list[str]:
    return [finding.severity for finding in found(detector, *rows, **rules)]


EVENING = window("W1", "2026-05-07T18:00", "2026-05-07T20:00")


NEXT = window("W2", "2026-05-14T18:00", "2026-05-14T20:00")


EPIC = milestone("M", title="Checkout v2", due="2026-05-22")


FREEZE = freeze("F", "2026-05-07T10:00", "2026-05-09T10:00")


ROWS = (EVENING, NEXT, FREEZE, EPIC, deployment("D1", "2026-05-08T08:00", of="M"), deployment("D2", "2026-05-08T08:10"))
