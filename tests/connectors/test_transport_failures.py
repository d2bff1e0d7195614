"""What goes wrong on the way to a server: one line each, with the key to correct, and no secret."""

import socket
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.http import THREADS, from_exception, pace
from syncd.contract import Misconfigured, Options, Settings, SyncError, TlsAndProxy, Unavailable
from syncd.demo.twin import Response, TwinServer
from tests.connectors.contract import NOW, OpenGate
from tests.connectors.proxy_given import proxy
from tests.connectors.tls_given import Authority, Pair

PASSWORD = "hunter2"
CLOSED = "127.0.0.1:9"


@contextmanager
def server(context: ssl.SSLContext | None = None, answer: Response | None = None) -> Iterator[TwinServer]:
    """A server with one address, /items."""
    made = TwinServer([("GET", "/items", lambda _: answer or Response([]))])
    made.start(tls=context)
    try:
        yield made
    finally:
        made.stop()


def session(**transport: Any) -> requests.Session:
    settings = Settings("c", "", Options(), lambda: NOW, transport=TlsAndProxy(**transport), timeout_s=5)
    return pace(requests.Session(), settings, OpenGate())


def failure(url: str, **transport: Any) -> SyncError:
    """What a person is told of a request that fails."""
    with pytest.raises((requests.exceptions.RequestException, SyncError)) as caught, session(**transport) as made:
        made.get(f"{url}/items")
    error = from_exception(caught.value, what="reading items of PLAT", scope="PLAT")
    assert "\n" not in error.text
    assert PASSWORD not in error.text
    assert error.scope == ("PLAT" if isinstance(error, Unavailable) else None)
    return error


def told(error: SyncError, expected: type[SyncError], *words: str) -> None:
    assert type(error) is expected, error.text
    assert not [word for word in words if word not in error.text], error.text


# --- the proxy ------------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["http", "https"])
def target(request: pytest.FixtureRequest, authority: Authority) -> Iterator[str]:
    """A server to be reached through a proxy: by handing the address over, or through a tunnel."""
    with server(authority.context() if request.param == "https" else None) as made:
        yield made.url


def test_a_proxy_that_wants_credentials(target: str, authority: Authority) -> None:
    with proxy(login=f"bot:{PASSWORD}") as way:
        told(
            failure(target, ca_file=authority.file, proxy=way.url()),
            Misconfigured,
            f"the proxy {way.place} wants credentials (407). Put them into `proxy`",
        )


def test_a_proxy_that_does_not_accept_ours(target: str, authority: Authority) -> None:
    with proxy(login="bot:other") as way:
        told(
            failure(target, ca_file=authority.file, proxy=way.url(f"bot:{PASSWORD}")),
            Misconfigured,
            f"the proxy {way.place} did not accept user and password (407). Correct them in `proxy`",
        )


def test_a_proxy_that_refuses_the_way(target: str, authority: Authority) -> None:
    with proxy(refuse=403) as way:
        told(
            failure(target, ca_file=authority.file, proxy=way.url(f"bot:{PASSWORD}")),
            Misconfigured,
            f"the proxy {way.place} refuses the way to {target.split('//')[1]} (403)",
            "`no_proxy`",
        )


def test_a_proxy_that_does_not_get_through(target: str, authority: Authority) -> None:
    with proxy(refuse=503) as way:
        told(failure(target, ca_file=authority.file, proxy=way.url()), Unavailable, "did not get through", "(503)", "`proxy`")


def test_a_proxy_that_cannot_be_reached(target: str, authority: Authority) -> None:
    told(
        failure(target, ca_file=authority.file, proxy=f"http://bot:{PASSWORD}@{CLOSED}"),
        Unavailable,
        f"the proxy {CLOSED} could not be reached (connection refused). Check `proxy`",
    )


def test_a_proxy_whose_host_nobody_knows(target: str, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    known = socket.getaddrinfo

    def resolve(host: Any, *rest: Any, **options: Any) -> Any:
        if host == "proxy.example":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return known(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    told(
        failure(target, ca_file=authority.file, proxy=f"http://bot:{PASSWORD}@proxy.example:3128"),
        Unavailable,
        "the proxy's host is unknown (proxy.example:3128). Correct `proxy`",
    )


def test_a_proxy_whose_certificate_is_not_trusted(target: str, authority: Authority, stranger: Authority) -> None:
    with proxy(tls=authority.context()) as way:
        told(
            failure(target, ca_file=stranger.file, proxy=way.url(f"bot:{PASSWORD}")),
            Misconfigured,
            f"the proxy {way.place} has a certificate that is not trusted",
            "`ca_file`",
        )


def test_a_proxy_that_does_not_speak_tls(target: str, authority: Authority) -> None:
    with proxy() as way:
        told(
            failure(target, ca_file=authority.file, proxy=f"https://bot:{PASSWORD}@{way.place}"),
            Misconfigured,
            f"the proxy {way.place} does not speak TLS at this port. Begin `proxy` with http://",
        )


def test_a_proxy_that_speaks_tls_and_is_spoken_to_plainly(target: str, authority: Authority) -> None:
    with proxy(tls=authority.context()) as way:
        told(
            failure(target, ca_file=authority.file, proxy=f"http://bot:{PASSWORD}@{way.place}"),
            Unavailable,
            f"the proxy {way.place}",
            "Check `proxy`",
        )


@pytest.mark.parametrize("address", ["proxy.example:3128", f"http://bot:12#{PASSWORD}@proxy.example", "socks5://h:1", "http://"])
def test_an_address_of_a_proxy_that_is_none(address: str) -> None:
    told(failure("https://127.0.0.1:9", proxy=address), Misconfigured, "`proxy` is no web address", "special characters as %XX")


def test_what_goes_wrong_behind_the_proxy_is_not_laid_on_it(authority: Authority, stranger: Authority) -> None:
    with proxy() as way, server(authority.context(clients=authority)) as made:
        told(failure(made.url, ca_file=stranger.file, proxy=way.url()), Misconfigured, "the server has a certificate that is not")
        told(failure(f"https://{CLOSED}", proxy=way.url()), Unavailable, f"did not get through to {CLOSED} (502)")


# --- certificates ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (
            lambda a: a.server("elsewhere.example"),
            "has a certificate for another host name than 127.0.0.1. Correct the host in `url`",
        ),
        (lambda a: a.server(start_days=-2, end_days=-1), "has a certificate that has expired. Have it renewed there"),
        (lambda a: a.server(start_days=1, end_days=2), "has a certificate that is not valid yet. Set this machine's clock"),
    ],
    ids=["another host", "expired", "not yet valid"],
)
def test_a_servers_certificate_that_does_not_hold(authority: Authority, make: Callable[[Authority], Pair], says: str) -> None:
    with server(authority.context(make(authority))) as made:
        told(failure(made.url, ca_file=authority.file), Misconfigured, f"reading items of PLAT: the server {says}")
        assert not made.log


def test_a_servers_certificate_that_is_not_trusted(authority: Authority, stranger: Authority) -> None:
    with server(authority.context()) as made:
        for trusted in (None, stranger.file):
            told(
                failure(made.url, ca_file=trusted),
                Misconfigured,
                "the server has a certificate that is not trusted",
                "Name your certificate authority in `ca_file`",
            )


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("ours", ["none", "strangers", "expired"])
def test_a_server_that_demands_a_client_certificate(
    authority: Authority, stranger: Authority, version: ssl.TLSVersion, ours: str
) -> None:
    context = authority.context(clients=authority)
    context.maximum_version = version
    pair = {"none": None, "strangers": stranger.client(), "expired": authority.client(end_days=-0.5)}[ours]
    with server(context) as made:
        shown = {"client_cert_file": pair.certificate, "client_key_file": pair.key} if pair else {}
        error = failure(made.url, ca_file=authority.file, **shown)
        assert not made.log
    assert "`client_cert_file`" in error.text
    assert ("demands a client certificate" if pair is None else "accept our client certificate") in error.text
    # TLS 1.3 judges a client's certificate after the handshake: what the server said may be lost when it hangs up at once.
    if version is ssl.TLSVersion.TLSv1_2:
        assert type(error) is Misconfigured


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<center>No required SSL certificate was sent</center>", "demands a client certificate. Name it in `client_cert_file`"),
        ("<center>The SSL certificate error</center>", "does not accept our client certificate"),
    ],
)
def test_a_gateway_that_says_in_its_page_what_it_misses(authority: Authority, body: str, says: str) -> None:
    """As nginx does (https://nginx.org/en/docs/http/ngx_http_ssl_module.html#errors)."""
    ours = authority.client()
    shown = {"client_cert_file": ours.certificate, "client_key_file": ours.key} if "accept" in says else {}
    with server(authority.context(), Response(body, 400)) as made:
        told(failure(made.url, ca_file=authority.file, **shown), Misconfigured, says)


def test_tls_spoken_to_a_plain_server() -> None:
    with server() as made:
        told(
            failure(made.url.replace("http:", "https:")),
            Misconfigured,
            "the server does not speak TLS at this port. Begin `url` with http://",
        )


def test_a_tls_server_spoken_to_plainly(authority: Authority) -> None:
    with server(authority.context()) as made:
        told(
            failure(made.url.replace("https:", "http:")), Unavailable, "If it speaks TLS at this port, begin `url` with https://"
        )


@pytest.mark.parametrize(
    "body",
    [
        "<center>The plain HTTP request was sent to HTTPS port</center>",
        "Reason: You're speaking plain HTTP to an SSL-enabled server port.",
        "Client sent an HTTP request to an HTTPS server.\n",
    ],
    ids=["nginx", "apache", "go"],
)
def test_a_tls_server_that_says_so_in_its_page(body: str) -> None:
    with server(answer=Response(body, 400)) as made:
        told(failure(made.url), Misconfigured, f"{made.url[7:]} speaks TLS at this port and we do not. Begin `url` with https://")


# --- files that cannot be used --------------------------------------------------------------------------------------------


def test_files_that_cannot_be_used_are_said_when_the_connector_is_made(authority: Authority, tmp_path: Path) -> None:
    ours, other = authority.client(), authority.client()
    locked = authority.client(passphrase=PASSWORD.encode())
    both = tmp_path / "locked.pem"
    both.write_text(Path(locked.key).read_text() + Path(locked.certificate).read_text())
    gone = str(tmp_path / "gone.pem")
    for given, words in (
        ({"client_cert_file": ours.certificate, "client_key_file": other.key}, "does not belong to the certificate"),
        ({"client_cert_file": locked.certificate, "client_key_file": locked.key}, "protected by a passphrase. Take it off"),
        ({"client_cert_file": str(both)}, "protected by a passphrase. Take it off"),
        ({"client_cert_file": ours.certificate}, "Name the key in `client_key_file`"),
        ({"client_key_file": ours.key}, "Name that in `client_cert_file`"),
        ({"client_cert_file": ours.key, "client_key_file": ours.key}, "is no PEM file of a certificate and its private key"),
        ({"client_cert_file": gone, "client_key_file": ours.key}, "cannot be read (No such file or directory)"),
        ({"ca_file": gone}, "gone.pem cannot be used (No such file or directory). Correct `ca_file`"),
        ({"ca_file": ours.key}, "it holds no certificate in PEM form). Correct `ca_file`"),
    ):
        with pytest.raises(Misconfigured) as caught:
            session(**given)
        told(caught.value, Misconfigured, words)
        assert "\n" not in caught.value.text
        assert "PRIVATE" not in caught.value.text


# --- what works -----------------------------------------------------------------------------------------------------------


def test_the_servers_own_certificate_may_be_named_as_authority(authority: Authority) -> None:
    pair = authority.server()
    with server(authority.context(pair)) as made:
        assert session(ca_file=pair.certificate).get(f"{made.url}/items").json() == []


def test_eight_threads_share_a_session_and_its_connections(authority: Authority) -> None:
    with server(authority.context()) as made, proxy() as way, session(ca_file=authority.file, proxy=way.url()) as shared:
        made.latency_s = 0.02
        with ThreadPoolExecutor(THREADS) as pool:
            answers = list(pool.map(lambda _: shared.get(f"{made.url}/items").status_code, range(THREADS * 5)))
        assert answers == [200] * THREADS * 5
        assert THREADS == 8
        assert 1 < len(way.seen) <= THREADS


def test_the_proxys_credentials_are_in_nothing_that_is_printed(authority: Authority) -> None:
    with proxy() as way, server(authority.context()) as made:
        shared = session(ca_file=authority.file, proxy=way.url(f"bot:{PASSWORD}"))
        shared.get(f"{made.url}/items")
        assert PASSWORD not in repr(vars(shared.get_adapter(made.url)))
