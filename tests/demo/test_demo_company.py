"""The simulated company is believable, the same on every run, and has no tomorrow in its past."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from syncd.demo.company import Company, company
from syncd.demo.company_plan import PHASES, TEAMS, pieces

TUESDAY = datetime(2026, 5, 5, 9, 30, tzinfo=UTC)


def built(now: datetime = TUESDAY) -> Company:
    return company(lambda: now)


def records(told: Company) -> Iterator[dict[str, Any]]:
    yield from told.twins.jira.issues.values()
    for home in told.twins.github.homes.values():
        yield from (*home.issues.values(), *home.pulls.values(), *home.milestones.values())
    gitlab = told.twins.gitlab
    yield from (*gitlab.issues.values(), *gitlab.merge_requests.values(), *gitlab.epics.values(), *gitlab.milestones.values())


def stamps(record: dict[str, Any]) -> Iterator[datetime]:
    fields = record.get("fields", record)
    names = ("created", "updated", "resolutiondate", "created_at", "updated_at", "closed_at", "merged_at")
    yield from (datetime.fromisoformat(fields[name]) for name in names if fields.get(name))


def test_some_four_hundred_tickets_at_four_vendors_half_of_them_done() -> None:
    twins = built().twins
    jira, gitlab = twins.jira.issues.values(), twins.gitlab.issues.values()
    github = [issue for home in twins.github.homes.values() for issue in home.issues.values()]
    assert 380 <= len(jira) + len(gitlab) + len(github) <= 420
    assert min(len(jira), len(gitlab), len(github)) > 50
    done = sum(issue["fields"]["resolution"] is not None for issue in jira)
    done += sum(issue["state"] == "closed" for issue in (*github, *gitlab))
    assert 0.3 < done / (len(jira) + len(gitlab) + len(github)) < 0.6
    assert len(twins.jira.projects) == 3
    assert [home.row["private"] for home in twins.github.homes.values()] == [False, False, True]
    assert len(twins.gitlab.projects) == 2
    assert sum(issue["confidential"] for issue in gitlab) == 1
    assert {len(team) for team in TEAMS.values()} == {4}


def test_dates_are_working_days_and_some_items_have_none() -> None:
    due = [issue["fields"]["duedate"] for issue in built().twins.jira.issues.values()]
    given = [date.fromisoformat(day) for day in due if day]
    assert 0.05 < (len(due) - len(given)) / len(due) < 0.3
    assert all(day.weekday() < 5 for day in given)


def test_some_finished_work_was_put_off_and_its_history_says_so() -> None:
    done = [issue for issue in built().twins.jira.issues.values() if issue["fields"]["resolution"]]
    moves = [item for issue in done for entry in issue["changelog"]["histories"] for item in entry["items"]]
    assert sum(item["field"] == "duedate" for item in moves) > 5
    assert sum(item["field"] == "status" for item in moves) >= 2 * len(done) - 2  # one was cancelled at once


@pytest.mark.parametrize("now", [TUESDAY, datetime(2027, 1, 2, 8, tzinfo=UTC)])
def test_nothing_has_happened_yet_that_lies_ahead(now: datetime) -> None:
    told = built(now)
    begins = told.days.at(0)
    assert told.moment.now() == begins
    assert max(stamp for record in records(told) for stamp in stamps(record)) < begins < now


def test_the_same_day_tells_the_same_company() -> None:
    one, other = built(), built()
    assert list(records(one)) == list(records(other))
    assert one.twins.google.calendars == other.twins.google.calendars


def test_pieces_of_work_come_phase_by_phase_and_end_within_their_milestone() -> None:
    told = pieces("Mobile", ["the map", "the list"], begun=-20, finish=10)
    assert [piece.title for piece in told[:3]] == ["Design the map", "Design the list", "Build the map"]
    assert len(told) == 2 * len(PHASES)
    assert [piece.state for piece in told] == sorted((piece.state for piece in told), key=["done", "doing", "todo"].index)
    assert all(piece.due is None or piece.due <= 10 for piece in told)
    assert all(piece.due is None or piece.due > 1 for piece in told if piece.state != "done"), "a day later they would be overdue"
