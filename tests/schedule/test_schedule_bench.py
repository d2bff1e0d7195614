"""The bench of schedules, small: that it measures what it says."""

from tests.bench_company import parts
from tests.bench_schedule import passes


def test_a_small_network_is_measured_beside_networkx() -> None:
    plain, compiling, mixed = passes(1_000)
    assert (plain.what, compiling.what, mixed.what) == ("plain", "compiling", "lags and calendars")
    assert plain.networkx_ms is not None
    assert 0 < plain.ms < plain.networkx_ms


def test_a_small_company_is_measured_with_all_detectors() -> None:
    found = {what.partition(" (")[0]: seconds for what, seconds, _ in parts(200)}
    assert {"plan_of", "forecast_of", "drift", "blocked", "buffer_burn", "all detectors"} <= set(found)
    assert found["all detectors"] > 0
