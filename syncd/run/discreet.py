"""No secret in any text: what a vendor answers may repeat our credentials, and ends in reports, in the store and in the log."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar
from urllib.parse import quote

from syncd.contract import Account, Connector, Limits, Notice, Page, Stream, SyncError
from syncd.model.action import Action, Receipt
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref

HIDDEN = "[hidden]"
CUT = "…"
"""Stands where a long text was cut short."""

_SHORTEST = 4
_LOOKS_LIKE_ONE = re.compile(
    r"(?i:\b(?:bearer|basic|token)\s+)(?=\S*\d)[\w+/=.~-]{12,}"
    r"|\b(?:gh[pousr]_|github_pat_|glpat-|ATATT3|ATCTT3|ya29\.|xox[abp]-|eyJ)[\w.~+/=-]{8,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)",
    re.DOTALL,
)
"""What is a credential by its form, ours or not: authorization headers, vendors' tokens, private keys, passwords in addresses."""

Secrets = Callable[[], Iterable[str]]
"""The values that must never be shown, as they are now."""

T = TypeVar("T")


def without_secrets(text: str, secrets: Iterable[str] = ()) -> str:
    """The text with secrets, and what looks like one, blotted out."""
    forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in (secret, quote(secret, safe=""))}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, HIDDEN)
    return _LOOKS_LIKE_ONE.sub(HIDDEN, _without_beginnings(text, forms))


def _without_beginnings(text: str, forms: Iterable[str]) -> str:
    """A long text is cut short, and the cut may go through a secret."""
    parts = text.split(CUT)
    for number, part in enumerate(parts[:-1]):
        longest = max((_overlap(part, form) for form in forms), default=0)
        if longest >= _SHORTEST:
            parts[number] = part[:-longest] + HIDDEN
    return CUT.join(parts)


def _overlap(text: str, secret: str) -> int:
    """So many characters at the end of the text are the beginning of the secret."""
    return next((n for n in range(min(len(text), len(secret)), 0, -1) if text.endswith(secret[:n])), 0)


class Discreet:
    """A connector whose errors and notices hold no secret, whatever the vendor's answer repeats. All else is the connector's own."""

    def __init__(self, connector: Connector, secrets: Secrets) -> None:
        self._connector, self._secrets = connector, secrets

    @property
    def streams(self) -> Mapping[str, Stream]:
        """The connector's."""
        return self._connector.streams

    @property
    def limits(self) -> Limits:
        """The connector's."""
        return self._connector.limits

    def check(self) -> Account:
        """The connector's."""
        with self._hidden():
            return self._connector.check()

    def scopes(self, stream: str) -> Iterator[Scope | SyncError | Notice]:
        """The connector's; the errors among them are clean, too."""
        for scope in self._each(lambda: self._connector.scopes(stream)):
            if isinstance(scope, SyncError):
                self._clean(scope)
            yield Notice(self._without(scope.text)) if isinstance(scope, Notice) else scope

    def weigh(self, stream: str, scope: Scope) -> int | None:
        """The connector's."""
        with self._hidden():
            return self._connector.weigh(stream, scope)

    def fields(self, stream: str) -> Mapping[str, str] | None:
        """The connector's."""
        with self._hidden():
            return self._connector.fields(stream)

    def fetch(self, stream: str, scope: Scope, since: str | None) -> Iterator[Page]:
        """The connector's."""
        return self._each(lambda: self._connector.fetch(stream, scope, since))

    def fetch_one(self, ref: Ref) -> RawRecord:
        """The connector's."""
        with self._hidden():
            return self._connector.fetch_one(ref)

    def census(self, stream: str, scope: Scope) -> Iterator[Sequence[str]]:
        """The connector's."""
        return self._each(lambda: self._connector.census(stream, scope))

    def find(self, target: Ref, key: str) -> str | None:
        """The connector's."""
        with self._hidden():
            return self._connector.find(target, key)

    def deliver(self, action: Action) -> Receipt:
        """The connector's."""
        with self._hidden():
            return self._connector.deliver(action)

    def close(self) -> None:
        """The connector's."""
        self._connector.close()

    def _each(self, values: Callable[[], Iterable[T]]) -> Iterator[T]:
        with self._hidden():
            yield from values()

    @contextmanager
    def _hidden(self) -> Iterator[None]:
        try:
            yield
        except SyncError as error:
            self._clean(error)
            raise

    def _clean(self, error: SyncError) -> None:
        error.text = self._without(error.text)
        error.args = (error.text,)

    def _without(self, text: str) -> str:
        return without_secrets(text, self._secrets())
