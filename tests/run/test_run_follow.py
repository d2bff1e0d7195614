"""Moves: an object that moves keeps its identity, its history and the one comment on it, also where its vendor gives it another id."""

from tests.run.run_given import Company

OLD, NEW = "acme/api", "acme/app"


def speaks(firm: Company) -> None:
    """The issue of API 3 is blocked, so that a comment stands on it."""
    firm.only("code")
    firm.github.issue(OLD, "Gateway", body="none")
    firm.github.edit(OLD, 1, body=f"Blocked by: {OLD}#2", title="Versioned routes")
    assert firm.once().problems == []


def test_a_comment_goes_along_with_a_transferred_issue(firm: Company) -> None:
    speaks(firm)
    before = firm.on_github(OLD, 1)
    assert len(before) == 1
    moved = firm.github.transfer(OLD, 1, NEW)
    firm.hand.go(minutes=1)
    ran = firm.once()
    assert (ran.problems, ran.actions["failed"]) == ([], 0)
    assert len(firm.on_github(NEW, moved["number"])) == 1, "the comment that came along, and no second one"
    rows = firm.export("item")
    assert f"code {OLD}#1" not in rows
    assert f"code {NEW}#{moved['number']}" in rows
    assert firm.once().actions["planned"] == 0


def test_another_issue_with_the_same_title_is_not_taken_for_it(firm: Company) -> None:
    speaks(firm)
    old = firm.github.home(OLD).issues[1]
    firm.hand.go(minutes=1)
    twin = firm.github.issue(NEW, old["title"], body=f"Blocked by: {OLD}#2", created_at=old["created_at"])
    firm.once()
    assert len(firm.on_github(OLD, 1)) == 1
    assert {f"code {OLD}#1", f"code {NEW}#{twin['number']}"} <= firm.export("item").keys()


def test_an_issue_that_moves_to_another_project_of_jira_keeps_its_comment(firm: Company) -> None:
    firm.only("plat")
    firm.once()
    (before,) = firm.on_jira("PLAT-1")
    firm.jira.move("PLAT-1", "PAY")
    firm.hand.go(minutes=1)
    ran = firm.once()
    assert ran.problems == []
    (after,) = [body for ticket, bodies in firm.comments().items() if ticket.startswith("plat PAY-") for body in bodies]
    assert after.partition("\n")[0] == before.partition("\n")[0]
