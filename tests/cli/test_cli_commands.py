"""The commands, as a person or a program uses them: what they print, and how they end."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.demo.jira_twin import JiraTwin
from tests.cli.cli_world import company, configured, syncd, today


@pytest.fixture
def jira() -> Iterator[JiraTwin]:
    with company() as twin:
        yield twin


@pytest.fixture
def config(jira: JiraTwin, tmp_path: Path) -> Path:
    return configured(tmp_path, jira)


def test_a_pass_reads_finds_and_says_it_once(jira: JiraTwin, config: Path) -> None:
    first = json.loads(syncd("once", "-c", config, "--json").stdout)
    assert first["connections"]["plat"]["streams"]["issues"] == {
        "read": 3,
        "changed": 3,
        "deleted": 0,
        "rejected": 0,
        "state": "fresh",
    }
    assert first["model"] | {"milestone": 1, "item": 2, "dependency": 1} == first["model"]
    assert first["findings"] == {"open": 2, "new": 2, "changed": 0, "cleared": 0, "held": 0}
    assert first["actions"] == {"planned": 2, "delivered": 2, "failed": 0, "waiting": 0}
    assert len(jira.comments("PLAT-1")) == len(jira.comments("PLAT-2")) == 1
    second = json.loads(syncd("once", "-c", config, "--json").stdout)
    assert second["findings"] == {"open": 2, "new": 0, "changed": 0, "cleared": 0, "held": 0}
    assert second["actions"] == {"planned": 0, "delivered": 0, "failed": 0, "waiting": 0}


def test_the_text_of_a_pass_names_connections_counts_and_problems(jira: JiraTwin, config: Path) -> None:
    jira.issue("PLAT", "Odd", duedate="soon")
    result = syncd("once", "-c", config)
    assert result.exit_code == 0, result.output
    assert "plat" in result.stdout
    assert "2 open" in result.stdout
    (problem,) = [line for line in result.stdout.splitlines() if line.startswith("!")]
    assert problem.startswith("! plat: PLAT-3: due: fields.duedate holds 'soon'")


def test_plan_shows_what_once_would_write_and_writes_nothing(jira: JiraTwin, config: Path) -> None:
    result = syncd("plan", "-c", config, "--detailed-exitcode")
    assert result.exit_code == 3
    assert "create plat PLAT-1: new: drift, critical" in result.stdout
    assert "+*Checkout v2:" in result.stdout
    assert not jira.comments("PLAT-1")
    again = json.loads(syncd("plan", "-c", config, "--json").stdout)
    assert [action["target"]["key"] for action in again["actions"]] == ["PLAT-1", "PLAT-2"]
    syncd("once", "-c", config)
    said = [jira.comments(action["target"]["key"])[0]["body"] for action in again["actions"]]
    assert [action["body"].rpartition("Facts of")[0] for action in again["actions"]] == [
        body.rpartition("Facts of")[0] for body in said
    ]
    assert syncd("plan", "-c", config, "--detailed-exitcode").exit_code == 0


def test_observing_only_plans_and_never_writes(jira: JiraTwin, tmp_path: Path) -> None:
    config = configured(tmp_path, jira, write="plan")
    assert json.loads(syncd("once", "-c", config, "--json").stdout)["actions"]["planned"] == 2
    assert not [entry.line for entry in jira.server.log if entry.write]
    assert "Observed only" in syncd("plan", "-c", config).stdout


def test_findings_as_json_has_stable_keys(config: Path) -> None:
    assert json.loads(syncd("findings", "-c", config, "--json").stdout) == []
    syncd("once", "-c", config)
    drift = next(f for f in json.loads(syncd("findings", "-c", config, "--json").stdout) if f["code"] == "drift")
    assert set(drift) == {"code", "severity", "subject", "fingerprint", "facts", "text"}
    assert set(drift["subject"]) == {"connection", "stream", "id", "key", "url"}
    assert (drift["severity"], drift["subject"]["key"]) == ("critical", "PLAT-1")
    assert drift["facts"]["due"] == today(-14)
    table = syncd("findings", "-c", config).stdout
    assert "critical" in table
    assert drift["fingerprint"] in table


def test_explain_leads_from_the_record_to_the_receipt(config: Path) -> None:
    syncd("once", "-c", config)
    text = syncd("explain", "PLAT-2", "-c", config).stdout
    order = ["Record PLAT-2", "rule ", "item: ", "Finding ", "Receipt on PLAT-2: created"]
    assert [text.find(step) >= 0 for step in order] == [True] * 5, text
    found = json.loads(syncd("explain", "plat-2", "-c", config, "--json").stdout)
    assert found["records"][0]["raw"]["fields"]["summary"] == "Basket"
    assert found["receipts"][0]["created"]
    fingerprint = found["findings"][0]["fingerprint"]
    assert json.loads(syncd("explain", fingerprint, "-c", config, "--json").stdout)["findings"][0]["history"]


def test_explain_of_something_unknown_says_what_to_give(config: Path) -> None:
    result = syncd("explain", "NOPE-1", "-c", config)
    assert result.exit_code == 2
    assert "NOPE-1" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("kind", ["milestone", "item", "merge_request", "dependency", "window", "absence", "person"])
def test_export_gives_every_kind_the_same_each_time(config: Path, kind: str) -> None:
    syncd("once", "-c", config)
    first = syncd("export", "--kind", kind, "-c", config).stdout
    syncd("once", "-c", config)
    assert syncd("export", "--kind", kind, "-c", config).stdout == first
    lines = syncd("export", "--kind", kind, "--format", "jsonl", "-c", config).stdout.splitlines()
    assert [json.loads(line) for line in lines] == json.loads(first)
    assert all(row["kind"] == kind for row in json.loads(first))


def test_export_of_a_milestone_names_its_claims_and_progress(config: Path) -> None:
    syncd("once", "-c", config)
    (row,) = json.loads(syncd("export", "--kind", "milestone", "-c", config).stdout)
    assert row["claims"]["plat"]["due"] == today(-14)
    assert row["progress"] == {"done": 0.0, "total": 1.0, "unit": "items"}
    assert row["sources"][0]["key"] == "PLAT-1"


def test_a_connection_that_is_off_ends_with_one_and_one_clear_line(jira: JiraTwin, config: Path) -> None:
    syncd("once", "-c", config)
    jira.server.fail(".", status=401, body={"message": "no"}, times=0)
    result = syncd("once", "-c", config)
    assert result.exit_code == 1
    problem = [line for line in result.stdout.splitlines() if line.startswith("! plat:")]
    assert len(problem) == 1
    assert "401" in problem[0]
    assert "2 held" in result.stdout


def test_configuration_problems_end_with_two_all_at_once(tmp_path: Path, jira: JiraTwin) -> None:
    path = configured(tmp_path, jira, extra='colour = "red"\n        wrte_for = {}')
    path.write_text(path.read_text().replace("[store]", "[stoer]").replace('write = "on"', 'write = "maybe"'))
    result = syncd("check", "-c", path)
    assert result.exit_code == 2
    for word in ("stoer", "colour", "wrte_for", "connections.plat.write (line"):
        assert word in result.stderr, result.stderr
    assert "Traceback" not in result.output


def test_check_needs_no_connection(jira: JiraTwin, config: Path) -> None:
    result = syncd("check", "-c", config)
    assert result.exit_code == 0, result.output
    assert not jira.server.log
    assert "twin-token" not in syncd("check", "-c", config, "--json").stdout


def test_schemas_are_json(config: Path) -> None:
    assert json.loads(syncd("schema", "mapping").stdout)["$schema"]
    assert "connections" in json.loads(syncd("schema", "config").stdout)["properties"]
    assert syncd("schema", "nonsense").exit_code == 2


RECORD = {"id": "1", "key": "PLAT-9", "fields": {"summary": "Hello", "issuetype": {"name": "Story"}, "duedate": "2026-05-15"}}


def test_try_maps_a_list_or_lines_without_a_connection(tmp_path: Path) -> None:
    whole, lines = tmp_path / "whole.json", tmp_path / "lines.jsonl"
    whole.write_text(json.dumps([RECORD, {**RECORD, "id": "2"}]))
    lines.write_text("\n".join(json.dumps(record) for record in [RECORD, {**RECORD, "id": "2"}]))
    for path in (whole, lines):
        result = syncd("try", "jira.default", "--stream", "issues", "--records", path, "--json")
        assert result.exit_code == 0, result.output
        rows = json.loads(result.stdout)["rows"]
        assert [(row["kind"], row["title"], row["due"]) for row in rows] == [("item", "Hello", "2026-05-15")] * 2


def test_try_shows_what_was_rejected_and_why(tmp_path: Path) -> None:
    path = tmp_path / "records.json"
    path.write_text(json.dumps([RECORD, {**RECORD, "id": "2", "fields": {**RECORD["fields"], "duedate": "soon"}}, 7]))  # type: ignore[dict-item]
    result = syncd("try", "jira.default", "--stream", "issues", "--records", path)
    assert result.exit_code == 1
    assert "soon" in result.stderr
    assert "3 read, 1 rows, 2 rejected" in result.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["try", "nope", "--stream", "issues", "--records", "x.json"], "jira.default"),
        (["try", "jira.default", "--stream", "nope", "--records", "x.json"], "issues"),
        (["try", "jira.default", "--stream", "issues", "--records", "missing.json"], "missing.json"),
        (["once", "-c", "missing.toml"], "missing.toml"),
    ],
)
def test_what_cannot_be_found_is_said_in_one_line(words: list[str], says: str) -> None:
    result = syncd(*words)
    assert result.exit_code == 2
    assert says in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_records_that_are_no_json_name_the_line(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text(json.dumps(RECORD) + "\n{oops\n")
    result = syncd("try", "jira.default", "--stream", "issues", "--records", path)
    assert result.exit_code == 2
    assert "line 2" in result.stderr


def test_run_makes_a_pass_at_once_and_ends_cleanly_on_sigterm(jira: JiraTwin, config: Path) -> None:
    daemon = subprocess.Popen(
        [sys.executable, "-m", "syncd", "run", "-c", str(config)], stderr=subprocess.PIPE, env={**os.environ}, text=True
    )
    assert daemon.stderr is not None
    lines = []
    with daemon.stderr as log:
        for line in log:
            lines.append(json.loads(line))
            if lines[-1]["event"] in ("pass", "pass broke off"):
                daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(20) == 0
    assert [line["event"] for line in lines if line["event"] in ("started", "pass", "ended")] == ["started", "pass", "ended"]
    assert len(jira.comments("PLAT-1")) == 1
    assert "twin-token" not in json.dumps(lines)


def test_a_renamed_connection_keeps_what_it_knew_and_comments_on_nothing_anew(jira: JiraTwin, config: Path) -> None:
    syncd("once", "-c", config)
    jira.edit("PLAT-1", duedate=today(-15))
    syncd("once", "-c", config)
    config.write_text(config.read_text().replace("connections.plat]", 'connections.site]\n        renamed_from = "plat"'))
    again = json.loads(syncd("once", "-c", config, "--json").stdout)
    assert again["connections"]["site"]["streams"]["issues"]["changed"] == 0
    assert (again["findings"]["open"], again["findings"]["new"], again["findings"]["cleared"]) == (2, 0, 0)
    assert len(jira.comments("PLAT-1")) == len(jira.comments("PLAT-2")) == 1
    found = json.loads(syncd("explain", "PLAT-1", "-c", config, "--json").stdout)
    assert {receipt["target"]["connection"] for receipt in found["receipts"]} == {"site"}
    assert len(found["findings"][0]["history"]) == 2
    quiet = json.loads(syncd("once", "-c", config, "--json").stdout)
    assert (quiet["actions"]["planned"], quiet["findings"]["changed"]) == (0, 0)


def test_a_lost_store_finds_its_comments_again(jira: JiraTwin, config: Path) -> None:
    syncd("once", "-c", config)
    for file in config.parent.glob("syncd.db*"):
        file.unlink()
    config.write_text(config.read_text().replace("connections.plat]", "connections.other]"))
    again = json.loads(syncd("once", "-c", config, "--json").stdout)
    assert again["actions"]["delivered"] == 2
    assert len(jira.comments("PLAT-1")) == len(jira.comments("PLAT-2")) == 1
