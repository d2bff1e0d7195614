"""A GitLab on loopback: groups, projects, people and their work, and what they do. Its REST API is in `gitlab_api`."""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from syncd.demo import gitlab_api, gitlab_shapes
from syncd.demo.gitlab_files import Files
from syncd.demo.gitlab_sign_in import Access, Application, authorize
from syncd.demo.twin import TwinServer

Record = dict[str, Any]
"""A vendor record as the API gives it; `id` in it is GitLab's global id."""
_BETWEEN_TOUCHES = timedelta(minutes=1)


class GitlabTwin:
    """The state of one GitLab.

    `tokens`: token -> user name; `epics`: whether the edition has them and iterations; `work_items`: whether the version gives epics as
    work items too, `graphql`: whether it has that API at all; `web`: the address that its pages would have.
    `access`: what a token may, where that is not everything. `forbidden`: (list, project id) that the account's role does not reach.
    `files`: what people do in Git. `roles`: (project id, user name) -> access level; whoever is not named is a developer everywhere.
    Everything is held as the API gives it, by global id (epics by group id and number). Methods that take `by` act as that user.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        tokens: Mapping[str, str],
        *,
        epics: bool = True,
        work_items: bool = True,
        graphql: bool = True,
        web: str = "https://gitlab.example.com",
        latency_s: float = 0,
    ) -> None:
        self.now, self.web, self.has_epics = now, web, epics
        self.work_items, self.has_graphql, self.rest_epics, self.tells_tokens = work_items, graphql, True, True
        self.version: str | None = "18.5.0-ee" if work_items and graphql else "16.11.0-ee"
        self.enterprise = True
        self.offset_limit = 50_000
        self.ids = itertools.count(1001)
        self.users: dict[str, Record] = {}
        self.groups: dict[int, Record] = {}
        self.projects: dict[int, Record] = {}
        self.milestones: dict[int, Record] = {}
        self.epics: dict[tuple[int, int], Record] = {}
        self.issues: dict[int, Record] = {}
        self.merge_requests: dict[int, Record] = {}
        self.notes: dict[int, list[Record]] = {}
        self.links: list[Record] = []
        self.moved: dict[str, int] = {}
        self.hooks: dict[tuple[str, int], list[Record]] = {}
        self.signs_hooks = True
        self.iterations: list[Record] = []
        self._numbers = Counter[tuple[str, str, int]]()
        self.freeze_periods: list[tuple[int, Record]] = []
        self.environments: list[tuple[int, Record]] = []
        self.deployments: list[tuple[int, Record]] = []
        self.approved: dict[int, list[Record]] = {}
        self.statuses: dict[tuple[int, str, str], Record] = {}
        self.forbidden: set[tuple[str, int]] = set()
        self.roles: dict[tuple[int, str], int] = {}
        self.files = Files(self)
        self.tokens = dict(tokens)
        self.access: dict[str, Access] = {}
        self.application: Application | None = None
        self.refresh_tokens: dict[str, str] = {}
        self.oauth_scopes: tuple[str, ...] = ("api",)
        for name in self.tokens.values():
            self.user(name)
        self.server = TwinServer(gitlab_api.routes(self), authorize(self), latency_s)

    # --- who and where -------------------------------------------------------------------------------------------------------

    def user(self, username: str, name: str | None = None) -> Record:
        """The account of that name, made where there is none."""
        if username not in self.users:
            self.users[username] = gitlab_shapes.user(self._id(self.users), username, name or username, self.web)
        return self.users[username]

    def role(self, path: str, username: str, level: int) -> None:
        """Give somebody a role in a project: 10 guest, 15 planner, 20 reporter, 30 developer; 0: none, they are no member."""
        self.user(username)
        self.roles[self.project(path)["id"], username] = level

    def group(self, path: str, visibility: str = "private", id: int | None = None) -> Record:
        """The group at the full path, made with the groups above it where there is none."""
        known = next((g for g in self.groups.values() if g["full_path"] == path), None)
        if known is None:
            above = self.group(path.rpartition("/")[0], visibility) if "/" in path else None
            known = gitlab_shapes.group(id or self._id(self.groups), path, visibility, above, self.web)
            self.groups[known["id"]] = known
        return known

    def project(self, path: str, visibility: str = "private", id: int | None = None) -> Record:
        """The project at the full path, made with its groups where there is none."""
        known = next((p for p in self.projects.values() if p["path_with_namespace"] == path), None)
        if known is None:
            group = self.group(path.rpartition("/")[0], visibility)
            known = gitlab_shapes.project(id or self._id(self.projects), path, visibility, group, self.web, self.stamp())
            known["empty_repo"] = True
            self.projects[known["id"]] = known
        return known

    def move_project(self, old: str, new: str) -> None:
        """Move or rename: reads under the old path are redirected, writes are refused, and every reference names the new one."""
        project = self.project(old)
        group = self.group(new.rpartition("/")[0])
        self.moved[old] = project["id"]
        moved = gitlab_shapes.project(project["id"], new, project["visibility"], group, self.web, project["created_at"])
        project.update(moved)
        for record in self._of_project(project["id"]):
            record["references"]["full"] = record["references"]["full"].replace(old, new, 1)
            record["web_url"] = record["web_url"].replace(f"/{old}/-/", f"/{new}/-/", 1)

    # --- work ----------------------------------------------------------------------------------------------------------------

    def milestone(self, path: str, title: str, **fields: Any) -> Record:
        """A new milestone of the project, or else the group, at the path."""
        owner = self._owner(path)
        key = "project_id" if "path_with_namespace" in owner else "group_id"
        iid = self._number("milestones", owner["id"], key)
        made = gitlab_shapes.milestone(self._id(self.milestones), iid, key, owner, title, self.stamp())
        return self._keep(self.milestones, made | fields)

    def epic(self, path: str, title: str, by: str = "someone", **fields: Any) -> Record:
        """A new epic of the group."""
        group = self.group(path)
        iid = self._next([e for e in self.epics.values() if e["group_id"] == group["id"]])
        made = gitlab_shapes.epic(next(self.ids), iid, group, title, self.user(by), self.stamp()) | fields
        self.epics[group["id"], iid] = made
        return made

    def issue(self, path: str, title: str, by: str = "someone", **fields: Any) -> Record:
        """A new issue. `milestone` and `epic` may be given as their records, `assignees` as user names."""
        project = self.project(path)
        iid = self._number("issues", project["id"])
        made = gitlab_shapes.issue(self._id(self.issues), iid, project, title, self.user(by), self.stamp())
        return self._keep(self.issues, made | self._fields(fields))

    def merge_request(self, path: str, title: str, by: str = "someone", **fields: Any) -> Record:
        """A new merge request."""
        project = self.project(path)
        iid = self._number("merge_requests", project["id"])
        made = gitlab_shapes.merge_request(self._id(self.merge_requests), iid, project, title, self.user(by), self.stamp())
        return self._keep(self.merge_requests, made | self._fields(fields))

    def edit(self, record: Record, **fields: Any) -> Record:
        """Change fields of any record; closing and reopening an issue, epic or merge request is a change of `state`."""
        record.update(self._fields(fields), updated_at=self.stamp())
        if "state" in fields and "closed_at" in record:
            record["closed_at"] = self.stamp() if fields["state"] == "closed" else None
        return record

    def link(self, blocking: Record, blocked: Record, link_type: str = "blocks") -> None:
        """Link two issues; both are touched by the note that GitLab writes about it."""
        made = {"id": next(self.ids), "source": blocking["id"], "target": blocked["id"], "link_type": link_type}
        self.links.append(made | {"created_at": self.stamp(), "updated_at": self.stamp()})
        if link_type == "blocks":
            blocking["blocking_issues_count"] += 1
        for issue, word in ((blocking, "blocking"), (blocked, "blocked by")):
            self.note(issue, f"marked this issue as {word}", "someone", system=True)

    def delete(self, record: Record) -> None:
        """Take an issue, merge request or milestone away; GitLab answers 404 afterwards and tells nobody."""
        stores: tuple[dict[int, Record], ...] = (self.issues, self.merge_requests, self.milestones)
        for store in stores:
            if store.get(record["id"]) is record:
                del store[record["id"]]

    # --- releases and planning -----------------------------------------------------------------------------------------------

    def freeze_period(self, path: str, start: str, end: str, zone: str = "UTC") -> Record:
        """A new freeze period of the project: cron expressions."""
        made = gitlab_shapes.freeze_period(self._id({}), start, end, zone, self.stamp())
        self.freeze_periods.append((self.project(path)["id"], made))
        return made

    def environment(self, path: str, name: str, tier: str = "other", **fields: Any) -> Record:
        """A new environment of the project."""
        made = gitlab_shapes.environment(self._id({}), name, tier, self.stamp()) | fields
        self.environments.append((self.project(path)["id"], made))
        return made

    def deployment(self, path: str, environment: Record, by: str = "someone", **fields: Any) -> Record:
        """A new deployment of the project."""
        project = self.project(path)["id"]
        iid = self._next([row for owner, row in self.deployments if owner == project])
        made = gitlab_shapes.deployment(self._id({}), iid, environment, self.user(by), self.stamp()) | fields
        self.deployments.append((project, made))
        return made

    def iteration(self, path: str, start: str, end: str, **fields: Any) -> Record:
        """A new iteration of the group."""
        group = self.group(path)
        iid = self._next([row for row in self.iterations if row["group_id"] == group["id"]])
        self.iterations.append(gitlab_shapes.iteration(self._id({}), iid, group, start, end, self.stamp()) | fields)
        return self.iterations[-1]

    def approve(self, merge_request: Record, by: str) -> None:
        """A user approves; the note about it touches the merge request."""
        self.approved.setdefault(merge_request["id"], []).append({"user": self.user(by), "approved_at": self.stamp()})
        self.note(merge_request, "approved this merge request", by, system=True)

    # --- comments ------------------------------------------------------------------------------------------------------------

    def note(self, record: Record, body: str, by: str, *, system: bool = False, internal: bool = False) -> Record:
        """A comment on an issue or merge request; GitLab's own are system notes."""
        made = gitlab_shapes.note(next(self.ids), record, body, self.user(by), self.stamp(), system)
        made |= {"confidential": internal, "internal": internal}
        self.notes.setdefault(record["id"], []).append(made)
        record["user_notes_count"] += not system
        self.touch(record)
        return made

    def edit_note(self, record: Record, note: Record, body: str) -> None:
        """Write a comment anew."""
        note.update(body=body, updated_at=self.stamp())
        self.touch(record)

    def touch(self, record: Record) -> None:
        """A note touches its record, unless that was touched within the last minute."""
        now = self.stamp()
        if self.at(now) - self.at(record["updated_at"]) > _BETWEEN_TOUCHES:
            record["updated_at"] = now

    def delete_note(self, record: Record, id: int) -> None:
        """Take a comment away."""
        self.notes[record["id"]] = [note for note in self.notes.get(record["id"], []) if note["id"] != id]
        record["user_notes_count"] = max(0, record["user_notes_count"] - 1)

    # --- recorded records ----------------------------------------------------------------------------------------------------

    def load(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Take vendor records in as they are, and make the projects, groups, milestones and people that they name."""
        for given in records:
            record = dict(given)
            self._people(record)
            store = _store_of(record)
            if store == "milestones":
                self._load_milestone(record)
            elif store == "epics":
                self.group(_path_of(record), id=record["group_id"])
                self.epics[record["group_id"], record["iid"]] = record
            else:
                self._load_work(store, record)

    def _load_work(self, store: str, record: Record) -> None:
        if record.get("milestone"):
            self._load_milestone(record["milestone"])
        self.project(_path_of(record), id=record["project_id"])
        self._keep(getattr(self, store), record)

    def _load_milestone(self, record: Record) -> None:
        if record.get("group_id"):
            self.group(_path_of(record), id=record["group_id"])
        elif record.get("project_id"):
            self.project(_path_of(record), id=record["project_id"])
        self.milestones.setdefault(record["id"], record)

    def _people(self, record: Record) -> None:
        named = [record.get("author"), *record.get("assignees", []), *record.get("reviewers", [])]
        for person in named:
            if person and person["username"] not in self.users:
                self.users[person["username"]] = dict(person)

    # --- inner ---------------------------------------------------------------------------------------------------------------

    def _fields(self, fields: Mapping[str, Any]) -> Record:
        read = dict(fields)
        if "assignees" in read:
            read["assignees"] = [self.user(a) if isinstance(a, str) else a for a in read["assignees"]]
            read["assignee"] = read["assignees"][0] if read["assignees"] else None
        if "epic" in read:
            read["epic"] = gitlab_shapes.epic_brief(read["epic"]) if read["epic"] else None
            read["epic_iid"] = read["epic"]["iid"] if read["epic"] else None
        return read

    def _owner(self, path: str) -> Record:
        return next((p for p in self.projects.values() if p["path_with_namespace"] == path), None) or self.group(path)

    def _of_project(self, id: int) -> Iterator[Record]:
        work = itertools.chain(self.issues.values(), self.merge_requests.values())
        return (record for record in work if record["project_id"] == id)

    def _keep(self, store: dict[int, Record], record: Record) -> Record:
        store[record["id"]] = record
        return record

    def _id(self, store: Mapping[Any, Record]) -> int:
        return next(id for id in self.ids if id not in store)

    def _number(self, store: str, owner: int, key: str = "project_id") -> int:
        """The number of a newcomer of a project or group: GitLab gives none twice."""
        self._numbers[store, key, owner] += 1
        return self._numbers[store, key, owner]

    def _next(self, records: Iterable[Record]) -> int:
        return max((record["iid"] for record in records), default=0) + 1

    def stamp(self) -> str:
        """The time of now as GitLab writes it."""
        return gitlab_shapes.stamp(self.now())

    def at(self, text: str) -> datetime:
        """The time that a text of GitLab means."""
        return datetime.fromisoformat(text)


def _store_of(record: Mapping[str, Any]) -> str:
    if "source_branch" in record:
        return "merge_requests"
    if "/milestones/" in str(record.get("web_url")):
        return "milestones"
    return "issues" if "project_id" in record else "epics"


def _path_of(record: Mapping[str, Any]) -> str:
    """The full path of the project or group that a record lives in."""
    full = (record.get("references") or {}).get("full")
    if full:
        return re.split(r"[#!&]", full)[0]
    return re.split(r"/-/|/milestones/", urlsplit(record["web_url"]).path)[0].removeprefix("/groups").strip("/")
