"""Running detectors: sorted, the same every time, and one that breaks leaves the others working."""

from collections.abc import Iterator

from syncd.contract import Detector, Rules
from syncd.detect import detect
from syncd.detect.blocked import DETECTOR as BLOCKED
from syncd.detect.drift import DETECTOR as DRIFT
from syncd.detect.sources_disagree import DETECTOR as SOURCES_DISAGREE
from syncd.model.finding import Finding
from syncd.model.snapshot import Snapshot
from syncd.model.wire import finding_from_json, finding_to_json
from tests.model_builders import item, link, milestone, snapshot

ROWS = (
    milestone("M", due="2026-05-01", same_as=("k",)),
    milestone("G", "code", due="2026-05-02", same_as=("k",)),
    item("A", of="M"),
    item("B", of="M", status="doing"),
    link("A", "B"),
)
ALL = [(detector, detector.rules()) for detector in (DRIFT, SOURCES_DISAGREE, BLOCKED)]


def breaks(model: Snapshot, _: Rules) -> Iterator[Finding]:
    yield from DRIFT.detect(model, DRIFT.rules())
    raise ZeroDivisionError(f"no way {len(model.items)}")


def test_a_detector_that_breaks_is_named_and_the_others_work() -> None:
    broken = Detector("broken", "Broken", Rules, breaks)
    result = detect(snapshot(*ROWS), [(broken, Rules()), *ALL])
    assert [finding.code for finding in result.findings] == ["blocked", "drift", "sources_disagree"]
    (defect,) = result.defects
    assert defect.code == "broken"
    assert defect.text.startswith("ZeroDivisionError: no way 2 (")
    assert "test_detect_run, line " in defect.text


def test_the_order_of_detectors_and_rows_changes_nothing() -> None:
    assert detect(snapshot(*ROWS), ALL) == detect(snapshot(*reversed(ROWS)), ALL[::-1])


def test_findings_survive_the_store() -> None:
    for finding in detect(snapshot(*ROWS), ALL).findings:
        assert finding_from_json(finding_to_json(finding)) == finding
