"""A Jira of its own on loopback, Cloud or Data Center: it searches, pages, keeps history and comments as the vendor does."""

import copy
import itertools
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from syncd.demo import jira_records as told
from syncd.demo.jira_agile import Agile
from syncd.demo.jira_edits import Edits
from syncd.demo.jira_index import Index
from syncd.demo.jira_jql import Site
from syncd.demo.jira_lists import Lists
from syncd.demo.jira_records import SITE
from syncd.demo.jira_rest import Rest
from syncd.demo.jira_sign_in import SignIn
from syncd.demo.jira_worklogs import Worklogs
from syncd.demo.twin import Route, TwinServer

Json = Any
Record = dict[str, Json]


class JiraTwin:
    """What a site holds, and what persons do there. `me` is the account whose credentials (`login`, `token`) it accepts.

    Issues are known by key, fields take what a person would say (`status="Done"`, `assignee="Ada"`, `fixVersions=["2.1"]`,
    `parent="PLAT-1"`, `duedate="2026-05-15"`) or a vendor value. `at` is when something was done: by default `now()`.
    `keeps_anchors` False: comments lose their anchors, as on a site that converts wiki markup. `texts` False: version 2 of the API
    takes no texts any more. `index` is what searches know, `agile`, `worklogs`, `edits`, `lists` and `sign_in` hold what else a site has.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        edition: Literal["cloud", "server"] = "cloud",
        zone: str = "Europe/Berlin",
        login: str = "bot@acme.example",
        token: str = "twin-token",
        context: str = "",
    ) -> None:
        self.now, self.cloud, self.zone, self.token = now, edition == "cloud", zone, token
        self.login = login if self.cloud else None
        self.projects: dict[str, Record] = {}
        self.versions: dict[str, Record] = {}
        self.issues: dict[str, Record] = {}
        self.properties: dict[str, list[Record]] = {}
        self.people: dict[str, Record] = {}
        self.keeps_anchors = self.texts = True
        self.most_per_page = 100 if self.cloud else 1000
        self.context = context
        self._ids = itertools.count(10_000)
        self._keys: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self.me = self.user("syncd bot")
        self.agile, self.worklogs, self.edits, self.lists = Agile(self), Worklogs(self), Edits(self), Lists(self)
        self.sign_in, self.index = SignIn(self), Index(self)
        self.server = TwinServer(self.routes, self.sign_in.refused)

    # --- what persons do -------------------------------------------------------------------------------------------------

    def user(self, name: str) -> Record:
        """The person of this name, who appears when first named."""
        if name not in self.people:
            self.people[name] = told.person(SITE, name, self.zone, cloud=self.cloud)
        return self.people[name]

    def account(self, name: str, type: str) -> Record:
        """An account that is no person's: of an `app`, or of a `customer` of a service desk. Data Center does not tell them apart."""
        user = self.user(name)
        if self.cloud:
            user["accountType"] = type
        return user

    def project(self, key: str, name: str = "", *, type: str = "software") -> Record:
        """A new project; `type` "service_desk" has customers who read comments."""
        id = self.new_id()
        own = {"self": f"{SITE}/rest/api/2/project/{id}", "id": id, "key": key, "name": name or key}
        self.projects[key] = {**own, "projectTypeKey": type, "simplified": False, "avatarUrls": {}}
        return self.projects[key]

    def archive(self, project: str) -> None:
        """Nobody can write there any more, and no search finds its issues."""
        self.projects[project] |= {"archived": True, "archivedDate": told.stamp(self.local())}

    def version(self, project: str, name: str, **fields: Json) -> Record:
        """A new version of a project (`releaseDate`, `startDate`, `released`, `archived`, `description`)."""
        id = self.new_id()
        own = {"self": f"{SITE}/rest/api/2/version/{id}", "id": id, "name": name, "archived": False, "released": False}
        self.versions[id] = {**own, "projectId": int(self.projects[project]["id"]), **fields}
        return self.versions[id]

    def edit_version(self, id: str, **fields: Json) -> None:
        """Change a version; the issues that name it show it at once, and are not touched by it."""
        self.versions[id].update(fields)

    def issue(
        self, project: str, summary: str, *, type: str = "Story", by: str = "Ada", at: datetime | None = None, **fields: Json
    ) -> Record:
        """A new issue."""
        id, moment = self.new_id(), told.stamp(self.local(at))
        key = self._next_key(project)
        issue: Record = {"expand": "operations,changelog", "id": id, "self": f"{SITE}/rest/api/2/issue/{id}", "key": key}
        own = {name: self.projects[project][name] for name in ("self", "id", "key", "name", "projectTypeKey")}
        empty: Record = {"comments": [], "maxResults": 0, "total": 0, "startAt": 0}
        issue["fields"] = {
            "summary": summary,
            "description": None,
            "issuetype": told.issue_type(SITE, type),
            "project": own,
            "status": told.status(SITE, "To Do"),
            "priority": told.named(SITE, "priority", "Medium"),
            "resolution": None,
            "resolutiondate": None,
            "created": moment,
            "updated": moment,
            "creator": self.user(by),
            "reporter": self.user(by),
            "assignee": None,
            "duedate": None,
            "labels": [],
            "components": [],
            "fixVersions": [],
            "versions": [],
            "issuelinks": [],
            "subtasks": [],
            "timetracking": {},
            "comment": empty,
            "watches": {"self": f"{SITE}/rest/api/2/issue/{key}/watchers", "watchCount": 0, "isWatching": False},
        }
        issue["changelog"] = {"startAt": 0, "maxResults": 0, "total": 0, "histories": []}
        for name, value in fields.items():
            issue["fields"][name] = self._value(issue, name, value)
        self._resolve(issue, moment)
        self._hold(issue)
        return issue

    def edit(self, key: str, *, by: str = "Ada", at: datetime | None = None, **fields: Json) -> Record:
        """Change fields of an issue; its history keeps who, when, from what to what."""
        issue = self.held(key)
        moment = told.stamp(self.local(at))
        before = dict(issue["fields"])
        for name, value in fields.items():
            issue["fields"][name] = self._value(issue, name, value)
        self._resolve(issue, moment)
        after = issue["fields"]
        self._remember(issue, [line for name in after for line in told.changes(name, before.get(name), after[name])], by, moment)
        self._show_in_links(issue)
        return issue

    def link(self, source: str, target: str, type: str = "Blocks", *, by: str = "Ada", at: datetime | None = None) -> None:
        """`source` blocks (clones, ...) `target`: both show it."""
        one, other, id = self.held(source), self.held(target), self.new_id()
        moment = told.stamp(self.local(at))
        one["fields"].setdefault("issuelinks", []).append(told.link(SITE, id, type, outward=told.brief(other)))
        other["fields"].setdefault("issuelinks", []).append(told.link(SITE, id, type, inward=told.brief(one)))
        for end, far, words in ((one, other, told.LINKS[type][2]), (other, one, told.LINKS[type][1])):
            text = f"This issue {words} {far['key']}"
            line = {"field": "Link", "fieldtype": "jira", "from": None, "fromString": None, "to": far["key"], "toString": text}
            self._remember(end, [line], by, moment)

    def comment(self, key: str, body: Json, *, by: str = "Ada", at: datetime | None = None, internal: bool = False) -> Record:
        """A person's comment. `internal`: customers of a service desk do not see it."""
        properties = [{"key": "sd.public.comment", "value": {"internal": True}}] if internal else []
        return self.add_comment(self.held(key), body, properties, self.user(by), at)

    def edit_comment(self, key: str, id: str, body: Json, *, by: str = "Ada") -> None:
        """Somebody writes a comment anew."""
        issue = self.held(key)
        comment = next(comment for comment in self.comments(key) if comment["id"] == id)
        comment |= {"body": self.kept(body), "updated": told.stamp(self.local()), "updateAuthor": self.user(by)}
        self.touch(issue)

    def customers_see(self, key: str) -> list[str]:
        """The comments of a service desk's request that its customers can read."""
        return [comment["body"] for comment in self.comments(key) if comment["jsdPublic"]]

    def uncomment(self, key: str, id: str) -> None:
        """Delete a comment."""
        issue = self.held(key)
        self._put_comments(issue, [comment for comment in self.comments(key) if comment["id"] != id])
        self.touch(issue)

    def delete(self, key: str) -> None:
        """Delete an issue; the links to it go with it."""
        issue = self.held(key)
        del self.issues[str(issue["id"])]
        self.index.deleted(str(issue["id"]))
        ends = {link["id"] for link in issue["fields"].get("issuelinks") or []}
        for other in self.issues.values():
            links = other["fields"].get("issuelinks") or []
            if any(link["id"] in ends for link in links):
                other["fields"]["issuelinks"] = [link for link in links if link["id"] not in ends]

    def move(self, key: str, project: str, *, by: str = "Ada", at: datetime | None = None) -> Record:
        """Move an issue into another project: a new key, the same id."""
        issue = self.held(key)
        fresh = self._next_key(project)
        own = {name: self.projects[project].get(name) for name in ("self", "id", "key", "name", "projectTypeKey")}
        line = {"field": "Key", "fieldtype": "jira", "from": None, "fromString": key, "to": None, "toString": fresh}
        issue["key"], issue["fields"]["project"] = fresh, own
        self._keys[fresh] = issue["id"]
        self._remember(issue, [line], by, told.stamp(self.local(at)))
        self._show_in_links(issue)
        return issue

    def held(self, key: str) -> Record:
        """The issue of this key or id. Raises KeyError."""
        self.index.look()
        found = self.found(key)
        if found is None:
            raise KeyError(key)
        return found

    def comments(self, key: str) -> list[Record]:
        """The comments of an issue, oldest first."""
        return list((self.held(key)["fields"].get("comment") or {}).get("comments") or [])

    def load(self, records: Iterable[Mapping[str, Json]]) -> int:
        """Hold recorded issues, versions and projects as they are, and what must exist around them; how many were taken."""
        taken = 0
        for record in records:
            taken += self._load(copy.deepcopy(dict(record)))
        ids = [int(r["id"]) for kept in (self.issues, self.versions) for r in kept.values() if str(r["id"]).isdigit()]
        self._ids = itertools.count(max([next(self._ids), *(id + 1 for id in ids)]))
        return taken

    @property
    def url(self) -> str:
        """The address for `[connections.x] url`."""
        return self.server.url + self.context

    @property
    def routes(self) -> list[Route]:
        """The part of the REST API that a mirror needs."""
        return Rest(self).routes

    # --- how it is kept --------------------------------------------------------------------------------------------------

    def new_id(self) -> str:
        """A number that nothing of the site has."""
        return str(next(self._ids))

    def _hold(self, issue: Record) -> None:
        self.issues[str(issue["id"])] = issue
        self._keys[issue["key"]] = str(issue["id"])
        project, _, number = issue["key"].rpartition("-")
        self._numbers[project] = max(self._numbers.get(project, 0), int(number))

    def _show_in_links(self, issue: Record) -> None:
        """Other issues show of this one what it is now."""
        ends = {link["id"] for link in issue["fields"].get("issuelinks") or []}
        far = [link.get("outwardIssue") or link["inwardIssue"] for link in issue["fields"].get("issuelinks") or []]
        for other in filter(None, (self.found(end["id"]) for end in far)):
            for link in (link for link in other["fields"].get("issuelinks") or [] if link["id"] in ends):
                link["outwardIssue" if "outwardIssue" in link else "inwardIssue"] = told.brief(issue)

    def local(self, at: datetime | None = None) -> datetime:
        """A moment in the zone of the account."""
        return (at or self.now()).astimezone(ZoneInfo(self.zone))

    def jql_site(self) -> Site:
        """What queries are answered against."""
        live = {key: str(p["id"]) for key, p in self.projects.items() if not p.get("archived")}
        return Site(live, ZoneInfo(self.zone), self.now())

    def project_of(self, key: str) -> Record | None:
        """The project of this key or id."""
        return self.projects.get(key) or next((p for p in self.projects.values() if str(p["id"]) == key), None)

    def found(self, key: str) -> Record | None:
        """The issue of this key (of today or before a move) or id."""
        return self.issues.get(self._keys.get(key, key))

    def _next_key(self, project: str) -> str:
        self._numbers[project] = self._numbers.get(project, 0) + 1
        return f"{project}-{self._numbers[project]}"

    def _value(self, issue: Record, field: str, value: Json) -> Json:
        """What a person says, as Jira keeps it."""
        if isinstance(value, str) and field in ("status", "issuetype"):
            return told.status(SITE, value) if field == "status" else told.issue_type(SITE, value)
        if isinstance(value, str) and field in ("priority", "resolution"):
            return told.named(SITE, field, value)
        if isinstance(value, str) and field in ("assignee", "reporter"):
            return self.user(value)
        if isinstance(value, str) and field == "parent":
            return told.brief(self.held(value))
        if field in ("fixVersions", "versions"):
            return [self._version_named(issue, v) if isinstance(v, str) else v for v in value]
        if field == "components":
            return [told.named(SITE, "component", c) if isinstance(c, str) else c for c in value]
        return value

    def _version_named(self, issue: Record, name: str) -> Record:
        project = str(issue["fields"]["project"]["id"])
        return next(v for v in self.versions.values() if v["name"] == name and str(v.get("projectId")) == project)

    def _resolve(self, issue: Record, moment: str) -> None:
        """A workflow sets the resolution where a status of the category done is reached, and takes it away elsewhere."""
        fields = issue["fields"]
        done = (fields["status"].get("statusCategory") or {}).get("key") == "done"
        if done and not fields.get("resolution"):
            name = "Won't Do" if fields["status"]["name"] == "Cancelled" else "Done"
            fields |= {"resolution": told.named(SITE, "resolution", name), "resolutiondate": moment}
        elif not done:
            fields |= {"resolution": None, "resolutiondate": None}

    def _remember(self, issue: Record, lines: list[Record], by: str, moment: str) -> None:
        issue["fields"]["updated"] = moment
        lines = [line for line in lines if line["field"] not in ("updated", "resolutiondate")]
        if not lines:
            return
        history = {"id": self.new_id(), "author": self.user(by), "created": moment, "items": lines}
        log = issue.setdefault("changelog", {"startAt": 0, "histories": []})
        log["histories"] = [history, *log["histories"]] if self.cloud else [*log["histories"], history]
        log["total"] = log["maxResults"] = len(log["histories"])

    def touch(self, issue: Record) -> None:
        """Something about the issue changed that its history does not keep."""
        issue["fields"]["updated"] = told.stamp(self.local())

    def kept(self, body: Json) -> Json:
        """A comment's text as the site keeps it."""
        if self.keeps_anchors or not isinstance(body, str):
            return body
        return "".join(part.partition("}")[2] if n else part for n, part in enumerate(body.split("{anchor:")))

    def add_comment(self, issue: Record, body: Json, properties: list[Record], by: Record, at: datetime | None) -> Record:
        """A comment with its properties, which only the REST API can give."""
        id, moment = self.new_id(), told.stamp(self.local(at))
        internal = any(p["key"] == "sd.public.comment" and p["value"].get("internal") for p in properties)
        own = {"self": f"{SITE}/rest/api/2/issue/{issue['id']}/comment/{id}", "id": id, "author": by, "body": self.kept(body)}
        comment = {**own, "updateAuthor": by, "created": moment, "updated": moment, "jsdPublic": not internal}
        self.properties[id] = list(properties)
        self._put_comments(issue, [*self.comments(issue["key"]), comment])
        issue["fields"]["updated"] = moment
        if by == self.me:
            issue["fields"]["watches"] = {**(issue["fields"].get("watches") or {}), "isWatching": True}
        return comment

    def _put_comments(self, issue: Record, comments: list[Record]) -> None:
        held = issue["fields"].get("comment") or {"startAt": 0}
        issue["fields"]["comment"] = {**held, "comments": comments, "total": len(comments), "maxResults": len(comments)}

    def _load(self, record: Record) -> int:
        if "fields" not in record:
            if "projectId" in record:
                self.versions[str(record["id"])] = record
            elif "projectTypeKey" in record:
                self.projects[str(record["key"])] = record
            return int("projectId" in record or "projectTypeKey" in record)
        project = record["fields"]["project"]
        self.projects.setdefault(project["key"], {"projectTypeKey": "software", **project})
        for version in [*(record["fields"].get("fixVersions") or []), *(record["fields"].get("versions") or [])]:
            self.versions.setdefault(str(version["id"]), {**version, "projectId": int(project["id"])})
        self._hold(record)
        return 1
