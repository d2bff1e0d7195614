"""Labels on issues and merge requests, and statuses of commits: both replace what they wrote before."""

import re
from collections.abc import Mapping

from connectors.gitlab.address import segment
from connectors.gitlab.client import Answer, Client
from connectors.gitlab.cursor import moment
from connectors.gitlab.write import moved, path_of_target, project_of, scope_of
from connectors.http import expect
from syncd.contract import Refused
from syncd.model.action import Action, Receipt

_STATE: Mapping[str, str] = {"passed": "success", "failed": "failed", "pending": "pending"}
_FROM = re.compile(r"Cannot transition status via :\w+ from :(\w+)")


def label(reader: Client, writer: Client, action: Action) -> Receipt:
    """Add and remove labels in one request, which says the same twice. One that the project does not have yet is made.

    A moved project refuses writes under its old path (405): its id is asked for.
    """
    what = f"setting labels on {action.target.label}"
    body = {name: ",".join(_labels(action, key, what)) for name, key in (("add_labels", "add"), ("remove_labels", "remove"))}
    body = {name: value for name, value in body.items() if value}
    answer = _put(writer, path_of_target(writer, action.target), body, what, action, frozenset({405}))
    if answer.status == 405:
        answer = _put(writer, moved(reader, action.target, what), body, what, action)
    record = expect(answer.body, dict, what=what, scope=scope_of(action, writer))
    at = moment(record.get("updated_at"))
    return Receipt("labels", at or writer.now, action.target.url, created=False, touched=at)


def status(writer: Client, action: Action) -> Receipt:
    """Set the status of a commit, known by its name there.

    GitLab refuses to go from pending to pending (400): it is as wanted then, with the text that it had.
    """
    what = f"setting a status on {action.target.label}"
    project, extra = project_of(action.target, writer, what), action.extra
    wanted = _STATE.get(str(extra.get("state")))
    if wanted is None or not extra.get("sha") or not extra.get("name"):
        raise Refused(f"{what}: it has no sha, name or state that GitLab knows", scope=scope_of(action, writer))
    body = {"state": wanted, "name": extra["name"], "description": extra.get("text"), "target_url": extra.get("url")}
    given = {name: value for name, value in body.items() if value}
    path = f"/projects/{segment(project)}/statuses/{segment(extra['sha'])}"
    answer = writer.send("post", path, given, what=what, scope=scope_of(action, writer), allow=frozenset({400}))
    if answer.status == 400:
        before = _FROM.search(answer.said)
        if before is None or before[1] != wanted:
            raise Refused(f"{what}: refused (400): {answer.said}", scope=scope_of(action, writer))
        return Receipt(str(extra["sha"]), writer.now, action.target.url, created=False)
    made = expect(answer.body, dict, what=what, scope=scope_of(action, writer))
    at = moment(made.get("created_at")) or writer.now
    return Receipt(str(made.get("id") or extra["sha"]), at, action.target.url, created=False)


def _put(
    writer: Client, path: str, body: Mapping[str, object], what: str, action: Action, allow: frozenset[int] = frozenset()
) -> Answer:
    return writer.send("put", path, body, what=what, scope=scope_of(action, writer), allow=allow)


def _labels(action: Action, key: str, what: str) -> list[str]:
    """The names; GitLab takes them in one text, between commas."""
    names = [str(name) for name in action.extra.get(key) or ()]
    for name in names:
        if "," in name:
            raise Refused(
                f"{what}: GitLab takes no label with a comma: {name!r}. Name it differently", scope=action.project or None
            )
    return names
