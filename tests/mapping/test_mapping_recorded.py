"""Real vendor records: none is rejected, and what each becomes is committed. `GOLDEN=write pytest tests/mapping` writes it anew."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from syncd.mapping import try_records
from syncd.model.wire import row_from_json, row_to_json
from tests.mapping.mapping_world import RECORDED, default

GOLDEN = Path(__file__).parent / "golden"
CASES = [
    ("jira-issues", "jira.default", "issues"),
    ("jira-issue-links", "jira.default", "issues"),
    ("github-issues", "github.default", "issues"),
    ("github-pulls", "github.default", "pulls"),
    ("github-milestones", "github.default", "milestones"),
    ("gitlab-issues", "gitlab.default", "issues"),
    ("gitlab-merge-requests", "gitlab.default", "merge_requests"),
]

pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded vendor records are not beside this repository")


def _result(file: str, mapping: str, stream: str) -> dict[str, Any]:
    records = json.loads((RECORDED / f"{file}.json").read_text("utf-8"))
    result = try_records(default(mapping), stream, enumerate(records))
    assert [rejected.reason for rejected in result.rejected] == []
    assert [row_from_json(row_to_json(row)) for row in result.rows] == list(result.rows)
    return {
        "read": result.read,
        "skipped": result.skipped,
        "rows": [row_to_json(row) for row in result.rows],
        "notes": [f"{note.ref.label}: {note.what}" for note in result.notes],
    }


@pytest.mark.parametrize(("file", "mapping", "stream"), CASES, ids=[case[0] for case in CASES])
def test_real_records_become_what_is_committed(file: str, mapping: str, stream: str) -> None:
    found, golden = _result(file, mapping, stream), GOLDEN / f"{file}.json"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    assert found == json.loads(golden.read_text("utf-8"))


def test_the_done_record_whose_category_is_new_is_done_and_the_contradiction_is_listed() -> None:
    found = _result("jira-issues", "jira.default", "issues")
    assert {row["ref"]["key"]: row["status"] for row in found["rows"]} == {
        "EE-1": "done",
        "EE-6": "done",
        "EE-14": "done",
        "EE-20": "dropped",
        "EE-28": "done",
        "EE-34": "done",
    }
    assert found["notes"] == ["EE-1: status '已完成' says todo, resolution says done; the resolution counts"]
