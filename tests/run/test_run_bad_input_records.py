"""Records and mappings that are not what they should be: each is told, none stops a pass, and what was said stays as it was."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from tests.run.run_given import LEAVE, RELEASES, Company, Ran, writes


@dataclass(frozen=True)
class Odd:
    """Something odd that people do. `told`: the lines that a pass prints about it, among its problems or as unknown to a mapping."""

    does: Callable[[Company], Any]
    told: tuple[str, ...]
    rejected: tuple[str, str] | None = None


def web(company: Company) -> dict[str, Any]:
    """The first issue on GitLab."""
    return next(issue for issue in company.gitlab.issues.values() if issue["references"]["full"] == "acme/web#1")


def two_on_gitlab(company: Company) -> None:
    for title in ("A", "B"):
        company.gitlab.milestone("acme/web", title, description="Commitment: shared")


def two_on_github(company: Company) -> None:
    for title in ("A", "B"):
        company.github.milestone("acme/api", title, description="Commitment: shared")


def two_in_the_calendar(company: Company) -> None:
    for title in ("A", "B"):
        day = date(2026, 7, 1)
        company.google.event("dates@acme.example", title, day, date(2026, 7, 2), description="Commitment: shared")


NOT_JOINED = "so they are not joined by it. Only milestones of different connections join: give one of them another key"

JIRA = {
    "NUL": Odd(
        lambda c: c.jira.edit("PLAT-2", summary="Bas\x00ket \ud800"),
        ("plat: characters that cannot be stored were left out of a text",),
    ),
    "date": Odd(
        lambda c: c.jira.edit("PLAT-3", duedate="next week"),
        ("plat: PLAT-3: due: fields.duedate holds 'next week', which is no date (YYYY-MM-DD). Correct it in the record",),
        rejected=("plat", "issues"),
    ),
    "join key": Odd(
        lambda c: c.jira.edit("PAY-1", labels=["commitment:checkout-v2"]),
        (f"plat: PLAT-1 and PAY-1 share the join key 'checkout-v2', {NOT_JOINED}",),
    ),
    "status and type": Odd(
        lambda c: c.jira.edit(
            "PLAT-2",
            status={"id": "77", "name": "Parked", "statusCategory": {"id": 9, "key": "weird"}},
            issuetype={"id": "9", "name": "Gizmo", "subtask": False},
        ),
        (
            "plat: status: '77', 'Parked', 'weird' is not in [table.status] or [table.status_category]",
            "plat: type: 'Gizmo' is not in [table.type]",
        ),
    ),
}
GITHUB = {
    "NUL": Odd(lambda c: c.github.edit("acme/api", 1, title="Ver\x00sioned"), ("code: a NUL character in a text was left out",)),
    "date": Odd(
        lambda c: c.github.edit_milestone("acme/api", 1, due_on="when it is ready"),
        (
            "code: acme/api/milestone/1: due: due_on holds 'when it is ready', which is no instant (RFC 3339). Correct it in the record",
        ),
        rejected=("code", "milestones"),
    ),
    "join key": Odd(
        two_on_github, (f"code: acme/api/milestone/2 and acme/api/milestone/3 share the join key 'shared', {NOT_JOINED}",)
    ),
    "status and type": Odd(
        lambda c: c.github.edit("acme/app", 1, state="limbo", type={"id": 1, "name": "Gizmo"}),
        ("code: status: 'limbo' is not in [table.state]", "code: type: 'Gizmo' is not in [table.type]"),
    ),
}
GITLAB = {
    "NUL": Odd(lambda c: c.gitlab.edit(web(c), title="New\x00 page"), ("web: a NUL character in a text was left out",)),
    "date": Odd(
        lambda c: c.gitlab.edit(web(c), due_date="31.12.2026"),
        ("web: acme/web#1: due: due_date holds '31.12.2026', which is no date (YYYY-MM-DD). Correct it in the record",),
        rejected=("web", "issues"),
    ),
    "join key": Odd(two_on_gitlab, (f"web: acme/web%2 and acme/web%3 share the join key 'shared', {NOT_JOINED}",)),
    "status and type": Odd(
        lambda c: c.gitlab.edit(web(c), state="limbo", issue_type="gizmo", type="GIZMO"),
        ("web: status: 'limbo' is not in [table.state]", "web: type: 'gizmo', 'GIZMO' is not in [table.type]"),
    ),
}
GOOGLE = {
    "NUL": Odd(
        lambda c: c.google.event(RELEASES, "Re\x00lease", date(2026, 7, 1), date(2026, 7, 2)),
        ("cal: a NUL character in a text was left out",),
    ),
    "date": Odd(
        lambda c: c.google.edit(LEAVE, next(iter(c.google.calendars[LEAVE].events)), start={"date": "soon"}),
        ("start: start.date holds 'soon', which is no instant (RFC 3339). Correct it in the record",),
        rejected=("cal", "events"),
    ),
    "join key": Odd(two_in_the_calendar, (f"share the join key 'shared', {NOT_JOINED}",)),
}


def told(ran: Ran) -> list[str]:
    """All lines of a pass for people."""
    return [*ran.problems, *ran.json["unknown"]]


def endure(company: Company, odd: Odd) -> None:
    """It is told, in every pass the same, and for everything else nothing changes."""
    assert told(company.once()) == []
    comments, before = company.comments(), company.exports()
    odd.does(company)
    company.jira.issue("PAY", "meanwhile")
    company.github.issue("acme/app", "meanwhile")
    for _ in range(2):
        with company.watched() as requests:
            ran = company.once()
        for line in odd.told:
            assert any(line in shown for shown in told(ran)), f"{line!r} is not among {told(ran)}"
        assert len(told(ran)) == len(odd.told)
        assert (ran.code, writes(requests), company.comments()) == (0, [], comments)
        after = company.exports()
        assert all(after[kind].keys() >= rows.keys() for kind, rows in before.items()), "something is lost"
        assert {"plat PAY-3", "code acme/app#2"} <= after["item"].keys()
    if odd.rejected:
        connection, stream = odd.rejected
        assert ran.json["connections"][connection]["streams"][stream]["rejected"] == 1
        assert_same(before, after)


def assert_same(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """What was known stays, whatever cannot be read now. When a ticket was touched last moves with our own comments."""
    for kind, rows in before.items():
        for key, row in rows.items():
            assert {**after[kind][key], "updated_at": None} == {**row, "updated_at": None}


@pytest.mark.parametrize("odd", JIRA)
def test_odd_records_of_jira(firm: Company, odd: str) -> None:
    endure(firm, JIRA[odd])


@pytest.mark.parametrize("odd", GITHUB)
def test_odd_records_of_github(firm: Company, odd: str) -> None:
    endure(firm, GITHUB[odd])


@pytest.mark.parametrize("odd", GITLAB)
def test_odd_records_of_gitlab(firm: Company, odd: str) -> None:
    endure(firm, GITLAB[odd])


@pytest.mark.parametrize("odd", GOOGLE)
def test_odd_records_of_google_calendar(firm: Company, odd: str) -> None:
    firm.google.calendar("dates@acme.example")
    firm.sections["connections.cal"]["calendars"].append({"id": "dates@acme.example", "holds": "milestones"})
    endure(firm, GOOGLE[odd])


def test_an_unknown_status_and_type_are_kept_and_marked_unknown(firm: Company) -> None:
    for odd in (JIRA, GITHUB, GITLAB):
        odd["status and type"].does(firm)
    firm.once()
    items = firm.export("item")
    for key in ("plat PLAT-2", "code acme/app#1", "web acme/web#1"):
        assert (items[key]["status"], items[key]["type"]) == ("unknown", "unknown"), key
    assert (items["plat PLAT-2"]["status_name"], items["plat PLAT-2"]["type_name"]) == ("Parked", "Gizmo")


def blocked(company: Company, vendor: str) -> list[str]:
    """Two open pieces of work that wait for each other. Their keys."""
    if vendor == "plat":
        company.jira.link("PLAT-2", "PAY-2")
        company.jira.link("PAY-2", "PLAT-2")
        return ["PLAT-2", "PAY-2"]
    if vendor == "code":
        company.github.issue("acme/app", "Themes")
        company.github.block(("acme/app", 1), ("acme/app", 2))
        company.github.block(("acme/app", 2), ("acme/app", 1))
        return ["acme/app#1", "acme/app#2"]
    other = company.gitlab.issue("acme/web", "Icons")
    company.gitlab.link(web(company), other)
    company.gitlab.link(other, web(company))
    return ["acme/web#1", "acme/web#2"]


@pytest.mark.parametrize("vendor", ["plat", "code", "web"])
def test_a_cycle_of_links_is_one_finding_that_prints_it_and_stops_nothing(firm: Company, vendor: str) -> None:
    firm.once()
    before, dates = firm.comments(), firm.export("milestone")
    one, other = blocked(firm, vendor)
    ran = firm.once()
    assert (ran.code, ran.problems, ran.findings["new"]) == (0, [], 1)
    (found,) = (f for f in firm.syncd("findings", "--json").json if f["code"] == "blocked")
    ring = (f"{one} -> {other} -> {one}", f"{other} -> {one} -> {other}")
    assert any(shown in found["text"].splitlines()[0] for shown in ring)
    assert {key: row["due"] for key, row in firm.export("milestone").items()} == {key: row["due"] for key, row in dates.items()}
    elsewhere = {ticket: said for ticket, said in before.items() if not ticket.startswith(vendor)}
    assert elsewhere.items() <= firm.comments().items()
    with firm.watched() as requests:
        assert firm.once().findings["changed"] == 0
    assert writes(requests) == []


def test_an_empty_calendar_is_no_problem(firm: Company) -> None:
    firm.google.calendar("empty@acme.example")
    firm.sections["connections.cal"]["calendars"] = [{"id": "empty@acme.example", "holds": "holidays"}]
    for _ in range(2):
        ran = firm.once()
        assert (ran.code, told(ran), ran.state("cal", "events")) == (0, [], "fresh")
    assert firm.export("absence") == {}


def test_a_mapping_that_fills_a_field_that_does_not_exist_is_refused_before_anything_is_asked(firm: Company) -> None:
    text = 'extends = "jira.default"\n[[rule]]\nname = "item"\n[rule.fields]\ndeadline = "fields.duedate"\n'
    firm.sections["connections.plat"]["mapping"] = firm.mapping("./mine.toml", text)
    for command in ("check", "once", "plan"):
        with firm.watched() as requests:
            ran = firm.syncd(command)
        assert (ran.code, list(requests), ran.out) == (2, [], "")
        assert "mine.toml" in ran.err
        assert "there is no field of item 'deadline'" in ran.err


def test_a_mapping_that_reads_a_field_that_no_record_has_says_so_until_one_has(firm: Company) -> None:
    text = 'extends = "jira.default"\n[fields.issues]\nobjective = "fields.customfield_999"\n'
    firm.sections["connections.plat"]["mapping"] = firm.mapping("./mine.toml", text)
    for _ in range(2):
        (line,) = told(firm.once())
        assert line.startswith(
            "plat: the mapping reads fields.customfield_999 (fields.issues.objective), which no record of issues has"
        )
    assert "customfield_999" in firm.syncd("once").out
    firm.jira.edit("PLAT-1", customfield_999="More sales")
    assert told(firm.once()) == []
    assert firm.export("milestone")["plat PLAT-1"]["objective"] == "More sales"
