"""Pure. Where on the network an address is: on this machine, in a private network, or out in the world."""

import ipaddress
import re
from typing import Literal

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Whereabouts = Literal["here", "private", "public"]

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")
_LAST_LABEL_IS_A_NUMBER = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)\.?$", re.IGNORECASE)


def address_in(host: str) -> Address | None:
    """The address that a host is, as it is usually written; None for a name, and for an address that is written in another way."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def whereabouts(address: Address) -> Whereabouts:
    """ "here": loopback. "public": globally reachable by the registries of IANA. All else is "private": private, link-local (that of the
    metadata services too), unique-local, shared, unspecified, reserved, multicast. An IPv6 address that carries one of IPv4 is that one."""
    plain = _carried(address) if isinstance(address, ipaddress.IPv6Address) else address
    if plain.is_loopback:
        return "here"
    is_odd = plain.is_multicast or plain.is_reserved or plain.is_unspecified or getattr(plain, "is_site_local", False)
    return "public" if plain.is_global and not is_odd else "private"


def is_local_name(host: str) -> bool:
    """Whether a name stands for this machine (RFC 6761)."""
    bare = host.rstrip(".").casefold()
    return bare == "localhost" or bare.endswith(".localhost")


def is_odd_number(host: str) -> bool:
    """Whether a host is an address of IPv4 in an unusual spelling (2130706433, 0x7f.1, 127.1, a dot at its end), which programs read
    differently."""
    return bool(_LAST_LABEL_IS_A_NUMBER.search(host)) and address_in(host) is None


def _carried(address: ipaddress.IPv6Address) -> Address:
    """Mapped, 6to4, translated (RFC 6052) and compatible addresses hold one of IPv4."""
    inner = address.ipv4_mapped or address.sixtofour
    if inner is not None:
        return inner
    low = int(address) & 0xFFFF_FFFF
    if address in _NAT64 or (address in _COMPATIBLE and low > 1):
        return ipaddress.IPv4Address(low)
    return address
