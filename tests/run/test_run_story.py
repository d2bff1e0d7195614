"""The whole line over records that real vendors gave: read by their client libraries, mapped, analysed, and found the same again."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from syncd.app import opened
from syncd.cli import report
from syncd.cli.main import cli
from syncd.demo.story_records import Recorded, recorded
from syncd.run.clock import Clock
from syncd.run.one_pass import Passed, one_pass

RECORDED = Path(__file__).parents[3] / "shared" / "recorded"
KINDS = ("milestone", "item", "merge_request", "dependency", "person")
NOW = datetime(2026, 5, 5, 7, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded records are not beside this checkout")


@pytest.fixture
def vendors() -> Iterator[Recorded]:
    found = recorded(RECORDED, lambda: NOW)
    found.twins.start()
    yield found
    found.twins.stop()


def read(config: Path) -> Passed:
    with opened(config, {}, clock=Clock(now=lambda: NOW)) as app:
        return one_pass(app.works)


def exported(config: Path) -> dict[str, Any]:
    found = {kind: CliRunner().invoke(cli, ["export", "--kind", kind, "-c", str(config)]) for kind in KINDS}
    assert {result.exit_code for result in found.values()} == {0}
    return {kind: json.loads(result.stdout) for kind, result in found.items()}


def test_recorded_records_go_the_whole_way_and_a_second_pass_changes_nothing(vendors: Recorded, tmp_path: Path) -> None:
    assert not vendors.unreadable
    assert vendors.taken == {
        "github-issues.json": 6,
        "github-milestones.json": 1,
        "github-pulls.json": 4,
        "gitlab-issues.json": 4,
        "gitlab-merge-requests.json": 4,
        "jira-issue-links.json": 5,
        "jira-issues.json": 6,
    }
    config = tmp_path / "syncd.toml"
    config.write_text(vendors.configuration())
    first = read(config)
    told = exported(config)
    assert not first.analysed.rejected
    assert not first.analysed.detected.defects
    assert {name: {s: r.read for s, r in pulled.streams.items()} for name, pulled in first.pulled.items()} == {
        "jira": {"projects": 2, "versions": 2, "issues": 11},
        "gitlab": {"milestones": 1, "epics": 0, "issues": 4, "merge_requests": 4, "freeze_periods": 0},
        "github": {"milestones": 1, "issues": 4, "pulls": 4},
    }
    assert report.model_counts(first.analysed.snapshot) == {
        "milestone": 4,
        "item": 19,
        "merge_request": 8,
        "dependency": 1,
        "window": 0,
        "absence": 0,
        "environment": 0,
        "deployment": 0,
        "sign_off": 0,
        "check": 0,
        "effort": 0,
        "contract_file": 0,
        "reply": 0,
        "person": 13,
    }
    assert report.problems(first) == ["EE-3 is not in the mirror; named as parent or milestone by EE-34"]
    assert dict(first.analysed.notes) == {"jira: status '已完成' says todo, resolution says done; the resolution counts": 1}
    statuses = [item["status"] for item in told["item"]]
    assert {status: statuses.count(status) for status in set(statuses)} == {"done": 11, "dropped": 2, "todo": 6}
    assert report.finding_counts(first) == {"open": 0, "new": 0, "changed": 0, "cleared": 0, "held": 0}
    second = read(config)
    assert vendors.twins.writes() == 0
    assert report.finding_counts(second) == report.finding_counts(first)
    assert exported(config) == told
