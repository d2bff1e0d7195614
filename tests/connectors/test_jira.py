"""Jira signs the connector contract, as Cloud, as Data Center, and at Atlassian's platform."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from connectors.jira import JiraOptions
from syncd.contract import Connector, Settings
from syncd.demo.jira_twin import JiraTwin
from tests.connectors.contract import SECRET, ConnectorContract, World
from tests.connectors.jira_given import Clock, make_world, running

SCOPES = frozenset({"read:jira-work", "read:jira-user", "write:jira-work"})


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


class TestJiraPlatform(ConnectorContract):
    """A service account's client at the platform, and projects by a pattern."""

    @pytest.fixture
    def world(self) -> Iterator[World]:
        clock = Clock()
        twin = running(JiraTwin(clock, token="another"))
        twin.sign_in.client_secret, twin.sign_in.granted = SECRET, SCOPES
        world = make_world(twin, clock)

        def by_client(*projects: str) -> Settings:
            client, here = twin.sign_in.client_id, twin.url
            options = JiraOptions(projects=list(projects), client_id=client, auth_url=here, platform_url=here)
            return replace(world.settings, user=None, options=options)

        yield replace(world, settings=by_client("P*"), settings_with_missing=by_client("P*", "NOPE"), extra_requests=2)
        twin.server.stop()

    @pytest.fixture
    def connector(self, world: World) -> Iterator[Connector]:
        """One that has its access token already: asking for it is a POST that writes nothing."""
        connector = world.connect()
        connector.check()
        yield connector
        connector.close()
