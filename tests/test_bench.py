"""The bench itself, small: what it prints for programs, and that no pass sends more requests than its floors allow."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def figures() -> Any:
    command = [sys.executable, "-m", "tests.bench", "--items", "1200", "--projects", "1", "--json"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("vendor", ["jira", "github", "gitlab", "google"])
def test_no_pass_sends_a_request_per_item(figures: Any, vendor: str) -> None:
    found = figures["connections"][vendor]
    assert found["items"] >= 1150
    assert found["requests"] <= found["allowed"]
    assert found["second_pass_most"] <= 2
    assert figures["problems"] == []


@pytest.mark.slow
def test_the_plain_script_reads_the_same_items_with_no_fewer_requests(figures: Any) -> None:
    naive = figures["naive"]["vendors"]
    for vendor in ("github", "gitlab", "google", "jira"):
        assert naive[vendor]["items"] >= 1150
        assert naive[vendor]["requests"] >= 0.5 * figures["connections"][vendor]["requests"]


@pytest.mark.slow
def test_the_reader_written_by_hand_reads_the_same_items(figures: Any) -> None:
    reader = figures["reader"]
    for vendor in ("github", "gitlab", "google", "jira"):
        assert reader["vendors"][vendor]["items"] >= 1150
    assert set(figures["ratios"]) == {"wall_s", "cpu_s", "bytes"}
    assert figures["ratios"]["bytes"] <= 1.1


@pytest.mark.slow
def test_seconds_and_memory_are_syncds_own(figures: Any) -> None:
    for used in figures["passes"].values():
        assert used["cpu_s"] > 0
        assert 20 < used["peak_mb"] < 1000
    assert figures["passes"]["second"]["wall_s"] < figures["passes"]["first"]["wall_s"]


@pytest.mark.slow
def test_a_pull_holds_little_more_than_the_idle_process(figures: Any) -> None:
    reading = figures["reading"]
    assert 20 < reading["idle_mb"] < reading["peak_mb"]
    assert reading["over_idle_mb"] <= 120
