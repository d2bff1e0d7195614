"""Working time of people: whose week, holidays, leave and share count, and what is told where it is unclear."""

import time
from dataclasses import replace
from datetime import date, timedelta
from datetime import time as clock
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from syncd.model.people import Human
from syncd.model.ref import Ref
from syncd.model.rows import Absence, Item, Milestone, Person
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Hours, Member, Work
from syncd.schedule.calendar import around
from syncd.schedule.holidays_of import holidays_of
from syncd.schedule.leave import united
from syncd.schedule.working import Working, working_of
from tests.model_builders import NOW, item, milestone
from tests.schedule.team_builders import away, company, team

ADA, BO = Person("Ada"), Person("Bo")
TUESDAY = date(2026, 5, 5)


def minutes(made: Working, day: date | str, person: Person | None = None, of: str | None = None) -> int:
    day = date.fromisoformat(day) if isinstance(day, str) else day
    owner = made.team(of) if of else None
    return int(made.minutes(person, owner)[(day - made.origin).days])


def of_ada(*rows: Absence, **hours: object) -> Working:
    """Ada, who has that week and is away then."""
    ada = Member(person="Ada", hours=Hours(**hours))  # type: ignore[arg-type]
    return working_of(company(item("A", assignees="Ada"), *rows, teams=(team("pay", ada),)))


# --------------------------------------------------------------------------------------------------------------- whose week


def test_a_week_is_the_members_else_the_teams_else_everybodys() -> None:
    short, long = Hours(minutes=(300,) * 5 + (0, 0)), Hours(minutes=(600,) * 4 + (0, 0, 0))
    pay = team("pay", Member(person="Ada", hours=short), "Bo", hours=long)
    made = working_of(company(item("A", assignees=["Ada", "Bo", "Cy"]), teams=(pay,), work=Hours(minutes=(420,) * 5 + (0, 0))))
    assert [minutes(made, TUESDAY, person) for person in (ADA, BO, Person("Cy"), None)] == [300, 600, 420, 420]
    assert minutes(made, TUESDAY, None, "pay") == minutes(made, TUESDAY, Person("Cy"), "pay") == 600
    assert made.without_calendar == (Person("Cy"),)
    assert made.problems == ()


def test_the_calendar_of_a_person_counts_their_own_working_days() -> None:
    made = of_ada(away("Ada", "2026-05-06", "2026-05-08"))
    assert made.calendar(ADA).count(date(2026, 5, 4), date(2026, 5, 9)) == 3 * 480
    assert str(made.calendar(ADA).add(np.datetime64("2026-05-05T16:00"), 120)) == "2026-05-08T10:00"
    assert made.default.count(date(2026, 5, 4), date(2026, 5, 9)) == 5 * 480


@pytest.mark.parametrize(("region", "monday"), [("GB-ENG", 0), ("GB-SCT", 480), ("", 480)])
def test_public_holidays_are_those_of_the_region(region: str, monday: int) -> None:
    assert minutes(of_ada(region=region), "2026-04-06", ADA) == monday


def test_days_off_are_nobodys_working_days() -> None:
    made = of_ada(days_off=frozenset({TUESDAY, date(1990, 1, 1)}))
    assert [minutes(made, TUESDAY, ADA), minutes(made, "2026-05-06", ADA)] == [0, 480]


@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True),
    st.sampled_from(["", "DE-BE", "GB-SCT", "US-CA"]),
    st.sets(st.integers(0, 700), max_size=9),
    st.integers(0, 900),
    st.integers(1, 900),
)
@settings(max_examples=60)
def test_working_days_are_those_of_numpy(days: list[int], region: str, off: set[int], first: int, length: int) -> None:
    origin, end = around(TUESDAY)
    days_off = frozenset(origin + timedelta(days=place) for place in off)
    made = working_of(
        company(work=Hours(minutes=tuple(60 if day in days else 0 for day in range(7)), region=region, days_off=days_off))
    )
    since, until = origin + timedelta(days=first), origin + timedelta(days=first + length)
    holidays = sorted(days_off | (holidays_of(region, origin, end) if region else frozenset()))
    expected = np.busday_count(since, until, weekmask=[day in days for day in range(7)], holidays=holidays)
    assert made.default.count(since, until) == 60 * expected


# -------------------------------------------------------------------------------------------------------------------- leave


@pytest.mark.parametrize(
    ("start", "end", "left"),
    [
        ("2026-05-05", "2026-05-06", [480, 0, 480]),  # an exclusive end
        ("2026-05-05", None, [480, 0, 480]),
        ("2026-05-05", "2026-05-05", [480, 0, 480]),
        ("2026-05-04", "2026-05-07", [0, 0, 0]),
        ("2026-05-05T09:00", "2026-05-05T13:00", [480, 240, 480]),
        ("2026-05-05T06:00", "2026-05-05T10:00", [480, 420, 480]),  # outside of working hours nothing is lost
        ("2026-05-05T18:00", "2026-05-06T08:00", [480, 480, 480]),
        ("2026-05-04T16:00", "2026-05-06T10:00", [420, 0, 420]),
        ("2026-05-05T10:00", None, [480, 480, 480]),
    ],
)
def test_leave_takes_whole_days_and_hours_from_the_working_day(start: str, end: str | None, left: list[int]) -> None:
    made = of_ada(away("Ada", start, end))
    assert [minutes(made, day, ADA) for day in ("2026-05-04", "2026-05-05", "2026-05-06")] == left


def test_busy_time_is_no_leave_and_nothing_is_taken_twice() -> None:
    assert minutes(of_ada(away("Ada", "2026-05-05", None, absence_kind="busy")), TUESDAY, ADA) == 480
    twice = (away("Ada", "2026-05-05T09:00", "2026-05-05T12:00"), away("Ada", "2026-05-05T11:00", "2026-05-05T13:00"))
    assert minutes(of_ada(*twice), TUESDAY, ADA) == 240
    assert minutes(of_ada(*twice, away("Ada", "2026-05-05", None)), TUESDAY, ADA) == 0


def test_days_off_of_a_region_are_for_everybody_there() -> None:
    day = away("all", "2026-05-05", None, person=None, region="DE-BE")
    made = working_of(
        company(
            item("A", assignees=["Ada", "Bo"]),
            replace(day, ref=Ref("cal", "events", "1")),
            teams=(team("pay", "Ada", hours=Hours(region="DE-BE")), team("web", "Bo", hours=Hours(region="DE-HH"))),
        )
    )
    assert [minutes(made, TUESDAY, ADA), minutes(made, TUESDAY, BO)] == [0, 480]
    nation = working_of(replace(made.snapshot, absences=(replace(day, region="de"),)))
    assert [minutes(nation, TUESDAY, ADA), minutes(nation, TUESDAY, BO)] == [0, 0]


def test_timed_leave_is_cut_at_the_clock_of_the_persons_zone_and_at_their_working_hours() -> None:
    leave = away("Ada", "2026-05-05T09:00", "2026-05-05T13:00", "UTC")
    assert minutes(of_ada(leave, zone="UTC"), TUESDAY, ADA) == 240
    assert minutes(of_ada(leave, zone="Europe/Berlin"), TUESDAY, ADA) == 240
    assert minutes(of_ada(leave, zone="America/New_York"), TUESDAY, ADA) == 480  # 05:00 to 09:00 there
    assert minutes(of_ada(leave, zone="UTC", starts=clock(12)), TUESDAY, ADA) == 420


NIGHTS = [
    ("Europe/Berlin", date(2026, 3, 29), date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8), date(2026, 11, 1)),
    ("Australia/Sydney", date(2026, 4, 5), date(2026, 10, 4)),
]


@pytest.mark.parametrize(("zone", "night"), [(zone, night) for zone, *nights in NIGHTS for night in nights])
@given(st.integers(-2, 2), st.integers(0, 20), st.integers(0, 23))
@settings(max_examples=15)
@example(0, 9, 13)
def test_a_night_in_which_the_clock_changes_takes_no_more_and_no_less(
    zone: str, night: date, offset: int, since: int, until: int
) -> None:
    day = night + timedelta(days=offset)
    leave = away("Ada", f"{day}T{since:02}:30", f"{day}T{max(since, until):02}:30", zone)
    made = of_ada(leave, minutes=(480,) * 7, zone=zone)
    lost = max(0, min(max(since, until) * 60 + 30, 17 * 60) - max(since * 60 + 30, 9 * 60))
    assert minutes(made, day, ADA) == 480 - lost
    assert minutes(made, day + timedelta(1), ADA) == 480


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(1, 30)).map(lambda pair: (pair[0], sum(pair))), max_size=9))
def test_united_spans_hold_the_same_minutes_once(spans: list[tuple[int, int]]) -> None:
    found = united(spans)
    assert {minute for span in spans for minute in range(*span)} == {minute for span in found for minute in range(*span)}
    assert all(one[1] < other[0] for one, other in pairwise(found))


# ------------------------------------------------------------------------------------------------------------- teams, shares


def test_shares_add_up_over_teams_and_a_team_has_its_own_part() -> None:
    teams = (team("pay", Member(person="Ada", share=0.5)), team("web", Member(person="Ada", share=0.25)), team("ops", "Bo"))
    made = working_of(company(item("A", assignees=["Ada", "Bo"]), teams=teams))
    assert [minutes(made, TUESDAY, ADA, of) for of in ("pay", "web", None, "ops")] == [240, 120, 360, 360]
    assert made.teams_of(ADA) == teams[:2]
    assert made.problems == ()


def test_who_is_shared_out_to_more_than_all_of_their_time_works_a_full_day_and_is_told() -> None:
    teams = (team("pay", "Ada"), team("web", Member(person="Ada", share=0.25)))
    made = working_of(company(item("A", assignees="Ada"), teams=teams))
    assert minutes(made, TUESDAY, ADA) == 480
    assert made.problems == ("Ada is shared out to 125% (pay, web): nobody works more than a full day",)
    third = Member(person="Ada", share=1 / 3)
    assert not working_of(
        company(item("A", assignees="Ada"), teams=(team("a", third), team("b", third), team("c", third)))
    ).problems


def test_one_after_the_other_is_not_too_much_and_a_place_ends_with_its_last_day() -> None:
    until, since = Member(person="Ada", until=TUESDAY), Member(person="Ada", since=date(2026, 5, 8))
    made = working_of(company(item("A", assignees="Ada"), teams=(team("pay", until), team("web", since))))
    assert made.problems == ()
    days = [TUESDAY, date(2026, 5, 6), date(2026, 5, 8)]
    assert [minutes(made, day, ADA, "pay") for day in days] == [480, 0, 0]
    assert [minutes(made, day, ADA, "web") for day in days] == [0, 0, 480]
    assert [minutes(made, day, ADA) for day in days] == [480, 480, 480]  # between teams they work all the same


def with_humans(*humans: Human, members: tuple[str, ...]) -> Working:
    return working_of(replace(company(teams=(team("pay", *members),)), humans=humans))


ADA_HUMAN = Human(
    person=Person("Ada Lovelace", {"plat": "5b10", "code": "7"}, "ada@acme.example"),
    accounts=(("code", "7"), ("plat", "5b10")),
    emails=("ada@acme.example",),
    logins=(("code", "adalove"),),
    names=(("code", "Ada L."), ("plat", "Ada Lovelace")),
)
OTHER_ADA = Human(person=Person("A. L.", {"plat": "5b11"}), accounts=(("plat", "5b11"),), names=(("plat", "Ada L."),))


@pytest.mark.parametrize(
    "text", ["Ada Lovelace", "ada lovelace", "Ada@acme.example", "code:adalove", "plat:5b10", "@AdaLove", "adalove"]
)
def test_a_member_is_who_is_called_that_in_any_way(text: str) -> None:
    made = with_humans(ADA_HUMAN, OTHER_ADA, members=(text,))
    assert made.problems == ()
    assert list(made.seats) == [ADA_HUMAN.person]


def test_who_is_nobody_or_anybody_is_told_and_works_all_the_same() -> None:
    made = with_humans(ADA_HUMAN, OTHER_ADA, members=("Ada L.", "Ada Lovelac", "Zoe"))
    assert made.problems == (
        "teams.pay: Ada L. may be A. L. (plat:5b11) or Ada Lovelace (code:adalove): write it as connection:login",
        "teams.pay: no record names Ada Lovelac, so nothing is known of their work and leave: did you mean Ada Lovelace?",
        "teams.pay: no record names Zoe, so nothing is known of their work and leave: write it as [people] or a tracker does",
    )
    assert minutes(made, TUESDAY, Person("Zoe"), "pay") == 480


# ------------------------------------------------------------------------------------------------------------ what is wrong


def test_all_that_cannot_be_computed_is_listed_and_nothing_fails() -> None:
    teams = (
        team("empty"),
        team("night", Member(person="Ada", hours=Hours(starts=clock(20)))),
        team("never", Member(person="Bo", hours=Hours(minutes=(0,) * 7))),
        team("far", Member(person="Cy", hours=Hours(region="DE-XX", zone="Mars/Base"))),
        team("wide", hours=Hours(region="GB")),
    )
    rows = (
        item("A", assignees=["Ada", "Bo", "Cy", "Di"]),
        away("Di", "2020-01-01", "9999-12-31"),
        replace(away("Cy", "2026-05-05", "2026-05-01"), ref=Ref("cal", "events", "2")),
        replace(away("Cy", "2026-05-05", None), ref=Ref("cal", "events", "3"), start=None),
        replace(away("x", "2026-05-05", None), ref=Ref("cal", "events", "4"), person=None),
        replace(away("x", "2026-05-05", None), ref=Ref("cal", "events", "5"), person=None, region="Atlantis"),
    )
    made = working_of(company(*rows, teams=teams))
    told = "\n".join(made.problems)
    for part in (
        "teams.night, Ada: a working day from 20:00 would run past midnight",
        "teams.never, Bo: no working day",
        "teams.far, Cy: there is no time zone Mars/Base",
        "teams.far, Cy: region DE-XX: DE has no region 'XX'",
        "teams.wide: region GB: GB alone leaves out the holidays of its regions",
        "teams.empty has no members",
        "teams.wide has no members",
        "cal: the absence events/Di 2020-01-01 ends after 2031-05-06",
        "cal: the absence events/2 ends before it starts",
        "cal: the absence events/3 has no start",
        "cal: the absence events/4 is of nobody",
        "cal: nobody's region is Atlantis",
        "Bo has no working time from today on",
        "Di has no working time from today on",
    ):
        assert part in told
    assert len(made.problems) == 14, told
    for person in map(Person, ("Ada", "Bo", "Cy", "Di")):
        assert made.calendar(person).count(TUESDAY, TUESDAY + timedelta(days=7)) == 5 * 480
    assert [minutes(made, TUESDAY, Person(name)) for name in ("Bo", "Di")] == [0, 0]


def test_without_teams_and_a_week_nothing_is_wrong() -> None:
    made = working_of(company(work=Hours(minutes=(0,) * 7)))
    assert made.problems == ("work: no working day: counted with a week that has some",)
    assert made.default.count(date(2026, 5, 4), date(2026, 5, 11)) == 5 * 480


# ---------------------------------------------------------------------------------------------------------- whose work it is


def test_whose_work_it_is() -> None:
    teams = (
        team("Payments", "Ada", owns=("PAY", "acme/pay-*", "label:team-pay")),
        team("Web", "Bo", owns=("WEB-7", "pay*")),
        team("Ops", "Ada", "Cy"),
    )
    rows = (
        milestone("M1", team="web", project="PAY"),
        milestone("M2", project="PAY"),
        milestone("M3", labels=("Team-Pay",)),
        milestone("M4"),
        item("WEB-7", of="M2"),
        item("I2", of="M1"),
        item("I3", project="acme/pay-api", of="M1"),
        item("I4", of="M4", assignees="Cy"),
        item("I5", assignees="Ada"),
        item("I6", assignees=["Cy", "Zoe"]),
    )
    made = working_of(company(*rows, teams=teams))
    every: list[Milestone | Item] = [*made.snapshot.milestones.values(), *made.snapshot.items.values()]
    owners = {work.ref.key: owner.name if (owner := made.team_of(work)) else None for work in every}
    assert owners == {
        "M1": "Web", "M2": "Payments", "M3": "Payments", "M4": None, "WEB-7": "Web",
        "I2": "Web", "I3": "Payments", "I4": "Ops", "I5": None, "I6": "Ops",
    }  # fmt: skip


def test_a_joined_milestone_is_owned_by_any_of_its_sources() -> None:
    here, there = milestone("M1", same_as=("k",)), milestone("N1", "code", same_as=("k",), project="acme/pay-api")
    made = working_of(company(here, there, teams=(team("pay", owns=("acme/pay-*",)),)))
    (milestone_,) = made.snapshot.milestones.values()
    assert made.team_of(milestone_) == made.team("PAY")


# ------------------------------------------------------------------------------------------------------------------- figures


def big(people: int) -> Snapshot:
    names = [f"P{number}" for number in range(people)]
    rows = [replace(away(name, "2026-07-06", "2026-07-20"), ref=Ref("cal", "events", name)) for name in names]
    teams = tuple(team(f"t{start}", *names[start : start + 10], hours=Hours(region="DE-BE")) for start in range(0, people, 10))
    return company(*rows, teams=teams, work=Work(), now=NOW)


def test_a_thousand_people_take_a_moment() -> None:
    given = big(1000)
    holidays_of("DE-BE", *around(TUESDAY))
    best = float("inf")
    for _ in range(3):
        begun = time.perf_counter()
        made = working_of(given)
        everybody = [made.calendar(person) for person in made.seats]
        best = min(best, time.perf_counter() - begun)
    assert len(everybody) == 1000
    assert best < 2, "0.1 s on a quiet machine; this only catches what grows with the square"
