"""Pure. The rules of the differ: what can change, how bad that is on which side, and the sentence that says so.

One table for schemas (aspect x how x direction -> level) and one for everything around them. Narrowing what is sent to the producer
breaks whoever sends it; widening what the producer sends breaks whoever reads it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from syncd.contracts.change import UNJUDGED, Direction, Level

How = Literal["narrowed", "widened", "changed"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of change: its id, how bad it is, on which side it applies, and what it means in one sentence."""

    id: str
    level: Level
    direction: Direction
    sentence: str


@dataclass(frozen=True, slots=True)
class Aspect:
    """What can be narrowed, widened or changed in a schema. `request`, `response`: the levels in that order."""

    noun: str
    request: tuple[Level, Level, Level]
    response: tuple[Level, Level, Level]


HOWS: tuple[How, ...] = ("narrowed", "widened", "changed")
SIDES: tuple[Direction, ...] = ("request", "response", "both")

_STRICT: tuple[tuple[Level, Level, Level], tuple[Level, Level, Level]] = (
    ("breaking", "compatible", "breaking"),
    ("compatible", "breaking", "breaking"),
)
_SOFT: tuple[tuple[Level, Level, Level], tuple[Level, Level, Level]] = (
    ("breaking", "compatible", "risky"),
    ("compatible", "risky", "risky"),
)

ASPECTS: Mapping[str, Aspect] = MappingProxyType(
    {
        "type": Aspect("type", *_STRICT),
        "format": Aspect("format", *_STRICT),
        "nullable": Aspect("permission to be null", *_STRICT),
        "const": Aspect("fixed value", *_STRICT),
        "enum": Aspect("list of values", ("breaking", "compatible", "breaking"), ("compatible", "risky", "risky")),
        "extensible-enum": Aspect(
            "open list of values", ("breaking", "compatible", "breaking"), ("compatible", "compatible", "compatible")
        ),
        "minimum": Aspect("lower bound", *_STRICT),
        "maximum": Aspect("upper bound", *_STRICT),
        "multiple-of": Aspect("step", *_STRICT),
        "min-length": Aspect("least length", *_STRICT),
        "max-length": Aspect("greatest length", *_STRICT),
        "min-items": Aspect("least number of items", *_STRICT),
        "max-items": Aspect("greatest number of items", *_STRICT),
        "unique-items": Aspect("demand for distinct items", *_SOFT),
        "min-properties": Aspect("least number of properties", *_STRICT),
        "max-properties": Aspect("greatest number of properties", *_STRICT),
        "min-contains": Aspect("least number of matching items", *_STRICT),
        "max-contains": Aspect("greatest number of matching items", *_STRICT),
        "pattern": Aspect("pattern", *_SOFT),
        "items": Aspect("demand on items", *_STRICT),
        "contains": Aspect("demand for a matching item", *_STRICT),
        "additional-properties": Aspect("room for other properties", *_SOFT),
        "unevaluated-properties": Aspect("room for properties that nothing else names", *_SOFT),
        "unevaluated-items": Aspect("room for items that nothing else names", *_SOFT),
        "pattern-properties": Aspect("demand on properties by pattern", *_STRICT),
        "property-names": Aspect("demand on names of properties", *_STRICT),
        "dependent-required": Aspect("rule which properties need others", *_STRICT),
        "dependent-schemas": Aspect("demand that hangs on a property", *_STRICT),
        "condition": Aspect("conditional demand", ("breaking", "compatible", "risky"), ("compatible", "breaking", "risky")),
        "not": Aspect("exclusion", *_STRICT),
        "content": Aspect("encoding of the text", *_STRICT),
        "alternatives": Aspect("choice of alternatives", *_STRICT),
        "schema": Aspect("demand on the value", *_STRICT),
    }
)
"""Of schemas. Bounds that are lifted in what the producer sends break as those that are tightened in what it takes."""

_TAILS: Mapping[tuple[Direction, How], str] = MappingProxyType(
    {
        ("request", "narrowed"): "what was accepted before may be refused",
        ("request", "widened"): "more is accepted than before",
        ("request", "changed"): "what was accepted before may be refused or read differently",
        ("response", "narrowed"): "less can come than before",
        ("response", "widened"): "what never came before may come",
        ("response", "changed"): "what comes may not be what it was",
        ("both", "narrowed"): "what was valid before may not be",
        ("both", "widened"): "what was not valid before may be",
        ("both", "changed"): "what was valid before may not be, and the reverse",
    }
)
_VERBS: Mapping[How, str] = MappingProxyType({"narrowed": "is narrower", "widened": "is wider", "changed": "is another one"})


def schema_rule(direction: Direction, aspect: str, how: How) -> Rule:
    """The rule for one aspect of a schema; the side "both" is a schema of which nobody said who writes it."""
    return _SCHEMA_RULES[direction, aspect, how]


def _level(aspect: Aspect, direction: Direction, how: How) -> Level:
    at = HOWS.index(how)
    if direction != "both":
        return (aspect.request if direction == "request" else aspect.response)[at]
    if how == "widened":
        return "compatible" if aspect.response[at] == "compatible" else "risky"
    return aspect.request[at]


def _of_schemas() -> Iterator[tuple[tuple[Direction, str, How], Rule]]:
    for direction in SIDES:
        for name, aspect in ASPECTS.items():
            for how in HOWS:
                sentence = f"The {aspect.noun} {_VERBS[how]}: {_TAILS[direction, how]}."
                rule = Rule(f"{_prefix(direction)}-{name}-{how}", _level(aspect, direction, how), direction, sentence)
                yield (direction, name, how), rule


def _prefix(direction: Direction) -> str:
    return "schema" if direction == "both" else direction


_SCHEMA_RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.id: rule
        for rule in (
            *(Rule(name, level, "both", sentence) for name, level, sentence in _PLAIN),
            *_SCHEMA_RULES.values(),
            *_of_sides(),
        )
    }
)
"""Every rule by its id."""
