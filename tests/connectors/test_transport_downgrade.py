"""From https to http, to another port and to another host: no redirect and no link to a next page takes what proves who we are there."""

from collections.abc import Iterator
from contextlib import suppress

import pytest

from syncd.contract import SyncError, TlsAndProxy
from syncd.demo.twin import Response, TwinServer
from tests.connectors.contract import read
from tests.connectors.tls_given import Authority
from tests.connectors.transport_given import KINDS, home


@pytest.fixture
def elsewhere() -> Iterator[TwinServer]:
    """Another server, in plain http, which answers everything kindly."""
    made = TwinServer([(method, "/{path*}", lambda _: Response({})) for method in ("GET", "POST")])
    made.start()
    yield made
    made.stop()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_follows_from_https_to_http(kind: str, status: int, authority: Authority, elsewhere: TwinServer) -> None:
    with home(kind, authority.context()) as vendor:
        connector = vendor.connect(transport=TlsAndProxy(ca_file=authority.file))
        assert connector.check().id
        vendor.server.fail(".", status=status, headers={"Location": f"{elsewhere.url}/there"}, times=0)
        with pytest.raises(SyncError):
            connector.check()
        with pytest.raises((SyncError, AssertionError)):
            read(connector, vendor.main)
        connector.close()
    assert elsewhere.log == []


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_a_next_page_elsewhere_is_not_asked_for_there(kind: str, elsewhere: TwinServer) -> None:
    with home(kind) as vendor:
        link = f'<{elsewhere.url.replace("127.0.0.1", "localhost")}/there?page=2>; rel="next"'
        vendor.server.fail(r"/issues\?", status=200, body=[], headers={"Link": link}, times=3)
        connector = vendor.connect()
        for scope in connector.scopes(vendor.main):
            assert not isinstance(scope, SyncError)
            with suppress(SyncError):
                list(connector.fetch(vendor.main, scope, None))  # type: ignore[arg-type]
        connector.close()
        assert vendor.server.requests(r"/issues\?")
    assert elsewhere.log == []
