"""The way out: a proxy with its credentials kept apart from its address, and which hosts are reached without it."""

import base64
import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

from syncd.contract import Misconfigured

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Proxy:
    """`url` and `name` (host and port, for people) hold no credentials; `headers` sign us in there, and go to nobody else."""

    url: str
    name: str
    headers: Mapping[str, str] = field(repr=False)


def proxy_of(address: str | None) -> Proxy | None:
    """The proxy that a configuration names, as in http://USER:PASSWORD@HOST:PORT. Raises Misconfigured; no text repeats the address.

    User and password are percent-decoded and sent as UTF-8 (RFC 7617).
    """
    if not address:
        return None
    parts = _split(address)
    if parts is None or parts.scheme not in _PORTS or not parts.hostname:
        raise Misconfigured("`proxy` is no web address. Write it as in http://USER:PASSWORD@HOST:PORT, special characters as %XX")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    name = f"{host}:{parts.port or _PORTS[parts.scheme]}"
    return Proxy(f"{parts.scheme}://{name}", name, _credentials(parts))


def _credentials(parts: SplitResult) -> dict[str, str]:
    if not parts.username:
        return {}
    pair = unquote_to_bytes(parts.username) + b":" + unquote_to_bytes(parts.password or "")
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair).decode()}"}


def bypassed(url: str, no_proxy: Iterable[str]) -> bool:
    """Whether an address is reached without the proxy.

    A name stands for itself and for all beneath it, with or without a dot or `*.` before it; an address or a network (10.0.0.0/8)
    for addresses that are written as numbers; `host:port` for that port alone; `*` for everything.
    """
    parts = urlsplit(url)
    host, port = (parts.hostname or "").rstrip("."), parts.port or _PORTS.get(parts.scheme)
    return any(_covers(entry.strip().casefold(), host, port) for entry in no_proxy)


def _covers(entry: str, host: str, port: int | None) -> bool:
    if entry == "*":
        return True
    name, only = _name_and_port(entry)
    if not name or only not in (None, port):
        return False
    address = _address(host)
    if address is not None:
        network = _network(name)
        return network is not None and address in network
    name = name.removeprefix("*").strip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _name_and_port(entry: str) -> tuple[str, int | None]:
    if _network(entry) is not None:
        return entry, None
    name, colon, port = entry.rpartition(":")
    if colon and port.isdecimal():
        return name.strip("[]"), int(port)
    return entry.strip("[]"), None


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _split(address: str) -> SplitResult | None:
    """None where host or port cannot be read, and where something follows them: a `/`, `?` or `#` in a password ends the host."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.path in ("", "/") and not parts.query and not parts.fragment else None
