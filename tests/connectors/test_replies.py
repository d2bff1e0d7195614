"""What is kept of a comment, whatever stands in it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.jira.document import document, lines_of
from connectors.replies import commands, in_markdown, in_wiki

LINES = st.sampled_from(
    [
        "/syncd on track",
        "/syncd: clear",
        " /SYNCD",
        "/syncdx",
        "/syncd/x",
        "> /syncd",
        "words",
        "```",
        "~~~~",
        ">>>",
        "<!--",
        "-->",
        "{quote}",
        "{code:py}",
        "{noformat}",
        "",
        "\xa0/syncd at risk",
        "\x00",
        "\u202e/syncd",
    ]
)
SAYS = ("/syncd on track", "/syncd: clear", "/SYNCD", "/syncd at risk")


@settings(max_examples=100)
@given(st.lists(LINES, max_size=20))
def test_nothing_is_kept_but_lines_that_speak_to_us(lines: list[str]) -> None:
    body = "\n".join(lines)
    for kept in (in_markdown(body), in_wiki(body), commands(lines_of(document(body)))):
        assert all(line in SAYS for line in kept.splitlines())


NODES = st.recursive(
    st.none() | st.integers() | st.sampled_from(["/syncd on track", "text", "paragraph", "date", "code"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "text", "content", "attrs", "marks", "timestamp"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=100)
@given(NODES)
def test_what_is_no_document_is_read_as_far_as_it_is_one(node: object) -> None:
    assert all(isinstance(line, str) for line in lines_of({"type": "doc", "content": [node]}))


def test_a_fence_ends_with_its_own_kind_and_length() -> None:
    assert in_markdown("````\n```\n/syncd off track\n````\n/syncd on track") == "/syncd on track"
    assert in_markdown("```py``` is not a fence\n/syncd on track") == "/syncd on track"
    assert in_markdown("   ~~~\n/syncd off track") == ""


@pytest.mark.parametrize("body", [None, 7, "", {"type": "doc"}, ["/syncd on track"]])
def test_what_is_no_text_says_nothing(body: object) -> None:
    assert in_markdown(body) == in_wiki(body) == ""


@pytest.mark.parametrize("piece", ["<!--", "{quote}", "{code:", "```\n", ">>>\n", "/syncd ", "/syncd\n", "\\", "\n"])
def test_a_comment_as_long_as_vendors_take_is_read_at_once(piece: str) -> None:
    """In less time than such a text takes to come: each sign is looked at once."""
    body = piece * (1_000_000 // len(piece)) + "\n/syncd on track"
    assert len(in_markdown(body)) + len(in_wiki(body)) <= 2 * 10 * 501
