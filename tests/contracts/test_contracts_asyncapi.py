"""Pairs of AsyncAPI documents: who is sent messages reads them, whoever sends them is checked."""

from typing import Any

import pytest

from tests.contracts.apis import NUMBER, TEXT, WHOLE, Doc, judged, only, thing


def second(payload: Any = TEXT, does: str = "subscribe", address: str = "pets", **message: Any) -> Doc:
    return {"asyncapi": "2.6.0", "channels": {address: {does: {"message": {"name": "Pet", "payload": payload, **message}}}}}


def third(payload: Any = TEXT, does: str = "send", address: str = "pets", **message: Any) -> Doc:
    return {
        "asyncapi": "3.0.0",
        "channels": {"one": {"address": address, "messages": {"Pet": {"payload": payload, **message}}}},
        "operations": {"op": {"action": does, "channel": {"$ref": "#/channels/one"}}},
    }


def several(*names: str, does: str = "subscribe") -> Doc:
    messages = [{"name": name, "payload": thing(**{name: TEXT})} for name in names]
    return {"asyncapi": "2.6.0", "channels": {"pets": {does: {"message": {"oneOf": messages}}}}}


def on(**server: Any) -> Doc:
    return {**second(), "servers": {"main": {"url": "broker", "protocol": "amqp", **server}}}


PAIRS: list[tuple[str, Doc, Doc, str, str]] = [
    ("what is sent, wider", second(WHOLE), second(NUMBER), "response-type-widened", "breaking"),
    ("what is taken, wider", second(WHOLE, "publish"), second(NUMBER, "publish"), "request-type-widened", "compatible"),
    ("what is taken, narrower", second(NUMBER, "publish"), second(WHOLE, "publish"), "request-type-narrowed", "breaking"),
    ("what is sent, wider, in 3", third(WHOLE), third(NUMBER), "response-type-widened", "breaking"),
    ("what is taken, narrower, in 3", third(NUMBER, "receive"), third(WHOLE, "receive"), "request-type-narrowed", "breaking"),
    ("property", second(thing("a", a=TEXT)), second(thing(a=TEXT)), "response-property-became-optional", "breaking"),
    ("headers", second(headers=thing(a=WHOLE)), second(headers=thing(a=NUMBER)), "response-type-widened", "breaking"),
    ("media type", second(contentType="application/json"), second(contentType="application/xml"), "response-content-type-changed", "breaking"),
    ("channel", {**second(), "channels": {**second()["channels"], "x": {}}}, second(), "channel-removed", "breaking"),
    ("address", third(address="a"), third(address="b"), "channel-address-changed", "breaking"),
    ("message", several("a", "b", "c"), several("a", "b"), "response-message-removed", "breaking"),
    ("new message", several("a", "b"), several("a", "b", "c"), "response-message-added", "risky"),
    ("new message that is taken", several("a", "b", does="publish"), several("a", "b", "c", does="publish"), "request-message-added", "compatible"),
    ("binding", second(bindings={"kafka": {"key": TEXT}}), second(), "response-binding-changed", "risky"),
    ("protocol", on(), on(protocol="mqtt"), "server-protocol-changed", "breaking"),
    ("credentials", on(), on(security=[{"user": []}]), "security-added", "breaking"),
    ("another language", second(schemaFormat="application/vnd.apache.avro", payload={"a": 1}), second(schemaFormat="application/vnd.apache.avro", payload={"a": 2}), "response-payload-format-changed", "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "rule", "level"), [pair[1:] for pair in PAIRS], ids=[pair[0] for pair in PAIRS])
def test_a_change_is_told_by_one_rule(old: Doc, new: Doc, rule: str, level: str) -> None:
    change = only(judged(old, new))
    assert (change.rule, change.level) == (rule, level)


def with_components(document: Doc, name: str) -> Doc:
    message = {"$ref": f"#/components/messages/{name}"}
    return {
        **document,
        "channels": {"pets": {"subscribe": {"message": message}}},
        "components": {"messages": {name: {"payload": {"$ref": f"#/components/schemas/{name}"}}}, "schemas": {name: TEXT}},
    }


SAME: list[tuple[str, Doc, Doc]] = [
    ("version 2 and 3", second(thing(a=TEXT)), third(thing(a=TEXT), name="Pet")),
    ("what is taken in 2 and 3", second(TEXT, "publish"), third(TEXT, "receive")),
    ("inlined", with_components(second(), "Pet"), second()),
    ("renamed component", with_components(second(), "Pet"), with_components(second(), "Animal")),
    ("renamed parameter", second(address="pets/{id}"), second(address="pets/{no}")),
    ("trait", second(headers=thing(a=TEXT)), second(traits=[{"headers": thing(a=TEXT)}])),
    ("renamed operation", third(), {**third(), "operations": {"other": third()["operations"]["op"]}}),
]


@pytest.mark.parametrize(("old", "new"), [pair[1:] for pair in SAME], ids=[pair[0] for pair in SAME])
def test_what_means_the_same_is_no_change(old: Doc, new: Doc) -> None:
    assert [change.text for change in judged(old, new).changes] == []
    assert [change.text for change in judged(new, old).changes] == []


def test_a_reply_goes_the_other_way() -> None:
    def asked(answer: Doc) -> Doc:
        document = third(TEXT, "receive")
        document["channels"]["back"] = {"address": "back", "messages": {"Answer": {"payload": answer}}}
        document["operations"]["op"]["reply"] = {"channel": {"$ref": "#/channels/back"}}
        return document

    change = only(judged(asked(WHOLE), asked(NUMBER)))
    assert (change.rule, change.operation) == ("response-type-widened", "send reply back")


def test_an_operation_without_its_channel_cannot_be_judged() -> None:
    lost = third()
    lost["operations"]["op"]["channel"] = {"$ref": "#/channels/gone"}
    assert judged(third(), lost).level == "breaking"
    assert any("gone" in change.text and change.level == "unknown" for change in judged(third(), lost).changes)
