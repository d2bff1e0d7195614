"""Pure. The hidden marker by which we find our own comment again, in every markup."""

import re
from typing import Literal

_MARKER = re.compile(r"<!-- syncd:([0-9a-z]+) -->|\{anchor:syncd-([0-9a-z]+)\}")


def marker(key: str, markup: Literal["markdown", "wiki"]) -> str:
    """The text that stands invisibly in a comment and names its key (lower-case letters and digits)."""
    return f"<!-- syncd:{key} -->" if markup == "markdown" else f"{{anchor:syncd-{key}}}"


def has_marker(body: str, key: str) -> bool:
    """Whether the body carries our marker with exactly this key, in whichever markup."""
    return any(key in found.groups() for found in _MARKER.finditer(body))


def is_marked(body: str) -> bool:
    """Whether the body carries a marker of ours, with whichever key."""
    return _MARKER.search(body) is not None


def unmarked(body: str) -> str | None:
    """What people see of a comment that carries our marker; None where it carries none."""
    shown, markers = _MARKER.subn("", body)
    return shown.rstrip() if markers else None
