"""GraphQL: what a change of a schema means for the queries that people send."""

import pytest
from graphql import build_schema, find_breaking_changes, find_dangerous_changes
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.contracts.change import Verdict
from syncd.contracts.graphql import diff
from syncd.contracts.graphql_rules import RULES
from syncd.contracts.revision import Revision

QUERY = "type Query { a: Int }\n"


def judged(old: str, new: str) -> Verdict:
    """The verdict on two texts."""
    return diff(*(Revision({"schema.graphql": text.encode()}, "schema.graphql") for text in (old, new)))


def said(old: str, new: str) -> list[tuple[str, str]]:
    """Rules without their prefix, and places."""
    return [(change.rule.removeprefix("graphql-"), change.place) for change in judged(QUERY + old, QUERY + new).changes]


# fmt: off
PAIRS: dict[str, tuple[str, str, list[tuple[str, str]]]] = {
    "type removed": ("type U { a: Int }", "", [("type-removed", "U")]),
    "type added": ("", "type U { a: Int }", [("type-added", "U")]),
    "type renamed": ("type U { a: Int }", "type V { a: Int }", [("type-removed", "U"), ("type-added", "V")]),
    "scalar removed": ("scalar Date", "", [("type-removed", "Date")]),
    "kind": ("type U { a: Int }", "interface U { a: Int }", [("type-kind-changed", "U")]),
    "kind of input": ("input U { a: Int }", "type U { a: Int }", [("type-kind-changed", "U")]),
    "field removed": ("type U { a: Int b: Int }", "type U { a: Int }", [("field-removed", "U.b")]),
    "field of interface removed": ("interface U { a: Int b: Int }", "interface U { a: Int }", [("field-removed", "U.b")]),
    "deprecated field removed": ("type U { a: Int b: Int @deprecated }", "type U { a: Int }", [("field-removed", "U.b")]),
    "field added": ("type U { a: Int }", "type U { a: Int b: Int }", [("field-added", "U.b")]),
    "field deprecated": ("type U { a: Int }", "type U { a: Int @deprecated }", [("field-deprecated", "U.a")]),
    "returns null": ("type U { a: Int! }", "type U { a: Int }", [("field-type-changed", "U.a")]),
    "returns no null": ("type U { a: Int }", "type U { a: Int! }", [("field-type-narrowed", "U.a")]),
    "list of null": ("type U { a: [Int!] }", "type U { a: [Int] }", [("field-type-changed", "U.a")]),
    "list of no null": ("type U { a: [Int] }", "type U { a: [Int!]! }", [("field-type-narrowed", "U.a")]),
    "list itself null": ("type U { a: [Int]! }", "type U { a: [Int!] }", [("field-type-changed", "U.a")]),
    "became list": ("type U { a: Int }", "type U { a: [Int] }", [("field-type-changed", "U.a")]),
    "list no more": ("type U { a: [Int] }", "type U { a: Int }", [("field-type-changed", "U.a")]),
    "list of lists": ("type U { a: [[Int]] }", "type U { a: [[Int!]] }", [("field-type-narrowed", "U.a")]),
    "type of field": ("type U { a: Int }", "type U { a: Float }", [("field-type-changed", "U.a")]),
    "argument removed": ("type U { a(x: Int): Int }", "type U { a: Int }", [("argument-removed", "U.a(x:)")]),
    "argument added": ("type U { a: Int }", "type U { a(x: Int): Int }", [("argument-added", "U.a(x:)")]),
    "argument with default added": ("type U { a: Int }", "type U { a(x: Int! = 3): Int }", [("argument-added", "U.a(x:)")]),
    "required argument added": ("type U { a: Int }", "type U { a(x: Int!): Int }", [("argument-required", "U.a(x:)")]),
    "argument became required": ("type U { a(x: Int): Int }", "type U { a(x: Int!): Int }", [("argument-type-changed", "U.a(x:)")]),
    "argument became optional": ("type U { a(x: Int!): Int }", "type U { a(x: Int): Int }", [("argument-type-widened", "U.a(x:)")]),
    "argument of list": ("type U { a(x: [Int!]): Int }", "type U { a(x: [Int]): Int }", [("argument-type-widened", "U.a(x:)")]),
    "argument of list narrowed": ("type U { a(x: [Int]): Int }", "type U { a(x: [Int!]): Int }", [("argument-type-changed", "U.a(x:)")]),
    "argument type": ("type U { a(x: Int): Int }", "type U { a(x: ID): Int }", [("argument-type-changed", "U.a(x:)")]),
    "argument became list": ("type U { a(x: Int): Int }", "type U { a(x: [Int]): Int }", [("argument-type-changed", "U.a(x:)")]),
    "default changed": ("type U { a(x: Int = 1): Int }", "type U { a(x: Int = 2): Int }", [("argument-default-changed", "U.a(x:)")]),
    "default gone": ("type U { a(x: Int = 1): Int }", "type U { a(x: Int): Int }", [("argument-default-changed", "U.a(x:)")]),
    "default of required gone": ("type U { a(x: Int! = 1): Int }", "type U { a(x: Int!): Int }", [("argument-required", "U.a(x:)")]),
    "default added": ("type U { a(x: Int): Int }", "type U { a(x: Int = 2): Int }", [("argument-default-added", "U.a(x:)")]),
    "argument deprecated": ("type U { a(x: Int): Int }", "type U { a(x: Int @deprecated): Int }", [("argument-deprecated", "U.a(x:)")]),
    "input field removed": ("input I { a: Int b: Int }", "input I { a: Int }", [("input-field-removed", "I.b")]),
    "input field added": ("input I { a: Int }", "input I { a: Int b: Int }", [("input-field-added", "I.b")]),
    "input field with default": ("input I { a: Int }", "input I { a: Int b: Int! = 1 }", [("input-field-added", "I.b")]),
    "required input field": ("input I { a: Int }", "input I { a: Int b: Int! }", [("input-field-required", "I.b")]),
    "input field narrowed": ("input I { a: Int }", "input I { a: Int! }", [("input-field-type-changed", "I.a")]),
    "input field widened": ("input I { a: [Int!]! }", "input I { a: [Int] }", [("input-field-type-widened", "I.a")]),
    "input field default": ("input I { a: Int = 1 }", "input I { a: Int = 2 }", [("input-field-default-changed", "I.a")]),
    "input field lost default": ("input I { a: Int! = 1 }", "input I { a: Int! }", [("input-field-required", "I.a")]),
    "one of": ("input I { a: Int b: Int }", "input I @oneOf { a: Int b: Int }", [("one-of-added", "I")]),
    "one of no more": ("input I @oneOf { a: Int b: Int }", "input I { a: Int b: Int }", [("one-of-removed", "I")]),
    "enum value removed": ("enum E { A B }", "enum E { A }", [("enum-value-removed", "E.B")]),
    "enum value added": ("enum E { A }", "enum E { A B }", [("enum-value-added", "E.B")]),
    "enum value deprecated": ("enum E { A }", "enum E { A @deprecated }", [("enum-value-deprecated", "E.A")]),
    "union member removed": ("type U { a: Int } type V { a: Int } union W = U | V", "type U { a: Int } type V { a: Int } union W = U", [("union-member-removed", "W & V")]),
    "union member added": ("type U { a: Int } type V { a: Int } union W = U", "type U { a: Int } type V { a: Int } union W = U | V", [("union-member-added", "W & V")]),
    "interface removed": ("interface N { a: Int } type U implements N { a: Int }", "interface N { a: Int } type U { a: Int }", [("interface-removed", "U & N")]),
    "interface added": ("interface N { a: Int } type U { a: Int }", "interface N { a: Int } type U implements N { a: Int }", [("interface-added", "U & N")]),
    "directive removed": ("directive @x on FIELD", "", [("directive-removed", "@x")]),
    "directive added": ("", "directive @x on FIELD", [("directive-added", "@x")]),
    "directive location": ("directive @x on FIELD | QUERY", "directive @x on FIELD", [("directive-location-removed", "@x on QUERY")]),
    "directive repeatable": ("directive @x repeatable on FIELD", "directive @x on FIELD", [("directive-not-repeatable", "@x")]),
    "directive argument removed": ("directive @x(a: Int) on FIELD", "directive @x on FIELD", [("directive-argument-removed", "@x(a:)")]),
    "directive argument added": ("directive @x on FIELD", "directive @x(a: Int) on FIELD", [("directive-argument-added", "@x(a:)")]),
    "directive argument required": ("directive @x on FIELD", "directive @x(a: Int!) on FIELD", [("directive-argument-required", "@x(a:)")]),
    "directive argument type": ("directive @x(a: Int) on FIELD", "directive @x(a: ID) on FIELD", [("directive-argument-type-changed", "@x(a:)")]),
    "directive argument default": ("directive @x(a: Int = 1) on FIELD", "directive @x(a: Int = 2) on FIELD", [("directive-argument-default-changed", "@x(a:)")]),
    "root": ("type R { a: Int } type S { a: Int } extend schema { mutation: R }", "type R { a: Int } type S { a: Int } extend schema { mutation: S }", [("root-changed", "mutation")]),
    "scalar specification": ('scalar D @specifiedBy(url: "https://a.example")', 'scalar D @specifiedBy(url: "https://b.example")', [("scalar-specification-changed", "D")]),
}

SAME = {
    "descriptions": ('"One" type U { a: Int }', '"""Two""" type U { "a" a: Int # here\n }'),
    "order of types": ("type U { a: Int } type V { a: Int }", "type V { a: Int } type U { a: Int }"),
    "order of fields": ("type U { a(x: Int, y: Int): Int b: Int }", "type U { b: Int a(y: Int x: Int): Int }"),
    "order of values": ("enum E { A B }", "enum E { B A }"),
    "order of members": ("type U { a: Int } union W = U | Query", "type U { a: Int } union W = | Query | U"),
    "order of locations": ("directive @x on FIELD | QUERY", "directive @x on QUERY | FIELD"),
    "extension": ("type U { a: Int b: Int }", "type U { a: Int } extend type U { b: Int }"),
    "extension of an enum": ("enum E { A B }", "enum E { A } extend enum E { B }"),
    "extension of a union": ("type U { a: Int } union W = Query | U", "type U { a: Int } union W = Query extend union W = U"),
    "extension of an input": ("input I { a: Int b: Int }", "input I { a: Int } extend input I { b: Int }"),
    "extension of an interface": ("interface N { a: Int } type U implements N { a: Int }", "interface N { a: Int } type U { a: Int } extend type U implements N"),
    "schema said": ("", "schema { query: Query }"),
    "default as an object": ("input I { a: Int b: Int } type U { a(i: I = {a: 1, b: 2}): Int }", "input I { a: Int b: Int } type U { a(i: I = { b: 2 a: 1 }): Int }"),
    "default as a block": ('type U { a(i: String = "x"): Int }', 'type U { a(i: String = """x"""): Int }'),
    "what every schema has": ("", 'directive @deprecated(reason: String = "x") on FIELD_DEFINITION scalar Int'),
    "reason of a deprecation": ("type U { a: Int @deprecated }", 'type U { a: Int @deprecated(reason: "old") }'),
    "commas": ("type U { a(x: Int, y: Int): Int }", "type U { a(x: Int y: Int): Int, }"),
}
# fmt: on


@pytest.mark.parametrize("name", PAIRS)
def test_each_change_is_found_once_at_its_place(name: str) -> None:
    old, new, expected = PAIRS[name]
    assert said(old, new) == expected


@pytest.mark.parametrize("name", SAME)
def test_layout_order_and_extensions_change_nothing(name: str) -> None:
    old, new = SAME[name]
    assert said(old, new) == []
    assert said(new, old) == []


def test_every_rule_is_shown_by_a_pair() -> None:
    shown = {f"graphql-{rule}" for _, _, expected in PAIRS.values() for rule, _ in expected}
    assert set(RULES) - shown == {"graphql-input-field-default-added", "graphql-input-field-deprecated"}


def test_the_operation_and_the_side_are_told_where_they_can_be() -> None:
    old = "type Query { user(id: ID): User other: Other } type User { name: String } type Other { by: Sort } enum Sort { A B }"
    verdict = judged(old, old.replace("id: ID", "id: ID!").replace("name: String", "named: String").replace("A B", "A"))
    told = {change.place: (change.operation, change.direction) for change in verdict.changes}
    assert told["Query.user(id:)"] == ("Query.user", "request")
    assert told["User.name"] == ("Query.user", "response")
    assert told["Sort.B"] == ("Query.other", "response")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("type Query { a: Int", "schema.graphql, line 1: Syntax Error: Expected Name, found <EOF>."),
        ("extend type Query { b: Int }", "schema.graphql only extends types that it does not define"),
        ("{ a }", "schema.graphql defines no type"),
        ("", "schema.graphql, line 1: Syntax Error: Unexpected <EOF>."),
        ("type Query { a: " + "[" * 10_000, "nested too deeply"),
        ("type Query { a(x: Int = " + "[" * 10_000, "nested too deeply"),
    ],
)
def test_what_is_no_schema_cannot_be_judged(text: str, reason: str) -> None:
    verdict = judged(QUERY, text)
    assert (verdict.judged, verdict.level) == (False, "unknown")
    assert reason in verdict.reason


def test_binary_and_huge_files_cannot_be_judged() -> None:
    for content in (b"\xff\xfe\x00", b"#" * (9 << 20)):
        old, new = Revision({"s": QUERY.encode()}, "s"), Revision({"s": content}, "s")
        assert not diff(old, new).judged


def test_what_is_extended_and_defined_elsewhere_is_compared_by_what_is_there() -> None:
    own = 'type U @key(fields: "id") { id: ID }\n'
    verdict = judged("extend type Query { b: Int }" + own, "extend type Query { b: ID }" + own)
    assert [change.place for change in verdict.changes] == ["Query.b"]


def test_what_is_defined_twice_is_unknown() -> None:
    assert judged(QUERY, QUERY + "type U { a: Int } type U { b: Int }").level == "unknown"


NAMES = st.sampled_from("abc")
TYPES = st.builds(
    lambda name, shape: shape.replace("T", name),
    st.sampled_from(("Int", "ID", "E")),
    st.sampled_from(("T", "T!", "[T]", "[T!]!")),
)
ARGUMENTS = st.dictionaries(NAMES, TYPES, max_size=2)
FIELDS = st.dictionaries(NAMES, st.tuples(TYPES, ARGUMENTS), min_size=1, max_size=3)


@st.composite
def schemas(draw: st.DrawFn) -> str:
    """A valid schema with an enum, an input, an object and a union."""
    lines = []
    for name in ("Query", "U", "V"):
        fields = [f"{key}{_given(arguments)}: {kind}" for key, (kind, arguments) in draw(FIELDS).items()]
        lines.append(f"type {name} {{ {' '.join(fields)} }}")
    values = draw(st.sets(st.sampled_from("XYZ"), min_size=1))
    inputs = [f"{key}: {kind}" for key, kind in draw(st.dictionaries(NAMES, TYPES, min_size=1, max_size=2)).items()]
    members = draw(st.sets(st.sampled_from("UV"), min_size=1))
    return "\n".join(
        [
            *lines,
            f"enum E {{ {' '.join(sorted(values))} }}",
            f"input I {{ {' '.join(inputs)} }}",
            f"union W = {' | '.join(sorted(members))}",
        ]
    )


def _given(arguments: dict[str, str]) -> str:
    return f"({', '.join(f'{name}: {kind}' for name, kind in arguments.items())})" if arguments else ""


@settings(max_examples=60, deadline=None)
@given(schemas(), schemas())
def test_it_finds_as_much_as_the_reference_does(old: str, new: str) -> None:
    """graphql-core compares built schemas, and gives a sentence for each change: as many as ours, of the same levels. It counts a scalar
    that every schema has as gone where nothing uses it any more: that breaks nothing by itself."""
    before, after = build_schema(old), build_schema(new)
    breaking = [change for change in find_breaking_changes(before, after) if not change.description.startswith("Standard scalar")]
    levels = [change.level for change in judged(old, new).changes]
    assert levels.count("breaking") == len(breaking)
    assert levels.count("risky") == len(find_dangerous_changes(before, after))
    assert judged(old, old).changes == ()
