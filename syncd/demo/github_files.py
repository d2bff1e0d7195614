"""The Git side of the GitHub twin: commits, branches, tags and files of a repository, and what programs see of them.

https://docs.github.com/en/rest/git/trees, git/blobs, commits/commits, pulls/pulls#list-pull-requests-files
"""

from base64 import b64encode
from collections.abc import Iterator
from typing import TYPE_CHECKING

from syncd.demo.git import Content, Git, Written, blob_sha, changes, folders, inside, tree_sha
from syncd.demo.github_access import NOT_FOUND
from syncd.demo.github_home import Repository
from syncd.demo.github_pages import page
from syncd.demo.github_records import API, SITE, Row
from syncd.demo.twin import Request, Response

if TYPE_CHECKING:
    from syncd.demo.github_api import Inside
    from syncd.demo.github_twin import GithubTwin

_EMPTY = Response({"message": "Git Repository is empty.", "status": "409"}, 409)
_TOO_LARGE = {"message": "This API returns blobs up to 100 MB in size.", "errors": [{"resource": "Blob", "code": "too_large"}]}


class Files:
    """What people do with files, and the routes below a repository. `most_entries`: a recursive tree is cut off there; `largest`: the
    octets of a blob that are given at all."""

    def __init__(self, twin: "GithubTwin") -> None:
        self._twin = twin
        self._git: dict[int, Git] = {}
        self.most_entries, self.largest = 100_000, 100 * 2**20

    # --- what people do --------------------------------------------------------------------------------------------------

    def of(self, repo: str) -> Git:
        """The Git repository."""
        return self._git.setdefault(self._twin.home(repo).row["id"], Git())

    def commit(self, repo: str, files: Written, branch: str = "main", *, onto: str | None = None) -> str:
        """Commit to a branch, see `Git.commit`; the head of a pull request goes along."""
        git = self.of(repo)
        sha = git.commit(files, branch, self._twin.stamp(), onto)
        for number, row in self._twin.home(repo).pulls.items():
            if row["state"] == "open" and row["head"]["ref"] == branch:
                row["head"]["sha"] = git.branches[branch]
                self._twin.edit(repo, number)
        return sha

    def propose(self, repo: str, title: str, files: Written, branch: str, base: str = "main") -> int:
        """Open a pull request with these changes; its number."""
        self.commit(repo, files, branch)
        row = self._twin.pull(repo, title, head=branch, base=base)
        row["base"]["sha"] = self.of(repo).branches[base]
        row["head"]["sha"] = self.of(repo).branches[branch]
        return int(row["number"])

    def release(self, repo: str, tag: str, *, draft: bool = False) -> None:
        """Tag the head of main and publish a release of it."""
        self.tag(repo, tag)
        self._twin.around.release(repo, tag, draft=draft)

    def tag(self, repo: str, tag: str) -> None:
        """Tag the head of main. A tag that is there already is moved, which no release of it tells."""
        git = self.of(repo)
        git.tags[tag] = git.branches["main"]

    # --- what programs see -----------------------------------------------------------------------------------------------

    @property
    def inside(self) -> "Inside":
        """Routes below a repository."""
        return (
            ("GET", "/commits", self._commits),
            ("GET", "/commits/{ref}", self._one_commit),
            ("GET", "/tags", self._tags),
            ("GET", "/git/trees/{tree}", self._tree),
            ("GET", "/git/blobs/{blob}", self._blob),
            ("GET", "/compare/{both}", self._compare),
            ("GET", "/pulls/{number}/files", self._changed),
        )

    def _commits(self, home: Repository, request: Request) -> Response:
        git = self.of(home.name)
        if not git.branches:
            return _EMPTY
        begin = request.query.get("sha", "main")
        rows = [_commit(home.name, git, sha) for sha in git.before(git.branches.get(begin, begin))]
        return self._page(request, rows) if rows else NOT_FOUND

    def _one_commit(self, home: Repository, request: Request) -> Response:
        """By its hash, as heads/BRANCH or as tags/TAG."""
        git, ref = self.of(home.name), request.args["ref"]
        kind, _, name = ref.partition("/")
        named = {"heads": git.branches, "tags": git.tags}.get(kind, {})
        sha = named.get(name) if named else git.sha(ref)
        if sha is None:
            return Response({"message": f"No commit found for SHA: {ref}", "status": "422"}, 422)
        files = list(_changes(home.name, sha, git.files(git.commits[sha][0] or "") or {}, git.commits[sha][1]))
        counts = {"total": 2 * len(files), "additions": len(files), "deletions": len(files)}
        return Response({**_commit(home.name, git, sha), "stats": counts, "files": files})

    def _tags(self, home: Repository, request: Request) -> Response:
        git = self.of(home.name)
        return self._page(request, [_tag(home.name, name, git.tags[name]) for name in sorted(git.tags, reverse=True)])

    def _tree(self, home: Repository, request: Request) -> Response:
        git, name = self.of(home.name), request.args["tree"]
        if not git.branches:
            return _EMPTY
        found = git.files(name)
        files = found if found is not None else self._folder(git, name)
        if files is None:
            return NOT_FOUND
        deep = bool(request.query.get("recursive"))
        rows = list(_entries(home.name, files, deep=deep))
        cut = deep and len(rows) > self.most_entries
        sha = git.branches.get(name) or git.tags.get(name) or name
        body = {"sha": sha, "url": f"{API}/repos/{home.name}/git/trees/{sha}", "tree": rows[: self.most_entries] if cut else rows}
        return Response({**body, "truncated": cut})

    def _folder(self, git: Git, sha: str) -> Content | None:
        """The files below a folder of any commit that has this hash, relative to it."""
        every = (inside(files, folder) for _, files, _ in git.commits.values() for folder in folders(files))
        return next((below for below in every if tree_sha(below) == sha), None)

    def _blob(self, home: Repository, request: Request) -> Response:
        sha = request.args["blob"]
        content = self.of(home.name).blob(sha)
        if content is None:
            return NOT_FOUND
        if len(content) > self.largest:
            return Response(_TOO_LARGE, 403)
        text = b64encode(content).decode()
        lines = "".join(f"{text[at : at + 60]}\n" for at in range(0, len(text), 60))
        url = f"{API}/repos/{home.name}/git/blobs/{sha}"
        about = {"sha": sha, "node_id": f"B_{sha}", "size": len(content), "url": url}
        return Response({**about, "content": lines, "encoding": "base64"})

    def _compare(self, home: Repository, request: Request) -> Response:
        git = self.of(home.name)
        base, _, head = request.args["both"].partition("...")
        if base not in git.commits or head not in git.commits:
            return NOT_FOUND
        behind = list(git.before(base))
        common = git.merge_base(base, head)
        if common is None:
            return NOT_FOUND
        ahead = [sha for sha in git.before(head) if sha not in behind]
        url = f"{API}/repos/{home.name}/compare/{base}...{head}"
        html = f"{SITE}/{home.name}/compare/{base}...{head}"
        counts = {"ahead_by": len(ahead), "behind_by": behind.index(common), "total_commits": len(ahead)}
        commits = {
            "base_commit": _commit(home.name, git, base),
            "merge_base_commit": _commit(home.name, git, common),
            "commits": [_commit(home.name, git, sha) for sha in reversed(ahead)],
        }
        links = {"url": url, "html_url": html, "permalink_url": html, "diff_url": f"{html}.diff", "patch_url": f"{html}.patch"}
        status = "identical" if base == head else "diverged" if counts["behind_by"] else "ahead"
        return Response({**links, **commits, "status": status, **counts})

    def _changed(self, home: Repository, request: Request) -> Response:
        number = request.args["number"]
        row = home.pulls.get(int(number) if number.isdecimal() else -1)
        git = self.of(home.name)
        if row is None or row["head"]["sha"] not in git.commits:
            return NOT_FOUND if row is None else self._page(request, [])
        common = git.merge_base(git.branches[row["base"]["ref"]], row["head"]["sha"])
        before = git.commits[common][1] if common else {}
        return self._page(request, list(_changes(home.name, row["head"]["sha"], before, git.commits[row["head"]["sha"]][1])))

    def _page(self, request: Request, rows: list[Row]) -> Response:
        return page(request, f"{request.base_url}{request.path}", rows, lambda row: row, opaque=self._twin.opaque)


def _entries(repo: str, files: Content, *, deep: bool) -> Iterator[Row]:
    for path in sorted([*files, *folders(files)]):
        if not deep and "/" in path:
            continue
        if path in files:
            sha = blob_sha(files[path])
            url = f"{API}/repos/{repo}/git/blobs/{sha}"
            yield {"path": path, "mode": "100644", "type": "blob", "sha": sha, "size": len(files[path]), "url": url}
        else:
            sha = tree_sha(inside(files, path))
            yield {"path": path, "mode": "040000", "type": "tree", "sha": sha, "url": f"{API}/repos/{repo}/git/trees/{sha}"}


def _changes(repo: str, head: str, before: Content, now: Content) -> Iterator[Row]:
    for old, new in changes(before, now):
        if new is None:
            yield _change(repo, head, str(old), "removed", before[str(old)])
        elif old in (None, new):
            yield _change(repo, head, new, "modified" if old else "added", now[new])
        else:
            yield _change(repo, head, new, "renamed", now[new]) | {"previous_filename": old}


def _change(repo: str, head: str, path: str, status: str, content: bytes) -> Row:
    html = f"{SITE}/{repo}/blob/{head}/{path}"
    return {
        "sha": blob_sha(content),
        "filename": path,
        "status": status,
        "additions": 1,
        "deletions": 1,
        "changes": 2,
        "blob_url": html,
        "raw_url": html.replace("/blob/", "/raw/"),
        "contents_url": f"{API}/repos/{repo}/contents/{path}?ref={head}",
    }


def _commit(repo: str, git: Git, sha: str) -> Row:
    parent, files, at = git.commits[sha]
    url, html = f"{API}/repos/{repo}/commits/{sha}", f"{SITE}/{repo}/commit/{sha}"
    by, tree = {"name": "Dev", "email": "dev@acme.example", "date": at}, tree_sha(files)
    said = {"author": by, "committer": by, "message": "Work", "comment_count": 0, "url": url}
    above = {"sha": parent, "url": f"{API}/repos/{repo}/commits/{parent}", "html_url": f"{SITE}/{repo}/commit/{parent}"}
    return {
        "sha": sha,
        "node_id": f"C_{sha}",
        "url": url,
        "html_url": html,
        "comments_url": f"{url}/comments",
        "commit": {**said, "tree": {"sha": tree, "url": f"{API}/repos/{repo}/git/trees/{tree}"}},
        "author": None,
        "committer": None,
        "parents": [above] if parent else [],
    }


def _tag(repo: str, name: str, sha: str) -> Row:
    return {
        "name": name,
        "node_id": f"REF_{name}",
        "commit": {"sha": sha, "url": f"{API}/repos/{repo}/commits/{sha}"},
        "zipball_url": f"{API}/repos/{repo}/zipball/refs/tags/{name}",
        "tarball_url": f"{API}/repos/{repo}/tarball/refs/tags/{name}",
    }
