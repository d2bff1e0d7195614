"""Writing: one action on one issue. All but the comment are put in place by their name, so that twice leaves one effect."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from connectors.http import expect
from connectors.jira.api import Api
from connectors.jira.comments import Comments, project_of
from connectors.jira.site import Site
from syncd.contract import Refused, Settings, Unavailable
from syncd.model.action import Action, Receipt, Verb
from syncd.model.ref import Ref

VERBS: frozenset[Verb] = frozenset({"comment", "label", "link", "property"})


class Writing:
    """The writing half of the connector."""

    def __init__(self, comments: Comments, writer: Api, site: Site, settings: Settings) -> None:
        self._comments, self._writer, self._site, self._settings = comments, writer, site, settings
        self._verbs: Mapping[str, Callable[[Action], Receipt]] = {
            "comment": self._comments.deliver,
            "label": self._label,
            "link": self._link,
            "property": self._property,
        }

    def find(self, target: Ref, key: str) -> str | None:
        """The id of our comment on the issue that carries the key."""
        return self._comments.find(target, key)

    def deliver(self, action: Action) -> Receipt:
        """Carry the action out. Raises Refused for what no issue takes."""
        if action.verb not in self._verbs:
            raise Refused(f"an issue of Jira takes no {action.verb}", scope=project_of(action))
        return self._verbs[action.verb](action)

    def _label(self, action: Action) -> Receipt:
        """Add and take away labels; the others stay. A label that is there, or not there, already is no failure to Jira."""
        names = [(how, str(name)) for how in ("add", "remove") for name in action.extra.get(how) or ()]
        body = {"update": {"labels": [{how: name} for how, name in names]}}
        self._send(action, "PUT", _path(action), body, "changing the labels of")
        return self._receipt(action, "labels")

    def _link(self, action: Action) -> Receipt:
        """A link to elsewhere; one that is done with is struck through. Jira updates the one that has the same `globalId`, and sets to
        nothing what is not sent.
        """
        url, relation = str(action.extra.get("url")), action.extra.get("relation")
        done = {"status": {"resolved": True}} if action.extra.get("resolved") else {}
        shown = {"url": url, "title": str(action.extra.get("title") or url), **done}
        body = {"globalId": f"syncd:{action.key}", "object": shown, **({"relationship": str(relation)} if relation else {})}
        what = f"writing the link on {action.target.label}"
        answer = expect(self._send(action, "POST", f"{_path(action)}/remotelink", body, "writing the link on"), dict, what=what)
        if not answer.get("id"):
            raise Unavailable(f"{what}: the answer names no link", scope=project_of(action))
        return self._receipt(action, str(answer["id"]))

    def _property(self, action: Action) -> Receipt:
        """A value that programs read, in the place of what the issue held under this name."""
        name = str(action.extra.get("name"))
        path = f"{_path(action)}/properties/{quote(name, safe='')}"
        self._send(action, "PUT", path, action.extra.get("value"), "writing the property of")
        return self._receipt(action, name)

    def _send(self, action: Action, method: str, path: str, body: Any, doing: str) -> Any:
        return self._writer.send(method, path, body, what=f"{doing} {action.target.label}", scope=project_of(action))

    def _receipt(self, action: Action, remote_id: str) -> Receipt:
        link = self._site.link(f"browse/{action.target.label}")
        return Receipt(remote_id, self._settings.now(), link, created=action.remote_id is None)


def _path(action: Action) -> str:
    return f"issue/{quote(action.target.id, safe='')}"
