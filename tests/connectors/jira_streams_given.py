"""A Jira, Cloud or Data Center, that the tests of single streams, verbs and names fill themselves."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from connectors.jira import KIND, JiraOptions
from syncd.contract import Connector, Notice, Page, SyncError
from syncd.demo.jira_twin import JiraTwin
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref
from tests.connectors.contract import SECRET, OpenGate
from tests.connectors.jira_given import Clock, settings


def serving(edition: Any, clock: Clock, *projects: str) -> Iterator[JiraTwin]:
    """A twin that holds empty projects, for the time of a test."""
    twin = JiraTwin(clock, edition=edition, token=SECRET)
    for key in projects:
        twin.project(key, f"The {key} project")
    twin.server.start()
    yield twin
    twin.server.stop()


def connect(twin: JiraTwin, *projects: str, options: dict[str, Any] | None = None, **changes: Any) -> Connector:
    """A connector with these keys of its own. `changes` are those of the settings."""
    given = replace(settings(twin, "PLAT"), options=JiraOptions(projects=list(projects or ("PLAT",)), **(options or {})))
    return KIND.connect(replace(given, **changes), OpenGate())


def scope(connector: Connector, name: str = "PLAT") -> Scope:
    """The scope of this name."""
    return next(s for s in connector.scopes("projects") if isinstance(s, Scope) and s.name == name)


def told(connector: Connector) -> tuple[list[str], list[str], list[SyncError]]:
    """Names of the scopes, texts of the notices, and the errors."""
    found = list(connector.scopes("projects"))
    names = [one.name for one in found if isinstance(one, Scope)]
    return names, [one.text for one in found if isinstance(one, Notice)], [one for one in found if isinstance(one, SyncError)]


def pages(connector: Connector, stream: str, since: str | None = None, name: str = "PLAT") -> list[Page]:
    """The pages of a stream of one project; the last one must say that the scope was seen."""
    found = list(connector.fetch(stream, scope(connector, name), since))
    assert found[-1].complete
    return found


def records(found: list[Page]) -> dict[str, RawRecord]:
    """The records of pages by id."""
    return {record.ref.id: record for page in found for record in page.records}


def lines(twin: JiraTwin, match: str = "") -> list[str]:
    """The request lines that match."""
    return [entry.line for entry in twin.server.requests(match)]


def ref(twin: JiraTwin, key: str) -> Ref:
    """An issue by its key."""
    return Ref("plat", "issues", twin.held(key)["id"], key=key)
