"""Pairs of schemas: what breaks whoever sends, what breaks whoever reads, and what breaks nobody."""

from typing import Any

import pytest

from tests.contracts.apis import NUMBER, TEXT, WHOLE, answering, judged, levels, rules, sending, thing

# what changed, the old schema, the new one, what the changes are called on either side without their prefix
NARROWED: list[tuple[str, Any, Any, str]] = [
    ("type", NUMBER, WHOLE, "type-narrowed"),
    ("type list", {"type": ["string", "integer"]}, TEXT, "type-narrowed"),
    ("any to one", {}, TEXT, "type-narrowed"),
    ("format added", TEXT, {**TEXT, "format": "uuid"}, "format-narrowed"),
    ("format within", {**WHOLE, "format": "int64"}, {**WHOLE, "format": "int32"}, "format-narrowed"),
    ("nullable", {"type": ["string", "null"]}, TEXT, "nullable-narrowed"),
    ("enum value", {**TEXT, "enum": ["a", "b"]}, {**TEXT, "enum": ["a"]}, "enum-narrowed"),
    ("enum at all", TEXT, {**TEXT, "enum": ["a"]}, "enum-narrowed"),
    ("const", TEXT, {"const": "a", **TEXT}, "const-narrowed"),
    ("minimum", {**NUMBER, "minimum": 1}, {**NUMBER, "minimum": 2}, "minimum-narrowed"),
    ("minimum at all", NUMBER, {**NUMBER, "minimum": 2}, "minimum-narrowed"),
    ("exclusive", {**NUMBER, "minimum": 1}, {**NUMBER, "exclusiveMinimum": 1}, "minimum-narrowed"),
    ("maximum", {**NUMBER, "maximum": 9}, {**NUMBER, "maximum": 8}, "maximum-narrowed"),
    ("step", {**NUMBER, "multipleOf": 5}, {**NUMBER, "multipleOf": 10}, "multiple-of-narrowed"),
    ("least length", TEXT, {**TEXT, "minLength": 1}, "min-length-narrowed"),
    ("greatest length", {**TEXT, "maxLength": 9}, {**TEXT, "maxLength": 8}, "max-length-narrowed"),
    ("least items", {"type": "array"}, {"type": "array", "minItems": 1}, "min-items-narrowed"),
    ("greatest items", {"type": "array"}, {"type": "array", "maxItems": 9}, "max-items-narrowed"),
    ("distinct items", {"type": "array"}, {"type": "array", "uniqueItems": True}, "unique-items-narrowed"),
    ("least properties", thing(), {**thing(), "minProperties": 1}, "min-properties-narrowed"),
    ("greatest properties", thing(), {**thing(), "maxProperties": 9}, "max-properties-narrowed"),
    ("pattern", TEXT, {**TEXT, "pattern": "^a"}, "pattern-narrowed"),
    ("items", {"type": "array"}, {"type": "array", "items": TEXT}, "items-narrowed"),
    ("items of another type", {"type": "array", "items": NUMBER}, {"type": "array", "items": WHOLE}, "type-narrowed"),
    ("contains", {"type": "array"}, {"type": "array", "contains": TEXT}, "contains-narrowed"),
    ("closed", thing(), {**thing(), "additionalProperties": False}, "additional-properties-narrowed"),
    ("typed others", thing(), {**thing(), "additionalProperties": TEXT}, "additional-properties-narrowed"),
    ("unevaluated", thing(), {**thing(), "unevaluatedProperties": False}, "unevaluated-properties-narrowed"),
    ("names", thing(), {**thing(), "propertyNames": {"maxLength": 3}}, "property-names-narrowed"),
    ("by pattern", thing(), {**thing(), "patternProperties": {"^x": TEXT}}, "pattern-properties-narrowed"),
    ("needs", thing(), {**thing(), "dependentRequired": {"a": ["b"]}}, "dependent-required-narrowed"),
    ("hangs on", thing(), {**thing(), "dependentSchemas": {"a": thing("b")}}, "dependent-schemas-narrowed"),
    ("condition", thing(), {**thing(), "if": thing("a"), "then": thing("b")}, "condition-narrowed"),
    ("exclusion", TEXT, {**TEXT, "not": {"enum": ["a"]}}, "not-narrowed"),
    ("wider exclusion", {"not": TEXT}, {"not": {"type": ["string", "integer"]}}, "not-narrowed"),
    ("encoding", TEXT, {**TEXT, "contentEncoding": "base64"}, "content-narrowed"),
    ("required", thing(a=TEXT), thing("a", a=TEXT), "property-became-required"),
    ("tuple", {"type": "array", "prefixItems": [NUMBER]}, {"type": "array", "prefixItems": [WHOLE]}, "type-narrowed"),
    ("alternative", {"oneOf": [TEXT, thing(a=TEXT)]}, {"oneOf": [TEXT]}, "alternative-removed"),
    ("one of three", {"anyOf": [thing(k={"const": k}) for k in "abc"]}, {"anyOf": [thing(k={"const": k}) for k in "ab"]}, "alternative-removed"),
    ("choice at all", thing(a=TEXT, b=TEXT), {**thing(a=TEXT, b=TEXT), "oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, "alternatives-narrowed"),
    ("part of all", thing(a=NUMBER), {"allOf": [thing(a=NUMBER), thing(a=WHOLE)]}, "type-narrowed"),
    ("length beside another type", {**thing(), "maxLength": 9}, {**thing(), "maxLength": 8}, "max-length-narrowed"),
    ("items beside another type", {**TEXT, "minItems": 2}, {**TEXT, "minItems": 3}, "min-items-narrowed"),
    ("property beside another type", {**TEXT, "properties": {"a": NUMBER}}, {**TEXT, "properties": {"a": WHOLE}}, "type-narrowed"),
    ("property deep", thing(a=thing(b={"type": "array", "items": NUMBER})), thing(a=thing(b={"type": "array", "items": WHOLE})), "type-narrowed"),
]  # fmt: skip

READERS_MAY_BE_LENIENT = {"enum-narrowed", "pattern-narrowed", "unique-items-narrowed", "additional-properties-narrowed"} | {
    "unevaluated-properties-narrowed"
}
OTHER_WAY = {"property-became-required": "property-became-optional", "alternative-removed": "alternative-added"}


@pytest.mark.parametrize(("old", "new", "rule"), [case[1:] for case in NARROWED], ids=[case[0] for case in NARROWED])
def test_what_is_narrower_breaks_who_sends_and_what_is_wider_who_reads(old: Any, new: Any, rule: str) -> None:
    wider = OTHER_WAY.get(rule, rule.replace("narrowed", "widened"))
    version = "3.1.0"
    narrowed = judged(sending(old, version), sending(new, version))
    assert rules(narrowed) == {f"request-{rule}"}
    assert narrowed.level == "breaking"
    widened = judged(sending(new, version), sending(old, version))
    assert rules(widened) == {f"request-{wider}"}
    assert widened.level == "compatible"
    assert judged(answering(old, version), answering(new, version)).level == "compatible"
    read = judged(answering(new, version), answering(old, version))
    assert rules(read) == {f"response-{wider}"}
    assert read.level == ("risky" if rule in READERS_MAY_BE_LENIENT else "breaking")


CHANGED: list[tuple[str, Any, Any, str, str]] = [
    # what changed, old, new, level where it is sent, level where it is read
    ("type", TEXT, WHOLE, "breaking", "breaking"),
    ("object to list", thing(a=TEXT), {"type": "array", "items": thing(a=TEXT)}, "breaking", "breaking"),
    ("format", {**TEXT, "format": "date"}, {**TEXT, "format": "date-time"}, "breaking", "breaking"),
    ("const", {"const": "a", **TEXT}, {"const": "b", **TEXT}, "breaking", "breaking"),
    ("enum values", {**TEXT, "enum": ["a", "b"]}, {**TEXT, "enum": ["a", "c"]}, "breaking", "risky"),
    ("pattern", {**TEXT, "pattern": "^a"}, {**TEXT, "pattern": "^b"}, "risky", "risky"),
    ("optional property gone", thing(a=TEXT, b=TEXT), thing(a=TEXT), "risky", "breaking"),
    ("required property gone", thing("b", a=TEXT, b=TEXT), thing(a=TEXT), "risky", "breaking"),
    ("gone where closed", {**thing(a=TEXT, b=TEXT), "additionalProperties": False}, {**thing(a=TEXT), "additionalProperties": False}, "breaking", "breaking"),
    ("optional property new", thing(a=TEXT), thing(a=TEXT, b=TEXT), "compatible", "compatible"),
    ("required property new", thing(a=TEXT), thing("b", a=TEXT, b=TEXT), "breaking", "compatible"),
    ("new beside typed others", {**thing(), "additionalProperties": TEXT}, {**thing(a=WHOLE), "additionalProperties": TEXT}, "breaking", "compatible"),
    ("read-only now", thing(a=TEXT), thing(a={**TEXT, "readOnly": True}), "breaking", "compatible"),
    ("write-only now", thing(a=TEXT), thing(a={**TEXT, "writeOnly": True}), "compatible", "breaking"),
    ("read-only property gone", thing(a={**TEXT, "readOnly": True}), thing(), "compatible", "breaking"),
    ("write-only property changed", thing(a={**WHOLE, "writeOnly": True}), thing(a={**TEXT, "writeOnly": True}), "breaking", "compatible"),
    ("read-only required", thing(a=TEXT), thing("b", a=TEXT, b={**TEXT, "readOnly": True}), "compatible", "compatible"),
    ("default", {**TEXT, "default": "a"}, {**TEXT, "default": "b"}, "risky", "compatible"),
    ("deprecated", thing(a=TEXT), thing(a={**TEXT, "deprecated": True}), "compatible", "compatible"),
    ("unheard of", {**TEXT, "looksLike": "a"}, {**TEXT, "looksLike": "b"}, "unknown", "unknown"),
    ("one form more", {"oneOf": [thing(a=TEXT), thing(b=TEXT)]}, {"oneOf": [thing(a=TEXT), thing(b=TEXT), thing(c=TEXT)]}, "compatible", "breaking"),
    ("form changed", {"anyOf": [thing(k={"const": "a"}, x=TEXT), thing(k={"const": "b"})]}, {"anyOf": [thing(k={"const": "a"}, x=WHOLE), thing(k={"const": "b"})]}, "breaking", "breaking"),
    ("form changed beside a wider one", {"anyOf": [thing("a", a=TEXT, x=TEXT), thing("a", a=TEXT)]}, {"anyOf": [thing("a", a=TEXT, x=WHOLE), thing("a", a=TEXT)]}, "breaking", "breaking"),
    ("forms without names beyond what is guessed at", {"oneOf": [thing(**{f"p{at}": {**WHOLE, "minimum": at}}) for at in range(90)]}, {"oneOf": [thing(**{f"p{at}": {**WHOLE, "minimum": at + 1}}) for at in range(90)]}, "breaking", "compatible"),
    ("exactly one of two that both fit", thing("a", "b", a=TEXT, b=TEXT), {"oneOf": [thing("a", a=TEXT, b=TEXT), thing("b", a=TEXT, b=TEXT)]}, "breaking", "breaking"),
    ("null or a number", {"type": "null"}, NUMBER, "breaking", "breaking"),
    ("any number but small ones", {**WHOLE, "minimum": 5}, {**NUMBER, "minimum": 7}, "breaking", "breaking"),
    ("anything but a text", TEXT, {"not": TEXT}, "breaking", "breaking"),
    ("values of a type that is said now", {"enum": [1, 2]}, {**WHOLE, "maximum": 9}, "breaking", "risky"),
    ("null alone of several values", {"enum": [None, 1]}, {"enum": [None]}, "breaking", "compatible"),
    ("a list where only null was", {"const": None}, {"type": "array"}, "breaking", "breaking"),
    ("null where no type is said", {**thing(a=TEXT), "type": ["object", "null"]}, {"properties": {"a": TEXT}}, "compatible", "compatible"),
    ("wrapped", thing("a", a=TEXT), {"anyOf": [thing("a", a=TEXT), WHOLE]}, "compatible", "breaking"),
    ("null among alternatives", {"anyOf": [TEXT, {"type": "null"}]}, TEXT, "breaking", "compatible"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "sent", "read"), [case[1:] for case in CHANGED], ids=[case[0] for case in CHANGED])
def test_what_is_otherwise_is_as_bad_as_it_is_on_its_side(old: Any, new: Any, sent: str, read: str) -> None:
    assert judged(sending(old, "3.1.0"), sending(new, "3.1.0")).level == sent
    assert judged(answering(old, "3.1.0"), answering(new, "3.1.0")).level == read


SAME: list[tuple[str, Any, Any]] = [
    ("words", {**TEXT, "description": "a", "example": "b", "title": "c"}, {**TEXT, "description": "d"}),
    ("one value", {"const": "a", **TEXT}, {"enum": ["a"], **TEXT}),
    ("order of values", {**TEXT, "enum": ["a", "b"]}, {**TEXT, "enum": ["b", "a"]}),
    ("order of types", {"type": ["string", "integer"]}, {"type": ["integer", "string"]}),
    ("order of required", thing("a", "b", a=TEXT, b=TEXT), thing("b", "a", b=TEXT, a=TEXT)),
    ("all of one", thing(a=TEXT), {"allOf": [thing(a=TEXT)]}),
    ("all of parts", thing("b", a=TEXT, b=WHOLE), {"allOf": [thing(a=TEXT), thing("b", b=WHOLE)]}),
    ("all of the same", thing(a=WHOLE), {"allOf": [thing(a=WHOLE), thing(a=NUMBER)]}),
    ("one of one", TEXT, {"oneOf": [TEXT]}),
    ("null as an alternative", {"type": ["string", "null"]}, {"anyOf": [TEXT, {"type": "null"}]}),
    ("types as alternatives", {"type": ["string", "integer"]}, {"anyOf": [TEXT, WHOLE]}),
    (
        "values as alternatives",
        {**TEXT, "enum": ["a", "b"]},
        {"oneOf": [{"const": "a", **TEXT}, {"const": "b", "title": "B", **TEXT}]},
    ),
    ("order of alternatives", {"oneOf": [thing(a=TEXT), thing(b=TEXT)]}, {"oneOf": [thing(b=TEXT), thing(a=TEXT)]}),
    ("what says nothing", {**thing(), "minProperties": 0, "additionalProperties": True}, thing()),
    ("true and empty", thing(a={}), thing(a=True)),
    ("numbers", {**NUMBER, "minimum": 1}, {**NUMBER, "minimum": 1.0}),
    ("whole numbers", {**WHOLE, "exclusiveMinimum": 0}, {**WHOLE, "minimum": 1}),
    ("extensions", {**TEXT, "x-order": 1}, {**TEXT, "x-order": 2}),
    ("type left out", thing(a=TEXT), {"properties": {"a": TEXT}}),
    ("length 0", TEXT, {**TEXT, "minLength": 0}),
    ("how it is shown", TEXT, {**TEXT, "format": "password"}),
]


@pytest.mark.parametrize(("old", "new"), [case[1:] for case in SAME], ids=[case[0] for case in SAME])
def test_what_means_the_same_is_no_change(old: Any, new: Any) -> None:
    for one, other in ((old, new), (new, old)):
        assert judged(sending(one, "3.1.0"), sending(other, "3.1.0")).changes == ()
        assert judged(answering(one, "3.1.0"), answering(other, "3.1.0")).changes == ()


def test_the_place_of_a_change_is_told_by_names() -> None:
    verdict = judged(
        answering(thing(pets={"type": "array", "items": thing(name=TEXT)})),
        answering(thing(pets={"type": "array", "items": thing(name=WHOLE)})),
    )
    (change,) = verdict.changes
    assert (change.operation, change.place) == ("GET /pets", "responses.200.application/json.pets[].name")
    assert (change.old, change.new) == ("string", "integer")
    assert change.text == (
        "responses.200.application/json.pets[].name: the type is another one: what comes may not be what it was "
        "(was string, is integer)."
    )


def test_of_a_schema_that_anybody_may_write_narrowing_breaks_and_widening_is_a_risk() -> None:
    old, new = thing(a=NUMBER), thing(a=WHOLE)
    assert judged(old, new, "jsonschema").level == "breaking"
    assert judged(new, old, "jsonschema").level == "risky"
    assert judged(new, old, "jsonschema", "request").level == "compatible"
    assert judged(new, old, "jsonschema", "response").level == "breaking"


@pytest.mark.parametrize("keyword", ["$defs", "definitions"])
def test_a_library_of_schemas_is_compared_schema_by_schema(keyword: str) -> None:
    verdict = judged(
        {"$schema": "x", keyword: {"a": TEXT, "b": TEXT}}, {"$schema": "x", keyword: {"a": WHOLE, "b": TEXT}}, "jsonschema"
    )
    assert [change.place for change in verdict.changes] == [f"{keyword}.a"]


def test_older_drafts_mean_the_same_by_other_words() -> None:
    old = {"$schema": "http://json-schema.org/draft-04/schema#", "type": "array", "items": [NUMBER], "additionalItems": False}
    new = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "array", "prefixItems": [NUMBER], "items": False}
    assert judged(old, new, "jsonschema").changes == ()
    bounds = judged({**NUMBER, "minimum": 1, "exclusiveMinimum": True}, {**NUMBER, "exclusiveMinimum": 1}, "jsonschema")
    assert levels(bounds) == set()
