"""The files that contracts name, revision by revision, and each content once: what the vendors that hold repositories share.

A revision is the head of the default branch, that of an open merge request, or a release. Its files are listed when its commit moved,
and a blob that was read is not asked for again: records of files name it, records of their own hold its text, in parts.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from urllib.parse import quote, unquote

from connectors.contract_cursor import Held, State, load
from connectors.http import TOO_LARGE
from syncd.contract import Page, Unavailable
from syncd.model.contract import fits_any
from syncd.model.raw import Json, RawRecord, Scope
from syncd.model.ref import Ref

STREAM = "contract_files"
LARGEST = 16 * 2**20
"""So many octets a file may have; a larger one is not kept."""
RELEASES = 3
"""So many of the latest releases are looked at; tags, where there is none."""
PART = 250_000
"""So many characters of a text are in one record, so that nobody has to load more than that at once."""
_HEAVY = 8 * 2**20
_MOST_PAGES = 1_000

RevisionKind = Literal["default", "merge_request", "release"]

Tags = list[list[Any]]
"""How each page of a list was asked for, and its tag: as JSON keeps it."""

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


@dataclass(frozen=True, slots=True)
class Shelf:
    """The watched files of one repository."""

    source: Source
    connection: str
    scope: Scope
    patterns: Sequence[str]

    def pages(self, since: str | None) -> Iterator[Page]:
        """What changed since the cursor, a page or more for each revision that moved."""
        state = load(since, self.patterns)
        listed: dict[str, Mapping[str, str]] = {}
        yield from self._default(state, listed)
        yield from self._requests(state, listed)
        yield from self._releases(state)
        yield Page(cursor=state.dump(), complete=True, deleted=tuple(self._unused(state)))

    def one(self, ref: Ref) -> RawRecord:
        """The record now. Raises Unavailable where the revision has no such file."""
        _, kind, name, rest = parts_of(ref)
        if kind == "blob":
            found = [record for record in self._texts(name, State()) if record.ref == ref]
        else:
            found = [record for record in self._of_revision(kind, unquote(name)) if record.ref == ref]
        if not found:
            raise Unavailable(f"reading {ref.label}: {rest} is not there, or hidden from this account", scope=self.scope.name)
        return found[0]

    def _default(self, state: State, listed: dict[str, Mapping[str, str]]) -> Iterator[Page]:
        held = state.held.get("default/-")
        try:
            head, tag = self.source.default(state.tag if held else None)
        except Unchanged:
            head, tag = None, state.tag
        else:
            if head is None or held is None or held.sha != head.sha:
                head = head or Head("default", "", "")
                files = self._listed(head.sha, listed) if head.sha else {}
                yield from self._moved(state, head, [File(path, blob) for path, blob in files.items()])
        state.tag = tag
        held = state.held["default/-"]
        listed.setdefault(held.sha, {path: blob for path, (blob, *_) in held.files.items() if blob})

    def _requests(self, state: State, listed: dict[str, Mapping[str, str]]) -> Iterator[Page]:
        heads, tags = self.source.requests(state.requests)
        if heads is not None:
            for head in heads:
                held = state.held.get(head.id)
                if held is not None and held.sha == head.sha:
                    continue
                try:
                    files = self.source.touched(head, self.patterns, listed)
                except NotThere:  # what was held stays, and it is looked at again
                    tags = []
                    continue
                yield from self._moved(state, head, files)
            yield from self._gone(state, "merge_request", {head.id for head in heads}, self._is_closed)
        state.requests = tags

    def _releases(self, state: State) -> Iterator[Page]:
        heads, tags = self.source.releases(state.releases)
        if heads is not None:
            for head in heads:
                held = state.held.get(head.id)
                if held is not None and held.sha == head.sha:
                    continue
                files = self.source.files(head.sha, self.patterns)
                if files is None:  # a release of a tag that is not there, or not yet: it is looked at again
                    tags = []
                    continue
                yield from self._moved(state, head, [File(path, blob) for path, blob in files.items()])
            yield from self._gone(state, "release", {head.id for head in heads}, lambda _: True)
        state.releases = tags

    def _listed(self, sha: str, listed: dict[str, Mapping[str, str]]) -> Mapping[str, str]:
        found = self.source.files(sha, self.patterns)
        if found is None:
            raise Unavailable(f"reading files of {self.scope.name}: its commit {sha[:12]} is not there", scope=self.scope.name)
        listed[sha] = found
        return found

    def _is_closed(self, id: str) -> bool:
        """Whether a merge request that is not listed is closed: a list that moves while it is read may pass over one. One that is neither
        listed nor found was deleted."""
        try:
            return self.source.request(unquote(id.partition("/")[2])) is None
        except Unavailable as error:
            if not error.absent:
                raise
            return True

    def _gone(self, state: State, kind: RevisionKind, listed: set[str], is_over: Callable[[str], bool]) -> Iterator[Page]:
        """The revisions of a kind that are not listed any more, with their files."""
        for id in [id for id in state.held if id.startswith(f"{kind}/") and id not in listed]:
            if not state.held[id].files:
                del state.held[id]
            elif is_over(id):
                deleted = tuple(self._id(id, path) for path in state.held.pop(id).files)
                yield Page(cursor=state.dump(), deleted=deleted)

    def _moved(self, state: State, head: Head, files: Sequence[File]) -> Iterator[Page]:
        """A revision whose commit is another: new contents first, then its files, then what it has no more."""
        for records in self._contents(state, files):
            yield Page(records, cursor=state.dump())
        before = state.held.get(head.id, Held()).files
        now = {file.path: (file.blob, file.base, file.now_at) for file in files}
        changed = [file for file in files if head.kind == "merge_request" or before.get(file.path) != now[file.path]]
        state.held[head.id] = Held(head.sha, now)
        deleted = tuple(self._id(head.id, path) for path in before if path not in now)
        if changed or deleted:
            yield Page(tuple(self._file(state, head, file) for file in changed), cursor=state.dump(), deleted=deleted)

    def _contents(self, state: State, files: Iterable[File]) -> Iterator[tuple[RawRecord, ...]]:
        """The records of blobs that are not stored yet, some megabytes at a time."""
        wanted = dict.fromkeys(sha for file in files for sha in (file.blob, file.base) if sha and sha not in state.blobs)
        batch: list[RawRecord] = []
        size = 0
        for sha in wanted:
            batch += self._texts(sha, state)
            size += state.blobs[sha][0]
            if size > _HEAVY:
                yield tuple(batch)
                batch, size = [], 0
        if batch:
            yield tuple(batch)

    def _texts(self, sha: str, state: State) -> list[RawRecord]:
        """A blob's records; none for one that is too large."""
        try:
            content = self.source.blob(sha)
        except TooLarge as error:
            state.blobs[sha] = (error.size or 0, 0)
            return []
        except Unavailable as error:
            if TOO_LARGE not in error.text:
                raise
            state.blobs[sha] = (0, 0)
            return []
        encoding, text = written(content)
        parts = [text[at : at + PART] for at in range(0, len(text), PART)] or [""]
        state.blobs[sha] = (len(content), len(parts))
        about = {"type": "content", "blob": sha, "size": len(content), "encoding": encoding, "parts": len(parts)}
        return [
            self._record(f"blob/{sha}", str(number), {**about, "part": number, "text": part}) for number, part in enumerate(parts)
        ]

    def _file(self, state: State, head: Head, file: File) -> RawRecord:
        data = {
            "type": "file",
            "path": file.path,
            "now_at": file.now_at,
            "revision": {"kind": head.kind, "name": head.name, "sha": head.sha, **head.facts},
            **self._content(state, "", file.blob),
            **self._content(state, "base_", file.base),
        }
        return self._record(head.id, file.path, data)

    def _content(self, state: State, prefix: str, blob: str | None) -> dict[str, Json]:
        size, parts = state.blobs.get(blob, (0, 0)) if blob else (None, 0)
        text = self._id(f"blob/{blob}", "") if parts else None
        found: dict[str, Json] = {f"{prefix}blob": blob, f"{prefix}size": size, f"{prefix}text": text}
        if blob and not parts:
            how_large = f"{size / 2**20:.1f} MB are" if size else "it has"
            found[f"{prefix}left_out"] = f"{how_large} more than the {LARGEST // 2**20} MB that are kept of a file"
        return found

    def _unused(self, state: State) -> Iterator[str]:
        """The ids of contents that no file names any more."""
        used = {sha for held in state.held.values() for blob, base, _ in held.files.values() for sha in (blob, base)}
        for sha in [sha for sha in state.blobs if sha not in used]:
            _, parts = state.blobs.pop(sha)
            yield from (self._id(f"blob/{sha}", str(number)) for number in range(parts))

    def _of_revision(self, kind: str, name: str) -> Iterator[RawRecord]:
        """The records of one revision, as they are now."""
        state = State()
        head, files = self._now(kind, name)
        for _ in self._contents(state, files):
            pass
        yield from (self._file(state, head, file) for file in files)

    def _now(self, kind: str, name: str) -> tuple[Head, Sequence[File]]:
        if kind == "merge_request" and (asked := self.source.request(name)) is not None:
            try:
                return asked, self.source.touched(asked, self.patterns, {})
            except NotThere:
                return asked, ()
        head = self.source.default(None)[0] if kind == "default" else None
        if kind == "release":
            head = next((one for one in self.source.releases([])[0] or () if one.name == name), None)
        files = (self.source.files(head.sha, self.patterns) if head else None) or {}
        return head or Head("default", "", ""), [File(path, blob) for path, blob in files.items()]

    def _record(self, of: str, path: str, data: Mapping[str, Json]) -> RawRecord:
        revision: Mapping[str, Json] = data.get("revision") or {}
        sign = {"merge_request": "!", "release": "@"}.get(str(revision.get("kind")))
        name = f"{sign}{revision.get('name')}" if sign else ""
        key = f"{self.scope.name}/{path}{name}" if data["type"] == "file" else f"{self.scope.name}/{of}/{path}"
        id = self._id(of, path)
        named = {"id": id, "key": key, "repository": self.scope.name, **data}
        return RawRecord(Ref(self.connection, STREAM, id, key, revision.get("url")), self.scope, named)

    def _id(self, of: str, path: str) -> str:
        return f"{self.scope.id}/{of}/{path}"


def parts_of(ref: Ref) -> tuple[str, str, str, str]:
    """Scope, what it is of (two parts) and path of a record. Raises Unavailable where the id is none of ours."""
    parts = ref.id.split("/", 3)
    if len(parts) < 4:
        raise Unavailable(f"{ref.label}: this is no file of a contract")
    return parts[0], parts[1], parts[2], parts[3]


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
