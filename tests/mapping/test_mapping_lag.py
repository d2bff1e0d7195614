"""Lags: numbers of a unit, texts with a unit of their own, and which of two that are declared counts."""

import tomllib
from itertools import permutations
from typing import Any

import pytest

from syncd.model.ref import Ref
from syncd.model.rows import Dependency, Row
from syncd.model.wire import row_from_json, row_to_json
from tests.mapping.mapping_world import FOLDER, made, notes, problems, rejection, rows
from tests.model_builders import item, link, ref, snapshot

RULE = """
[[rule]]
stream = "issues"
to = "dependency"
each = "links"
[rule.fields]
predecessor = {{ path = "each.to", as = "ref" }}
{lag}
"""


def lag(value: Any, line: str = 'lag = "each.lag"') -> tuple[float, str]:
    (row,) = rows(made(RULE.format(lag=line)), {"links": [{"to": 2, "lag": value}]})
    assert isinstance(row, Dependency)
    return row.lag, row.lag_in


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (90, (90, "working")),
        ("90", (90, "working")),
        ("90m", (90, "working")),
        ("4h", (240, "working")),
        ("2d", (960, "working")),
        ("1w", (2400, "working")),
        ("-1.5 D", (-720, "working")),
        ("90em", (90, "elapsed")),
        ("8eh", (480, "elapsed")),
        ("2ed", (2880, "elapsed")),
        ("-1ew", (-10080, "elapsed")),
        (None, (0, "working")),
    ],
)
def test_a_lag_is_a_number_or_says_its_unit(value: Any, expected: tuple[float, str]) -> None:
    assert lag(value) == expected


def test_a_unit_of_its_own_goes_before_that_of_the_mapping() -> None:
    hours = 'lag = { path = "each.lag", as = "hours" }'
    assert (lag(2, hours), lag("2ed", hours)) == ((120, "working"), (2880, "elapsed"))
    elapsed = f'{hours}\nlag_in = {{ value = "elapsed" }}'
    assert (lag(48, elapsed), lag("2d", elapsed)) == ((2880, "elapsed"), (960, "working"))
    assert lag(None, 'lag = { value = "2ed" }') == (2880, "elapsed")


@pytest.mark.parametrize("value", ["soon", "2 moons", "2de", "200000d", "nan", True, {"days": 2}])
def test_what_is_no_lag_rejects_the_record_or_is_noted(value: Any) -> None:
    data = {"links": [{"to": 2, "lag": value}]}
    reason = rejection(made(RULE.format(lag='lag = "each.lag"')), data).reason
    assert reason.startswith("lag: each.lag holds ")
    assert "is no lag: a number, or one with m, h, d, w (working time) or em, eh, ed, ew (elapsed time), as 2d or 2ed." in reason
    lenient = made(RULE.format(lag='lag = { path = "each.lag", lenient = true }'))
    assert [note.endswith("as 2d or 2ed; left out") for note in notes(lenient, data)] == [True]


def test_a_wrong_lag_in_the_mapping_itself_is_a_problem_of_it() -> None:
    (told,) = problems(RULE.format(lag='lag = { value = "2 moons" }'))
    assert "'2 moons' is no lag: a number" in told
    (told,) = problems(RULE.format(lag='lag_in = { value = "elpsed" }'))
    assert "no word 'elpsed'. Did you mean 'elapsed'?" in told


def test_a_label_of_jira_says_it_as_the_page_shows() -> None:
    page = (FOLDER / "README.md").read_text("utf-8").split("## A lag that is kept as a label")[1]
    text = page.split("```toml\n")[1].split("```")[0]
    assert tomllib.loads(text)["rule"][0]["name"] == "link"
    blocks = {"name": "Blocks", "inward": "is blocked by", "outward": "blocks"}
    links = [
        {"type": blocks, "inwardIssue": {"id": "2", "key": "P-2"}},
        {"type": blocks, "outwardIssue": {"id": "3", "key": "P-3"}},
    ]
    fields = {"summary": "s", "labels": ["x", "lag:2ed"], "issuelinks": links}
    data = {"id": "1", "key": "P-1", "fields": fields}
    found = [row for row in rows(made(text), data) if isinstance(row, Dependency)]
    assert [(row.predecessor.key, row.lag, row.lag_in) for row in found if isinstance(row.predecessor, Ref)] == [
        ("P-2", 2880, "elapsed"),
        ("P-1", 0, "working"),
    ]
    fields["labels"] = ["lag:soon"]
    assert [row.lag for row in rows(made(text), data) if isinstance(row, Dependency)] == [0, 0]
    assert any("lag:" in note or "'soon'" in note for note in notes(made(text), data))


def test_a_label_of_github_says_it_in_one_line() -> None:
    text = 'extends = "github.default"\n[[rule]]\nname = "blocked by"\n[rule.fields]\nlag = "label:lag:*"'
    labels = [{"name": "lag:8eh"}]
    data = {"id": 1, "number": 7, "title": "t", "state": "open", "labels": labels, "blocked_by": [{"id": 2, "number": 8}]}
    (row,) = (row for row in rows(made(text), data) if isinstance(row, Dependency))
    assert (row.lag, row.lag_in) == (480, "elapsed")


def test_it_is_stored_and_read_again_and_old_rows_are_in_working_time() -> None:
    row = link("A", "B", lag=2880, lag_in="elapsed")
    assert row_from_json(row_to_json(row)) == row
    assert list(row_to_json(row))[-4:] == ["link_name", "lag_in", "scope_id", "project"]
    old = {name: value for name, value in row_to_json(row).items() if name != "lag_in"}
    assert row_from_json(old) == link("A", "B", lag=2880)


def counted(*given: tuple[float, str, str]) -> list[tuple[float, str, str]]:
    """What is left of links from A to B, whatever the order in which they are declared."""
    declared = [link("A", "B", lag=lag, lag_in=kind, strength=strength) for lag, kind, strength in given]
    found = []
    every: list[Row] = [item("A"), item("B"), *declared]
    for order in permutations(every):
        links = snapshot(*order).dependencies
        found.append([(row.lag, row.lag_in, row.strength) for row in links])
    assert all(one == found[0] for one in found)
    return [*found[0]]


def test_of_two_lags_the_longer_one_counts_and_of_two_kinds_both() -> None:
    assert counted((480, "elapsed", "hard"), (2880, "elapsed", "hard")) == [(2880, "elapsed", "hard")]
    assert counted((480, "working", "soft"), (2880, "elapsed", "hard")) == [(480, "working", "hard"), (2880, "elapsed", "hard")]
    assert counted((-480, "working", "hard"), (-60, "elapsed", "soft")) == [(-480, "working", "hard"), (-60, "elapsed", "hard")]


@pytest.mark.parametrize(
    ("other", "elapsed", "expected"),
    [(0, 2880, (2880, "elapsed")), (-480, 60, (60, "elapsed")), (0, -60, (0, "working")), (60, -2880, (60, "working"))],
)
def test_where_one_of_two_kinds_never_moves_a_date_only_the_other_counts(
    other: int, elapsed: int, expected: tuple[int, str]
) -> None:
    assert counted((other, "working", "hard"), (elapsed, "elapsed", "soft")) == [(*expected, "hard")]


def test_a_record_may_declare_both_kinds() -> None:
    data = {"links": [{"to": 2, "lag": 0}, {"to": 2, "lag": "2ed"}, {"to": 2, "lag": "3ed"}]}
    found: tuple[Row, ...] = rows(made(RULE.format(lag='lag = "each.lag"')), data)
    assert [(row.lag, row.lag_in) for row in found if isinstance(row, Dependency)] == [(0, "working"), (2880, "elapsed")]


def test_a_link_that_leads_nowhere_keeps_the_longer_lag_with_its_kind() -> None:
    model = snapshot(item("B"), link("X-9", "B", lag=60), link("X-9", "B", lag=120, lag_in="elapsed"))
    assert [(row.predecessor, row.lag, row.lag_in) for row, _ in model.dangling] == [(ref("X-9"), 120, "elapsed")]
