"""Records as they are handed over: what Jira gave, with its identity, its key, and the page that people open."""

from typing import Any

from connectors.jira.search import part
from connectors.jira.site import Site
from syncd.contract import Settings, Unavailable
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref


class Records:
    """Makes the records of one connection."""

    def __init__(self, site: Site, settings: Settings) -> None:
        self._site, self._settings = site, settings

    def project(self, scope: Scope, project: dict[str, Any]) -> RawRecord:
        """A project."""
        return RawRecord(self._ref("projects", scope.id, scope.name, f"browse/{scope.name}"), scope, project)

    def version(self, scope: Scope, version: dict[str, Any]) -> RawRecord:
        """A version; people know it by project and name."""
        id = identity(version, f"reading versions of {scope.name}", scope)
        key = f"{scope.name} {version.get('name') or id}"
        return RawRecord(self._ref("versions", id, key, f"projects/{scope.name}/versions/{id}"), scope, version)

    def issue(self, scope: Scope, issue: dict[str, Any]) -> RawRecord:
        """An issue, with the names of the fields that were asked for."""
        id = identity(issue, f"reading issues of {scope.name}", scope)
        key = str(issue.get("key") or id)
        asked = self._settings.fields.get("issues")
        return RawRecord(self._ref("issues", id, key, f"browse/{key}"), scope, issue, fields=asked)

    def sprint(self, scope: Scope, sprint: dict[str, Any]) -> RawRecord:
        """A sprint; it may be on several boards."""
        id = identity(sprint, f"reading sprints of {scope.name}", scope)
        return RawRecord(
            self._ref("sprints", id, str(sprint.get("name") or id), f"secure/GHGoToBoard.jspa?sprintId={id}"), scope, sprint
        )

    def worklog(self, scope: Scope, issue: dict[str, Any], worklog: dict[str, Any]) -> RawRecord:
        """Time put down for an issue, which it names in `issueId`."""
        id = identity(worklog, f"reading worklogs of {scope.name}", scope)
        key = str(issue.get("key") or issue.get("id"))
        ref = self._ref("worklogs", id, f"{key} worklog {id}", f"browse/{key}?focusedWorklogId={id}")
        return RawRecord(ref, scope, {"issueId": str(issue.get("id")), **worklog})

    def remote_links(self, scope: Scope, issue: dict[str, Any], links: list[Any]) -> RawRecord:
        """All links of one issue to elsewhere, `remotelinks`: Jira gives them together, and one that is gone shows so."""
        id = identity(issue, f"reading remote links of {scope.name}", scope)
        key = str(issue.get("key") or id)
        data = {"id": id, "key": key, "self": issue.get("self"), "remotelinks": links}
        return RawRecord(self._ref("remote_links", id, key, f"browse/{key}"), scope, data)

    def security_level(self, scope: Scope, level: dict[str, Any]) -> RawRecord:
        """A level of a project's issue security."""
        id = identity(level, f"reading security levels of {scope.name}", scope)
        key = f"{scope.name} {level.get('name') or id}"
        return RawRecord(self._ref("security_levels", id, key, f"browse/{scope.name}"), scope, level)

    def _ref(self, stream: str, id: str, key: str, path: str) -> Ref:
        return Ref(self._settings.connection, stream, id, key=key, url=self._site.link(path))


def identity(record: dict[str, Any], what: str, scope: Scope) -> str:
    """The vendor's id. Raises Unavailable where there is none."""
    if not record.get("id"):
        raise Unavailable(f"{what}: a record without an id", scope=scope.name)
    return str(record["id"])


def scope_of(issue: dict[str, Any]) -> Scope:
    """The project of an issue that was asked for by itself."""
    project = part(part(issue, "fields"), "project")
    name = str(project.get("key") or str(issue.get("key") or "").rpartition("-")[0])
    return Scope(str(project.get("id") or name), name)
