"""Laws: whatever a vendor sends, applying a mapping never raises, gives the same again, and its rows survive JSON."""

import json
import re
import time
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.mapping import Applied, apply, streams, trace, try_records
from syncd.model.raw import RawRecord
from syncd.model.ref import Ref
from syncd.model.remarks import Rejected
from syncd.model.wire import RowsReading, row_from_json, row_to_json, rows_to_text
from tests.mapping.mapping_world import DEFAULTS, FOLDER, default, record

MAPPINGS = {name: default(name) for name in DEFAULTS}
TARGETS = [(name, stream) for name, mapping in MAPPINGS.items() for stream in streams(mapping)]

WORDS = sorted(
    {
        "Epic", "Bug", "open", "closed", "2026-05-15", "2026-05-15T07:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31", "PAY-7",
        "Blocked by: #3, acme/api#12", "Closes #1, #2", "commitment:x", "\0", "\ud800", "", " ", "milestone", "item", "true",
        "https://x/rest/api", "https://x/groups/a/-/epics/1", "blocks", "is blocked by", "done", "Infinity", "nan", "1e999",
    }
)  # fmt: skip
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -(2**63), 0]),
    st.floats(),
    st.sampled_from(WORDS),
    st.text(st.characters(), max_size=12),
)


def _names(name: str) -> set[str]:
    """Every name that a mapping's paths hold: records made of these reach its rules."""
    return {part for found in MAPPINGS[name].reads.values() for path in found for part in re.findall(r"[A-Za-z_]\w*", path)}


def _json(name: str) -> st.SearchStrategy[Any]:
    keys = st.sampled_from(sorted(_names(name)))
    return st.recursive(
        LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=6), max_leaves=30
    )


def _shaped(name: str, stream: str) -> st.SearchStrategy[dict[str, Any]]:
    """Records whose paths are the mapping's own, each holding anything."""
    paths = sorted(path for path in MAPPINGS[name].reads.get(stream, {}) if path)

    def build(values: dict[str, Any]) -> dict[str, Any]:
        data: dict[str, Any] = {"id": "1"}
        for path, value in values.items():
            here = data
            *above, last = re.findall(r"[\w-]+", path)
            for part in above:
                inner = here.get(part)
                here[part] = inner if isinstance(inner, dict) else {}
                here = here[part]
            here[last] = value
        return data

    if not paths:
        return st.just({"id": "1"})
    return st.dictionaries(st.sampled_from(paths), LEAVES | st.lists(LEAVES, max_size=2), max_size=12).map(build)


@pytest.mark.parametrize(("name", "stream"), TARGETS, ids=[f"{name}-{stream}" for name, stream in TARGETS])
@settings(max_examples=40)
@given(data=st.data())
def test_it_never_raises_is_the_same_again_and_survives_json(name: str, stream: str, data: st.DataObject) -> None:
    value = data.draw(_shaped(name, stream) | st.dictionaries(st.sampled_from(sorted(_names(name))), _json(name), max_size=8))
    facts: dict[str, Any] = data.draw(
        st.sampled_from([{}, {"holds": "absences"}, {"holds": "milestones", "private": True}, {"holds": "holidays"}])
    )
    raw = replace(record(value, stream, **facts), ref=Ref("plat", stream, "1", "PAY-1"))
    first = apply(MAPPINGS[name], raw)
    assert apply(MAPPINGS[name], raw) == first
    assert trace(MAPPINGS[name], raw) == trace(MAPPINGS[name], raw)
    if isinstance(first, Rejected):
        assert first.reason
        return
    for row in first.rows:
        text = json.dumps(row_to_json(row)).encode()
        assert row_from_json(json.loads(text)) == row
    assert tuple(RowsReading().rows(rows_to_text(first.rows))) == first.rows


@given(st.lists(LEAVES | st.dictionaries(st.sampled_from(["id", "iid", "group_id", "fields"]), LEAVES), max_size=4))
def test_trying_records_accounts_for_every_one(values: list[Any]) -> None:
    result = try_records(MAPPINGS["gitlab.default"], "epics", enumerate(values))
    assert result.read == len(values) == len(result.rows) + len(result.rejected) + result.skipped


@given(st.dictionaries(st.sampled_from(["summary", "duedate", "status"]), LEAVES))
def test_what_is_not_there_is_like_null(fields: dict[str, Any]) -> None:
    whole = record({"id": "1", "fields": {"summary": None, "duedate": None, "status": None, **fields}})
    bare = RawRecord(whole.ref, whole.scope, {"id": "1", "fields": fields})
    one, other = apply(MAPPINGS["jira.default"], whole), apply(MAPPINGS["jira.default"], bare)
    assert one == other
    assert isinstance(one, Applied | Rejected)


def _patterns(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _patterns(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _patterns(inner, key)
    elif isinstance(value, str) and key in ("find", "matches"):
        yield value


PATTERNS = sorted(
    {pattern for name in DEFAULTS for pattern in _patterns(tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8")))}
)
HOSTILE = (
    "a",
    "#",
    "_",
    " ",
    "\n",
    "*",
    "a/",
    "closes #1, ",
    "closes a/b#1 ",
    "https://",
    "A1-",
    "commitment: a ",
    "blocked by:",
    "groups/",
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_text_makes_a_shipped_pattern_run_away(pattern: str) -> None:
    """A pattern of quadratic cost takes many seconds on such a text, a good one some hundredths of one."""
    compiled, start = re.compile(pattern), time.process_time()
    for bit in HOSTILE:
        for text in (
            bit * (20_000 // len(bit)),
            "commitment: " + bit * (19_000 // len(bit)),
            "closes " + bit * (19_000 // len(bit)) + "!",
        ):
            sum(1 for _ in compiled.finditer(text))
    assert time.process_time() - start < 5
