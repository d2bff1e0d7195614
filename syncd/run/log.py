"""The log: one JSON object per line on standard error, static messages with fields, and no secret in any of them."""

import logging
import sys
from collections.abc import Callable, Iterable
from typing import Any

import structlog

_HIDDEN = "[hidden]"


def set_up(level: str, secrets: Callable[[], Iterable[str]] = tuple) -> None:
    """Send the log to standard error from `level` ("debug" .. "error") on. `secrets()` gives the values that must never appear."""

    def redact(_logger: Any, _name: str, fields: structlog.typing.EventDict) -> structlog.typing.EventDict:
        hidden = [secret for secret in secrets() if len(secret) >= 4]
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


def _without(value: Any, hidden: list[str]) -> Any:
    if not isinstance(value, str):
        return value
    for secret in hidden:
        value = value.replace(secret, _HIDDEN)
    return value


def log() -> Any:
    """The logger, as it is set up at the moment."""
    return structlog.get_logger()
