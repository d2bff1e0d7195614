"""Pure. What is kept of people's comments below ours: the lines that begin with our word, and nothing else of what they wrote."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from syncd.contract import REPLY_WORD, target_of
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref

STREAM = "replies"
MOST = 100
"""So many comments of a ticket are looked at, the newest."""
_MOST_LINES, _LONGEST_LINE, _LONGEST_BODY = 10, 500, 100_000
_COMMAND = re.compile(rf"\s{{0,3}}{re.escape(REPLY_WORD)}(?:[\s:,].*)?", re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_MACRO = re.compile(r"\{(quote|code|noformat)(?::[^{}\n]{0,200})?\}")
_ESCAPED = re.compile(r"\\([^\w\s]|_)")


def commands(lines: Iterable[str]) -> str:
    """The lines that begin with our word, one below the other, the last ones of too many; "" where there is none."""
    found = [line.strip()[:_LONGEST_LINE] for line in lines if _COMMAND.fullmatch(line)]
    return "\n".join(found[-_MOST_LINES:])


def in_markdown(body: object) -> str:
    """The commands in a text of GitHub or GitLab. What is quoted, shown as code, or hidden is not said."""
    return commands(_outside_fences(_shown(body).splitlines())) if _may_hold(body) else ""


def in_wiki(body: object) -> str:
    """The commands in a wiki text of Jira. What is quoted or shown as code is not said."""
    text = _ESCAPED.sub(r"\1", "".join(_outside_macros(str(body)[:_LONGEST_BODY]))) if _may_hold(body) else ""
    return commands(text.splitlines())


def kept(ref: Ref, scope: Scope, comments: Sequence[dict[str, Any]]) -> RawRecord:
    """The record of the answers to our comment on a ticket. `comments`: oldest first."""
    target = target_of(ref)
    named = {"stream": target.stream, "id": target.id, "key": target.key, "url": target.url}
    return RawRecord(ref, scope, {"target": named, "comments": list(comments)})


def order(at: datetime | None, id: object) -> tuple[float, int]:
    """Where a comment that was written then stands among others, the oldest first. Ids count up: they tell what was written in one moment
    apart."""
    return at.timestamp() if at else 0.0, int(str(id)) if str(id).isdecimal() else 0


def pruned(comment: dict[str, Any], names: Iterable[str], people: Iterable[str], of_person: Sequence[str]) -> dict[str, Any]:
    """What is kept of a comment besides its text: some fields, and of the people in it what says who they are."""
    found = {name: comment[name] for name in names if name in comment}
    for name in people:
        if isinstance(person := comment.get(name), dict):
            found[name] = {part: person[part] for part in of_person if part in person}
    return found


def may_speak(*texts: object) -> bool:
    """Whether a comment that a delivery tells of may speak to us: by its texts, of which there may be those of before and after. Where it
    has none that can be read, it may."""
    known = [text for text in texts if isinstance(text, str)]
    return not known or any(_may_hold(text) for text in known)


def _may_hold(body: object) -> bool:
    return isinstance(body, str) and REPLY_WORD in body.casefold()


def _shown(body: object) -> str:
    """A text without comments of HTML. One that does not end hides the rest."""
    first, *others = str(body)[:_LONGEST_BODY].split("<!--")
    return first + "".join(other.partition("-->")[2] for other in others)


def _outside_fences(lines: Iterable[str]) -> Iterator[str]:
    """The lines outside of blocks of code (CommonMark), and of blocks of quotes between lines of `>>>` (GitLab)."""
    fence = ""
    for line in lines:
        if fence:
            bare = line.strip()
            if bare == bare[:1] * len(bare) and bare.startswith(fence):
                fence = ""
        elif found := _FENCE.match(line):
            fence = found[1] if found[1][0] == "~" or "`" not in found[2] else ""
        elif line.rstrip() == ">>>":
            fence = ">>>"
        else:
            yield line


def _outside_macros(text: str) -> Iterator[str]:
    """The parts of a wiki text outside of its macros for quotes and code."""
    inside, done = "", 0
    for macro in _MACRO.finditer(text):
        if not inside:
            yield text[done : macro.start()]
            inside = macro[1]
        elif macro[1] == inside:
            inside, done = "", macro.end()
    if not inside:
        yield text[done:]
