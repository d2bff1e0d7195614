"""Pure. Values out of contracts as short, comparable text."""

from typing import Any

import orjson

SHOWN = 200
"""The longest value that a change tells in full."""


def canonical(value: Any) -> str:
    """One text for one value, whatever its layout: keys sorted, 1.0 as 1."""
    if isinstance(value, str):
        return "s" + value
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, int) else _dumped(value)


def _dumped(value: Any) -> str:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except (TypeError, ValueError):  # deeper than the library writes, or no JSON
        return f"a {type(value).__name__} of {len(value)}" if isinstance(value, dict | list) else str(value)


def told(value: Any) -> str | None:
    """A value for a person: text as it is, anything else as JSON; None where it is absent."""
    if value is None:
        return None
    if isinstance(value, frozenset | set):
        return cut(", ".join(sorted(map(str, value))))
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return cut(_dumped(value))
    return cut(canonical(value).removeprefix("s") if not isinstance(value, str) else value)


def cut(text: str) -> str:
    """The text, not longer than what is told."""
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."


def cut_text(value: Any) -> str | None:
    """Text out of a contract, not longer than what is told; None where it is no text."""
    return cut(value) if isinstance(value, str) else None
