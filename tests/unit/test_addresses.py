"""Addresses with one meaning, and which machines are public ones."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_ai_content.core.providers.addresses import is_public, listed, read_address


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "127.0.1", "2130706433", "017700000001", "0x7f000001", "0x7f.1", "0x7F.0.0.0x1",
        "0177.0.0.1", "0177.0.0.01", "00000177.0.0.1", "127。0。0。1", "127．0．0．1", "127｡0｡0｡1", "１２７.0.0.1",
        "①②⑦.0.0.1", "0x7f.0x0.0x0.0x1", "127.0.0.1.", "0X7F000001", "127.0x1",
    ],
)  # fmt: skip
def test_every_way_to_write_this_machine_is_this_machine(host: str) -> None:
    assert read_address(f"http://{host}/").host == "127.0.0.1"
    assert not is_public("127.0.0.1")


@pytest.mark.parametrize(
    ("text", "host", "port", "target"),
    [
        ("https://images.example.org/a.png", "images.example.org", 443, "/a.png"),
        ("HTTP://IMAGES.Example.org.", "images.example.org", 80, "/"),
        ("https://images.example.org?sig=a%2Fb&c=é", "images.example.org", 443, "/?sig=a%2Fb&c=%C3%A9"),
        ("https://images.example.org:8443/a#b", "images.example.org", 8443, "/a"),
        ("https://bücher.example/", "xn--bcher-kva.example", 443, "/"),
        ("https://[2606:2800:220:1:0:0:0:1]/", "2606:2800:220:1::1", 443, "/"),
        ("http://93.184.216.34/a/@b", "93.184.216.34", 80, "/a/@b"),
        ("http://llm_1:8000/v1", "llm_1", 8000, "/v1"),
        ("https://evil.example/#api.openai.com", "evil.example", 443, "/"),
    ],
)
def test_addresses_are_read_as_they_are(text: str, host: str, port: int, target: str) -> None:
    address = read_address(text)
    assert (address.host, address.port, address.target) == (host, port, target)


@pytest.mark.parametrize(
    "text",
    [
        "", "images.example.org", "//127.0.0.1/", "http:127.0.0.1", "http:/127.0.0.1", "http:///127.0.0.1", "http://",
        "ftp://10.0.0.1/", "file:///etc/passwd", "data:text/html,x", "gopher://127.0.0.1:70/", "jar:http://x!/",
        "javascript:alert(1)", "http://a@127.0.0.1/", "http://a:b@127.0.0.1/", "http://127.0.0.1\\@good.example/",
        "http:\\\\127.0.0.1", "http://good.example/a\\b",
        "http://good.example\\.evil.example/", " http://127.0.0.1/", "http://127.0.0.1 /",
        "http://127.0.0.1\t/", "ht\ntp://127.0.0.1/", "http://127.0.0.1/\r\nX: y", "http://127.0.0.1\0.good.example/",
        "http://good\u200b.example/", "http://good\u00ad.example/", "http://good\u3000.example/", "http://%31%32%37.0.0.1/",
        "http://127.0.0.1%2f.good.example/", "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[::1/",
        "http://::1/", "http://[127.0.0.1]/", "http://[::1]x/", "http://256.0.0.1/", "http://1.2.3.4.5/", "http://08.0.0.1/",
        "http://4294967296/", "http://0x100000000/", "http://1_0.0.0.1/", "http://example.0x1g.1/", "http://a..b/",
        "http://.a/", "http://-a.example/", "http://a:/", "http://a:80:80/", "http://a:port/", "http://a:٨٠/",
        "http://a:999999/", "http://℀.example/", "http://a" + "b" * 70 + ".example/", "https://a.example/" + "x" * 5000,
    ],
)  # fmt: skip
def test_what_could_be_understood_in_two_ways_is_no_address(text: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # nothing of the text is to stand in its message
        read_address(text)
    assert not text or text not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.5", "100.64.0.1", "100.100.100.200", "127.8.9.1", "169.254.169.254",
        "169.254.170.2", "168.63.129.16", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.9",
        "192.0.0.192", "192.0.2.1",
        "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.9", "224.0.0.1",
        "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1",
        "::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1",
        "100::1", "2001::1", "2001:0:7f00:1::", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::",
        "2002:5db8:d822::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1",
        "ff02::1", "2606:2800:220:1::1%eth0", "", "localhost", "127.1", "nonsense",
    ],
)  # fmt: skip
def test_what_is_not_one_machine_of_the_public_network(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_what_is(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_hidden_in_another_is_judged_by_what_it_is(address: IPv4Address) -> None:
    number = int(address)
    for hidden in (f"::ffff:{address}", str(IPv6Address((0x64FF9B << 96) | number))):
        assert is_public(hidden) == is_public(str(address))
    for notation in (f"{number}", f"{number:#x}", f"0{number:o}", f"{number >> 24}.{number & 0xFFFFFF:#x}"):
        assert read_address(f"http://{notation}/").host == str(address)


@given(st.text() | st.text().map("http://{}".format) | st.from_regex(r"https?://[^/]{1,40}(:[0-9]+)?/", fullmatch=True))
def test_no_text_does_more_than_not_to_be_one(text: str) -> None:
    try:
        address = read_address(text)
    except ValueError:
        return
    assert f"{address.host}{address.target}".isascii()
    assert " " not in address.target


@pytest.mark.parametrize(
    ("host", "hosts", "expected"),
    [
        ("a.example.org", ["a.example.org"], True),
        ("a.example.org", [".example.org"], True),
        ("example.org", [".example.org"], True),
        ("b.a.example.org", [".example.org"], True),
        ("a.example.org", ["A.Example.Org"], True),
        ("anything", ["*"], True),
        ("a.example.org", ["example.org"], False),
        ("evilexample.org", [".example.org"], False),
        ("example.org.evil.example", [".example.org", "example.org"], False),
        ("a.example.org", ["*.example.org"], False),
        ("a.example.org", [], False),
        ("example.org", [".org.", "", "."], False),
    ],
)
def test_hosts_are_listed_as_in_allowed_hosts(host: str, hosts: list[str], expected: bool) -> None:
    assert listed(host, hosts) is expected
