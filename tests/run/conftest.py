"""Companies for the tests of passes; the store's PostgreSQL where a test asks for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import postgres_server, postgres_url
from tests.run.run_given import Company, company, furnish

__all__ = ["postgres_server", "postgres_url"]


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
