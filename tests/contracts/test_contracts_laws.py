"""Laws of the differ, over generated API descriptions."""

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from syncd.contracts import Verdict, diff
from tests.contracts.apis import Doc, answering, judged, revision, sending

FEW = settings(max_examples=60, deadline=None)

NAMES = st.sampled_from(["a", "b", "c", "id", "kind"])
LEAVES = st.one_of(
    st.builds(lambda least, fmt: {"type": "string", **least, **fmt}, st.sampled_from([{}, {"minLength": 2}, {"maxLength": 9}]), st.sampled_from([{}, {"format": "uuid"}])),
    st.builds(lambda values: {"type": "string", "enum": values}, st.lists(st.sampled_from("xyz"), min_size=1, unique=True)),
    st.builds(lambda kind, low: {"type": kind, **low}, st.sampled_from(["integer", "number"]), st.sampled_from([{}, {"minimum": 1}, {"exclusiveMinimum": 0}])),
    st.just({"type": ["string", "null"]}),
    st.just({"type": "boolean"}),
    st.just({"$ref": "#/components/schemas/One"}),
    st.just({"$ref": "#/components/schemas/Two"}),
)  # fmt: skip


def _object(properties: dict[str, Any], required: list[str], closed: bool) -> Doc:
    extra = {"additionalProperties": False} if closed else {}
    return {"type": "object", "properties": properties, "required": [name for name in required if name in properties], **extra}


SCHEMAS: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(_object, st.dictionaries(NAMES, inner, max_size=3), st.lists(NAMES, unique=True, max_size=2), st.booleans()),
        st.builds(lambda items: {"type": "array", "items": items}, inner),
        st.builds(lambda members: {"anyOf": members}, st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda members: {"allOf": members}, st.lists(inner, min_size=1, max_size=2)),
    ),
    max_leaves=8,
)
OWN = SCHEMAS.filter(lambda schema: "$ref" not in schema and "#/" not in json.dumps(schema.get("allOf", schema.get("anyOf"))))
"""What is more than other schemas: a component that is nothing but itself means nothing."""
COMPONENTS = st.fixed_dictionaries({"One": OWN, "Two": OWN})


def document(schema: Any, components: Doc) -> Doc:
    """Both sent and answered, with a parameter of the path."""
    sent = sending(schema, "3.1.0", components)
    sent["paths"] = {"/pets/{id}": {"post": {**sent["paths"]["/pets"]["post"], **answering(schema)["paths"]["/pets"]["get"]}}}
    sent["paths"]["/pets/{id}"]["post"]["requestBody"] = sending(schema)["paths"]["/pets"]["post"]["requestBody"]
    sent["paths"]["/pets/{id}"]["post"]["parameters"] = [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    ]
    return sent


def turned(value: Any) -> Any:
    """The same value with the keys of every mapping the other way round."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    return [turned(one) for one in value] if isinstance(value, list) else value


def texts(verdict: Verdict) -> list[str]:
    return [change.text for change in verdict.changes]


@FEW
@given(SCHEMAS, COMPONENTS)
def test_a_revision_does_not_differ_from_itself(schema: Any, components: Doc) -> None:
    one = document(schema, components)
    assert texts(diff(revision(json.dumps(one, indent=1).encode()), revision(one))) == []
    # Where what holds for all operations differs, nothing is taken for the same unseen: everything is compared.
    assert texts(judged(one, {**one, "consumes": ["text/plain"]})) == []


@FEW
@given(SCHEMAS, COMPONENTS)
def test_the_order_of_keys_means_nothing(schema: Any, components: Doc) -> None:
    one = document(schema, components)
    assert texts(judged(one, turned(one))) == []


@FEW
@given(SCHEMAS, COMPONENTS)
def test_names_of_components_and_of_path_parameters_mean_nothing(schema: Any, components: Doc) -> None:
    one = document(schema, components)
    text = json.dumps(one)
    for old, new in (("/One", "/Uno"), ('"One"', '"Uno"'), ("/Two", "/Due"), ('"Two"', '"Due"'), ("{id}", "{pet}")):
        text = text.replace(old, new)
    renamed = json.loads(text)
    renamed["paths"]["/pets/{pet}"]["post"]["parameters"][0]["name"] = "pet"
    assert texts(judged(one, renamed)) == []


@FEW
@given(
    SCHEMAS,
    st.fixed_dictionaries(
        {"One": LEAVES.filter(lambda leaf: "$ref" not in leaf), "Two": LEAVES.filter(lambda leaf: "$ref" not in leaf)}
    ),
)
def test_a_component_can_be_written_out(schema: Any, components: Doc) -> None:
    def written_out(value: Any) -> Any:
        if isinstance(value, dict):
            if "$ref" in value:
                return copy.deepcopy(components[value["$ref"].rpartition("/")[2]])
            return {key: written_out(inner) for key, inner in value.items()}
        return [written_out(one) for one in value] if isinstance(value, list) else value

    one = document(schema, components)
    assert texts(judged(one, {**written_out(one), "components": {}})) == []


def sides(verdict: Verdict, direction: str, how: str) -> set[tuple[str, str]]:
    """Places and aspects at which something is narrower or wider on a side; properties that became required are narrower."""
    words = {
        "narrowed": ("-narrowed", "-became-required", "-alternative-removed"),
        "widened": ("-widened", "-became-optional", "-alternative-added"),
    }
    found = set()
    for change in verdict.changes:
        for one, other in zip(words[how], words["narrowed"], strict=True):
            if change.direction == direction and change.rule.endswith(one):
                found.add(
                    (change.place.partition(".")[2].partition("application/json")[2], change.rule.removesuffix(one) + other)
                )
    return found


@settings(max_examples=100, deadline=None)
@given(SCHEMAS, SCHEMAS, COMPONENTS)
def test_what_is_narrower_one_way_is_wider_the_other_way(old: Any, new: Any, components: Doc) -> None:
    forth, back = (
        judged(document(old, components), document(new, components)),
        judged(document(new, components), document(old, components)),
    )
    plain = "anyOf" not in json.dumps([old, new, components])
    if plain:  # which alternative became which one may be guessed differently from either side
        assert sides(forth, "request", "narrowed") == sides(back, "request", "widened")
        assert sides(forth, "response", "widened") == sides(back, "response", "narrowed")
    assert (forth.level == "compatible") is (not any(change.level != "compatible" for change in forth.changes))


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.sampled_from([0, 1, 2, 0.5, "", "x", "y", "long enough"])),
    lambda inner: st.one_of(st.dictionaries(NAMES, inner, max_size=3), st.lists(inner, max_size=2)),
    max_leaves=5,
)


@settings(max_examples=100, deadline=None)
@given(SCHEMAS, SCHEMAS, COMPONENTS, st.lists(VALUES, min_size=10, max_size=10))
def test_what_is_called_compatible_is_so_for_every_value(old: Any, new: Any, components: Doc, values: list[Any]) -> None:
    """Where nothing breaks who sends, what was valid is; where nothing breaks who reads, what is valid was. A new optional property is
    compatible by convention: nobody is expected to have sent something else by its name."""
    valid = [Draft202012Validator({**schema, "components": {"schemas": components}}).is_valid for schema in (old, new)]
    sent = judged(sending(old, "3.1.0", components), sending(new, "3.1.0", components))
    read = judged(answering(old, "3.1.0", components), answering(new, "3.1.0", components))
    for value in values:
        if sent.level == "compatible" and not any(change.rule.endswith("property-added") for change in sent.changes):
            assert not valid[0](value) or valid[1](value), (value, texts(sent))
        if read.level == "compatible" and not any(change.rule.endswith("property-added") for change in read.changes):
            assert not valid[1](value) or valid[0](value), (value, texts(read))
