"""Protobuf: what a change of a .proto file means on the wire, in JSON and in generated code."""

from collections.abc import Mapping
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.contracts.change import Verdict
from syncd.contracts.protobuf import diff
from syncd.contracts.protobuf_parse import parse
from syncd.contracts.protobuf_rules import RULES
from syncd.contracts.protobuf_tree import Unreadable
from syncd.contracts.revision import Revision
from syncd.contracts.several import diff_trees
from tests.contracts.protobuf_pairs import AB, CASES, P2, P3, RPC

Files = str | Mapping[str, str | bytes]


def revision(files: Files, main: str = "a.proto") -> Revision:
    given = {main: files} if isinstance(files, str) else files
    return Revision({path: text.encode() if isinstance(text, str) else text for path, text in given.items()}, main)


def judged(old: Files, new: str | Files) -> Verdict:
    return diff(revision(old), revision(new))


def said(old: Files, new: str | Files) -> list[tuple[str, str]]:
    return [(change.rule.removeprefix("proto-"), change.place) for change in judged(old, new).changes]


@pytest.mark.parametrize("name", CASES)
def test_each_change_is_found_once_at_its_place(name: str) -> None:
    case = CASES[name]
    assert said(case.old, case.new) == case.found
    assert judged(case.old, case.new).level == case.level
    assert said(case.old, case.old) == said(case.new, case.new) == []


def test_every_rule_is_shown_by_a_pair() -> None:
    shown = {f"proto-{rule}" for case in CASES.values() for rule, _ in case.found}
    assert set(RULES) - shown == {"proto-message-moved"}


def test_what_moved_to_another_file_of_its_package_is_risky() -> None:
    old = {"a.proto": P3 + AB + "message C { B b = 1; }", "b.proto": P3 + "message X {}"}
    new = {
        "a.proto": P3 + 'import "b.proto";\nmessage A {}\nmessage C { B b = 1; }',
        "b.proto": P3 + "message X {}\nmessage B {}",
    }
    assert said(old, new) == [("message-moved", "p.B"), ("message-added", "p.X")]


def test_what_moved_to_a_file_of_another_syntax_may_lose_its_json() -> None:
    old = {"a.proto": P3 + 'import "b.proto";\nmessage A {}\nenum E { X = 0; }', "b.proto": P2 + "message C {}"}
    new = {"a.proto": P3 + 'import "b.proto";\n', "b.proto": P2 + "message A {}\nenum E { X = 0; }\nmessage C {}"}
    found = said(old, new)
    assert [place for rule, place in found if rule == "json-format-changed"] == ["p.A", "p.E"]
    assert all(rule != "json-format-changed" for rule, _ in said(new, old))


def test_what_moved_to_a_file_that_is_not_imported_is_risky_too() -> None:
    old = {"a.proto": P3 + AB, "b.proto": P3 + "message X {}"}
    assert said(old, {"a.proto": P3 + "message A {}", "b.proto": P3 + "message X {}\nmessage B {}"}) == [("message-moved", "p.B")]


def test_two_revisions_side_by_side_in_a_folder_are_no_move() -> None:
    files = {"old.proto": (P3 + AB).encode(), "new.proto": (P3 + "message A {}").encode(), "other.proto": (P3 + AB).encode()}
    verdict = diff(Revision(files, "old.proto"), Revision(files, "new.proto"))
    assert [(change.rule, change.place) for change in verdict.changes] == [("proto-message-removed", "p.B")]


def test_what_the_main_file_imports_counts_and_what_it_does_not_is_left() -> None:
    main = P3 + 'import "x/b.proto";\nmessage A { B b = 1; }'
    old = {"a.proto": main, "proto/x/b.proto": P3 + "message B { int32 a = 1; }", "c.proto": P3 + "message C { int32 a = 1; }"}
    new = {"a.proto": main, "proto/x/b.proto": P3 + "message B { string a = 1; }", "c.proto": P3 + "message C { string a = 1; }"}
    assert said(old, new) == [("field-type-changed", "p.B.a")]


def test_a_missing_import_is_told_and_its_types_are_compared_by_name() -> None:
    main = P3 + 'import "far/b.proto";\nmessage A { far.B b = 1; far.B c = 2; }'
    verdict = judged(main, main.replace("far.B c", "far.C c"))
    assert verdict.judged
    assert [(change.rule, change.place) for change in verdict.changes] == [
        ("proto-field-type-changed", "p.A.c"),
        ("could-not-judge", "far/b.proto"),
    ]
    assert "imports far/b.proto, which the revision does not have" in verdict.changes[1].text


def test_imports_that_everybody_has_are_not_missed() -> None:
    main = (
        P3
        + 'import "google/protobuf/timestamp.proto";\nimport "google/api/annotations.proto";\nmessage A { google.protobuf.Timestamp at = 1; }'
    )
    assert said(main, main + "\n// more") == []


def test_a_type_that_an_import_brings_only_in_one_revision_is_the_same_by_name() -> None:
    old = {"a.proto": P3 + 'import "b.proto";\nmessage A { q.B b = 1; }'}
    new = {**old, "b.proto": 'syntax = "proto3";\npackage q;\nmessage B {}'}
    assert ("field-type-changed", "p.A.b") not in said(old, new)


def test_the_calls_that_a_message_belongs_to_are_told() -> None:
    old = P3 + RPC.replace("returns (A)", "returns (B)").replace("message A {}", "message A { int32 a = 1; }").replace(
        "message B {}", "message B { C c = 1; } message C { int32 a = 1; }"
    )
    changes = judged(old, old.replace("int32", "string")).changes
    assert [(change.place, change.operation, change.direction) for change in changes] == [
        ("p.A.a", "p.S/M", "request"),
        ("p.C.a", "p.S/M", "response"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "a.proto is empty"),
        ("hello", "'hello' begins nothing that is known"),
        (b"\x00\x01", "is not understood"),
        (b"\xff\xfe", "is no text in UTF-8"),
        ("message A { string a = ", "the end of the file stands where a number should"),
        ("message A { string a = 1 }", "line 1: '}' stands where ';' should"),
        ("/* never", "is not understood"),
        ('option x = "', "is not understood"),
        ("message A { string a = " + "9" * 10_000 + "; }", "stands where a whole number should"),
        ("message A {" * 10_000 + "}" * 10_000, "more than 64 deep"),
        ("option x = " + "{" * 100_000, "the end of the file"),
        (b" " * (5 << 20), "more than 4 MB"),
    ],
)
def test_what_is_no_proto_cannot_be_judged(text: str | bytes, reason: str) -> None:
    verdict = judged(P3 + AB, {"a.proto": text})
    assert (verdict.judged, verdict.level) == (False, "unknown")
    assert reason in verdict.reason


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("message A {}\nmessage A { int32 a = 1; }", "a.proto"),
        ("message A { int32 a = 1; int32 b = 1; }", "p.A"),
        ("message A { int32 a = 1; int32 a = 2; }", "p.A"),
        ("message A { int32 a = 1; reserved 1; }", "p.A"),
        ('message A { int32 a = 1; reserved "a"; }', "p.A"),
        ("message A { Nowhere a = 1; }", "p.A.a"),
        ("message A {}\nenum E { X = 0; Y = 0; }", "p.E"),
        ("message A {}\nenum E { X = 0; X = 1; }", "p.E"),
        ("message A {}\nenum E { X = 0; reserved 0; }", "p.E"),
        ("message A {}\nenum E {}", "p.E"),
    ],
)
def test_what_no_compiler_takes_is_unknown(text: str, place: str) -> None:
    found = judged(P3 + "message A {}\nenum E { X = 0; }", P3 + text).changes
    assert [change.place for change in found if change.level == "unknown"] == [place]


def test_an_import_that_cannot_be_read_leaves_the_rest_judged() -> None:
    main = P3 + 'import "b.proto";\nmessage A { int32 a = 1; }'
    found = said({"a.proto": main, "b.proto": "!"}, {"a.proto": main.replace("int32", "string"), "b.proto": "!"})
    assert found == [("field-type-changed", "p.A.a"), ("could-not-judge", "b.proto")]


def test_imports_in_a_circle_and_out_of_the_revision_end() -> None:
    files = {
        "a.proto": P3 + 'import "b.proto";\nimport "../../etc/passwd";\nmessage A { B b = 1; }',
        "b.proto": P3 + 'import public "a.proto";\nmessage B { A a = 1; }',
    }
    assert said(files, {**files, "b.proto": P3 + 'import "a.proto";\nmessage B { A a = 1; int32 c = 2; }'}) == [
        ("could-not-judge", "../../etc/passwd"),
        ("field-added", "p.B.c"),
    ]


def test_a_folder_is_one_contract_in_which_things_are_told_once_and_may_move() -> None:
    old = {
        "x/a.proto": P3 + 'import "x/b.proto";\nmessage A { B b = 1; }',
        "x/b.proto": P3 + "message B { int32 a = 1; }\nmessage C {}",
    }
    new = {"x/a.proto": old["x/a.proto"], "x/b.proto": P3 + "message B { string a = 1; }", "x/c.proto": P3 + "message C {}"}
    was, now = ({path: text.encode() for path, text in files.items()} for files in (old, new))
    found = diff_trees(was, now).whole
    assert [(change.rule, change.place) for change in found.changes] == [
        ("proto-field-type-changed", "*.proto: p.B.a"),
        ("proto-message-moved", "*.proto: p.C"),
    ]
    assert diff_trees(was, {}).whole.level == "breaking"
    assert diff_trees(was, {"x/b.proto": was["x/b.proto"]}).whole.changes[0].rule == "proto-message-removed"


def test_unusual_files_are_read() -> None:
    text = """
    edition = "2024"; package a.b; import option "x.proto"; import weak 'y.proto'; option (my.opt).x = { a: [1, 2] b { c: -1 } };
    export message M { option (o) = "a" "b"; repeated .a.b.M message = 1 [(v.rules) = {lt: 5, in: ["x;"]}, deprecated = true]; oneof group { M option = 2; }
      map < string , .a.b.M > m = 3; reserved foo, bar; extensions 10 to 20 [declaration = {number: 10}]; extend M { string stream = 12; };
      local enum E { option allow_alias = true; X = -0x1; Y = 017 [(z) = 1.5e3]; reserved -5 to -2, 100 to max; } ; }
    service S { option (h) = true; rpc M ( stream .a.b.M ) returns (stream M) { option (http) = { get: "/{a=**}" }; ; } ; }
    """
    file = parse("x.proto", text.encode())
    assert [(one.name, one.number, one.type, one.oneof) for one in file.messages["a.b.M"].fields] == [
        ("message", 1, ".a.b.M", ""),
        ("option", 2, "M", "group"),
        ("m", 3, ".a.b.M", ""),
    ]
    assert file.enums["a.b.M.E"].values == [("X", -1), ("Y", 15)]
    assert file.services["a.b.S"].rpcs[0].from_client
    assert file.extends[0][1].name == "stream"


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet='message A{}=;1"<>[]/*.\n', max_size=80))
def test_no_text_makes_the_reader_fail_in_another_way(text: str) -> None:
    with suppress(Unreadable):
        assert parse("a.proto", text.encode()).path == "a.proto"


def test_great_files_are_compared_in_one_go() -> None:
    """Nothing in them is looked through once for each of the others."""
    numbers = ", ".join(str(number) for number in range(1, 40_000, 2))
    aliases = " ".join(f"V{number} = 1;" for number in range(20_000))
    text = P3 + f"message A {{ reserved {numbers}; }}\nenum E {{ option allow_alias = true; X = 0; {aliases} }}"
    found = said(text, text.replace("1, 3, 5,", "1, 5,").replace("V7 = 1;", "W7 = 1;"))
    assert found == [("reserved-removed", "p.A"), ("enum-value-renamed", "p.E.V7")]


RANGES = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 9)), max_size=6)


@settings(max_examples=100, deadline=None)
@given(RANGES, RANGES)
def test_what_is_no_longer_reserved_is_what_the_numbers_say(old: list[tuple[int, int]], new: list[tuple[int, int]]) -> None:
    texts = [
        P3 + "message A { " + "".join(f"reserved {first} to {first + more}; " for first, more in ranges) + "}"
        for ranges in (old, new)
    ]
    before, after = ({number for first, more in ranges for number in range(first, first + more + 1)} for ranges in (old, new))
    lost = [change.old or "" for change in judged(*texts).changes]
    told = set()
    for part in (part for text in lost for part in text.split(", ")):
        first, _, last = part.partition(" to ")
        told |= set(range(int(first), int(last or first) + 1))
    assert told == before - after
