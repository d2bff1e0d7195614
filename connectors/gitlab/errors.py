"""GitLab's answers as the six errors."""

from collections.abc import Mapping
from datetime import datetime

from gitlab.exceptions import GitlabError

from connectors.http import from_status, vendor_message
from syncd.contract import AuthFailed, SyncError, Unavailable


def translate(
    error: GitlabError, headers: Mapping[str, str], *, now: datetime, what: str, scope: str | None, write: bool
) -> SyncError:
    """The error that an answer of GitLab means. `headers` are those of that answer: python-gitlab keeps only status and body."""
    status, said = error.response_code, message_of(error)
    if status is None:
        return Unavailable(f"{what}: GitLab's answer could not be read ({type(error).__name__})", scope=scope)
    if status == 401:
        return AuthFailed(f"{what}: the token was not accepted (401){_tail(said)}. {_new_token(write)}")
    if status == 403 and ("insufficient_scope" in said or "higher privileges" in said):
        return AuthFailed(f"{what}: the token's scopes do not reach (403){_tail(said)}. {_new_token(write)}", scope=scope)
    return from_status(status, headers, _said(error), now=now, what=what, scope=scope, write=write)


def message_of(error: GitlabError) -> str:
    """What GitLab says of it, on one line."""
    return vendor_message(_said(error))


def _new_token(write: bool) -> str:
    return f"Make a new one with the scope `{'api' if write else 'read_api'}`{'' if write else ' (`api` to write)'}"


def _tail(said: str) -> str:
    return f": {said.rstrip('.')}" if said else ""


def _said(error: GitlabError) -> object:
    """The body, with GitLab's lists of what is wrong per field (`{"note": ["is too long"]}`) as one sentence."""
    wrong = error.error_message
    if not isinstance(wrong, Mapping):
        return error.response_body
    return {"message": "; ".join(f"{field} {_joined(reasons)}" for field, reasons in wrong.items())}


def _joined(reasons: object) -> str:
    return ", ".join(map(str, reasons)) if isinstance(reasons, list) else str(reasons)
