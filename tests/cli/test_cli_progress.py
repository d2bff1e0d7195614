"""Progress: how long the rest of a first read takes is said neither too early nor against better knowledge."""

import pytest

from syncd.cli.progress import duration, seconds_left


@pytest.mark.parametrize(
    ("requests", "done", "elapsed_s", "left_s"),
    [(100, 20, 60, 240), (100, 4, 60, None), (100, 20, 4, None), (100, 100, 60, None), (100, 130, 60, None), (0, 20, 60, None)],
)
def test_the_rest_takes_as_long_as_it_went_so_far(requests: int, done: int, elapsed_s: float, left_s: float | None) -> None:
    assert seconds_left(requests, done, elapsed_s) == left_s


def test_a_duration_is_as_exact_as_an_estimate() -> None:
    assert [duration(seconds) for seconds in (0.2, 40, 100, 700, 9000)] == ["1 s", "40 s", "2 minutes", "12 minutes", "2 hours"]
