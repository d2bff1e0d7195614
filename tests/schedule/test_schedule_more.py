"""What more people would do: to a milestone's P85, or to the delay of all."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from syncd.model.rows import Row
from syncd.model.teams import Hours, Work
from syncd.schedule.days import days_after
from syncd.schedule.load import Load, load_of
from syncd.schedule.more import Effect, with_more
from syncd.schedule.workdays import workdays_after
from syncd.schedule.working import working_of
from tests.model_builders import item, milestone, on, ref
from tests.schedule.team_builders import company, team

TODAY = date(2026, 5, 4)
PAY = team("pay", "Ada", "Bo", owns=("PAY",))


def effect(*rows: Row, more: int = 1) -> Effect:
    snapshot = company(*rows, teams=(PAY,), now=on(str(TODAY)), work=Work(focus=1.0))
    load = load_of(snapshot)
    return _of(load, more)


def _of(load: Load, more: int) -> Effect:
    team_ = load.working.snapshot.teams[0]
    people = load.working.in_team(team_)
    book = load.teams["pay"]
    return with_more(load.working.snapshot, load, asked=book.asked, people=people, more=more, milestone=ref("M"), team=team_)


def finished(number: int) -> Row:
    day = datetime(2026, 5, 1, 9, tzinfo=UTC) - timedelta(days=2 * number)
    done = item(f"D{number}", of="M", project="PAY", status="done", assignees="Ada", created_at=datetime(2026, 1, 1, tzinfo=UTC))
    return replace(done, done_at=day)


def test_a_milestone_that_is_forecast_by_weeks_of_the_past_has_an_earlier_p85() -> None:
    rows: list[Row] = [milestone("M", due="2026-06-30"), *(finished(number) for number in range(40))]
    rows += [item(f"A{number}", of="M", project="PAY") for number in range(40)]
    one, none = effect(*rows, more=1), effect(*rows, more=0)
    assert one.basis == "p85"
    assert one.before is not None
    assert one.after is not None
    assert one.after < one.before
    assert one.days_saved > none.days_saved == 0


def test_the_days_saved_are_those_on_which_the_team_works() -> None:
    rows: list[Row] = [milestone("M", due="2026-06-30"), *(finished(number) for number in range(40))]
    rows += [item(f"A{number}", of="M", project="PAY") for number in range(40)]
    plain = effect(*rows)
    assert plain.after
    off = replace(PAY, hours=Hours(days_off=frozenset({plain.after + timedelta(days=5)})))
    snapshot = company(*rows, teams=(off,), now=on(str(TODAY)), work=Work(focus=1.0))
    found = _of(load_of(snapshot), 1)
    assert found.before
    assert found.after
    days = days_after(working_of(snapshot).calendar(team=off), found.after, found.before)
    assert 0 < found.days_saved == days < workdays_after(found.after, found.before)


def test_without_a_forecast_the_delay_of_all_that_is_one_thing_at_a_time_counts() -> None:
    rows: list[Row] = [
        milestone("M", due="2026-05-08"),
        *(item(f"A{n}", of="M", project="PAY", days=2, due="2026-05-08") for n in range(8)),
    ]
    found = [effect(*rows, more=more) for more in (0, 1, 2)]
    assert [one.basis for one in found] == ["order"] * 3
    assert [one.days_saved for one in found] == [0, 2, 3]
