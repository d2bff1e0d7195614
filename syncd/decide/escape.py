"""Pure. Vendor text made harmless in Markdown, wiki markup and terminals: nothing of theirs becomes a mention, link or markup.

Decisions, and why. A forge looks for mentions and references in the text that Markdown has produced, so a backslash does not stop
`@x`, `#1` or a commit id; a code span stops them all at once, and HTML, links, emoji and emphasis with them. So text in which
nothing can come alive is shown as it is, and any other text in a code span. Wiki markup has no such span: there each special
character gets its backslash, and what knows no backslash (`:D`, `https:`, `&#64;`) is broken by a space. No invisible characters
are added.
"""

import re
import unicodedata

LONGEST = 80
"""Characters of a title or quotation; longer ones are shortened."""

_QUIET = frozenset(" .,'\"()-/")  # with letters, digits and what is not ASCII: never special inside a line
_QUIET_BEFORE_SPACE = frozenset(":;&+%?!=")  # special only when something follows at once: `:smile:`, `&1`, `!12`
_ALIVE = re.compile(
    r"www\.|//|\.\.\."  # autolinks, and a commit range
    r"|\b[0-9a-f]{7,40}\b"  # a commit id
    r"|\b[a-z][a-z0-9_]*-\d"  # GH-1, and keys that an integration links: PLAT-41
    r"|^[^\w]",
    re.IGNORECASE,
)
_OUR_MARKER = re.compile(r"(<!)(?=--)|(\{anchor)(?=:)", re.IGNORECASE)
_MARKDOWN_OWN = re.compile(r"([\\`*_\[\]<])")
_WIKI_OWN = re.compile(r"([\[\]{}*_|^~!@]|-(?=>))")
# The characters that Jira's renderer takes a backslash before: others would show the backslash.
_WIKI_SPECIAL = re.compile(r"([!\[\]^~+?%{}()*_\-|@])")
_WIKI_COLON = re.compile(r":(?=[/\\pPdDoO|])|(?<=mailto):(?=\S)", re.IGNORECASE)
_WIKI_LONE = re.compile(r"([&<;])(?=[#\w/])")


def clean(text: str) -> str:
    """One line of visible text: no control, bidirectional, zero-width or unassigned characters; at most `LONGEST` characters."""
    visible = "".join(_visible(char) for char in text)
    line = _OUR_MARKER.sub(r"\1\2 ", " ".join(visible.split()))
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}…"


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category in ("Cc", "Zl", "Zp", "Zs"):
        return " "
    return "" if category.startswith("C") else char


def markdown_text(text: str) -> str:
    """Vendor text inside a line of Markdown as GitHub and GitLab read it."""
    line = clean(text) or "(empty)"
    return line if _is_quiet(line) else code_span(line)


def code_span(line: str) -> str:
    """The line, which holds no line break, in a code span: the fence is longer than any run of backticks in it."""
    fence = "`" * (max((len(run) for run in re.findall(r"`+", line)), default=0) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def _is_quiet(line: str) -> bool:
    calm = all(_calm(char, after) for char, after in zip(line, [*line[1:], ""], strict=True))
    return calm and not _ALIVE.search(line)


def _calm(char: str, after: str) -> bool:
    return char.isalnum() or not char.isascii() or char in _QUIET or (char in _QUIET_BEFORE_SPACE and after == " ")


def markdown_own(text: str) -> str:
    """Our own text in Markdown: shown as it is."""
    return _MARKDOWN_OWN.sub(r"\\\1", " ".join(text.splitlines()))


def wiki_text(text: str) -> str:
    """Vendor text inside a line of Jira's wiki markup."""
    line = (clean(text) or "(empty)").replace("\\", "＼")  # two backslashes are a line break, and none can be escaped
    broken = _WIKI_LONE.sub(r"\1 ", _WIKI_COLON.sub(": ", line))
    return _WIKI_SPECIAL.sub(r"\\\1", broken)


def wiki_own(text: str) -> str:
    """Our own text in wiki markup: shown as it is."""
    return _WIKI_OWN.sub(r"\\\1", " ".join(text.splitlines()))
