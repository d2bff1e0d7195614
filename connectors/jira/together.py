"""One search for all projects of a connection: what changed in any of them, given to each as its own part.

A project whose cursor leads further back than the search, or that is in the middle of a scan, is searched by itself; so are all of them
where too much changed, or where Jira refuses the search.
"""

from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Any

from connectors.jira.cursor import Cursor, instant, parse
from connectors.jira.scan import Scan, Step, moments
from connectors.jira.search import Query, part
from syncd.contract import AuthFailed, Misconfigured, Settings
from syncd.model.raw import Scope

_MOST_PAGES = 3
"""More than so many pages are read project by project: each of them can be gone on with after a failure."""
_MOST_PROJECTS = 50
"""So many keys go into one query; an address may not be much longer."""
_ROUND, _MARKS = "issues in this pass", "marks"
_WHAT = "reading issues"


@dataclass(slots=True)
class Result:
    """What the search gave: the issues by project and the cursor after it. `left`: the projects that have not taken their part."""

    since: datetime
    asked: Query
    after: Cursor
    issues: dict[str, list[dict[str, Any]]]
    left: set[str]


@dataclass(slots=True)
class Round:
    """The projects of one pass, and what was searched for all of them. `moment`: when anything was changed last before they were read."""

    scopes: Sequence[Scope]
    lock: Any = field(default_factory=Lock)
    result: Result | None = None
    tried: bool = False
    looked: bool = False
    moment: datetime | None = None


class Together:
    """Its state is shared by all connectors of the connection: a pass may be the work of several."""

    def __init__(self, scan: Scan, settings: Settings) -> None:
        self._scan, self._settings = scan, settings
        self._beside: MutableMapping[str, Any] = settings.beside

    def begin(self, scopes: Sequence[Scope]) -> None:
        """These projects are read from now on. Those that are archived are read by themselves: a search may not know them."""
        live = [scope for scope in scopes if not scope.closed]
        self._beside[_ROUND] = Round(live if 1 < len(live) <= _MOST_PROJECTS else ())

    def steps(self, scope: Scope, since: str | None, fields: tuple[str, ...], expand: str) -> Iterator[Step]:
        """The issues of one project changed since the cursor, as `Scan.steps`."""
        cursor, own = self._scan.cursor(since), Query("", fields, scope.name, f"{_WHAT} of {scope.name}", expand)
        shared = self._beside.get(_ROUND)
        found = None
        if isinstance(shared, Round) and scope in shared.scopes and cursor.began is None:
            with shared.lock:
                if cursor.since is None:
                    self._look(shared, own)
                else:
                    found = self._found(shared, own, cursor, scope)
                cursor = replace(cursor, moment=shared.moment)
        for step in [found] if found is not None else self._scan.walk(own, cursor.at(self._settings.now())):
            if step.last:
                self._note(step, scope)
            yield step

    def _look(self, shared: Round, query: Query) -> None:
        """Before the first scan of all: see what moment it is at the site, so that all projects go on from there."""
        if shared.looked:
            return
        shared.looked = True
        try:
            found = self._scan.latest(self._among(shared, query))
        except (AuthFailed, Misconfigured):
            return  # what it is, and whose, the projects tell by themselves
        self._passed(shared, found)

    def _passed(self, shared: Round, moment: datetime | None) -> None:
        """Something was changed at that moment; one that is said to lie ahead of us is not believed."""
        shared.moment = min(moment, self._settings.now()) if moment else shared.moment

    def _found(self, shared: Round, query: Query, cursor: Cursor, scope: Scope) -> Step | None:
        """The part of one project; None where it has to be searched by itself."""
        assert cursor.since is not None
        if not shared.tried:
            shared.tried = True
            shared.result = self._searched(shared, query, cursor.since)
        result = shared.result
        if result is None or scope.id not in result.left or result.since > cursor.since or not _same(result.asked, query):
            return None
        result.left.remove(scope.id)
        after = replace(result.after, since=max(cursor.since, result.after.since or cursor.since))
        issues = tuple(result.issues.pop(scope.id, ()))
        return Step(issues, replace(result.asked, project=scope.name), str(after), last=True, since=cursor.since)

    def _searched(self, shared: Round, query: Query, since: datetime) -> Result | None:
        ids = {scope.id for scope in shared.scopes}
        marks = [moment for id, text in self._marks().items() if id in ids and (moment := instant(text))]
        since = min([since, *marks])
        asked = self._among(shared, query)
        cursor = Cursor(since=since, where=self._scan.where).at(self._settings.now())
        issues: dict[str, list[dict[str, Any]]] = {}
        try:
            for number, step in enumerate(self._scan.walk(asked, cursor)):
                if number == 0:  # should each be searched by itself, they come together for the next pass
                    self._passed(shared, max(moments(step.issues), default=None))
                for issue in step.issues:
                    project = str(part(part(issue, "fields"), "project").get("id"))
                    if project not in ids:
                        return None
                    issues.setdefault(project, []).append(issue)
                if step.last:
                    return Result(since, asked, parse(step.cursor, self._scan.where), issues, ids)
                if number + 1 >= _MOST_PAGES:
                    return None
        except (AuthFailed, Misconfigured):
            return None  # as above
        return None

    def _among(self, shared: Round, query: Query) -> Query:
        return replace(query, among=tuple(scope.name for scope in shared.scopes))

    def _note(self, step: Step, scope: Scope) -> None:
        """Write down where the project stands, for the search of the next pass."""
        since = self._scan.cursor(step.cursor).since
        if since is not None:
            self._settings.notes.put(_MARKS, {**self._marks(), scope.id: since.isoformat()})

    def _marks(self) -> dict[str, str]:
        kept = self._settings.notes.get(_MARKS)
        return kept if isinstance(kept, dict) else {}


def _same(one: Query, other: Query) -> bool:
    return (one.fields, one.expand) == (other.fields, other.expand)
