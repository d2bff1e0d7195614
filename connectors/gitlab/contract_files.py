"""A project's watched files as GitLab gives them: commits, trees, blobs, merge requests, releases and tags.

What a merge request touches is told by two trees: the list of its diffs leaves out what exceeds GitLab's diff limits, and is asked only
where a file vanished, for where it went.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from connectors.contract_files import (
    RELEASES,
    STREAM,
    File,
    Head,
    Known,
    Leaf,
    NotThere,
    Pin,
    Tags,
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
from connectors.gitlab.address import segment
from connectors.gitlab.client import NONE, Answer, Client
from connectors.gitlab.paging import MOST_PAGES, PER_PAGE, endless, onward, rows_of
from connectors.gitlab.reading import DENIED, Lacking
from connectors.http import expect, from_status
from syncd.contract import Page, Unavailable
from syncd.model.contract import fits_any, is_deep, root_of
from syncd.model.raw import Scope

Row = dict[str, Any]
_SAME = 304
_SYMLINK = "120000"
_LISTED = 10
_DIFFS = 30
"""So many diffs a page: versions up to 16.5 answer 500 where more are asked for."""


def shelf(client: Client, connection: str, scope: Scope, patterns: Sequence[str]) -> Shelf:
    """The watched files of a project."""
    return Shelf(GitlabFiles(client, scope, patterns), connection, scope, patterns)


def pages(shelf: Shelf, since: str | None) -> Iterator[Page]:
    """What changed. A project whose repository is switched off lacks them."""
    try:
        yield from shelf.pages(since)
    except Lacking:
        yield Page(unsupported=True)


@dataclass(frozen=True, slots=True)
class GitlabFiles:
    """One project."""

    client: Client
    scope: Scope
    patterns: Sequence[str]

    @property
    def words(self) -> Any:
        """What errors say of it."""
        return {"what": f"reading {STREAM.replace('_', ' ')} of {self.scope.name}", "scope": self.scope.name}

    @property
    def base(self) -> str:
        """The project's own API path."""
        return f"/projects/{self.scope.id.removeprefix('p:')}"

    def default(self, tag: str | None) -> tuple[Head | None, str | None]:
        """The latest commit of the default branch: the list of commits is of that where no branch is named."""
        answer = self._get("repository/commits", {"per_page": 1}, tag, DENIED)
        if answer.status == _SAME:
            raise Unchanged
        if answer.status in DENIED:
            self._judge(answer)
            return None, None
        row = next(iter(self._rows(answer)), None)
        if row is None:
            return None, None
        facts = {"url": row.get("web_url"), "at": row.get("committed_date")}
        return Head("default", "", self._text(row, "id"), facts), answer.headers.get("ETag")

    def requests(self, tags: Tags) -> tuple[list[Head] | None, Tags]:
        """The open merge requests, oldest first."""
        query = {"state": "opened", "scope": "all", "order_by": "created_at", "sort": "asc", "per_page": PER_PAGE}
        rows, kept = walked(lambda more, tag: self._leaf("merge_requests", {**query, **dict(more or ())}, tag), tags, PER_PAGE)
        return None if rows is None else [_of_request(row) for row in rows if row.get("sha")], kept

    def releases(self, tags: Tags) -> tuple[list[Head] | None, Tags]:
        """The latest releases, each at the commit of its tag: that of the release stays as it was where the tag is moved. Where there is
        none, the tags that were made last."""
        published, tag = self._once("releases", {"per_page": _LISTED}, noted(tags, "releases"))
        if published is None and not any(name == "tags" for name, *_ in tags):
            if stays(tags, self._tagged):
                return None, tags
            published, tag = self._once("releases", {"per_page": _LISTED}, None)
        made = [row for row in published or () if not row.get("upcoming_release") and _commit_of(row)][:RELEASES]
        if made:
            commits, pins = pinned([str(row.get("tag_name")) for row in made], self._tagged)
            return [_of_tag(row, str(row.get("tag_name")), commits) for row in made], [["releases", tag], *pins]
        query = {"order_by": "updated", "sort": "desc", "per_page": RELEASES}
        names, tag_of_names = self._once("repository/tags", query, noted(tags, "tags"))
        kept = [["releases", tag], ["tags", tag_of_names]]
        if names is None:
            return None, kept
        return [_of_tag(row, str(row.get("name")), {}) for row in names if _commit_of(row)][:RELEASES], kept

    def files(self, sha: str, patterns: Sequence[str]) -> Mapping[str, str] | None:
        """Path -> blob, out of the folders in which something can match."""
        found: dict[str, str] = {}
        for folder, deep in _folders(patterns):
            rows = self._tree(sha, folder, deep=deep)
            if rows is None:
                return None
            for row in rows:
                path = str(row.get("path"))
                if row.get("type") == "blob" and row.get("mode") != _SYMLINK and fits_any(path, patterns):
                    found[path] = self._text(row, "id")
        return found

    def touched(self, head: Head, patterns: Sequence[str], known: Known) -> Sequence[File]:
        """What differs from where the merge request began; of a file that is not there any more, where it was renamed to."""
        row = self._request(head.name)
        begin = (row.get("diff_refs") or {}).get("base_sha")
        if not begin:  # GitLab has not compared the branches yet, or they have nothing in common
            begin = self.default(None)[0]
            begin = begin.sha if begin else head.sha
        base = known.get(str(begin)) or self._at(str(begin), patterns)
        files = compared(base, self._at(head.sha, patterns), patterns)
        if not any(file.blob is None for file in files):
            return files
        went = self._renames(head.name)
        return [self._renamed(file, went, head.sha, patterns) if file.blob is None else file for file in files]

    def request(self, name: str) -> Head | None:
        """A merge request, while it is open."""
        row = self._request(name)
        return _of_request(row) if row.get("state") == "opened" and row.get("sha") else None

    def blob(self, sha: str) -> bytes:
        """A blob, whose content comes in Base64."""
        row = expect(self._get(f"repository/blobs/{segment(sha)}", {}, None, NONE).body, dict, **self.words)
        return content_of(row, **self.words)

    def _tagged(self, name: str, tag: str | None) -> Pin | None:
        """The commit of a tag; none, where it cannot be had: then that of the release counts."""
        answer = self._get(f"repository/tags/{segment(name)}", {}, tag, DENIED)
        if answer.status == _SAME:
            return None
        row = {} if answer.status in DENIED else expect(answer.body, dict, **self.words)
        return _commit_of(row), answer.headers.get("ETag")

    def _at(self, sha: str, patterns: Sequence[str]) -> Mapping[str, str]:
        found = self.files(sha, patterns)
        if found is None:
            raise NotThere
        return found

    def _renamed(self, file: File, went: Mapping[str, str], sha: str, patterns: Sequence[str]) -> File:
        path = went.get(file.path)
        if path is None:
            return file
        return replace(file, now_at=path, blob=None if fits_any(path, patterns) else self._at(sha, (path,)).get(path))

    def _renames(self, number: str) -> dict[str, str]:
        """Old path -> new path of what a merge request renames; nothing on versions before 15.7, which have no such list."""
        path, more, found = f"merge_requests/{segment(number)}/diffs", dict[str, str](), dict[str, str]()
        for _ in range(MOST_PAGES):
            answer = self._get(path, {"per_page": _DIFFS, **more}, None, frozenset({404}))
            if answer.status == 404:
                return found
            rows = self._rows(answer)
            found |= {str(row.get("old_path")): str(row.get("new_path")) for row in rows if row.get("renamed_file")}
            following = _onward(answer, len(rows), _DIFFS)
            if following is None or following == more:
                return found
            more = following
        raise endless(**self.words)

    def _request(self, number: str) -> Row:
        answer = self.client.get(f"{self.base}/merge_requests/{segment(number)}", **self.words)
        return expect(answer.body, dict, **self.words)  # type: ignore[no-any-return]

    def _tree(self, sha: str, folder: str, *, deep: bool) -> list[Row] | None:
        """All below a folder; nothing where a commit has no such folder, None where there is no such commit."""
        query: dict[str, object] = {"ref": sha, "pagination": "keyset", "per_page": PER_PAGE}
        query |= ({"path": folder} if folder else {}) | ({"recursive": "true"} if deep else {})
        more: dict[str, str] = {}
        rows: list[Row] = []
        for _ in range(MOST_PAGES):
            answer = self._get("repository/tree", {**query, **more}, None, frozenset({404}))
            if answer.status == 404:
                if folder and self._is_there(sha):
                    return []
                self._look_again(answer)
                return None
            rows += self._rows(answer)
            following = _onward(answer, len(answer.body), PER_PAGE)
            if following is None:
                return rows
            if following == more:
                raise Unavailable(f"{self.words['what']}: the pages of a tree do not end", scope=self.scope.name)
            more = following
        raise endless(**self.words)

    def _is_there(self, sha: str) -> bool:
        """Whether the commit can be read: then a folder of it that is not found is none."""
        return self._get("repository/tree", {"ref": sha, "per_page": 1}, None, frozenset({404})).status == 200

    def _look_again(self, answer: Answer) -> None:
        """Nothing, where the project's files can be read: the commit is not there. Raises what it is otherwise."""
        if self._get("repository/commits", {"per_page": 1}, None, frozenset({404})).status == 404:
            self._judge(answer)

    def _judge(self, answer: Answer) -> None:
        """What it means that commits or trees are refused: nothing where the repository is empty; Lacking where it is switched off."""
        project = expect(self.client.get(self.base, **self.words).body, dict, **self.words)
        if project.get("empty_repo") is True and answer.status == 404:
            return
        if project.get("repository_access_level") == "disabled":
            raise Lacking
        said = {"message": answer.said or "its files may not be read. The token's account needs the role Reporter there"}
        raise from_status(answer.status, answer.headers, said, now=self.client.now, **self.words)

    def _leaf(self, path: str, query: Mapping[str, object], tag: str | None) -> Leaf:
        answer = self._get(path, query, tag, NONE)
        if answer.status == _SAME:
            return Leaf((), unchanged=True)
        following = onward(answer, int(str(query.get("page", 1))))
        return Leaf(self._rows(answer), tuple(sorted(following.items())) if following else None, answer.headers.get("ETag"))

    def _once(self, path: str, query: Mapping[str, object], tag: str | None) -> tuple[list[Row] | None, str | None]:
        """The rows of one page; None where they are as they were, none where the account or version has no such list."""
        answer = self._get(path, query, tag, DENIED)
        if answer.status == _SAME:
            return None, tag
        return ([], None) if answer.status in DENIED else (self._rows(answer), answer.headers.get("ETag"))

    def _get(self, path: str, query: Mapping[str, object], tag: str | None, allow: frozenset[int]) -> Answer:
        allow = allow | {_SAME} if tag else allow
        return self.client.get(f"{self.base}/{path}", query, allow=allow, tag=tag, **self.words)

    def _rows(self, answer: Answer) -> list[Row]:
        return rows_of(answer, **self.words)

    def _text(self, row: Mapping[str, Any], name: str) -> str:
        return text_of(row, name, **self.words)


def _folders(patterns: Sequence[str]) -> list[tuple[str, bool]]:
    """The folders to list, each once, and whether with all below; none that another one's list holds."""
    wanted: dict[str, bool] = {}
    for pattern in patterns:
        folder = root_of(pattern)
        wanted[folder] = wanted.get(folder, False) or is_deep(pattern)
    deep = [folder for folder, all_below in wanted.items() if all_below]
    held = [f for f in wanted if any(f != above and (not above or f.startswith(f"{above}/")) for above in deep)]
    return [(folder, all_below) for folder, all_below in wanted.items() if folder not in held]


def _onward(answer: Answer, rows: int, per_page: int) -> dict[str, str] | None:
    """As `onward`, for a list with another length of page."""
    return onward(answer) if rows >= per_page or answer.headers.get("Link") or answer.headers.get("X-Next-Page") else None


def _of_request(row: Row) -> Head:
    facts = {
        "id": row.get("id"),
        "ref": row.get("source_branch"),
        "target": row.get("target_branch"),
        "url": row.get("web_url"),
    }
    return Head("merge_request", str(row["iid"]), str(row["sha"]), facts)


def _commit_of(row: Row) -> str | None:
    found = (row.get("commit") or {}).get("id")
    return str(found) if found else None


def _of_tag(row: Row, name: str, commits: Mapping[str, str]) -> Head:
    at = row.get("released_at") or (row.get("commit") or {}).get("committed_date")
    url = (row.get("_links") or {}).get("self")
    return Head("release", name, commits.get(name) or _commit_of(row) or name, {"ref": name, "url": url, "at": at})
