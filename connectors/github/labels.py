"""Labels on issues and pull requests."""

from collections.abc import Sequence
from urllib.parse import quote

from connectors.github.pen import Pen
from connectors.github.place import Place, look
from connectors.http import expect, vendor_message
from syncd.contract import AuthFailed
from syncd.model.action import Action, Receipt
from syncd.model.ref import Ref

_GREY = "ededed"
"""The colour that GitHub gives to a label that is made by being used."""

_RIGHT = "the right to write issues and pull requests"


def label(pen: Pen, action: Action) -> Receipt:
    """Look what is there, add what is missing in one request, and take away one by one what should not be there."""
    there = _there(pen, action.target)
    add = [name for name in _named(action, "add") if name.casefold() not in there]
    if add:
        _add(pen, action.target, add)
    for name in _named(action, "remove"):
        if name.casefold() in there:
            _remove(pen, action.target, name)
    return Receipt("labels", pen.now(), action.target.url, created=action.remote_id is None)


def _named(action: Action, way: str) -> list[str]:
    return [str(name) for name in action.extra.get(way) or ()]


def _there(pen: Pen, target: Ref) -> set[str]:
    """The names of the labels on it, without regard to case, as GitHub tells them apart. Raises Gone where it was deleted or moved."""
    place, row = look(pen.reading, target)
    labels = expect(row.get("labels"), list, what=f"reading the labels of {target.label}", scope=place.repository)
    return {str(label.get("name") if isinstance(label, dict) else label).casefold() for label in labels}


def _add(pen: Pen, target: Ref, names: Sequence[str]) -> None:
    what = f"labelling {target.label}"

    def path(place: Place) -> str:
        return f"{place.as_issue}/labels"

    place, answer = pen.send(target, "POST", path, {"labels": list(names)}, what=what)
    if answer.status in (404, 422):  # a server that does not make a label by its being used
        if answer.status == 404:
            look(pen.reading, target)
        made = [name for name in names if _make(pen, place, name, what)]
        if made:
            place, answer = pen.send(target, "POST", path, {"labels": list(names)}, what=what)
    if answer.status not in (200, 201):
        raise pen.refused(target, place, answer, what=what, right=_RIGHT)


def _make(pen: Pen, place: Place, name: str, what: str) -> bool:
    """Whether the repository did not have the label, and has it now."""
    home = f"/repos/{place.repository}/labels"
    there = pen.reading.get(f"{home}/{quote(name, safe='')}", what=what, scope=place.repository, accept=(404,))
    if there.status == 200:
        return False
    body = {"name": name, "color": _GREY}
    answer = pen.writing.ask("POST", home, what=what, scope=place.repository, body=body)
    if answer.status == 404:
        text = (
            f"{what}: {place.repository} has no label {name!r}, and none may be made (404). Make it, or give the token {_RIGHT}"
        )
        raise AuthFailed(text, scope=place.repository)
    if answer.status != 201 and "already_exists" not in answer.text:
        raise pen.writing.refusal(answer, what=what, scope=place.repository, write=True)
    return True


def _remove(pen: Pen, target: Ref, name: str) -> None:
    what = f"taking a label off {target.label}"
    place, answer = pen.send(target, "DELETE", lambda at: f"{at.as_issue}/labels/{quote(name, safe='')}", None, what=what)
    if answer.status in (200, 204):
        return
    if answer.status == 404 and "label does not exist" in vendor_message(answer.text).lower():
        return
    if answer.status == 404 and name.casefold() not in _there(pen, target):
        return
    raise pen.refused(target, place, answer, what=what, right=_RIGHT)
