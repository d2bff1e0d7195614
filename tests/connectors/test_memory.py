"""The reference connector signs the contract, as far as something can be promised without a wire."""

from typing import Any, NoReturn, cast

import pytest

from connectors import memory
from connectors.memory import KIND, WORLDS, MemoryOptions
from syncd.contract import Misconfigured, Settings
from syncd.demo.twin import TwinServer
from syncd.model.ref import Ref
from tests.connectors.contract import NOW, SECRET, ConnectorContract, OpenGate, World


class NoWire:
    """Stands where other worlds have a server: there are no requests to count and no answers to spoil."""

    def __getattr__(self, name: str) -> NoReturn:
        pytest.skip("this connector lives in the process: there is no wire")


def settings(url: str) -> Settings:
    return Settings(connection="mem", url=url, options=MemoryOptions(), now=lambda: NOW, secret=lambda: SECRET)


def named(key: str) -> Ref:
    return Ref("mem", "things", key)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    there = memory.World()
    monkeypatch.setitem(WORLDS, "here", there)
    for number in range(1, 301):
        there.put(f"thing-{number}", {"title": "NUL \x00, \N{ROCKET} and \u200f" if number == 7 else f"Thing {number}"})

    def put(key: str, record: dict[str, Any] | None) -> Ref:
        there.put(key, record)
        return named(key)

    def comment_as(target: Ref, body: str, ours: bool) -> str:
        comments = there.comments.setdefault(target.id, {})
        id = str(next(there.clock))
        comments[id] = body
        if not ours:
            there.others.add(id)
        return id

    return World(
        kind=KIND,
        server=cast(TwinServer, NoWire()),
        settings=settings("here"),
        main="things",
        ids=lambda: {"things": {id for id, (_, record) in there.records.items() if record is not None}},
        add=lambda: put("thing-new", {"title": "new"}),
        edit=lambda: put("thing-3", {"title": "edited"}),
        remove=lambda: put("thing-5", None),
        list_line="",
        target=named("thing-3"),
        comments=lambda target: [(id, id not in there.others, body) for id, body in there.comments.get(target.id, {}).items()],
        comment_as=comment_as,
        uncomment=lambda target, id: there.comments[target.id].__delitem__(id),
    )


class TestMemory(ConnectorContract):
    """The contract, in this process."""


def test_a_world_that_nobody_made_is_a_matter_of_the_configuration() -> None:
    with pytest.raises(Misconfigured, match="there is no world 'nowhere' in this process"):
        KIND.connect(settings("nowhere"), OpenGate()).check()
