"""Pairs of .proto files with what changes from the first to the second: rules without their prefix, and places."""

from typing import NamedTuple

P3 = 'syntax = "proto3";\npackage p;\n'
P2 = 'syntax = "proto2";\npackage p;\n'
ED = 'edition = "2023";\npackage p;\n'
AB = "message A {}\nmessage B {}\n"
RPC = "message A {}\nmessage B {}\nservice S {\n  rpc M(A) returns (A);\n}\n"


class Case(NamedTuple):
    """Two files. `level`: what the whole comes to."""

    old: str
    new: str
    level: str
    found: list[tuple[str, str]]


def _p3(old: str, new: str, level: str, *found: tuple[str, str]) -> Case:
    return Case(P3 + old, P3 + new, level, list(found))


def _p2(old: str, new: str, level: str, *found: tuple[str, str]) -> Case:
    return Case(P2 + old, P2 + new, level, list(found))


# fmt: off
CASES: dict[str, Case] = {
    # fields
    "field gone": _p3("message A { int32 a = 1; int32 b = 2; }", "message A { int32 a = 1; }", "breaking", ("field-removed", "p.A.b")),
    "field gone, number kept": _p3("message A { int32 a = 1; int32 b = 2; }", "message A { int32 a = 1; reserved 2; }", "breaking", ("field-removed", "p.A.b")),
    "field gone, name kept": _p3("message A { int32 a = 1; int32 b = 2; }", 'message A { int32 a = 1; reserved "b"; }', "breaking", ("field-removed", "p.A.b")),
    "field retired": _p3("message A { int32 a = 1; int32 b = 2; }", 'message A { int32 a = 1; reserved 2 to 4; reserved "b"; }', "risky", ("field-retired", "p.A.b")),
    "required retired": _p2("message A { required int32 b = 2; }", 'message A { reserved 2; reserved "b"; }', "breaking", ("field-removed", "p.A.b")),
    "field added": _p3("message A { int32 a = 1; }", "message A { int32 a = 1; int32 b = 2; }", "compatible", ("field-added", "p.A.b")),
    "required added": _p2("message A { optional int32 a = 1; }", "message A { optional int32 a = 1; required int32 b = 2; }", "breaking", ("field-required-added", "p.A.b")),
    "field renamed": _p3("message A { int32 a = 1; }", "message A { int32 b = 1; }", "breaking", ("field-renamed", "p.A.a")),
    "field renamed, JSON kept": _p3("message A { int32 a = 1; }", 'message A { int32 b = 1 [json_name = "a"]; }', "breaking", ("field-renamed", "p.A.a")),
    "number reused": _p3("message A { int32 a = 1; }", "message A { string b = 1; }", "breaking", ("field-number-reused", "p.A.a")),
    "number changed": _p3("message A { int32 a = 1; int32 b = 2; }", "message A { int32 a = 1; int32 b = 3; }", "breaking", ("field-number-changed", "p.A.b")),
    "numbers swapped": _p3("message A { int32 a = 1; int32 b = 2; }", "message A { int32 a = 2; int32 b = 1; }", "breaking", ("field-renamed", "p.A.a"), ("field-renamed", "p.A.b")),
    "JSON name": _p3("message A { int32 a_b = 1; }", 'message A { int32 a_b = 1 [json_name = "x"]; }', "breaking", ("field-json-name-changed", "p.A.a_b")),
    "JSON name said": _p3("message A { int32 a_b = 1; }", 'message A { int32 a_b = 1 [json_name = "aB"]; }', "compatible"),
    "type": _p3("message A { int32 a = 1; }", "message A { string a = 1; }", "breaking", ("field-type-changed", "p.A.a")),
    "type to message": _p3("message A { int32 a = 1; }", "message A { A a = 1; }", "breaking", ("field-type-changed", "p.A.a")),
    "type sign": _p3("message A { int32 a = 1; }", "message A { sint32 a = 1; }", "breaking", ("field-type-changed", "p.A.a")),
    "type alike": _p3("message A { int32 a = 1; fixed64 b = 2; }", "message A { uint32 a = 1; sfixed64 b = 2; }", "risky", ("field-type-alike", "p.A.a"), ("field-type-alike", "p.A.b")),
    "type wider": _p3("message A { int32 a = 1; }", "message A { int64 a = 1; }", "breaking", ("field-type-wire-alike", "p.A.a")),
    "text and bytes": _p3("message A { string a = 1; }", "message A { bytes a = 1; }", "breaking", ("field-type-wire-alike", "p.A.a")),
    "other message": _p3("message A { B b = 1; }\nmessage B {}\nmessage C {}", "message A { C b = 1; }\nmessage B {}\nmessage C {}", "breaking", ("field-type-changed", "p.A.b")),
    "message renamed": _p3("message A { B b = 1; }\nmessage B {}", "message A { C b = 1; }\nmessage C {}", "breaking", ("field-type-changed", "p.A.b"), ("message-removed", "p.B"), ("message-added", "p.C")),
    "group": _p2("message A { optional group B = 1 { optional int32 x = 1; } }", "message A { message B { optional int32 x = 1; } optional B b = 1; }", "breaking", ("field-type-changed", "p.A.b")),
    "became repeated": _p3("message A { int32 a = 1; }", "message A { repeated int32 a = 1; }", "breaking", ("field-label-changed", "p.A.a")),
    "repeated no more": _p3("message A { repeated A a = 1; }", "message A { A a = 1; }", "breaking", ("field-label-changed", "p.A.a")),
    "became a map": _p3("message A { repeated A a = 1; }", "message A { map<string, A> a = 1; }", "breaking", ("field-label-changed", "p.A.a")),
    "became required": _p2("message A { optional int32 a = 1; }", "message A { required int32 a = 1; }", "breaking", ("field-label-changed", "p.A.a")),
    "required no more": _p2("message A { required int32 a = 1; }", "message A { optional int32 a = 1; }", "breaking", ("field-label-changed", "p.A.a")),
    "map value": _p3("message A { map<string, int32> a = 1; }", "message A { map<string, bool> a = 1; }", "breaking", ("field-type-wire-alike", "p.A.a")),
    "map value alike": _p3("message A { map<string, int32> a = 1; }", "message A { map<string, uint32> a = 1; }", "risky", ("field-type-alike", "p.A.a")),
    "map key": _p3("message A { map<string, int32> a = 1; }", "message A { map<int32, int32> a = 1; }", "breaking", ("field-type-changed", "p.A.a")),
    "presence": _p3("message A { optional int32 a = 1; }", "message A { int32 a = 1; }", "risky", ("field-presence-changed", "p.A.a")),
    "presence of a message": _p3("message A { A a = 1; }", "message A { optional A a = 1; }", "compatible"),
    "into a oneof": _p3("message A { int32 a = 1; }", "message A { oneof o { int32 a = 1; } }", "breaking", ("field-oneof-changed", "p.A.a")),
    "out of a oneof": _p3("message A { oneof o { int32 a = 1; } }", "message A { int32 a = 1; }", "breaking", ("field-oneof-changed", "p.A.a")),
    "oneof renamed": _p3("message A { oneof o { int32 a = 1; } }", "message A { oneof q { int32 a = 1; } }", "breaking", ("field-oneof-changed", "p.A.a")),
    "oneof more": _p3("message A { oneof o { int32 a = 1; } }", "message A { oneof o { int32 a = 1; string b = 2; } }", "compatible", ("field-added", "p.A.b")),
    "oneof less": _p3("message A { oneof o { int32 a = 1; string b = 2; } }", "message A { oneof o { int32 a = 1; } }", "breaking", ("field-removed", "p.A.b")),
    "default": _p2("message A { optional int32 a = 1 [default = 3]; }", "message A { optional int32 a = 1 [default = 4]; }", "breaking", ("default-changed", "p.A.a")),
    "default gone": _p2("message A { optional string a = 1 [default = \"x\"]; }", "message A { optional string a = 1; }", "breaking", ("default-changed", "p.A.a")),
    "default said": _p2("message A { optional int32 a = 1; optional E e = 2; }\nenum E { X = 0; }", "message A { optional int32 a = 1 [default = 0]; optional E e = 2 [default = X]; }\nenum E { X = 0; }", "compatible"),
    "option of JavaScript": _p3("message A { int64 a = 1; }", "message A { int64 a = 1 [jstype = JS_STRING]; }", "risky", ("field-option-changed", "p.A.a[jstype]")),
    "packed": _p3("message A { repeated int64 a = 1; }", "message A { repeated int64 a = 1 [packed = false]; }", "compatible"),
    # what is kept free
    "reserved gone": _p3('message A { reserved 2, 5 to 9; reserved "b"; }', "message A {}", "breaking", ("reserved-removed", "p.A"), ("reserved-removed", "p.A[names]")),
    "reserved less": _p3("message A { reserved 2 to 9; }", "message A { reserved 2 to 5; }", "breaking", ("reserved-removed", "p.A")),
    "reserved in parts": _p3("message A { reserved 2 to 9; }", "message A { reserved 2 to 5; reserved 6, 7 to 20; }", "compatible"),
    "extension numbers": _p2("message A { extensions 100 to 200; }", "message A { extensions 100 to 150; }", "risky", ("extension-numbers-removed", "p.A")),
    "extension gone": _p2("message A { extensions 100 to 200; }\nextend A { optional int32 x = 100; }", "message A { extensions 100 to 200; }", "risky", ("extension-removed", "(p.A).x")),
    "extension type": _p2("message A { extensions 100 to max; }\nextend A { optional int32 x = 100; }", "message A { extensions 100 to max; }\nextend A { optional string x = 100; }", "breaking", ("field-type-changed", "(p.A).x")),
    # enums
    "value gone": _p3("enum E { X = 0; Y = 1; }", "enum E { X = 0; }", "breaking", ("enum-value-removed", "p.E.Y")),
    "value gone, number kept": _p3("enum E { X = 0; Y = 1; }", "enum E { X = 0; reserved 1; }", "breaking", ("enum-value-removed", "p.E.Y")),
    "value retired": _p3("enum E { X = 0; Y = 1; }", 'enum E { X = 0; reserved 1; reserved "Y"; }', "risky", ("enum-value-retired", "p.E.Y")),
    "value renamed": _p3("enum E { X = 0; Y = 1; }", "enum E { X = 0; Z = 1; }", "breaking", ("enum-value-renamed", "p.E.Y")),
    "zero renamed": _p3("enum E { X = 0; Y = 1; }", "enum E { Z = 0; Y = 1; }", "breaking", ("enum-value-renamed", "p.E.X")),
    "value number": _p3("enum E { X = 0; Y = 1; }", "enum E { X = 0; Y = 2; }", "breaking", ("enum-value-number-changed", "p.E.Y")),
    "value added": _p3("enum E { X = 0; }", "enum E { X = 0; Y = 1; }", "compatible", ("enum-value-added", "p.E.Y")),
    "alias added": _p3("enum E { X = 0; }", "enum E { option allow_alias = true; X = 0; Y = 0; }", "compatible"),
    "alias gone": _p3("enum E { option allow_alias = true; X = 0; Y = 0; }", "enum E { X = 0; }", "breaking", ("enum-value-renamed", "p.E.Y")),
    "first value": _p2("enum E { X = 0; Y = 1; }", "enum E { Y = 1; X = 0; }", "risky", ("enum-zero-changed", "p.E")),
    "enum reserved": _p3('enum E { X = 0; reserved 4; reserved "Q"; }', "enum E { X = 0; }", "breaking", ("enum-reserved-removed", "p.E"), ("enum-reserved-removed", "p.E[names]")),
    "enum gone": _p3("message A {}\nenum E { X = 0; }", "message A {}", "breaking", ("enum-removed", "p.E")),
    "enum and number": _p3("message A { E e = 1; }\nenum E { X = 0; }", "message A { int32 e = 1; }\nenum E { X = 0; }", "breaking", ("field-type-changed", "p.A.e")),
    # services
    "method gone": _p3(RPC, RPC.replace("  rpc M(A) returns (A);\n", ""), "breaking", ("rpc-removed", "p.S/M")),
    "method added": _p3(RPC.replace("  rpc M(A) returns (A);\n", ""), RPC, "compatible", ("rpc-added", "p.S/M")),
    "request": _p3(RPC, RPC.replace("M(A)", "M(B)"), "breaking", ("rpc-request-changed", "p.S/M")),
    "response": _p3(RPC, RPC.replace("(A);", "(B);"), "breaking", ("rpc-response-changed", "p.S/M")),
    "streams": _p3(RPC, RPC.replace("(A);", "(stream A);"), "breaking", ("rpc-streaming-changed", "p.S/M[server]")),
    "streams no more": _p3(RPC.replace("M(A)", "M(stream A)"), RPC, "breaking", ("rpc-streaming-changed", "p.S/M[client]")),
    "idempotency": _p3(RPC, RPC.replace("(A);", "(A) { option idempotency_level = IDEMPOTENT; }"), "breaking", ("rpc-idempotency-changed", "p.S/M")),
    "method option": _p3(RPC, RPC.replace("(A);", "(A) { option deprecated = true; }"), "compatible"),
    "service gone": _p3(RPC, AB, "breaking", ("service-removed", "p.S")),
    # messages and files
    "message gone": _p3(AB, "message A {}\n", "breaking", ("message-removed", "p.B")),
    "inner message gone": _p3("message A { message B {} }", "message A {}", "breaking", ("message-removed", "p.A.B")),
    "message option": _p3("message A {}", "message A { option no_standard_descriptor_accessor = true; }", "risky", ("message-option-changed", "p.A[no_standard_descriptor_accessor]")),
    "package": Case(P3 + "message A { B b = 1; }\nmessage B {}", P3.replace("p;", "q;") + "message A { B b = 1; }\nmessage B {}", "breaking", [("package-changed", "a.proto")]),
    "file option": _p3('option go_package = "x";\nmessage A {}', 'option go_package = "y";\nmessage A {}', "risky", ("file-option-changed", "a.proto[go_package]")),
    "file option added": _p3("message A {}", 'option java_package = "y";\nmessage A {}', "risky", ("file-option-changed", "a.proto[java_package]")),
    "file option said": _p3("message A {}", "option java_multiple_files = false;\nmessage A {}", "compatible"),
    "proto2 to proto3": Case(P2 + "enum E { X = 0; }\nmessage A { optional int32 a = 1; }", P3 + "enum E { X = 0; }\nmessage A { int32 a = 1; }", "risky", [("syntax-changed", "a.proto"), ("enum-openness-changed", "p.E")]),
    "proto3 to proto2": Case(P3 + "message A { int32 a = 1; }", P2 + "message A { optional int32 a = 1; }", "breaking", [("json-format-changed", "a.proto"), ("syntax-changed", "a.proto")]),
    "proto3 to an edition": Case(P3 + "message A { optional int32 a = 1; int32 b = 2; }", ED + "option features.field_presence = IMPLICIT;\nmessage A { int32 a = 1 [features.field_presence = EXPLICIT]; int32 b = 2; }", "risky", [("syntax-changed", "a.proto")]),
    "presence of an edition": Case(ED + "message A { int32 a = 1; }", ED + "message A { int32 a = 1 [features.field_presence = IMPLICIT]; }", "risky", [("field-presence-changed", "p.A.a")]),
    # nothing
    "comments and order": _p3("// one\nmessage A { int32 a = 1; /* two */ string b = 2; }\nenum E { X = 0; Y = 1; }", "enum E { X = 0; Y = 1; }\nmessage A {\n  string b = 2;\n  int32 a = 1; // three\n}", "compatible"),
    "numbers written otherwise": _p3("message A { int32 a = 16; reserved 2, 3; }", "message A { int32 a = 0x10; reserved 2 to 3; }", "compatible"),
    "names written otherwise": _p3("message A { B b = 1; message B {} }", "message A { .p.A.B b = 1; message B {} }", "compatible"),
    "deprecated": _p3("message A { int32 a = 1; }", "message A { option deprecated = true; int32 a = 1 [deprecated = true]; }", "compatible"),
    "own options": _p2('message A { optional int32 a = 1; }', 'message A { optional int32 a = 1 [deprecated = false, ctype = STRING]; }', "compatible"),
}
# fmt: on
