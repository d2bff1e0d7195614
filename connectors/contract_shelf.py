"""The watched files of one repository, as pages of records: what moved since the cursor, and each content that is not stored yet."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from connectors.contract_cursor import Held, State, load
from connectors.contract_files import LARGEST, STREAM, File, Head, NotThere, RevisionKind, Source, TooLarge, Unchanged, written
from connectors.http import TOO_LARGE
from syncd.contract import Page, Unavailable
from syncd.model.raw import Json, RawRecord, Scope
from syncd.model.ref import Ref

PART = 250_000
"""So many characters of a text are in one record, so that nobody has to load more than that at once."""
_HEAVY = 8 * 2**20
_STEP = 20
"""After so many merge requests it is noted how far the read has come, even where none of them touches a file."""


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
            for number, head in enumerate(head for head in heads if state.at(head.id) != head.sha):
                if number % _STEP == _STEP - 1:
                    yield Page(cursor=state.dump())
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
                if state.at(head.id) == head.sha:
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
