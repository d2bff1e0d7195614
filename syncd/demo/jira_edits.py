"""What programs write to issues of the Jira twin beside comments: labels, remote links, properties."""

from typing import TYPE_CHECKING, Any

from syncd.demo.jira_records import SITE
from syncd.demo.twin import Request, Response

if TYPE_CHECKING:
    from syncd.demo.jira_twin import JiraTwin

Json = Any
Record = dict[str, Json]
MOST_IN_LABEL = 255
MOST_IN_PROPERTY = 32_768


class Edits:
    """`may_edit` False: the account may read and comment only. `linking` False: the site links no issues."""

    def __init__(self, twin: "JiraTwin") -> None:
        self._twin = twin
        self.may_edit = self.linking = True
        self.links: dict[str, list[Record]] = {}
        self.properties: dict[str, Record] = {}

    def link(
        self,
        key: str,
        url: str,
        title: str,
        relationship: str | None = None,
        global_id: str | None = None,
        *,
        resolved: bool = False,
    ) -> Record:
        """Somebody, or an application, links an issue to something elsewhere. The same `global_id` again changes the link."""
        issue = self._twin.held(key)
        held = self.links.setdefault(str(issue["id"]), [])
        found = next((link for link in held if global_id and link.get("globalId") == global_id), None)
        if found is None:
            id = int(self._twin.new_id())
            found = {"id": id, "self": f"{SITE}/rest/api/2/issue/{issue['key']}/remotelink/{id}"}
            held.append(found)
        found |= {"globalId": global_id} if global_id else {}
        status = {"resolved": resolved, "icon": {}}
        found |= {"application": {}, "object": {"url": url, "title": title, "icon": {}, "status": status}}
        found |= {"relationship": relationship} if relationship else {}
        self._twin.touch(issue)
        return found

    def unlink(self, key: str, id: int) -> None:
        """A link is taken away."""
        issue = self._twin.held(key)
        self.links[str(issue["id"])] = [link for link in self.links[str(issue["id"])] if link["id"] != id]
        self._twin.touch(issue)

    @property
    def routes(self) -> list[tuple[str, str, Any]]:
        """Below `/rest/api/<version>/`."""
        return [
            ("PUT", "issue/{key}", self._put_issue),
            ("GET", "issue/{key}/remotelink", self._get_links),
            ("POST", "issue/{key}/remotelink", self._post_link),
            ("GET", "issue/{key}/properties/{name}", self._get_property),
            ("PUT", "issue/{key}/properties/{name}", self._put_property),
        ]

    def _wrong(self, request: Request) -> Response | None:
        if self._twin.found(request.args["key"]) is None:
            return _errors("Issue does not exist or you do not have permission to see it.", 404)
        return None if self.may_edit else _errors("You do not have permission to edit issues in this project.", 403)

    def _put_issue(self, request: Request) -> Response:
        wrong = self._wrong(request)
        if wrong:
            return wrong
        changes = ((request.json or {}).get("update") or {}).get("labels") or []
        names = [name for change in changes for name in change.values()]
        for name in names:
            if " " in name or len(name) > MOST_IN_LABEL:
                why = "contains spaces which is invalid" if " " in name else f"exceeds {MOST_IN_LABEL} characters"
                return Response({"errorMessages": [], "errors": {"labels": f"The label '{name}' {why}."}}, 400)
        issue = self._twin.held(request.args["key"])
        labels = list(issue["fields"].get("labels") or [])
        for change in changes:
            labels = [name for name in labels if name != change.get("remove")]
            labels += [change["add"]] if "add" in change and change["add"] not in labels else []
        if labels != issue["fields"].get("labels"):
            self._twin.edit(issue["key"], by="syncd bot", labels=labels)
        return Response(None, 204)

    def _get_links(self, request: Request) -> Response:
        issue = self._twin.found(request.args["key"])
        if issue is None:
            return _errors("Issue does not exist or you do not have permission to see it.", 404)
        return Response(self.links.get(str(issue["id"]), [])) if self.linking else _errors("Issue linking is disabled.", 403)

    def _post_link(self, request: Request) -> Response:
        wrong = self._wrong(request)
        if wrong:
            return wrong
        asked = request.json or {}
        shown = asked.get("object") or {}
        if not shown.get("url") or not shown.get("title"):
            return Response({"errorMessages": [], "errors": {"title": "'title' is required."}}, 400)
        key = request.args["key"]
        before = len(self.links.get(str(self._twin.held(key)["id"]), []))
        resolved = (shown.get("status") or {}).get("resolved") is True
        about = asked.get("relationship"), asked.get("globalId")
        link = self.link(key, shown["url"], shown["title"], *about, resolved=resolved)
        created = len(self.links[str(self._twin.held(key)["id"])]) > before
        return Response({"id": link["id"], "self": link["self"]}, 201 if created else 200)

    def _get_property(self, request: Request) -> Response:
        issue = self._twin.found(request.args["key"])
        name, held = request.args["name"], self.properties.get(str(issue["id"]) if issue else "", {})
        return Response({"key": name, "value": held[name]}) if name in held else _errors("No such property.", 404)

    def _put_property(self, request: Request) -> Response:
        wrong = self._wrong(request)
        if wrong:
            return wrong
        if len(request.body) > MOST_IN_PROPERTY or not request.body:
            return _errors("The property value must be between 1 and 32768 characters.", 400)
        held = self.properties.setdefault(str(self._twin.held(request.args["key"])["id"]), {})
        created = request.args["name"] not in held
        held[request.args["name"]] = request.json
        return Response(None, 201 if created else 200)


def _errors(message: str, status: int) -> Response:
    return Response({"errorMessages": [message], "errors": {}}, status)
