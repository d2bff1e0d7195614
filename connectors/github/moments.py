"""Instants as GitHub writes them."""

from datetime import UTC, datetime


def instant(value: object) -> datetime | None:
    """ "2026-05-05T07:00:00Z" as an instant in UTC; None where it is none."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment and (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def stamp(moment: datetime) -> str:
    """An instant in UTC as GitHub takes it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
