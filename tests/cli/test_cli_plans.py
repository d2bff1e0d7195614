"""`syncd schedule show`, `syncd schedule chains` and `syncd quality`: what a person reads, what programs read, and how they end."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from tests.run.run_given import Company, company


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The epic PLAT-1 is due on Fri 15 May; its two stories wait for a contract of another project that ends on Mon 18 May."""
    with pytest.MonkeyPatch.context() as patch, company(tmp_path_factory.mktemp("plans"), patch) as made:
        made.only("plat")
        made.jira.project("PLAT")
        made.jira.project("PAY")
        made.jira.issue("PLAT", "Checkout v2", type="Epic", duedate="2026-05-15")
        made.jira.issue("PLAT", "Payment API", parent="PLAT-1", assignee="Ada Lovelace", timeoriginalestimate=57_600)
        made.jira.issue("PLAT", "Basket [bold]", parent="PLAT-1", duedate="2026-05-14")
        made.jira.issue("PAY", "Contract", duedate="2026-05-18", assignee="Bo Chen")
        made.jira.link("PAY-1", "PLAT-2")
        made.jira.link("PLAT-2", "PLAT-3")
        made.once()
        yield made


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


def test_a_plan_is_a_table_with_its_path(acme: Company) -> None:
    ran = acme.syncd("schedule", "show", "PLAT-1")
    assert ran.code == 0
    assert lines(ran.out) == snapshot(
        [
            "PLAT-1 Checkout v2: due 2026-05-15, open work ends 2026-05-21, 4 working days late; 0 of 2 items done",
            "No forecast: 0 items finished in 0 weeks; 30 in 5 are needed",
            "work                  start       finish      late finish  float  free  takes          driven by     critical  calendar      done",
            "PAY-1 Contract        2026-05-18  2026-05-18  2026-05-12    -4 d   0 d  1 d assumed    its due date  *         Bo Chen",
            "PLAT-2 Payment API    2026-05-19  2026-05-20  2026-05-14    -4 d   0 d  2 d estimated  PAY-1         *         Ada Lovelace",
            "PLAT-3 Basket [bold]  2026-05-21  2026-05-21  2026-05-15    -4 d   0 d  1 d assumed    PLAT-2        *",
            "Driving path: PAY-1 -> PLAT-2 -> PLAT-3 -> PLAT-1",
        ]
    )


def test_programs_read_the_same(acme: Company) -> None:
    found = acme.syncd("schedule", "show", "checkout V2", "--json").json
    assert (found["milestone"]["key"], found["due"], found["finish"], found["days_late"]) == (
        "PLAT-1",
        "2026-05-15",
        "2026-05-21",
        4,
    )
    assert [one["ref"]["key"] for one in found["work"]] == ["PAY-1", "PLAT-2", "PLAT-3"]
    assert found["work"][1] | {"ref": 0, "driven_by": 0, "after": 0} == snapshot(
        {
            "ref": 0,
            "title": "Payment API",
            "status": "todo",
            "of_milestone": True,
            "start": "2026-05-19",
            "finish": "2026-05-20",
            "late_finish": "2026-05-14",
            "due": None,
            "total_float_days": -4.0,
            "free_float_days": 0.0,
            "duration_days": 2.0,
            "duration_from": "estimate",
            "driven_by": 0,
            "lag_minutes": 0.0,
            "lag_in": "working",
            "starts_by": "what drives it",
            "after": 0,
            "critical": True,
            "critical_in": None,
            "on_path": True,
            "calendar_of": "Ada Lovelace",
            "percent": None,
            "moves_daily": False,
        }
    )


def test_pictures_are_files_or_text(acme: Company, tmp_path: Path) -> None:
    assert acme.syncd("schedule", "show", "PLAT-1", "--mermaid").out.startswith("gantt\n  title PLAT-1 Checkout v2\n")
    assert acme.syncd("schedule", "show", "PLAT-1", "--mermaid", "--graph").out.startswith("flowchart LR\n")
    for name, options in {"chart.svg": (), "graph.svg": ("--graph",)}.items():
        assert acme.syncd("schedule", "show", "PLAT-1", "--svg", str(tmp_path / name), *options).code == 0
        assert "Basket [bold]" in ET.tostring(ET.parse(tmp_path / name).getroot(), "unicode")
    assert acme.syncd("schedule", "show", "PLAT-1", "--svg", str(tmp_path)).code == 2
    both = acme.syncd("schedule", "show", "PLAT-1", "--mermaid", "--json")
    assert (both.code, "choose one" in both.err) == (2, True)


def test_a_milestone_that_is_not_there_is_one_line_with_what_may_be_meant(acme: Company) -> None:
    ran = acme.syncd("schedule", "show", "PLAT-11")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == snapshot("PLAT-11: no milestone of that name is in the mirror. Did you mean PLAT-1?\n")


def test_chains_are_told_in_plain_words(acme: Company) -> None:
    assert lines(acme.syncd("schedule", "chains").out) == snapshot(
        [
            "1. PAY-1 Contract costs 4 working days on 1 due date: PLAT-1 (due Fri 15 May 2026, ends Thu 21 May). What waits for it: PLAT-2 -> PLAT-3. Who can unblock it: Bo Chen."
        ]
    )
    (chain,) = acme.syncd("schedule", "chains", "--json").json
    assert (chain["begins_with"]["key"], chain["days_lost"], len(chain["path"])) == ("PAY-1", 4, 3)
    assert acme.syncd("schedule", "chains", "--mermaid").out == snapshot("""\
flowchart LR
  n0["PAY-1 Contract"]
  n1["PLAT-2 Payment API"]
  n2["PLAT-3 Basket #91;bold#93;"]
  n3(["PLAT-1 Checkout v2<br/>due 2026-05-15, ends 2026-05-21"])
  n0 --> n1
  n1 --> n2
  n2 --> n3
""")


def test_people_are_not_named_where_the_policy_says_so(acme: Company) -> None:
    acme.sections["policy"]["people"] = "role"
    try:
        for words in (["schedule", "chains"], ["schedule", "chains", "--json"], ["schedule", "show", "PLAT-1"]):
            told = acme.syncd(*words).out
            assert told
            assert not any(name in told for name in ("Bo Chen", "Ada Lovelace"))
    finally:
        acme.sections["policy"]["people"] = "named"


def test_quality_is_a_table_of_fourteen_points_and_what_to_repair_first(acme: Company) -> None:
    ran = acme.syncd("quality")
    assert ran.code == 0
    assert lines(ran.out) == snapshot(
        [
            "3 open items, 1 of 14 points fail",
            "    point                              value  of          limit          what fails it",
            " 1  items without a link                 0 %   3    at most 5 %  passed",
            " 2  links with a lead                      0   2      at most 0  passed",
            " 3  links with a lag                     0 %   2    at most 5 %  passed",
            " 4  links from finish to start         100 %   2  at least 90 %  passed",
            " 5  dates that hold work back            0 %   3    at most 5 %  passed",
            " 6  float over 44 working days           0 %   3    at most 5 %  passed",
            " 7  items that cannot end in time          3   3      at most 0  failed  PLAT-2, PLAT-3, PAY-1",
            " 8  durations over 44 working days       0 %   3    at most 5 %  passed",
            " 9  items with invalid dates               0   3      at most 0  passed",
            "10  items that nobody is assigned to  33.3 %   3              -  -       PLAT-3",
            "11  baseline dates that were missed        -   0    at most 5 %  -",
            "12  critical paths that are cut            0   1      at most 0  passed",
            "13  critical path length index             -   0  at least 0.95  -",
            "14  baseline execution index               -   0  at least 0.95  -",
            "To repair first: what most due dates rest on",
            "  PLAT-2: 1 due date rests on it; negative float",
            "  PLAT-3: 1 due date rests on it; negative float",
            "  PAY-1: 1 due date rests on it; negative float",
        ]
    )
    found = acme.syncd("quality", "--json", "--milestone", "PLAT-1").json
    assert (found["items"], len(found["metrics"]), found["repair_first"][0]["dates"]) == (2, 14, 1)
    assert json.dumps(found)


def test_a_team_that_is_not_there_is_one_line(acme: Company) -> None:
    ran = acme.syncd("quality", "--team", "Nobody")
    assert (ran.code, ran.err) == (2, "--team: there is no team 'Nobody'. Teams: none is configured.\n")
