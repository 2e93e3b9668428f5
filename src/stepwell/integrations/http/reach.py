"""Which addresses HTTP Tasks may reach: public ones, and networks that the configuration allows.

A definition, or data that it takes a URL from, must not lead to what only this machine or its network can reach:
the server's own API, databases, a cloud's metadata (169.254.169.254).
"""

import ipaddress
from collections.abc import Sequence

from stepwell.integrations.http.settings import Network

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")

_LOCAL = (ipaddress.ip_network("fec0::/10"), ipaddress.ip_network("64:ff9b:1::/48"))
"""Networks of a site's own (RFC 3879, RFC 8215) that `ipaddress` takes for global ones."""


def may_reach(address: str, allow: Sequence[Network]) -> bool:
    """Whether a connection may be made to this address, as `socket` writes it."""
    found = ipaddress.ip_address(address.partition("%")[0])
    return any(candidate in network for candidate in (found, _meant(found)) for network in allow) or _public(found)


def _public(address: Address) -> bool:
    meant = _meant(address)
    return meant.is_global and not meant.is_multicast and not any(meant in network for network in _LOCAL)


def _meant(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None) or address
