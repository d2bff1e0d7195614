"""Calendars as files and feeds sign the connector contract."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from connectors.ics import KIND
from syncd.model.ref import Ref
from tests.connectors.contract import NOW, ConnectorContract, World
from tests.connectors.ics_given import company, event, settings


@pytest.fixture
def world() -> Iterator[World]:
    files = company()

    def put(uid: str, title: str) -> Ref:
        files.put("releases", uid, event(uid, title=title, start=NOW + timedelta(days=1)))
        return Ref("cal", "events", f"releases/{uid}")

    yield World(
        kind=KIND,
        server=files.server,
        settings=settings(files),
        main="events",
        ids=lambda: {"events": {f"{name}/{uid}" for name, held in files.events.items() for uid in held}},
        add=lambda: put("one-more", "one more"),
        edit=lambda: put("deploy-7", "edited"),
        list_line=r"^GET /releases\.ics",
        projects=2,
        settings_with_missing=settings(files, "nope"),
        page_size=1000,
        pages_before=0,
    )
    files.server.stop()


class TestIcsContract(ConnectorContract):
    pass
