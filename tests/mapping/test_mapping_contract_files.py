"""The files of contracts through the shipped mappings: one row per revision, and none of a content alone."""

from datetime import UTC, datetime
from typing import Any

import pytest

from syncd.model.ref import Ref
from syncd.model.rows import ContractFile
from syncd.model.wire import row_to_json
from tests.mapping.mapping_world import default, only, rows

FILE: dict[str, Any] = {
    "id": "12/merge_request/7/api/openapi.yaml",
    "key": "acme/api/api/openapi.yaml!7",
    "repository": "acme/api",
    "type": "file",
    "path": "api/openapi.yaml",
    "now_at": None,
    "revision": {
        "kind": "merge_request",
        "name": "7",
        "sha": "abc",
        "id": 99,
        "ref": "work",
        "target": "main",
        "url": "https://x",
    },
    "blob": "b1",
    "size": 120,
    "text": "12/blob/b1/",
    "base_blob": "b0",
    "base_size": 110,
    "base_text": "12/blob/b0/",
}


@pytest.mark.parametrize(("vendor", "stream"), [("github", "pulls"), ("gitlab", "merge_requests")])
def test_a_file_is_a_row_of_its_revision_without_its_content(vendor: str, stream: str) -> None:
    row = only(default(f"{vendor}.default"), FILE, "contract_files")
    assert isinstance(row, ContractFile)
    assert isinstance(row.of, Ref)
    assert (row.of.stream, row.of.id) == (stream, "99")
    assert (row.path, row.revision, row.name, row.head_sha, row.branch) == (
        "api/openapi.yaml",
        "merge_request",
        "7",
        "abc",
        "work",
    )
    assert (row.blob, row.text, row.base_blob, row.base_text) == ("b1", "12/blob/b1/", "b0", "12/blob/b0/")
    shown = row_to_json(row)
    assert (shown["blob"], shown["size"]) == ("b1", 120)
    release = {**FILE, "revision": {"kind": "release", "name": "v1", "sha": "def", "at": "2026-05-01T10:00:00Z"}, "blob": None}
    row = only(default(f"{vendor}.default"), release, "contract_files")
    assert isinstance(row, ContractFile)
    assert (row.revision, row.name, row.of, row.blob) == ("release", "v1", None, None)
    assert row.at == datetime(2026, 5, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("vendor", ["github", "gitlab"])
def test_a_content_alone_is_no_row(vendor: str) -> None:
    content = {
        "id": "12/blob/b1/0",
        "key": "acme/api/blob/b1/0",
        "repository": "acme/api",
        "type": "content",
        "text": "openapi: 3.1.0",
    }
    assert rows(default(f"{vendor}.default"), content, "contract_files") == ()
