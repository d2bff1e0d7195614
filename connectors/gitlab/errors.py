"""GitLab's answers as the six errors."""

from collections.abc import Mapping
from datetime import datetime

from gitlab.exceptions import GitlabError

from connectors.http import from_status
from syncd.contract import SyncError, Unavailable


def translate(
    error: GitlabError, headers: Mapping[str, str], *, now: datetime, what: str, scope: str | None, write: bool
) -> SyncError:
    """The error that an answer of GitLab means. `headers` are those of that answer: python-gitlab keeps only status and body."""
    status = error.response_code
    if status is None:
        return Unavailable(f"{what}: GitLab's answer could not be read ({type(error).__name__})", scope=scope)
    return from_status(status, headers, error.response_body, now=now, what=what, scope=scope, write=write)
