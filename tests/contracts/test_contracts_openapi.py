"""Pairs of OpenAPI documents: paths, parameters, bodies, answers, security, and what is read as the same in every version."""

import copy
import json
from typing import Any

import pytest

from syncd.contracts import diff
from tests.contracts.apis import TEXT, WHOLE, Doc, answering, api, asking, judged, only, query, revision, rules, sending, thing

BETA: Doc = {"x-beta-api": True}
OK: Doc = {"200": {"description": "it"}}


def with_root(document: Doc, **root: Any) -> Doc:
    return {**document, **root}


def secured(*requirements: Doc, **schemes: Any) -> Doc:
    known = schemes or {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}, "token": {"type": "http", "scheme": "bearer"}}
    return with_root(api(), security=list(requirements), components={"securitySchemes": known})


def answers(**by_status: Any) -> Doc:
    return api(responses={status.strip("_"): {"description": "", **(said or {})} for status, said in by_status.items()})


def media(*types: str, schema: Any = TEXT) -> Doc:
    return {"content": {one: {"schema": schema} for one in types}}


def calling(body: Any = TEXT, **rest: Any) -> Doc:
    operation = {"requestBody": media("application/json", schema=body), "responses": OK, **rest}
    return api(callbacks={"done": {"{$request.body#/url}": {"post": operation}}})


def hooks(**operations: Any) -> Doc:
    return {"openapi": "3.1.0", "info": {"title": "", "version": ""}, "webhooks": operations}


PAIRS: list[tuple[str, Doc, Doc, str, str]] = [
    # what changed, old, new, the one rule that speaks, its level
    ("path", {**api(), "paths": {**api()["paths"], "/x": {"get": {}}}}, api(), "path-removed", "breaking"),
    ("operation", with_root(api(), paths={"/pets": {"get": {}, "post": {}}}), with_root(api(), paths={"/pets": {"get": {}}}), "operation-removed", "breaking"),
    ("new operation", with_root(api(), paths={"/pets": {"get": {}}}), with_root(api(), paths={"/pets": {"get": {}, "put": {}}}), "operation-added", "compatible"),
    ("deprecated", api(), api(deprecated=True), "operation-deprecated", "compatible"),
    ("promised less firmly", api(**{"x-stability-level": "stable"}), api(**{"x-stability-level": "beta"}), "operation-stability-lowered", "breaking"),
    ("promised more firmly", api(**{"x-stability": "alpha"}), api(**{"x-stability-level": "stable"}), "operation-stability-raised", "compatible"),
    ("no longer promised", api(), api(**BETA), "operation-stability-lowered", "breaking"),
    ("never promised", with_root(api(), paths={"/pets": {"get": {}, "post": {"x-stability-level": "draft"}}}), with_root(api(), paths={"/pets": {"get": {}}}), "operation-removed", "risky"),
    ("changed and never promised", api(method="get", parameters=[query()], **BETA), api(method="get", parameters=[query(required=True)], **BETA), "request-parameter-became-required", "risky"),
    ("operation id", api(operationId="a"), api(operationId="b"), "operation-id-changed", "compatible"),
    ("parameter", asking(query()), asking(), "request-parameter-removed", "risky"),
    ("new parameter", asking(), asking(query()), "request-parameter-added", "compatible"),
    ("new required parameter", asking(), asking(query(required=True)), "request-required-parameter-added", "breaking"),
    ("required now", asking(query()), asking(query(required=True)), "request-parameter-became-required", "breaking"),
    ("optional now", asking(query(required=True)), asking(query()), "request-parameter-became-optional", "compatible"),
    ("moved", asking(query()), asking({**query(), "in": "header"}), "request-parameter-moved", "breaking"),
    ("parameter type", asking(query(schema=TEXT)), asking(query(schema=WHOLE)), "request-type-narrowed", "breaking"),
    ("parameter text", asking(query(schema=WHOLE)), asking(query(schema=TEXT)), "request-type-widened", "compatible"),
    ("parameter enum", asking(query(schema={**TEXT, "enum": ["a", "b"]})), asking(query(schema={**TEXT, "enum": ["a"]})), "request-enum-narrowed", "breaking"),
    ("parameter default", asking(query(schema={**WHOLE, "default": 1})), asking(query(schema={**WHOLE, "default": 2})), "request-parameter-default-changed", "breaking"),
    ("default of what is always there", asking(query(required=True, schema={**WHOLE, "default": 1})), asking(query(required=True, schema={**WHOLE, "default": 2, "maximum": 9})), "request-maximum-narrowed", "breaking"),
    ("path parameter that was not declared", asking(path="/p/{id}"), asking({"name": "id", "in": "path", "schema": WHOLE}, path="/p/{id}"), "request-type-narrowed", "breaking"),
    ("path parameter that is not in the path", asking({"name": "id", "in": "path", "schema": TEXT}), asking({"name": "id", "in": "path", "schema": WHOLE}), "request-type-narrowed", "breaking"),
    ("one value or several", asking(query()), asking(query(schema={"type": "array", "items": TEXT})), "request-type-widened", "compatible"),
    ("several values in one text", asking(query(explode=False)), asking(query(schema={"type": "array", "items": TEXT}, explode=False)), "request-type-changed", "breaking"),
    ("at least two values", asking(query()), asking(query(schema={"type": "array", "items": TEXT, "minItems": 2})), "request-type-changed", "breaking"),
    ("style", asking(query(schema={"type": "array"})), asking(query(schema={"type": "array"}, style="pipeDelimited")), "request-parameter-style-changed", "breaking"),
    ("explode", asking(query(schema={"type": "array"})), asking(query(schema={"type": "array"}, explode=False)), "request-parameter-explode-changed", "breaking"),
    ("empty", asking(query(allowEmptyValue=True)), asking(query()), "request-parameter-empty-refused", "breaking"),
    ("parameter deprecated", asking(query()), asking(query(deprecated=True)), "request-deprecated", "compatible"),
    ("path parameter", asking({"name": "id", "in": "path", "schema": TEXT}, path="/p/{id}"), asking({"name": "no", "in": "path", "schema": WHOLE}, path="/p/{no}"), "request-type-narrowed", "breaking"),
    ("body", api(), sending(TEXT), "request-body-added", "compatible"),
    ("required body", api(), api(requestBody={**media("a/b"), "required": True}), "request-required-body-added", "breaking"),
    ("body required now", api(requestBody=media("a/b")), api(requestBody={**media("a/b"), "required": True}), "request-body-became-required", "breaking"),
    ("no body", sending(TEXT), api(), "request-body-removed", "breaking"),
    ("media type sent", api(requestBody=media("a/b", "a/c")), api(requestBody=media("a/b")), "request-media-type-removed", "breaking"),
    ("media type sent as well", api(requestBody=media("a/b")), api(requestBody=media("a/b", "a/c")), "request-media-type-added", "compatible"),
    ("range sent", api(requestBody=media("application/json")), api(requestBody=media("application/*")), "request-media-type-widened", "compatible"),
    ("range sent no more", api(requestBody=media("*/*")), api(requestBody=media("application/json")), "request-media-type-narrowed", "breaking"),
    ("media type read", answers(_200=media("a/b", "a/c")), answers(_200=media("a/b")), "response-media-type-removed", "breaking"),
    ("media type read as well", answers(_200=media("a/b")), answers(_200=media("a/b", "a/c")), "response-media-type-added", "compatible"),
    ("success", answers(_200=None, _201=None), answers(_200=None), "response-success-status-removed", "breaking"),
    ("another status", answers(_200=None, _404=None), answers(_200=None), "response-status-removed", "risky"),
    ("new status", answers(_200=None), answers(_200=None, _409=None), "response-status-added", "compatible"),
    ("answer without a body", answers(_200=media("a/b")), answers(_200=None), "response-body-removed", "breaking"),
    ("status in a range", answers(_200=media("a/b", schema=TEXT)), answers(_2XX=media("a/b", schema=WHOLE)), "response-type-changed", "breaking"),
    ("status of the default", answers(_404=media("a/b", schema=TEXT)), answers(default=media("a/b", schema=WHOLE)), "response-type-changed", "breaking"),
    ("header", answers(_200={"headers": {"X-A": {"schema": TEXT}}}), answers(_200=None), "response-header-removed", "breaking"),
    ("required header", answers(_200={"headers": {"X-A": {"schema": TEXT, "required": True}}}), answers(_200=None), "response-required-header-removed", "breaking"),
    ("header optional now", answers(_200={"headers": {"X-A": {"schema": TEXT, "required": True}}}), answers(_200={"headers": {"x-a": {"schema": TEXT}}}), "response-header-became-optional", "breaking"),
    ("header explode", answers(_200={"headers": {"X-A": {"schema": thing(a=TEXT)}}}), answers(_200={"headers": {"X-A": {"schema": thing(a=TEXT), "explode": True}}}), "response-parameter-explode-changed", "breaking"),
    ("header type", answers(_200={"headers": {"X-A": {"schema": WHOLE}}}), answers(_200={"headers": {"X-A": {"schema": TEXT}}}), "response-type-widened", "breaking"),
    ("server", with_root(api(), servers=[{"url": "https://a/v1"}, {"url": "https://b"}]), with_root(api(), servers=[{"url": "https://b/"}]), "server-removed", "risky"),
    ("callback", calling(), api(), "callback-removed", "breaking"),
    ("callback wider", calling(WHOLE), calling({"type": "number"}), "response-type-widened", "breaking"),
    ("callback narrower", calling({"type": "number"}), calling(WHOLE), "response-type-narrowed", "compatible"),
    ("callback answer narrower", calling(responses={"200": media("a/b", schema={"type": "number"})}), calling(responses={"200": media("a/b", schema=WHOLE)}), "request-type-narrowed", "breaking"),
    ("webhook", hooks(a={"post": {}}, b={"post": {}}), hooks(a={"post": {}}), "webhook-removed", "breaking"),
    ("webhook body", hooks(a={"post": {"requestBody": media("a/b", schema=thing("x", x=TEXT))}}), hooks(a={"post": {"requestBody": media("a/b", schema=thing(x=TEXT))}}), "response-property-became-optional", "breaking"),
    ("credentials", secured(), secured({"key": []}), "security-added", "breaking"),
    ("no credentials", secured({"key": []}), secured({"key": []}, {}), "security-removed", "compatible"),
    ("one way in", secured({"key": []}, {"token": []}), secured({"key": []}), "security-alternative-removed", "breaking"),
    ("one set of scopes", secured({"token": ["a"]}, {"token": ["b"]}), secured({"token": ["b"]}), "security-alternative-removed", "breaking"),
    ("two at once", secured({"key": []}), secured({"key": [], "token": []}), "security-narrowed", "breaking"),
    ("another way in", secured({"key": []}), secured({"key": []}, {"token": []}), "security-alternative-added", "compatible"),
    ("scope", secured({"token": ["a"]}), secured({"token": ["a", "b"]}), "security-scope-added", "breaking"),
    ("fewer scopes", secured({"token": ["a", "b"]}), secured({"token": ["a"]}), "security-scope-removed", "compatible"),
    ("scheme", secured({"k": []}, k={"type": "apiKey", "in": "header", "name": "A"}), secured({"k": []}, k={"type": "apiKey", "in": "query", "name": "A"}), "security-scheme-changed", "breaking"),
    ("where tokens come from", secured({"k": []}, k={"type": "openIdConnect", "openIdConnectUrl": "https://a"}), secured({"k": []}, k={"type": "openIdConnect", "openIdConnectUrl": "https://b"}), "security-url-changed", "breaking"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "rule", "level"), [pair[1:] for pair in PAIRS], ids=[pair[0] for pair in PAIRS])
def test_a_change_is_told_by_one_rule(old: Doc, new: Doc, rule: str, level: str) -> None:
    change = only(judged(old, new))
    assert (change.rule, change.level) == (rule, level)


def referred(**rest: Any) -> Doc:
    return answering({"$ref": "#/components/schemas/Pet"}, components={"Pet": thing("name", name=TEXT, **rest)})


SAME: list[tuple[str, Doc, Doc]] = [
    ("inlined component", referred(), answering(thing("name", name=TEXT))),
    ("renamed component", referred(), answering({"$ref": "#/components/schemas/P"}, components={"P": thing("name", name=TEXT)})),
    ("renamed path parameter", asking({"name": "id", "in": "path", "schema": TEXT}, path="/p/{id}"), asking({"name": "no", "in": "path", "schema": TEXT}, path="/p/{no}")),
    ("words", api(summary="a", description="b", tags=["c"]), api(summary="d")),
    ("parameter of the path", asking(query()), with_root(api(), paths={"/pets": {"parameters": [query()], "get": api()["paths"]["/pets"]["post"]}})),
    ("order of parameters", asking(query("a"), query("b")), asking(query("b"), query("a"))),
    ("letters of headers", asking({**query("X-A"), "in": "header"}), asking({**query("x-a"), "in": "header"})),
    ("charset", answers(_200=media("application/json")), answers(_200=media("application/json; charset=utf-8"))),
    ("explode of a header with a text", answers(_200={"headers": {"X-A": {"schema": TEXT}}}), answers(_200={"headers": {"X-A": {"schema": TEXT, "explode": True}}})),
    ("path parameter declared as text", asking(path="/p/{id}"), asking({"name": "id", "in": "path", "schema": TEXT}, path="/p/{id}")),
    ("a mark that was always meant", api(), api(**{"x-stability-level": "beta"})),
    ("path without operations", with_root(api(), paths={**api()["paths"], "/x": {"parameters": [query()]}}), api()),
    ("style as it is by default", asking(query()), asking(query(style="form", explode=True))),
    ("explode of a text", asking(query()), asking(query(explode=False))),
    ("security said at the operation", secured({"key": []}), {**secured(), "paths": api(security=[{"key": []}])["paths"]}),
    ("name of a scheme", secured({"a": []}, a={"type": "http", "scheme": "bearer"}), secured({"b": []}, b={"type": "http", "scheme": "Bearer"})),
    ("slash of a server", with_root(api(), servers=[{"url": "https://a/"}]), with_root(api(), servers=[{"url": "https://a"}])),
    ("component that nobody uses", api(), with_root(api(), components={"schemas": {"A": TEXT}})),
    ("nullable in 3.0 and 3.1", answering({**TEXT, "nullable": True}), answering({"type": ["string", "null"]}, "3.1.0")),
    ("nullable values in 3.0 and 3.1", answering({**TEXT, "nullable": True, "enum": ["a", None]}), answering({"type": ["string", "null"], "enum": ["a", None]}, "3.1.0")),
    ("component as one of bare types", answering({"anyOf": [WHOLE, {"$ref": "#/components/schemas/A"}]}, components={"A": TEXT}), answering({"anyOf": [TEXT, WHOLE]})),
    ("nullable without a type", answering({**thing(a=TEXT), "nullable": True}), answering({"properties": {"a": TEXT}, "nullable": True})),
    ("nullable beside allOf", answering({"allOf": [thing(a=TEXT)], "nullable": True}), answering({**thing(a=TEXT), "type": ["object", "null"]}, "3.1.0")),
    ("bounds in 3.0 and 3.1", answering({**WHOLE, "minimum": 1, "exclusiveMinimum": True}), answering({**WHOLE, "exclusiveMinimum": 1}, "3.1.0")),
    ("words beside a reference", referred(), answering({"$ref": "#/components/schemas/Pet", "description": "a pet"}, components={"Pet": thing("name", name=TEXT)})),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), [pair[1:] for pair in SAME], ids=[pair[0] for pair in SAME])
def test_what_means_the_same_is_no_change(old: Doc, new: Doc) -> None:
    assert [change.text for change in judged(old, new).changes] == []
    assert [change.text for change in judged(new, old).changes] == []


SECOND: Doc = {
    "swagger": "2.0",
    "info": {"title": "", "version": ""},
    "host": "a.example",
    "basePath": "/v1",
    "schemes": ["https"],
    "consumes": ["application/json"],
    "produces": ["application/json"],
    "securityDefinitions": {"basic": {"type": "basic"}},
    "security": [{"basic": []}],
    "paths": {
        "/pets/{id}": {
            "post": {
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "type": "integer", "format": "int64"},
                    {"name": "tags", "in": "query", "type": "array", "items": TEXT, "collectionFormat": "multi"},
                    {"name": "pet", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Pet"}},
                ],
                "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Pet"}, "headers": {"X-A": WHOLE}}},
            },
            "put": {
                "consumes": ["multipart/form-data"],
                "parameters": [{"name": "photo", "in": "formData", "type": "file", "required": True}],
                "responses": {"204": {"description": ""}},
            },
        }
    },
    "definitions": {"Pet": thing("name", name=TEXT, owner={"$ref": "#/definitions/Pet"})},
}

THIRD: Doc = {
    "openapi": "3.0.3",
    "info": {"title": "", "version": ""},
    "servers": [{"url": "https://{host}/v1", "variables": {"host": {"default": "a.example"}}}],
    "security": [{"basic": []}],
    "paths": {
        "/pets/{petId}": {
            "parameters": [{"name": "petId", "in": "path", "required": True, "schema": {**WHOLE, "format": "int64"}}],
            "post": {
                "parameters": [{"name": "tags", "in": "query", "schema": {"type": "array", "items": TEXT}}],
                "requestBody": {"required": True, **media("application/json", schema={"$ref": "#/components/schemas/Pet"})},
                "responses": {
                    "200": {
                        "headers": {"X-A": {"schema": WHOLE}},
                        **media("application/json", schema={"$ref": "#/components/schemas/Pet"}),
                    }
                },
            },
            "put": {
                "parameters": [{"name": "petId", "in": "path", "required": True, "schema": TEXT}],
                "requestBody": {
                    "required": True,
                    **media("multipart/form-data", schema=thing("photo", photo={**TEXT, "format": "binary"})),
                },
                "responses": {"204": {}},
            },
        }
    },
    "components": {
        "securitySchemes": {"basic": {"type": "http", "scheme": "basic"}},
        "schemas": {"Pet": thing("name", name=TEXT, owner={"$ref": "#/components/schemas/Pet"})},
    },
}


def test_a_document_of_the_second_version_is_the_same_in_the_third() -> None:
    assert [change.text for change in judged(SECOND, THIRD).changes] == []


def test_what_changes_between_versions_is_told() -> None:
    new = copy.deepcopy(THIRD)
    new["components"]["schemas"]["Pet"]["properties"]["name"] = WHOLE
    verdict = judged(SECOND, new)
    assert {(c.rule, c.place) for c in verdict.changes} == {
        ("request-type-changed", "body.application/json.name"),
        ("response-type-changed", "responses.200.application/json.name"),
    }


def test_a_removal_tells_that_it_was_announced() -> None:
    old = with_root(api(), paths={"/pets": {"get": {"deprecated": True, "x-sunset": "2026-01-31"}, "post": {}}})
    change = only(judged(old, with_root(api(), paths={"/pets": {"post": {}}})))
    assert change.text == "GET /pets: an operation is gone: it was deprecated, to end on 2026-01-31."


def test_a_cycle_is_walked_once_and_its_changes_are_told() -> None:
    def tree(leaf: Doc) -> Doc:
        node = thing(
            value=leaf,
            left={"$ref": "#/components/schemas/Node"},
            rest={"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
        )
        return answering({"$ref": "#/components/schemas/Node"}, components={"Node": node})

    change = only(judged(tree(TEXT), tree(WHOLE)))
    assert change.place == "responses.200.application/json.value"


def test_a_shared_component_is_told_for_every_operation_that_uses_it() -> None:
    def shared(schema: Doc) -> Doc:
        used = media("application/json", schema={"$ref": "#/components/schemas/A"})
        document = with_root(api(), paths={path: {"get": {"responses": {"200": used}}} for path in ("/a", "/b")})
        return {**document, "components": {"schemas": {"A": schema}}}

    assert [change.operation for change in judged(shared(TEXT), shared(WHOLE)).changes] == ["GET /a", "GET /b"]


def test_references_lead_to_other_files_of_the_revision() -> None:
    document = answering({"$ref": "schemas/pet.json#/$defs/Pet"})
    old = revision(document, schemas__pet_json={"$defs": {"Pet": thing(owner={"$ref": "owner.json"})}}, schemas__owner_json=TEXT)
    new = revision(document, schemas__pet_json={"$defs": {"Pet": thing(owner={"$ref": "owner.json"})}}, schemas__owner_json=WHOLE)
    assert only(diff(old, new)).place == "responses.200.application/json.owner"


def test_the_fingerprint_outlives_another_layout_and_another_name_of_a_path_parameter() -> None:
    def document(name: str, schema: Doc) -> Doc:
        return asking({"name": name, "in": "path", "schema": TEXT}, query(schema=schema), path=f"/p/{{{name}}}")

    first = only(judged(document("id", TEXT), document("id", WHOLE)))
    laid_out = json.dumps(document("no", WHOLE), indent=8).encode()
    second = only(diff(revision(document("id", TEXT)), revision(laid_out)))
    assert first.operation != second.operation
    assert first.fingerprint == second.fingerprint
    assert len(first.fingerprint) == 16


def test_rules_can_be_weighed_otherwise() -> None:
    old, new = revision(sending(thing(a=TEXT))), revision(sending(thing()))
    assert diff(old, new, overrides={"request-property-removed": "breaking"}).level == "breaking"
    assert diff(old, new, overrides={"request-property-removed": None}).changes == ()
    assert rules(diff(old, new)) == {"request-property-removed"}


def test_documents_without_paths_are_compared_component_by_component() -> None:
    old: Doc = {"openapi": "3.0.0", "components": {"schemas": {"A": thing(a=TEXT), "B": TEXT}}}
    new: Doc = {"openapi": "3.0.0", "components": {"schemas": {"A": thing(a=WHOLE), "B": TEXT}}}
    assert only(judged(old, new)).place == "components.A.a"


def test_paths_and_components_may_stand_in_files_of_their_own() -> None:
    document = {"openapi": "3.0.0", "paths": {"$ref": "paths.json"}, "components": {"schemas": {"$ref": "schemas.json"}}}
    used = {"/a": {"get": {"responses": {"200": media("a/b", schema={"$ref": "api.json#/components/schemas/A"})}}}}
    old = revision(document, paths_json=used, schemas_json={"A": TEXT})
    new = revision(document, paths_json=used, schemas_json={"A": WHOLE})
    assert only(diff(old, new)).place == "responses.200.a/b"


def test_a_slash_at_the_end_is_another_path() -> None:
    assert rules(judged(api(path="/a"), api(path="/a/"))) == {"path-removed", "operation-added"}


def library(**schemas: Any) -> Doc:
    return {"openapi": "3.0.3", "info": {"title": "", "version": ""}, "components": {"schemas": schemas}}


def test_a_component_of_a_library_that_is_renamed_is_known_again() -> None:
    old, new = (
        library(A=thing("b", b={"$ref": "#/components/schemas/B"}), B=TEXT),
        library(X=thing("b", b={"$ref": "#/components/schemas/Y"}), Y=TEXT),
    )
    assert [change.text for change in judged(old, new).changes] == []
    assert rules(judged(old, library(X=thing("b", b=WHOLE)))) == {"schema-property-removed", "schema-property-added"}


def pets(first: str, *others: str, **more: Any) -> Doc:
    """An answer that is one of several pets, each of which holds what all have and knows the others; by `kind` the first is a dog."""
    names = (first, *others)
    lists = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    held: Doc = {
        name: {"allOf": [{"$ref": "#/components/schemas/Pet"}, thing(**{str(at): TEXT})]} for at, name in enumerate(names)
    }
    teller = {"propertyName": "kind", "mapping": {str(at): one["$ref"] for at, one in enumerate(lists)}}
    held["Pet"] = {**thing("kind", kind=TEXT), "oneOf": lists, "discriminator": teller}
    held[first]["allOf"][1]["properties"].update(more)
    return answering({"$ref": "#/components/schemas/Pet"}, components=held)


def test_a_pet_that_is_renamed_under_a_mapping_is_the_same_pet_and_another_one_is_not() -> None:
    assert [change.text for change in judged(pets("Dog", "Cat"), pets("Hound", "Cat")).changes] == []
    assert rules(judged(pets("Dog", "Cat"), pets("Hound", "Cat", tail=TEXT))) == {"response-property-added"}


def test_alternatives_that_only_their_names_tell_apart_do_not_stand_in_for_each_other() -> None:
    def one_of(*names: str) -> Doc:
        lists = [{"$ref": f"#/components/schemas/{name}"} for name in names]
        return sending({"anyOf": lists}, components={name: thing(name=TEXT) for name in names})

    assert rules(judged(one_of("Dog", "Cat", "Rabbit"), one_of("Dog", "Cat"))) == {"request-alternative-removed"}
    assert judged(one_of("Dog", "Cat"), one_of("Dog", "Rabbit")).changes == ()


def test_media_types_that_only_one_revision_names_are_unknown_and_what_they_hold_is_judged() -> None:
    bare = {key: value for key, value in SECOND.items() if key not in ("consumes", "produces")}
    for old, new in ((bare, SECOND), (SECOND, bare)):
        assert {(change.rule, change.level) for change in judged(old, new).changes} == {("could-not-judge", "unknown")}
    wider = {**bare, "definitions": {"Pet": thing(name=TEXT)}}
    assert "response-property-became-optional" in rules(judged(SECOND, wider))
    assert judged(bare, {**bare, "x-a": 1}).changes == ()
    empty = api(path="/pets/{id}", requestBody={"content": {}})
    assert "request-media-type-removed" in rules(judged(bare, empty))
