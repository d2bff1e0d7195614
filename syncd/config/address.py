"""Addresses that a person writes: base URLs and proxies. A token never travels in the open by mistake."""

import re
from urllib.parse import SplitResult, urlsplit

from syncd.config.faults import Fault
from syncd.contract.addresses import address_in, is_local_name, is_odd_number, whereabouts

_NAME = re.compile(r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?")


def check_url(url: str, *, web: bool, allow_http: bool, allow_private: bool) -> str:
    """The base URL as it is, or Fault. `web`: it has to be http or https; a system of another sort may have any address. Where a name
    leads is looked at when it is connected to; an address in a private network needs `allow_private`."""
    if not web and not url.startswith(("http:", "https:")):
        return url
    parts = _split(url)
    if parts.username is not None or parts.password is not None:
        raise Fault("holds a user or a password", "Take them out of the address: they belong into user and token_file.")
    if parts.query or parts.fragment:
        raise Fault("has a part after ? or #", "Leave that part out: this is the base address.")
    host = _plain(parts.hostname or "")
    if parts.scheme == "http" and not allow_http and not _is_this_machine(host):
        raise Fault("would send the token over plain http", "Write https://, or set allow_http = true if the network is trusted.")
    address = address_in(host)
    if address is not None and whereabouts(address) == "private" and not allow_private:
        raise Fault("points into a private network", "Correct it, or set allow_private = true if the server is there.")
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


def _plain(host: str) -> str:
    """The host as programs look for it, or Fault where they would not agree on that."""
    try:
        found = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        found = ""
    if is_odd_number(found) or (found != host and address_in(found) is not None):
        raise Fault("writes an address in an unusual way", "Write four decimal numbers, as in 127.0.0.1.")
    if address_in(found) is None and not _NAME.fullmatch(found):
        raise Fault("has a host that no name or address looks like", "Write it with scheme and host: https://host.example.")
    return found


def _is_this_machine(host: str) -> bool:
    address = address_in(host)
    return is_local_name(host) if address is None else whereabouts(address) == "here"
