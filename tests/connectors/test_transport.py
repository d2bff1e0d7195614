"""The way to each vendor, from end to end: TLS by a private authority, client certificates, proxies with credentials."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors import tls
from connectors.google_calendar import KIND as GOOGLE
from syncd.config.secret import Secret
from syncd.contract import AuthFailed, Misconfigured, TlsAndProxy
from tests.connectors import google_calendar_given
from tests.connectors.contract import SECRET, OpenGate, read
from tests.connectors.proxy_given import proxy
from tests.connectors.tls_given import Authority
from tests.connectors.transport_given import KINDS, Home, google_twin, home, service_account

LOGIN, ENCODED = "bot:p@ss/w:örd#1%", "bot:p%40ss%2Fw%3A%C3%B6rd%231%25"


@pytest.fixture(params=KINDS)
def strict(request: pytest.FixtureRequest, authority: Authority) -> Iterator[Home]:
    """A vendor behind TLS that demands a client certificate."""
    with home(request.param, authority.context(clients=authority)) as made:
        yield made


@pytest.fixture(params=KINDS)
def private(request: pytest.FixtureRequest, authority: Authority) -> Iterator[Home]:
    """A vendor whose certificate only the company's own authority vouches for."""
    with home(request.param, authority.context()) as made:
        yield made


@pytest.mark.parametrize("proxy_speaks_tls", [False, True], ids=["http proxy", "https proxy"])
def test_a_stream_is_read_through_a_proxy_with_credentials_and_a_client_certificate(
    strict: Home, authority: Authority, proxy_speaks_tls: bool
) -> None:
    ours = authority.client()
    with proxy(login=LOGIN, tls=authority.context() if proxy_speaks_tls else None) as way:
        connector = strict.connect(
            transport=TlsAndProxy(
                ca_file=authority.file,
                client_cert_file=ours.certificate,
                client_key_file=ours.key,
                proxy=way.url(ENCODED),
            )
        )
        assert connector.check().id
        records, _, _ = read(connector, strict.main)
        connector.close()
    assert set(records) == strict.ids
    assert strict.gate.asked == len(strict.server.log) > 0
    assert set(way.seen) == {f"CONNECT {strict.server.url.removeprefix('https://')}"}
    assert SECRET not in str(way.headers)
    assert not [entry for entry in strict.server.log if "proxy-authorization" in entry.headers]


def test_certificate_and_key_may_be_in_one_file(strict: Home, authority: Authority, tmp_path: Path) -> None:
    ours = authority.client()
    both = tmp_path / "both.pem"
    both.write_text(Path(ours.key).read_text() + Path(ours.certificate).read_text())
    transport = TlsAndProxy(ca_file=authority.file, client_cert_file=str(both))
    assert strict.connect(transport=transport).check().id


def test_a_plain_vendor_is_reached_through_a_proxy_with_credentials() -> None:
    with home("jira") as vendor, proxy(login=LOGIN) as way:
        assert vendor.connect(transport=TlsAndProxy(proxy=way.url(ENCODED))).check().id
        assert {line.split("/rest/")[0] for line in way.seen} == {f"GET {vendor.server.url}"}
        assert not [entry for entry in vendor.server.log if "proxy-authorization" in entry.headers]


def test_only_the_proxy_needs_to_know_the_vendors_name(authority: Authority) -> None:
    """Tests cannot resolve tracker.example: a look for it from here would fail."""
    with home("jira", authority.context()) as vendor, proxy() as way:
        way.knows["tracker.example:443"] = vendor.server.url.removeprefix("https://")
        transport = TlsAndProxy(ca_file=authority.file, proxy=way.url())
        assert vendor.connect(url="https://tracker.example", transport=transport).check().id


def test_a_service_account_signs_in_the_same_way(authority: Authority, tmp_path: Path) -> None:
    twin, gate, ours = google_twin(), OpenGate(), authority.client()
    twin.server.start(tls=authority.context(clients=authority))
    account = "syncd@acme.iam.gserviceaccount.example"
    given = google_calendar_given.options(credentials_file=service_account(twin, account, tmp_path))
    with proxy(login=LOGIN) as way:
        transport = TlsAndProxy(
            ca_file=authority.file, client_cert_file=ours.certificate, client_key_file=ours.key, proxy=way.url(ENCODED)
        )
        settings = google_calendar_given.settings(twin, options=given, secret=lambda: None, transport=transport)
        connector = GOOGLE.connect(settings, gate)
        assert connector.check().name == account
        connector.close()
    twin.server.stop()
    assert [entry.line.split("/")[1] for entry in twin.server.log] == ["token", "calendar"]
    assert gate.asked == len(way.seen) == 2


# --- the environment of the process has no say ----------------------------------------------------------------------------


def test_the_environments_proxies_are_not_used(private: Home, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert private.connect(transport=TlsAndProxy(ca_file=authority.file)).check().id


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_the_environments_exceptions_do_not_lead_past_the_proxy(
    private: Home, authority: Authority, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "*,127.0.0.1")
    with proxy() as way:
        assert private.connect(transport=TlsAndProxy(ca_file=authority.file, proxy=way.url())).check().id
        assert way.seen


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_the_environments_authorities_are_not_trusted(
    private: Home, authority: Authority, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, authority.file)
    tls._usual.cache_clear()
    with pytest.raises(Misconfigured, match="not trusted"):
        private.connect().check()
    assert not private.server.log


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_the_environments_authorities_do_no_harm(
    private: Home, authority: Authority, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "/no/such/place")
    assert private.connect(transport=TlsAndProxy(ca_file=authority.file)).check().id


def test_a_netrc_signs_nobody_in(private: Home, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login ann password of-netrc\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    assert private.connect(transport=TlsAndProxy(ca_file=authority.file)).check().id
    with pytest.raises(AuthFailed):
        private.connect(secret=lambda: "wrong", transport=TlsAndProxy(ca_file=authority.file)).check()


# --- secrets are exchanged while we run -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_that_is_exchanged_in_its_file_is_used_for_the_next_request(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("outdated\n")
    with home(kind) as vendor:
        connector = vendor.connect(secret=Secret("x", file=file))
        with pytest.raises(AuthFailed):
            connector.check()
        file.write_text(f"{SECRET}\n")
        assert connector.check().id
        file.write_text("taken-back\n")
        with pytest.raises(AuthFailed):
            connector.check()
        connector.close()
