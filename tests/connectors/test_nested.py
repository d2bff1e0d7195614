"""A record in a list that is nested too deep to be decoded: its field is left out, and the rest is read."""

from typing import Any

import pytest

from connectors.nested import decoded
from syncd.model.raw import TOO_DEEP

DEEP = '{"in": [' * 50_000 + '"]}"' + "]}" * 50_000
LISTS = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f'[{{"id": 1, "odd": {DEEP}, "b": [[1]]}}, {{"id": 2}}]', [{"id": 1, "odd": TOO_DEEP, "b": [[1]]}, {"id": 2}]),
        (f'{{"total": 1, "issues": [{{"id": 1, "odd": {DEEP}}}]}}', {"total": 1, "issues": [{"id": 1, "odd": TOO_DEEP}]}),
        (f'[{{"id": 1, "a": "\\"[{{", "odd": {DEEP}}}]', [{"id": 1, "a": '"[{', "odd": TOO_DEEP}]),
    ],
)
def test_only_the_field_is_left_out(text: str, found: Any) -> None:
    assert decoded(text) == found


@pytest.mark.parametrize(
    "text", [LISTS, f"[{LISTS}]", f'{{"id": 1, "labels": [{{"odd": {DEEP}}}]}}', f'{{"data": {{"nodes": {LISTS}}}}}']
)
def test_what_is_no_list_of_records_is_not_read(text: str) -> None:
    with pytest.raises(RecursionError):
        decoded(text)
