"""CEL behind its adapter: an error is a rejection, never a truth; nothing runs away; no clock."""

import pytest
from inline_snapshot import snapshot

from syncd.mapping import apply, fields_read
from syncd.mapping.cel import Cel, CelError
from syncd.mapping.look import Look
from syncd.model.remarks import Rejected
from tests.mapping.mapping_world import item, made, only, record, rejection


def evaluated(source: str, data: dict[str, object]) -> object:
    return Cel().expression(source)(Look(record(data)))


def when(source: str) -> str:
    return f'[[rule]]\nname = "guarded"\nstream = "issues"\nto = "item"\nwhen = """{source}"""\n'


@pytest.mark.parametrize(
    "source",
    ["record.gone == 1", "record.n.x == 1", "1 / record.zero == 1", "record.s.matches('(')", "record.n", "record.s + 1 == 2"],
)
def test_an_expression_that_fails_rejects_the_record(source: str) -> None:
    found = rejection(made(when(source)), {"n": None, "zero": 0, "s": "x"})
    assert (found.rule, found.reason.startswith("rule[0] (guarded).when: ")) == ("guarded", True)


def test_the_rejection_says_how_to_guard() -> None:
    assert rejection(made(when("record.gone.name == 'x'")), {}).reason == snapshot(
        'rule[0] (guarded).when: the expression failed on this record: Key not found in map : "gone". Guard it with has(...) &&, or use a plain path.'
    )


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("record.whole + 1", 4),
        ("record.half + 0.5", 1.0),
        ("record.whole == 3 && record.half < 1", True),
        ("record.huge > 1.0e20", True),
        ("record.list.filter(x, x != 'a')", ["b"]),
        ("record['odd-name']", "o"),
        ("has(record.whole) && !has(record.gone)", True),
        ("timestamp('2026-05-15T00:00:00Z') - duration('24h') < timestamp('2026-05-15T00:00:00Z')", True),
        ("duration('90s')", 90.0),
        ("record.text", "a?b"),
    ],
)
def test_numbers_and_texts_go_in_as_they_are_meant(source: str, value: object) -> None:
    data = {"whole": 3.0, "half": 0.5, "huge": 10**30, "list": ["a", "b"], "odd-name": "o", "text": "a\ud800b"}
    assert evaluated(source, data) == value


@pytest.mark.parametrize(
    "source", ["now()", "now", "record.l.map(x, x + x)", "'x' + " * 300 + "'x'", "record.(", "type(1)", "b'x'"]
)
def test_what_cannot_be_written(source: str) -> None:
    with pytest.raises(CelError):
        evaluated(source, {"l": [1]})


def test_the_word_map_in_a_text_is_no_macro() -> None:
    assert evaluated("record.t == '.map(x)'", {"t": ".map(x)"}) is True


def test_a_record_that_is_too_deep_is_rejected_and_not_followed() -> None:
    deep: dict[str, object] = {}
    for _ in range(500):
        deep = {"a": deep}
    result = apply(made(when("size(record.a) == 1")), record(deep))
    assert isinstance(result, Rejected)
    assert "nested deeper than 32 levels" in result.reason


def test_loops_within_loops_end() -> None:
    source = "record.l.all(a, record.l.all(b, record.l.all(c, record.l.all(d, a + b + c + d >= 0))))"
    with pytest.raises(CelError, match="budget"):
        evaluated(source, {"l": list(range(200))})


@pytest.mark.parametrize(
    ("source", "fields"),
    [
        ("record.fields.summary == 'x' && record.fields['due-date'] != ''", {"summary", "due-date"}),
        ("record.fields.labels.exists(l, l == 'record.fields.nothing')", {"labels"}),
        ("size(record.fields) > 1", None),
        ("record == record", None),
        ("scope.name == 'PAY'", set()),
    ],
)
def test_it_is_known_which_fields_an_expression_reads(source: str, fields: set[str] | None) -> None:
    assert fields_read(made(when(source))).get("issues", frozenset()) == (None if fields is None else frozenset(fields))


def test_a_value_may_be_an_expression() -> None:
    mapping = item("title = { cel = \"record.a + ' ' + scope.name\" }\nlabels = { cel = \"record.l.filter(x, x != 'no')\" }")
    row = only(mapping, {"a": "x", "l": ["yes", "no"]})
    assert (row.title, row.labels) == ("x PAY", ("yes",))
