"""Whatever is installed as a connector or a detector is held by tests, and is where its name says."""

import ast
from importlib.util import find_spec
from pathlib import Path

import pytest

from syncd.config import entry_point_detectors, entry_point_kinds, known_mappings

TESTS = Path(__file__).resolve().parent
CONTRACT = "ConnectorContract"


def signs_the_contract(source: str, contract: str = CONTRACT) -> bool:
    """Whether a module of tests has a class that inherits the contract's tests, so that pytest collects them for it."""
    classes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef) and node.name.startswith("Test")]
    return any(ast.unparse(base).rpartition(".")[2] == contract for one in classes for base in one.bases)


def source_of(area: str, name: str) -> str:
    """The source of the test file of that name; a test fails where there is none."""
    file = TESTS / area / f"{name}.py"
    assert file.is_file(), f"tests/{area}/{name}.py is missing"
    return file.read_text("utf-8")


@pytest.mark.parametrize("kind", entry_point_kinds())
def test_every_kind_signs_the_contract(kind: str) -> None:
    source = source_of("connectors", f"test_{kind}")
    assert signs_the_contract(source), f"tests/connectors/test_{kind}.py has no subclass of {CONTRACT}"


def test_every_kind_that_gives_answers_signs_what_is_promised_of_them() -> None:
    """The one that lives in this process has no strangers among its people, and no wire."""
    kinds = {name for name, kind in entry_point_kinds().items() if any(one.replies for one in kind().streams.values())}
    assert kinds - {"memory"} == {"jira", "github", "gitlab"}
    for kind in kinds - {"memory"}:
        assert signs_the_contract(source_of("connectors", f"test_{kind}_replies"), "RepliesContract"), kind


@pytest.mark.parametrize("name", entry_point_kinds())
def test_every_kind_is_what_its_name_says(name: str) -> None:
    kind = entry_point_kinds()[name]()
    assert kind.name == name
    assert kind.mapping in known_mappings()


@pytest.mark.parametrize("code", entry_point_detectors())
def test_every_detector_has_a_module_and_tests_of_its_name(code: str) -> None:
    assert find_spec(f"syncd.detect.{code}")
    assert entry_point_detectors()[code]().code == code
    assert "\ndef test_" in source_of("detect", f"test_detect_{code}")


def test_something_is_installed_at_all() -> None:
    assert {"jira", "github", "gitlab", "google_calendar", "memory"} <= entry_point_kinds().keys()
    assert {"drift", "blocked", "sources_disagree"} <= entry_point_detectors().keys()


@pytest.mark.parametrize(
    ("source", "signs"),
    [
        ("class TestX(ConnectorContract): ...", True),
        ("class TestX(contract.ConnectorContract): ...", True),
        ("class X(ConnectorContract): ...", False),
        ("from tests.connectors.contract import ConnectorContract", False),
    ],
)
def test_the_check_itself_notices(source: str, signs: bool) -> None:
    assert signs_the_contract(source) is signs
    with pytest.raises(AssertionError, match=r"tests/connectors/test_unheard_of\.py is missing"):
        source_of("connectors", "test_unheard_of")
