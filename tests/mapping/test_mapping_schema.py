"""The JSON Schema for editors: it takes every mapping that is shipped and refuses what `parse` refuses by form."""

import re
import tomllib

import jsonschema
import pytest

from syncd.mapping import mapping_schema
from syncd.mapping.grammar import CONDITION, RULE, STREAM, TOP, VALUE
from syncd.mapping.targets import CONVERSIONS, KINDS
from tests.mapping.mapping_world import DEFAULTS, FOLDER, made, rows

SCHEMA = jsonschema.Draft202012Validator(mapping_schema())
PAGE = (FOLDER / "README.md").read_text("utf-8")


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(mapping_schema())


@pytest.mark.parametrize("name", DEFAULTS)
def test_every_shipped_mapping_fits(name: str) -> None:
    data = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    assert [error.message for error in SCHEMA.iter_errors(data)] == []


@pytest.mark.parametrize(
    "text",
    [
        'extend = "x"',
        "extends = 1",
        '[[rule]]\nto = "itm"',
        '[[rule]]\n[rule.fields]\ntitel = "x"',
        '[[rule]]\n[rule.fields]\ndue = { pth = "x" }',
        '[[rule]]\n[rule.fields]\ndue = { path = "x", as = "dat" }',
        "[[rule]]\n[rule.fields]\ndue = true",
        '[[rule]]\nwhen = { path = "x", inn = [] }',
        '[streams.issues]\nkeys = "x"',
        "[table.status]\na = []",
        '[project.PAY]\nextends = "x"',
    ],
)
def test_what_does_not_fit(text: str) -> None:
    assert list(SCHEMA.iter_errors(tomllib.loads(text)))


def test_overrides_of_projects_and_types_fit() -> None:
    text = '[project.PAY.table.status]\n"1" = "done"\n[[project.PAY.rule]]\nname = "item"\n[project.PAY.rule.fields]\ndue = false\n[type.Bug.fields]\ndue = "x"'
    assert list(SCHEMA.iter_errors(tomllib.loads(text))) == []


@pytest.mark.parametrize("word", sorted({*TOP, *STREAM, *RULE, *VALUE, *CONDITION, *CONVERSIONS, *KINDS}))
def test_the_page_explains_every_word(word: str) -> None:
    assert re.search(rf"`[^`]*\b{word}\b[^`]*`", PAGE) or re.search(rf"(?m)^.*\b{word}\b.*=", PAGE)


def test_the_example_on_the_page_is_a_mapping() -> None:
    example = PAGE.split("```toml\n")[1].split("```")[0]
    assert list(SCHEMA.iter_errors(tomllib.loads(example))) == []
    tables = '[table.strength]\nneeds = "hard"\n'
    mapping = made(example + tables)
    goal = rows(mapping, {"id": "1", "fields": {"labels": ["goal:Q3"], "duedate": "2026-05-15", "issuetype": {"name": "Epic"}}})[
        0
    ]
    assert (goal.kind, goal.ref.id) == ("milestone", "Q3")
