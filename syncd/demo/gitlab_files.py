"""The Git side of the GitLab twin: commits, trees, blobs, tags and releases of a project, and what merge requests change.

https://docs.gitlab.com/api/repositories/, commits, tags, releases, merge_requests (diffs)
"""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from syncd.demo.git import Content, Git, Written, blob_sha, changes, folders, inside, tree_sha
from syncd.demo.twin import Request, Response, Route

if TYPE_CHECKING:
    from syncd.demo.gitlab_twin import GitlabTwin

Record = dict[str, Any]
Inside = Callable[[Record, Request], Response]
Place = Callable[[Inside], Callable[[Request], Response]]
Paged = Callable[[Request, list[Record]], Response]


class Files:
    """What people do with files."""

    def __init__(self, twin: "GitlabTwin") -> None:
        self._twin = twin
        self._git: dict[int, Git] = {}
        self.released: list[tuple[int, Record]] = []
        self.has_diffs = True

    def of(self, path: str) -> Git:
        """The Git repository of the project."""
        return self._git.setdefault(self._twin.project(path)["id"], Git())

    def of_id(self, id: int) -> Git:
        """The same by the project's id."""
        return self._git.setdefault(id, Git())

    def commit(self, path: str, files: Written, branch: str = "main", *, onto: str | None = None) -> str:
        """Commit to a branch, see `Git.commit`; the head of a merge request goes along."""
        git, project = self.of(path), self._twin.project(path)
        sha = git.commit(files, branch, self._twin.stamp(), onto)
        project["empty_repo"] = False
        for row in self._twin.merge_requests.values():
            self._pushed(git, row, project["id"], branch)
        return sha

    def propose(self, path: str, title: str, files: Written, branch: str, target: str = "main", by: str = "someone") -> Record:
        """Open a merge request with these changes."""
        self.commit(path, files, branch)
        row = self._twin.merge_request(path, title, by, source_branch=branch, target_branch=target)
        self._pushed(self.of(path), row, row["project_id"], branch)
        return row

    def tag(self, path: str, name: str) -> None:
        """Tag the head of main. A tag that is there already is moved, which no release of it tells."""
        git = self.of(path)
        git.tags[name] = git.branches["main"]

    def release(self, path: str, name: str, *, upcoming: bool = False) -> None:
        """Tag the head of main and publish a release of it."""
        self.tag(path, name)
        made = {"tag_name": name, "name": name, "description": "", "created_at": self._twin.stamp()}
        links = {"self": f"{self._twin.web}/{path}/-/releases/{name}"}
        more = {"released_at": self._twin.stamp(), "upcoming_release": upcoming, "_links": links, "sha": self.of(path).tags[name]}
        self.released.insert(0, (self._twin.project(path)["id"], made | more))

    def refs(self, row: Record) -> Record:
        """Where a merge request begins and ends."""
        git = self.of_id(row["project_id"])
        target = git.sha(row["target_branch"])
        base = git.merge_base(target, row["sha"]) if target else None
        return {"base_sha": base, "head_sha": row["sha"], "start_sha": target}

    def _pushed(self, git: Git, row: Record, project: int, branch: str) -> None:
        if row["project_id"] == project and row["state"] == "opened" and row["source_branch"] == branch:
            row.update(sha=git.branches[branch], updated_at=self._twin.stamp())


def routes(twin: "GitlabTwin", project: str, in_project: Place, paged: Paged) -> list[Route]:
    """The repository of a project; `project`: the path of one."""
    files, tree = twin.files, f"{project}/repository"
    answers: tuple[tuple[str, Inside], ...] = (
        (f"{tree}/commits", lambda place, r: _commits(files, place, r, paged)),
        (f"{tree}/tree", lambda place, r: _tree(files, place, r)),
        (f"{tree}/tags", lambda place, r: _tags(files, place, r, paged)),
        (f"{tree}/tags/{{name}}", lambda place, r: _one_tag(files, place, r)),
        (f"{tree}/blobs/{{sha}}", lambda place, r: _blob(files, place, r)),
        (f"{project}/releases", lambda place, r: _releases(files, place, r, paged)),
    )
    return [("GET", path, tagged(in_project(do))) for path, do in answers]


def diffs(twin: "GitlabTwin", row: Record, request: Request, paged: Paged) -> Response:
    """What a merge request changes, since version 15.7; not in pieces of more than 30, as versions before 16.6 had it."""
    if not twin.files.has_diffs:
        return Response({"error": "404 Not Found"}, 404)
    if int(request.query.get("per_page", 20)) > 30:
        return Response({"message": "500 Internal Server Error"}, 500)
    git, refs = twin.files.of_id(row["project_id"]), twin.files.refs(row)
    now, before = git.files(row["sha"]) or {}, git.files(str(refs["base_sha"])) or {}
    return paged(request, [_diff(old, new) for old, new in changes(before, now)])


def tagged(do: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """The answers with an ETag, or 304 where the client has it already."""

    def answer(request: Request) -> Response:
        found = do(request)
        if found.status != 200:
            return found
        tag = f'W/"{hashlib.md5(json.dumps([found.body, found.headers.get("Link")]).encode()).hexdigest()}"'
        headers = {**found.headers, "ETag": tag}
        same = request.headers.get("if-none-match") == tag
        return Response(None, 304, headers) if same else Response(found.body, 200, headers)

    return answer


def _commits(files: Files, project: Record, request: Request, paged: Paged) -> Response:
    git = files.of_id(project["id"])
    if not git.branches:
        return Response({"message": "404 Repository Not Found"}, 404)
    sha = git.sha(request.query.get("ref_name") or project["default_branch"])
    return paged(request, [_commit(git, one, project["web_url"]) for one in git.before(sha or "")])


def _tree(files: Files, project: Record, request: Request) -> Response:
    """By keyset: the token names the last path of the page before."""
    git, folder = files.of_id(project["id"]), request.query.get("path", "").strip("/")
    all_of_it = git.files(request.query.get("ref") or project["default_branch"])
    if all_of_it is None or (folder and not inside(all_of_it, folder)):
        return Response({"message": "404 Tree Not Found" if all_of_it is None else "404 invalid revision or path Not Found"}, 404)
    below = inside(all_of_it, folder)
    rows = list(_entries(below, folder, deep=request.query.get("recursive") in ("true", "1")))
    token = request.query.get("page_token")
    if token:
        last = b64decode(token).decode()
        rows = rows[1 + next(n for n, row in enumerate(rows) if row["path"] == last) :]
    size = min(int(request.query.get("per_page", 20)), 100)
    if len(rows) <= size:
        return Response(rows)
    onto = urlencode({**request.query, "page_token": b64encode(rows[size - 1]["path"].encode()).decode()})
    return Response(rows[:size], headers={"Link": f'<{request.base_url}{request.path}?{onto}>; rel="next"'})


def _entries(files: Content, folder: str, *, deep: bool) -> list[Record]:
    """Folders first, as GitLab lists them."""
    shown = [(path, True) for path in folders(files)] + [(path, False) for path in sorted(files)]
    return [_entry(files, folder, path, is_folder=is_folder) for path, is_folder in shown if deep or "/" not in path]


def _entry(files: Content, folder: str, path: str, *, is_folder: bool) -> Record:
    id = tree_sha(inside(files, path)) if is_folder else blob_sha(files[path])
    kind, mode = ("tree", "040000") if is_folder else ("blob", "100644")
    name = path.rpartition("/")[2]
    return {"id": id, "name": name, "type": kind, "path": f"{folder}/{path}" if folder else path, "mode": mode}


def _tags(files: Files, project: Record, request: Request, paged: Paged) -> Response:
    git = files.of_id(project["id"])
    rows = [_tag(git, name, project["web_url"]) for name in git.tags]
    return paged(request, rows[::-1])


def _one_tag(files: Files, project: Record, request: Request) -> Response:
    git, name = files.of_id(project["id"]), request.args["name"]
    return Response(_tag(git, name, project["web_url"])) if name in git.tags else Response({"message": "404 Tag Not Found"}, 404)


def _tag(git: Git, name: str, web: str) -> Record:
    sha = git.tags[name]
    return {"name": name, "target": sha, "message": "", "protected": False, "commit": _commit(git, sha, web)}


def _blob(files: Files, project: Record, request: Request) -> Response:
    content = files.of_id(project["id"]).blob(request.args["sha"])
    if content is None:
        return Response({"message": "404 Blob Not Found"}, 404)
    text = b64encode(content).decode()
    return Response({"size": len(content), "encoding": "base64", "content": text, "sha": request.args["sha"]})


def _releases(files: Files, project: Record, request: Request, paged: Paged) -> Response:
    """A release keeps the commit with which it was made, wherever its tag goes."""
    git = files.of_id(project["id"])
    rows = []
    for owner, row in files.released:
        if owner == project["id"]:
            shown = {key: value for key, value in row.items() if key != "sha"}
            rows.append(shown | {"commit": _commit(git, row["sha"], project["web_url"])})
    return paged(request, rows)


def _commit(git: Git, sha: str, web: str) -> Record:
    parent, _, at = git.commits[sha]
    by = {"author_name": "Dev", "author_email": "dev@acme.example", "authored_date": at}
    return {
        "id": sha,
        "short_id": sha[:8],
        "title": "Work",
        "message": "Work",
        **by,
        "committer_name": "Dev",
        "committer_email": "dev@acme.example",
        "committed_date": at,
        "created_at": at,
        "parent_ids": [parent] if parent else [],
        "web_url": f"{web}/-/commit/{sha}",
    }


def _diff(old: str | None, new: str | None) -> Record:
    said = {"diff": "", "collapsed": False, "too_large": False, "a_mode": "100644", "b_mode": "100644", "generated_file": False}
    kind = {"new_file": old is None, "deleted_file": new is None, "renamed_file": None not in (old, new) and old != new}
    return {"old_path": old or new, "new_path": new or old, **said, **kind}
