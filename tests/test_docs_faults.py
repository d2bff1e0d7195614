"""The table of faults and promises in tests/README.md: every row names a test that is there, and says without what it failed."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.test_docs_held import functions_of

TESTS = Path(__file__).resolve().parent
CONTRACTS = {
    "Jira": ("tests/connectors/test_jira.py", "TestJiraCloud"),
    "GitHub": ("tests/connectors/test_github.py", "TestGithub"),
    "GitLab": ("tests/connectors/test_gitlab.py", "TestGitlabContract"),
    "Google calendar": ("tests/connectors/test_google_calendar.py", "TestGoogleCalendarContract"),
}
HEAD = ["fault", "vendors", "promise", "held by", "seen to fail without"]
_NAMED = re.compile(r"`(contract|tests/[\w/]+\.py)::(\w+)`")


def rows(text: str) -> list[dict[str, str]]:
    """The rows of the tables of faults, by the names of their columns."""
    found: list[dict[str, str]] = []
    of_faults = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")]
        if not line.startswith("|"):
            of_faults = False
        elif cells == HEAD:
            of_faults = True
        elif of_faults and set(line) - set("|- "):
            found.append(dict(zip(HEAD, cells, strict=True)))
    return found


ROWS = rows((TESTS / "README.md").read_text("utf-8"))


@cache
def names_of(file: str) -> frozenset[str]:
    """The tests of a file: functions, and machines, which are assigned."""
    tree = ast.parse((TESTS.parent / file).read_text("utf-8"))
    assigned = {
        target.id for node in tree.body if isinstance(node, ast.Assign) for target in node.targets if isinstance(target, ast.Name)
    }
    return frozenset({name for owner, name in functions_of(file) if not owner} | assigned)


def missing(row: dict[str, str]) -> list[str]:
    """The tests that a row names and that are not there."""
    lacking = []
    for where, name in _NAMED.findall(row["held by"]):
        if where != "contract":
            lacking += [f"{where}::{name}"] * (name not in names_of(where))
            continue
        for vendor in row["vendors"].split(", "):
            file, owner = CONTRACTS[vendor]
            lacking += [f"{file}::{owner}::{name}"] * ((owner, name) not in functions_of(file))
    return lacking


def empty(row: dict[str, str]) -> list[str]:
    """The columns of a row in which nothing is said. A row without a guard that was taken out once proves nothing."""
    return [name for name in HEAD if not row[name].strip(" .-–—?`")]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["fault"][:60])
def test_every_promise_is_held_by_a_test_that_is_there(row: dict[str, str]) -> None:
    assert _NAMED.search(row["held by"]), f"{row['fault']}: names no test"
    assert not missing(row)
    assert not empty(row), f"{row['fault']}: nothing stands under {empty(row)}"


def test_every_vendor_is_in_the_table() -> None:
    assert len(ROWS) > 60
    named = {vendor for row in ROWS for vendor in row["vendors"].split(", ")}
    assert set(CONTRACTS) <= named
    assert named <= {*CONTRACTS, "all"}


def test_the_check_itself_notices() -> None:
    assert missing({"vendors": "Jira", "held by": "`contract::test_nothing`"})
    assert missing({"vendors": "all", "held by": "`tests/run/test_run_kill.py::test_nothing`"})
    table = f"| {' | '.join(HEAD)} |\n|---|---|---|---|---|\n| a | all | b | `tests/x.py::test_y` | |\n\n| other | table |\n"
    assert [empty(row) for row in rows(table)] == [["seen to fail without"]]
    assert [empty(row) for row in rows(table.replace("| |", "| - |"))] == [["seen to fail without"]]
