"""What is written on a commit of a pull request: statuses, and check runs, which only an App may write."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.github.pen import Pen
from connectors.github.place import Place, place_of
from connectors.github.wire import PER_PAGE, Row
from syncd.contract import Refused
from syncd.model.action import Action, Receipt

LONGEST_TEXT = 140
_LONGEST_SUMMARY = 65_535
_STATES = {"passed": "success", "failed": "failure", "pending": "pending"}
_STATUS_RIGHT = "the right to write commit statuses"
_CHECK_RIGHT = "the right to write checks"


def status(pen: Pen, action: Action) -> Receipt:
    """A commit status. GitHub keeps each that is posted and shows the last of a name; so one that is there already is not posted."""
    place, what = place_of(action.target), f"setting the status of {action.target.label}"
    sha, name = _named(action, what, place)
    state = _state(action, what, place)
    said = {
        "state": state,
        "context": name,
        "description": _cut(_text(action, "text"), LONGEST_TEXT),
        "target_url": _text(action, "url"),
    }
    for row in _listed(pen, place, f"{sha}/status", "statuses", {}, what):
        if str(row.get("context")).casefold() == name.casefold():
            if all((row.get(key) or "") == (said[key] or "") for key in ("state", "description", "target_url")):
                return Receipt(str(row["id"]), pen.now(), action.target.url, created=False)
            break
    body = {key: value for key, value in said.items() if value}
    place, answer = pen.send(action.target, "POST", lambda at: f"/repos/{at.repository}/statuses/{sha}", body, what=what)
    if answer.status not in (200, 201):
        raise pen.refused(action.target, place, answer, what=what, right=_STATUS_RIGHT)
    id, _ = pen.id_of(answer, what=what, scope=place.repository)
    return Receipt(id, pen.now(), action.target.url, created=action.remote_id is None)


def check(pen: Pen, action: Action, app_id: int | None) -> Receipt:
    """A check run of our own App, found again by name and commit: edited where it says something else, else made."""
    place, what = place_of(action.target), f"setting a check of {action.target.label}"
    sha, name = _named(action, what, place)
    said = _run(action, name, _state(action, what, place))
    if app_id is None:
        cure = "Sign in as one (`app_id`, `private_key_file`), or write a status instead"
        raise Refused(f"{what}: only a GitHub App may write check runs. {cure}", scope=place.repository)
    query = {"check_name": name, "app_id": str(app_id)}
    runs = _listed(pen, place, f"{sha}/check-runs", "check_runs", query, what)
    ours = [run for run in runs if run.get("name") == name and (run.get("app") or {}).get("id") == app_id]
    run = max(ours, key=lambda run: run["id"], default=None)
    if run is not None and _same(run, said):
        return Receipt(str(run["id"]), pen.now(), run.get("html_url"), created=False)
    verb, tail, body = ("POST", "", {"head_sha": sha, **said}) if run is None else ("PATCH", f"/{run['id']}", said)
    place, answer = pen.send(action.target, verb, lambda at: f"/repos/{at.repository}/check-runs{tail}", body, what=what)
    if answer.status not in (200, 201):
        raise pen.refused(action.target, place, answer, what=what, right=_CHECK_RIGHT)
    id, url = pen.id_of(answer, what=what, scope=place.repository)
    return Receipt(id, pen.now(), url, created=run is None)


def _run(action: Action, name: str, state: str) -> dict[str, Any]:
    title = _text(action, "title") or _text(action, "text") or name
    summary = _cut(_text(action, "summary") or _text(action, "text") or title, _LONGEST_SUMMARY)
    ended = {"status": "completed", "conclusion": state} if state != "pending" else {"status": "in_progress"}
    link = {"details_url": url} if (url := _text(action, "url")) else {}
    return {"name": name, **ended, **link, "output": {"title": title, "summary": summary}}


def _same(run: Row, said: Mapping[str, Any]) -> bool:
    output = run.get("output") or {}
    shown = {key: output.get(key) for key in said["output"]}
    return (
        shown == said["output"]
        and all(run.get(key) == said.get(key) for key in ("status", "conclusion"))
        and ("details_url" not in said or run.get("details_url") == said["details_url"])
    )


def _listed(pen: Pen, place: Place, tail: str, under: str, query: dict[str, str], what: str) -> Iterator[Row]:
    """What the commit bears now. That GitHub does not know the commit is told by the write."""
    path = f"/repos/{place.repository}/commits/{tail}"
    pages = pen.reading.walk(
        path, what=what, scope=place.repository, query={**query, "per_page": str(PER_PAGE)}, accept=(404, 422), under=under
    )
    for page in pages:
        yield from page.rows


def _named(action: Action, what: str, place: Place) -> tuple[str, str]:
    sha, name = _text(action, "sha"), _text(action, "name")
    if not sha or not name:
        raise Refused(f"{what}: it is not said for which commit, or under which name", scope=place.repository)
    return sha, name


def _state(action: Action, what: str, place: Place) -> str:
    state = _STATES.get(_text(action, "state"))
    if state is None:
        raise Refused(f"{what}: {_text(action, 'state')!r} is no state. Known are: {', '.join(_STATES)}", scope=place.repository)
    return state


def _text(action: Action, key: str) -> str:
    return str(action.extra.get(key) or "")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
