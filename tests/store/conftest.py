"""Every test of the store that asks for `store` or `store_url` runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from syncd.store import Store, open_store
from syncd.store.tables import metadata
from tests.postgres import new_database, postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/syncd.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(scope="session")
def postgres_store(postgres_server: str) -> Iterator[Store]:
    """One migrated database for all tests, because making one takes longer than most of them."""
    opened = open_store(new_database(postgres_server))
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store on an empty database."""
    if request.param == "sqlite":
        opened = open_store(f"sqlite:///{tmp_path}/syncd.db")
        yield opened
        opened.close()
        return
    kept: Store = request.getfixturevalue("postgres_store")
    with kept.db.writing() as tx:
        tx.execute(text(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY"))
    yield kept


@pytest.fixture(scope="module")
def sqlite_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store for the laws, whose many examples share it under connections of their own."""
    opened = open_store(f"sqlite:///{tmp_path_factory.mktemp('laws')}/syncd.db")
    yield opened
    opened.close()
