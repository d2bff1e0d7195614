"""Descriptions as documents (Jira's API v3) say what they say as text."""

from typing import Any

from inline_snapshot import snapshot

from syncd.mapping.prose import plain
from syncd.model.ref import Alias
from syncd.model.rows import Dependency
from tests.mapping.mapping_world import default, item, made, only, rows

JIRA = default("jira.default")


def text(words: str, href: str | None = None, bold: bool = False) -> dict[str, Any]:
    marks = [{"type": "strong"}] if bold else []
    marks += [{"type": "link", "attrs": {"href": href}}] if href else []  # type: ignore[dict-item]
    return {"type": "text", "text": words, "marks": marks}


def block(kind: str, *content: Any) -> dict[str, Any]:
    return {"type": kind, "content": list(content)}


def document(*content: Any) -> dict[str, Any]:
    return {"version": 1, **block("doc", *content)}


def test_each_block_is_a_line() -> None:
    found = plain(
        document(
            {"type": "heading", "attrs": {"level": 2}, "content": [text("Goal")]},
            block("paragraph", text("Pay by "), text("Link", "https://acme.example/link"), {"type": "hardBreak"}, text("now")),
            block("bulletList", block("listItem", block("paragraph", text("first"))), block("listItem", text("second"))),
            {"type": "blockCard", "attrs": {"url": "https://acme.example/b"}},
            block(
                "paragraph",
                {"type": "mention", "attrs": {"id": "1", "text": "@Ada"}},
                {"type": "emoji", "attrs": {"shortName": ":tada:"}},
                {"type": "date", "attrs": {"timestamp": "1778803200000"}},
                {"type": "date", "attrs": {"timestamp": "soon"}},
                {"type": "status", "attrs": {"text": "OPEN"}},
            ),
        )
    )
    assert found == snapshot(
        """\
Goal
Pay by Link (https://acme.example/link)
now
first
second
https://acme.example/b
@Ada:tada:2026-05-15OPEN\
"""
    )


def test_what_is_no_document_is_no_text() -> None:
    values: list[Any] = [{}, {"type": "paragraph"}, [], 7, None, {"type": ["doc"]}]
    assert {plain(value) for value in values} == {None}
    assert plain({"type": "doc", "content": [None, 7, {"type": {}}, {"type": "text", "text": 5}, {"content": "x"}]}) == ""


def test_a_document_without_a_bottom_is_read_as_far_as_people_nest() -> None:
    deep: Any = text("bottom")
    for _ in range(5000):
        deep = block("blockquote", deep)
    assert plain(document(deep, block("paragraph", text("top")))) == "top"


def test_a_blocker_and_a_commitment_are_found_in_a_document() -> None:
    card = {"type": "inlineCard", "attrs": {"url": "https://github.com/acme/api/issues/12"}}
    link = text("PAY-7", "https://acme.atlassian.net/browse/PAY-7")
    fields = {
        "summary": "Ship",
        "issuetype": {"name": "Epic"},
        "description": document(
            block("paragraph", text("Blocked by:", bold=True), text(" "), link, text(", "), card),
            block("paragraph", text("Commitment: Checkout")),
        ),
    }
    epic, *links = rows(JIRA, {"id": "41", "key": "PLAT-41", "fields": fields})
    assert getattr(epic, "same_as", None) == ("checkout",)
    assert [row.predecessor for row in links if isinstance(row, Dependency)] == [
        Alias("PAY-7"),
        Alias("https://github.com/acme/api/issues/12"),
    ]


def test_fields_and_conditions_take_documents_as_text() -> None:
    goal = document(block("paragraph", text("Launch in May")))
    assert only(item('title = "d"'), {"id": 1, "d": goal}).title == "Launch in May"
    rule = '[[rule]]\nname = "m"\nstream = "issues"\nto = "milestone"\nwhen = { path = "d", matches = "(?i)launch" }\n'
    assert only(made(f'{rule}[rule.fields]\ntitle = "t"'), {"id": 1, "t": "T", "d": goal}).kind == "milestone"
