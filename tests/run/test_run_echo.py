"""Our own writes are no news, and a loop with another program ends."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from syncd.model.action import Action, Receipt
from syncd.model.ref import Ref
from syncd.run.echo import flips, same_but_for
from syncd.store.ledger import Receipted
from tests.run.run_given import START, Company, writes

MARKS = {"label": "syncd-{code}", "property": "syncd", "link": True, "status": "status", "fail_from": "warn"}


@pytest.fixture
def marking(firm: Company) -> Company:
    """A company of which each vendor is told all that it takes, and an open merge request on each milestone that is late."""
    firm.sections["policy"] |= MARKS
    firm.github.pull("acme/api", "a change", milestone=1)
    milestone = next(one for one in firm.gitlab.milestones.values() if one["title"] == "Web")
    firm.gitlab.merge_request("acme/web", "a change", milestone=milestone)
    return firm


def counts(ran: Any, name: str) -> dict[str, int]:
    """`changed` or `read`, by connection and stream; those that are none left out."""
    found = {
        f"{connection} {stream}": read[name]
        for connection, told in ran.json["connections"].items()
        for stream, read in told["streams"].items()
    }
    return {where: number for where, number in found.items() if number}


def test_what_we_write_on_the_vendors_is_no_change_of_theirs(marking: Company) -> None:
    with marking.watched() as first:
        marking.once()
    sent = "\n".join(writes(first))
    for vendor in ("/comment", "/notes", "/labels", "/statuses/", "/properties/", "PUT /rest/api/2/issue/"):
        assert vendor in sent, f"nothing was written by {vendor}: the test proves nothing"
    with marking.watched() as second:
        again = marking.once()
    assert counts(again, "changed") == {}
    assert counts(again, "read"), "nothing was read again: the test proves nothing"
    assert {name: again.findings[name] for name in ("new", "changed", "cleared", "held")} == dict.fromkeys(
        ("new", "changed", "cleared", "held"), 0
    )
    assert writes(second) == []


def test_a_persons_change_beside_our_label_counts(marking: Company) -> None:
    marking.once()
    marking.jira.edit("PLAT-1", summary="Checkout, second version")
    marking.jira.edit("PAY-1", labels=["urgent"])
    issue = next(one for one in marking.gitlab.issues.values() if one["title"] == "New front page")
    marking.gitlab.edit(issue, labels=[*issue["labels"], "theirs"])
    assert counts(marking.once(), "changed") == {"plat issues": 2, "web issues": 1}


def jira_record(labels: list[str], *histories: Mapping[str, str]) -> dict[str, Any]:
    log = [{"id": str(n), "items": [{"field": "labels", **line}]} for n, line in enumerate(histories)]
    return {"id": "1", "fields": {"labels": labels, "duedate": None}, "changelog": {"total": len(log), "histories": log}}


def test_a_label_that_a_person_set_at_the_same_time_is_seen() -> None:
    before = jira_record(["a"])
    ours = jira_record(["a", "syncd-drift"], {"fromString": "a", "toString": "a syncd-drift"})
    theirs = jira_record(["a", "b", "syncd-drift"], {"fromString": "a", "toString": "a b syncd-drift"})
    assert same_but_for({"syncd-drift"}, before, ours)
    assert not same_but_for({"syncd-drift"}, before, theirs)
    assert not same_but_for(set(), before, ours)


# --- loops -------------------------------------------------------------------------------------------------------------------


def test_a_loop_with_another_program_is_cut_after_three_rounds_and_told(marking: Company) -> None:
    """A bot puts the milestone off as soon as it carries our label, and back as soon as it does not."""
    marking.only("plat")
    told, written = list[str](), list[int]()
    for _ in range(12):
        with marking.watched() as seen:
            ran = marking.once()
        told = [line for line in ran.problems if "flips" in line]
        written.append(sum(bool(re.fullmatch(r"PUT /rest/api/2/issue/\d+", line)) for line in writes(seen)))
        late = "syncd-drift" in marking.jira.held("PLAT-1")["fields"]["labels"]
        marking.hand.go(minutes=4)
        marking.jira.edit("PLAT-1", by="planning bot", duedate="2026-06-30" if late else "2026-05-15")
    assert written == [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0], told
    assert any(line.startswith("plat: PLAT-1: label flips between two states (3 rounds within 1 h)") for line in told)

    marking.jira.edit("PLAT-1", by="Ada", duedate="2026-05-04")
    marking.once()
    assert "due Mon 4 May" in marking.on_jira("PLAT-1")[0], "something else was to be said, and was not"

    marking.hand.go(hours=25)
    assert not [line for line in marking.once().problems if "label flips" in line]
    assert "syncd-drift" in marking.jira.held("PLAT-1")["fields"]["labels"], "a day later it may try again"


REF = Ref("plat", "issues", "1", key="PLAT-1")
WISH = Action(verb="label", target=REF, project="PLAT", key="k", body="", digest="x")


def history(digests: str, apart: timedelta = timedelta(minutes=5)) -> list[Receipted]:
    return [
        Receipted(START + n * apart, replace(WISH, digest=digest), Receipt("labels", START), late=False)
        for n, digest in enumerate(digests)
    ]


@pytest.mark.parametrize(
    ("digests", "apart", "wish", "cut"),
    [
        ("xyxyxy", timedelta(minutes=5), "x", True),
        ("axyxyxy", timedelta(minutes=5), "x", True),
        ("xyxyxy", timedelta(minutes=5), "z", False),
        ("xyxyx", timedelta(minutes=5), "y", False),
        ("xyxyzy", timedelta(minutes=5), "x", False),
        ("xxxxxx", timedelta(minutes=5), "x", False),
        ("xyxyxy", timedelta(hours=5), "x", False),
    ],
)
def test_what_a_loop_is(digests: str, apart: timedelta, wish: str, cut: bool) -> None:
    receipts = history(digests, apart)
    now = receipts[-1].at + timedelta(minutes=5)
    assert (flips(replace(WISH, digest=wish), receipts, now) is not None) is cut
    assert flips(replace(WISH, verb="comment", digest=wish), receipts, now) is None
    assert flips(replace(WISH, digest=wish), receipts, now + timedelta(hours=24)) is None
