"""Killed at each named step of a pass, once: the passes after it lead to the same tickets as if nothing had happened."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.app import opened
from syncd.model.problem import Problems
from syncd.run.fault_points import POINTS, VARIABLE, point_of, unused
from tests.run.kill_given import COMMENTS, Stage, days_ago, stage

KILLED = -9


@pytest.fixture
def acting(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as made:
        for vendor in made.promises:
            made.add(vendor, days_ago(20))
        yield made


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_a_pass_that_dies_at_a_step_is_made_good_by_the_next(acting: Stage, point: str) -> None:
    assert acting.run(fault_point=point) == KILLED
    assert acting.run() == 0
    if acting.faults():
        assert acting.run() == 0
    assert acting.faults() == []
    # A request that the kill cut off in the middle arrives without its body, and is refused: nothing was posted by it.
    sent = [entry for server in acting.servers for entry in server.requests(COMMENTS) if entry.line.startswith("POST")]
    created = [entry.line for entry in sent if entry.status == 201]
    assert len(created) == len(set(created)) == 3, "a comment was posted more than once"
    before = len(acting.writes())
    assert acting.run() == 0
    assert acting.writes()[before:] == []


def test_the_point_can_be_a_later_one_of_its_kind(acting: Stage) -> None:
    assert acting.run(fault_point="after receipt:2") == KILLED
    assert acting.run(fault_point="after receipt:99") == 0
    assert acting.faults() == []


def test_nothing_is_done_at_the_points_unless_one_is_named() -> None:
    assert point_of({}) is unused
    assert point_of({VARIABLE: ""}) is unused


@pytest.mark.parametrize("wrong", ["after lunch", "after claim:x"])
def test_a_point_that_is_none_is_a_problem_of_the_environment(wrong: str, acting: Stage) -> None:
    with pytest.raises(Problems, match=f"{VARIABLE}.*is no fault point"), opened(Path(acting.config), {VARIABLE: wrong}):
        pass
