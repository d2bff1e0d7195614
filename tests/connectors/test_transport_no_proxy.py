"""`no_proxy`: which hosts are reached without the proxy."""

import pytest

from connectors.proxy import bypassed, proxy_of


@pytest.mark.parametrize(
    ("entry", "url", "direct"),
    [
        ("tracker.example", "https://tracker.example/x", True),
        ("Tracker.Example", "https://TRACKER.example/x", True),
        ("tracker.example", "https://tracker.example./x", True),
        ("acme.example", "https://tracker.acme.example", True),
        (".acme.example", "https://tracker.acme.example", True),
        (".acme.example", "https://acme.example", True),
        ("*.acme.example", "https://tracker.acme.example", True),
        ("acme.example", "https://not-acme.example", False),
        ("acme.example", "https://acme.example.evil.example", False),
        ("tracker.example:8443", "https://tracker.example:8443/x", True),
        ("tracker.example:8443", "https://tracker.example/x", False),
        ("tracker.example:443", "https://tracker.example/x", True),
        ("tracker.example:80", "http://tracker.example/x", True),
        ("10.0.0.0/8", "https://10.20.30.40/x", True),
        ("10.0.0.0/8", "https://11.0.0.1/x", False),
        ("10.0.0.0/8", "https://ten.example", False),
        ("10.20.30.40", "https://10.20.30.40:8443", True),
        ("10.20.30.40:8443", "https://10.20.30.40:8443", True),
        ("10.20.30.40:8443", "https://10.20.30.40", False),
        ("fd00::/8", "https://[fd12::1]/x", True),
        ("[fd12::1]:8443", "https://[fd12::1]:8443/x", True),
        ("[fd12::1]", "https://[fd12::1]/x", True),
        ("fd12::1", "https://[fd12::2]/x", False),
        ("*", "https://anything.example", True),
        (" tracker.example ", "https://tracker.example", True),
        ("", "https://tracker.example", False),
        (".", "https://tracker.example", False),
        ("30.40", "https://10.20.30.40", False),
    ],
)
def test_a_host_a_domain_a_port_or_a_network(entry: str, url: str, direct: bool) -> None:
    assert bypassed(url, (entry,)) is direct
    assert bypassed(url, ("elsewhere.example", entry)) is direct


def test_without_exceptions_everything_goes_through_the_proxy() -> None:
    assert not bypassed("https://127.0.0.1", ())


@pytest.mark.parametrize(
    ("address", "url", "name"),
    [
        ("http://proxy.example:3128", "http://proxy.example:3128", "proxy.example:3128"),
        ("http://proxy.example", "http://proxy.example:80", "proxy.example:80"),
        ("https://bot:pw@proxy.example/", "https://proxy.example:443", "proxy.example:443"),
        ("http://bot:pw@[fd12::1]:3128", "http://[fd12::1]:3128", "[fd12::1]:3128"),
    ],
)
def test_address_and_credentials_are_kept_apart(address: str, url: str, name: str) -> None:
    made = proxy_of(address)
    assert made is not None
    assert (made.url, made.name) == (url, name)
    assert ("Proxy-Authorization" in made.headers) is ("@" in address)
    assert "pw" not in repr(made)
