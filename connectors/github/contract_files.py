"""A repository's watched files as GitHub gives them: commits, trees, blobs, and the files of pull requests."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from connectors.contract_files import (
    LARGEST,
    RELEASES,
    STREAM,
    File,
    Head,
    Known,
    Leaf,
    NotThere,
    Pin,
    Tags,
    TooLarge,
    Unchanged,
    compared,
    content_of,
    noted,
    pinned,
    stays,
    text_of,
    walked,
)
from connectors.contract_shelf import Shelf
from connectors.github.client import Client
from connectors.github.lacking import ABSENT, Lacks, judged
from connectors.github.line import Answer
from connectors.github.wire import PER_PAGE, Row
from connectors.http import expect
from syncd.contract import AuthFailed, Misconfigured, Unavailable
from syncd.model.contract import fits_any, may_hold
from syncd.model.raw import Scope

_EMPTY = 409
"""The answer of a repository without a commit."""
_NO_TREE = (404, 409, 422)
_MOST_TREES = 300
"""So many folders of one commit are listed one by one, where GitHub does not give them all at once."""
_MOST_FILES = 3_000
"""GitHub lists no more files of a pull request."""
_SYMLINK = "120000"
_LISTED = 10
"""So many releases or tags are asked for, drafts among them."""


def shelf(client: Client, connection: str, scope: Scope, patterns: Sequence[str]) -> Shelf:
    """The watched files of a repository."""
    return Shelf(GithubFiles(client, scope, patterns), connection, scope, patterns)


@dataclass(frozen=True, slots=True)
class GithubFiles:
    """One repository. Sizes are known of what a tree listed."""

    client: Client
    scope: Scope
    patterns: Sequence[str]
    sizes: dict[str, int] = field(default_factory=dict)

    @property
    def what(self) -> str:
        """What is being done, for people."""
        return f"reading {STREAM} of {self.scope.name}"

    def default(self, tag: str | None) -> tuple[Head | None, str | None]:
        """The latest commit of the default branch: the list of commits is of that where no branch is named."""
        answer = self._get("commits", {"per_page": "1"}, tag, accept=(404, _EMPTY))
        if answer.status == 304:
            raise Unchanged
        if answer.status == _EMPTY:
            return None, None
        if answer.status == 404:
            raise self._hidden()
        row = next(iter(self._rows(answer)), None)
        if row is None:
            return None, None
        at = ((row.get("commit") or {}).get("committer") or {}).get("date")
        return Head("default", "", self._sha(row), {"url": row.get("html_url"), "at": at}), answer.headers.get("etag")

    def requests(self, tags: Tags) -> tuple[list[Head] | None, Tags]:
        """The open pull requests, oldest first."""
        query = {"state": "open", "sort": "created", "direction": "asc", "per_page": str(PER_PAGE)}
        try:
            rows, kept = walked(lambda path, tag: self._leaf(path or "pulls", {} if path else query, tag), tags, PER_PAGE)
        except Lacks:
            return [], []
        return None if rows is None else [_of_pull(row) for row in rows if _head_of(row)], kept

    def releases(self, tags: Tags) -> tuple[list[Head] | None, Tags]:
        """The latest published releases, each at the commit of its tag, which may be moved without a word of the release; where there is
        none, the first tags that GitHub lists."""
        query = {"per_page": str(_LISTED)}
        published, tag = self._once("releases", query, noted(tags, "releases"))
        if published is None and not any(name == "tags" for name, *_ in tags):
            if stays(tags, self._tagged):
                return None, tags
            published, tag = self._once("releases", query, None)
        made = [row for row in published or () if not row.get("draft") and row.get("tag_name")][:RELEASES]
        if made:
            commits, pins = pinned([str(row["tag_name"]) for row in made], self._tagged)
            return [_of_release(row, commits) for row in made], [["releases", tag], *pins]
        names, tag_of_names = self._once("tags", query, noted(tags, "tags"))
        kept = [["releases", tag], ["tags", tag_of_names]]
        if names is None:
            return None, kept
        return [_of_bare_tag(row) for row in names if row.get("name")][:RELEASES], kept

    def files(self, sha: str, patterns: Sequence[str]) -> Mapping[str, str] | None:
        """Path -> blob. A tree that GitHub cuts off is listed folder by folder, where something can match."""
        whole = self._tree(sha, deep=True)
        if whole is None:
            return None
        rows, cut = whole
        if not cut:
            return dict(self._matching("", rows, patterns))
        return dict(self._folder("", sha, patterns, [_MOST_TREES]))

    def touched(self, head: Head, patterns: Sequence[str], known: Known) -> Sequence[File]:
        """What a pull request does to files that match, each with its blob where the pull request began."""
        path, query = f"/repos/{self.scope.name}/pulls/{head.name}/files", {"per_page": str(PER_PAGE)}
        rows = [row for page in self._walk(path, query) for row in page]
        if len(rows) >= _MOST_FILES:
            return self._compared(head, patterns, known)
        found = list(_files_of(rows, patterns))
        if not found:
            return ()
        base = self._at(self._merge_base(head), patterns, known)
        return [File(file.path, file.blob, file.now_at, base.get(file.path)) for file in found]

    def request(self, name: str) -> Head | None:
        """A pull request, unless it is closed."""
        row = self.client.one(f"/repos/{self.scope.name}/pulls/{name}", what=self.what, scope=self.scope.name)
        return None if row.get("state") == "closed" or not _head_of(row) else _of_pull(row)

    def blob(self, sha: str) -> bytes:
        """A blob, whose content comes in Base64."""
        if self.sizes.get(sha, 0) > LARGEST:
            raise TooLarge(self.sizes[sha])
        answer = self._get(f"git/blobs/{sha}", {}, None, accept=(403,))
        if answer.status == 403:
            if "too_large" in answer.text or "too large" in answer.text:
                raise TooLarge(None)
            raise self._refused(answer)
        row = expect(answer.json(what=self.what, scope=self.scope.name), dict, what=self.what, scope=self.scope.name)
        return content_of(row, what=self.what, scope=self.scope.name)

    def _tagged(self, name: str, tag: str | None) -> Pin | None:
        """The commit of a tag."""
        answer = self._get(f"commits/{quote(f'tags/{name}', safe='')}", {"per_page": "1"}, tag, accept=_NO_TREE)
        if answer.status == 304:
            return None
        if answer.status in _NO_TREE:
            return None, None
        row = expect(answer.json(what=self.what, scope=self.scope.name), dict, what=self.what, scope=self.scope.name)
        return self._sha(row), answer.headers.get("etag")

    def _compared(self, head: Head, patterns: Sequence[str], known: Known) -> Sequence[File]:
        base, now = self._at(self._merge_base(head), patterns, known), self._at(head.sha, patterns, known)
        return compared(base, now, patterns)

    def _at(self, sha: str, patterns: Sequence[str], known: Known) -> Mapping[str, str]:
        found = known.get(sha)
        if found is None and (found := self.files(sha, patterns)) is None:
            raise NotThere
        return found

    def _merge_base(self, head: Head) -> str:
        """Where the pull request left its target; the target's commit, where GitHub cannot tell."""
        base = str(head.facts["base_sha"])
        answer = self._get(f"compare/{base}...{head.sha}", {"per_page": "1"}, None, accept=(404,))
        if answer.status == 404:
            return base
        said = expect(answer.json(what=self.what, scope=self.scope.name), dict, what=self.what, scope=self.scope.name)
        return self._sha(said.get("merge_base_commit") or {"sha": base})

    def _folder(self, folder: str, sha: str, patterns: Sequence[str], left: list[int]) -> Iterator[tuple[str, str]]:
        left[0] -= 1
        if left[0] < 0:
            cure = "Name the folders in `path` of [contracts] more narrowly"
            raise Misconfigured(f"{self.what}: more than {_MOST_TREES} folders may hold its files. {cure}", scope=self.scope.name)
        listed = self._tree(sha, deep=bool(folder))
        if listed is not None and listed[1] and folder:
            listed = self._tree(sha, deep=False)
        if listed is None or listed[1]:
            raise Unavailable(f"{self.what}: GitHub does not list all of {folder or 'its root'}", scope=self.scope.name)
        rows, is_deep = listed[0], any("/" in str(row.get("path")) for row in listed[0])
        yield from self._matching(folder, rows, patterns)
        for row in rows:
            below = _joined(folder, str(row.get("path")))
            if not is_deep and row.get("type") == "tree" and any(may_hold(below, pattern) for pattern in patterns):
                yield from self._folder(below, self._sha(row), patterns, left)

    def _tree(self, sha: str, *, deep: bool) -> tuple[list[Row], bool] | None:
        """The entries of a tree, and whether some are left out; None where there is no such commit, tag or tree."""
        answer = self._get(f"git/trees/{quote(sha, safe='')}", {"recursive": "1"} if deep else {}, None, accept=_NO_TREE)
        if answer.status in _NO_TREE:
            return None
        row = expect(answer.json(what=self.what, scope=self.scope.name), dict, what=self.what, scope=self.scope.name)
        rows = expect(row.get("tree"), list, what=self.what, scope=self.scope.name)
        return [one for one in rows if isinstance(one, dict)], row.get("truncated") is True

    def _matching(self, folder: str, rows: Sequence[Row], patterns: Sequence[str]) -> Iterator[tuple[str, str]]:
        for row in rows:
            path = _joined(folder, str(row.get("path")))
            if row.get("type") == "blob" and row.get("mode") != _SYMLINK and fits_any(path, patterns):
                sha = self._sha(row)
                if isinstance(row.get("size"), int):
                    self.sizes[sha] = row["size"]
                yield path, sha

    def _leaf(self, path: str, query: Mapping[str, str], tag: str | None) -> Leaf:
        answer = self._get(path, query, tag, accept=ABSENT)
        if answer.status == 304:
            return Leaf((), unchanged=True)
        if answer.status in ABSENT:
            raise judged(self.client, "pulls", self.scope, answer, what=self.what)
        following = self.client.following(answer, what=self.what, scope=self.scope.name)
        return Leaf(self._rows(answer), following, answer.headers.get("etag"))

    def _once(self, path: str, query: Mapping[str, str], tag: str | None) -> tuple[list[Row] | None, str | None]:
        """The rows of one page; None where they are as they were, none where there is no such list."""
        answer = self._get(path, query, tag, accept=ABSENT)
        if answer.status == 304:
            return None, tag
        return ([], None) if answer.status in ABSENT else (self._rows(answer), answer.headers.get("etag"))

    def _walk(self, path: str, query: Mapping[str, str]) -> Iterator[list[Row]]:
        for number in range(_MOST_FILES // PER_PAGE):
            answer = self._get(path, query, None)
            yield self._rows(answer)
            following = self.client.following(answer, what=self.what, scope=self.scope.name)
            if following is None:
                return
            if following == path:
                raise Unavailable(f"{self.what}: page {number + 1} is named as the one that follows it", scope=self.scope.name)
            path, query = following, {}

    def _get(self, path: str, query: Mapping[str, str], tag: str | None, accept: tuple[int, ...] = ()) -> Answer:
        path = path if path.startswith("/") else f"/repos/{self.scope.name}/{path}"
        return self.client.get(path, what=self.what, scope=self.scope.name, query=query, etag=tag, accept=accept)

    def _rows(self, answer: Answer) -> list[Row]:
        rows = expect(answer.json(what=self.what, scope=self.scope.name), list, what=self.what, scope=self.scope.name)
        return [expect(row, dict, what=self.what, scope=self.scope.name) for row in rows]

    def _sha(self, row: Mapping[str, Any]) -> str:
        return text_of(row, "sha", what=self.what, scope=self.scope.name)

    def _hidden(self) -> Exception:
        """What it means that commits are not there: the repository is hidden, or, where it can be read, its files may not be."""
        self.client.one(f"/repos/{self.scope.name}", what=self.what, scope=self.scope.name)
        cure = "Give it Contents: read (classic: repo)"
        return AuthFailed(f"{self.what}: the token may not read its files (404). {cure}", scope=self.scope.name)

    def _refused(self, answer: Answer) -> Exception:
        return self.client.refusal(answer, what=self.what, scope=self.scope.name)


def _joined(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder else path


def _head_of(row: Row) -> str | None:
    sha = (row.get("head") or {}).get("sha")
    return str(sha) if sha and isinstance(row.get("number"), int) else None


def _of_pull(row: Row) -> Head:
    head, base = row.get("head") or {}, row.get("base") or {}
    facts = {
        "id": row.get("id"),
        "ref": head.get("ref"),
        "target": base.get("ref"),
        "base_sha": base.get("sha"),
        "url": row.get("html_url"),
    }
    return Head("merge_request", str(row["number"]), str(head["sha"]), facts)


def _of_release(row: Row, commits: Mapping[str, str]) -> Head:
    name = str(row["tag_name"])
    facts = {"ref": name, "url": row.get("html_url"), "at": row.get("published_at")}
    return Head("release", name, commits.get(name, name), facts)


def _of_bare_tag(row: Row) -> Head:
    name = str(row["name"])
    return Head("release", name, str((row.get("commit") or {}).get("sha") or name), {"ref": name})


def _files_of(rows: Sequence[Row], patterns: Sequence[str]) -> Iterator[File]:
    """What the files of a pull request mean for those that match. A file that was renamed is looked for under its old path, too."""
    for row in rows:
        path, before = str(row.get("filename")), row.get("previous_filename")
        blob = str(row["sha"]) if row.get("sha") and row.get("status") != "removed" else None
        if fits_any(path, patterns):
            yield File(path, blob)
        if row.get("status") == "renamed" and before and fits_any(str(before), patterns):
            yield File(str(before), blob if not fits_any(path, patterns) else None, path)
