"""Pure. The rules of the differ: what can change, how bad that is on which side, and the sentence that says so.

One table for schemas (aspect x how x direction -> level) and one for everything around them. Narrowing what is sent to the producer
breaks whoever sends it; widening what the producer sends breaks whoever reads it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from syncd.contracts.change import UNJUDGED, Direction, Level
from syncd.contracts.graphql_rules import RULES as GRAPHQL_RULES
from syncd.contracts.protobuf_rules import RULES as PROTOBUF_RULES

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


_SCHEMA_RULES: Mapping[tuple[Direction, str, How], Rule] = MappingProxyType(dict(_of_schemas()))

_SIDED: tuple[tuple[str, Level, Level, str], ...] = (
    # name, level in requests, level in responses, what it means
    ("property-removed", "risky", "breaking", "An optional property is gone, and somebody may read it all the same."),
    ("property-forbidden", "breaking", "risky", "A property is gone, and only those that are named may be there."),
    ("required-property-removed", "risky", "breaking", "A property that was always there is gone."),
    ("property-added", "compatible", "compatible", "There is a new optional property."),
    ("required-property-added", "breaking", "compatible", "There is a new property that is always there."),
    ("property-became-required", "breaking", "compatible", "A property must be there that could be left out."),
    ("property-became-optional", "compatible", "breaking", "A property may be left out that was always there."),
    (
        "property-became-read-only",
        "breaking",
        "compatible",
        "A property is only read: it is no longer taken from whoever sends it.",
    ),
    ("property-became-write-only", "compatible", "breaking", "A property is only written: it no longer comes."),
    ("property-no-longer-read-only", "compatible", "compatible", "A property that was only read can be sent."),
    ("property-no-longer-write-only", "compatible", "compatible", "A property that was only written comes as well."),
    ("alternative-removed", "breaking", "compatible", "One of several forms is gone."),
    ("alternative-added", "compatible", "breaking", "There is one form more."),
    (
        "alternatives-overlap",
        "breaking",
        "compatible",
        "What was valid may fit two alternatives of which exactly one has to fit.",
    ),
    ("discriminator-changed", "breaking", "breaking", "Another property tells the alternatives apart."),
    ("discriminator-added", "risky", "compatible", "A property now tells the alternatives apart."),
    ("discriminator-removed", "compatible", "risky", "No property tells the alternatives apart any more."),
    ("discriminator-mapping-removed", "breaking", "compatible", "A value that told an alternative apart is gone."),
    ("discriminator-mapping-added", "compatible", "risky", "A new value tells an alternative apart."),
    ("discriminator-mapping-changed", "breaking", "breaking", "A value that tells alternatives apart leads to another one."),
    ("discriminator-name-changed", "risky", "risky", "Alternatives are told apart by names of components, and one was renamed."),
    ("default-changed", "risky", "compatible", "What holds where the value is left out is another one."),
    ("default-removed", "risky", "compatible", "What holds where the value is left out is no longer said."),
    ("default-added", "compatible", "compatible", "It is said what holds where the value is left out."),
    ("deprecated", "compatible", "compatible", "The element is deprecated, perhaps with a date on which it ends."),
    ("no-longer-deprecated", "compatible", "compatible", "The element is no longer deprecated."),
    ("xml-changed", "risky", "risky", "The form as XML is another one."),
    ("keyword-changed", "unknown", "unknown", "A keyword that is not known changed: it may narrow or widen."),
)
"""Of properties and alternatives, on each side."""

_AROUND: tuple[tuple[str, Level, Level, str], ...] = (
    ("parameter-removed", "risky", "risky", "An optional parameter is gone."),
    ("required-parameter-removed", "risky", "breaking", "A parameter that was always there is gone."),
    ("parameter-added", "compatible", "compatible", "There is a new optional parameter."),
    ("required-parameter-added", "breaking", "compatible", "There is a new parameter that must be there."),
    ("parameter-became-required", "breaking", "compatible", "A parameter must be there that could be left out."),
    ("parameter-became-optional", "compatible", "breaking", "A parameter may be left out that was always there."),
    ("parameter-moved", "breaking", "breaking", "A parameter is in another place: query, header, path or cookie."),
    ("parameter-default-changed", "breaking", "compatible", "Leaving the parameter out means something else."),
    ("parameter-default-removed", "breaking", "compatible", "What leaving the parameter out means is no longer said."),
    ("parameter-default-added", "risky", "compatible", "It is now said what leaving the parameter out means."),
    ("parameter-style-changed", "breaking", "breaking", "A parameter is written in another style."),
    ("parameter-explode-changed", "breaking", "breaking", "Lists or objects in a parameter are written differently."),
    ("parameter-empty-refused", "breaking", "compatible", "A parameter can no longer be sent empty."),
    ("parameter-empty-allowed", "compatible", "risky", "A parameter can be sent empty."),
    ("parameter-reserved-refused", "risky", "compatible", "Reserved characters in a parameter have to be escaped."),
    ("parameter-reserved-allowed", "compatible", "compatible", "Reserved characters in a parameter need no escape."),
    ("required-body-added", "breaking", "compatible", "A body must be there where none was."),
    ("body-added", "compatible", "compatible", "A body may be there where none was."),
    ("body-removed", "breaking", "breaking", "There is no body any more."),
    ("body-became-required", "breaking", "compatible", "A body must be there that could be left out."),
    ("body-became-optional", "compatible", "breaking", "A body may be missing that was always there."),
    ("media-type-removed", "breaking", "breaking", "A media type is gone."),
    ("media-type-added", "compatible", "compatible", "There is one media type more."),
    ("media-type-narrowed", "breaking", "compatible", "A range of media types became one of them."),
    ("media-type-widened", "compatible", "breaking", "A media type became a range."),
    ("encoding-changed", "risky", "risky", "Parts of a form are encoded differently."),
    ("success-status-removed", "breaking", "breaking", "A status that says success is gone."),
    ("status-removed", "risky", "risky", "A status other than success is gone."),
    ("status-added", "compatible", "compatible", "There is one status more."),
    ("header-removed", "risky", "breaking", "An optional header is gone, and somebody may read it all the same."),
    ("required-header-removed", "risky", "breaking", "A header that was always there is gone."),
    ("header-added", "compatible", "compatible", "There is a new optional header."),
    ("required-header-added", "breaking", "compatible", "There is a new header that is always there."),
    ("header-became-required", "breaking", "compatible", "A header is always there that could be missing."),
    ("header-became-optional", "compatible", "breaking", "A header may be missing that was always there."),
    ("message-removed", "breaking", "breaking", "A kind of message is gone."),
    ("message-added", "compatible", "risky", "There is one kind of message more."),
    ("content-type-changed", "breaking", "breaking", "Messages are of another media type."),
    ("payload-format-changed", "unknown", "unknown", "Payloads are described in another language, which is not judged."),
    ("binding-changed", "risky", "risky", "What is said for the protocol changed."),
)
"""Of what stands around schemas, on each side; the sides swap in callbacks and webhooks."""

_PLAIN: tuple[tuple[str, Level, str], ...] = (
    ("path-removed", "breaking", "A path is gone with all its operations."),
    ("operation-removed", "breaking", "An operation is gone."),
    ("operation-added", "compatible", "There is a new operation."),
    ("operation-deprecated", "compatible", "An operation is deprecated, perhaps with a date on which it ends."),
    ("operation-no-longer-deprecated", "compatible", "An operation is no longer deprecated."),
    ("operation-sunset-changed", "compatible", "The date on which an operation ends is another one."),
    (
        "operation-stability-lowered",
        "breaking",
        "An operation is promised less firmly: it may change or go where it could not.",
    ),
    ("operation-stability-raised", "compatible", "An operation is promised more firmly."),
    ("operation-id-changed", "compatible", "Generated clients call an operation by another name."),
    ("operation-id-duplicated", "unknown", "Two operations have one id: what generated clients call them cannot be judged."),
    ("webhook-removed", "breaking", "A webhook is gone."),
    ("webhook-added", "compatible", "There is a new webhook."),
    ("callback-removed", "breaking", "A callback is gone."),
    ("callback-added", "compatible", "There is a new callback."),
    ("channel-removed", "breaking", "A channel is gone."),
    ("channel-added", "compatible", "There is a new channel."),
    ("channel-address-changed", "breaking", "A channel has another address."),
    ("server-removed", "risky", "An address is gone under which the service was reached."),
    ("server-added", "compatible", "There is one address more."),
    ("server-protocol-changed", "breaking", "A server speaks another protocol."),
    ("security-added", "breaking", "What was open needs credentials."),
    ("security-removed", "compatible", "What needed credentials is open."),
    ("security-alternative-removed", "breaking", "One way to be let in is gone."),
    ("security-alternative-added", "compatible", "There is one way more to be let in."),
    ("security-narrowed", "breaking", "One way to be let in needs further credentials."),
    ("security-scope-added", "breaking", "One way to be let in needs further scopes."),
    ("security-scope-removed", "compatible", "One way to be let in needs fewer scopes."),
    ("security-scheme-changed", "breaking", "Credentials are of another type, name or place."),
    ("security-flow-removed", "breaking", "One way to get a token is gone."),
    ("security-flow-added", "compatible", "There is one way more to get a token."),
    ("security-flow-scope-removed", "risky", "A scope can no longer be asked for."),
    ("security-url-changed", "breaking", "Credentials are got at another address."),
    ("security-bearer-format-changed", "risky", "Tokens are said to be of another form."),
    ("contract-removed", "breaking", "The contract is gone."),
    ("contract-added", "compatible", "There is a new contract."),
    ("changes-left-out", "risky", "There are more changes than are listed."),
    (UNJUDGED, "unknown", "Something could not be judged; the text says why."),
)


def _of_sides() -> Iterator[Rule]:
    for name, in_request, in_response, sentence in (*_SIDED, *_AROUND):
        yield Rule(f"request-{name}", in_request, "request", sentence)
        yield Rule(f"response-{name}", in_response, "response", sentence)
    for name, in_request, in_response, sentence in _SIDED:
        yield Rule(f"schema-{name}", _both(in_request, in_response), "both", sentence)


def _both(in_request: Level, in_response: Level) -> Level:
    """Where nobody said who writes: what breaks the writers breaks; what breaks readers alone is a risk."""
    if in_request != "compatible":
        return in_request
    return "compatible" if in_response == "compatible" else "risky"


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.id: rule
        for rule in (
            *(Rule(name, level, "both", sentence) for name, level, sentence in _PLAIN),
            *_SCHEMA_RULES.values(),
            *_of_sides(),
            *(Rule(name, said[0], "both", said[1]) for table in (GRAPHQL_RULES, PROTOBUF_RULES) for name, said in table.items()),
        )
    }
)
"""Every rule by its id."""
