"""A vendor that fails in any way: one line says it, the others go on, nothing is lost, no comment changes, and then it is over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from tests.run.run_given import LEAVE, RELEASES, TIMEOUT_S, Company, Ran, writes

LATER = ". What was read before stays, and the next pass tries again"
HIDDEN = (
    "not found, or hidden from this account ({status}): no. Check that it still exists and that the account may see it" + LATER
)
LOGIN_PAGE = "<!doctype html><html><title>Sign in</title><body>Sign in to go on</body></html>"


@dataclass(frozen=True)
class Vendor:
    """One connection. `listing`: the requests that list its main stream in the first project; `what`: how syncd calls that;
    `first`: how it calls its first request. `news(company, n)` makes a record in each project; gives how `export` calls them.
    `lines`: where it words a failure in its own way."""

    name: str
    stream: str
    what: str
    first: str
    kind: str
    listing: Callable[[Company], str]
    news: Callable[[Company, str], tuple[str, str]]
    refusal: Mapping[str, Any] = field(default_factory=lambda: {"message": "no"})
    held: bool = True
    lines: Mapping[str, str] = field(default_factory=dict)


def jira_news(company: Company, title: str) -> tuple[str, str]:
    one, other = (company.jira.issue(project, title)["key"] for project in ("PLAT", "PAY"))
    return f"plat {one}", f"plat {other}"


def github_news(company: Company, title: str) -> tuple[str, str]:
    one, other = (f"{repo}#{company.github.issue(repo, title)['number']}" for repo in ("acme/api", "acme/app"))
    return f"code {one}", f"code {other}"


def gitlab_news(company: Company, title: str) -> tuple[str, str]:
    one, other = (company.gitlab.issue(path, title)["references"]["full"] for path in ("acme/web", "acme/shop"))
    return f"web {one}", f"web {other}"


def google_news(company: Company, title: str) -> tuple[str, str]:
    one = company.google.event(RELEASES, title, date(2026, 6, 2), date(2026, 6, 3))
    other = company.google.event(LEAVE, title, date(2026, 6, 2), date(2026, 6, 3))
    return f"cal {RELEASES}/{one['id']}", f"cal {LEAVE}/{other['id']}"


JIRA_GONE = "reading issues of PLAT: no search answers at this address (404 or 410). Check `url`" + LATER
JIRA = Vendor(
    "plat",
    "issues",
    "reading issues of PLAT",
    "looking for project PLAT",
    "item",
    lambda _: r"^GET \S*/search\S*PLAT",
    jira_news,
    lines={
        "401": "{first}: the credentials were not accepted (401): wrong, expired or revoked. Make a new token and put it into `token_file`",
        "404": JIRA_GONE,
        "410": JIRA_GONE,
    },
)
GITHUB = Vendor(
    "code",
    "issues",
    "reading issues of acme/api",
    "looking up acme/api",
    "item",
    lambda _: r"^GET /repos/acme/api/issues\?",
    github_news,
    lines={
        "429": "reading issues of acme/api: GitHub limits us until {until} UTC",
        "429 for an hour": "reading issues of acme/api: GitHub limits us until {until} UTC",
    },
)
GITLAB = Vendor(
    "web",
    "issues",
    "reading issues of acme/web",
    "looking for project acme/web",
    "item",
    lambda company: rf"^GET /api/v4/projects/{min(company.gitlab.projects)}/issues\?",
    gitlab_news,
    lines={
        "401": "{first}: the token was not accepted (401): no. Make a new one with the scope `read_api` (`api` to write)",
    },
)
GOOGLE = Vendor(
    "cal",
    "events",
    f"reading events of {RELEASES}",
    f"reading events of {RELEASES}",
    "window",
    lambda _: r"^GET \S*/calendars/releases\S*/events",
    google_news,
    refusal={"error": {"code": 400, "message": "no", "errors": [{"reason": "other", "message": "no"}]}},
    held=False,
    lines={
        "404": "{what}: not found, or not shared with this account (404). Share it, or correct its `id`" + LATER,
        "HTML": "{what}: the answer is not an object (a proxy's page, or not this kind of server?). Check `url`" + LATER,
    },
)


@dataclass(frozen=True)
class Failure:
    """What goes wrong with each request of the listing, and how it ends. `line` has {what}, {first} and {until}; None: no line."""

    line: str | None
    state: str
    how: Mapping[str, Any] = field(default_factory=dict)
    everywhere: bool = False
    waits: tuple[float, ...] = ()


def _answer(status: int, **more: Any) -> dict[str, Any]:
    return {"status": status, "times": 0, **more}


FAILURES = {
    "401": Failure(
        "{first}: the credentials were not accepted (401): no. Make a new token and put it in place",
        "off",
        how=_answer(401),
        everywhere=True,
    ),
    "403": Failure(
        "{what}: not allowed (403): no. Give the account the permission, or take it out of scope", "off", how=_answer(403)
    ),
    "404": Failure("{what}: " + HIDDEN.format(status=404), "stale", how=_answer(404)),
    "410": Failure("{what}: " + HIDDEN.format(status=410), "stale", how=_answer(410)),
    "429 for a moment": Failure(None, "fresh", how=_answer(429, headers={"Retry-After": "7"}, times=1), waits=(7,)),
    "429": Failure("{what}: the server limits us until {until} UTC", "limited", how=_answer(429)),
    "429 for an hour": Failure(
        "{what}: the server limits us until {until} UTC", "limited", how=_answer(429, headers={"Retry-After": "3600"})
    ),
    "500": Failure("{what}: the server answered 500: no" + LATER, "stale", how=_answer(500), waits=(0.5, 1)),
    "timeout": Failure("{what}: no answer in time" + LATER, "stale", how={"how": "slow", "delay_s": 1.2, "times": 0}),
    "reset": Failure(
        "{what}: the server could not be reached (connection reset)" + LATER, "stale", how={"how": "reset", "times": 0}
    ),
    "truncated body": Failure("{what}: the answer broke off" + LATER, "stale", how={"how": "truncate", "times": 0}),
    "HTML": Failure(
        "{what}: the answer is not JSON (a login page or a proxy's page?). Check `url`" + LATER,
        "stale",
        how=_answer(200, body=LOGIN_PAGE),
    ),
}


def survive(company: Company, vendor: Vendor, subtests: pytest.Subtests, *names: str) -> None:
    """Fail in one way after the other, and be well again after each: a company has many bad days."""
    assert company.once().problems == []
    known = company.exports()
    for name in names:
        with subtests.test(name):
            known = _survive(company, vendor, name, known)


def _survive(company: Company, vendor: Vendor, name: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """What is known once it is well again. `before`: what was."""
    failure, comments = FAILURES[name], company.comments()
    news = {other.name: other.news(company, "meanwhile") for other in VENDORS}
    match = "" if failure.everywhere else vendor.listing(company)
    company.servers[vendor.name].fail(match, **{"body": vendor.refusal, **failure.how})
    company.hand.waits.clear()
    if name == "timeout":
        company.sections["delivery"] = {"timeout_s": 0.8, "settle_s": 1}

    with company.watched() as requests:
        ran = company.once()
    line = vendor.lines.get(name, failure.line)
    assert ran.problems == ([] if line is None else [f"{vendor.name}: {_filled(line, vendor, company, ran)}"])
    assert (ran.code, ran.state(vendor.name, vendor.stream)) == (int(failure.state != "fresh"), failure.state)
    assert (writes(requests), company.comments()) == ([], comments)
    assert set(failure.waits) <= set(company.hand.waits)
    assert sum(company.hand.waits) <= 31, "a pass that waits for minutes looks as if it hung"
    after = company.exports()
    assert_nothing_lost(before, after)
    for other in VENDORS:
        arrived = after[other.kind].keys() | after["absence"].keys()
        if other is not vendor:
            assert arrived >= set(news[other.name]), f"{other.name} did not go on"
    assert (news[vendor.name][0] in after[vendor.kind]) is (line is None)
    if vendor.held and line is not None:
        assert ran.findings["held"] >= 1

    company.servers[vendor.name].faults.clear()
    company.sections["delivery"] = {"timeout_s": TIMEOUT_S, "settle_s": TIMEOUT_S + 1}
    company.hand.go(hours=1 if "hour" in name else 0, minutes=2)
    with company.watched() as requests:
        ran = company.once()
    assert (ran.code, ran.problems, ran.state(vendor.name, vendor.stream)) == (0, [], "fresh")
    assert (ran.findings["held"], writes(requests), company.comments()) == (0, [], comments)
    whole = company.exports()
    assert whole[vendor.kind].keys() | whole["absence"].keys() >= set(news[vendor.name])
    return whole


def _filled(line: str, vendor: Vendor, company: Company, ran: Ran) -> str:
    until = ran.problems[0].partition("until ")[2][:8] if ran.problems else ""
    return line.format(what=vendor.what, first=vendor.first, until=until)


def assert_nothing_lost(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """What was there is there, as it was."""
    for kind, rows in before.items():
        assert {key: after[kind].get(key) for key in rows} == rows


VENDORS = (JIRA, GITHUB, GITLAB, GOOGLE)


def test_jira_fails(firm: Company, subtests: pytest.Subtests) -> None:
    survive(firm, JIRA, subtests, *FAILURES)


def test_github_fails(firm: Company, subtests: pytest.Subtests) -> None:
    survive(firm, GITHUB, subtests, *FAILURES)


def test_gitlab_fails(firm: Company, subtests: pytest.Subtests) -> None:
    survive(firm, GITLAB, subtests, *FAILURES)


def test_google_calendar_fails(firm: Company, subtests: pytest.Subtests) -> None:
    survive(firm, GOOGLE, subtests, *(name for name in FAILURES if name != "410"))


def test_a_calendar_whose_place_google_forgot_is_read_in_full_and_what_is_gone_goes(firm: Company) -> None:
    firm.once()
    event = firm.google.event(RELEASES, "Release 13", date(2026, 6, 9), date(2026, 6, 10))
    gone = next(row.event["id"] for row in firm.google.calendars[RELEASES].rows.values() if row.event["summary"] == "Release 12")
    firm.google.delete(RELEASES, gone)
    firm.google.expire_sync_tokens()
    ran = firm.once()
    assert (ran.code, ran.problems, ran.state("cal", "events")) == (0, [], "fresh")
    assert list(firm.export("window")) == [f"cal {RELEASES}/{event['id']}"]


@pytest.mark.parametrize(
    ("name", "match", "line"),
    [
        (
            "plat",
            "/project/PLAT$",
            "looking for project PLAT: there is none, or it is hidden from this account (404). "
            "Check `projects`, or let the account see it",
        ),
        ("code", "/repos/acme/api$", "looking up acme/api: " + HIDDEN.format(status=404).removesuffix(LATER)),
        ("web", "/projects/acme%2Fweb$", "looking for project acme/web: " + HIDDEN.format(status=404).removesuffix(LATER)),
    ],
)
def test_a_project_that_is_not_found_is_named_once_and_the_others_are_read(
    firm: Company, name: str, match: str, line: str
) -> None:
    firm.once()
    firm.hand.go(minutes=15)  # until then a look-up is believed
    vendor = next(vendor for vendor in VENDORS if vendor.name == name)
    before, (hidden, seen) = firm.exports(), vendor.news(firm, "meanwhile")
    firm.servers[name].fail(match, status=404, body={"message": "no"}, times=0)
    ran = firm.once()
    assert (ran.code, ran.problems) == (1, [f"{name}: {line}{LATER}"])
    after = firm.exports()
    assert_nothing_lost(before, after)
    assert (hidden in after["item"], seen in after["item"]) == (False, True)


def test_a_vendor_that_asked_for_patience_is_left_alone_until_then(firm: Company) -> None:
    firm.once()
    firm.jira.server.fail("/search", status=429, headers={"Retry-After": "1800"})
    firm.once()
    with firm.watched() as requests:
        ran = firm.once()
    assert (ran.code, ran.state("plat", "issues")) == (1, "limited")
    assert "limits us until" in ran.problems[0]
    assert not [entry for entry in requests if "/rest/api/" in entry.line]
    firm.hand.go(minutes=30)
    assert firm.once().state("plat", "issues") == "fresh"


def test_a_vendor_that_asks_for_years_is_looked_at_after_an_hour(firm: Company) -> None:
    firm.once()
    firm.jira.server.fail("/search", status=429, headers={"Retry-After": "999999999"})
    firm.once()
    firm.hand.go(hours=1)
    assert firm.once().state("plat", "issues") == "fresh"


def test_a_server_that_is_down_is_told_in_one_line(firm: Company) -> None:
    firm.once()
    before, comments = firm.exports(), firm.comments()
    firm.gitlab.server.stop()
    ran = firm.once()
    assert ran.code == 1
    assert ran.problems == [
        f"web: looking for project acme/{path}: the server could not be reached (connection refused){LATER}"
        for path in ("web", "shop")
    ]
    assert (firm.exports(), firm.comments()) == (before, comments)


def test_a_refused_write_is_told_with_its_reason_and_makes_exit_code_1(firm: Company) -> None:
    firm.github.server.fail("^POST", status=403, body={"message": "Unable to create comment because issue is locked."}, times=0)
    ran = firm.once()
    assert (ran.code, ran.actions["delivered"], ran.actions["failed"]) == (1, 2, 1)
    assert ran.problems == ["code: acme/api#1: commenting on acme/api#1: Unable to create comment because issue is locked"]


def test_a_ticket_that_was_deleted_takes_no_comment_and_no_notice(firm: Company) -> None:
    firm.github.server.fail("^POST", status=410, body={"message": "This issue was deleted"}, times=0)
    ran = firm.once()
    assert (ran.code, ran.problems, ran.actions["delivered"]) == (0, [], 2)
    assert firm.once().code == 0


def test_the_same_is_printed_for_people(firm: Company) -> None:
    firm.once()
    firm.jira.server.fail("", status=401, body={"message": "no"}, times=0)
    ran = firm.syncd("once")
    assert ran.code == 1
    assert (
        "! plat: looking for project PLAT: the credentials were not accepted (401): wrong, expired or revoked. Make a new token"
        in ran.out
    )
    assert "Traceback" not in ran.out + ran.err
