"""The table of rules, and what is written about it."""

import re
from pathlib import Path

from syncd.contracts.change import LEVELS
from syncd.contracts.rulebook import BEGIN, rulebook
from syncd.contracts.rules import RULES, SIDES, schema_rule

README = Path(__file__).parents[2] / "syncd" / "contracts" / "README.md"


def test_the_readme_has_every_rule_as_it_is() -> None:
    """Where this fails: put what `rulebook()` gives below the mark in the README."""
    assert README.read_text("utf-8").partition(BEGIN)[2].strip() == rulebook().strip()


def test_every_rule_has_a_stable_id_a_level_and_a_sentence() -> None:
    for id_, rule in RULES.items():
        assert id_ == rule.id
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", id_)
        assert rule.level in LEVELS
        assert rule.direction in SIDES
        assert re.fullmatch(r"[A-Z][^\n]*\.", rule.sentence)


def test_what_breaks_one_side_when_narrower_breaks_the_other_when_wider() -> None:
    for aspect in ("type", "nullable", "minimum", "items", "alternatives"):
        assert schema_rule("request", aspect, "narrowed").level == "breaking"
        assert schema_rule("request", aspect, "widened").level == "compatible"
        assert schema_rule("response", aspect, "narrowed").level == "compatible"
        assert schema_rule("response", aspect, "widened").level == "breaking"
