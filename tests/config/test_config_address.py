"""Base addresses as people write them: one spelling for one server, and a private network only where that is said."""

import pytest

from syncd.config.address import check_url
from syncd.config.faults import Fault
from tests.config.made_up import Folder

TABLE = '[connections.plat]\nkind = "tracker"\nurl = "{url}"\ntoken = "s3cret-token"\n'


def refusal(url: str, **how: bool) -> str:
    with pytest.raises(Fault) as caught:
        check_url(url, **{"web": True, "allow_http": False, "allow_private": False, **how})
    return f"{caught.value.text}. {caught.value.cure}"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080",
        "http://127.8.9.1",
        "http://[::1]:8080/jira",
        "http://[::ffff:127.0.0.1]",
        "http://localhost:8080",
        "http://LOCALHOST.:8080",
        "http://tracker.localhost",
        "https://tracker.example",
        "https://tracker.example.:8443/api/v4",
        "https://my_tracker.corp",
        "https://tracker",
        "https://140.82.112.5",
        "https://[2606:4700::1]/",
        "https://bücher.example",
        "https://xn--bcher-kva.example",
        "https://10.0.0.1.example",
    ],
)
def test_addresses_that_are_taken_as_they_are(url: str) -> None:
    assert check_url(url, web=True, allow_http=False, allow_private=False) == url


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.5",
        "172.16.3.4:8443",
        "192.168.1.1",
        "100.64.0.9",
        "169.254.169.254",
        "0.0.0.0",
        "[::]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "[::ffff:10.0.0.5]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::10.0.0.5]",
        "[2002:a00:5::]",
    ],
)
def test_an_address_in_a_private_network_needs_the_key(host: str) -> None:
    assert "points into a private network" in refusal(f"https://{host}")
    assert "allow_private = true" in refusal(f"https://{host}")
    assert check_url(f"https://{host}", web=True, allow_http=False, allow_private=True)


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f.1",
        "0x7F000001",
        "0177.0.0.1",
        "127.1",
        "127.0.0.1.",
        "0xa9fea9fe",
        "１２７.0.0.1",
        "127。0。0。1",
        "1.2.3",
    ],
)
def test_an_unusual_spelling_of_an_address_is_refused_whatever_it_means(host: str) -> None:
    for key in (False, True):
        assert "writes an address in an unusual way" in refusal(f"http://{host}", allow_http=True, allow_private=key)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://127.0.0.1@evil.example", "holds a user or a password"),
        ("https://tracker.example@10.0.0.5", "holds a user or a password"),
        ("https://127.0.0.1\\@evil.example", "holds a user or a password"),
        ("https://@evil.example", "holds a user or a password"),
        ("https://evil.example\\.tracker.example", "has a host that no name"),
        ("https://%31%32%37.0.0.1", "writes an address in an unusual way"),
        ("https://127.0.0.1%2eexample", "has a host that no name"),
        ("https://tracker..example", "has a host that no name"),
        ("https://.", "has a host that no name"),
        ("http://localhost.example", "would send the token over plain http"),
        ("http://127.0.0.1.example", "would send the token over plain http"),
        ("http://mylocalhost", "would send the token over plain http"),
        ("https://trac\u200bker..example", "has a host that no name"),
        ("https://[fe80::1", "is not a web address"),
        ("https://tracker.example:99999", "is not a web address"),
        ("file:///etc/passwd", "is not a web address"),
        ("gopher://10.0.0.5", "is not a web address"),
        ("https://evil.example#@tracker.example", "has a part after ? or #"),
    ],
)
def test_tricks_with_hosts(url: str, says: str) -> None:
    assert says in refusal(url)


def test_the_key_is_one_of_the_connection(folder: Folder) -> None:
    text = TABLE.format(url="https://10.0.0.5:8443")
    (problem,) = folder.problems(text)
    assert "connections.plat.url (line 3): points into a private network." in problem
    assert folder.load(f"{text}allow_private = true\n").connections["plat"].transport.allow_private
    assert not folder.load(TABLE.format(url="https://tracker.example")).connections["plat"].transport.allow_private


def test_the_address_of_a_proxy_may_be_private(folder: Folder) -> None:
    text = TABLE.format(url="https://tracker.example") + 'proxy = "http://10.0.0.9:3128"\n'
    assert folder.load(text).connections["plat"].transport.proxy == "http://10.0.0.9:3128"
