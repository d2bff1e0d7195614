"""`syncd schedule compute`: what a person reads, what programs read, and how it ends."""

import json
from pathlib import Path

from inline_snapshot import snapshot
from typer.testing import CliRunner

from syncd.cli.main import cli
from tests.cli.cli_world import syncd

PLAN = """
start = 2026-01-05
zone = "Europe/Berlin"
calendar = {holidays = [2026-01-06]}
items = [{id = "a", duration = "3d"}, {id = "b", duration = "12h", not_earlier_than = 2026-01-12}, {id = "c", duration = "1d"}]
links = [{from = "a", to = "b", lag = "1d"}, {from = "a", to = "c", relation = "SS"}]
"""


def test_a_person_reads_a_table_and_the_makespan(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(PLAN.replace('zone = "Europe/Berlin"', ""))
    result = syncd("schedule", "compute", file)
    assert (result.exit_code, result.stderr) == (0, "")
    assert [line.rstrip() for line in result.stdout.splitlines()] == snapshot(
        [
            "id  early start       early finish      late finish       total float  critical  driven by",
            "a   2026-01-05 09:00  2026-01-08 17:00  2026-01-08 17:00          0 h  *",
            "b   2026-01-12 09:00  2026-01-13 13:00  2026-01-13 13:00          0 h  *         a",
            "c   2026-01-05 09:00  2026-01-05 17:00  2026-01-13 13:00         36 h            a",
            "44 working hours, to 2026-01-13 13:00",
        ]
    )


def test_programs_read_json_with_stable_keys(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(PLAN)
    found = json.loads(syncd("schedule", "compute", file, "--json").stdout)
    assert list(found) == ["start", "finish", "makespan", "items", "cycles", "problems"]
    assert (found["finish"], found["makespan"]) == ("2026-01-13T13:00:00+01:00", 44)
    assert found["items"][1] == {
        "id": "b",
        "early_start": "2026-01-12T09:00:00+01:00",
        "early_finish": "2026-01-13T13:00:00+01:00",
        "late_start": "2026-01-12T09:00:00+01:00",
        "late_finish": "2026-01-13T13:00:00+01:00",
        "early_start_index": 32,
        "early_finish_index": 44,
        "late_start_index": 32,
        "late_finish_index": 44,
        "total_float": 0,
        "free_float": 0,
        "critical": True,
        "driving": ["a"],
    }


def test_problems_end_with_2_and_are_in_the_json_too() -> None:
    plan = {
        "start": "2026-01-05",
        "items": [{"id": "a", "duration": "1d"}, {"id": "b", "duration": "no"}],
        "links": [{"from": "a", "to": "b"}, {"from": "b", "to": "a"}],
    }
    result = CliRunner().invoke(cli, ["schedule", "compute", "-", "--json"], input=json.dumps(plan))
    assert result.exit_code == 2
    assert result.stderr.splitlines() == snapshot(
        [
            "-: items[1].duration: 'no' is no length of time. Give a number and a unit: m, h, d, w for working time, em, eh, ed, ew for elapsed time; as 3d, 12h, 2ed.",
            "-: links: items wait for each other: a -> b -> a. Remove one of these links.",
        ]
    )
    found = json.loads(result.stdout)
    assert (found["cycles"], len(found["problems"]), found["items"][0]["id"]) == ([["a", "b"]], 2, "a")
    plain = CliRunner().invoke(cli, ["schedule", "compute", "-"], input=json.dumps(plan))
    assert (plain.exit_code, plain.stdout) == (2, "")


def test_a_file_that_is_no_plan_is_one_line(tmp_path: Path) -> None:
    for name, text in {"a.json": "{", "b.toml": "=", "c.json": "[" * 100_000, "d.json": "\x00", "e.json": ""}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "f.json").write_bytes(b"\xff\xfe\xff")
    for name in ("a.json", "b.toml", "c.json", "d.json", "e.json", "f.json", "missing.json", "."):
        result = syncd("schedule", "compute", tmp_path / name)
        assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (2, "", 1), name


def test_a_plan_of_thousands_is_printed_in_the_same_columns(tmp_path: Path) -> None:
    def printed(count: int) -> list[str]:
        items = [{"id": f"i{n:04}", "duration": "1h"} for n in range(count)]
        links = [{"from": f"i{n:04}", "to": f"i{n + 1:04}"} for n in range(count - 1)]
        file = tmp_path / f"{count}.json"
        file.write_text(json.dumps({"start": "2026-01-05", "items": items, "links": links}))
        return [line.rstrip() for line in syncd("schedule", "compute", str(file)).stdout.splitlines()]

    long = printed(1001)
    assert len(long) == 1003
    assert long[:20] == printed(20)[:20]
