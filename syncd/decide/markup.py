"""Pure. How each markup writes what a comment is made of: text, keys, bold lines, headings, line breaks. Values, no classes."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlsplit

from syncd.decide import escape
from syncd.schedule import mermaid

Name = Literal["markdown", "wiki"]
_PLAIN_KEY = re.compile(r"[\w./#&!+-]+( [\w./#&!+-]+)*")
_BACKLINK_FREE = {"github.com": "redirect.github.com"}
"""Hosts that offer a second name under which a link leaves no trace on what it names."""


@dataclass(frozen=True, slots=True)
class Markup:
    """`own` writes our text, `theirs` a vendor's, `key` an object's key with its link (None: not linked)."""

    own: Callable[[str], str]
    theirs: Callable[[str], str]
    key: Callable[[str, str | None], str]
    bold: Callable[[str], str]
    heading: Callable[[str], str]
    line_break: str
    marks_references: bool
    """Whether a link to an object of the same site leaves a trace on that object."""
    graph: Callable[[Sequence[Sequence[str]], Sequence[mermaid.Edge]], str] | None = None
    """Writes boxes, by the lines of text in them, and what follows what, folded away; None where no picture is drawn."""


def _markdown_key(key: str, url: str | None) -> str:
    shown = escape.code_span(escape.clean(key) or "?")
    return f"[{shown}]({url})" if url else shown


def _wiki_key(key: str, url: str | None) -> str:
    shown = escape.clean(key)
    shown = shown if _PLAIN_KEY.fullmatch(shown) else escape.wiki_text(key)
    return f"[{shown}|{url}]" if url else shown


def _markdown_graph(boxes: Sequence[Sequence[str]], edges: Sequence[mermaid.Edge]) -> str:
    """GitHub and GitLab draw Mermaid in a fence; text in one is no mention, reference or markup."""
    drawn = mermaid.flowchart(boxes, edges, goals=[len(boxes) - 1])
    return f"<details><summary>As a picture</summary>\n\n```mermaid\n{drawn}\n```\n\n</details>"


MARKDOWN = Markup(
    own=escape.markdown_own,
    theirs=escape.markdown_text,
    key=_markdown_key,
    bold=lambda text: f"**{text}**",
    heading=lambda text: f"### {text}",
    line_break="  \n",  # GitLab joins lines that end without the two spaces
    marks_references=True,
    graph=_markdown_graph,
)
WIKI = Markup(
    own=escape.wiki_own,
    theirs=escape.wiki_text,
    key=_wiki_key,
    bold=lambda text: f"*{text}*",
    heading=lambda text: f"h4. {text}",
    line_break="\n",
    marks_references=False,
)
PLAIN = Markup(
    own=lambda text: text,
    theirs=lambda text: escape.clean(text) or "(empty)",
    key=lambda key, _url: escape.clean(key),
    bold=lambda text: text,
    heading=lambda text: text,
    line_break="\n",
    marks_references=False,
)
BY_NAME: dict[Name, Markup] = {"markdown": MARKDOWN, "wiki": WIKI}


def link(url: str | None, *, seen_from: str | None, markup: Markup) -> str | None:
    """The URL under which an object may be linked on the ticket `seen_from`, or None: then its key stands without a link.

    GitHub and GitLab note "mentioned in" on every object of their own that a comment links, also from a Markdown link. So on such
    a place a link to the same host is left out, but for github.com, which documents redirect.github.com for exactly this.
    """
    address = _address(url)
    if address is None or not markup.marks_references:
        return address
    host, here = _host(address), _host(_address(seen_from))
    if here is not None and host != here:
        return address
    return address.replace(f"//{host}", f"//{_BACKLINK_FREE[host]}", 1) if host in _BACKLINK_FREE else None


def _address(url: str | None) -> str | None:
    """The URL with everything encoded that could end a link in any markup; None where it is none of the web's."""
    try:
        good = url is not None and urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname)
    except ValueError:
        good = False
    return quote(url, safe="/:?#@&=+,;%._-~", errors="replace") if good and url else None


def _host(address: str | None) -> str | None:
    return urlsplit(address).netloc.lower().rpartition("@")[2].removeprefix("www.") if address else None
