"""The bench of schedules, small: that it measures what it says."""

from collections.abc import Callable
from pathlib import Path

import pytest

from syncd.model.snapshot import Snapshot
from tests import bench_load
from tests.bench_company import company, parts
from tests.bench_company_rich import rich_company
from tests.bench_schedule import CHANGED, passes


def test_a_small_network_is_measured_beside_networkx() -> None:
    plain, compiling, mixed, changed = passes(1_000)
    assert (plain.what, compiling.what, mixed.what) == ("plain", "compiling", "lags and calendars")
    assert plain.networkx_ms is not None
    assert 0 < plain.ms < plain.networkx_ms
    assert changed.what == CHANGED


@pytest.mark.parametrize("made", [company, rich_company])
def test_a_small_company_is_measured_with_all_detectors(made: Callable[[int], Snapshot]) -> None:
    found = {what.partition(" (")[0]: seconds for what, seconds, _ in parts(made(200))}
    assert {"plan_of", "forecast_of", "drift", "blocked", "buffer_burn", "all detectors"} <= set(found)
    assert found["all detectors"] > 0


def test_a_small_mirror_is_measured_on_its_way_to_a_plan(tmp_path: Path) -> None:
    bench_load.fill(tmp_path, 1000)
    found = [what for what, _, _ in bench_load.parts(tmp_path)]
    assert found[1:] == ["model of 950 items", "wiring_of", "plan_of", "cold load"]
    first, again = (what.partition(" (") for what, _, _ in bench_load.looks(tmp_path))
    assert (first[0], again[0]) == ("a first look, findings written", "a look at the same again")
    assert first[2] == again[2] != "0)"
