"""config.example.toml is right as it stands, and names every key that there is; so does the schema for editors."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from syncd.config import Config, entry_point_detectors, entry_point_kinds, load, schema
from syncd.config.contracts import ContractKeys
from syncd.config.shape import SECTIONS, ConnectionKeys, Section
from syncd.config.teams import MemberKeys, TeamKeys, WorkKeys
from syncd.contract import Rules
from syncd.model.problem import Problems
from tests.config.made_up import Folder

EXAMPLE = Path(__file__).resolve().parents[2] / "config.example.toml"


@pytest.fixture
def example(folder: Folder) -> Config:
    """The example, loaded beside the secrets that it names."""
    folder.file.write_text(EXAMPLE.read_text("utf-8"))
    for name in ("jira", "github", "gitlab", "caldav"):
        folder.put(f"secrets/{name}", f"{name}-token\n")
    folder.put("secrets/google.json", "{}")
    return load(folder.file, {})


def test_the_example_loads(example: Config) -> None:
    assert {name: connection.kind.name for name, connection in example.connections.items()} == {
        "plat": "jira",
        "code": "github",
        "web": "gitlab",
        "cal": "google_calendar",
        "feeds": "ics",
        "dav": "caldav",
    }
    assert {connection.mapping_name for connection in example.connections.values()} == {
        f"{kind}.default" for kind in ("jira", "github", "gitlab", "google_calendar", "ics", "caldav")
    }
    assert {detector.code for detector, _ in example.detectors} == entry_point_detectors().keys()


def test_the_example_speaks_only_where_it_says_so(example: Config) -> None:
    modes = {name: connection.place().mode("any") for name, connection in example.connections.items()}
    assert set(modes.values()) == {"plan"}
    assert example.connections["plat"].place().mode("PAY") == "on"


def test_without_its_secrets_the_example_says_which_are_missing(folder: Folder) -> None:
    folder.file.write_text(EXAMPLE.read_text("utf-8"))
    with pytest.raises(Problems) as caught:
        load(folder.file, {})
    assert [problem.key.partition(" ")[0] for problem in caught.value.problems] == [
        "connections.plat.token_file",
        "connections.code.token_file",
        "connections.web.token_file",
        "connections.cal.credentials_file",
        "connections.dav.token_file",
    ]


def test_the_example_names_every_key() -> None:
    named = _named(_uncommented())
    everything = {(section, key) for section, model in SECTIONS.items() for key in model.model_fields}
    everything |= {("connections", key) for key in ConnectionKeys.model_fields}
    everything |= {(kind, key) for kind, get in entry_point_kinds().items() for key in get().options.model_fields}
    everything |= {
        (code, key)
        for code, model in schema()["properties"]["detect"]["properties"].items()
        for key in model.get("properties", {})
        if key not in Rules.model_fields  # every detector has them: they are shown once
    }
    everything |= {("drift", key) for key in Rules.model_fields}
    everything |= {("work", key) for key in WorkKeys.model_fields}
    everything |= {("teams", key) for key in {*TeamKeys.model_fields, *MemberKeys.model_fields}}
    everything |= {("contracts", key) for key in ContractKeys.model_fields}
    assert everything - named == set()


def test_every_key_of_the_example_is_explained() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    bare = [
        line
        for before, line in zip(["", *lines], lines, strict=False)
        if re.match(r"\w+ = ", line) and not _explained(before, line)
    ]
    assert bare == []


def test_the_schema_accepts_the_example_and_refuses_what_loading_refuses() -> None:
    document = tomllib.loads(EXAMPLE.read_text("utf-8"))
    checker = jsonschema.Draft202012Validator(schema())
    checker.check_schema(schema())
    assert [error.message for error in checker.iter_errors(document)] == []
    assert not checker.is_valid({**document, "stroe": {}})
    assert not checker.is_valid({**document, "model": {"precedence": 3}})
    assert not checker.is_valid({"connections": {"x": {"kind": "jira", "projects": ["A"], "repositories": ["a/b"]}}})
    assert not checker.is_valid({"connections": {"x": {"kind": "jira", "projects": ["A"], "write": "yes"}}})


def test_the_schema_explains_every_key_of_ours() -> None:
    sections: dict[str, type[Section]] = {**SECTIONS, "connections": ConnectionKeys}
    unexplained = [
        (section, key)
        for section, model in sections.items()
        for key, field in model.model_fields.items()
        if not field.description
    ]
    assert unexplained == []


def _explained(before: str, line: str) -> bool:
    """By a comment at the end of the line or in the line above, or as one of two keys that belong together."""
    is_commented = "#" in line.partition("=")[2] or before.startswith("#")
    return is_commented or before.startswith("[connections.") or bool(re.match(r"\w+ = ", before))


def _uncommented() -> dict[str, Any]:
    """The example with the keys that stand in comments: keys of one section may not appear twice, so a comment yields."""
    seen: set[tuple[str, str]] = set()
    section, lines = "", []
    for line in EXAMPLE.read_text("utf-8").splitlines():
        section = line if line.startswith("[") else section
        match = re.match(r"(?:# )?(\w+) = ", line)
        if match and (section, match[1]) not in seen:
            seen.add((section, match[1]))
            lines.append(line.removeprefix("# "))
        elif line.startswith("["):
            lines.append(line)
    return tomllib.loads("\n".join(lines))


def _named(document: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {pair for section, table in document.items() for pair in _pairs(section, table)}


def _pairs(section: str, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    match section:
        case "connections":
            for connection in table.values():
                yield from (("connections", key) for key in connection)
                yield from ((connection["kind"], key) for key in connection)
        case "teams":
            for team in table.values():
                members = team.get("members", [])
                yield from (("teams", key) for keys in (team, *members) for key in keys)
        case "contracts":
            yield from (("contracts", key) for contract in table.values() for key in contract)
        case "detect":
            yield from ((code, key) for code, rules in table.items() for key in rules)
        case _:
            yield from ((section, key) for key in table)
