"""What is meant to hurt, or is merely broken, ends soon, fetches nothing, and says that it could not be judged."""

import json
import socket
import time
from typing import Any

import pytest

from syncd.contracts import Revision, Verdict, diff
from tests.contracts.apis import TEXT, WHOLE, Doc, answering, api, judged, only, revision, rules, thing


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("nothing may be fetched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def unjudged(verdict: Verdict, *words: str) -> None:
    """It says that it could not judge, and why."""
    doubts = [change for change in verdict.changes if change.rule == "could-not-judge"]
    assert doubts, [change.text for change in verdict.changes]
    assert all(change.level == "unknown" for change in doubts)
    for word in words:
        assert any(word in change.text for change in doubts), doubts


def referring(to: str) -> Doc:
    return answering({"$ref": to})


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("https://example.com/pet.json", "never fetched"),
        ("//example.com/pet.json", "never fetched"),
        ("../../etc/passwd", "out of the revision"),
        ("a/../../b.json", "out of the revision"),
        ("%2e%2e/b.json", "out of the revision"),
        ("file:///etc/passwd", "does not have"),
        ("missing.json", "does not have"),
        ("#/components/schemas/Missing", "leads to nothing"),
        ("#/nowhere", "leads to nothing"),
        ("#anchor", "leads to nothing"),
    ],
)
def test_a_reference_that_leads_nowhere_is_never_followed_and_never_compatible(to: str, why: str) -> None:
    unjudged(judged(answering(TEXT), referring(to)), why)
    both = judged(referring(to), {**referring(to), "info": {"title": "b", "version": "2"}})
    unjudged(both, why)
    assert both.level == "unknown"


def test_one_reference_is_doubted_once_however_often_it_is_used() -> None:
    used = {"responses": {"200": {"content": {"a/b": {"schema": {"$ref": "http://a.example/x"}}}}}}
    old = {"openapi": "3.0.0", "paths": {f"/{at}": {"get": used} for at in range(50)}}
    assert len(judged(old, {**old, "info": {}}).changes) == 1


def test_references_in_a_circle_end() -> None:
    circle = {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}
    unjudged(judged(answering(TEXT), answering({"$ref": "#/components/schemas/A"}, components=circle)), "circle")


def test_a_schema_that_is_all_of_itself_ends() -> None:
    def selfish(extra: Doc) -> Doc:
        return answering(
            {"$ref": "#/components/schemas/A"}, components={"A": {"allOf": [{"$ref": "#/components/schemas/A"}, extra]}}
        )

    assert only(judged(selfish(thing(a=TEXT)), selfish(thing(a=WHOLE)))).rule == "response-type-changed"


def test_alternatives_that_hold_themselves_end() -> None:
    def selfish(leaf: Doc) -> Doc:
        this = {"$ref": "#/components/schemas/A"}
        return answering(this, components={"A": {"anyOf": [leaf, thing(a=this), {"type": "array", "items": this}]}})

    assert judged(selfish(TEXT), selfish({**TEXT, "maxLength": 3})).level == "compatible"
    assert judged(selfish({**TEXT, "maxLength": 3}), selfish(TEXT)).level == "breaking"


@pytest.mark.parametrize(
    "value", [b"", b"  \n", b"\x00\x01\x02\xff", b"hello", b"[1, 2", b"\xff\xfe\x00", b"- a\n- b\n", b"3", b"null"]
)
@pytest.mark.parametrize("kind", [None, "openapi", "asyncapi", "jsonschema"])
def test_a_file_that_is_no_contract_cannot_be_judged(value: bytes, kind: Any) -> None:
    verdict = diff(revision(answering(TEXT)), revision(value), kind)
    assert not verdict.judged
    assert verdict.reason
    assert verdict.level == "unknown"
    assert not diff(revision(value), revision(answering(TEXT)), kind).judged


def test_aliases_that_multiply_are_not_written_out() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    bomb = "\n".join(["openapi: 3.0.0", *lines]).encode()
    begin = time.perf_counter()
    verdict = diff(revision(bomb), revision(bomb + b"\n"))
    unjudged(verdict, "aliases")
    assert not verdict.judged
    assert time.perf_counter() - begin < 3


def test_merge_keys_that_multiply_are_not_written_out() -> None:
    lines = ["a0: &a0 {x: 1}", *(f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30))]
    bomb = "\n".join(["openapi: 3.0.0", *lines]).encode()
    unjudged(diff(revision(bomb), revision(bomb + b"\n")), "aliases")


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_ten_thousand_levels_end(form: str) -> None:
    inner = '{"properties":{"a":' * 10_000 + "{}" + "}}" * 10_000
    head = '{"openapi":"3.0.0","components":{"schemas":{"A":' if form == "json" else "openapi: 3.0.0\ncomponents: {schemas: {A: "
    deep = (head + inner + ("}}}" if form == "json" else "}}")).encode()
    verdict = diff(revision(deep), revision(deep + b"\n\n"))
    assert not verdict.judged
    unjudged(verdict, "deeper")


def test_three_hundred_levels_are_still_judged() -> None:
    def deep(leaf: Doc) -> Doc:
        schema = leaf
        for _ in range(150):
            schema = thing(a=schema)
        return answering(schema)

    assert only(judged(deep(TEXT), deep(WHOLE))).rule == "response-type-changed"


def test_a_long_chain_of_components_is_walked_without_recursion() -> None:
    def chain(leaf: Doc) -> Doc:
        schemas = {f"S{n}": thing(a={"$ref": f"#/components/schemas/S{n + 1}"}) for n in range(3_000)}
        return answering({"$ref": "#/components/schemas/S0"}, components={**schemas, "S3000": leaf})

    assert only(judged(chain(TEXT), chain(WHOLE))).rule == "response-type-changed"


def test_alternatives_without_end_take_bounded_time() -> None:
    def wide(extra: int) -> Doc:
        members = [
            thing(**{f"p{n}": {"anyOf": [thing(**{f"q{m}": TEXT}) for m in range(8)]}, f"x{extra}": TEXT}) for n in range(50)
        ]
        return answering({"anyOf": members})

    begin = time.perf_counter()
    judged(wide(1), wide(2))
    assert time.perf_counter() - begin < 10


def test_a_library_where_everything_refers_to_everything_takes_bounded_time() -> None:
    def dense(leaf: Doc) -> Doc:
        schemas = {
            f"S{n}": {
                "oneOf": [{"$ref": f"#/components/schemas/S{(n * 7 + m) % 60}"} for m in range(12)] + [thing(**{f"k{n}": leaf})]
            }
            for n in range(60)
        }
        return answering({"$ref": "#/components/schemas/S0"}, components=schemas)

    begin = time.perf_counter()
    assert judged(dense(TEXT), dense(WHOLE)).level in ("breaking", "unknown")
    assert time.perf_counter() - begin < 10


def test_many_alternatives_without_partners_take_bounded_time() -> None:
    def much(mark: str) -> Doc:
        def member(n: int, m: int) -> Doc:
            return thing(**{f"{mark}{n}_{m}": {"$ref": f"#/components/schemas/S{(n * 3 + m) % 30}"}})

        return answering(
            {"$ref": "#/components/schemas/S0"},
            components={f"S{n}": {"anyOf": [member(n, m) for m in range(50)]} for n in range(30)},
        )

    begin = time.perf_counter()
    assert judged(much("a"), much("b")).level in ("breaking", "unknown")
    assert time.perf_counter() - begin < 20


def test_all_of_all_of_all_of_takes_bounded_time() -> None:
    def chain(leaf: Doc) -> Doc:
        schemas: Doc = {
            f"S{n}": {"allOf": [{"$ref": f"#/components/schemas/S{n + 1}"}, thing(**{f"p{n}": leaf})]} for n in range(250)
        }
        used = {f"u{n}": {"$ref": f"#/components/schemas/S{n}"} for n in range(250)}
        return answering(thing(**used), components={**schemas, "S250": TEXT})

    begin = time.perf_counter()
    judged(chain(TEXT), chain(WHOLE))
    assert time.perf_counter() - begin < 20


def test_yaml_that_is_json_and_json_that_is_yaml_are_the_same() -> None:
    document = answering(thing("a", a=TEXT))
    as_yaml = b"""
openapi: '3.0.3'
info: {title: Pets, version: '1'}
paths:
  /pets:
    get:
      responses:
        200:
          description: it
          content: {application/json: {schema: {type: object, properties: {a: {type: string}}, required: [a]}}}
"""
    for old, new in ((revision(document, "a.yaml"), revision(as_yaml, "a.yaml")), (revision(document), revision(as_yaml))):
        assert diff(old, new).changes == ()


def test_words_of_older_yaml_stay_words() -> None:
    norway = b"openapi: 3.0.0\npaths: {/a: {get: {parameters: [{name: c, in: query, schema: {type: string, enum: [NO, on, 1_0, 2020-01-01]}}]}}}"
    document = json.loads(
        '{"openapi":"3.0.0","paths":{"/a":{"get":{"parameters":[{"name":"c","in":"query",'
        '"schema":{"type":"string","enum":["NO","on","1_0","2020-01-01"]}}]}}}}'
    )
    assert diff(revision(norway), revision(document)).changes == ()


def test_a_second_version_that_says_it_is_the_third_is_read_and_doubted() -> None:
    old = {
        "openapi": "3.0.0",
        "definitions": {"A": thing(a=TEXT)},
        "paths": {"/a": {"get": {"responses": {"200": {"schema": {"$ref": "#/definitions/A"}}}}}},
    }
    new = {**old, "definitions": {"A": thing(a=WHOLE)}}
    verdict = judged(old, new)
    unjudged(verdict, "is written as Swagger 2.0")
    assert "response-type-changed" in rules(verdict)


def test_versions_that_nobody_knows_cannot_be_judged() -> None:
    assert "9.9.9" in judged({**api(), "openapi": "9.9.9"}, {**api(), "openapi": "9.9.8"}).reason
    assert "9.0" in judged({"asyncapi": "9.0"}, {"asyncapi": "9.1"}).reason


def test_operation_ids_that_double_are_doubted_when_they_come() -> None:
    def two(first: str, second: str) -> Doc:
        return {"openapi": "3.0.0", "paths": {"/a": {"get": {"operationId": first}}, "/b": {"get": {"operationId": second}}}}

    assert rules(judged(two("a", "b"), two("a", "a"))) == {"operation-id-duplicated", "operation-id-changed"}
    assert judged(two("a", "a"), {**two("a", "a"), "info": {}}).changes == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"paths": []},
        {"paths": {"/a": []}},
        {"paths": {"/a": {"get": []}}},
        {"paths": {"/a": {"get": {"parameters": {}, "responses": [], "requestBody": 3, "callbacks": "x", "security": {}}}}},
        {
            "paths": {
                "/a": {
                    "get": {
                        "parameters": [3, {"in": 4}, {"in": {}, "name": "a"}, {"name": {}, "in": "query"}],
                        "responses": {"200": None},
                    }
                }
            }
        },
        {"paths": {"/a": {"get": {"responses": {"200": {"content": {"a/b": {"schema": 3}}, "headers": []}}}}}},
        {
            "components": {
                "schemas": {"A": {"properties": [], "required": "a", "enum": 3, "type": 4, "allOf": {}, "oneOf": 3, "items": 7}}
            }
        },
        {
            "components": {
                "schemas": {
                    "A": {"type": [1, None], "minimum": "a", "pattern": 3, "format": {}, "discriminator": 3, "default": {}}
                }
            }
        },
        {
            "components": {"schemas": 3, "securitySchemes": []},
            "security": [3, {"a": "b"}],
            "servers": [3, {"url": 4}],
            "webhooks": 3,
        },
        {
            "swagger": "2.0",
            "host": 3,
            "schemes": 4,
            "definitions": [],
            "paths": {"/a": {"get": {"parameters": [{"in": "body", "name": 3}]}}},
        },
    ],
)
def test_what_stands_in_the_wrong_place_is_no_crash(wrong: Doc) -> None:
    document = {"openapi": "3.1.0", **wrong}
    for other in (api(), answering(thing(a=TEXT)), {**document, "info": {}}):
        assert judged(document, other).judged
        assert judged(other, document).judged
        judged(document, other, "jsonschema")
        judged(document, other, "asyncapi")


def test_a_file_that_is_not_there_cannot_be_judged() -> None:
    assert not diff(Revision({}, "a.json"), revision(api(), "a.json")).judged
