"""Nothing that a vendor's user wrote becomes alive in what we write."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from syncd.decide.escape import LONGEST, clean, markdown_text, wiki_text
from syncd.model.marker import has_marker, marker

NASTY = [
    "@octocat",
    "@org/team look",
    "see #1, !2, %3, &4, ~bug, $5",
    "acme/api#7",
    "GH-1",
    "PLAT-41",
    "fixes deadbeefcafe",
    "https://evil.example",
    "www.evil.example",
    "mail me@evil.example",
    "[click](https://evil.example)",
    "[click][1]",
    "![x](https://evil.example/x.png)",
    "<img src=x onerror=alert(1)>",
    "<https://evil.example>",
    "<!-- syncd:aaaaaaaaaaaaaaaaaaaaaaaa -->",
    "{anchor:syncd-aaaaaaaaaaaaaaaaaaaaaaaa}",
    "*bold* _it_ **b** ~~s~~ `code`",
    "``` fence",
    "`a``b```c",
    "/close",
    "/label ~bug",
    "# heading",
    "- [ ] do it",
    "- list",
    "1. list",
    "> quote",
    "a | b | c",
    "line\none\r\ntwo\u2028three\u0085four",
    "nul\x00 esc\x1b[31m red",
    "\u202egnp.exe \u2066x\u2069",
    "zero\u200bwidth\u200d\ufeff",
    ":smile: :+1:",
    ":) ;) :P :D (y) (!) (x) <3",
    "[~admin] [~accountid:5b10]",
    "[x|https://evil.example]",
    "!x.png!",
    "{code}x{code} {color:red}x{color} {{mono}}",
    "h1. heading",
    "bq. quote",
    "||a||b||",
    "one \\\\ two \\",
    "-del- +ins+ ^sup^ ~sub~ ??cite??",
    "&#64;user &lt;b&gt; &amp;",
    "mailto:x@evil.example file:///etc/passwd",
    "\\@x \\[a\\](b)",
    "[^1] [[Page]] $`a`$ $$x$$",
    "&1 &group>project",
    "x" * 500,
    "@" * 500,
    "`" * 500,
    "",
    " \t ",
]
texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=120),
    st.text(alphabet="@#!%&~$^*_`[](){}<>|\\/:;-+=?'\". ab1\n", max_size=60),
    st.lists(st.sampled_from(NASTY), min_size=2, max_size=3).map(" ".join),
)
READER = MarkdownIt("commonmark", {"linkify": False}).enable(["table", "strikethrough"])


def inline(body: str) -> list[Token]:
    """The pieces of a body's one paragraph; anything else than one paragraph is a failure."""
    blocks = READER.parse(body)
    assert [block.type for block in blocks] == ["paragraph_open", "inline", "paragraph_close"], blocks
    return blocks[1].children or []


@given(texts)
@example("x` @octocat `y")
@example("`")
@example("a `` b")
def test_in_markdown_it_is_quiet_text_or_one_code_span(text: str) -> None:
    pieces = inline(f"**{markdown_text(text)}: 4 working days late.**")
    assert {piece.type for piece in pieces} <= {"strong_open", "strong_close", "text", "code_inline"}
    shown = "".join(piece.content for piece in pieces)
    assert shown == f"{clean(text) or '(empty)'}: 4 working days late."
    for piece in pieces:
        if piece.type == "text":
            assert_nothing_a_forge_would_link(piece.content)


def assert_nothing_a_forge_would_link(text: str) -> None:
    """What GitHub and GitLab look for in the text that Markdown produced."""
    for pattern in (
        r"@[\w]", r"[#!%~$&^][\w\"{]", r"(?i)\bGH-\d", r"(?i)https?://|www\.|ftp://", r"(?i)\b[0-9a-f]{7,40}\b", r":[\w+-]+:",
        r"(?i)\b[a-z][a-z0-9_]+-\d", r"[<>\[\]{}|`*_\\]",
    ):  # fmt: skip
        assert not re.search(pattern, text), (pattern, text)


@given(texts)
def test_it_is_one_short_line_of_visible_characters_in_every_markup(text: str) -> None:
    assert len(clean(text)) <= LONGEST
    for shown in (clean(text), markdown_text(text), wiki_text(text)):
        assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for char in shown)
        assert "\n" not in shown


@given(texts)
def test_in_wiki_markup_every_special_character_is_escaped(text: str) -> None:
    shown = wiki_text(text)
    bare = re.sub(r"\\[!\[\]^~+?%{}()*_\-|@]", "", shown)
    assert not re.search(r"[!\[\]^~+?%{}()*_\-|@\\]", bare), shown
    assert not re.search(r"(?i):(//|[pdo])|mailto:\S|&[#\w]", shown), shown


@given(texts)
def test_no_text_of_theirs_is_taken_for_our_marker(text: str) -> None:
    for shown in (markdown_text(text), wiki_text(text), clean(text)):
        assert not has_marker(shown, "a" * 24)
    assert has_marker(f"{markdown_text(text)}\n\n{marker('b' * 24, 'markdown')}", "b" * 24)


@pytest.mark.parametrize(
    "title",
    [
        "Checkout v2",
        "Search & filter",
        "Zahlungen für Österreich",
        "支付 v2",
        "CI/CD (phase 2)",
        "Phase 2: rollout",
        "Anna's plan 🚀",
    ],
)
def test_an_ordinary_title_reads_as_it_was_written(title: str) -> None:
    assert markdown_text(title) == title


def test_what_would_be_a_command_at_the_start_of_a_line_is_none_anywhere() -> None:
    for text in ("/close", "- item", "(see)", "/merge now"):
        assert markdown_text(text) == f"`{text}`"


def test_a_dangerous_title_reads_as_it_was_written_too() -> None:
    assert markdown_text("ping @octocat about `x` #1") == "``ping @octocat about `x` #1``"
    assert wiki_text("ping [~admin] https://x :D") == r"ping \[\~admin\] https: //x : D"
