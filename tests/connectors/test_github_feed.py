"""What the issues of a repository tell of its pull requests, and when that is not believed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.github.cursor import Position
from connectors.github.feed import ALONE, Feed
from connectors.github.newest import Step
from syncd.model.raw import Scope

NOW = datetime(2026, 5, 5, 7, tzinfo=UTC)
ASKED = (({"number": 1, "updated_at": "2026-05-05T06:00:00Z"},), Position(until="2026-05-05T06:00:00Z", asked=""), True)
"""The list of pull requests, as it was read: number 1 was updated an hour ago."""


def told(number: int, at: str) -> dict[str, Any]:
    """A row of the list of issues that is a pull request."""
    return {"number": number, "updated_at": at, "pull_request": {"url": "x"}}


def steps(rows: tuple[dict[str, Any], ...], until: str, start: Position) -> Iterator[Step]:
    yield rows, replace(start, until=until), True


class Passes:
    """One repository, pass after pass: the issues are read, then its pull requests."""

    def __init__(self) -> None:
        self.beside: dict[str, Any] = {}
        self.issues_at, self.pulls_at, self.now = Position(), Position(), NOW

    def feed(self) -> Feed:
        return Feed(self.beside, Scope("1", "acme/api"), self.now, None)

    def issues(self, *rows: dict[str, Any], until: str) -> None:
        read = self.feed().issues(steps(rows, until, self.issues_at), self.issues_at)
        self.issues_at = [at for _, at, _ in read][-1]

    def pulls(self, listed: Step = ASKED) -> bool:
        """Whether the list of pull requests was asked for."""
        asked = []

        def ask() -> Iterator[Step]:
            asked.append(True)
            yield listed[0], replace(listed[1], feed=self.pulls_at.feed), listed[2]

        self.pulls_at = [at for _, at, _ in self.feed().pulls(ask(), self.pulls_at)][-1]
        return bool(asked)


@pytest.fixture
def begun() -> Passes:
    """The first pass is over."""
    passes = Passes()
    passes.issues(told(1, "2026-05-05T06:00:00Z"), until="2026-05-05T06:59:00Z")
    assert passes.pulls(), "at first everything is read"
    return passes


def test_the_list_is_asked_only_where_the_issues_tell_of_a_change(begun: Passes) -> None:
    begun.issues(until="2026-05-05T06:59:00Z")
    assert not begun.pulls()
    begun.issues(told(1, "2026-05-05T07:01:00Z"), until="2026-05-05T07:01:00Z")
    assert begun.pulls()
    begun.issues(told(1, "2026-05-05T07:01:00Z"), until="2026-05-05T07:01:30Z")  # it comes again in the overlap
    assert not begun.pulls()


def test_a_pass_whose_issues_cannot_be_read_asks_for_the_list(begun: Passes) -> None:
    begun.issues(until="2026-05-05T06:59:00Z")
    begun.pulls()
    assert begun.pulls()


def test_what_a_pass_that_was_killed_left_unread_is_read(begun: Passes) -> None:
    begun.issues(told(1, "2026-05-05T07:01:00Z"), until="2026-05-05T07:09:00Z")
    begun.beside.clear()  # the process is killed before the pull requests are read
    begun.issues(until="2026-05-05T07:09:00Z")
    assert begun.pulls()


def test_the_list_is_asked_once_an_hour_whatever_the_issues_tell(begun: Passes) -> None:
    begun.now += timedelta(minutes=59)
    begun.issues(until="2026-05-05T06:59:00Z")
    assert not begun.pulls()
    begun.now += timedelta(minutes=1)
    begun.issues(until="2026-05-05T06:59:00Z")
    assert begun.pulls()


def test_a_server_whose_issues_do_not_tell_is_asked_for_both_lists() -> None:
    passes = Passes()
    passes.issues({"number": 7, "updated_at": "2026-05-05T06:30:00Z"}, until="2026-05-05T06:59:00Z")
    for _ in range(3):
        assert passes.pulls()
        assert passes.pulls_at.feed == ALONE
        passes.issues(until="2026-05-05T06:59:00Z")


def test_a_change_that_the_issues_kept_to_themselves_is_found_and_remembered(begun: Passes) -> None:
    begun.now += timedelta(hours=1)
    begun.issues(until="2026-05-05T07:55:00Z")
    silent = {"number": 1, "updated_at": "2026-05-05T06:30:00Z"}
    assert begun.pulls(((silent,), Position(until="2026-05-05T06:30:00Z", asked=""), True))
    assert begun.pulls_at.feed == ALONE
