"""A GitHub that lives in this process: repositories with milestones, issues, pull requests, links among them, and comments."""

import itertools
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from syncd.demo import github_records as records
from syncd.demo.github_access import Grant
from syncd.demo.github_api import GithubApi
from syncd.demo.github_app import App, AppApi
from syncd.demo.github_around import Around
from syncd.demo.github_files import Files
from syncd.demo.github_home import Repository
from syncd.demo.github_records import Row
from syncd.demo.twin import Request

_URL = re.compile(r"/repos/([^/]+/[^/]+)/(?:issues|pulls|milestones)/(\d+)$")


class GithubTwin:
    """A GitHub with one user who has a token. Methods are what people do there; `server` is what programs see.

    `prefix` is "/api/v3" for an Enterprise Server. `opaque`: lists link to opaque positions instead of page numbers. `limit`: requests
    that are left of the primary limit, None for enough; it is restored at `reset` (epoch seconds). `etags`: whether lists have them.
    `grants`: what tokens may do, beside the one that may do all. `strict_labels`: a label must be made before it can be used. `around`
    does what people do around issues, `files` what they do in Git, `apps` is where `app`, if there is one, is installed.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        token: str = "demo-token",
        login: str = "syncd-bot",
        *,
        prefix: str = "",
        opaque: bool = False,
    ) -> None:
        self.now, self.token, self.prefix, self.opaque = now, token, prefix, opaque
        self._ids = itertools.count(5_000_000_001)
        self._users: dict[str, Row] = {}
        self.homes: dict[int, Repository] = {}
        self.renamed: dict[str, int] = {}
        self.children: dict[int, list[Row]] = {}
        self.blockers: dict[int, list[Row]] = {}
        self.blocking: dict[int, list[Row]] = {}
        self.login = login
        self.limit: int | None = None
        self.reset = 0
        self.etags = True
        self.hooks: dict[int, list[Row]] = {}
        self.manages_hooks = True
        self.grants: dict[str, Grant] = {}
        self.organisations: set[str] = set()
        self.strict_labels = False
        self.app: App | None = None
        self.apps = AppApi(self)
        self.around = Around(self)
        self.files = Files(self)
        self.server = GithubApi(self).server

    # --- what people do --------------------------------------------------------------------------------------------------

    @property
    def repositories(self) -> tuple[str, ...]:
        """The names of all repositories."""
        return tuple(repo.name for repo in self.homes.values())

    @property
    def logins(self) -> frozenset[str]:
        """The names of all accounts."""
        return frozenset(self._users)

    def user(self, login: str) -> Row:
        """The person of that name; made where there is none yet."""
        if login not in self._users:
            self._users[login] = records.user(next(self._ids), login)
            if login.endswith("[bot]"):
                self._users[login]["type"] = "Bot"
        return self._users[login]

    def repository(self, name: str, *, private: bool = False, **more: Any) -> Row:
        """Create the repository "owner/name"."""
        owner = self.user(name.split("/")[0])
        row = {**records.repository(next(self._ids), name, owner, self.stamp(), private=private), **more}
        self.homes[row["id"]] = Repository(row)
        return row

    def milestone(self, repo: str, title: str, *, due_on: str | None = None, by: str = "lead", **more: Any) -> Row:
        """Open a milestone. `due_on` "2026-05-15" becomes the midnight in California that the web page sends."""
        home = self._home(repo)
        home.last_milestone = number = max([home.last_milestone, *home.milestones]) + 1
        row = records.milestone(next(self._ids), repo, number, title, self.user(by), self.stamp())
        home.milestones[number] = row
        row.update({"due_on": _due(due_on), **more})
        return row

    def issue(self, repo: str, title: str, *, by: str = "lead", **said: Any) -> Row:
        """Open an issue. `said` as for `edit`; `created_at` and `updated_at` may be given for a past."""
        home = self._home(repo)
        number = home.free()
        row = records.issue(next(self._ids), repo, number, title, self.user(by), said.get("created_at") or self.stamp())
        home.issues[number] = row
        self._apply(home, number, said)
        return row

    def pull(self, repo: str, title: str, *, by: str = "dev", head: str = "work", base: str = "main", **said: Any) -> Row:
        """Open a pull request. `said` as for `edit`, with `merged_at` and `draft`."""
        home = self._home(repo)
        number = home.free()
        talk = records.issue(next(self._ids), repo, number, title, self.user(by), said.get("created_at") or self.stamp())
        row = records.pull(next(self._ids), talk, home.row, head=head, base=base)
        self._join(home, talk, row)
        self._apply(home, number, said)
        return row

    def edit(self, repo: str, number: int, **said: Any) -> Row:
        """Change title, body, state, labels (names), assignees (logins), milestone (number or None), locked, or any raw field."""
        home = self._home(repo)
        self._apply(home, number, {"updated_at": self.stamp(), **said})
        return home.pulls.get(number) or home.issues[number]

    def edit_milestone(self, repo: str, number: int, **said: Any) -> Row:
        """Change a milestone; `due_on` as in `milestone`."""
        row = self._home(repo).milestones[number]
        due = {"due_on": _due(said["due_on"])} if "due_on" in said else {}
        row.update({"updated_at": self.stamp(), **said, **due})
        return row

    def delete_milestone(self, repo: str, number: int) -> None:
        """Delete a milestone; its issues lose it, and its number is not given again."""
        home = self._home(repo)
        gone = home.milestones.pop(number)
        for row in (*home.issues.values(), *home.pulls.values()):
            if row["milestone"] is gone:
                row.update(milestone=None, updated_at=self.stamp())

    def people(self, repo: str, login: str, *, role: str, association: str) -> None:
        """Say what somebody may do in a repository (none, read, triage, write, maintain, admin), and how their comments name them there:
        as OWNER, MEMBER or COLLABORATOR, as CONTRIBUTOR or NONE strangers and who hides the membership. Whoever is not named is a MEMBER
        who may write."""
        home = self._home(repo)
        home.roles[login], home.associations[login] = role, association

    def comment(self, repo: str, number: int, body: str, *, by: str | None = None) -> Row:
        """Comment on an issue or pull request. A comment by the App's bot bears the App."""
        home = self._home(repo)
        login = by or self.login
        association = home.associations.get(login, "MEMBER")
        row = records.comment(next(self._ids), repo, number, body, self.user(login), self.stamp(), association)
        if self.app is not None and by == self.app.bot:
            row["performed_via_github_app"] = self.apps.shown()
        home.comments.setdefault(number, []).append(row)
        self.touch(home, number, comments=1)
        return row

    def edit_comment(self, comment_id: int, body: str) -> Row:
        """Write a comment anew."""
        home, number, row = self._comment(comment_id)
        row.update(body=body, updated_at=self.stamp())
        self.touch(home, number, comments=0)
        return row

    def uncomment(self, comment_id: int) -> None:
        """Delete a comment."""
        home, number, row = self._comment(comment_id)
        home.comments[number].remove(row)
        self.touch(home, number, comments=-1)

    def comments(self, repo: str, number: int) -> list[Row]:
        """The conversation of an issue or pull request."""
        return list(self._home(repo).comments.get(number, []))

    def sub_issue(self, parent: tuple[str, int], child: tuple[str, int]) -> None:
        """Make one issue a part of another; each is named by repository and number."""
        above, below = self._issue(*parent), self._issue(*child)
        self.children.setdefault(above["id"], []).append(below)
        above["updated_at"] = self.stamp()

    def block(self, blocked: tuple[str, int], by: tuple[str, int]) -> None:
        """Say that one issue is blocked by another."""
        waiting, first = self._issue(*blocked), self._issue(*by)
        self.blockers.setdefault(waiting["id"], []).append(first)
        self.blocking.setdefault(first["id"], []).append(waiting)
        waiting["updated_at"] = first["updated_at"] = self.stamp()

    def delete(self, repo: str, number: int) -> None:
        """Delete an issue: it answers 410 from now on."""
        home = self._home(repo)
        self._count(home.issues.pop(number), -1)
        home.deleted.add(number)

    def transfer(self, repo: str, number: int, to: str) -> Row:
        """Move an issue to another repository, where it is a new one; its old address leads there."""
        home, there = self._home(repo), self._home(to)
        old = home.issues.pop(number)
        self._count(old, -1)
        new = self.issue(
            to, old["title"], by=old["user"]["login"], body=old["body"], created_at=old["created_at"], updated_at=self.stamp()
        )
        there.comments[new["number"]] = home.comments.pop(number, [])
        home.moved[number] = (there.row["id"], new["number"])
        return new

    def rename(self, repo: str, to: str) -> None:
        """Rename a repository; its old address leads to the new one."""
        home = self._home(repo)
        self.renamed[repo] = home.row["id"]
        home.row["full_name"], home.row["name"] = to, to.split("/")[1]
        for row in (*home.issues.values(), *home.pulls.values(), *home.milestones.values()):
            row["url"] = row["url"].replace(f"/repos/{repo}/", f"/repos/{to}/")

    def load(self, loaded: Mapping[str, Iterable[Row]]) -> None:
        """Take vendor records verbatim ("issues", "pulls", "milestones"), and make the repositories that they live in."""
        for row in loaded.get("milestones", ()):
            self._lodge(row).milestones[row["number"]] = row
        for row in loaded.get("issues", ()):
            self._lodge(row).issues[row["number"]] = row
            self._derive_milestone(row.get("milestone"))
        for row in loaded.get("pulls", ()):
            home = self._lodge(row)
            talk = home.issues.get(row["number"]) or self._talk(home, row)
            home.pulls[row["number"]] = row
            home.issues[row["number"]] = talk
            self._derive_milestone(row.get("milestone"))

    # --- how it is kept --------------------------------------------------------------------------------------------------

    def id(self) -> int:
        """A number that nothing else has."""
        return next(self._ids)

    def home(self, repo: str) -> Repository:
        """The repository of that name."""
        return self._home(repo)

    def grant(self, request: Request) -> Grant | None:
        """What the request's token may do; None where it is not accepted."""
        _, _, token = request.headers.get("authorization", "").partition(" ")
        if token == self.token:
            return Grant(self.login)
        grant = self.grants.get(token)
        return grant if grant is not None and (grant.ends is None or self.now() < grant.ends) else None

    def who(self, request: Request) -> str:
        """In whose name the request is made."""
        grant = self.grant(request)
        return grant.login if grant else self.login

    def stamp(self) -> str:
        return f"{self.now():%Y-%m-%dT%H:%M:%SZ}"

    def _home(self, repo: str) -> Repository:
        return next(home for home in self.homes.values() if home.name.lower() == repo.lower())

    def _issue(self, repo: str, number: int) -> Row:
        return self._home(repo).issues[number]

    def _comment(self, comment_id: int) -> tuple[Repository, int, Row]:
        return next(found for found in self._all_comments() if found[2]["id"] == comment_id)

    def _all_comments(self) -> Iterator[tuple[Repository, int, Row]]:
        for home in self.homes.values():
            for number, rows in home.comments.items():
                yield from ((home, number, row) for row in rows)

    def _join(self, home: Repository, talk: Row, row: Row) -> None:
        talk["html_url"] = row["html_url"]
        talk["draft"] = row.get("draft", False)
        names = ("url", "html_url", "diff_url", "patch_url", "merged_at")
        talk["pull_request"] = {name: row.get(name) for name in names}
        home.issues[talk["number"]], home.pulls[row["number"]] = talk, row

    def _apply(self, home: Repository, number: int, said: Mapping[str, Any]) -> None:
        changes = self._changes(home, said)
        self._count(home.issues[number], -1)
        for rows in (home.issues, home.pulls):
            if number in rows:
                rows[number].update(changes)
        self._count(home.issues[number], 1)

    def _changes(self, home: Repository, said: Mapping[str, Any]) -> Row:
        found = dict(said)
        if "created_at" in said:
            found.setdefault("updated_at", said["created_at"])
        if "labels" in said:
            found["labels"] = [records.label(zlib.crc32(name.encode()), home.name, name) for name in said["labels"]]
        if "assignees" in said:
            found["assignees"] = [self.user(login) for login in said["assignees"]]
            found["assignee"] = found["assignees"][0] if found["assignees"] else None
        if said.get("milestone") is not None:
            found["milestone"] = home.milestones[said["milestone"]]
        if said.get("state") == "closed":
            found = {"closed_at": found.get("updated_at") or self.stamp(), "state_reason": "completed", **found}
        if said.get("state") == "open":
            found = {"closed_at": None, "state_reason": None, **found}
        return found

    def _count(self, row: Row, by: int) -> None:
        if row["milestone"] is not None:
            row["milestone"]["closed_issues" if row["state"] == "closed" else "open_issues"] += by

    def touch(self, home: Repository, number: int, *, comments: int) -> None:
        home.issues[number]["comments"] += comments
        for rows in (home.issues, home.pulls):
            if number in rows:
                rows[number]["updated_at"] = self.stamp()

    def _lodge(self, row: Row) -> Repository:
        found = _URL.search(row["url"])
        if found is None:
            raise ValueError(f"a record without an address of GitHub's: {row.get('url')!r}")
        if found[1] not in self.repositories:
            self.repository(found[1])
        return self._home(found[1])

    def _derive_milestone(self, row: Row | None) -> None:
        if row is not None:
            self._lodge(row).milestones.setdefault(row["number"], row)

    def _talk(self, home: Repository, row: Row) -> Row:
        talk = records.issue(next(self._ids), home.name, row["number"], row["title"], row["user"], row["created_at"])
        talk.update({name: row[name] for name in talk if name in row and name not in ("id", "node_id", "url", "comments_url")})
        self._join(home, talk, row)
        return talk


def _due(day: str | None) -> str | None:
    return f"{day}T07:00:00Z" if day and len(day) == 10 else day
