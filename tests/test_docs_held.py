"""The tables "Held by tests" of the connectors' pages: every stream, verb, sign-in and kind of scope is held by a test that is there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from syncd.config import entry_point_kinds

ROOT = Path(__file__).resolve().parent.parent
VENDORS = [name for name in entry_point_kinds() if name != "memory"]
CONTRACT = "tests/connectors/contract.py"
_ROW = re.compile(r"^\| (?P<what>.+?) \| (?P<tests>.+?) \|$")
_TEST = re.compile(r"(tests/[\w/]+\.py)::(?:(\w+)::)?(\w+)")


def rows(page: Path) -> dict[str, list[tuple[str, str, str]]]:
    """what -> the tests that hold it, as (file, class or "", function)."""
    _, _, table = page.read_text("utf-8").partition("## Held by tests")
    found = [row for line in table.splitlines() if (row := _ROW.match(line)) and not set(row["what"]) <= set("- ")]
    return {row["what"]: _TEST.findall(row["tests"]) for row in found if row["what"] != "what"}


@cache
def functions_of(file: str) -> frozenset[tuple[str, str]]:
    """(class or "", function) of a file of tests, those that a class inherits from the contract with them."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    found: set[tuple[str, str]] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found.add(("", node.name))
        elif isinstance(node, ast.ClassDef):
            found |= {(node.name, one.name) for one in node.body if isinstance(one, ast.FunctionDef)}
            for base in (ast.unparse(base).rpartition(".")[2] for base in node.bases):
                held = found if file == CONTRACT else functions_of(CONTRACT)
                found |= {(node.name, name) for owner, name in held if owner == base and base.endswith("Contract")}
    return frozenset(found)


def page(kind: str) -> Path:
    return ROOT / "connectors" / kind / "README.md"


@pytest.mark.parametrize("kind", VENDORS)
def test_every_stream_and_verb_has_its_row(kind: str) -> None:
    held, streams = rows(page(kind)), entry_point_kinds()[kind]().streams
    expected = {f"stream `{name}`" for name in streams}
    expected |= {f"verb `{verb}` on `{name}`" for name, stream in streams.items() for verb in stream.takes}
    assert expected <= held.keys(), f"connectors/{kind}/README.md lacks {sorted(expected - held.keys())}"
    assert any(what.startswith("sign-in ") for what in held)
    assert any(what.startswith("scope ") for what in held) or kind == "google_calendar"
    named = {what for what in held if what.startswith(("stream ", "verb "))}
    assert named <= expected, f"connectors/{kind}/README.md names what is not there: {sorted(named - expected)}"


@pytest.mark.parametrize("file", [*(f"connectors/{kind}/README.md" for kind in VENDORS), "deploy/README.md"])
def test_every_row_points_at_a_test_that_is_there(file: str) -> None:
    held = rows(ROOT / file)
    assert held
    for what, named in held.items():
        assert named, f"{file}: {what} names no test"
        for where, owner, name in named:
            assert (ROOT / where).is_file(), f"{file}: {what}: there is no {where}"
            assert (owner, name) in functions_of(where), f"{file}: {what}: {where} has no {owner}{'::' if owner else ''}{name}"


@pytest.mark.parametrize("kind", VENDORS)
def test_every_key_of_a_connector_is_on_its_page(kind: str) -> None:
    text = page(kind).read_text("utf-8")
    missing = [
        key for key in entry_point_kinds()[kind]().options.model_fields if f"`{key}" not in text and f"{key} =" not in text
    ]
    assert not missing, f"connectors/{kind}/README.md does not name {missing}"
