"""Whose network an address belongs to: what limits per address count by."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

_HOUSEHOLD_BITS: Final = 64
"""One IPv6 customer has at least a /64 (RFC 6177), and with it more addresses than anybody could count."""


def network_of(address: str) -> str:
    """Return an IPv4 address as it is, and an IPv6 address's network; what is no address is one network of its own."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ip_network((int(found), _HOUSEHOLD_BITS), strict=False))
    return str(found)
