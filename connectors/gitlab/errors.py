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
    return from_status(status, headers, _said(error), now=now, what=what, scope=scope, write=write)


def _said(error: GitlabError) -> object:
    """The body, with GitLab's lists of what is wrong per field (`{"note": ["is too long"]}`) as one sentence."""
    wrong = error.error_message
    if not isinstance(wrong, Mapping):
        return error.response_body
    return {"message": "; ".join(f"{field} {_joined(reasons)}" for field, reasons in wrong.items())}


def _joined(reasons: object) -> str:
    return ", ".join(map(str, reasons)) if isinstance(reasons, list) else str(reasons)
