"""Jira's query texts: which issues of a project, changed since when, in which order."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

OVERLAP = timedelta(minutes=2)
"""Search lags behind writes: what was changed shortly before the watermark is read again."""
Projects = str | Sequence[str]
"""The key of a project, or of several."""
_ANY_ZONE = timedelta(hours=12)
"""No zone is further behind UTC than this: so much earlier is early enough where the account's zone is unknown."""


def condition(jql: str | None, history_days: int | None) -> str:
    """What the configuration asks of every issue beside its project; "" where it asks nothing.

    With `history_days` open issues are read however old they are, closed ones where they were touched since.
    """
    recent = f"(statusCategory != Done OR updated >= -{history_days}d)" if history_days else ""
    return " AND ".join(part for part in (f"({jql})" if jql else "", recent) if part)


def issues_of(project: Projects, since: datetime | None = None, zone: str | None = None, where: str = "") -> str:
    """The issues of a project (or several), newest change first; with `since` those changed from then on, a little overlap included.

    An issue that is edited while we page goes to the top: the ones not yet read move down, and none is jumped over. The other
    way round it would go to the end, and the ones behind it would move up, to where we have been.
    """
    changed = f" AND updated >= {_quoted(_minute(since, zone))}" if since else ""
    return f"{within(project, where)}{changed} ORDER BY updated DESC, key DESC"


def ids_of(project: Projects, where: str = "") -> str:
    """The issues of a project in an order that no edit changes."""
    return f"{within(project, where)} ORDER BY created ASC, key ASC"


def after_minute_of(project: Projects, since: datetime, zone: str | None = None, where: str = "") -> str:
    """The issues of a project changed after the minute of `since`: JQL knows no seconds. An unknown zone is taken for UTC."""
    following = _quoted(f"{(since + timedelta(minutes=1)).astimezone(_zone(zone) or UTC):%Y-%m-%d %H:%M}")
    return f"{within(project, where)} AND updated >= {following} ORDER BY updated DESC, key DESC"


def latest_of(projects: Projects, where: str = "") -> str:
    """The issues of projects, newest change first."""
    return f"{within(projects, where)} ORDER BY updated DESC"


def within(project: Projects, where: str = "") -> str:
    """The issues of a project, or of several, in any order."""
    one = f"= {_quoted(project)}" if isinstance(project, str) else f"in ({', '.join(map(_quoted, project))})"
    return f"project {one}{f' AND {where}' if where else ''}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _minute(since: datetime, zone: str | None) -> str:
    """The minute as JQL reads it: in the zone of the account that asks. An hour that comes twice is read from its first time."""
    known = _zone(zone)
    if known is None:
        return f"{since.astimezone(UTC) - OVERLAP - _ANY_ZONE:%Y-%m-%d %H:%M}"
    local = (since - OVERLAP).astimezone(known)
    first, second = (local.replace(fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return f"{local - abs(first - second):%Y-%m-%d %H:%M}"


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, OSError, KeyError):
        return None
