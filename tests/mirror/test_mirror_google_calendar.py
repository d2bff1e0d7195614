"""Whatever people do in Google calendars, a quiet pass later the mirror holds what Google holds."""

import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from connectors.google_calendar import KIND, CalendarOptions, GoogleCalendarOptions
from syncd.demo.google_twin import GoogleTwin
from tests.connectors.google_calendar_given import id_of
from tests.mirror.mirror_given import SKEWS, STARTS, Mirrored, Shape, examples, of
from tests.run.run_given import Hand

READ, OUT = ("releases@acme.example", "leave@acme.example"), "private@acme.example"


class Google(Mirrored):
    """Two calendars that are read and one that is not."""

    kind = KIND
    listing = r"^GET [^?]*/events\?"

    @initialize(seed=st.integers(0, 2**32), events=st.integers(3, 9))
    def calendars(self, seed: int, events: int) -> None:
        self.chance = chance = random.Random(seed)
        self.hand, self.skew = Hand(chance.choice(STARTS)), chance.choice(SKEWS)
        self.twin = GoogleTwin(self.hand.now, {"token": "bot@acme.example"}, most_per_page=3, horizon=timedelta(days=40))
        for id in (*READ, OUT):
            self.twin.calendar(id)
        options = GoogleCalendarOptions(calendars=[CalendarOptions(id=id, holds="windows") for id in READ])
        address = lambda: f"{self.twin.server.url}/calendar/v3/"  # noqa: E731
        self.begin(self.twin.server, options, address, secret=lambda: "token")
        for n in range(events):
            self.hand.go(minutes=3)  # more than any overlap: what is jumped over is not read again by chance
            self.create(n, 0)

    def some(self, number: int) -> tuple[str, dict[str, Any] | None]:
        """A calendar, and one event or instance that it shows."""
        calendar = (*READ, OUT)[number % 3]
        return calendar, of(self.twin.instances(calendar), number // 3)

    @rule(number=st.integers(0, 99), weeks=st.sampled_from([0, 0, 3]))
    def create(self, number: int, weeks: int) -> None:
        """Once, or every week."""
        self.hand.go(milliseconds=11)
        start = self.hand.at.replace(microsecond=0) + timedelta(hours=number)
        lines = [f"RRULE:FREQ=WEEKLY;COUNT={weeks}"] if weeks else []
        self.twin.event((*READ, OUT)[number % 3], f"Window {number}", start, start + timedelta(hours=1), recurrence=lines)

    @rule(number=st.integers(0, 99))
    def edit(self, number: int) -> None:
        self.hand.go(milliseconds=11)
        calendar, event = self.some(number)
        if event:
            self.twin.edit(calendar, event["id"], summary=f"Window {number} again")

    @rule(number=st.integers(0, 99), hours=st.integers(1, 50))
    def put_off(self, number: int, hours: int) -> None:
        """At another time: an instance of a series stays known by its original start."""
        self.hand.go(milliseconds=11)
        calendar, event = self.some(number)
        if event:
            start = self.hand.at.replace(microsecond=0) + timedelta(hours=hours)
            self.twin.move(calendar, event["id"], start, start + timedelta(hours=1))

    @rule(number=st.integers(0, 99), all=st.booleans())
    def delete(self, number: int, all: bool = False) -> None:
        """An event, one instance, or a whole series."""
        self.hand.go(milliseconds=11)
        calendar, event = self.some(number)
        if event:
            self.twin.delete(calendar, event.get("recurringEventId", event["id"]) if all else event["id"])

    @rule()
    def forget(self) -> None:
        """Google answers 410 to every sync token: each calendar is read in full."""
        self.twin.expire_sync_tokens()

    def change_anything(self, number: int) -> None:
        if number % 4 == 3:
            self.edit(number)
        else:
            (self.create, self.delete, self.put_off)[number % 3](number, number % 2)

    def truth(self) -> Mapping[str, Mapping[str, tuple[str, Shape]]]:
        shown = [(calendar, event) for calendar in READ for event in self.twin.instances(calendar)]
        return {
            "events": {
                id_of(calendar, event): (f"{calendar}/{event['id']}", self.shape("events", event)) for calendar, event in shown
            }
        }

    def shape(self, stream: str, data: Mapping[str, Any]) -> Shape:
        return (data.get("summary"), data["start"], data["end"], data["status"])

    def compare(self) -> None:
        now = {id for found in self.truth().values() for id in found}
        gone = [raw.ref.id for raw in self.store.mirror.raws("one", gone=True) if raw.gone_at is not None]
        self.gone = {("events", id): {"deleted"} for id in gone if id not in now}
        super().compare()


TestGoogleCalendar = pytest.mark.slow(Google.TestCase)
TestGoogleCalendar.settings = examples(55)
