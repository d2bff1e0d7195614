"""Pure. The rules as tables for people: the second half of this package's README is this text."""

from syncd.contracts.rules import RULES, Rule

BEGIN = "<!-- rules: made from the tables in the code -->"


def rulebook() -> str:
    """Every rule as Markdown: OpenAPI, AsyncAPI and JSON Schema by the side that it is about, then the other kinds."""
    sections: dict[str, list[Rule]] = {
        "What consumers send": [],
        "What consumers read": [],
        "Schemas of which nobody says who writes them, and everything else": [],
        "GraphQL": [],
        "protobuf": [],
    }
    for rule in sorted(RULES.values(), key=lambda rule: rule.id):
        sections[_section(rule)].append(rule)
    return "\n".join(_table(title, rules) for title, rules in sections.items() if rules)


def _section(rule: Rule) -> str:
    for prefix, title in (("graphql-", "GraphQL"), ("proto-", "protobuf")):
        if rule.id.startswith(prefix):
            return title
    if rule.direction == "both":
        return "Schemas of which nobody says who writes them, and everything else"
    return "What consumers send" if rule.direction == "request" else "What consumers read"


def _table(title: str, rules: list[Rule]) -> str:
    rows = "\n".join(f"| `{rule.id}` | {rule.level} | {rule.sentence} |" for rule in rules)
    return f"### {title}\n\n| rule | level | meaning |\n|---|---|---|\n{rows}\n"
