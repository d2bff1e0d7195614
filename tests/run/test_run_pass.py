"""The main job over three vendors: what is wrong is said once, where it belongs, as often as the configuration allows."""

import threading
from datetime import date, timedelta

import pytest

from syncd.app import opened
from syncd.run.one_pass import one_pass
from tests.run.run_given import Company, writes

EPIC, WORK = "PLAT-1", "PLAT-3"


def late_epic(firm: Company, project: str, days: int) -> str:
    """An epic of some days' lateness, with open work. Its key."""
    due = date(2026, 5, 5) - timedelta(days=days)
    epic = firm.jira.issue(project, f"Epic of {due}", type="Epic", duedate=due.isoformat())
    firm.jira.issue(project, "open work", parent=epic["key"])
    return str(epic["key"])


def assert_quiet(firm: Company) -> None:
    """Another pass writes nothing and changes nothing of the model."""
    before = firm.exports()
    with firm.watched() as requests:
        ran = firm.once()
    assert (ran.code, ran.problems, writes(requests)) == (0, [], [])
    assert ran.actions == {"planned": 0, "delivered": 0, "failed": 0, "waiting": 0}
    assert (ran.findings["new"], ran.findings["changed"], ran.findings["cleared"]) == (0, 0, 0)
    assert firm.exports() == before


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_one_comment_follows_its_milestone_through_its_life(firm: Company, database: str, request: pytest.FixtureRequest) -> None:
    if database == "postgresql":
        firm.sections["store"]["url"] = request.getfixturevalue("postgres_url")
    ran = firm.once()
    assert (ran.code, ran.actions["delivered"]) == (0, 3)
    assert sorted(firm.comments()) == ["code acme/api#1", "plat PLAT-1", "web acme/web#1"]
    assert "Checkout v2: 4 working days late. Work ends Thu 21 May 2026, due Fri 15 May." in firm.on_jira(EPIC)[0]
    assert_quiet(firm)
    (first,) = firm.jira.comments(EPIC)
    for due, said in (
        ("2026-05-28", "9 working days late"),
        ("2026-05-14", "resolved"),
        ("2026-05-19", "2 working days late"),
    ):
        firm.jira.edit(WORK, duedate=due)
        with firm.watched() as requests:
            assert firm.once().code == 0
        assert [line.split()[0] for line in writes(requests)] == ["PUT"], f"due {due}: not one edit"
        (now,) = firm.jira.comments(EPIC)
        assert now["id"] == first["id"]
        assert said in now["body"].lower()
        assert_quiet(firm)


def test_what_is_open_at_the_start_is_known_and_what_comes_later_is_news(firm: Company) -> None:
    del firm.sections["policy"]
    with firm.watched() as requests:
        ran = firm.once()
    assert (ran.findings["open"], ran.actions["planned"], writes(requests)) == (4, 0, [])
    assert "known at start: it speaks when it gets worse" in firm.syncd("plan").out
    news = late_epic(firm, "PAY", 8)
    assert firm.once().actions["delivered"] == 1
    assert list(firm.comments()) == [f"plat {news}"]


def test_what_was_known_at_the_start_speaks_when_it_gets_worse(firm: Company) -> None:
    del firm.sections["policy"]
    firm.once()
    firm.jira.edit(WORK, duedate="2026-06-11")
    assert firm.once().actions["delivered"] == 1
    assert "working days late. Work ends Thu 11 Jun 2026" in firm.on_jira(EPIC)[0]


def test_a_connection_that_only_plans_is_observed_and_never_written_to(firm: Company) -> None:
    for name in ("plat", "code", "web"):
        del firm.sections[f"connections.{name}"]["write"]
    for _ in range(2):
        with firm.watched() as requests:
            ran = firm.once()
        assert (ran.code, ran.actions["planned"], ran.actions["delivered"], writes(requests)) == (0, 3, 0, [])
    shown = firm.syncd("plan", "--detailed-exitcode")
    assert shown.code == 3
    assert 'Observed only: write = "plan" there (3)' in shown.out
    assert "create plat PLAT-1: new: drift, warn" in shown.out


def test_a_plan_leaves_no_trace(firm: Company) -> None:
    with firm.watched() as requests:
        first, again = firm.syncd("plan", "--json"), firm.syncd("plan", "--json")
    assert first.json["actions"] == again.json["actions"]
    assert {action["target"]["key"] for action in first.json["actions"]} == {"acme/api#1", EPIC, "acme/web#1"}
    assert (writes(requests), firm.comments()) == ([], {})
    assert firm.syncd("findings", "--json").json == []
    assert firm.once().actions["delivered"] == 3


def test_single_projects_have_modes_of_their_own(firm: Company) -> None:
    news = late_epic(firm, "PAY", 8)
    firm.only("plat")
    firm.sections["connections.plat"]["write"] = "off"
    firm.sections["connections.plat.write_for"] = {"PAY": "on"}
    ran = firm.once()
    assert (ran.findings["open"], ran.actions["delivered"]) == (3, 1)
    assert list(firm.comments()) == [f"plat {news}"]
    assert 'write = "off" for plat PLAT' in firm.syncd("plan").out


def test_a_messy_tracker_is_told_a_little_in_each_pass_the_worst_first(firm: Company) -> None:
    firm.only("plat")
    firm.sections["policy"]["writes_per_pass"] = 2
    keys = [late_epic(firm, "PAY", days) for days in (8, 30, 60, 90)]
    for waiting, delivered in ((3, 2), (1, 2), (0, 1), (0, 0)):
        ran = firm.once()
        assert (ran.actions["waiting"], ran.actions["delivered"]) == (waiting, delivered)
        assert (EPIC in str(firm.comments())) is (waiting == 0), "the only one that is not critical comes last"
    assert {ticket: len(said) for ticket, said in firm.comments().items()} == {f"plat {key}": 1 for key in [EPIC, *keys]}


def test_a_comment_that_a_person_deleted_is_never_written_again(firm: Company) -> None:
    firm.once()
    (web,) = (issue for issue in firm.gitlab.issues.values() if issue["references"]["full"] == "acme/web#1")
    firm.jira.uncomment(EPIC, firm.jira.comments(EPIC)[0]["id"])
    firm.github.uncomment(firm.github.comments("acme/api", 1)[0]["id"])
    firm.gitlab.delete_note(web, firm.gitlab.notes[web["id"]][0]["id"])
    for due in ("2026-06-02", "2026-04-01", "2026-06-30"):
        firm.jira.edit(WORK, duedate=due)
        firm.github.edit_milestone("acme/api", 1, due_on="2026-03-02" if due < "2026-06-15" else "2026-02-02")
        firm.gitlab.edit(web, due_date=due)
        ran = firm.once()
        assert (ran.code, ran.problems, ran.actions["failed"]) == (0, [], 0)
        assert firm.comments() == {}
    assert firm.syncd("plan").out.count("muted: a person deleted our comment there") == 3


def test_two_passes_at_the_same_time_leave_one_comment_on_each_ticket(firm: Company) -> None:
    keys = [late_epic(firm, "PAY", days) for days in range(20, 24)]
    firm.sections["store"]["url"] = f"sqlite:///{firm.folder}/syncd.db"
    firm.syncd("check")
    both, ended = threading.Barrier(2), []

    def run() -> None:
        with opened(firm.config, {}, clock=firm.hand.clock) as app:
            both.wait()
            one_pass(app.works)
            ended.append(True)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ended) == 2
    tickets = ["code acme/api#1", f"plat {EPIC}", *(f"plat {key}" for key in keys), "web acme/web#1"]
    assert {ticket: len(said) for ticket, said in firm.comments().items()} == dict.fromkeys(tickets, 1)
    assert_quiet(firm)
