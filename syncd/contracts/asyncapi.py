"""Pure. Two revisions of an AsyncAPI document: 2 and 3, also one against the other."""

import re
from typing import Any

from syncd.contracts.asyncapi_api import SENDS, AsyncApi, Channel, Flow, Message
from syncd.contracts.change import Direction, Verdict
from syncd.contracts.compare import look
from syncd.contracts.dialect import ASYNCAPI
from syncd.contracts.document import Document
from syncd.contracts.openapi_security import Doors, alternatives, compare_schemes, compare_security
from syncd.contracts.refused import Refused
from syncd.contracts.revision import Revision
from syncd.contracts.same import Same, equal
from syncd.contracts.shape import schema_of
from syncd.contracts.shaping import Shaper
from syncd.contracts.values import cut
from syncd.contracts.walk import Walk

_BRACES = re.compile(r"\{([^{}]*)\}")
_OURS = ("asyncapi", "schema+json", "schema+yaml", "openapi")


def diff(old: Revision, new: Revision) -> Verdict:
    """What changes for whoever is sent messages by the service, or sends it some."""
    apis = []
    for revision, when in ((old, "old"), (new, "new")):
        try:
            apis.append(AsyncApi(Document(revision)))
        except Refused as refused:
            return Verdict.unjudged(f"the {when} file {revision.main}: {refused.reason}", revision.main)
    return _Comparison(*apis).verdict()


class _Comparison:
    """Two documents, channel by channel."""

    def __init__(self, old: AsyncApi, new: AsyncApi) -> None:
        self.old, self.new = old, new
        same = Same(old.document, new.document, old.third == new.third)
        self.walk = Walk(Shaper(old.document, ASYNCAPI), Shaper(new.document, ASYNCAPI), same, look)
        self.doors = Doors(old.schemes(), new.schemes(), {})

    def verdict(self) -> Verdict:
        compare_schemes(self.walk, self.doors)
        self._servers()
        self._channels()
        for api in (self.old, self.new):
            for problem in dict.fromkeys(api.problems):
                self.walk.doubt(problem, "", api.file)
        return Verdict.of(self.walk.told())

    def _servers(self) -> None:
        old, new = self.old.servers(), self.new.servers()
        addresses = [{address for address, _, _ in servers.values()} for servers in (old, new)]
        for address in addresses[0] - addresses[1]:
            self.walk.tell("server-removed", "", "servers", cut(address), None)
        for address in addresses[1] - addresses[0]:
            self.walk.tell("server-added", "", "servers", None, cut(address))
        for name in old.keys() & new.keys():
            if old[name][1] != new[name][1]:
                self.walk.tell("server-protocol-changed", "", f"servers.{name}", cut(old[name][1]), cut(new[name][1]))
            was, now = (alternatives(servers[name][2], {}) or [] for servers in (old, new))
            if was != now:
                compare_security(self.walk, f"server {name}", was, now)

    def _channels(self) -> None:
        partners = self._partners()
        for name, channel in self.old.channels.items():
            if name not in partners:
                self.walk.tell("channel-removed", channel.address, "")
                continue
            other = self.new.channels[partners[name]]
            if _unnamed(channel.address) != _unnamed(other.address):
                self.walk.tell("channel-address-changed", channel.address, "", cut(channel.address), cut(other.address))
            self._channel(channel, other)
        for name in self.new.channels.keys() - set(partners.values()):
            self.walk.tell("channel-added", self.new.channels[name].address, "")

    def _partners(self) -> dict[str, str]:
        """Which channel took which one's place: the one of its address, else the one of its name."""
        by_address = {_unnamed(channel.address): name for name, channel in self.new.channels.items()}
        partners = {
            name: by_address[_unnamed(channel.address)]
            for name, channel in self.old.channels.items()
            if _unnamed(channel.address) in by_address
        }
        taken = set(partners.values())
        for name in self.old.channels:
            if name not in partners and name in self.new.channels and name not in taken:
                partners[name] = name
        return partners

    def _channel(self, old: Channel, new: Channel) -> None:
        if not equal(old.node.raw.get("bindings"), new.node.raw.get("bindings")):
            self.walk.tell("request-binding-changed", new.address, "bindings")
        self._parameters(old, new)
        for does in dict.fromkeys((*old.flows, *new.flows)):
            name = f"{does} {new.address}"
            if does not in new.flows:
                self.walk.tell("operation-removed", name, "")
            elif does not in old.flows:
                self.walk.tell("operation-added", name, "")
            else:
                self._flow(name, "response" if does.startswith(SENDS) else "request", old.flows[does], new.flows[does])

    def _parameters(self, old: Channel, new: Channel) -> None:
        names = zip(_BRACES.findall(old.address), _BRACES.findall(new.address), strict=False)
        for was, now in names:
            schemas = [_parameter(channel, name) for channel, name in ((old, was), (new, now))]
            self.walk.use(
                schema_of(old.node.file, schemas[0]),
                schema_of(new.node.file, schemas[1]),
                "request",
                new.address,
                f"parameters.{now}",
                True,
            )

    def _flow(self, name: str, direction: Direction, old: Flow, new: Flow) -> None:
        if not equal(old.bindings, new.bindings):
            self.walk.tell(f"{direction}-binding-changed", name, "bindings")
        partners = {key: key for key in old.messages if key in new.messages}
        gone, come = ([key for key in one.messages if key not in partners] for one in (old, new))
        if len(gone) == len(come) == 1:
            partners[gone[0]] = come[0]
            gone, come = [], []
        for key in gone:
            self.walk.tell(f"{direction}-message-removed", name, f"messages.{key}")
        for key in come:
            self.walk.tell(f"{direction}-message-added", name, f"messages.{key}")
        for key, other in partners.items():
            self._message(name, f"messages.{other}", direction, old.messages[key], new.messages[other])

    def _message(self, name: str, place: str, direction: Direction, old: Message, new: Message) -> None:
        if old.content_type != new.content_type:
            self.walk.tell(f"{direction}-content-type-changed", name, place, cut(old.content_type), cut(new.content_type))
        if not equal(old.bindings, new.bindings):
            self.walk.tell(f"{direction}-binding-changed", name, f"{place}.bindings")
        if old.deprecated != new.deprecated:
            self.walk.tell(f"{direction}-deprecated" if new.deprecated else f"{direction}-no-longer-deprecated", name, place)
        self.walk.use(schema_of(*old.headers), schema_of(*new.headers), direction, name, f"{place}.headers")
        if _judged(old.format) and _judged(new.format):
            self.walk.use(schema_of(*old.payload), schema_of(*new.payload), direction, name, f"{place}.payload")
        elif old.format != new.format or not equal(old.payload.raw, new.payload.raw):
            self.walk.tell(f"{direction}-payload-format-changed", name, f"{place}.payload", cut(old.format), cut(new.format))


def _judged(form: str) -> bool:
    return not form or any(word in form for word in _OURS)


def _unnamed(address: str) -> str:
    return _BRACES.sub("{}", address)


def _parameter(channel: Channel, name: str) -> Any:
    """A parameter's schema: version 2 has one, version 3 says its values and its default."""
    listed = channel.node.raw.get("parameters")
    raw = listed.get(name) if isinstance(listed, dict) else None
    if not isinstance(raw, dict):
        return {"type": "string"}
    if "schema" in raw:
        return raw["schema"]
    return {"type": "string", **{key: raw[key] for key in ("enum", "default") if key in raw}} if "$ref" not in raw else raw
