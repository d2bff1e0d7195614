"""Google Calendar signs the connector contract."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from connectors.google_calendar import KIND
from syncd.model.ref import Ref
from tests.connectors.contract import NOW, ConnectorContract, World
from tests.connectors.google_calendar_given import LIST, RELEASES, company, id_of, options, settings


@pytest.fixture
def world() -> Iterator[World]:
    twin = company()

    def add() -> Ref:
        made = twin.event(RELEASES, "one more", NOW, NOW + timedelta(hours=1))
        return Ref("cal", "events", id_of(RELEASES, made))

    def edit() -> Ref:
        instance = twin.instances(RELEASES)[245]
        return Ref("cal", "events", id_of(RELEASES, twin.edit(RELEASES, instance["id"], summary="edited")))

    def remove() -> Ref:
        instance = twin.instances(RELEASES)[250]
        twin.delete(RELEASES, instance["id"])
        return Ref("cal", "events", id_of(RELEASES, instance))

    yield World(
        kind=KIND,
        server=twin.server,
        settings=settings(twin),
        main="events",
        ids=lambda: {
            "events": {id_of(id, event) for id in twin.calendars for event in twin.instances(id)},
            "calendars": set(twin.calendars),
            "freebusy": set(twin.calendars),
        },
        add=add,
        edit=edit,
        remove=remove,
        list_line=LIST,
        projects=2,
        settings_with_missing=settings(twin, options=options("nope@acme.example")),
        page_size=100,
    )
    twin.server.stop()


class TestGoogleCalendarContract(ConnectorContract):
    pass
