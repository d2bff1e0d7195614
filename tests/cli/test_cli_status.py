"""`syncd status` and `syncd hygiene`: what a person reads, what programs read, what goes into a wiki."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.run.run_given import company, furnish


def test_the_portfolio_in_a_table_for_programs_and_for_a_wiki(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with company(tmp_path, monkeypatch) as acme:
        acme.only("plat", "code")
        furnish(acme)
        acme.jira.link("PLAT-3", "PAY-2")
        acme.jira.issue("PAY", "Half | <b>@all</b>", type="Epic", duedate="2026-06-30", labels=["status:at-risk"])
        acme.once()
        with acme.watched() as requests:
            found = acme.syncd("status", "--format", "json").json
            text = acme.syncd("status").out
            wiki = acme.syncd("status", "--format", "markdown").out
            one = acme.syncd("status", "PLAT-1", "--json").json
            mine = acme.syncd("status", "--team", "PAY", "--format", "json").json
            wrong = acme.syncd("status", "--team", "PAYS")
            hygiene = acme.syncd("hygiene", "--json").json
            tidy = acme.syncd("hygiene", "--team", "PLAT").out
        assert requests == [], "nothing is asked of a vendor"

        words = {one["milestone"]["key"]: one["status"] for one in found["milestones"]}
        assert words["PLAT-1"] == "at risk"
        assert found["totals"]["at risk"] == list(words.values()).count("at risk")
        (late,) = one["milestones"]
        assert "4 working days late" in late["reason"]
        assert (late["due"], late["work_ends"]) == ("2026-05-15", "2026-05-21")
        assert "drift" in {finding["code"] for finding in late["findings"]}
        assert {one["team"] for one in mine["milestones"]} == {"PAY"}
        chain = found["chains"][0]
        assert [ref["key"] for ref in chain["path"]] == ["PLAT-3"]
        assert [one["milestone"]["key"] for one in chain["holds_up"]] == ["PLAT-1"]
        assert chain["text"].startswith("PLAT-3 Payment page costs 4 working days on 1 due date: PLAT-1 (due Fri 15 May 2026")
        assert one["chains"] == [chain]
        assert chain["text"] in text
        assert (wrong.code, "Did you mean" in wrong.err or "Known are" in wrong.err) == (2, True)

        (set_,) = [one for one in found["milestones"] if one["override"]]
        assert (set_["status"], set_["computed"], set_["override"]["until"]) == ("at risk", "unknown", "2026-05-19")
        assert "\\| \\<b\\>@\u200ball" in wiki
        assert wiki.startswith("| milestone | status |")
        assert f"{len(words)} open milestones" in text

        assert set(hygiene["teams"]) == {"PAY"}
        (empty,) = hygiene["teams"]["PAY"]["empty_milestone"]["found"]
        assert empty["key"] == "PAY-3"
        assert tidy == "Nothing is untidy.\n"

        acme.hand.at += timedelta(days=15)
        acme.once()
        again = json.loads(acme.syncd("status", "PAY-3", "--format", "json").out)["milestones"][0]
        assert (again["override"], again["status"]) == (None, "unknown")
        assert "expired on 2026-05-19" in again["reason"]


def test_a_mirror_without_anything_says_so_in_whole_sentences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with company(tmp_path, monkeypatch) as acme:
        assert acme.syncd("capacity").out == "No work with remaining time and dates, and no team in [teams].\n"
        assert (
            acme.syncd("status", "--format", "markdown").out.splitlines()[-1].startswith("No open milestones. As of 2026-05-05")
        )
        for command in ("status", "hygiene"):
            assert acme.syncd(command, "--team", "x").err == "There is no team 'x'. None is known.\n"
