"""Fields by the names that people see: a mapping may read `fields."Story Points"`, and Jira knows only their ids."""

import re
from collections.abc import Mapping
from typing import Any

from connectors.http import expect
from connectors.jira.api import Api
from syncd.contract import Misconfigured, Settings

ALWAYS = ("created", "issuetype", "project", "status", "summary", "updated")
"""Fields that are asked for whatever the mapping reads: identity, the watermark, and what a person knows a record by."""
_BESIDE = {"id", "key", "self", "expand", "changelog"}
_OWN = frozenset(
    {
        "aggregateprogress",
        "aggregatetimeestimate",
        "aggregatetimeoriginalestimate",
        "aggregatetimespent",
        "archivedby",
        "archiveddate",
        "assignee",
        "attachment",
        "closedSprints",
        "comment",
        "components",
        "created",
        "creator",
        "description",
        "duedate",
        "environment",
        "epic",
        "fixVersions",
        "flagged",
        "issuelinks",
        "issuerestriction",
        "issuetype",
        "labels",
        "lastViewed",
        "parent",
        "priority",
        "progress",
        "project",
        "reporter",
        "resolution",
        "resolutiondate",
        "security",
        "sprint",
        "status",
        "statusCategory",
        "statuscategorychangedate",
        "subtasks",
        "summary",
        "thumbnail",
        "timeestimate",
        "timeoriginalestimate",
        "timespent",
        "timetracking",
        "updated",
        "versions",
        "votes",
        "watches",
        "worklog",
        "workratio",
    }
)
"""The ids of Jira's own fields (https://developer.atlassian.com/cloud/jira/platform/rest/v3, and what Jira Software adds)."""


class Fields:
    """Asks for the list of fields once, and only where the mapping reads something that is no id."""

    def __init__(self, api: Api, settings: Settings) -> None:
        self._api = api
        self._all: list[dict[str, Any]] | None = None
        named = settings.fields.get("issues")
        self._everything = named is None or "fields" in named
        self._asked = tuple(sorted({_plain(name) for name in named or () if name not in _BESIDE}))
        self._names = () if self._everything else tuple(name for name in self._asked if not _is_id(name))

    def names(self) -> Mapping[str, str]:
        """id -> name of all fields, as they are now. Raises the six errors."""
        self._all = None
        return {str(field["id"]): str(field.get("name") or field["id"]) for field in self._listed()}

    def asked(self, project: str | None = None) -> tuple[str, ...]:
        """The ids to ask for: those that the mapping reads, `*all` where it does not say.

        `project` is an id: then a name that two of its fields have is Misconfigured.
        """
        if self._everything:
            return ("*all",)
        if project is not None:
            self._named(project)
        found = {str(field["id"]) for name in self._names for field in self._called(name)}
        return tuple(sorted({*ALWAYS, *found, *(name for name in self._asked if name not in self._names)}))

    def with_names(self, issue: dict[str, Any], project: str) -> dict[str, Any]:
        """The issue, its fields also under the names by which the mapping reads them."""
        fields = issue.get("fields")
        if not self._names or not isinstance(fields, dict):
            return issue
        more = {name: fields[id] for name, id in self._named(project).items() if id in fields}
        return {**issue, "fields": {**fields, **more}}

    def _named(self, project: str) -> dict[str, str]:
        found = ((name, self._one(name, project)) for name in self._names)
        return {name: id for name, id in found if id is not None}

    def _one(self, name: str, project: str) -> str | None:
        """The id of the field of this name in a project. One that belongs to the project alone goes before those of the whole site."""
        called = self._called(name)
        own = [field for field in called if _project_of(field) == project]
        found = own or [field for field in called if _project_of(field) is None]
        if len(found) > 1:
            ids = ", ".join(sorted(str(field["id"]) for field in found))
            cure = f"Name one by its id in the mapping, as in fields.{found[0]['id']}"
            raise Misconfigured(f"there are {len(found)} fields of the name {name!r}: {ids}. {cure}")
        return str(found[0]["id"]) if found else None

    def _called(self, name: str) -> list[dict[str, Any]]:
        """The fields of a name; those that write it in the same way, where there are any."""
        alike = [field for field in self._listed() if name.casefold() in {said.casefold() for said in _said(field)}]
        return [field for field in alike if name in _said(field)] or alike

    def _listed(self) -> list[dict[str, Any]]:
        if self._all is None:
            what = "reading the names of the fields"
            found = expect(self._api.get("field", what=what), list, what=what)
            self._all = [field for field in found if isinstance(field, dict) and field.get("id")]
        return self._all


def _plain(name: str) -> str:
    """`duedate` for `fields.duedate.x`; a name that people see may have dots of its own."""
    bare = name.removeprefix("fields.")
    first = bare.split(".")[0]
    return first if _is_id(first) else bare


def _is_id(name: str) -> bool:
    return name in _OWN or re.fullmatch(r"customfield_\d+", name) is not None


def _said(field: dict[str, Any]) -> set[str]:
    return {str(field[key]) for key in ("name", "untranslatedName") if field.get(key)}


def _project_of(field: dict[str, Any]) -> str | None:
    """The id of the project that the field belongs to alone, as in team-managed projects."""
    scope = field.get("scope")
    project = scope.get("project") if isinstance(scope, dict) else None
    return str(project["id"]) if isinstance(project, dict) and project.get("id") else None
