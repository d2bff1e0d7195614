"""Pure. An AsyncAPI document of version 2 or 3 as one form: what the service sends and takes, by the address of the channel."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncd.contracts.document import Document, Node, shown
from syncd.contracts.keywords import name_of
from syncd.contracts.refused import Refused

SENDS, TAKES = "send", "receive"
"""What the service itself does. Version 2 says it from the other side: who subscribes is sent to, who publishes is received from."""

_SECOND = {"subscribe": SENDS, "publish": TAKES}


@dataclass(slots=True, eq=False)
class Message:
    """One kind of message: where its payload and headers are described, in which language, and as which media type."""

    payload: Node
    headers: Node
    format: str
    content_type: str
    bindings: Any
    deprecated: bool = False


@dataclass(slots=True, eq=False)
class Flow:
    """What goes one way over one channel: messages by name."""

    messages: dict[str, Message]
    bindings: Any


@dataclass(slots=True, eq=False)
class Channel:
    """A channel: its address, and its flows by what the service does ("send", "receive", "send reply", "receive reply")."""

    address: str
    node: Node
    flows: dict[str, Flow] = field(default_factory=dict)


class AsyncApi:
    """One document. `problems`: what could not be read, and why."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.file = document.revision.main
        root = document.main
        if not isinstance(root, dict):
            raise Refused(f"it is no AsyncAPI document but a {type(root).__name__}")
        said = str(root.get("asyncapi", ""))
        if said.split(".")[0] not in ("2", "3"):
            raise Refused(f"it says that it is AsyncAPI {shown(said) or 'of no version'}, which is not known")
        self.root: Mapping[str, Any] = root
        self.third = said.startswith("3")
        self.problems: list[str] = []
        self.channels: dict[str, Channel] = {}
        for name, node in self._entries(Node(self.file, root), "channels"):
            address = node.raw.get("address") if self.third else name
            self.channels[name] = Channel(address if isinstance(address, str) else name, node)
        self._operations() if self.third else self._second()

    def resolved(self, node: Node) -> Node | None:
        """The node, or what its reference leads to."""
        return self.document.resolved(node, self.problems)

    def _entries(self, node: Node, key: str) -> Iterator[tuple[str, Node]]:
        return self.document.children(node, key, self.problems)

    def _second(self) -> None:
        for channel in self.channels.values():
            for word, does in _SECOND.items():
                raw = channel.node.raw.get(word)
                if isinstance(raw, dict):
                    node = Node(channel.node.file, raw)
                    channel.flows[does] = Flow(dict(self._of_second(node)), raw.get("bindings"))

    def _of_second(self, operation: Node) -> Iterator[tuple[str, Message]]:
        raw = operation.raw.get("message")
        several = raw.get("oneOf") if isinstance(raw, dict) else None
        for at, one in enumerate(several if isinstance(several, list) else [raw] if isinstance(raw, dict) else []):
            node = self.resolved(Node(operation.file, one)) if isinstance(one, dict) else None
            if node is not None:
                yield self._name(node, one, str(at)), self.message(node)

    def _operations(self) -> None:
        for _, node in self._entries(Node(self.file, self.root), "operations"):
            does = node.raw.get("action")
            if does not in (SENDS, TAKES):
                continue
            self._add(does, node, node)
            reply = node.raw.get("reply")
            reply_node = self.resolved(Node(node.file, reply)) if isinstance(reply, dict) else None
            if reply_node is not None:
                self._add(f"{TAKES if does == SENDS else SENDS} reply", reply_node, node)

    def _add(self, does: str, node: Node, operation: Node) -> None:
        """A flow over the channel that the operation, or its reply, names."""
        reference = node.raw.get("channel") or operation.raw.get("channel")
        target = reference.get("$ref") if isinstance(reference, dict) else None
        name = name_of(target) if isinstance(target, str) else ""
        channel = self.channels.get(name)
        if channel is None:
            self.problems.append(
                f"an operation names the channel {shown(name) or 'of no name'}, which the document does not have"
            )
            return
        listed = node.raw.get("messages")
        messages = dict(self._listed(node, listed)) if isinstance(listed, list) else dict(self._all(channel))
        flow = channel.flows.setdefault(does, Flow({}, operation.raw.get("bindings")))
        flow.messages.update(messages)

    def _listed(self, node: Node, listed: list[Any]) -> Iterator[tuple[str, Message]]:
        for at, raw in enumerate(listed):
            found = self.resolved(Node(node.file, raw)) if isinstance(raw, dict) else None
            if found is not None:
                yield self._name(found, raw, str(at)), self.message(found)

    def _all(self, channel: Channel) -> Iterator[tuple[str, Message]]:
        for name, found in self._entries(channel.node, "messages"):
            yield self._name(found, {}, name), self.message(found)

    def _name(self, node: Node, raw: Mapping[str, Any], otherwise: str) -> str:
        for key in ("name", "messageId"):
            if isinstance(found := node.raw.get(key), str):
                return found
        reference = raw.get("$ref")
        return name_of(reference) if isinstance(reference, str) else otherwise

    def message(self, node: Node) -> Message:
        """A message with what its traits say where it says nothing itself."""
        raw = dict(node.raw)
        for trait in raw.get("traits") or [] if isinstance(raw.get("traits"), list) else []:
            found = self.resolved(Node(node.file, trait)) if isinstance(trait, dict) else None
            for key, value in found.raw.items() if found is not None else ():
                raw.setdefault(key, value)
        payload: Any = raw.get("payload")
        form: Any = raw.get("schemaFormat")
        if isinstance(payload, dict) and "schemaFormat" in payload:
            payload, form = payload.get("schema"), payload.get("schemaFormat")
        kind = raw.get("contentType", self.root.get("defaultContentType", ""))
        return Message(
            Node(node.file, payload),
            Node(node.file, raw.get("headers")),
            form if isinstance(form, str) else "",
            str(kind).lower(),
            raw.get("bindings"),
            raw.get("deprecated") is True,
        )

    def schemes(self) -> Mapping[str, Mapping[str, Any]]:
        """Security schemes by name."""
        holder = self.root.get("components")
        node = Node(self.file, holder)
        return {name: one.raw for name, one in self._entries(node, "securitySchemes")} if isinstance(holder, dict) else {}

    def servers(self) -> dict[str, tuple[str, str, list[Any] | None]]:
        """Servers by name: address, protocol, and what they ask for, each way to be let in as schemes with scopes."""
        found = {}
        for name, node in self._entries(Node(self.file, self.root), "servers"):
            address = node.raw.get("url") or f"{node.raw.get('host', '')}{node.raw.get('pathname', '')}"
            found[name] = (
                str(address).rstrip("/"),
                str(node.raw.get("protocol", "")).lower(),
                self._asked(node.raw.get("security")),
            )
        return found

    def _asked(self, listed: Any) -> list[Any] | None:
        if not isinstance(listed, list):
            return None
        return [
            {name_of(one["$ref"]): []} if isinstance(one, dict) and isinstance(one.get("$ref"), str) else one for one in listed
        ]
