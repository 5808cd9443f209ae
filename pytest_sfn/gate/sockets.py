"""What the interpreter reports of sockets (its audit events): which call leads to another machine.

This module imports nothing of ours: a Python child process loads it by its path, where pytest_sfn may not be installed
(`child/sitecustomize.py`).

An audit event comes before the call itself, from Python and from extension modules, and an exception in the hook is what
the call raises. Nobody can replace an audit hook or reach around it by `from socket import ...`, so a user's own stubbing of
sockets and HTTP libraries meets no patch of ours. Code that does not use Python's sockets at all (uvloop, gRPC, pycurl) has
no such events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

__all__ = ["EVENTS", "destination", "is_among", "is_here"]

_LOOKUPS: Final = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo")
EVENTS: Final = frozenset((*_LOOKUPS, "socket.connect", "socket.sendto", "socket.sendmsg"))
"""The events of calls that can lead to another machine."""


def destination(event: str, args: tuple[Any, ...]) -> tuple[str, str] | None:
    """What the call does, and the host that it does it to; None if the call stays on this machine."""
    if event in _LOOKUPS:
        host = _text(args[0][0] if event == "socket.getnameinfo" else args[0])
        number = event == "socket.getaddrinfo" and _address(host) is not None  # only read, not looked up
        return None if number or is_here(host) else (f"looked up {host}", host)
    import _socket

    sock, address = args
    families = (_socket.AF_INET, getattr(_socket, "AF_INET6", None))
    if sock.family not in families or not isinstance(address, tuple) or is_here(_text(address[0])):
        return None
    host = _text(address[0])
    verb = "opened a connection" if event == "socket.connect" else "sent a packet"
    return f"{verb} to {f'[{host}]' if ':' in host else host}:{address[1]}", host


def is_here(host: str) -> bool:
    """Whether a host is this machine: a loopback address, any address (which leads here), or this machine's own name."""
    address = _address(host)
    if address is not None:
        address = getattr(address, "ipv4_mapped", None) or address  # Python before 3.13 does not look inside
        return bool(address.is_loopback or address.is_unspecified)
    name = host.lower().rstrip(".")
    if name in ("", "localhost") or name.endswith(".localhost"):
        return True
    import _socket

    return name == _socket.gethostname().lower()


def is_among(host: str, allowed: AbstractSet[str]) -> bool:
    """Whether hosts have this one among them; `*.example.com` is all below it."""
    names = host.lower().rstrip(".").split(".")
    return ".".join(names) in allowed or any(f"*.{'.'.join(names[at:])}" in allowed for at in range(1, len(names)))


def _address(host: str) -> Any:
    """The IP address that a text is; None for a name."""
    import ipaddress

    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _text(host: Any) -> str:
    return host.decode("ascii", "replace") if isinstance(host, (bytes, bytearray)) else "" if host is None else str(host)
