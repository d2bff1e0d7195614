"""The log: one JSON object per line on standard error, static messages with fields, and no secret in any of them."""

import logging
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import structlog

from syncd.run.discreet import without_secrets


def set_up(level: str, secrets: Callable[[], Iterable[str]] = tuple) -> None:
    """Send the log to standard error from `level` ("debug" .. "error") on. `secrets()` gives the values that must never appear."""

    def redact(_logger: Any, _name: str, fields: structlog.typing.EventDict) -> structlog.typing.EventDict:
        hidden = list(secrets())
        return {name: _without(value, hidden) for name, value in fields.items()}

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(sort_keys=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    if not any(isinstance(handler, _Libraries) for handler in root.handlers):
        root.addHandler(_Libraries(logging.WARNING))


class _Libraries(logging.Handler):
    """What libraries log ends in our log: some of them put whole answers of vendors there, which Python would print as they are."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log it at its level, with the secrets left out."""
        with suppress(ValueError):  # standard error is closed already: nobody reads
            log().log(record.levelno, "a library says", library=record.name, text=record.getMessage())


def _without(value: Any, hidden: list[str]) -> Any:
    if isinstance(value, str):
        return without_secrets(value, hidden)
    if isinstance(value, list | tuple):
        return [_without(one, hidden) for one in value]
    if isinstance(value, dict):
        return {name: _without(one, hidden) for name, one in value.items()}
    return value


def log() -> Any:
    """The logger, as it is set up at the moment."""
    return structlog.get_logger()
