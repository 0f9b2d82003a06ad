"""Reading addresses so that they have one meaning, and telling which machines may be asked. Plain values: nothing here
looks anything up or connects.

Whatever two readers could understand differently is no address: user names, backslashes, white space, signs that
cannot be seen, per cent signs in a host. A host that is a number in any notation is the number.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import quote

_LONGEST: Final = 4096
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<host>[^\[\]:/?#@%]{1,253}))(?P<port>:[0-9]{1,5})?"
    r"(?P<target>(?:/[^?#]*)?(?:\?[^#]*)?)(?P<fragment>#.*)?",
    re.IGNORECASE,
)
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_PORTS: Final = {"http": 80, "https": 443}

# Beside what Python does not take for global: it has been wrong about some, by version.
_V4_NOT_PUBLIC: Final = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
            *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
            "168.63.129.16/32",  # the metadata of a cloud, on an address of the public range
        ),
    )
)
_V6_PUBLIC: Final = ip_network("2000::/3")
# Protocols and tunnels (Teredo, 6to4), whose addresses hide another one; documentation.
_V6_NOT_PUBLIC: Final = tuple(map(ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
_V6_OF_V4: Final = ip_network("64:ff9b::/96")


@dataclass(frozen=True, kw_only=True)
class Address:
    """An ``http`` or ``https`` address that can be understood in one way only."""

    scheme: str
    host: str
    """A name in ASCII and small letters, or an IP address in its usual notation, without brackets."""
    port: int
    target: str = field(repr=False)
    """Path and query, in ASCII; at least ``/``."""
    fragment: bool
    """Whether there was a ``#``; what follows one is never sent."""

    @property
    def on_its_own_port(self) -> bool:
        return self.port == _PORTS[self.scheme]


def read_address(text: str) -> Address:
    """Raises: ValueError, which does not hold the text."""
    if len(text) > _LONGEST or not text.isprintable() or " " in text or "\\" in text:
        raise ValueError("not an address")
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise ValueError("not an address")
    scheme, target = found["scheme"].lower(), quote(found["target"] or "/", safe="/?%:@!$&'()*+,;=-._~[]")
    return Address(
        scheme=scheme,
        host=str(IPv6Address(found["v6"])) if found["v6"] else _host(found["host"]),
        port=int(found["port"][1:]) if found["port"] else _PORTS[scheme],
        target=target if target.startswith("/") else f"/{target}",
        fragment=found["fragment"] is not None,
    )


def _host(text: str) -> str:
    try:
        name = text.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        raise ValueError("not a host") from None
    if not _NAME.fullmatch(name):
        raise ValueError("not a host")
    return str(_ipv4(name)) if _NUMBER.fullmatch(name.rpartition(".")[2]) else name


def _ipv4(name: str) -> IPv4Address:
    """The address that operating systems and browsers see in up to four decimal, octal or hexadecimal numbers."""
    *parts, last = map(_number, name.split("."))
    if len(parts) > 3 or any(part > 255 for part in parts) or last >= 256 ** (4 - len(parts)):
        raise ValueError("not a number of a host")
    first = sum(part << 8 * (3 - place) for place, part in enumerate(parts))
    return IPv4Address(first + last)


def _number(part: str) -> int:
    if not _NUMBER.fullmatch(part):
        raise ValueError("not a number of a host")
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8 if part.startswith("0") else 10)


def is_public(address: str) -> bool:
    """Whether an IP address, as look-ups give it, is one of the public network and of a single machine there."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        hidden = found.ipv4_mapped or (IPv4Address(int(found) & 0xFFFFFFFF) if found in _V6_OF_V4 else None)
        if hidden is None or found.scope_id:
            return _is_public_v6(found)
        found = hidden
    return found.is_global and not any(found in network for network in _V4_NOT_PUBLIC)


def _is_public_v6(found: IPv6Address) -> bool:
    public = found.is_global and not found.scope_id and found in _V6_PUBLIC
    return public and not any(found in network for network in _V6_NOT_PUBLIC)


def listed(host: str, hosts: Collection[str]) -> bool:
    """Whether ``hosts`` has ``host``, as in ``ALLOWED_HOSTS``: itself, ``.example.org`` with all below it, or ``*``."""
    known = {each.lower() for each in hosts}
    parents = {host[place:] for place, sign in enumerate(host) if sign == "."}
    return bool(known & {"*", host, f".{host}", *parents})
