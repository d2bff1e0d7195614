"""Many records of one moment (an import): the next reads are short, and no edit is missed."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors.gitlab import KIND, GitlabOptions
from connectors.gitlab.cursor import Cursor
from connectors.gitlab.dense import Tally
from syncd.contract import Connector, Settings
from syncd.demo import gitlab_api
from syncd.demo.gitlab_twin import GitlabTwin
from tests.connectors.contract import NOW, SECRET, OpenGate, read, scopes
from tests.connectors.gitlab_given import twin

MANY = 350


@dataclass
class Import:
    """A GitLab with many records of one moment, or some milliseconds apart, and what was read of it."""

    lab: GitlabTwin
    made: list[dict[str, Any]]
    connector: Connector
    stream: str
    cursors: dict[str, str]
    at: list[datetime]

    def again(self) -> set[str]:
        """Read on; the ids that came."""
        self.lab.server.log.clear()
        records, _, self.cursors = read(self.connector, self.stream, self.cursors)
        return set(records)

    def cost(self) -> int:
        """How often the list was asked for in the last read."""
        return len(self.lab.server.requests(rf"/{self.stream}\?"))

    def edit(self, n: int, later: timedelta) -> str:
        """Edit the record so much later than the moment of the import; gives its id."""
        self.at[0] = NOW + later
        return str(self.lab.edit(self.made[n], title="edited")["id"])


Make = Callable[..., Import]


@pytest.fixture
def imported() -> Iterator[Make]:
    labs: list[GitlabTwin] = []

    def make(stream: str = "issues", where: str = "projects", step: timedelta = timedelta(0)) -> Import:
        at = [NOW]
        lab = twin(now=lambda: at[0])
        labs.append(lab)
        add = lab.issue if stream == "issues" else lab.merge_request
        made = []
        for n in range(MANY):
            at[0] = NOW - (MANY - 1 - n) * step
            made.append(add("acme/web", f"imported {n}"))
        place = {"projects": ["acme/web"]} if where == "projects" else {"groups": ["acme"]}
        settings = Settings(
            connection="code",
            url=lab.server.start(),
            options=GitlabOptions.model_validate(place),
            now=lambda: NOW,
            secret=lambda: SECRET,
            timeout_s=5,
        )
        connector = KIND.connect(settings, OpenGate())
        records, _, cursors = read(connector, stream)
        assert len(records) == MANY
        return Import(lab, made, connector, stream, cursors, at)

    yield make
    for lab in labs:
        lab.server.stop()


def answering(given: Import, monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], Any]) -> None:
    """Let the server give its answers changed."""
    answers = given.lab.server.serve

    def serve(*asked: Any) -> Any:
        answer, fault = answers(*asked)
        return change(answer), fault

    monkeypatch.setattr(given.lab.server, "serve", serve)


def without_total(answer: Any) -> Any:
    return replace(answer, headers={k: v for k, v in answer.headers.items() if not k.startswith("X-Total")})


@pytest.mark.parametrize("stream", ["issues", "merge_requests"])
@pytest.mark.parametrize("where", ["projects", "groups"])
@pytest.mark.parametrize("step", [timedelta(0), timedelta(milliseconds=40)], ids=["equal", "apart"])
def test_where_nothing_happened_a_read_is_short(imported: Make, stream: str, where: str, step: timedelta) -> None:
    given = imported(stream, where, step)
    for _ in range(3):
        given.again()
        assert given.cost() <= (1 if step else 2)


@pytest.mark.parametrize("stream", ["issues", "merge_requests"])
@pytest.mark.parametrize("step", [timedelta(0), timedelta(milliseconds=40)], ids=["equal", "apart"])
@pytest.mark.parametrize("later", [timedelta(milliseconds=1), timedelta(seconds=20), timedelta(seconds=59), timedelta(days=3)])
def test_an_edit_is_found_and_what_follows_is_short(imported: Make, stream: str, step: timedelta, later: timedelta) -> None:
    given = imported(stream, step=step)
    assert given.edit(150, later) in given.again()
    assert given.cost() <= 2
    given.again()
    assert given.cost() <= 2
    assert given.edit(250, later + timedelta(milliseconds=1)) in given.again()
    assert given.edit(50, later + timedelta(seconds=3)) in given.again()


def test_more_edits_than_a_page_are_all_found(imported: Make) -> None:
    given = imported()
    edited = {given.edit(n, timedelta(minutes=5)) for n in range(120)}
    assert edited <= given.again()
    given.again()
    assert given.cost() <= 2


@pytest.mark.parametrize("reverse", [False, True], ids=["oldest first", "newest first"])
@pytest.mark.parametrize("step", [timedelta(0), timedelta(milliseconds=40)], ids=["equal", "apart"])
def test_edits_are_found_on_a_server_that_sorts_as_it_likes(
    imported: Make, monkeypatch: pytest.MonkeyPatch, step: timedelta, reverse: bool
) -> None:
    monkeypatch.setattr(gitlab_api, "_ordered", lambda _, records: sorted(records, key=lambda r: r["id"], reverse=reverse))
    given = imported(step=step)
    given.again()
    edited = {given.edit(n, timedelta(seconds=n)) for n in (5, 150, 349)}
    assert edited <= given.again()
    assert given.edit(200, timedelta(days=1)) in given.again()


@pytest.mark.parametrize(
    ("step", "later"),
    [
        (timedelta(0), timedelta(seconds=1.5)),
        (timedelta(0), timedelta(days=1)),
        (timedelta(milliseconds=40), timedelta(seconds=0.5)),
    ],
    ids=["equal, soon", "equal, late", "apart, at once"],
)
def test_one_edit_behind_the_first_page_is_found_where_the_server_does_not_sort(
    imported: Make, monkeypatch: pytest.MonkeyPatch, step: timedelta, later: timedelta
) -> None:
    monkeypatch.setattr(gitlab_api, "_ordered", lambda _, records: list(records))
    given = imported(step=step)
    assert given.edit(200, later) in given.again()


def test_a_record_that_commits_late_is_found_among_many(imported: Make) -> None:
    given = imported(step=timedelta(milliseconds=40))
    given.at[0] = NOW - timedelta(seconds=12)
    late = str(given.lab.issue("acme/web", "its transaction took a while")["id"])
    assert late in given.again()
    given.again()
    assert given.cost() == 1


def test_a_late_one_is_found_together_with_an_edit(imported: Make) -> None:
    given = imported(step=timedelta(milliseconds=40))
    given.at[0] = NOW - timedelta(seconds=12)
    late = str(given.lab.issue("acme/web", "its transaction took a while")["id"])
    assert {late, given.edit(7, timedelta(seconds=5))} <= given.again()


def test_a_server_that_does_not_count_is_read_as_briefly(imported: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """GitLab gives no total above 10,000 records."""
    given = imported()
    answering(given, monkeypatch, without_total)
    given.again()
    assert given.cost() <= 2
    assert given.edit(150, timedelta(seconds=20)) in given.again()


def test_an_edit_between_the_look_and_the_reading_is_found(imported: Make) -> None:
    given = imported()
    first = given.edit(10, timedelta(seconds=20))
    scope = scopes(given.connector, "issues")[0]
    pages = given.connector.fetch("issues", scope, given.cursors[scope.id])
    found = {record.ref.id for record in next(pages).records}
    second = given.edit(20, timedelta(seconds=30))
    found |= {record.ref.id for page in pages for record in page.records}
    assert {first, second} <= found


def test_a_read_cut_off_after_the_look_goes_on(imported: Make) -> None:
    given = imported()
    edited = {given.edit(n, timedelta(seconds=n + 1)) for n in range(20)}
    scope = scopes(given.connector, "issues")[0]
    page = next(iter(given.connector.fetch("issues", scope, given.cursors[scope.id])))
    assert page.cursor is not None
    assert not page.complete
    given.cursors[scope.id] = page.cursor
    assert edited <= {record.ref.id for record in page.records} | given.again()
    assert given.edit(150, timedelta(hours=1)) in given.again()


def test_a_date_in_the_future_stands_above_every_edit_so_the_minute_is_read() -> None:
    tally, odd = Tally(), NOW + timedelta(seconds=30)
    rows = [{"id": n, "updated_at": NOW.isoformat()} for n in range(MANY)]
    for page in (rows[:200], rows[200:]):
        tally.add(page)
    here = Cursor().seen([NOW] * MANY, NOW)
    assert tally.end(here).dense == MANY
    tally.add([{"id": MANY, "updated_at": odd.isoformat()}])
    assert tally.end(here.seen([odd], NOW)).dense == 0


def test_blocking_issues_keep_their_links_and_cost_one_request_once(imported: Make) -> None:
    given = imported()
    given.lab.link(given.made[0], given.made[1])
    given.again()
    given.again()
    assert not given.lab.server.requests("/links")
    id = given.edit(0, timedelta(seconds=10))
    scope = scopes(given.connector, "issues")[0]
    given.lab.server.log.clear()
    pages = list(given.connector.fetch("issues", scope, given.cursors[scope.id]))
    edited = [record for page in pages for record in page.records if record.ref.id == id]
    assert [len(record.data["links"]) for record in edited] == [1]
    assert len(given.lab.server.requests("/links")) == 1


def test_a_cursor_from_before_is_read(imported: Make) -> None:
    """One that says nothing about how many there were costs a reading of the minute, once."""
    given = imported()
    new = {"dense", "newest", "ahead"}
    given.cursors = {
        scope: json.dumps({key: value for key, value in json.loads(cursor).items() if key not in new})
        for scope, cursor in given.cursors.items()
    }
    assert len(given.again()) == MANY
    given.again()
    assert given.cost() <= 2
