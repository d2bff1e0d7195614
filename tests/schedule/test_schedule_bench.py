"""The bench of schedules, small: that it measures what it says."""

from tests.bench_schedule import passes


def test_a_small_network_is_measured_beside_networkx() -> None:
    plain, compiling, mixed = passes(1_000)
    assert (plain.what, compiling.what, mixed.what) == ("plain", "compiling", "lags and calendars")
    assert plain.networkx_ms is not None
    assert 0 < plain.ms < plain.networkx_ms
