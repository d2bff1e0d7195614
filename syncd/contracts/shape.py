"""Pure. A schema as what it demands: references followed, `allOf` intersected, every version in the form of the newest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from syncd.contracts.document import Node

Schema = tuple[Node, ...]
"""What has to hold together: one schema, or several that were intersected. None at all: anything is valid."""

ANYTHING: Schema = ()
NOTHING: Schema = (Node("", {"not": {}}),)
MISSING: Any = object()

Bound = tuple[float, bool]
"""A value, and whether it is itself left out."""


def schema_of(file: str, raw: Any) -> Schema:
    """A schema out of a file. True, {} and what is no schema at all demand nothing."""
    if raw is False:
        return NOTHING
    return (Node(file, raw),) if isinstance(raw, dict) and raw else ANYTHING


def key_of(schema: Schema) -> tuple[int, ...]:
    """What tells one schema from another of the same document."""
    return tuple([id(node.raw) for node in schema])


@dataclass(slots=True, eq=False)
class Choice:
    """Alternatives. `one`: exactly one has to fit (oneOf), else at least one (anyOf). `names`: of components, where they are such."""

    one: bool
    members: tuple[Schema, ...]
    names: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Discriminator:
    """The property that tells alternatives apart, and which of its values leads to which schema."""

    property: str
    mapping: Mapping[str, str]
    file: str


@dataclass(slots=True, eq=False)
class Shape:
    """What a schema demands. `types`: None is any; null is told apart by `nullable`. `null_chosen`: null is one of the alternatives;
    `null_said`: OpenAPI 3.0's keyword allows it; `guessed`: the type is what the keywords are meant for, and is not written."""

    types: frozenset[str] | None = None
    nullable: bool = True
    null_chosen: bool = False
    null_said: bool = False
    guessed: bool = False
    format: str | None = None
    values: dict[str, Any] | None = None
    fixed: bool = False
    open_values: frozenset[str] | None = None
    lower: Bound | None = None
    upper: Bound | None = None
    step: float | None = None
    sizes: dict[str, int] = field(default_factory=dict)
    unique: bool = False
    patterns: frozenset[str] = frozenset()
    properties: dict[str, Schema] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    additional: Schema = ANYTHING
    by_pattern: dict[str, Schema] = field(default_factory=dict)
    names_of: Schema = ANYTHING
    unevaluated_properties: Schema = ANYTHING
    unevaluated_items: Schema = ANYTHING
    needs: dict[str, set[str]] = field(default_factory=dict)
    demands: dict[str, Schema] = field(default_factory=dict)
    prefix: tuple[Schema, ...] = ()
    items: Schema = ANYTHING
    contains: Schema | None = None
    choices: list[Choice] = field(default_factory=list)
    exclusions: list[Schema] = field(default_factory=list)
    conditions: list[tuple[Schema, Schema, Schema]] = field(default_factory=list)
    encoding: tuple[str | None, str | None] = (None, None)
    content: Schema = ANYTHING
    discriminator: Discriminator | None = None
    default: Any = MISSING
    read_only: bool = False
    write_only: bool = False
    deprecated: bool = False
    sunset: str | None = None
    title: str | None = None
    xml: str | None = None
    unknown: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def never(self) -> bool:
        """Whether nothing at all is valid, by an exclusion of everything or no type that is left."""
        return any(not exclusion for exclusion in self.exclusions) or (self.types == frozenset() and not self.nullable)

    @property
    def plain(self) -> bool:
        """Whether it demands nothing beyond a type, alternatives apart."""
        demands = (
            self.format, self.values is not None, self.lower, self.upper, self.step, self.sizes, self.unique, self.patterns,
            self.properties, self.required, self.additional, self.by_pattern, self.names_of, self.unevaluated_properties,
            self.unevaluated_items, self.needs, self.demands, self.prefix, self.items, self.contains is not None, self.exclusions,
            self.conditions, self.content,
        )  # fmt: skip
        return not any(demands)

    def takes(self, kind: str) -> bool:
        """Whether a value of this type can be valid."""
        return self.types is None or kind in self.types or (kind == "number" and "integer" in self.types)


def comparable(old: Shape, new: Shape, kind: str) -> bool:
    """Whether what is demanded of values of a type can be told apart: both take them; or neither does, where the demand is judged as
    it is written, since whoever wrote it beside another type meant something by it."""
    return old.takes(kind) == new.takes(kind)
