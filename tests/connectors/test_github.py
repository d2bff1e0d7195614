"""GitHub signs the contract."""

from collections.abc import Iterator

import pytest

from syncd.demo.github_twin import GithubTwin
from tests.connectors.contract import ConnectorContract, World, WritingContract
from tests.connectors.github_given import company, world_of


@pytest.fixture
def twin() -> Iterator[GithubTwin]:
    twin = company()
    twin.server.start()
    yield twin
    twin.server.stop()


class TestGithub(ConnectorContract):
    @pytest.fixture
    def world(self, twin: GithubTwin) -> World:
        return world_of(twin)


class TestGithubPulls(WritingContract):
    """Pull requests take comments as issues do."""

    @pytest.fixture
    def world(self, twin: GithubTwin) -> World:
        return world_of(twin, "pulls")


class TestGithubEnterprise(ConnectorContract):
    """The same under a path of its own, with positions instead of page numbers in the links."""

    @pytest.fixture
    def world(self) -> Iterator[World]:
        twin = company(prefix="/api/v3", opaque=True)
        twin.server.start()
        yield world_of(twin)
        twin.server.stop()
