"""Companies for the tests of passes; the store's PostgreSQL where a test asks for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.store import Store, open_store
from tests.postgres import postgres_server, postgres_url
from tests.run.run_given import Company, company, furnish

__all__ = ["postgres_server", "postgres_url"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store in a file of its own."""
    store = open_store("sqlite:///syncd.db", tmp_path)
    yield store
    store.close()


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """Three vendors that hold nothing."""
    with company(tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def firm(bare: Company) -> Company:
    """Two projects on each vendor; of each vendor one milestone is late."""
    furnish(bare)
    return bare
