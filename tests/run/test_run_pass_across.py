"""What lies across vendors: a blocker elsewhere, one milestone of several sources, where it is said, and what may be said there."""

import pytest

from tests.run.run_given import Company

TITLE = "Versioned routes"


@pytest.mark.parametrize("address", ["acme/api#1", "https://github.com/acme/api/issues/1"])
def test_work_on_one_vendor_waits_for_work_on_another(firm: Company, address: str) -> None:
    firm.jira.edit("PLAT-2", status="In Progress", description=f"The basket.\nBlocked by: {address}\n")
    firm.once()
    (said,) = firm.on_jira("PLAT-2")
    assert said.splitlines()[0].startswith("*Basket waits for [acme/api#1|https://github.com/acme/api/issues/1]")
    (found,) = (f for f in firm.syncd("findings", "--json").json if f["code"] == "blocked")
    assert (found["subject"]["key"], found["facts"]["predecessor"]["key"]) == ("PLAT-2", "acme/api#1")
    assert TITLE not in said, "the title of another connection"
    firm.github.edit("acme/api", 1, state="closed")
    firm.once()
    assert "resolved" in firm.on_jira("PLAT-2")[0].lower()


def join(firm: Company) -> None:
    """The milestone of PLAT-1 has a second source on GitHub, due a fortnight later, and a third on GitLab."""
    firm.github.milestone("acme/app", "Checkout on phones", due_on="2026-05-29", description="commitment: checkout-v2")
    firm.gitlab.milestone("acme/shop", "Checkout in shops", due_date="2026-05-15", description="Commitment: Checkout-v2")


def test_sources_of_one_milestone_that_disagree_are_told_once_where_it_speaks(firm: Company) -> None:
    join(firm)
    firm.once()
    (shown,) = (row for row in firm.export("milestone").values() if row["title"] == "Checkout v2")
    assert {name: claim["due"] for name, claim in shown["claims"].items()} == {
        "plat": "2026-05-15",
        "code": "2026-05-29",
        "web": "2026-05-15",
    }
    (found,) = (f for f in firm.syncd("findings", "--json").json if f["code"] == "sources_disagree")
    assert found["subject"]["key"] == "PLAT-1"
    (said,) = firm.on_jira("PLAT-1")
    assert "Checkout v2: its sources disagree on the due date by 14 days" in said
    assert "Checkout on phones" not in said
    assert "Checkout in shops" not in said
    assert sorted(firm.comments()) == ["code acme/api#1", "plat PLAT-1", "web acme/web#1"]


def with_ops(firm: Company, write: str) -> None:
    """A second Jira connection, which goes first and has an epic of its own for the milestone of PLAT-1."""
    firm.jira.project("OPS")
    firm.jira.issue("OPS", "Checkout of Ops", type="Epic", duedate="2026-05-15", labels=["commitment:checkout-v2"])
    firm.sections["connections.ops"] = {**firm.sections["connections.plat"], "projects": ["OPS"], "write": write}
    firm.sections["model"]["precedence"] = ["ops", "plat"]


def test_the_order_of_precedence_says_where_a_joined_milestone_speaks(firm: Company) -> None:
    with_ops(firm, write="on")
    firm.once()
    assert "Checkout of Ops: 4 working days late" in firm.on_jira("OPS-1")[0]
    assert firm.on_jira("PLAT-1") == []


def test_a_source_that_is_not_written_to_leaves_the_word_to_the_next(firm: Company) -> None:
    with_ops(firm, write="off")
    firm.once()
    assert (firm.on_jira("OPS-1"), len(firm.on_jira("PLAT-1"))) == ([], 1)


def test_a_milestone_that_takes_no_comments_speaks_on_the_item_that_drives_it(firm: Company) -> None:
    later = firm.gitlab.issue("acme/web", "Newsletter", due_date="2026-05-28")
    first = next(issue for issue in firm.gitlab.issues.values() if issue["references"]["full"] == "acme/web#1")
    firm.gitlab.edit(later, milestone=first["milestone"])
    firm.once()
    assert firm.on_gitlab(first) == []
    assert "Web: 19 working days late" in firm.on_gitlab(later)[0]


def test_a_configured_ticket_speaks_for_a_milestone_and_says_its_title_only_where_that_is_allowed(firm: Company) -> None:
    firm.sections["policy.tracking"] = {"acme/api/milestone/1": "PAY-2"}
    firm.once()
    (said,) = firm.on_jira("PAY-2")
    assert "acme/api/milestone/1" in said
    assert "API 3" not in said
    assert firm.on_github("acme/api", 1) == []
    firm.sections["connections.code"]["share"] = "titles"
    firm.once()
    (said,) = firm.on_jira("PAY-2")
    assert "API 3: at least 2 working days late" in said


def test_an_item_of_a_private_repository_is_not_named_elsewhere(firm: Company) -> None:
    firm.github.repository("acme/secret", private=True)
    firm.github.issue("acme/secret", "Takeover of Umbrella Ltd")
    firm.sections["connections.code"] |= {"repositories": ["acme/api", "acme/secret"], "share": "titles"}
    firm.jira.edit("PLAT-2", status="In Progress", description="Blocked by: acme/secret#1")
    firm.once()
    (said,) = firm.on_jira("PLAT-2")
    assert "waits for a private item" in said
    assert not any(word in said for word in ("Umbrella", "secret", "issues/1"))


def test_a_pattern_that_matches_nothing_is_one_line_and_what_was_read_shows(firm: Company) -> None:
    firm.sections["connections.plat"]["projects"] = ["PLAT", "ZZ*"]
    ran = firm.once()
    assert (ran.state("plat", "issues"), ran.code) == ("fresh", 1)
    assert [line for line in ran.problems if "ZZ*" in line] == [
        "plat: projects: 'ZZ*' matches nothing (none of 2 that the account sees fits). Correct it, or take it out"
    ]
    firm.sections["connections.plat"]["projects"] = ["ZZ*"]
    assert firm.once().state("plat", "issues") == "off", "nothing was read"
