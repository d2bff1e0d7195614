"""Addresses that a person writes: base URLs and proxies. A token never travels in the open by mistake."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

from syncd.config.faults import Fault


def check_url(url: str, *, web: bool, allow_http: bool) -> str:
    """The base URL as it is, or Fault. `web`: it has to be http or https; a system of another sort may have any address."""
    if not web and not url.startswith(("http:", "https:")):
        return url
    parts = _split(url)
    if parts.username is not None or parts.password is not None:
        raise Fault("holds a user or a password", "Take them out of the address: they belong into user and token_file.")
    if parts.query or parts.fragment:
        raise Fault("has a part after ? or #", "Leave that part out: this is the base address.")
    if parts.scheme == "http" and not allow_http and not _is_this_machine(parts.hostname or ""):
        raise Fault("would send the token over plain http", "Write https://, or set allow_http = true if the network is trusted.")
    return url


def check_proxy(proxy: str | None) -> None:
    """Raise Fault for the address of a proxy that no client takes. The text never repeats it: it may hold a password."""
    if proxy is None:
        return
    parts = _split(proxy)
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        cure = "In user and password write / as %2F, ? as %3F, # as %23 and % as %25; after the port nothing follows."
        raise Fault("has something after host and port", cure)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        known = False
    if not known or any(c.isspace() for c in url):
        raise Fault("is not a web address", "Write it with scheme and host: https://host.example.")
    return parts


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
