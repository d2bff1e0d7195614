"""Pure. Two revisions of an OpenAPI document: 2.0, 3.0 and 3.1, also one against the other."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syncd.contracts.change import Verdict
from syncd.contracts.compare import look
from syncd.contracts.document import Document, Node
from syncd.contracts.openapi_api import Api, Place, is_deprecated, sunset_of
from syncd.contracts.openapi_operation import Side, compare_answers, compare_bodies, compare_parameters
from syncd.contracts.openapi_parts import Parts
from syncd.contracts.openapi_security import Doors, alternatives, compare_schemes, compare_security
from syncd.contracts.openapi_stability import excused, how_stability, is_loose
from syncd.contracts.refused import Refused
from syncd.contracts.revision import Revision
from syncd.contracts.same import Same, equal
from syncd.contracts.shape import schema_of
from syncd.contracts.shaping import Shaper
from syncd.contracts.values import cut, cut_text
from syncd.contracts.walk import Walk

RENAMED = 60
"""Of how many components without a partner of the same name it is looked up whether they were renamed."""

_BRACES = re.compile(r"\{[^{}]*\}")


def diff(old: Revision, new: Revision) -> Verdict:
    """What changes for whoever calls the API, or is called by it."""
    apis = []
    for revision, when in ((old, "old"), (new, "new")):
        try:
            apis.append(Api(Document(revision)))
        except Refused as refused:
            return Verdict.unjudged(f"the {when} file {revision.main}: {refused.reason}", revision.main)
    return _Comparison(*apis).verdict()


class _Comparison:
    """Two documents, path by path."""

    def __init__(self, old: Api, new: Api) -> None:
        self.old, self.new = old, new
        alike = old.second == new.second and all(equal(old.root.get(key), new.root.get(key)) for key in ("consumes", "produces"))
        self.same = Same(old.document, new.document, alike)
        self.walk = Walk(Shaper(old.document, old.dialect), Shaper(new.document, new.dialect), self.same, look)
        self.doors = Doors.of(old, new)
        self.side = Side(self.walk, Parts(old), Parts(new), "")
        self.loose: set[str] = set()

    def verdict(self) -> Verdict:
        compare_schemes(self.walk, self.doors)
        self._servers("", self.old.servers(self.old.root), self.new.servers(self.new.root))
        self._paths()
        self._webhooks()
        self._operation_ids()
        if not any(key in api.root for api in (self.old, self.new) for key in ("paths", "webhooks")):
            self._components()
        for api in (self.old, self.new):
            for problem in dict.fromkeys(api.problems):
                self.walk.doubt(problem, "", api.file)
        return Verdict.of(excused(self.walk.told(), self.loose))

    def _paths(self) -> None:
        old, new = self.old.places("paths"), self.new.places("paths")
        partners = _partners(old, new)
        for template, place in old.items():
            if template not in partners:
                self._gone(place)
            else:
                self._place(place, new[partners[template]])
        for template in new.keys() - set(partners.values()):
            for method in new[template].operations:
                self.walk.tell("operation-added", f"{method} {template}", "")

    def _gone(self, place: Place) -> None:
        for method, node in place.operations.items():
            self._removed("path-removed", f"{method} {place.template}", node)

    def _removed(self, rule: str, name: str, node: Node) -> None:
        ends = sunset_of(node.raw)
        if is_loose(node.raw):
            self.loose.add(name)
        because = f"it was deprecated{f', to end on {cut(ends)}' if ends else ''}" if is_deprecated(node.raw) else ""
        self.walk.tell(rule, name, "", because=because)

    def _place(self, old: Place, new: Place) -> None:
        for method, node in old.operations.items():
            name = f"{method} {new.template}"
            if method in new.operations:
                self._operation(replace(self.side, name=name), (old, node), (new, new.operations[method]))
            else:
                self._removed("operation-removed", f"{method} {old.template}", node)
        for method in new.operations.keys() - old.operations.keys():
            self.walk.tell("operation-added", f"{method} {new.template}", "")

    def _operation(self, side: Side, old: tuple[Place, Node], new: tuple[Place, Node], own: bool = True) -> None:
        """`own`: it is the API's, not one that the API calls."""
        if own:
            if is_loose(old[1].raw):
                self.loose.add(side.name)
            self._security(side.name, old[1], new[1])
            if any("servers" in one.raw for one in (old[0].node, old[1], new[0].node, new[1])):
                addresses = [api.servers(at[1].raw, at[0].node.raw, api.root) for api, at in ((self.old, old), (self.new, new))]
                self._servers(side.name, *addresses)
        if self._is_same(old, new):
            return
        self._marks(side, old[1], new[1])
        compare_parameters(side, side.old.parameters(*old), side.new.parameters(*new), old[0], new[0])
        compare_bodies(side, side.old.body(*old), side.new.body(*new))
        compare_answers(side, side.old.answers(old[1]), side.new.answers(new[1]))
        self._callbacks(side, old[1], new[1])

    def _is_same(self, old: tuple[Place, Node], new: tuple[Place, Node]) -> bool:
        if old[0].template != new[0].template or not self.same.same(old[1], new[1]):
            return False
        lists = [Node(place.node.file, place.node.raw.get("parameters")) for place, _ in (old, new)]
        return self.same.same(*lists)

    def _marks(self, side: Side, old: Node, new: Node) -> None:
        if (degree := how_stability(old.raw, new.raw)) is not None:
            rule, *degrees = degree
            side.tell(rule, "", *degrees)
        was, now = is_deprecated(old.raw), is_deprecated(new.raw)
        ends = sunset_of(old.raw), sunset_of(new.raw)
        if was != now:
            because = f"it ends on {cut(ends[1])}" if now and ends[1] else ""
            side.tell("operation-deprecated" if now else "operation-no-longer-deprecated", "", because=because)
        elif now and ends[0] != ends[1]:
            side.tell("operation-sunset-changed", "", cut_text(ends[0]), cut_text(ends[1]))
        ids = [node.raw.get("operationId") for node in (old, new)]
        if ids[0] != ids[1]:
            side.tell("operation-id-changed", "", cut_text(ids[0]), cut_text(ids[1]))

    def _callbacks(self, side: Side, old: Node, new: Node) -> None:
        was, now = dict(self.old.children(old, "callbacks")), dict(self.new.children(new, "callbacks"))
        for name in dict.fromkeys((*was, *now)):
            place = f"callbacks.{name}"
            if name not in was or name not in now:
                side.tell("callback-added" if name in now else "callback-removed", place)
                continue
            inner = [
                {key: api.place(key, node) for key, node in api.children(Node(at.file, {"in": at.raw}), "in")}
                for api, at in ((self.old, was[name]), (self.new, now[name]))
            ]
            self._called(side, place, *inner)

    def _called(self, side: Side, place: str, old: dict[str, Place], new: dict[str, Place]) -> None:
        """What the API calls: who sends and who answers are swapped."""
        partners = _partners(old, new)
        if len(old) == len(new) == 1:
            partners = dict(zip(old, new, strict=True))
        for key, item in old.items():
            if key not in partners:
                side.tell("callback-removed", f"{place}.{key}")
                continue
            other = new[partners[key]]
            for method, node in item.operations.items():
                if method not in other.operations:
                    side.tell("callback-removed", f"{place}.{key}.{method}")
                else:
                    swapped = replace(side, sent=side.answered, answered=side.sent, prefix=f"{side.prefix}{place}.{method}.")
                    self._operation(swapped, (item, node), (other, other.operations[method]), own=False)

    def _webhooks(self) -> None:
        old, new = ({**api.places("x-webhooks"), **api.places("webhooks")} for api in (self.old, self.new))
        for name, place in old.items():
            if name not in new:
                self.walk.tell("webhook-removed", f"webhook {name}", "")
                continue
            for method, node in place.operations.items():
                title = f"webhook {name} {method}"
                if method not in new[name].operations:
                    self.walk.tell("webhook-removed", title, "")
                else:
                    side = replace(self.side, name=title, sent="response", answered="request")
                    self._operation(side, (place, node), (new[name], new[name].operations[method]), own=False)
        for name in new.keys() - old.keys():
            self.walk.tell("webhook-added", f"webhook {name}", "")

    def _security(self, name: str, old: Node, new: Node) -> None:
        was = self._alternatives(self.old, old, {})
        now = self._alternatives(self.new, new, self.doors.same_as)
        if was != now:
            compare_security(self.walk, name, was, now)

    def _alternatives(self, api: Api, operation: Node, names: Mapping[str, str]) -> list[Any]:
        own = alternatives(operation.raw.get("security"), names)
        return own if own is not None else alternatives(api.root.get("security"), names) or []

    def _servers(self, name: str, old: list[str] | None, new: list[str] | None) -> None:
        if old is None or new is None or set(old) == set(new):
            return
        for address in sorted(set(old) - set(new)):
            self.walk.tell("server-removed", name, "servers", cut(address), None)
        for address in sorted(set(new) - set(old)):
            self.walk.tell("server-added", name, "servers", None, cut(address))

    def _operation_ids(self) -> None:
        known = _doubled(self.old)
        for name, operations in _doubled(self.new).items():
            if name not in known:
                self.walk.tell("operation-id-duplicated", "", cut(name), None, cut(", ".join(operations)))

    def _components(self) -> None:
        """A library of schemas, of which nobody says who uses them and how."""
        old, new = self.old.components(), self.new.components()
        renamed = self._renamed(old, new)
        for name in dict.fromkeys((*old, *new)):
            if name in renamed:
                continue
            if name in old and name in new:
                self.walk.use(schema_of(*old[name]), schema_of(*new[name]), "both", "", f"components.{name}")
            else:
                rule = "schema-property-added" if name in new else "schema-property-removed"
                self.walk.tell(rule, "", f"components.{name}")

    def _renamed(self, old: Mapping[str, Node], new: Mapping[str, Node]) -> set[str]:
        """Components of either side that are there under another name as well, alike in all that they hold."""
        found: set[str] = set()
        come = [name for name in new if name not in old][:RENAMED]
        for name in [name for name in old if name not in new][:RENAMED]:
            for other in come:
                if other not in found and self.walk.alike(schema_of(*old[name]), schema_of(*new[other]), "both"):
                    found |= {name, other}
                    break
        return found


def _partners(old: Mapping[str, Place], new: Mapping[str, Place]) -> dict[str, str]:
    """Which path took which one's place: the same, or the same but for the names of its parameters."""
    partners = {template: template for template in old if template in new}
    free: dict[str, list[str]] = {}
    for template in new:
        if template not in old:
            free.setdefault(_unnamed(template), []).append(template)
    for template in old:
        if template not in partners and (alike := free.get(_unnamed(template))):
            partners[template] = alike.pop(0)
    return partners


def _unnamed(template: str) -> str:
    return _BRACES.sub("{}", template)


def _doubled(api: Api) -> dict[str, list[str]]:
    """Operation ids that stand at several operations."""
    found: dict[str, list[str]] = {}
    for template, place in api.places("paths").items():
        for method, node in place.operations.items():
            if isinstance(name := node.raw.get("operationId"), str):
                found.setdefault(name, []).append(f"{method} {template}")
    return {name: operations for name, operations in found.items() if len(operations) > 1}
