"""Redirects: what proves who we are never goes to another place, on reads, on writes, and while signing in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.google_calendar import KIND as GOOGLE
from syncd.contract import Misconfigured, SyncError
from syncd.demo.twin import Response, TwinServer
from syncd.model.action import Action
from tests.connectors.contract import OpenGate, read
from tests.connectors.google_calendar_given import options, settings
from tests.connectors.transport_given import KINDS, google_twin, home, service_account


@pytest.fixture
def elsewhere() -> Iterator[TwinServer]:
    """Another server, which answers everything kindly."""
    made = TwinServer([(method, "/{path*}", lambda _: Response({})) for method in ("GET", "POST", "PUT", "PATCH")])
    made.start()
    yield made
    made.stop()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("kind", KINDS)
def test_a_read_that_is_sent_elsewhere_takes_no_token_along(kind: str, status: int, host: str, elsewhere: TwinServer) -> None:
    target = elsewhere.url.replace("127.0.0.1", host)
    with home(kind) as vendor:
        vendor.server.fail(".", status=status, headers={"Location": f"{target}/there"}, times=0)
        for attempt in (lambda: vendor.connect().check(), lambda: read(vendor.connect(), vendor.main)):
            with pytest.raises((SyncError, AssertionError)):  # a scope that is given as its error fails the reading
                attempt()
    assert not elsewhere.log, "it was asked there, too"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "google_calendar"])
def test_a_write_that_is_sent_elsewhere_takes_no_token_along(kind: str, status: int, elsewhere: TwinServer) -> None:
    with home(kind) as vendor:
        connector = vendor.connect()
        assert vendor.target is not None
        connector.find(vendor.target, "abc123")
        vendor.server.fail("^(POST|PUT|PATCH) ", status=status, headers={"Location": f"{elsewhere.url}/there"}, times=0)
        vendor.server.log.clear()
        action = Action(
            verb="comment", target=vendor.target, project="", key="abc123", body="hello", digest="hello", remote_id=None
        )
        with pytest.raises(SyncError):
            connector.deliver(action)
        assert vendor.server.requests("^(POST|PUT|PATCH) ")
    assert not elsewhere.log


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_an_assertion_that_is_sent_elsewhere_is_not_sent_on(status: int, elsewhere: TwinServer, tmp_path: Path) -> None:
    twin = google_twin()
    twin.server.start()
    file = service_account(twin, "syncd@acme.iam.gserviceaccount.example", tmp_path)
    twin.server.fail("^POST /token", status=status, headers={"Location": f"{elsewhere.url}/token"}, times=0)
    given = settings(twin, options=options(credentials_file=file), secret=lambda: None)
    with pytest.raises(Misconfigured, match="answered with a redirect"):
        GOOGLE.connect(given, OpenGate()).check()
    twin.server.stop()
    assert not elsewhere.log
