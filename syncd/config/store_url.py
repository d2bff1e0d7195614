"""`[store] url`: which database, with a relative path made absolute and a password kept out of sight."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from syncd.config.faults import Fault

_CURE = "Write sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME."


@dataclass(frozen=True, slots=True)
class StoreUrl:
    """The address for SQLAlchemy, and the same without its password."""

    url: SecretStr
    shown: str


def store_url(written: str, base: Path) -> StoreUrl:
    """The address as SQLAlchemy takes it; a relative path of SQLite is relative to `base`. Raises Fault."""
    if written.startswith("sqlite://"):
        return _sqlite(written, base)
    if re.match(r"postgresql\+psycopg://[^/]", written):
        return StoreUrl(SecretStr(written), re.sub(r"(://[^:/@]*):.*@", r"\1:***@", written))
    if re.match(r"postgres(ql)?(\+\w+)?://", written):
        raise Fault("names another driver for PostgreSQL", "Begin it with postgresql+psycopg://.")
    raise Fault("names no database that syncd knows", _CURE)


def _sqlite(written: str, base: Path) -> StoreUrl:
    match = re.fullmatch(r"sqlite:///([^?]*)(\?.*)?", written)
    if match is None:
        if written == "sqlite://":
            return StoreUrl(SecretStr(written), written)
        raise Fault("has no path after three slashes", _CURE)
    path, query = match[1], match[2] or ""
    if path in ("", ":memory:") or path.startswith("file:"):
        return StoreUrl(SecretStr(written), written)
    file = base / os.path.expanduser(path)
    if os.path.isdir(file):
        raise Fault(f"{file} is a folder, not a file", "Name a file in it.")
    if not os.path.isdir(file.parent):
        raise Fault(f"the folder {file.parent} does not exist", "Create it, or correct the path (relative to this file).")
    return StoreUrl(SecretStr(f"sqlite:///{file}{query}"), f"sqlite:///{file}{query}")
