"""One configured connection: what the pass, the planner and a connector need to know of it."""

import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from syncd.config.secret import Secret
from syncd.contract import AuthFailed, Kind, Options, Settings, TlsAndProxy
from syncd.decide.state import Place
from syncd.mapping import Mapping as RecordMapping
from syncd.model.action import Mode, Verb

HIDDEN = "***"


_LONG = re.compile(r"[\w+/=.~-]{24,}")
"""What a key or token is made of."""


def _secret_parts(file: str) -> Iterator[str]:
    """What no log may show of a file with credentials: a single word whole, of a key or a JSON file each long run of characters."""
    with suppress(OSError, ValueError):
        text = Path(file).read_text("utf-8-sig").strip()
        words = text.split()
        yield from words if len(words) == 1 else _LONG.findall(text.replace("\\n", "\n"))


def _secrets_of(keys: Mapping[str, Any]) -> Iterator[str]:
    """What no log may show of a kind's own keys: what their files hold, and secrets that are written down, as an address may be."""
    for key, value in keys.items():
        if key.endswith("_file") and isinstance(value, str):
            yield from _secret_parts(value)
        elif isinstance(value, SecretStr):
            yield value.get_secret_value()
            yield from _LONG.findall(value.get_secret_value())
        elif isinstance(value, list):
            for one in value:
                yield from _secrets_of(one) if isinstance(one, Mapping) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """`[connections.<name>]`, checked. `timeout_s` bounds one request in all. `streams`: what is read, in the connector's order.
    `files`: repository -> patterns of what contracts are made of."""

    name: str
    kind: Kind
    url: str
    options: Options = field(repr=False)
    mapping: RecordMapping = field(repr=False)
    mapping_name: str
    user: str | None = None
    secret: Secret
    hook_secret: Secret | None = None
    transport: TlsAndProxy = field(default=TlsAndProxy(), repr=False)
    timeout_s: float = 30
    token_expires: date | None = None
    streams: tuple[str, ...] = ()
    history_days: int | None = None
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    write: Mode = "plan"
    write_for: Mapping[str, Mode] = field(default_factory=dict)
    share: Literal["keys", "titles"] = "keys"
    renamed_from: str | None = None

    def settings(self, now: Callable[[], datetime], fields: Mapping[str, frozenset[str] | None]) -> Settings:
        """What a connector of this kind is made from. `fields`: per stream, the top-level fields that the mapping reads."""
        return Settings(
            connection=self.name,
            url=self.url,
            options=self.options,
            now=now,
            user=self.user,
            secret=self.secret,
            transport=self.transport,
            timeout_s=self.timeout_s,
            fields=fields,
            history_days=self.history_days,
            files=self.files,
        )

    def unwritable(self) -> Mapping[Verb, str]:
        """The verbs that the vendor never takes from these credentials, each with the cure."""
        with suppress(AuthFailed):  # a token whose file is gone: who needs it says so
            return self.options.unwritable(self.secret())
        return {}

    def place(self) -> Place:
        """What can be written there, and how far it may speak."""
        never = self.unwritable().keys()
        return Place(
            connection=self.name,
            takes={name: stream.takes - never for name, stream in self.kind.streams.items()},
            limits=self.kind.limits,
            write=self.write,
            write_for=self.write_for,
            share=self.share,
        )

    def hidden(self) -> Iterator[str]:
        """What no log may show, as it is now. A token's file that is gone hides nothing and raises nothing: who needs it says so."""
        for secret in (self.secret, self.hook_secret):
            with suppress(AuthFailed):
                yield from filter(None, [secret() if secret else None])
        with suppress(AuthFailed):
            if self.user and (token := self.secret()):  # as it is sent where a user has a password
                yield b64encode(f"{self.user}:{token}".encode()).decode()
        password = urlsplit(self.transport.proxy or "").password or ""
        yield from {password, unquote(password)}
        if self.transport.client_key_file is not None:
            yield from _secret_parts(self.transport.client_key_file)
        yield from _secrets_of(self.options.model_dump())

    def redacted(self) -> dict[str, Any]:
        """The section as it counts, secrets left out: for dumps and bug reports."""
        shown: dict[str, Any] = {
            "kind": self.kind.name,
            "url": self.url,
            "user": self.user,
            "token": HIDDEN if self.secret.value else None,
            "token_file": str(self.secret.file) if self.secret.file else None,
            "token_expires": self.token_expires.isoformat() if self.token_expires else None,
            "hook_secret": HIDDEN if self.hook_secret and self.hook_secret.value else None,
            "hook_secret_file": str(self.hook_secret.file) if self.hook_secret and self.hook_secret.file else None,
            "streams": list(self.streams),
            "history_days": self.history_days,
            "mapping": self.mapping_name,
            "write": self.write,
            "write_for": dict(self.write_for),
            "share": self.share,
            "ca_file": self.transport.ca_file,
            "client_cert_file": self.transport.client_cert_file,
            "client_key_file": self.transport.client_key_file,
            "proxy": HIDDEN if self.transport.proxy else None,
            "no_proxy": list(self.transport.no_proxy),
            "renamed_from": self.renamed_from,
            **self.options.model_dump(mode="json"),
        }
        return {key: value for key, value in shown.items() if value not in (None, [], {})}
