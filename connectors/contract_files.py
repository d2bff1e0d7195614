"""The files that contracts name, revision by revision, and each content once: what the vendors that hold repositories share.

A revision is the head of the default branch, that of an open merge request, or a release. Its files are listed when its commit moved,
and a blob that was read is not asked for again: records of files name it, records of their own hold its text, in parts.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from urllib.parse import quote

from syncd.contract import Unavailable
from syncd.model.contract import fits_any
from syncd.model.raw import Json

STREAM = "contract_files"
LARGEST = 16 * 2**20
"""So many octets a file may have; a larger one is not kept."""
RELEASES = 3
"""So many of the latest releases are looked at; tags, where there is none."""
_MOST_PAGES = 1_000

RevisionKind = Literal["default", "merge_request", "release"]

Tags = list[list[Any]]
"""How each page of a list was asked for, and its tag: as JSON keeps it. Of a Git tag its commit, too."""

Known = Mapping[str, Mapping[str, str]]
"""Commit -> its files, for those that were listed already."""


@dataclass(frozen=True, slots=True)
class Head:
    """A revision as it is now. `name`: the number of the merge request or the tag, "" for the default branch. `facts`: what else a record
    says of it (`ref`, `url`, `at`, and `id` of the merge request)."""

    kind: RevisionKind
    name: str
    sha: str
    facts: Mapping[str, Json] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """What tells it from the others of its repository."""
        return f"{self.kind}/{quote(self.name, safe='') or '-'}"


@dataclass(frozen=True, slots=True)
class File:
    """A file of a revision. `blob`: None where it is not there any more; `now_at`: where it was renamed to. `base`: its blob where the
    merge request began."""

    path: str
    blob: str | None
    now_at: str | None = None
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a list. `next`: how to ask for the following one. `unchanged`: it is as it was when it had that `tag`."""

    rows: Sequence[dict[str, Any]]
    next: Hashable | None = None
    tag: str | None = None
    unchanged: bool = False


class TooLarge(Exception):
    """A blob has more than LARGEST octets; `size`, where that is known."""

    def __init__(self, size: int | None) -> None:
        super().__init__("too large")
        self.size = size


class Source(Protocol):
    """One repository as its vendor gives it. What it cannot give is one of the six errors."""

    def default(self, tag: str | None) -> tuple[Head | None, str | None]:
        """The head of the default branch, and its tag; no head where the repository is empty. Raises Unchanged."""

    def requests(self, tags: Tags) -> tuple[list[Head] | None, Tags]:
        """The open merge requests; None where they are as they were."""

    def releases(self, tags: Tags) -> tuple[list[Head] | None, Tags]:
        """The latest releases; None where they are as they were."""

    def files(self, sha: str, patterns: Sequence[str]) -> Mapping[str, str] | None:
        """Path -> blob of what matches at a commit or tag; None where the vendor has no such revision."""

    def touched(self, head: Head, patterns: Sequence[str], known: Known) -> Sequence[File]:
        """What a merge request does to files that match. Raises NotThere."""

    def request(self, name: str) -> Head | None:
        """A merge request by its number; None where it is not open any more."""

    def blob(self, sha: str) -> bytes:
        """A blob's content. Raises TooLarge."""


class NotThere(Exception):
    """A commit of a merge request cannot be had, though its repository can be read: it may not have been brought there yet."""


class Unchanged(Exception):
    """The default branch is as it was."""


def walked(ask: Callable[[Any, str | None], Leaf], tags: Tags, per_page: int) -> tuple[list[dict[str, Any]] | None, Tags]:
    """The rows of a list, with what to ask the next time; None where each of its pages is as it was.

    A full last page has no tag: it stays as it is when something is added behind it. Raises Unavailable where the pages do not end.
    """
    first = _first_that_changed(ask, tags)
    if tags and first is None:
        return None, tags
    rows: list[dict[str, Any]] = []
    kept: Tags = []
    here, leaf = None, first if first is not None and first.rows is not _ANEW else ask(None, None)
    seen: set[Hashable] = set()
    while len(kept) < _MOST_PAGES:
        rows += leaf.rows
        ends = leaf.next is None
        kept.append([here, None if ends and len(leaf.rows) >= per_page else leaf.tag])
        if leaf.next is None:
            return rows, kept
        if leaf.next in seen:
            break
        seen.add(leaf.next)
        here, leaf = leaf.next, ask(leaf.next, None)
    raise Unavailable("the pages do not end")


_ANEW: list[dict[str, Any]] = []


def _first_that_changed(ask: Callable[[Any, str | None], Leaf], tags: Tags) -> Leaf | None:
    """The first page where that changed; a mark where another did, or cannot be told; None where all are as they were."""
    for number, (here, tag) in enumerate(tags):
        if tag is None:
            return Leaf(_ANEW)
        leaf = ask(here, tag)
        if not leaf.unchanged:
            return leaf if number == 0 else Leaf(_ANEW)
    return None


Pin = tuple[str | None, str | None]
"""The commit of a Git tag, None where there is no such tag; and what the vendor called the answer."""
_PIN = "tag "


def noted(tags: Tags, name: str) -> str | None:
    """What the vendor called a list the last time."""
    return next((str(entry[1]) for entry in tags if entry[0] == name and entry[1]), None)


def stays(tags: Tags, ask: Callable[[str, str | None], Pin | None]) -> bool:
    """Whether each Git tag of the releases that were read last is where it was; no, where none was noted. `ask` gives None for an answer
    that is as it was."""
    pins = [(str(name).removeprefix(_PIN), tag, *sha) for name, tag, *sha in tags if str(name).startswith(_PIN)]
    return bool(pins) and all((found := ask(name, tag)) is None or [found[0]] == sha for name, tag, *sha in pins)


def pinned(names: Sequence[str], ask: Callable[[str, str | None], Pin | None]) -> tuple[dict[str, str], Tags]:
    """The commits of Git tags, of those that are there, and what to keep for `stays`."""
    found = {name: ask(name, None) or (None, None) for name in names}
    commits = {name: sha for name, (sha, _) in found.items() if sha}
    return commits, [[f"{_PIN}{name}", tag, sha] for name, (sha, tag) in found.items()]


def written(content: bytes) -> tuple[Literal["utf-8", "base64"], str]:
    """A content as a text that JSON and every database can hold."""
    try:
        if b"\0" not in content:
            return "utf-8", content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    return "base64", b64encode(content).decode("ascii")


def content_of(row: Mapping[str, Any], *, what: str, scope: str) -> bytes:
    """The content of a blob as an API gives it, in Base64 or as it is. Raises Unavailable where it is neither, TooLarge."""
    text = text_of(row, "content", what=what, scope=scope)
    try:
        content = text.encode("utf-8") if row.get("encoding") == "utf-8" else b64decode(text)
    except ValueError:
        raise Unavailable(f"{what}: a blob's content is not the Base64 that it is said to be", scope=scope) from None
    if len(content) > LARGEST:
        raise TooLarge(len(content))
    return content


def text_of(row: Mapping[str, Any], name: str, *, what: str, scope: str) -> str:
    """A text of an answer. Raises Unavailable where there is none."""
    found = row.get(name)
    if not isinstance(found, str):
        raise Unavailable(f"{what}: the answer has no {name!r}. Check `url`", scope=scope)
    return found


def compared(base: Mapping[str, str], head: Mapping[str, str], patterns: Sequence[str]) -> list[File]:
    """What differs between the files of two commits, where the vendor does not say it."""
    return [
        File(path, head.get(path), base=base.get(path))
        for path in sorted(base.keys() | head.keys())
        if base.get(path) != head.get(path) and fits_any(path, patterns)
    ]
