"""The log says once that something went and once that it is back, however many passes lie between."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from connectors.memory import WORLDS, World
from syncd.contract import AuthFailed, SyncError, Unavailable
from syncd.run.pull import pull
from syncd.store import Store, open_store
from tests.run.run_given import Hand
from tests.run.test_run_pull import link, raising


@pytest.fixture(autouse=True)
def _the_log_is_as_it_comes() -> None:
    """Commands that ran before may have set another level."""
    structlog.reset_defaults()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    WORLDS["here"] = World()
    WORLDS["here"].put("1", {"kind": "item", "title": "Work"})
    store = open_store("sqlite:///syncd.db", tmp_path)
    yield store
    store.close()
    WORLDS.clear()


def well(_: Any) -> None:
    """Nothing is broken."""


def broken(method: str, error: SyncError) -> Callable[[Any], None]:
    return lambda connector: setattr(connector, method, raising(error))


SCOPE = broken("fetch", Unavailable("reading all: the server answered 500", scope="all"))
CONNECTION = broken("scopes", AuthFailed("listing: the credentials were not accepted (401)"))


@pytest.mark.parametrize(
    ("breaks", "gone", "back"),
    [
        (SCOPE, ["warning: scope cannot be read"], ["info: scope is read again"]),
        (CONNECTION, ["warning: connection cannot be used"], ["info: scope is read again", "info: connection is used again"]),
    ],
)
def test_what_goes_and_comes_back_is_told_once_each(
    store: Store, breaks: Callable[[Any], None], gone: list[str], back: list[str]
) -> None:
    hand = Hand()

    def told(change: Callable[[Any], None]) -> list[str]:
        hand.go(minutes=20)
        with capture_logs() as lines:
            pull(link(hand, change), store, hand.clock)
        return [f"{line['log_level']}: {line['event']}" for line in lines]

    assert told(well) == []
    assert [told(breaks) for _ in range(3)] == [gone, [], []]
    assert [told(well) for _ in range(2)] == [back, []]
    assert told(breaks) == gone, "another time is news again"
