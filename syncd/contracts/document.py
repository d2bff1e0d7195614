"""Pure. The parsed files of a revision, and where a reference in them leads: never out of the revision, never to the network."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote, urljoin

import orjson

from syncd.contracts.refused import Refused
from syncd.contracts.revision import Revision
from syncd.contracts.yaml_text import parse as parse_yaml

BYTES = 64 << 20
"""The largest file that is read."""

_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:")
_THROUGH = 20
_CHAIN = 100
"""The longest chain of references that lead to nothing but references."""


class Node(NamedTuple):
    """A value and the file that it stands in. The value is a shared object: its identity tells it from others."""

    file: str
    raw: Any


class Document:
    """A revision's files, parsed when they are asked for."""

    def __init__(self, revision: Revision) -> None:
        self.revision = revision
        self._parsed: dict[str, Any] = {}
        self._ids: dict[str, Node] | None = None
        self._targets: dict[tuple[str, str], Node | Refused] = {}
        self._anchors: dict[str, dict[str, Any]] = {}
        self._under_way: set[tuple[str, str]] = set()

    @property
    def main(self) -> Any:
        """The contract itself; `Refused` where it cannot be read."""
        return self.parsed(self.revision.main)

    def parsed(self, file: str) -> Any:
        """A file's value. `Refused` where it cannot be read."""
        if file not in self._parsed:
            try:
                self._parsed[file] = parse(self.revision.files[file])
            except Refused as refused:
                self._parsed[file] = refused
        found = self._parsed[file]
        if isinstance(found, Refused):
            raise found
        return found

    def resolved(self, node: Node, problems: list[str]) -> Node | None:
        """The node, or what its reference leads to; None where it is no mapping, or leads nowhere (then that is a problem)."""
        try:
            if isinstance(node.raw, dict) and isinstance(reference := node.raw.get("$ref"), str):
                node = self.target(node.file, reference)
        except Refused as refused:
            problems.append(refused.reason)
            return None
        return node if isinstance(node.raw, dict) else None

    def children(self, node: Node, key: str, problems: list[str], extended: bool = True) -> Iterator[tuple[str, Node]]:
        """The entries of a mapping below a node, references followed. `extended`: a name that begins with x- is an extension."""
        held = self.resolved(Node(node.file, node.raw.get(key)), problems)
        if held is None:
            return
        for name, raw in held.raw.items():
            if not (extended and name.startswith("x-")) and (found := self.resolved(Node(held.file, raw), problems)) is not None:
                yield name, found

    def target(self, file: str, reference: str) -> Node:
        """What a reference in a file leads to, through references alone. `Refused` says why it leads nowhere."""
        key = file, reference
        found = self._targets.get(key)
        if found is None:
            try:
                found = self._followed(file, reference)
            except Refused as refused:
                found = refused
            self._targets[key] = found
        if isinstance(found, Refused):
            raise found
        return found

    def _followed(self, file: str, reference: str) -> Node:
        node = self._looked_up(file, reference)
        for _ in range(_CHAIN):
            inner = node.raw.get("$ref") if isinstance(node.raw, dict) and len(node.raw) == 1 else None
            if not isinstance(inner, str):
                return node
            node = self._looked_up(node.file, inner)
        raise Refused(f"the reference {shown(reference)} leads round in a circle")

    def _looked_up(self, file: str, reference: str) -> Node:
        path, _, fragment = reference.partition("#")
        if _URL.match(path) or path.startswith("//"):
            return self._by_id(path, fragment, reference)
        base = self._file(file, path) if path else file
        if base is None:
            return self._by_id(self._absolute(file, path), fragment, reference)
        return self._within(Node(base, self.parsed(base)), fragment, reference)

    def _file(self, file: str, path: str) -> str | None:
        """The file of the revision that a relative path leads to."""
        parts = [] if path.startswith("/") else file.split("/")[:-1]
        for part in unquote(path).replace("\\", "/").split("/"):
            if part == "..":
                if not parts:
                    raise Refused(f"the reference {shown(path)} leads out of the revision")
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        joined = "/".join(parts)
        return joined if joined in self.revision.files else None

    def _absolute(self, file: str, path: str) -> str:
        root = self.parsed(file)
        base = (root.get("$id") or root.get("id")) if isinstance(root, dict) else None
        try:
            return urljoin(base, path) if isinstance(base, str) else path
        except ValueError:
            return path

    def _by_id(self, address: str, fragment: str, reference: str) -> Node:
        node = self._known_ids().get(address.rstrip("#"))
        if node is None:
            if address.startswith("//") or (_URL.match(address) and not address.startswith("file:")):
                raise Refused(f"it refers to {shown(reference)}, which is not part of the revision and is never fetched")
            raise Refused(f"it refers to {shown(reference)}, which the revision does not have")
        return self._within(node, fragment, reference)

    def _known_ids(self) -> dict[str, Node]:
        """Schemas of the revision by their own absolute address."""
        if self._ids is None:
            self._ids = {}
            for file, content in self.revision.files.items():
                if b"id" in content and (file in self._parsed or b'$id"' in content or b"$id:" in content or b'"id"' in content):
                    self._collect(file)
        return self._ids

    def _collect(self, file: str) -> None:
        try:
            root = self.parsed(file)
        except Refused:
            return
        assert self._ids is not None
        base = ""
        for raw in mappings(root):
            name = raw.get("$id", raw.get("id"))
            if isinstance(name, str) and name:
                try:
                    address = urljoin(base, name).rstrip("#")
                except ValueError:
                    continue
                base = base or address
                self._ids.setdefault(address, Node(file, raw))

    def _within(self, node: Node, fragment: str, reference: str) -> Node:
        if not fragment:
            return node
        pointer = unquote(fragment)
        if not pointer.startswith("/"):
            return self._anchored(node, pointer, reference)
        through = 0
        for part in pointer[1:].split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            raw = _step(node.raw, name)
            while raw is _MISSING and through < _THROUGH and (inner := _reference_of(node.raw)):
                through += 1
                node = self._on_the_way(node.file, inner)
                raw = _step(node.raw, name)
            if raw is _MISSING:
                raise Refused(f"the reference {shown(reference)} leads to nothing")
            node = Node(node.file, raw)
        return node

    def _on_the_way(self, file: str, reference: str) -> Node:
        """What a reference that stands in the way of a pointer leads to."""
        key = file, reference
        if key in self._under_way:
            raise Refused(f"the reference {shown(reference)} leads round in a circle")
        self._under_way.add(key)
        try:
            return self.target(*key)
        finally:
            self._under_way.discard(key)

    def _anchored(self, node: Node, name: str, reference: str) -> Node:
        if node.file not in self._anchors:
            found: dict[str, Any] = {}
            for raw in mappings(self.parsed(node.file)):
                for anchor in _anchors(raw):
                    found.setdefault(anchor, raw)
            self._anchors[node.file] = found
        if name not in self._anchors[node.file]:
            raise Refused(f"the reference {shown(reference)} leads to nothing")
        return Node(node.file, self._anchors[node.file][name])


_MISSING: Any = object()


def _step(raw: Any, part: str) -> Any:
    if isinstance(raw, dict):
        return raw.get(part, _MISSING)
    if isinstance(raw, list) and part.isdecimal() and len(part) < 9 and int(part) < len(raw):
        return raw[int(part)]
    return _MISSING


def _reference_of(raw: Any) -> str | None:
    reference = raw.get("$ref") if isinstance(raw, dict) else None
    return reference if isinstance(reference, str) else None


def _anchors(raw: dict[str, Any]) -> Iterator[str]:
    for keyword in ("$anchor", "$dynamicAnchor"):
        if isinstance(raw.get(keyword), str):
            yield raw[keyword]
    name = raw.get("$id", raw.get("id"))
    if isinstance(name, str) and name.startswith("#"):
        yield name[1:]


def mappings(root: Any) -> Iterator[dict[str, Any]]:
    """Every mapping below a value, each once, the outer before the inner."""
    waiting, seen = [root], set()
    while waiting:
        raw = waiting.pop()
        if id(raw) in seen:
            continue
        if isinstance(raw, dict):
            seen.add(id(raw))
            yield raw
            waiting.extend(reversed([inner for inner in raw.values() if isinstance(inner, dict | list)]))
        elif isinstance(raw, list):
            seen.add(id(raw))
            waiting.extend(reversed([inner for inner in raw if isinstance(inner, dict | list)]))


def parse(content: bytes) -> Any:
    """A file's value, JSON or YAML whatever its name says. `Refused` says why it cannot be read."""
    if len(content) > BYTES:
        raise Refused(f"it is larger than {BYTES >> 20} MB")
    if content[:3] == b"\xef\xbb\xbf":
        content = content[3:]
    bare = content.lstrip()
    if not bare:
        raise Refused("it is empty")
    if bare[:1] in b"{[":
        try:
            return orjson.loads(bare)
        except orjson.JSONDecodeError as error:
            if "recursion" in str(error):
                raise Refused("it is nested deeper than 1,000 levels") from None
    return parse_yaml(_text(content))


def _text(content: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return _decoded(content, encoding)
    if b"\0" in content[:4096]:
        raise Refused("it is binary")
    return _decoded(content, "utf-8")


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise Refused("it is neither UTF-8 nor marked UTF-16") from None


def shown(text: str) -> str:
    """A text out of a contract as part of a reason: one line, not long."""
    line = "".join(c if c.isprintable() else " " for c in text)
    return line if len(line) <= 120 else line[:117] + "..."
