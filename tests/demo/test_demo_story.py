"""The company tells the same story on every day of the week, and what its people wrote stays dead in what is said."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from syncd.app import opened
from syncd.decide import plain_text
from syncd.decide.wording import Dates
from syncd.demo.company import Company, company
from syncd.demo.company_calendar import LEAVE, WORKSHOPS
from syncd.demo.company_plan import mail
from syncd.demo.company_twins import Note
from syncd.demo.story import a_day_later
from syncd.run.clock import Clock
from syncd.run.one_pass import Passed, one_pass

DAYS = {
    "a Friday": "2026-05-08",
    "a Saturday in the night of summer time": "2026-03-28",
    "a Sunday": "2026-05-10",
    "the last day of a year": "2026-12-31",
    "a Sunday that begins a year": "2028-01-02",
}
_DATE = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d+ [A-Z][a-z]{2}(?: \d{4})?")


@dataclass(frozen=True)
class Told:
    company: Company
    passes: tuple[Passed, Passed, Passed]
    first: Mapping[Note, str]
    last: Mapping[Note, str]
    writes: tuple[int, int, int]


def tell(now: datetime, folder: Path) -> Told:
    told = company(lambda: now)
    told.twins.start()
    config = folder / "syncd.toml"
    config.write_text(told.configuration())

    def go() -> tuple[Passed, int]:
        before = told.twins.writes()
        with opened(config, {}, clock=Clock(now=told.moment.now, wait=lambda _: None)) as app:
            return one_pass(app.works), told.twins.writes() - before

    try:
        one = go()
        first = told.twins.ours()
        two = go()
        a_day_later(told)
        three = go()
        return Told(told, (one[0], two[0], three[0]), first, told.twins.ours(), (one[1], two[1], three[1]))
    finally:
        told.twins.stop()


KEPT = frozenset({"critical_path_change", "execution", "schedule_quality"})
"""What is said on no ticket unless somebody asks for it: it is for whoever leads the plan."""


def story(passed: Passed) -> list[tuple[str, str, str]]:
    """The findings that are said, without dates."""
    states = [state for state in passed.analysed.decision.states.values() if state.finding.code not in KEPT]
    return sorted(
        (s.finding.severity, s.finding.code, _DATE.sub("DAY", plain_text(s.finding))) for s in states if s.state == "open"
    )


def heads(passed: Passed) -> set[tuple[str, str]]:
    """What is found on what, without dates and numbers, which holidays and leave of the season change."""
    return {(code, re.split(r": | waits ", text.splitlines()[0])[0]) for _, code, text in story(passed)}


@pytest.fixture(scope="module")
def tuesday(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """No holiday is near."""
    return tell(datetime(2027, 2, 2, 9, 30, tzinfo=UTC), tmp_path_factory.mktemp("tuesday"))


def test_everything_is_read_and_understood(tuesday: Told) -> None:
    for passed in tuesday.passes:
        assert not any(pulled.problems for pulled in passed.pulled.values())
        assert not passed.analysed.rejected
        assert not passed.analysed.notes
    snapshot = tuesday.passes[0].analysed.snapshot
    assert 12 <= len(snapshot.milestones) <= 20
    assert not snapshot.problems
    joined = [sorted(m.claims) for m in snapshot.milestones.values() if len(m.sources) > 1]
    assert sorted(joined) == [["calendar", "github", "jira"], ["github", "gitlab", "jira"]]
    assert {window.window_kind for window in snapshot.windows} == {"deploy", "freeze"}
    assert {absence.absence_kind for absence in snapshot.absences} == {"leave", "holiday"}, "titles are not asked for"


def test_few_findings_of_each_sort_and_one_comment_for_each(tuesday: Told) -> None:
    found = [(code, severity) for severity, code, _ in story(tuesday.passes[0])]
    assert sorted(found) == [
        ("blocked", "critical"),
        ("blocked", "critical"),
        ("blocked", "info"),
        ("blocked", "warn"),
        ("breaking_hits_commitment", "critical"),
        ("breaking_hits_commitment", "critical"),
        ("breaking_hits_commitment", "warn"),
        *[("drift", "critical")] * 11,
        ("drift", "warn"),
        ("scope_growth", "critical"),
        ("sources_disagree", "warn"),
    ]
    assert len(tuesday.first) == 16
    assert not tuesday.passes[0].analysed.plan.nowhere


def test_the_lead_reads_why_what_changed_and_what_clears_it(tuesday: Told) -> None:
    (said,) = [text for note, text in tuesday.first.items() if note.ticket == tuesday.company.late]
    assert said.startswith("*Checkout v2: 4 working days late. Work ends ")
    for line in ("Why: ", "Changed: ", "Rests on: ", "Clears: ", "Wrong? "):
        assert f"\n{line}" in said
    assert tuesday.company.moved in said


def test_the_second_pass_writes_nothing_and_a_day_later_one_comment_is_edited_in_place(tuesday: Told) -> None:
    assert tuesday.writes == (16 + len(checks(tuesday.company)) + 1, 0, 1), "comments, checks, and the workshop"
    assert tuesday.first.keys() == tuesday.last.keys(), "the same comments, by their ids"
    changed = [note.ticket for note, text in tuesday.last.items() if tuesday.first[note] != text]
    assert changed == [tuesday.company.late]


def checks(told: Company) -> list[tuple[str, str]]:
    """Of each check that was set its commit, and whether it is red."""
    gitlab = [(row["sha"], row["status"]) for row in told.twins.gitlab.statuses.values()]
    return gitlab + [
        (row["url"].rsplit("/", 1)[1], row["state"]) for home in told.twins.github.homes.values() for row in home.statuses
    ]


def test_a_merge_request_that_breaks_a_contract_is_red_and_names_whom_it_hits(tuesday: Told) -> None:
    told = tuesday.company
    (said,) = [
        re.sub(r"\[`([^`]+)`\]\([^)]*\)", r"\1", text)
        for note, text in tuesday.first.items()
        if note.ticket == told.promise.request
    ]
    app, client = told.promise.consumers
    assert f"{app} (due {Dates().day(told.days.day(40))}) and {client} (due {told.days.day(28):%a %-d %b})." in said
    assert "response-required-property-removed: `GET /sessions/{id} responses.200.application/json.email`" in said
    (head,) = [
        row["sha"] for row in told.twins.gitlab.merge_requests.values() if row["references"]["full"] == told.promise.request
    ]
    assert {state for sha, state in checks(told) if sha == head} == {"failed"}
    assert {row["status"] for row in told.twins.gitlab.statuses.values() if row["sha"] != head} == {"success"}
    on_tickets = {
        note.vendor for note, text in tuesday.first.items() if "breaks the contract sessions, which it relies on" in text
    }
    assert on_tickets == {"jira", "github"}


def test_the_workshop_is_entered_when_nobody_is_on_leave_and_not_sooner(tuesday: Told) -> None:
    google, days = tuesday.company.twins.google, tuesday.company.days
    (entry,) = google.instances(WORKSHOPS)
    start = datetime.fromisoformat(entry["start"]["dateTime"])
    assert (entry["summary"], start) == ("Workshop: contract sessions", days.at(4))
    asked = {mail(name) for name in ("Noah Adeyemi", "Lena Fischer", "Mira Lindqvist")}
    leave = [one for one in google.instances(LEAVE) if one["creator"]["email"] in asked]
    away = [(date.fromisoformat(one["start"]["date"]), date.fromisoformat(one["end"]["date"])) for one in leave]
    assert [any(first <= days.day(n) < end for first, end in away) for n in range(5)] == [True] * 4 + [False]
    (said,) = [text for note, text in tuesday.first.items() if note.ticket == tuesday.company.promise.request]
    assert "Not sooner: until then 2 of them are away or busy." in said


def test_nothing_of_what_people_wrote_comes_alive(tuesday: Told) -> None:
    live = {"github": "@acme/everyone", "jira": "[~lena.fischer]"}
    titles = [i["title"] for h in tuesday.company.twins.github.homes.values() for i in h.issues.values()]
    assert any(live["github"] in title and "<b>" in title and "https://" in title for title in titles)
    for note, text in tuesday.last.items():
        if note.vendor == "jira":
            assert live["jira"] not in text
            assert "*soon" not in text.replace("\\*", "")
            continue
        tokens = [leaf for token in MarkdownIt().parse(text) for leaf in (token.children or [token])]
        assert not [
            leaf.content for leaf in tokens if leaf.type == "text" and ("@" in leaf.content or "status.example" in leaf.content)
        ]
        assert not [leaf.content for leaf in tokens if leaf.type.startswith("html") or "status.example" in str(leaf.attrs)]
    assert any("<b>NaN</b>" in text for note, text in tuesday.last.items() if note.vendor == "github"), "it is told, as code"


def test_what_is_confidential_or_private_is_named_nowhere_outside(tuesday: Told) -> None:
    outside = [text for note, text in tuesday.last.items() if note.vendor != "gitlab"]
    assert any("a private item" in text for text in outside)
    assert not [text for text in outside if "identity#1]" in text or "identity#1`" in text or "signing key" in text]
    assert not [text for note, text in tuesday.last.items() if "payments-api" in text and "payments-api" not in note.ticket]


@pytest.mark.slow
@pytest.mark.parametrize("day", DAYS.values(), ids=DAYS.keys())
def test_every_day_tells_the_same_story(day: str, tuesday: Told, tmp_path: Path) -> None:
    told = tell(datetime.fromisoformat(f"{day}T11:00:00+00:00"), tmp_path)
    assert told.writes[1] == 0
    assert heads(told.passes[1]) == heads(told.passes[0])
    assert len(heads(told.passes[0]) ^ heads(tuesday.passes[0])) <= 4, "leave moves a forecast, and little else"
    assert 12 <= len(told.first) <= 18
    changed = [note.ticket for note, text in told.last.items() if told.first.get(note) != text]
    assert len(changed) == told.writes[2] <= 3, "at a weekend's end what is overdue may have become critical, too"
    assert told.company.late in changed
