"""Pure. The rules as a table for people: the second half of this package's README is this text."""

from syncd.contracts.rules import RULES

BEGIN = "<!-- rules: made from the table in rules.py -->"


def rulebook() -> str:
    """Every rule as Markdown, by the side that it is about."""
    sides = (
        ("request", "What consumers send"),
        ("response", "What consumers read"),
        ("both", "Schemas of which nobody says who writes them, and everything else"),
    )
    parts = []
    for side, title in sides:
        listed = sorted((rule for rule in RULES.values() if rule.direction == side), key=lambda rule: rule.id)
        rows = "\n".join(f"| `{rule.id}` | {rule.level} | {rule.sentence} |" for rule in listed)
        parts.append(f"### {title}\n\n| rule | level | meaning |\n|---|---|---|\n{rows}\n")
    return "\n".join(parts)
