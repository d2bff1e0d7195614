"""What programs write otherwise than RFC 5545 says, or at its edges: each case was seen in the feeds of some program."""

from typing import Any

import pytest

from connectors.icalendar_records import Asked, records
from connectors.icalendar_text import take_apart
from syncd.model.raw import Json, Scope
from tests.connectors.ics_given import TODAY, calendar, event, only, read

BERLIN = "DTSTART;TZID=Europe/Berlin:20260504T090000"
AN_HOUR = (BERLIN, "DTEND;TZID=Europe/Berlin:20260504T100000")
DAY = "DTSTART;VALUE=DATE:20260504"
OURS = """BEGIN:VTIMEZONE
TZID:{name}
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:{offset}
TZOFFSETTO:{offset}
END:STANDARD
END:VTIMEZONE"""


def ours(name: str, offset: str) -> str:
    """The definition of a zone without summer time."""
    return OURS.format(name=name, offset=offset).replace("\n", "\r\n")


def of(body: bytes, **facts: Any) -> list[dict[str, Json]]:
    """The records of a text."""
    return list(records(take_apart(body), Asked(Scope("cal", "cal", {"holds": "windows"} | facts), TODAY)))


def times(found: dict[str, Json]) -> list[str]:
    """When it takes place: starts."""
    assert "problem" not in found, found
    return [one["start"].get("dateTime") or one["start"]["date"] for one in found["occurrences"]]


def spans(found: dict[str, Json]) -> list[tuple[str, str]]:
    """When it takes place: starts and ends."""
    ends = [one["end"].get("dateTime") or one["end"]["date"] for one in found["occurrences"]]
    return list(zip(times(found), ends, strict=True))


# --- zones -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "offset"),
    [
        ("GMT+05:30", "+05:30"),
        ('"GMT+05:30"', "+05:30"),
        ("(GMT +01:00)", "+01:00"),
        ("UTC-3", "-03:00"),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien", "+02:00"),
        ('"(UTC+01:00) Sarajevo, Skopje, Warsaw, Zagreb"', "+02:00"),
        ("(UTC-05:00) Eastern Time (US & Canada)", "-04:00"),
        ("(GMT+01.00) Amsterdam / Berlin / Bern / Rome / Stockholm / Vienna", "+02:00"),
        ("(UTC+10:00) Canberra, Melbourne, Sydney", "+10:00"),
        ("(UTC) Koordinerad universell tid", "+00:00"),
        ("tzone://Microsoft/Utc", "+00:00"),
        ("Coordinated Universal Time", "+00:00"),
        ("W. Europe Standard Time 1", "+02:00"),
        ("GMT Standard Time 1", "+01:00"),
        ("europe/berlin", "+02:00"),
        ("America/New York", "-04:00"),
    ],
)
def test_a_zone_that_no_definition_goes_with_is_what_its_name_says(named: str, offset: str) -> None:
    assert times(only(event("x", f"DTSTART;TZID={named}:20260602T100000"))) == [f"2026-06-02T10:00:00{offset}"]


@pytest.mark.parametrize("named", ["(UTC+01:00) Atlantis", "(UTC+05:00) Berlin", "Customized Time Zone", "GMT+99"])
def test_a_zone_that_can_only_be_guessed_is_told(named: str) -> None:
    assert "no time zone" in str(only(event("x", f"DTSTART;TZID={named}:20260602T100000"))["problem"])


@pytest.mark.parametrize(
    "name", ["GMT+05:30", r"(UTC+01:00) Bern\, Rom", "tzone://Microsoft/Custom", "W. Europe Standard Time 1"]
)
def test_a_calendars_own_definition_outranks_the_guess(name: str) -> None:
    said = event("x", f"DTSTART;TZID={name.replace(chr(92), '')};VALUE=DATE-TIME:20260602T100000")
    assert times(only(ours(name, "+0700"), said)) == ["2026-06-02T10:00:00+07:00"]


def test_each_calendar_of_a_text_has_its_own_zones() -> None:
    one = calendar("X-WR-TIMEZONE:Europe/Berlin", ours("Ours", "+0300"), event("a", "DTSTART;TZID=Ours:20260602T100000"))
    two = calendar(
        "X-WR-TIMEZONE:Asia/Tokyo",
        ours("Ours", "+0500"),
        event("b", "DTSTART;TZID=Ours:20260602T100000"),
        event("c", "DTSTART:20260602T100000"),
    )
    found = {str(data["uid"]): times(data)[0][-6:] for data in of(one + two)}
    assert found == {"a": "+03:00", "b": "+05:00", "c": "+09:00"}


def test_a_time_without_a_zone_is_last_of_all_on_peoples_clocks() -> None:
    asked = Asked(Scope("cal", "cal", {"holds": "absences"}), TODAY, zone="Europe/Berlin")
    said = [event("x", "DTSTART:20260602T100000")]
    assert times(next(records(take_apart(calendar(*said)), asked))) == ["2026-06-02T10:00:00+02:00"]
    tokyo = calendar("X-WR-TIMEZONE:Asia/Tokyo", *said)
    assert times(next(records(take_apart(tokyo), asked))) == ["2026-06-02T10:00:00+09:00"]


# --- texts -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("cp1252"),
        lambda text: text.replace("\r\n", "\r").encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: b"\r\n" + text.replace("20260504", "20260504  ").encode(),
    ],
    ids=["UTF-16", "Windows", "old Mac", "BOM", "spaces"],
)
def test_a_text_is_read_as_it_is_written(written: Any) -> None:
    (found,) = of(written(calendar(event("x", DAY, title="Jürgen – Urlaub")).decode()), holds="absences", titles=True)
    assert (times(found), found["summary"]) == (["2026-05-04"], "Jürgen – Urlaub")


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("ORGANIZER;CN=Müller, Jörg:mailto:jm@acme.example", {"email": "jm@acme.example", "displayName": "Müller, Jörg"}),
        ("ORGANIZER;CN=Ann:ann@acme.example", {"email": "ann@acme.example", "displayName": "Ann"}),
        ("ORGANIZER:MAILTO:ann@acme.example", {"email": "ann@acme.example"}),
        ("ORGANIZER;CN=Ann:urn:uuid:4711", {"id": "urn:uuid:4711", "displayName": "Ann"}),
    ],
)
def test_people_are_known_by_their_address(line: str, who: dict[str, str]) -> None:
    assert only(event("x", DAY, line), holds="absences")["organizer"] == who


@pytest.mark.parametrize("line", ["LAST-MODIFIED:yesterday", "LAST-MODIFIED:", "SEQUENCE:", "SEQUENCE:1.0", 'ATTENDEE;CN="x:y'])
def test_what_nothing_hangs_on_may_be_wrong(line: str) -> None:
    assert times(only(event("x", DAY, line))) == ["2026-05-04"]


# --- what counts -----------------------------------------------------------------------------------------------------------


def test_of_two_versions_the_one_that_was_written_later_counts() -> None:
    older, newer = calendar(event("x", DAY)), calendar(event("x", "DTSTART;VALUE=DATE:20260611"))
    newer = newer.replace(b"DTSTAMP:20260505T070000Z", b"DTSTAMP:20260505T080000Z")
    assert [times(one) for one in of(older + newer)] == [times(one) for one in of(newer + older)] == [["2026-06-11"]]


def test_of_two_changes_of_one_time_the_one_that_was_written_later_counts() -> None:
    first, second = (
        event(
            "x",
            "RECURRENCE-ID;TZID=Europe/Berlin:20260505T090000",
            f"LAST-MODIFIED:2026050{n}T000000Z",
            f"DTSTART:2026052{n}T100000Z",
        )
        for n in (1, 2)
    )
    expected = ["2026-05-04T09:00:00+02:00", "2026-05-22T10:00:00+00:00"]
    for pair in ((first, second), (second, first)):
        assert times(only(event("x", *AN_HOUR, "RRULE:FREQ=DAILY;COUNT=2"), *pair)) == expected


@pytest.mark.parametrize("head", [["METHOD:CANCEL"], []])
def test_what_was_called_off_need_not_say_when_it_would_have_been(head: list[str]) -> None:
    found = read(*head, event("x", *([] if head else ["STATUS:CANCELLED"])))
    assert found == []


def test_one_time_that_was_called_off_need_not_say_when_either() -> None:
    off = event("x", "STATUS:CANCELLED", "RECURRENCE-ID;TZID=Europe/Berlin:20260505T090000")
    found = only(event("x", *AN_HOUR, "RRULE:FREQ=DAILY;COUNT=3"), off)
    assert [at[8:10] for at in times(found)] == ["04", "06"]


def test_an_event_without_a_uid_stays_itself_when_only_its_age_changes() -> None:
    said = ["BEGIN:VEVENT", "DTSTAMP:20260501T000000Z", "LAST-MODIFIED:20260501T000000Z", DAY, "END:VEVENT"]
    later = [line.replace("20260501T", "20260502T") for line in said]
    one, two = (only("\r\n".join(lines)) for lines in (said, later))
    assert one["uid"] == two["uid"]


# --- times -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "lasts", "end"),
    [
        ("20260328T230000", "PT8H", "2026-03-29T08:00:00+02:00"),
        ("20260328T230000", "P1D", "2026-03-29T23:00:00+02:00"),
        ("20260328T230000", "PT24H", "2026-03-30T00:00:00+02:00"),
        ("20261024T230000", "P1DT1H", "2026-10-26T00:00:00+01:00"),
        ("20261024T230000", "PT4H", "2026-10-25T02:00:00+01:00"),
    ],
)
def test_hours_are_exact_and_days_are_those_of_the_calendar(start: str, lasts: str, end: str) -> None:
    found = only(event("x", f"DTSTART;TZID=Europe/Berlin:{start}", f"DURATION:{lasts}"))
    assert spans(found)[0][1] == end


def test_what_recurs_keeps_its_hours_on_the_clock() -> None:
    said = ["DTSTART;TZID=Europe/Berlin:20260321T220000", "DURATION:PT8H", "RRULE:FREQ=WEEKLY;COUNT=2"]
    assert [end[11:] for _, end in spans(only(event("x", *said)))] == ["06:00:00+01:00", "06:00:00+02:00"]


def test_midnights_that_outlook_means_as_days_are_days() -> None:
    said = ["DTSTART;TZID=Europe/Berlin:20260504T000000", "DTEND;TZID=Europe/Berlin:20260506T000000"]
    assert spans(only(event("x", *said, "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"))) == [("2026-05-04", "2026-05-06")]
    assert spans(only(event("x", *said, "X-MICROSOFT-CDO-ALLDAYEVENT:FALSE")))[0][0] == "2026-05-04T00:00:00+02:00"
    rule = ["RRULE:FREQ=WEEKLY;UNTIL=20260517T220000Z", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"]
    assert times(only(event("x", *said, *rule))) == ["2026-05-04", "2026-05-11", "2026-05-18"]


def test_a_value_that_is_called_a_day_is_one_whatever_hour_stands_behind_it() -> None:
    said = ["DTSTART;VALUE=DATE:20260504T000000", "DTEND;TZID=Europe/Berlin;VALUE=DATE:20260506T000000Z"]
    assert spans(only(event("x", *said))) == [("2026-05-04", "2026-05-06")]


# --- recurrences -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=DAILY;UNTIL=20260506", "04 05 06"),
        ("FREQ=DAILY;UNTIL=20260506T065959Z", "04 05"),
        ("FREQ=YEARLY;UNTIL=99991231T235959Z", "04 04"),
        ("FREQ=YEARLY;UNTIL=99991231", "04 04"),
        ("FREQ=DAILY;UNTIL=20260506T070000Z", "04 05 06"),
        ("FREQ=WEEKLY; BYDAY=MO,WE; COUNT=3;", "04 06 11"),
        ("RSCALE=GREGORIAN;FREQ=DAILY;COUNT=2;SKIP=OMIT", "04 05"),
        ("X-EVOLUTION-ENDDATE=20260505T070000Z;FREQ=DAILY;COUNT=2", "04 05"),
        ("", "04"),
    ],
)
def test_a_rule_is_read_as_it_is_meant(rule: str, days: str) -> None:
    assert [at[8:10] for at in times(only(event("x", *AN_HOUR, f"RRULE:{rule}", "EXDATE:")))] == days.split()


@pytest.mark.parametrize(
    ("start", "original"),
    [
        (AN_HOUR, "RECURRENCE-ID;VALUE=DATE:20260505"),
        (AN_HOUR, "RECURRENCE-ID:20260505T090000"),
        (AN_HOUR, "RECURRENCE-ID:20260505T070000Z"),
        ((DAY,), "RECURRENCE-ID:20260505T000000"),
        ((DAY,), "RECURRENCE-ID:20260505T000000Z"),
    ],
)
def test_a_time_that_moved_is_found_however_it_is_named(start: tuple[str, ...], original: str) -> None:
    found = only(event("x", *start, "RRULE:FREQ=DAILY;COUNT=3"), event("x", original, "DTSTART;VALUE=DATE:20260520"))
    assert [at[:10] for at in times(found)] == ["2026-05-04", "2026-05-06", "2026-05-20"]
    assert [str(one["original"])[:10] for one in found["occurrences"]] == ["2026-05-04", "2026-05-06", "2026-05-05"]


def test_a_rule_of_exceptions_is_told() -> None:
    assert "EXRULE" in str(only(event("x", *AN_HOUR, "RRULE:FREQ=DAILY", "EXRULE:FREQ=WEEKLY;BYDAY=TU"))["problem"])
