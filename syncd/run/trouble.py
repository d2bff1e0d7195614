"""Pure. Trouble: what an error means for a scope or a connection: its state, when it is looked at again, what a person is told."""

from datetime import datetime, timedelta

from syncd.contract import AuthFailed, Misconfigured, RateLimited, SyncError
from syncd.contract.headers import LONGEST
from syncd.store.scopes import State

LOOK_AGAIN = timedelta(minutes=15)
"""When a scope or connection that a person must mend is looked at again."""


def until_of(error: SyncError, now: datetime) -> datetime | None:
    """When another look is worth it."""
    if isinstance(error, RateLimited):
        return min(error.until, now + LONGEST)
    return now + LOOK_AGAIN if state_of(error) == "off" else None


def line_of(connection: str, error: SyncError) -> str:
    """What a person is told. Only what nobody can mend needs the consolation that it mends itself."""
    tail = ". What was read before stays, and the next pass tries again" if state_of(error) == "stale" else ""
    return f"{connection}: {error.text}{tail}"


def state_of(error: SyncError) -> State:
    """The state of a scope that met it."""
    if isinstance(error, RateLimited):
        return "limited"
    return "off" if isinstance(error, AuthFailed | Misconfigured) else "stale"


def finds_none(error: SyncError) -> bool:
    """Whether it is no scope that failed, but a pattern that matches none."""
    return isinstance(error, Misconfigured) and any(sign in (error.scope or "") for sign in "*?[")
