"""What kind of contract a file is, told by what is in it."""

import time

import pytest

from syncd.contracts import diff, kind_of
from tests.contracts.apis import revision


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b'{"info": {}, "openapi": "3.0.0"}', "", "openapi"),
        (b'{"info": {}, "swagger": 2.0}', "", "openapi"),
        (b'{"info": {"x": 1}, "asyncapi": 3}', "a.json", "asyncapi"),
        (b"# a comment\nopenapi: 3.1.0\n", "", "openapi"),
        (b'swagger: "2.0"', "x.txt", "openapi"),
        (b"---\nasyncapi: 2.6.0", "", "asyncapi"),
        (b'{\n  "asyncapi": "3.0.0"}', "", "asyncapi"),
        (b'syntax = "proto3";\nmessage A {}', "", "protobuf"),
        (b"// message\npackage a.b;\n", "", "protobuf"),
        (b"", "a.proto", "protobuf"),
        (b"type Query { a: Int }", "", "graphql"),
        (b'"""openapi: 3.0.0 it is not"""\nscalar X', "", "graphql"),
        (b"extend type Query {\n a: Int }", "", "graphql"),
        (b'{"$schema": "https://json-schema.org/draft/2020-12/schema"}', "", "jsonschema"),
        (b"type: object\nproperties: {}", "a.yaml", "jsonschema"),
        (b'{"components": {"a": "' + b"x" * 99_999 + b'"}, "openapi": "3.0.0"}', "", "openapi"),
        (b"components:\n  a: " + b"x" * 99_999 + b"\nopenapi: 3.1.0\n", "a.yaml", "openapi"),
        (b'{"name": "a", "version": "1"}', "package.json", None),
        (b"\x00\x01", "", None),
        (b"", "", None),
        (b"hello", "", None),
    ],
)
def test_a_kind_is_told_by_content(content: bytes, name: str, kind: str | None) -> None:
    assert kind_of(content, name) == kind


@pytest.mark.parametrize(
    "filler", [b"\n", b" ", b"{", b'"', b"/*", b"/* ", b'""" ', b"#\n", b"type ", b"'openapi' ", b"\t\n", b"a:", b",\n "]
)
def test_no_content_takes_long_to_tell(filler: bytes) -> None:
    begin = time.perf_counter()
    kind_of(filler * 80_000)
    assert time.perf_counter() - begin < 1


def test_two_kinds_are_not_compared() -> None:
    verdict = diff(revision(b"openapi: 3.0.0"), revision(b"asyncapi: 3.0.0"))
    assert (verdict.judged, verdict.reason) == (False, "the old file is openapi, the new one asyncapi")
