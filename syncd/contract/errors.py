"""The six errors. Each is named by what the runner does next, not by what went wrong."""

from datetime import datetime
from typing import Literal


class SyncError(Exception):
    """Base of the six. `text` is one line for a person: what happened, where, what to do. It never holds a secret."""

    def __init__(self, text: str, *, scope: str | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.scope = scope


class Unavailable(SyncError):
    """This stream and scope later. A 404 without other evidence is this, and so is every 5xx, timeout and broken body.

    `absent`: the vendor answered that there is no such thing, or hides it (404). By itself it proves nothing; of a record that a complete
    list does not name either, it proves that it is gone.
    """

    def __init__(self, text: str, *, scope: str | None = None, absent: bool = False) -> None:
        super().__init__(text, scope=scope)
        self.absent = absent


class RateLimited(SyncError):
    """The whole connection waits until the instant given."""

    def __init__(self, text: str, *, until: datetime, scope: str | None = None) -> None:
        super().__init__(text, scope=scope)
        self.until = until


class AuthFailed(SyncError):
    """The scope, or with None the connection, is off until a person mends the credentials."""


class Misconfigured(SyncError):
    """The scope, or with None the connection, is off until a person mends the configuration."""


class Refused(SyncError):
    """This action will never be accepted: to the dead letters. Only `deliver` raises it."""


class Gone(SyncError):
    """The object is no more where it was: the target leaves the ledger."""

    def __init__(
        self, text: str, *, kind: Literal["deleted", "moved", "unreadable"], to: str | None = None, scope: str | None = None
    ) -> None:
        super().__init__(text, scope=scope)
        self.kind = kind
        self.to = to
