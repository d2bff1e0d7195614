"""`syncd forecast`, `forecast backtest` and `whatif`: what a person reads, what programs read, and how they end."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from inline_snapshot import snapshot as inline

from syncd.cli import critical
from syncd.cli.people import Shows
from syncd.detect import blocked, drift
from syncd.model.rows import Row
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Member, Team
from syncd.schedule.backtest import Calibration
from syncd.schedule.criticality import Criticality
from syncd.schedule.reliability import picture
from tests.cli.cli_world import syncd
from tests.model_builders import item, link, milestone, ref
from tests.schedule.test_schedule_backtest import company
from tests.schedule.test_schedule_criticality import varied
from tests.schedule.test_schedule_forecast import backlog, finished, seen

Show = Callable[[Snapshot], None]


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Show:
    """The commands see this snapshot, and have nothing else: no store and no vendor."""

    import_module("syncd.cli.portfolio")  # it takes `snapshot_of` when it is first imported: not the one of this test

    @contextmanager
    def opened(*_: object, **__: object) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(config=None)

    rules = tuple((one.DETECTOR, one.DETECTOR.rules()) for one in (drift, blocked))
    view = SimpleNamespace(detectors=rules, policy=SimpleNamespace(people="named"))
    monkeypatch.setattr("syncd.app.opened", opened)
    monkeypatch.setattr("syncd.app.understanding", lambda _: view)

    def shown(made: Snapshot) -> None:
        monkeypatch.setattr("syncd.cli.stored.snapshot_of", lambda _: made)

    return shown


def lines(*words: str | Path) -> list[str]:
    result = syncd(*words)
    assert (result.exit_code, result.stderr) == (0, "")
    return [line.rstrip() for line in result.stdout.splitlines()]


def two() -> Snapshot:
    rows: list[Row] = [
        *[one for number, one in enumerate(finished(120)) if (number // 3) % 2 == 0],
        *backlog(6, due="2026-06-08"),
        milestone("BARE", due="2026-07-01"),
        item("N-1", of="NEW", project="new", due="2026-05-20"),
        milestone("NEW", due="2026-05-15"),
    ]
    return seen(*rows)


def test_a_lead_reads_how_likely_each_date_is_or_why_nobody_knows(show: Show) -> None:
    show(two())
    assert lines("forecast") == inline(
        [
            "milestone  due         in time  P50         P85         P95         method      rests on",
            "NEW        2026-05-15                                               none        0 items finished in 0 weeks; 30 in 5 are needed; work ends 2026-05-20",
            "M          2026-06-08      82%  2026-05-22  2026-06-12  2026-06-26  throughput  60 finished in 39 weeks; 0% of durations assumed",
            "BARE       2026-07-01                                               none        no open item belongs to it",
            "OLD                                                                 none        no open item belongs to it",
        ]
    )
    (one,) = json.loads(syncd("forecast", "M", "--json").stdout)["milestones"]
    assert (one["milestone"]["key"], one["method"], one["word"], one["why_not"]) == ("M", "throughput", "at risk", None)
    wrong = syncd("forecast", "MX")
    assert (wrong.exit_code, "no milestone of that name" in wrong.stderr) == (2, True)


def drawn(parts: int = 3) -> Snapshot:
    """M, due before its work can end: several items at once, then A, which waits for B of N, which is held by its own due date."""
    rows: list[Row] = [
        *varied(),
        milestone("M", due="2026-05-15"),
        *(item(f"P-{number}", of="M", days=3, assignees=f"P {number}") for number in range(parts)),
        item("A", of="M", days=2),
        item("B", of="N", days=1),
        milestone("N", due="2026-05-06"),
        link("N", "A"),
    ]
    return seen(*rows)


def test_a_lead_reads_what_decides_when_a_milestone_ends(show: Show) -> None:
    show(drawn())
    assert lines("forecast", "M") == inline(
        [
            "milestone  due         in time  P50         P85         P95         method   rests on",
            "M          2026-05-15     100%  2026-05-11  2026-05-12  2026-05-12  network  60 finished in 20 weeks; 0% of durations assumed",
            "",
            "What decides when the work of M ends, in 2000 draws:",
            "critical in  work              milestone  driven by",
            "        52%  N Title of N                 its due date",
            "        52%  A Title of A      M          N",
            "        24%  P-1 Title of P-1  M          today",
            "        24%  P-0 Title of P-0  M          today",
            "        24%  P-2 Title of P-2  M          today",
        ]
    )
    assert json.loads(syncd("forecast", "M", "--json").stdout)["milestones"][0]["criticality"] == inline(
        {
            "draws": 2000,
            "why_not": None,
            "work": [
                {
                    "ref": {
                        "connection": "plat",
                        "stream": "issues",
                        "id": "N",
                        "key": "N",
                        "url": "https://plat.example/browse/N",
                    },
                    "title": "Title of N",
                    "status": "doing",
                    "of_milestone": False,
                    "critical_in": 0.518,
                },
                {
                    "ref": {
                        "connection": "plat",
                        "stream": "issues",
                        "id": "A",
                        "key": "A",
                        "url": "https://plat.example/browse/A",
                    },
                    "title": "Title of A",
                    "status": "todo",
                    "of_milestone": True,
                    "critical_in": 0.518,
                },
                {
                    "ref": {
                        "connection": "plat",
                        "stream": "issues",
                        "id": "P-1",
                        "key": "P-1",
                        "url": "https://plat.example/browse/P-1",
                    },
                    "title": "Title of P-1",
                    "status": "todo",
                    "of_milestone": True,
                    "critical_in": 0.241,
                },
                {
                    "ref": {
                        "connection": "plat",
                        "stream": "issues",
                        "id": "P-0",
                        "key": "P-0",
                        "url": "https://plat.example/browse/P-0",
                    },
                    "title": "Title of P-0",
                    "status": "todo",
                    "of_milestone": True,
                    "critical_in": 0.235,
                },
                {
                    "ref": {
                        "connection": "plat",
                        "stream": "issues",
                        "id": "P-2",
                        "key": "P-2",
                        "url": "https://plat.example/browse/P-2",
                    },
                    "title": "Title of P-2",
                    "status": "todo",
                    "of_milestone": True,
                    "critical_in": 0.235,
                },
                {
                    "ref": {
                        "connection": "plat",
                        "stream": "issues",
                        "id": "B",
                        "key": "B",
                        "url": "https://plat.example/browse/B",
                    },
                    "title": "Title of B",
                    "status": "todo",
                    "of_milestone": False,
                    "critical_in": 0.0,
                },
            ],
        }
    )
    assert json.loads(syncd("forecast", "--json").stdout)["milestones"][0]["criticality"] is None
    show(drawn(12))
    assert lines("forecast", "M")[3:] == inline(
        [
            "What decides when the work of M ends, in 2000 draws:",
            "critical in  work                milestone  driven by",
            "        32%  N Title of N                   its due date",
            "        32%  A Title of A        M          N",
            "        24%  P-3 Title of P-3    M          today",
            "        24%  P-1 Title of P-1    M          today",
            "        24%  P-0 Title of P-0    M          today",
            "        24%  P-2 Title of P-2    M          today",
            "        23%  P-4 Title of P-4    M          today",
            "        23%  P-7 Title of P-7    M          today",
            "        23%  P-10 Title of P-10  M          today",
            "        23%  P-9 Title of P-9    M          today",
            "4 more in 5% of the draws or more: see --json.",
        ]
    )
    show(two())
    assert lines("forecast", "M")[-1] == inline(
        "What decides when M ends is not known: it is forecast from weeks of the past, which tell no item from another; the plan is drawn where 60% of its open items and 20 finished ones have an estimate in time."
    )


def test_what_decides_rarely_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    critical.show(drawn(), Criticality(ref("M"), 2000, {ref("A"): 0.0499, ref("B"): 0.0}))
    assert capsys.readouterr().out == "No work decides when M ends in as much as 5% of 2000 draws.\n"
    assert [critical.percent(share) for share in (0.0, 0.001, 0.05, 0.994, 0.9995, 1.0)] == [
        "0%",
        "<1%",
        "5%",
        "99%",
        ">99%",
        "100%",
    ]


def test_a_plan_tells_in_how_many_draws_work_is_critical(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    show(drawn())
    monkeypatch.setattr("syncd.cli.people.Shows.of", lambda *_: Shows())
    assert lines("schedule", "show", "M") == inline(
        [
            "M Title of M: due 2026-05-15, open work ends 2026-05-08; 0 of 4 items done",
            "Forecast: P50 2026-05-11, P85 2026-05-12, P95 2026-05-12; 100 % likely by its due date (network, 2000 draws)",
            "work              start       finish      late finish  float  free  takes     driven by     critical  critical in  calendar  done",
            "B Title of B      2026-05-04  2026-05-04  2026-05-06     2 d   0 d  1 d left  today                           0 %",
            "P-0 Title of P-0  2026-05-04  2026-05-06  2026-05-15     7 d   2 d  3 d left  today                          24 %  P 0",
            "P-1 Title of P-1  2026-05-04  2026-05-06  2026-05-15     7 d   2 d  3 d left  today                          24 %  P 1",
            "P-2 Title of P-2  2026-05-04  2026-05-06  2026-05-15     7 d   2 d  3 d left  today                          24 %  P 2",
            "N Title of N      2026-05-06  2026-05-06  2026-05-13     5 d   0 d            its due date                   52 %",
            "A Title of A      2026-05-07  2026-05-08  2026-05-15     5 d   0 d  2 d left  N                              52 %",
            "Driving path: N -> A -> M",
        ]
    )
    found = json.loads(syncd("schedule", "show", "M", "--json").stdout)["work"]
    assert {one["ref"]["key"]: one["critical_in"] for one in found} == inline(
        {"B": 0.0, "P-0": 0.235, "P-1": 0.241, "P-2": 0.235, "N": 0.518, "A": 0.518}
    )
    show(two())
    assert not any("critical in" in line for line in lines("schedule", "show", "M"))
    assert {one["critical_in"] for one in json.loads(syncd("schedule", "show", "M", "--json").stdout)["work"]} == {None}


def test_a_lead_reads_how_well_forecasts_held(show: Show, tmp_path: Path) -> None:
    show(company(1))
    file = tmp_path / "held.svg"
    assert lines("forecast", "backtest", "--weeks", "8", "--svg", file) == inline(
        [
            "forecast   team     type       times  of  P50   P85   P95  Brier  reads",
            "milestone  all      all            9   3  56%   89%  100%   0.06  too few",
            "milestone  no team  all            9   3  56%   89%  100%   0.06  too few",
            "milestone  no team  milestone      9   3  56%   89%  100%   0.06  too few",
            "item       all      all           11  11  73%  100%  100%         as it should",
            "item       no team  all           11  11  73%  100%  100%         as it should",
            "item       no team  unknown       11  11  73%  100%  100%         as it should",
            "",
            "milestones: how often they held, | where they should",
            "  P50 ####################|#..................  56%",
            "  P85 ##################################|#....  89%",
            "  P95 ######################################|# 100%",
            "",
            "items: how often they held, | where they should",
            "  P50 ####################|########...........  73%",
            "  P85 ##################################|##### 100%",
            "  P95 ######################################|# 100%",
        ]
    )
    ET.parse(file)
    found = json.loads(syncd("forecast", "backtest", "--weeks", "8", "--json").stdout)
    assert list(found) == ["weeks", "calibration", "outcomes"]
    assert {one["kind"] for one in found["outcomes"]} == {"milestone", "item"}
    wrong = syncd("forecast", "backtest", "--team", "nobody")
    assert (wrong.exit_code, "There is no team 'nobody'" in wrong.stderr) == (2, True)


def test_a_picture_is_well_formed_whatever_teams_are_called() -> None:
    name = '</text><script>alert("x")</script>&\x00\u202e' * 3
    made = Calibration(kind="item", team=name, type=name, count=20, refs=20, held=(0.1, 0.5, 0.9), early=0.0)
    root = ET.fromstring(picture([made, made]))
    assert not [one for one in root.iter() if one.tag.endswith("script")]


def plan() -> Snapshot:
    rows: list[Row] = [
        milestone("M", due="2026-05-12"),
        milestone("N", due="2026-05-20"),
        item("A", of="M", days=3),
        item("B", of="M", days=2),
        item("C", of="N", days=4),
        link("A", "B"),
        link("B", "C"),
    ]
    return replace(seen(*rows), teams=(Team(name="payments", members=(Member(person="Ada"),)),))


def test_a_lead_reads_what_a_change_would_come_to(show: Show, tmp_path: Path) -> None:
    show(plan())
    file = tmp_path / "late.toml"
    file.write_text('name = "A takes a week"\n[items.A]\nremaining = "5d"\n')
    assert lines("whatif", file, "--set", "B.remaining=3d") == inline(
        [
            "A takes a week",
            "milestone  due         in time  P50  P85  work ends                 moves",
            "M          2026-05-12                     2026-05-08 -> 2026-05-13  +3 working days",
            "",
            "What else moves:",
            "milestone  due         in time  P50  P85  work ends                 moves",
            "N          2026-05-20                     2026-05-14 -> 2026-05-19  +3 working days",
            "",
            "Findings that come:",
            "  [warn] M Title of M: at least 1 working day late. Work ends no earlier than Wed 13 May 2026, due Tue 12 May.",
        ]
    )
    assert lines("whatif", file, "--markdown", "--milestone", "N") == inline(
        [
            "**A takes a week**",
            "",
            "| milestone | due | in time | P50 | P85 | work ends | moves |",
            "| --- | --- | --- | --- | --- | --- | --- |",
            "| N | 2026-05-20 |  |  |  | 2026-05-14 -\\> 2026-05-18 | +2 working days |",
            "",
            "What else moves:",
            "",
            "| milestone | due | in time | P50 | P85 | work ends | moves |",
            "| --- | --- | --- | --- | --- | --- | --- |",
            "| M | 2026-05-12 |  |  |  | 2026-05-08 -\\> 2026-05-12 | +2 working days |",
            "",
        ]
    )
    found = json.loads(syncd("whatif", "--set", "team.payments.add=2", "--json").stdout)
    assert (found["milestones"], found["also_moves"], len(found["notes"])) == ([], [], 1)


def test_a_wrong_scenario_is_told_in_full_and_ends_with_2(show: Show, tmp_path: Path) -> None:
    show(plan())
    result = syncd("whatif", "--set", "AA.due=2026-05-20", "--set", "A.dew=2026-05-20", "--set", "nonsense")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == inline(
        [
            "--set: nonsense: this is no NAME.key=value. Write, for example, PAY-7.due=2026-05-20.",
            "--set: AA: no item or milestone of that name is in the mirror. Did you mean A?",
            "--set: A.dew: there is no such key. Did you mean due?",
        ]
    )
    assert syncd("whatif").exit_code == 2
    missing = syncd("whatif", tmp_path / "none.toml")
    assert (missing.exit_code, "cannot be read" in missing.stderr) == (2, True)


def test_a_lead_reads_where_buffers_belong_and_how_they_burn(show: Show) -> None:
    rows: list[Row] = [
        *finished(40, ratio=1.0),
        *(replace(one, ref=replace(one.ref, id=f"X-{n}")) for n, one in enumerate(finished(40, ratio=3.0))),
        milestone("M", due="2026-05-29", labels=("buffer:5d",)),
        *(item(f"A-{n}", of="M", days=2 + n) for n in range(5)),
        link("A-0", "A-4"),
        link("A-1", "A-4"),
    ]
    show(seen(*rows))
    assert lines("schedule", "buffers", "M") == inline(
        [
            "paths merge at  paths  buffer  float now  spread of the widest (P85 - P50)",
            "A-4                 2     5 d       11 d  A-1 4.5 d, A-0 0.0 d",
            "M                   3     9 d       11 d  A-4 9.0 d, A-2 0.0 d, A-3 0.0 d",
            "",
            "   milestone  buffer       meant to end  ends        used  chain done",
            "a  M          5 d (label)  2026-05-22    2026-05-21  0%    0%",
            "",
            " 100% |!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!",
            "  90% |!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!-",
            "  80% |!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!---------",
            "  70% |!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!----------------.",
            "  60% |!!!!!!!!!!!!!!!!!!!!!!!!!-----------------.........",
            "  50% |!!!!!!!!!!!!!!!!!-----------------.................",
            "  40% |!!!!!!!!!----------------..........................",
            "  30% |-----------------..................................",
            "  20% |---------..........................................",
            "  10% |...................................................",
            "   0% |a..................................................",
            "used  +---------------------------------------------------",
            "       0 %                chain done                100 %",
        ]
    )
    found = json.loads(syncd("schedule", "buffers", "--json").stdout)
    assert [one["at"]["key"] for one in found["merge_points"]] == ["A-4", "M"]
    assert [one["days"] for one in found["buffers"]] == [5]
