"""Audit events of sockets: which of them lead to another machine."""

from __future__ import annotations

import socket
from types import SimpleNamespace

import pytest

from pytest_sfn.gate.sockets import EVENTS, destination, is_among, is_here

V4 = SimpleNamespace(family=socket.AF_INET)
V6 = SimpleNamespace(family=socket.AF_INET6)
UNIX = SimpleNamespace(family=socket.AddressFamily.AF_UNIX)


@pytest.mark.parametrize(
    ("event", "args", "found"),
    [
        ("socket.getaddrinfo", ("example.com", 443, 0, 0, 0), ("looked up example.com", "example.com")),
        ("socket.getaddrinfo", (b"example.com", 443, 0, 0, 0), ("looked up example.com", "example.com")),
        ("socket.getaddrinfo", ("192.0.2.1", 443, 0, 0, 0), None),  # nobody is asked for what is a number
        ("socket.getaddrinfo", (None, 80, 0, 0, 0), None),
        ("socket.getaddrinfo", ("localhost", 80, 0, 0, 0), None),
        ("socket.gethostbyname", ("example.com",), ("looked up example.com", "example.com")),
        ("socket.gethostbyname", (socket.gethostname(),), None),
        ("socket.gethostbyaddr", ("192.0.2.1",), ("looked up 192.0.2.1", "192.0.2.1")),
        ("socket.getnameinfo", (("192.0.2.1", 80),), ("looked up 192.0.2.1", "192.0.2.1")),
        ("socket.connect", (V4, ("192.0.2.1", 80)), ("opened a connection to 192.0.2.1:80", "192.0.2.1")),
        ("socket.connect", (V6, ("2001:db8::1", 80, 0, 0)), ("opened a connection to [2001:db8::1]:80", "2001:db8::1")),
        ("socket.connect", (V4, ("127.0.0.1", 80)), None),
        ("socket.connect", (V6, ("::1", 80, 0, 0)), None),
        ("socket.connect", (UNIX, "/tmp/socket"), None),
        ("socket.sendto", (V4, ("192.0.2.1", 53)), ("sent a packet to 192.0.2.1:53", "192.0.2.1")),
        ("socket.sendmsg", (V4, ("192.0.2.1", 53)), ("sent a packet to 192.0.2.1:53", "192.0.2.1")),
        ("socket.sendmsg", (V4, None), None),
    ],
)
def test_destination(event, args, found):
    assert event in EVENTS
    assert destination(event, args) == found


@pytest.mark.parametrize(
    "host", ["", "localhost", "LOCALHOST.", "api.localhost", "127.1.2.3", "::1", "::1%lo", "0.0.0.0", "::"]
)
def test_this_machine(host):
    assert is_here(host)


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "127.example.com", "127.0.0.1.example.com", "10.0.0.1", "fd00:ec2::254", "localhost.com"]
)
def test_other_machines(host):
    assert not is_here(host)


def test_an_ipv4_address_in_ipv6():
    assert is_here("::ffff:127.0.0.1")
    assert not is_here("::ffff:192.0.2.1")


@pytest.mark.parametrize(
    ("host", "among"), [("a.example.com", True), ("example.com", False), ("b.org.", True), ("a.b.org", False)]
)
def test_allowed_hosts(host, among):
    assert is_among(host, {"*.example.com", "b.org"}) is among
