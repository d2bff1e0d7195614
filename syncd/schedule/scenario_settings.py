"""Pure. Changes written one by one on a command line, as the document that they stand for."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from syncd.model.problem import Problem


def from_settings(settings: Iterable[str]) -> tuple[dict[str, Any], list[Problem]]:
    """`PAY-7.due=2026-05-20` and `team.payments.add=2` as a document. What a name is, is seen when the document is read."""
    made: dict[str, Any] = {}
    problems = []
    for setting in settings:
        path, equals, text = setting.partition("=")
        name, dot, key = path.strip().rpartition(".")
        if not (equals and dot and name and key):
            problems.append(Problem("--set", setting, "this is no NAME.key=value", "Write, for example, PAY-7.due=2026-05-20."))
            continue
        prefix, _, rest = name.partition(".")
        section = prefix if prefix in ("team", "teams") and rest else ""
        place = made.setdefault("teams", {}).setdefault(rest, {}) if section else made.setdefault("any", {}).setdefault(name, {})
        place[key] = _value(text.strip())
    return made, problems


def _value(text: str) -> Any:
    """A date, a number or a list as such, anything else as text."""
    if text.startswith("[") and text.endswith("]"):
        return [_value(part.strip().strip("\"'")) for part in text[1:-1].split(",") if part.strip()]
    for read in (int, date.fromisoformat):
        try:
            return read(text)
        except ValueError:
            continue
    return text
