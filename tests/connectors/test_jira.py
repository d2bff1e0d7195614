"""Jira signs the connector contract, as Cloud and as Data Center."""

from collections.abc import Iterator

import pytest

from syncd.demo.jira_twin import JiraTwin
from tests.connectors.contract import SECRET, ConnectorContract, World
from tests.connectors.jira_given import Clock, make_world, running


class TestJiraCloud(ConnectorContract):
    @pytest.fixture
    def world(self) -> Iterator[World]:
        clock = Clock()
        twin = running(JiraTwin(clock, token=SECRET))
        yield make_world(twin, clock)
        twin.server.stop()


class TestJiraDataCenter(ConnectorContract):
    @pytest.fixture
    def world(self) -> Iterator[World]:
        clock = Clock()
        twin = running(JiraTwin(clock, edition="server", token=SECRET, context="/jira"))
        twin.most_per_page = 100
        yield make_world(twin, clock)
        twin.server.stop()
