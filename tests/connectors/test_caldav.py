"""CalDAV signs the connector contract, with a real Radicale at the other end."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.caldav import KIND
from syncd.model.ref import Ref
from tests.connectors.caldav_given import BOTH, LEAVE, RELEASES, company, settings
from tests.connectors.contract import NOW, ConnectorContract, World
from tests.connectors.ics_given import event


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    there = company(tmp_path)

    def put(name: str, title: str) -> Ref:
        there.put(f"{RELEASES}{name}.ics", event(name, title=title, start=NOW + timedelta(days=1)))
        return Ref("dav", "events", f"{RELEASES}{name}.ics")

    def remove() -> Ref:
        there.drop(f"{RELEASES}deploy-8.ics")
        return Ref("dav", "events", f"{RELEASES}deploy-8.ics")

    yield World(
        kind=KIND,
        server=there.server,
        settings=settings(there),
        main="events",
        ids=lambda: {"events": there.paths(RELEASES) | there.paths(LEAVE)},
        add=lambda: put("one-more", "one more"),
        edit=lambda: put("deploy-7", "edited"),
        remove=remove,
        list_line=rf"^REPORT {RELEASES}",
        projects=2,
        settings_with_missing=settings(there, *BOTH, ("/ann/nope/", "windows")),
        page_size=100,
        odd="\N{ROCKET}",
    )
    there.server.stop()


class TestCalDavContract(ConnectorContract):
    pass
