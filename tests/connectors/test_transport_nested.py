"""Answers that are nested without end: an error of the six wherever a vendor's client reads one, and never an empty page."""

import gc
from collections.abc import Iterator

import pytest

from syncd.contract import Misconfigured, SyncError, Unavailable
from syncd.model.action import Action
from tests.connectors.contract import read
from tests.connectors.transport_given import KINDS, home

DEEP = "[" * 100_000 + "]" * 100_000
DEEP_ERROR = f'{{"message": {DEEP}, "error": {DEEP}, "errors": {DEEP}}}'


@pytest.fixture(autouse=True)
def _no_finalizers() -> Iterator[None]:
    """What other tests left behind is not cleared away at the bottom of a recursion, where no finalizer can run."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_that_is_nested_too_deep_is_unavailable(kind: str) -> None:
    with home(kind) as vendor:
        vendor.server.fail(".", status=200, body=DEEP, times=0)
        connector = vendor.connect()
        with pytest.raises(Unavailable, match="nested too deep"):
            connector.check()
        with pytest.raises((SyncError, AssertionError)):  # a scope that is given as its error fails the reading
            read(connector, vendor.main)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
@pytest.mark.parametrize("kind", KINDS)
def test_an_error_that_is_nested_too_deep_means_what_its_status_says(kind: str, status: int) -> None:
    with home(kind) as vendor:
        vendor.server.fail(".", status=status, body=DEEP_ERROR, times=0)
        with pytest.raises(SyncError) as caught:
            vendor.connect().check()
    assert "\n" not in caught.value.text
    assert len(caught.value.text) < 500


@pytest.mark.parametrize("status", [200, 201, 400, 422, 500])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "google_calendar"])
def test_a_write_whose_answer_is_nested_too_deep_is_one_of_the_six(kind: str, status: int) -> None:
    with home(kind) as vendor:
        assert vendor.target is not None
        connector = vendor.connect()
        connector.find(vendor.target, "abc123")
        vendor.server.fail("^(POST|PUT|PATCH) ", status=status, body=DEEP_ERROR, times=0)
        action = Action(
            verb="comment", target=vendor.target, project="", key="abc123", body="hello", digest="hello", remote_id=None
        )
        with pytest.raises(SyncError) as caught:
            connector.deliver(action)
    assert not isinstance(caught.value, Misconfigured)
