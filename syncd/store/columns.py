"""Column types that mean the same on SQLite and PostgreSQL: instants in UTC, text that both accept, JSON."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

from syncd.model.raw import Json

_REPLACEMENT = "\ufffd"


class Instant(TypeDecorator[datetime]):
    """An instant in UTC. A datetime without a zone is refused, because nobody can say later what it meant."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC; SQLite keeps no zone, so it gets none."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant needs a zone: {value.isoformat()}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def bind_processor(self, dialect: Dialect) -> Any:
        """Rows of one page share their instants: each is turned once."""
        process = super().bind_processor(dialect)
        return process and lru_cache(maxsize=64)(process)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """UTC with its zone, whatever zone the server speaks in."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PlainText(TypeDecorator[str]):
    """Text of vendors or people. NUL (PostgreSQL refuses it) and lone surrogates (both refuse them) become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Text that both databases take."""
        return _plain(value)

    def bind_processor(self, dialect: Dialect) -> Any:
        """The same without a detour: no driver wants text in another form."""
        return _plain if dialect.name == "sqlite" else super().bind_processor(dialect)


@dataclass(frozen=True, slots=True)
class Ready:
    """A JSON value that is text already: what goes into two tables is turned once."""

    text: str


class JsonText(TypeDecorator[Json]):
    """A JSON value as text: NUL and lone surrogates survive as escapes, which jsonb would refuse."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        """Compact JSON."""
        return dumped(value)

    def bind_processor(self, dialect: Dialect) -> Any:
        """The same without a detour, as for plain text."""
        return dumped if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        """The value again."""
        return None if value is None else json_value(value)


_BY_HAND = " "
"""What JSON text begins with where the fast library cannot hold the value: numbers beyond 64 bits would come back as others."""


def _plain(value: str | None) -> str | None:
    # As `storable`, for the columns of every row, without a call more.
    return value if value is None or (value.isascii() and "\0" not in value) else storable(value)


def dumped(value: Json | Ready | None) -> str | None:
    """The text that a JSON value is stored as."""
    if value is None:
        return None
    if isinstance(value, Ready):
        return value.text
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return _BY_HAND + json_text(value)


def json_value(text: str) -> Json:
    """The value that was stored as JSON text."""
    if not text.startswith(_BY_HAND):
        with suppress(ValueError):  # what an earlier version stored may hold lone surrogates
            return orjson.loads(text)
    return json.loads(text)


def storable(text: str) -> str:
    """The text without the characters that one of the databases refuses."""
    if text.isascii() and "\0" not in text:
        return text
    return "".join(_REPLACEMENT if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text)


def json_text(value: Json) -> str:
    """Compact ASCII JSON in the order of the value itself."""
    return json.dumps(value, separators=(",", ":"))
