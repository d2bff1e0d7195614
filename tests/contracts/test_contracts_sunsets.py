"""What a description says of its own end, in each language, and what it does not."""

from datetime import date

import pytest

from syncd.contracts import Revision
from syncd.contracts.sunsets import Sunset, day_in, sunsets

OPENAPI = """
openapi: 3.0.3
info: {title: Pay, version: '1'}
paths:
  /pay:
    get:
      deprecated: true
      x-sunset: 2027-01-31
      parameters:
        - {name: limit, in: query, deprecated: true, x-sunset: 'Mon, 01 Feb 2027 23:59:59 GMT', schema: {type: string}}
      responses: {'200': {description: ok}}
    post: {deprecated: true, responses: {}}
    put: {x-sunset: 2027-01-31, responses: {}}
components:
  schemas:
    Pay: {type: object, properties: {iban: {type: string, deprecated: true, x-sunset: 2027-03-01T00:00:00Z}}}
    Same: {type: object, example: {deprecated: true, x-sunset: 2027-01-01}}
"""
GRAPHQL = """
schema { query: Root }
type Root { a: Int @deprecated(reason: "Use b. Gone by 2027-01-31.") b(x: Int @deprecated(reason: "2027-02-30, or 2027-03-01")): Int }
enum Size { S M @deprecated(reason: "2027-04-01") }
type Other { a: Int @deprecated }
"""
PROTO = """
syntax = "proto3";
package acme;
message Pay { string a = 1 [deprecated = true, (acme.sunset) = "2027-01-31"]; string b = 2 [deprecated = true]; string c = 3 [(acme.sunset) = "2027-01-31"]; }
service Pays { rpc Get(Pay) returns (Pay) { option deprecated = true; option (acme.removal_date) = "2027-03-01"; } }
"""


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "api.yaml",
            OPENAPI,
            [
                ("2027-01-31", "GET /pay", ""),
                ("2027-02-01", "GET /pay", "parameters.limit"),
                ("2027-03-01", "", "components.schemas.Pay.properties.iban"),
            ],
        ),
        (
            "schema.graphql",
            GRAPHQL,
            [("2027-01-31", "Root.a", "Root.a"), ("2027-03-01", "Root.b", "Root.b.x"), ("2027-04-01", "", "Size.M")],
        ),
        ("pay.proto", PROTO, [("2027-01-31", "", "acme.Pay.a"), ("2027-03-01", "acme.Pays.Get", "acme.Pays.Get")]),
        ("a.json", '{"type": "object", "properties": {"a": {"deprecated": true, "sunset": "2027-01-31"}}}', [("2027-01-31", "", "properties.a")]),
    ],
)  # fmt: skip
def test_what_is_deprecated_and_names_a_day(name: str, text: str, expected: list[tuple[str, str, str]]) -> None:
    found = sunsets(Revision({name: text.encode()}, name))
    assert found == tuple(Sunset(date.fromisoformat(day), operation, place) for day, operation, place in expected)


@pytest.mark.parametrize(
    "text", ["", "\0\1", "openapi: 3.0.3\npaths: [", "type Query {", "a: &a [*a]", '{"openapi": "3.0.0", "paths": 7}']
)
@pytest.mark.parametrize("name", ["a.yaml", "a.graphql", "a.proto", "a.json"])
def test_what_cannot_be_read_ends_nothing(name: str, text: str) -> None:
    assert sunsets(Revision({name: text.encode()}, name)) == ()
    assert sunsets(Revision({}, name)) == ()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-01-31", "2027-01-31"),
        ("2027-01-31T10:00:00+02:00", "2027-01-31"),
        ("until 31 January 2027", "2027-01-31"),
        ("Sun, 31 Jan 2027 00:00:00 GMT", "2027-01-31"),
        ("2027-13-01", None),
        ("12027-01-011", None),
        ("soon", None),
        (None, None),
    ],
)
def test_the_day_that_a_text_names(text: str | None, day: str | None) -> None:
    assert day_in(text) == (date.fromisoformat(day) if day else None)


def test_deep_and_shared_documents_end() -> None:
    deep = b"{" + b'"a": {' * 900 + b'"deprecated": true, "x-sunset": "2027-01-31"' + b"}" * 901
    assert len(sunsets(Revision({"a.json": deep}, "a.json"), "jsonschema")) == 1
    bomb = "a0: &a0 {deprecated: true, x-sunset: 2027-01-31}\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
    )
    assert len(sunsets(Revision({"a.yaml": bomb.encode()}, "a.yaml"), "jsonschema")) <= 1
