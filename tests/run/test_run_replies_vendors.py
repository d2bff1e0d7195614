"""A person answers below our comment at Jira, GitHub or GitLab: the next pass says it, and no pass asks where nobody answered."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from syncd.demo.twin import Logged
from syncd.model.marker import unmarked
from tests.run.run_given import Company

ANSWER = "Thanks, we know.\n\n/syncd on track until 2026-05-20 because the vendor ships on Monday\n\nMy number is 0171-4711-0815."
LISTED = re.compile(r"GET .*/(comment|comments|notes)\?")


@dataclass(frozen=True)
class Ticket:
    """Where we speak at one vendor. `read`: the comments, `say`: somebody comments."""

    read: Callable[[], list[str]]
    say: Callable[[str, str], object]


def on(firm: Company, connection: str) -> Ticket:
    if connection == "plat":
        return Ticket(lambda: firm.on_jira("PLAT-1"), lambda text, by: firm.jira.comment("PLAT-1", text, by=by))
    if connection == "code":
        firm.github.people("acme/api", "mallory", role="read", association="NONE")
        return Ticket(lambda: firm.on_github("acme/api", 1), lambda text, by: firm.github.comment("acme/api", 1, text, by=by))
    issue = next(one for one in firm.gitlab.issues.values() if one["title"] == "New front page")
    firm.gitlab.role("acme/web", "mallory", 0)
    return Ticket(lambda: firm.on_gitlab(issue), lambda text, by: firm.gitlab.note(issue, text, by))


def looks(requests: list[Logged]) -> list[str]:
    """The requests for what was said on tickets."""
    return [entry.line for entry in requests if LISTED.match(entry.line)]


def milestone(firm: Company, title: str) -> Mapping[str, Any]:
    (found,) = [one for one in firm.syncd("status", "--format", "json").json["milestones"] if one["title"] == title]
    return dict(found)


def test_who_answered_and_is_forgotten_is_gone_from_what_we_keep_and_say(firm: Company) -> None:
    firm.only("code")
    ticket = on(firm, "code")
    firm.once()
    firm.hand.go(minutes=2)
    ticket.say("/syncd on track", "zquartermain")
    firm.once()
    assert any("zquartermain's reply of" in body for body in ticket.read())
    called = firm.syncd("forget", "zquartermain", "--json").json["person"]
    for _ in range(2):
        assert not [path for path in firm.folder.glob("syncd.db*") if b"quartermain" in path.read_bytes()]
        firm.once()
        ticket.say("/syncd at risk", "zquartermain")
        firm.once()
        (ours,) = [shown for body in ticket.read() if (shown := unmarked(body)) is not None]
        assert f"{called}`'s reply of" in ours


@pytest.mark.parametrize(
    ("connection", "title", "stranger"),
    [("plat", "Checkout v2", "A customer"), ("code", "API 3", "mallory"), ("web", "Web", "mallory")],
)
def test_what_a_person_answers_is_said_in_the_next_pass_and_asked_for_once(
    firm: Company, connection: str, title: str, stranger: str
) -> None:
    firm.only(connection)
    ticket = on(firm, connection)
    firm.jira.account("A customer", "customer")
    assert firm.once().problems == []
    (said,) = ticket.read()
    computed = milestone(firm, title)["status"]
    assert computed != "on track"

    firm.once()
    with firm.watched() as idle:
        firm.once()
    assert looks(idle) == [], "nobody answered"

    firm.hand.go(minutes=2)
    ticket.say("/syncd off track", stranger)
    ticket.say(ANSWER, "ada")
    with firm.watched() as asked:
        ran = firm.once()
    assert ran.problems == []
    lines = [entry.line for entry in asked]
    (look,) = looks(asked)
    assert not [line for line in lines[lines.index(look) :] if re.search(r"/(user|myself)$", line)], "we know who we are"
    stands = milestone(firm, title)
    assert (stands["status"], stands["computed"]) == ("on track", computed)
    assert (stands["override"]["by"], stands["override"]["until"]) == ("ada", "2026-05-20")
    (now,) = [shown for body in ticket.read() if (shown := unmarked(body)) is not None]
    assert "on track until" in now, "our comment is edited in its place"
    assert "on track until" not in said
    exported = firm.syncd("export", "--kind", "reply").out
    assert "because the vendor ships on Monday" in exported
    assert "4711-0815" not in exported + (firm.folder / "syncd.db").read_bytes().decode("latin-1")

    firm.once()  # GitLab does not show what is said in the minute after our edit: there it is looked once more
    with firm.watched() as quiet:
        firm.once()
    assert looks(quiet) == []
