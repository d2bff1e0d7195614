"""Pure. One operation in two revisions: parameters, body, answers, headers, callbacks."""

import re
from dataclasses import dataclass

from syncd.contracts.change import Direction
from syncd.contracts.openapi_api import Answer, Body, Media, Parameter, Place
from syncd.contracts.openapi_parts import Parts
from syncd.contracts.rules import schema_rule
from syncd.contracts.shape import MISSING, Schema
from syncd.contracts.values import canonical, cut
from syncd.contracts.walk import Walk

_BRACES = re.compile(r"\{([^{}]*)\}")
_LIST, _COMPOSED = frozenset({"array"}), frozenset({"array", "object"})
_TEXT = frozenset({"string"})
_OWN_HEADERS = frozenset({"accept", "content-type", "authorization"})


@dataclass(frozen=True, slots=True)
class Side:
    """An operation that is compared. `sent`, `answered`: who writes its requests and its answers, seen from the consumer; callbacks
    and webhooks swap them. `prefix`: of the places in it."""

    walk: Walk
    old: Parts
    new: Parts
    name: str
    sent: Direction = "request"
    answered: Direction = "response"
    prefix: str = ""

    def tell(self, rule: str, place: str, old: str | None = None, new: str | None = None, because: str = "") -> None:
        """A change at a place of the operation."""
        self.walk.tell(rule, self.name, self.prefix + place, old, new, because)


def compare_parameters(side: Side, old: list[Parameter], new: list[Parameter], was: Place, now: Place) -> None:
    """Parameters by place and name; those of the path by their position in it."""
    left, right = (_keyed(listed, place.template) for listed, place in ((old, was), (new, now)))
    gone = {key: left[key] for key in left if key not in right}
    come = {key: right[key] for key in right if key not in left}
    for parameter in list(gone.values()):
        moved = [key for key, other in come.items() if other.name == parameter.name]
        if moved and parameter.place != "path":
            other = come.pop(moved[0])
            side.tell(f"{side.sent}-parameter-moved", f"parameters.{other.name}", parameter.place, other.place)
        elif parameter.place != "path":
            rule = "required-parameter-removed" if parameter.required else "parameter-removed"
            side.tell(f"{side.sent}-{rule}", _at(parameter))
    for parameter in come.values():
        if parameter.place != "path":
            rule = "required-parameter-added" if parameter.required else "parameter-added"
            side.tell(f"{side.sent}-{rule}", _at(parameter))
        elif parameter.name in _BRACES.findall(now.template):
            _undeclared(side, parameter)
    for key in left:
        if key in right:
            _parameter(side, left[key], right[key])


def _keyed(listed: list[Parameter], template: str) -> dict[tuple[str, str], Parameter]:
    positions = {name: str(at) for at, name in enumerate(_BRACES.findall(template))}
    keyed = {}
    for one in listed:
        if one.place == "header" and one.name.lower() in _OWN_HEADERS:
            continue
        name = one.name.lower() if one.place == "header" else one.name
        keyed[one.place, positions.get(name, f"{{{name}}}") if one.place == "path" else name] = one
    return keyed


def _undeclared(side: Side, new: Parameter) -> None:
    """A parameter that stood in the path and of which nothing was said: any text could be sent."""
    side.walk.use(side.walk.old.typed(_TEXT, False), new.schema, side.sent, side.name, side.prefix + _at(new), new.text)


def _at(parameter: Parameter) -> str:
    return f"parameters.{parameter.place}.{parameter.name}"


def _parameter(side: Side, old: Parameter, new: Parameter) -> None:
    place = _at(new)
    rule = f"{side.sent}-parameter"
    if old.required != new.required:
        side.tell(f"{rule}-became-required" if new.required else f"{rule}-became-optional", place)
    if old.style != new.style:
        side.tell(f"{rule}-style-changed", place, old.style, new.style)
    elif old.explode != new.explode and _composed(side, old, new):
        side.tell(f"{rule}-explode-changed", place, str(old.explode).lower(), str(new.explode).lower())
    if old.empty != new.empty:
        side.tell(f"{rule}-empty-allowed" if new.empty else f"{rule}-empty-refused", place)
    if old.reserved != new.reserved:
        side.tell(f"{rule}-reserved-allowed" if new.reserved else f"{rule}-reserved-refused", place)
    _deprecation(side, old, new, place)
    if side.walk.is_same(old.schema, new.schema):
        return
    if not (old.required and new.required):
        _defaults(side, old, new, place)
    if (items := _repeated(side, old, new)) is not None:
        side.tell(schema_rule(side.sent, "type", "widened").id, place, None, "array")
        side.walk.use(old.schema, items, side.sent, side.name, f"{side.prefix}{place}[]", old.text and new.text)
    else:
        side.walk.use(old.schema, new.schema, side.sent, side.name, side.prefix + place, old.text and new.text)


def _repeated(side: Side, old: Parameter, new: Parameter) -> Schema | None:
    """The schema of items where a parameter that had one value can now be repeated: written once, a list in style `form` reads as one
    value did. None where it is no such list."""
    was, now = side.walk.old.shape(old.schema), side.walk.new.shape(new.schema)
    if now.types != _LIST or was.types is None or was.types & _COMPOSED or not (new.style == "form" and new.explode):
        return None
    return now.items if now.sizes.get("minItems", 0) <= 1 and not now.prefix and not now.contains else None


def _composed(side: Side, old: Parameter, new: Parameter) -> bool:
    shapes = side.walk.old.shape(old.schema), side.walk.new.shape(new.schema)
    return any(shape.takes("array") or shape.takes("object") for shape in shapes)


def _deprecation(side: Side, old: Parameter, new: Parameter, place: str) -> None:
    if old.deprecated != new.deprecated:
        ends = f"it ends on {cut(new.sunset)}" if new.deprecated and new.sunset else ""
        side.tell(f"{side.sent}-deprecated" if new.deprecated else f"{side.sent}-no-longer-deprecated", place, because=ends)


def _defaults(side: Side, old: Parameter, new: Parameter, place: str) -> None:
    values = []
    for shaper, one in ((side.walk.old, old), (side.walk.new, new)):
        default = shaper.shape(one.schema).default
        values.append(None if default is MISSING else cut(canonical(default).removeprefix("s")))
    was, now = values
    if was != now and old.text and new.text:
        how = "added" if was is None else "removed" if now is None else "changed"
        side.tell(f"{side.sent}-parameter-default-{how}", place, was, now)


def compare_bodies(side: Side, old: Body | None, new: Body | None) -> None:
    """What is sent."""
    if old is None or new is None:
        if new is not None:
            side.tell(f"{side.sent}-required-body-added" if new.required else f"{side.sent}-body-added", "body")
        elif old is not None:
            side.tell(f"{side.sent}-body-removed", "body")
        return
    if old.required != new.required:
        side.tell(f"{side.sent}-body-became-required" if new.required else f"{side.sent}-body-became-optional", "body")
    compare_content(side, side.sent, "body", old.content, new.content)


def compare_content(side: Side, direction: Direction, place: str, old: dict[str, Media], new: dict[str, Media]) -> None:
    """Bodies by media type; a range stands for what it covers. Where one side does not say which types there are, they are the other's."""
    if old and new and not (_said(old) and _said(new)):
        _unsaid(side, direction, place, old, new)
        return
    come = {key for key in new if key not in old}
    for key, media in old.items():
        at = f"{place}.{key}"
        if key in new:
            _media(side, direction, at, media, new[key])
        elif wider := next((other for other in new if covers(other, key)), None):
            come.discard(wider)
            side.tell(f"{direction}-media-type-widened", at, key, wider)
            _media(side, direction, at, media, new[wider])
        elif narrower := [other for other in new if covers(key, other)]:
            side.tell(f"{direction}-media-type-narrowed", at, key, cut(", ".join(sorted(narrower))))
            come.difference_update(narrower)
            for other in narrower:
                if other not in old:
                    _media(side, direction, f"{place}.{other}", media, new[other])
        else:
            side.tell(f"{direction}-media-type-removed", at, key)
    for key in sorted(come):
        side.tell(f"{direction}-media-type-added", f"{place}.{key}", None, key)


def _said(content: dict[str, Media]) -> bool:
    return all(media.said for media in content.values())


def _unsaid(side: Side, direction: Direction, place: str, old: dict[str, Media], new: dict[str, Media]) -> None:
    """2.0 may leave open which media types there are: then they are taken for those of the other side."""
    if _said(old) or _said(new):
        side.walk.doubt("one revision does not say which media types there are", side.name, side.prefix + place, direction)
    first = next(iter(old.values())), next(iter(new.values()))
    for key in old if _said(old) else new:
        _media(side, direction, f"{place}.{key}", old.get(key, first[0]), new.get(key, first[1]))


def covers(wide: str, narrow: str) -> bool:
    """Whether a range of media types takes in another one: */*, application/*."""
    if "*" not in wide or wide == narrow:
        return False
    return wide.startswith("*/*") or (wide.endswith("/*") and narrow.startswith(wide[:-1]))


def _media(side: Side, direction: Direction, place: str, old: Media, new: Media) -> None:
    if old.encoding != new.encoding and isinstance(old.encoding or new.encoding, dict):
        side.tell(f"{direction}-encoding-changed", place)
    side.walk.use(old.schema, new.schema, direction, side.name, side.prefix + place)


def compare_answers(side: Side, old: dict[str, Answer], new: dict[str, Answer]) -> None:
    """Answers by status; a status that is gone may be covered by a range or by the default."""
    taken: set[str] = set()
    for status, answer in old.items():
        place = f"responses.{status}"
        other = status if status in new else _covering(new, status)
        if other is not None:
            taken.add(other)
            _answer(side, place, answer, new[other])
        elif narrower := [key for key in new if key not in old and _in_range(status, key)]:
            taken.update(narrower)
            for key in narrower:
                _answer(side, f"responses.{key}", answer, new[key])
        elif status.startswith("2"):
            side.tell(f"{side.answered}-success-status-removed", place, status)
        else:
            side.tell(f"{side.answered}-status-removed", place, status)
    for status in new:
        if status not in old and status not in taken:
            side.tell(f"{side.answered}-status-added", f"responses.{status}", None, status)


def _in_range(wide: str, status: str) -> bool:
    return wide.endswith("XX") and status[:1] == wide[0] and status != wide


def _covering(answers: dict[str, Answer], status: str) -> str | None:
    if status != "default" and f"{status[:1]}XX" in answers:
        return f"{status[:1]}XX"
    return "default" if "default" in answers and not status.startswith("2") else None


def _answer(side: Side, place: str, old: Answer, new: Answer) -> None:
    if old.content and new.content:
        compare_content(side, side.answered, place, old.content, new.content)
    elif old.content or new.content:
        side.tell(f"{side.answered}-body-added" if new.content else f"{side.answered}-body-removed", place)
    for name in dict.fromkeys((*old.headers, *new.headers)):
        _header(side, f"{place}.headers.{name}", old.headers.get(name), new.headers.get(name))


def _header(side: Side, place: str, old: Parameter | None, new: Parameter | None) -> None:
    rule = side.answered
    if old is None or new is None:
        required = "required-" if (old or new).required else ""  # type: ignore[union-attr]
        side.tell(f"{rule}-{required}header-{'removed' if new is None else 'added'}", place)
        return
    if old.required != new.required:
        side.tell(f"{rule}-header-became-required" if new.required else f"{rule}-header-became-optional", place)
    _deprecation_of_header(side, old, new, place)
    if old.explode != new.explode and any(
        shaper.shape(one.schema).takes("object") for shaper, one in ((side.walk.old, old), (side.walk.new, new))
    ):
        side.tell(f"{rule}-parameter-explode-changed", place, str(old.explode).lower(), str(new.explode).lower())
    side.walk.use(old.schema, new.schema, side.answered, side.name, side.prefix + place, old.text and new.text)


def _deprecation_of_header(side: Side, old: Parameter, new: Parameter, place: str) -> None:
    if old.deprecated != new.deprecated:
        side.tell(f"{side.answered}-deprecated" if new.deprecated else f"{side.answered}-no-longer-deprecated", place)
