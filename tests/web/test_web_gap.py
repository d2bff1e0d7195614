"""How much of what polling found no delivery had announced, and that lost, doubled, late, replayed and forged deliveries change nothing."""

import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from syncd.demo import github_hooks, jira_hooks
from syncd.demo.outgoing import Outgoing
from tests.run.run_given import Company, company, furnish
from tests.web.test_web_hooks import github, status
from tests.web.web_given import SECRET, Listening, listening, with_secrets


def counts(firm: Company) -> tuple[int, int, float | None]:
    told = status(firm)["code"]
    return told["changed"], told["announced"], told["gap"]


def test_what_no_delivery_announced_is_the_gap(firm: Company) -> None:
    with_secrets(firm)
    firm.once()
    firm.once()
    assert counts(firm) == (0, 0, None)  # what a first pull finds nobody could have announced
    with listening(firm) as to:
        firm.hand.go(minutes=1)
        firm.github.edit("acme/api", 1, title="Announced")
        assert github(to).send() == 202
        to.look()
        assert counts(firm) == (1, 1, 0.0)
    firm.hand.go(minutes=1)
    firm.github.edit("acme/api", 1, title="Unheard of")
    firm.once()
    assert counts(firm) == (2, 1, 0.5)
    assert "1 of 2 changes were announced by none (50%)" in firm.syncd("hooks", "status").out


def test_a_delivery_explains_only_what_it_spoke_of(firm: Company) -> None:
    with_secrets(firm)
    firm.once()
    firm.once()
    with listening(firm) as to:
        firm.hand.go(minutes=1)
        firm.github.edit("acme/api", 1, title="Nobody told")
        assert github(to, event="milestone").send() == 202
        to.look()
    assert counts(firm) == (0, 0, None), "only what it spoke of was looked at"
    firm.once()
    assert counts(firm) == (1, 0, 1.0)


def test_connections_without_a_secret_are_not_measured(firm: Company) -> None:
    with_secrets(firm, code=None)
    for _ in range(3):
        firm.hand.go(minutes=1)
        firm.github.edit("acme/api", 1, title=f"{firm.hand.at}")
        firm.once()
    assert counts(firm) == (0, 0, None)
    assert status(firm)["code"]["hook_secret"] is False


FATES = ("lost", "once", "twice", "later", "replayed", "forged")
CHANGES = ("issue", "new issue", "milestone", "epic", "new story", "version")


def change(firm: Company, to: Listening, what: str, n: int) -> Outgoing:
    """Something that a person does, and what the vendor says of it."""
    text = f"{what} {n}"
    if what in ("issue", "new issue", "milestone"):
        if what == "issue":
            firm.github.edit("acme/api", 1, title=text)
        elif what == "new issue":
            firm.github.issue("acme/app", text, milestone=1)
        else:
            firm.github.edit_milestone("acme/api", 1, title=text)
        repo, number = ("acme/app", max(firm.github.home("acme/app").issues)) if what == "new issue" else ("acme/api", 1)
        issue = firm.github.home(repo).issues[number]
        named = {"milestone": issue["milestone"]} if what == "milestone" else {"issue": issue}
        body = json.dumps({**named, "repository": {"full_name": repo}}, default=str).encode()
        return github(to, event="milestone" if what == "milestone" else "issues", body=body)
    if what == "version":
        firm.jira.version("PLAT", text)
        return jira_hooks.outgoing(to.url("plat"), SECRET, {"webhookEvent": "jira:version_created", "n": n})
    if what == "epic":
        firm.jira.edit("PLAT-1", summary=text)
    else:
        firm.jira.issue("PAY", text, parent="PAY-1")
    return jira_hooks.about_issue(firm.jira, to.url("plat"), SECRET, "PLAT-1")


def play(firm: Company, script: list[tuple[str, str, bool]]) -> dict[str, Any]:
    """What is known after the script and one pass. Each step: a change, the fate of its delivery, and whether somebody looks then."""
    late: list[Outgoing] = []
    with listening(firm) as to:
        for n, (what, fate, looks) in enumerate(script):
            firm.hand.go(minutes=1)
            one = change(firm, to, what, n)
            if fate == "later":
                late.insert(0, one)
            if fate == "forged":
                assert github_hooks.outgoing(to.url("code"), "guessed", "issues", b"{}").send() == 401
            for _ in range({"once": 1, "twice": 2, "replayed": 1}.get(fate, 0)):
                assert one.send() in (200, 202)
            if looks:
                to.look()
            if fate == "replayed":
                assert one.send() == 200
        for one in late:
            assert one.send() == 202
        to.look()
    firm.once()
    return firm.exports()


def anywhere(told: Any) -> str:
    """Without the ports of the day, and without the times at which our comments were written, and records were touched by them: a hook
    makes them sooner."""
    return re.sub(r'127\.0\.0\.1:\d+|\d\d:\d\d CEST|"updated_at": "[^"]*"', "", json.dumps(told, indent=1, default=str))


_NUMBERS = itertools.count()


@settings(max_examples=2, phases=[Phase.explicit, Phase.generate])
@example([(what, fate, n % 2 == 0) for n, (what, fate) in enumerate(zip(CHANGES, FATES, strict=True))])
@given(st.lists(st.tuples(st.sampled_from(CHANGES), st.sampled_from(FATES), st.booleans()), min_size=1, max_size=6))
def test_whatever_becomes_of_deliveries_the_end_is_that_of_polling_alone(script: list[tuple[str, str, bool]]) -> None:
    ends = []
    for fates in (script, [(what, "lost", False) for what, _, _ in script]):
        with pytest.MonkeyPatch.context() as patch:
            folder = Path(_FOLDER[0]) / str(next(_NUMBERS))
            folder.mkdir()
            with company(folder, patch) as firm:
                furnish(firm)
                with_secrets(firm)
                firm.only("plat", "code")
                firm.once()
                ends.append(anywhere([play(firm, fates), firm.comments()]))
    assert ends[0] == ends[1]


_FOLDER: list[str] = []


@pytest.fixture(autouse=True, scope="module")
def _somewhere(tmp_path_factory: pytest.TempPathFactory) -> None:
    _FOLDER.append(str(tmp_path_factory.mktemp("played")))
