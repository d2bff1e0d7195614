"""Retention: earlier states of records are kept as long as the configuration says, and no longer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.app import opened
from tests.run.run_given import Company, company


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    with company(tmp_path, monkeypatch) as made:
        made.only("plat")
        made.jira.project("PLAT")
        made.jira.project("PAY")
        made.jira.issue("PLAT", "First")
        made.sections["store"]["keep_days"] = 30
        made.once()
        made.jira.edit("PLAT-1", summary="Second")
        made.once()
        yield made


def titles(made: Company) -> list[str]:
    with opened(made.config, {}, clock=made.hand.clock) as app:
        (stored,) = app.store.mirror.find("PLAT-1")
        return [version.data["fields"]["summary"] for version in app.store.mirror.versions(stored.ref)]


def test_an_earlier_state_goes_when_it_ended_longer_ago_than_it_is_kept(acme: Company) -> None:
    acme.hand.go(days=29)
    acme.once()
    assert titles(acme) == ["First", "Second"]
    acme.hand.go(days=2)
    acme.once()
    assert titles(acme) == ["Second"]


def test_a_plan_drops_nothing(acme: Company) -> None:
    acme.hand.go(days=40)
    acme.syncd("plan")
    assert titles(acme) == ["First", "Second"]
