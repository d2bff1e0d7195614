"""Decoding: the fast library is used, and shows in no value."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.decoding import decoded

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def read(text: str) -> Any:
    return decoded(text.encode(), lambda: json.loads(text))


@given(VALUES, st.booleans())
def test_law_any_value_comes_out_as_it_is(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate has no octets of its own
        text = json.dumps(value)
    assert repr(read(text)) == repr(json.loads(text))


@pytest.mark.parametrize(
    "text", ["18446744073709551616", "[-9223372036854775809]", '"\\ud800"', "1e400", "NaN", "[" * 500 + "]" * 500]
)
def test_what_the_fast_library_cannot_hold_comes_out_all_the_same(text: str) -> None:
    assert repr(read(text)) == repr(json.loads(text))


@pytest.mark.parametrize("text", ["", "<html>", "{", "[1,]"])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        read(text)
