"""Pure. All rules of all engines, and their table for people: the second half of this package's README is this text."""

from collections.abc import Mapping

from syncd.contracts.change import Level
from syncd.contracts.rules import RULES, Rule

BEGIN = "<!-- rules: made from the tables in the code -->"

_SIDES = (
    ("request", "What consumers send"),
    ("response", "What consumers read"),
    ("both", "Schemas of which nobody says who writes them, and everything else"),
)


def every_rule() -> dict[str, Rule]:
    """The rules of every engine that is there, by id."""
    return dict(RULES) | _ruled(_graphql()) | _ruled(_protobuf())


def _ruled(listed: Mapping[str, tuple[Level, str]]) -> dict[str, Rule]:
    return {id_: Rule(id_, level, "both", sentence) for id_, (level, sentence) in listed.items()}


def _graphql() -> Mapping[str, tuple[Level, str]]:
    try:
        from syncd.contracts.graphql_rules import RULES as LISTED
    except ImportError:
        return {}
    listed: Mapping[str, tuple[Level, str]] = LISTED
    return listed


def _protobuf() -> Mapping[str, tuple[Level, str]]:
    try:
        from syncd.contracts.protobuf_rules import RULES as LISTED
    except ImportError:
        return {}
    listed: Mapping[str, tuple[Level, str]] = LISTED
    return listed


def rulebook() -> str:
    """Every rule as Markdown: OpenAPI, AsyncAPI and JSON Schema by the side that it is about, then the other kinds."""
    parts = [_table(title, [rule for rule in RULES.values() if rule.direction == side]) for side, title in _SIDES]
    others = (("GraphQL", _graphql()), ("protobuf", _protobuf()))
    return "\n".join(parts + [_table(title, list(_ruled(listed).values())) for title, listed in others if listed])


def _table(title: str, rules: list[Rule]) -> str:
    rows = "\n".join(f"| `{rule.id}` | {rule.level} | {rule.sentence} |" for rule in sorted(rules, key=lambda rule: rule.id))
    return f"### {title}\n\n| rule | level | meaning |\n|---|---|---|\n{rows}\n"
