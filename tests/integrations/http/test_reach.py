"""Which addresses HTTP Tasks may reach."""

import ipaddress

import pytest

from stepwell.integrations.http.reach import may_reach


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
)
def test_public_addresses_are_reached(address: str) -> None:
    assert may_reach(address, ())


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "::1",
        "0.0.0.0",
        "::",
        "169.254.169.254",  # a cloud's metadata
        "fe80::1%eth0",
        "fd00:ec2::254",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",  # a provider's own network
        "224.0.0.1",
        "ff02::1",
        "255.255.255.255",
        "fec0::1",
        "64:ff9b:1::7f00:1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",  # 127.0.0.1 through NAT64
        "2002:7f00:1::",  # 127.0.0.1 through 6to4
    ],
)
def test_addresses_that_only_some_can_reach_are_not(address: str) -> None:
    assert not may_reach(address, ())


def test_networks_that_are_allowed_are_reached_and_no_others() -> None:
    allow = [ipaddress.ip_network("10.1.0.0/16"), ipaddress.ip_network("::1")]
    reached = [may_reach(address, allow) for address in ("10.1.2.3", "::ffff:10.1.2.3", "::1", "10.2.0.1", "127.0.0.1")]
    assert reached == [True, True, True, False, False]
