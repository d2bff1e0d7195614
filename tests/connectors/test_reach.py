"""Which servers are connected to: what is looked at is the address that is really used, and no spelling leads past it."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from connectors.http import from_exception, pace
from connectors.reach import Barred, permitted
from syncd.contract import Misconfigured, Options, Settings, SyncError, TlsAndProxy, Unavailable
from syncd.contract.addresses import address_in, is_local_name, is_odd_number, whereabouts
from syncd.demo.twin import Response, TwinServer
from tests.connectors.contract import NOW, SECRET, OpenGate
from tests.connectors.proxy_given import proxy
from tests.connectors.raw_given import raw
from tests.connectors.transport_given import KINDS, home


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """Names in the domain .example: what each look-up answers in its turn, the last one for ever. `asked` holds who was looked up."""
    book: dict[str, list[list[str]]] = {"asked": []}
    known = socket.getaddrinfo

    def resolve(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        if address_in(str(host)) is not None:
            return [_entry(host, port)]
        answers = book.get(host)
        if answers is None:
            return known(host, port, *rest, **options)
        book["asked"].append([host])
        if not answers:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [_entry(address, port) for address in (answers.pop(0) if len(answers) > 1 else answers[0])]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return book


def _entry(address: str, port: int) -> tuple[Any, ...]:
    family, where = (socket.AF_INET6, (address, port, 0, 0)) if ":" in address else (socket.AF_INET, (address, port))
    return family, socket.SOCK_STREAM, 6, "", where


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that anybody tried to connect to; those beyond loopback refuse."""
    tried: list[str] = []
    connect = socket.socket.connect

    def watched(self: socket.socket, address: Any) -> None:
        tried.append(address[0])
        if not address[0].startswith(("127.", "::1")):
            raise ConnectionRefusedError(111, "Connection refused")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", watched)
    return tried


@pytest.fixture
def server() -> Iterator[TwinServer]:
    made = TwinServer([("GET", "/items", lambda _: Response(["found"]))])
    made.start()
    yield made
    made.stop()


def port(server: TwinServer) -> str:
    return server.url.rpartition(":")[2]


def ask(url: str, **transport: Any) -> Any:
    settings = Settings("c", "", Options(), lambda: NOW, transport=TlsAndProxy(**transport), timeout_s=5)
    with pace(requests.Session(), settings, OpenGate()) as session:
        return session.get(f"{url}/items", headers={"Authorization": SECRET}).json()


def failure(url: str, **transport: Any) -> SyncError:
    with pytest.raises(requests.exceptions.RequestException) as caught:
        ask(url, **transport)
    return from_exception(caught.value, what="reading items of PLAT", scope="PLAT")


# --- where an address is --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("127.0.0.1", "here"),
        ("127.255.0.9", "here"),
        ("::1", "here"),
        ("::ffff:127.0.0.1", "here"),
        ("10.1.2.3", "private"),
        ("172.16.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.168.0.1", "private"),
        ("100.64.0.1", "private"),
        ("100.127.255.255", "private"),
        ("169.254.169.254", "private"),
        ("fd00:ec2::254", "private"),
        ("fe80::1", "private"),
        ("fe80::1%eth0", "private"),
        ("fec0::1", "private"),
        ("fc00::1", "private"),
        ("0.0.0.0", "private"),
        ("0.1.2.3", "private"),
        ("::", "private"),
        ("224.0.0.1", "private"),
        ("ff02::1", "private"),
        ("255.255.255.255", "private"),
        ("192.0.2.1", "private"),
        ("198.18.0.1", "private"),
        ("::ffff:10.0.0.1", "private"),
        ("::ffff:169.254.169.254", "private"),
        ("::10.0.0.1", "private"),
        ("64:ff9b::10.0.0.1", "private"),
        ("64:ff9b::7f00:1", "here"),
        ("2002:a00:1::", "private"),
        ("2002:7f00:1::1", "here"),
        ("2001:db8::1", "private"),
        ("100.63.255.255", "public"),
        ("100.128.0.1", "public"),
        ("172.32.0.1", "public"),
        ("140.82.112.5", "public"),
        ("2606:4700::1", "public"),
        ("::ffff:140.82.112.5", "public"),
        ("64:ff9b::140.82.112.5", "public"),
    ],
)
def test_where_an_address_is(address: str, where: str) -> None:
    found = address_in(address)
    assert found is not None
    assert whereabouts(found) == where


@pytest.mark.parametrize(
    ("host", "odd"),
    [
        ("2130706433", True),
        ("0x7f.1", True),
        ("0x7f000001", True),
        ("0177.0.0.1", True),
        ("127.1", True),
        ("127.0.0.1.", True),
        ("127.0.0.1", False),
        ("::1", False),
        ("tracker.example", False),
        ("tracker.example.", False),
        ("7f.example", False),
        ("10.0.0.1.example", False),
    ],
)
def test_spellings_of_addresses_that_are_none_of_the_usual(host: str, odd: bool) -> None:
    assert is_odd_number(host) is odd


def test_names_of_this_machine() -> None:
    assert all(map(is_local_name, ("localhost", "LOCALHOST.", "tracker.localhost")))
    assert not any(map(is_local_name, ("localhost.example", "mylocalhost", "localhost.localdomain")))


# --- what is connected to -------------------------------------------------------------------------------------------------


def test_literal_loopback_needs_no_key(server: TwinServer) -> None:
    assert ask(server.url) == ["found"]
    assert ask(f"http://localhost:{port(server)}") == ["found"]


def test_loopback_of_version_six_needs_no_key() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"
    with raw(lambda _, line: line.sendall(head), host="::1") as server:
        assert ask(f"http://[::1]:{server.port}") == []


@pytest.mark.parametrize("address", ["10.0.0.5", "169.254.169.254", "fd00::5", "100.64.1.1", "0.0.0.0", "::ffff:10.0.0.5"])
def test_an_address_in_a_private_network_needs_the_key(
    address: str, names: dict[str, list[list[str]]], dialled: list[str]
) -> None:
    url = f"http://[{address}]" if ":" in address else f"http://{address}"
    error = failure(url)
    assert type(error) is Misconfigured
    assert error.scope is None
    assert "in a private network, and nothing was sent there" in error.text
    assert "`allow_private = true`" in error.text
    assert "\n" not in error.text
    assert (dialled, names["asked"]) == ([], [])
    assert type(failure(url, allow_private=True)) is Unavailable
    assert len(dialled) == 1


@pytest.mark.parametrize("address", ["10.0.0.5", "127.0.0.1", "::1", "169.254.169.254", "::ffff:127.0.0.1"])
def test_a_name_that_leads_to_such_an_address_needs_the_key(
    address: str, names: dict[str, list[list[str]]], dialled: list[str]
) -> None:
    names["tracker.example"] = [[address]]
    error = failure("https://tracker.example")
    assert type(error) is Misconfigured
    assert f"tracker.example leads to {address}" in error.text
    assert "`allow_private = true`" in error.text
    assert dialled == []


def test_with_the_key_a_name_may_lead_anywhere(server: TwinServer, names: dict[str, list[list[str]]]) -> None:
    names["tracker.example"] = [["127.0.0.1"]]
    assert ask(f"http://tracker.example:{port(server)}", allow_private=True) == ["found"]
    (entry,) = server.log
    assert entry.headers["host"] == f"tracker.example:{port(server)}"


def test_a_name_that_means_another_address_a_moment_later_is_looked_up_once(
    server: TwinServer, names: dict[str, list[list[str]]], dialled: list[str]
) -> None:
    names["tracker.example"] = [["140.82.112.5"], ["127.0.0.1"]]
    error = failure(f"http://tracker.example:{port(server)}")
    assert type(error) is Unavailable
    assert (dialled, names["asked"], server.log) == (["140.82.112.5"], [["tracker.example"]], [])
    assert type(failure(f"http://tracker.example:{port(server)}")) is Misconfigured
    assert (dialled, server.log) == (["140.82.112.5"], [])


def test_of_several_addresses_only_those_that_may_be_are_tried(
    server: TwinServer, names: dict[str, list[list[str]]], dialled: list[str]
) -> None:
    names["tracker.example"] = [["10.0.0.5", "140.82.112.5", "127.0.0.1"]]
    assert type(failure(f"http://tracker.example:{port(server)}")) is Unavailable
    assert dialled == ["140.82.112.5"]


def test_where_the_first_address_is_dead_the_next_one_is_tried(
    server: TwinServer, names: dict[str, list[list[str]]], dialled: list[str]
) -> None:
    names["tracker.example"] = [["10.0.0.5", "127.0.0.1"]]
    assert ask(f"http://tracker.example:{port(server)}", allow_private=True) == ["found"]
    assert dialled == ["10.0.0.5", "127.0.0.1"]


@pytest.mark.parametrize("allow_private", [False, True])
def test_a_name_of_this_machine_leads_nowhere_else(
    allow_private: bool, names: dict[str, list[list[str]]], dialled: list[str]
) -> None:
    names["tracker.localhost"] = [["140.82.112.5"]]
    error = failure("http://tracker.localhost", allow_private=allow_private)
    assert (type(error), dialled) == (Misconfigured, [])
    assert "is 140.82.112.5, which is not this machine" in error.text


def test_an_unknown_name_is_told_as_one(names: dict[str, list[list[str]]]) -> None:
    names["tracker.example"] = []
    error = failure("https://tracker.example")
    assert (type(error), "unknown host" in error.text) == (Unavailable, True)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1"])
def test_an_odd_spelling_of_loopback_is_none(host: str, server: TwinServer, names: dict[str, list[list[str]]]) -> None:
    names[host] = [["127.0.0.1"]]
    assert type(failure(f"http://{host}:{port(server)}")) is Misconfigured
    assert server.log == []


def test_the_resolvers_numbers_are_judged_by_what_they_mean(names: dict[str, list[list[str]]]) -> None:
    names["0xa9fea9fe"] = [["169.254.169.254"]]
    with pytest.raises(Barred, match=r"0xa9fea9fe leads to 169\.254\.169\.254, in a private network"):
        permitted("0xa9fea9fe", 80, allow_private=False)


def test_the_proxy_may_be_anywhere_and_resolves_by_itself(
    server: TwinServer, names: dict[str, list[list[str]]], dialled: list[str]
) -> None:
    with proxy() as way:
        names["proxy.example"] = [["127.0.0.1"]]
        way.knows[f"tracker.example:{port(server)}"] = f"127.0.0.1:{port(server)}"
        url = f"http://tracker.example:{port(server)}"
        assert ask(url, proxy=way.url().replace("127.0.0.1", "proxy.example")) == ["found"]
        assert ["tracker.example"] not in names["asked"]
        names["tracker.example"] = [["127.0.0.1"]]
        error = failure(url, proxy=way.url(), no_proxy=("tracker.example",))
        assert type(error) is Misconfigured
        assert len(server.log) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_no_vendors_client_reaches_a_private_address_by_a_name(
    kind: str, names: dict[str, list[list[str]]], dialled: list[str]
) -> None:
    with home(kind) as vendor:
        names["tracker.example"] = [["127.0.0.1"]]
        url = vendor.settings.url.replace("127.0.0.1", "tracker.example")
        with pytest.raises(Misconfigured, match="`allow_private = true`") as caught:
            vendor.connect(url=url).check()
        assert SECRET not in caught.value.text
        assert (dialled, vendor.server.log) == ([], [])
        assert vendor.connect(url=url, transport=TlsAndProxy(allow_private=True)).check().id
