"""One section `[connections.<name>]` becomes a `Connection`: its kind's own keys, its secret, its address, its mapping."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from syncd.config.address import check_proxy, check_url
from syncd.config.connection import Connection
from syncd.config.environment import BETWEEN, PREFIX
from syncd.config.faults import Fault, Faults, did_you_mean
from syncd.config.mappings import is_path, known_mappings, mapping_reader
from syncd.config.plugins import Kinds
from syncd.config.raw import Keys
from syncd.config.secret import Secret, beside, pair, readable
from syncd.config.shape import ConnectionKeys
from syncd.contract import Kind, Options, TlsAndProxy
from syncd.mapping import Mapping as RecordMapping
from syncd.mapping import parse
from syncd.model.problem import Problems

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]|_(?!_))*")
_COMMON = frozenset(ConnectionKeys.model_fields)
_IS_PEM = "Name a PEM file (text that begins with -----BEGIN)."
_PEM = {
    "-----BEGIN": ("certificate", _IS_PEM),
    "CERTIFICATE-----": ("certificate", _IS_PEM),
    "PRIVATE KEY-----": ("private key", f"{_IS_PEM[:-1]}, in client_key_file where the key has a file of its own."),
}


@dataclass(slots=True)
class Builder:
    """Builds the connections of one configuration; what is wrong goes to `faults`. A mapping that several use is read once."""

    faults: Faults
    base: Path
    folder: Path
    kinds: Kinds
    timeout_s: float
    parsed: dict[str, RecordMapping | None] = field(default_factory=dict)

    def build(self, name: str, table: Any) -> Connection | None:
        """The connection, or None where something is wrong with it."""
        at: Keys = ("connections", name)
        if not _NAME.fullmatch(name):
            self.faults.add(at, "the name of a connection holds a-z, 0-9, - and single _ only", "Choose another name.")
        if not isinstance(table, dict):
            self.faults.no_table(at, f"[connections.{name}]")
            return None
        kind = self._kind(table, at)
        own = _own_keys(kind)
        common = {key: value for key, value in table.items() if key in _COMMON or (kind and key not in own)}
        keys, wrong = self.faults.salvage(ConnectionKeys, {"kind": "", **common}, at, also=own)
        if kind is None or keys is None:
            return None
        options = self._options(kind, {key: value for key, value in table.items() if key in own}, at)
        connection = self._connection(name, kind, keys, options, wrong, at)
        return None if wrong else connection

    def _connection(
        self, name: str, kind: Kind, keys: ConnectionKeys, options: Options | None, wrong: set[str], at: Keys
    ) -> Connection | None:
        """Every part is built before any is judged missing, so that all problems show at once; keys that are wrong are left alone."""
        mapping_name = keys.mapping or kind.mapping
        secret = None if wrong & {"token", "token_file"} else self._secret(name, kind, keys, options, at)
        url = None if "url" in wrong else self._url(kind, keys, at)
        transport = self._transport(keys, at)
        streams = self._streams(kind, keys, at)
        mapping = None if "mapping" in wrong else self._mapping(mapping_name, kind, at)
        if options is None or secret is None or url is None or mapping is None or mapping_name is None:
            return None
        return Connection(
            name=name,
            kind=kind,
            url=url,
            options=options,
            mapping=mapping,
            mapping_name=mapping_name,
            user=keys.user,
            secret=secret,
            hook_secret=self._hook_secret(name, kind, keys, at),
            transport=transport,
            timeout_s=self.timeout_s,
            token_expires=keys.token_expires,
            streams=streams,
            history_days=keys.history_days,
            write=keys.write,
            write_for=keys.write_for,
            share=keys.share,
            renamed_from=keys.renamed_from,
        )

    def _kind(self, table: Mapping[str, Any], at: Keys) -> Kind | None:
        name = table.get("kind")
        if name is None and self.faults.from_environment(at):
            variable = BETWEEN.join((f"{PREFIX}CONNECTIONS", str(at[-1]).upper(), "KIND"))
            self.faults.add(at, f"there is no connection {at[-1]!r}", f"Correct its name, or set {variable} as well.")
            return None
        if name is None:
            self.faults.add((*at, "kind"), "is missing", f"Known are: {', '.join(self.kinds)}.")
            return None
        if not isinstance(name, str):
            return None  # the check of the common keys says so
        if name not in self.kinds:
            self.faults.add((*at, "kind"), f"there is no kind {name!r}", did_you_mean(name, self.kinds) or "Install a connector.")
            return None
        try:
            return self.kinds[name]()
        except ImportError as error:
            self.faults.add((*at, "kind"), f"the connector cannot be loaded: {error}", "Install syncd anew with all it needs.")
            return None

    def _options(self, kind: Kind, written: dict[str, Any], at: Keys) -> Options | None:
        """The kind's own keys. Files are relative to the configuration, as everywhere, and must be readable."""
        return self.faults.check(kind.options, self._located(written, at), at)

    def _located(self, written: Mapping[str, Any], at: Keys) -> dict[str, Any]:
        """The keys with the places of files, those of the tables below them, too. What a `file` holds is data, and may come later."""
        found: dict[str, Any] = {}
        for key, value in written.items():
            if isinstance(value, str) and (key == "file" or key.endswith("_file")):
                found[key] = str(beside(self.base, value))
                if key != "file":
                    self._must_hold((*at, key), beside(self.base, value), "")
            elif isinstance(value, list):
                tables = [self._located(one, (*at, key, n)) if isinstance(one, dict) else one for n, one in enumerate(value)]
                found[key] = tables
            else:
                found[key] = value
        return found

    def _secret(self, name: str, kind: Kind, keys: ConnectionKeys, options: Options | None, at: Keys) -> Secret | None:
        credentials = options.instead_of_token() if options is not None else None
        if keys.token is None and keys.token_file is None:
            if kind.needs_secret and options is not None and credentials is None:
                variable = f"{PREFIX}CONNECTIONS{BETWEEN}{name.upper()}{BETWEEN}TOKEN"
                self.faults.add((*at, "token_file"), "no token is given", f"Set it, or {variable} in the environment.")
                return None
            return Secret(name)
        if credentials is not None and options is not None and not options.beside_token():
            self.faults.add((*at, credentials), f"a token and {credentials} are both given", "Keep one of them.")
        value = pair(self.faults, at, "token", keys.token, keys.token_file, self.base)
        if value is None:
            return None
        return Secret(name, file=beside(self.base, keys.token_file)) if keys.token_file else Secret(name, SecretStr(value))

    def _hook_secret(self, name: str, kind: Kind, keys: ConnectionKeys, at: Keys) -> Secret | None:
        """What the vendor's webhooks prove, where it is given and the kind has webhooks."""
        value = pair(self.faults, at, "hook_secret", keys.hook_secret, keys.hook_secret_file, self.base)
        if value is None:
            return None
        if kind.hooks is None:
            self.faults.add((*at, "hook_secret"), f"{kind.name} has no webhooks", "Remove the key.")
        file = beside(self.base, keys.hook_secret_file) if keys.hook_secret_file else None
        return Secret(name, None if file else SecretStr(value), file)

    def _streams(self, kind: Kind, keys: ConnectionKeys, at: Keys) -> tuple[str, ...]:
        """What is read, in the connector's order."""
        chosen = keys.streams
        known = {name: stream for name, stream in kind.streams.items() if not stream.replies}  # that one is [policy] replies'
        if chosen is None:
            return tuple(name for name, stream in known.items() if not stream.optional)
        for name in chosen:
            if name not in (*known, "all"):
                self.faults.add((*at, "streams"), f"{kind.name} has no stream {name!r}", did_you_mean(name, (*known, "all")))
        if not chosen:
            self.faults.add((*at, "streams"), "there is nothing to read", f"Known are: {', '.join(known)}.")
        every = [name for name, stream in known.items() if not stream.of_contracts] if "all" in chosen else ()
        return tuple(name for name in known if name in chosen or name in every)

    def _url(self, kind: Kind, keys: ConnectionKeys, at: Keys) -> str | None:
        url = keys.url or kind.default_url
        if url is None:
            self.faults.add((*at, "url"), "is missing", 'Add the base address: url = "https://...".')
            return None
        try:
            return check_url(url, web=kind.needs_secret, allow_http=keys.allow_http, allow_private=keys.allow_private)
        except Fault as fault:
            self.faults.add((*at, "url"), fault.text, fault.cure)
            return None

    def _transport(self, keys: ConnectionKeys, at: Keys) -> TlsAndProxy:
        ca_file = beside(self.base, keys.ca_file) if keys.ca_file is not None else None
        if ca_file is not None:
            self._must_hold((*at, "ca_file"), ca_file, "-----BEGIN")
        proxy = pair(self.faults, at, "proxy", keys.proxy, keys.proxy_file, self.base)
        try:
            check_proxy(proxy)
        except Fault as fault:
            self.faults.add((*at, "proxy" if keys.proxy else "proxy_file"), fault.text, fault.cure)
        certificate = self._pem(keys.client_cert_file, (*at, "client_cert_file"), "CERTIFICATE")
        return TlsAndProxy(
            ca_file=str(ca_file) if ca_file else None,
            client_cert_file=certificate,
            client_key_file=self._key(keys, certificate, at),
            proxy=proxy,
            no_proxy=keys.no_proxy,
            allow_private=keys.allow_private,
        )

    def _key(self, keys: ConnectionKeys, certificate: str | None, at: Keys) -> str | None:
        """The file of the client's key; None where it is in that of its certificate."""
        if keys.client_key_file is None:
            if certificate is not None:
                self._pem(certificate, (*at, "client_cert_file"), "PRIVATE KEY")
            return None
        if keys.client_cert_file is None:
            self.faults.add((*at, "client_key_file"), "there is no certificate to this key", "Name it in client_cert_file.")
        return self._pem(keys.client_key_file, (*at, "client_key_file"), "PRIVATE KEY")

    def _pem(self, file: str | None, at: Keys, holds: str) -> str | None:
        """The path of a PEM file that holds that; None where none is named, or it does not."""
        if file is None or not self._must_hold(at, beside(self.base, file), f"{holds}-----"):
            return None
        return str(beside(self.base, file))

    def _must_hold(self, at: Keys, file: Path, mark: str) -> bool:
        """Whether the file holds the mark of a PEM file; "" asks for a readable file only. A passphrase cannot be asked for."""
        try:
            text = readable(file)
            if mark not in text:
                what, cure = _PEM[mark]
                raise Fault(f"{file} holds no {what}", cure)
            if "KEY" in mark and "ENCRYPTED" in text:
                raise Fault(f"the key in {file} is protected by a passphrase", "Take it off: openssl pkey -in OLD -out NEW.")
        except Fault as fault:
            self.faults.add(at, fault.text, fault.cure)
            return False
        return True

    def _mapping(self, name: str | None, kind: Kind, at: Keys) -> RecordMapping | None:
        if name is None:
            self.faults.add((*at, "mapping"), "is missing", f"Known are: {', '.join(known_mappings(self.folder))}.")
            return None
        if name not in self.parsed:
            self.parsed[name] = self._parse(name, (*at, "mapping"))
        mapping = self.parsed[name]
        if mapping is not None and mapping.reads and not mapping.reads.keys() & kind.streams.keys():
            cure = f"Name a mapping for {kind.name}: {', '.join(kind.streams)}."
            self.faults.add((*at, "mapping"), f"{name!r} reads {', '.join(mapping.reads)}, which {kind.name} does not have", cure)
        return mapping

    def _parse(self, name: str, at: Keys) -> RecordMapping | None:
        read = mapping_reader(self.base, self.folder)
        try:
            if read(name) is not None:
                return parse(name, read)
            self.faults.add(at, f"there is no mapping {name!r}", self._cure(name))
        except Problems as problems:
            self.faults.take(problems.problems)
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not UTF-8 text"
            self.faults.add(at, f"the mapping {name!r}, or one that it extends, cannot be read: {why}", "Correct the file.")
        return None

    def _cure(self, name: str) -> str:
        if is_path(name):
            return "Correct the path (relative to the configuration file)."
        return did_you_mean(name, known_mappings(self.folder))


def _own_keys(kind: Kind | None) -> frozenset[str]:
    """The keys that only this kind has."""
    fields: Mapping[str, Any] = kind.options.model_fields if kind else {}
    return frozenset(option.alias or key for key, option in fields.items()) - _COMMON
