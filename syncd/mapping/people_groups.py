"""Pure. Groups of accounts that are one human: strong ones, that somebody vouches for, and what e-mails add to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from syncd.model.people import Unresolved


@dataclass(frozen=True, slots=True, order=True)
class Node:
    """What a human is known by: an account of a connection, an e-mail without one, or a bare name in a connection."""

    kind: Literal["id", "mail", "name"]
    connection: str
    value: str

    def is_of(self, connection: str) -> bool:
        """Whether it is an account there."""
        return self.kind == "id" and self.connection == connection

    def __str__(self) -> str:
        return self.value if self.kind == "mail" else f"{self.connection}:{self.value}"


def folded(email: str) -> str:
    """An e-mail as it is compared."""
    return email.strip().casefold()


def id_node(connection: str, value: str) -> Node:
    """An account. Where an id is an address, its case makes no difference."""
    return Node("id", connection, folded(value) if "@" in value else value)


def mail_node(email: str) -> Node:
    """An e-mail that stands alone."""
    return Node("mail", "", folded(email))


def bare_node(connection: str, name: str) -> Node:
    """A name that stands alone."""
    return Node("name", connection, name)


@dataclass(slots=True)
class _Forest:
    """Who belongs together; the smallest member of a group is its root, whatever the order in which they came together."""

    above: dict[Node, Node] = field(default_factory=dict)

    def root(self, node: Node) -> Node:
        above = self.above.get(node, node)
        while above != node:
            self.above[node] = self.above.get(above, above)
            node, above = above, self.above.get(above, above)
        return node

    def unite(self, nodes: Iterable[Node]) -> None:
        roots = sorted({self.root(node) for node in nodes})
        for other in roots[1:]:
            self.above[other] = roots[0]


@dataclass(slots=True)
class Groups:
    """Nodes in groups. `claimed`: section of `[people]` -> its nodes; `mails`: e-mail -> the nodes that bear it."""

    forest: _Forest = field(default_factory=_Forest)
    nodes: set[Node] = field(default_factory=set)
    claimed: dict[str, list[Node]] = field(default_factory=dict)
    mails: dict[str, set[Node]] = field(default_factory=dict)
    _entries: dict[Node, str] | None = None

    def add(self, nodes: Sequence[Node], email: str | None) -> None:
        """What one face of somebody shows together, is one human."""
        self.nodes.update(nodes)
        self.forest.unite(nodes)
        if email:
            self.mails.setdefault(folded(email), set()).update(nodes)

    def claim(self, entry: str, node: Node) -> None:
        """A section says that the node is theirs."""
        own = self.claimed.setdefault(entry, [])
        own.append(node)
        self.nodes.add(node)
        self.forest.unite((own[0], node))
        if node.kind == "mail":
            self.mails.setdefault(node.value, set()).add(node)

    def root(self, node: Node) -> Node:
        """What the node's group goes by."""
        return self.forest.root(node)

    def entry_of(self, root: Node) -> str | None:
        """The section that the group is of. Ask when all is joined."""
        if self._entries is None:
            self._entries = {self.root(nodes[0]): entry for entry, nodes in sorted(self.claimed.items(), reverse=True)}
        return self._entries.get(root)

    def join_by_mail(self) -> list[Unresolved]:
        """Unite those who share an e-mail, where that makes no two accounts of one connection and no two sections one."""
        strong = _Strong(self)
        clear = {email: roots for email, nodes in self.mails.items() if not strong.conflict(roots := strong.roots(nodes))}
        unclear = [
            _unclear((email,), strong.roots(nodes), strong) for email, nodes in sorted(self.mails.items()) if email not in clear
        ]
        trial = _Forest()
        for roots in clear.values():
            trial.unite(roots)
        chains: dict[Node, list[str]] = {}
        for email, roots in sorted(clear.items()):
            chains.setdefault(trial.root(min(roots)), []).append(email)
        for emails in chains.values():
            together = {root for email in emails for root in clear[email]}
            if strong.conflict(together):
                unclear.append(_unclear(emails, together, strong))
            else:
                self.forest.unite(together)
        return unclear


class _Strong:
    """The groups as they are before e-mails are looked at."""

    def __init__(self, groups: Groups) -> None:
        self._forest = groups.forest
        self._homes: dict[Node, set[str]] = {}
        for node in sorted(groups.nodes):
            if node.kind == "id":
                self._homes.setdefault(self._forest.root(node), set()).add(f"\x1f{node.connection}")
        for nodes in groups.claimed.values():
            self._homes.setdefault(self._forest.root(nodes[0]), set()).add("[people]")

    def roots(self, nodes: Iterable[Node]) -> set[Node]:
        return {self._forest.root(node) for node in nodes}

    def conflict(self, roots: Iterable[Node]) -> set[str]:
        """What two of the groups both have: an account of one connection, or a section of their own."""
        seen: set[str] = set()
        twice: set[str] = set()
        for root in roots:
            homes = self._homes.get(root, set())
            twice |= seen & homes
            seen |= homes
        return twice


def _unclear(emails: Sequence[str], roots: Iterable[Node], strong: _Strong) -> Unresolved:
    roots = sorted(roots)
    which = " and ".join(sorted(home.removeprefix("\x1f") for home in strong.conflict(roots)))
    shared = "share an e-mail" if len(emails) == 1 else "are linked by several e-mails"
    cure = "say in [people] who is who"
    return Unresolved(tuple(map(str, roots)), f"they {shared}, but two of them are people of {which}: {cure}")
