"""`syncd try` takes what a vendor's API answers, as it answers it: lists, pages around a list, lines."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.cli_world import syncd

ONE = {"id": "1", "key": "PLAT-1", "fields": {"summary": "One"}}
TWO = {"id": "2", "key": "PLAT-2", "fields": {"summary": "Two\u2028lines"}}


def _titles(path: Path, text: str) -> list[str]:
    path.write_text(text, "utf-8")
    result = syncd("try", "jira.default", "--stream", "issues", "--records", path, "--json")
    assert result.exit_code == 0, result.output
    return [row["title"] for row in json.loads(result.stdout)["rows"]]


@pytest.mark.parametrize(
    "answer",
    [
        [ONE, TWO],
        {"startAt": 0, "total": 2, "issues": [ONE, TWO]},
        {"isLast": True, "values": [ONE, TWO]},
        {"kind": "x#list", "items": [ONE, TWO]},
        [{"issues": [ONE]}, {"issues": [TWO]}],
        [[ONE], [TWO]],
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_an_answer_is_its_records(tmp_path: Path, answer: Any, indent: int | None) -> None:
    assert _titles(tmp_path / "answer.json", json.dumps(answer, indent=indent)) == ["One", "Two\u2028lines"]


def test_a_line_may_be_a_record_or_a_page(tmp_path: Path) -> None:
    lines = [json.dumps({"issues": [ONE, TWO]}), "", json.dumps(ONE, ensure_ascii=False), json.dumps(TWO, ensure_ascii=False)]
    assert len(_titles(tmp_path / "pages.jsonl", "\r\n".join(lines))) == 4


def test_one_record_alone_is_one_record_even_with_a_list_inside(tmp_path: Path) -> None:
    assert _titles(tmp_path / "one.json", json.dumps({**ONE, "values": [1, 2]}, indent=2)) == ["One"]
    assert _titles(tmp_path / "none.json", '{"issues": []}') == []
    assert _titles(tmp_path / "empty.json", " \n") == []


def test_where_a_long_answer_is_broken_is_said(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text('{\n "issues": [\n  {"id": 1},\n  oops\n ]\n}')
    result = syncd("try", "jira.default", "--stream", "issues", "--records", path)
    assert (result.exit_code, "line 4" in result.stderr) == (2, True)
