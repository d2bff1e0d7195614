"""Identity of events, and the configuration of calendars."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.google_calendar import GoogleCalendarOptions
from connectors.google_calendar.address import calendar_of, event_of, ids_of_cancelled, ref_of
from syncd.demo.google_shapes import compact
from syncd.model.ref import Ref

CALENDAR = "a@b.example"
IDS = st.text("0123456789abcdefghijklmnopqrstuv", min_size=5, max_size=30)
INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(lambda at: at.replace(microsecond=0, tzinfo=UTC))  # noqa: DTZ001
OFFSETS = st.integers(-12, 14)


def instance(series: str, start: datetime, hours: int) -> dict[str, Any]:
    """An instance, its original start written with an offset of so many hours."""
    local = start + timedelta(hours=hours)
    text = f"{local:%Y-%m-%dT%H:%M:%S}{hours:+03d}:00"
    return {"id": f"{series}_{compact(start)}", "recurringEventId": series, "originalStartTime": {"dateTime": text}}


@given(IDS, INSTANTS, OFFSETS, OFFSETS)
def test_an_instance_stays_itself_whatever_the_zone_of_its_calendar(series: str, start: datetime, one: int, other: int) -> None:
    assert ref_of("cal", CALENDAR, instance(series, start, one)) == ref_of("cal", CALENDAR, instance(series, start, other))


@given(IDS, INSTANTS, OFFSETS)
def test_what_is_left_of_a_cancelled_instance_names_it(series: str, start: datetime, hours: int) -> None:
    event = instance(series, start, hours)
    ref = ref_of("cal", CALENDAR, event)
    assert ids_of_cancelled(CALENDAR, event) == (ref.id,)
    assert ids_of_cancelled(CALENDAR, {"id": event["id"], "status": "cancelled"}) == (ref.id,)


@given(IDS, INSTANTS, OFFSETS)
def test_the_way_back_to_an_event_needs_no_key(series: str, start: datetime, hours: int) -> None:
    event = instance(series, start, hours)
    ref = ref_of("cal", CALENDAR, event)
    assert (calendar_of(ref), event_of(ref)) == (CALENDAR, event["id"])
    assert event_of(Ref("cal", "events", ref.id)) == event["id"]


@pytest.mark.parametrize(
    ("event", "id"),
    [
        ({"id": "abcde"}, "abcde"),
        ({"id": "abcde", "recurringEventId": "abc", "originalStartTime": {"date": "2026-05-05"}}, "abc@2026-05-05"),
        ({"id": "abc_20260505"}, "abc@2026-05-05"),
        ({"id": "abc_20260505", "recurringEventId": "abc"}, "abc@2026-05-05"),
        ({"id": "abcde", "recurringEventId": "abc", "originalStartTime": None}, "abcde"),
        ({"id": "_6tlnaqrle5p6cpb4dhmjmqbeeh"}, "_6tlnaqrle5p6cpb4dhmjmqbeeh"),
        ({"id": "abc_R20260505T070000"}, "abc_R20260505T070000"),
        (
            {
                "id": "x",
                "recurringEventId": "abc",
                "originalStartTime": {"dateTime": "2026-05-05T09:00:00", "timeZone": "Europe/Berlin"},
            },
            "abc@2026-05-05T07:00:00Z",
        ),
        (
            {"id": "x", "recurringEventId": "abc", "originalStartTime": {"dateTime": "2026-05-05T09:00:00"}},
            "abc@2026-05-05T09:00:00",
        ),
        (
            {"id": "x", "recurringEventId": "abc", "originalStartTime": {"dateTime": "2026-05-05T09:00:00", "timeZone": "Mars"}},
            "abc@2026-05-05T09:00:00",
        ),
    ],
)
def test_identities(event: dict[str, Any], id: str) -> None:
    assert ref_of("cal", CALENDAR, event).id == f"{CALENDAR}/{id}"


CAL = {"id": "a@b", "holds": "windows"}


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ({}, "Field required"),
        ({"calendars": []}, "at least 1"),
        (
            {"calendars": [{**CAL, "holds": "dreams"}]},
            "'windows', 'freezes', 'absences', 'appointments', 'holidays' or 'milestones'",
        ),
        ({"calendars": [{**CAL, "id": "https://calendar.google.com/x"}]}, "is no calendar; give its address"),
        ({"calendars": [CAL, CAL]}, "a@b is there twice"),
        ({"calendars": [{**CAL, "zone": "Mars/Base"}]}, "is no time zone; give its IANA name"),
        ({"calendars": [CAL], "subject": "x@y"}, "name its key in `credentials_file`"),
        ({"calendars": [CAL], "subject": "x@y", "application_default": False}, "name its key in `credentials_file`"),
        ({"calendars": [CAL], "credentials_file": "k", "application_default": True}, "keep one of them"),
        ({"calendars": [{**CAL, "id": "all"}, {**CAL, "id": "*"}]}, "* is there twice"),
        ({"calendars": [CAL], "exclude": "x"}, "valid list"),
        ({"calendars": [{**CAL, "colour": "red"}]}, "Extra inputs"),
    ],
)
def test_what_cannot_be_meant_is_told(written: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError) as caught:
        GoogleCalendarOptions(**written)
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ({}, None),
        ({"credentials_file": "google.json"}, "credentials_file"),
        ({"application_default": True}, "application_default"),
        ({"application_default": True, "subject": "x@y"}, "application_default"),
    ],
)
def test_which_key_takes_the_place_of_a_token(written: dict[str, Any], key: str | None) -> None:
    assert GoogleCalendarOptions.model_validate({"calendars": [CAL], **written}).instead_of_token() == key
