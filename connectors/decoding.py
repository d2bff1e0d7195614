"""Decoding: the JSON of an answer, by the fast library wherever that gives the very same value."""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson

_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_LONG = b"0" * 19
_NUMBER = re.compile(rb"(?:^|[:,\[])\s*-?\d{19}")
"""A number beyond 64 bits has at least so many digits; the fast library would make another one of it. Ids in quotes may have them, too."""


def decoded(body: bytes, carefully: Callable[[], Any]) -> Any:
    """The value of a JSON text in UTF-8. `carefully()` decodes what the fast library cannot hold or read, and raises what is wrong."""
    if _LONG not in body.translate(_DIGITS) or not _NUMBER.search(body):
        with suppress(ValueError):
            return orjson.loads(body)
    return carefully()
