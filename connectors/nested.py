"""Answers that are nested too deep to be decoded: where it is a field of a record in a list, the field is left out and the rest is read."""

import json
import re
from collections.abc import Iterator
from typing import Any

import requests

from syncd.model.raw import MOST_LEVELS, TOO_DEEP

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)


def decoded(text: str) -> Any:
    """The JSON value. Raises what the decoder raises, RecursionError where nothing can be left out."""
    try:
        return json.loads(text)
    except RecursionError:
        return shallow_list(text)


def json_of(answer: requests.Response) -> Any:
    """The same of an answer."""
    try:
        return answer.json()
    except RecursionError:
        return shallow_list(answer.content.decode("utf-8", "replace"))


def shallow_list(text: str) -> Any:
    """The list of records, or the object around one, with `TOO_DEEP` in place of each field of a record that is nested too deep.

    Raises RecursionError for anything else: half of what is no list would be taken for the whole.
    """
    cuts, parts, done = list(_too_deep(text)), [], 0
    for start, end in cuts:
        parts += [text[done:start], json.dumps(TOO_DEEP)]
        done = end
    value = json.loads("".join([*parts, text[done:]]))
    if isinstance(value, dict) and "id" in value:
        raise RecursionError
    return value


def _too_deep(text: str) -> Iterator[tuple[int, int]]:
    """Where such fields begin and end. A record is an object in a list that is the answer itself or a field of it."""
    open_, record, start, deepest = list[str](), 0, 0, 0
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign in "[{":
            open_.append(sign)
            if not record and _is_record(open_):
                record = len(open_)
            elif record and len(open_) == record + 1:
                start, deepest = token.start(), len(open_)
            deepest = max(deepest, len(open_))
        elif sign in "]}" and open_:
            if record and len(open_) == record + 1 and deepest - record > MOST_LEVELS:
                yield start, token.end()
            elif len(open_) == record:
                record = 0
            open_.pop()


def _is_record(open_: list[str]) -> bool:
    return open_ in (["[", "{"], ["{", "[", "{"])
