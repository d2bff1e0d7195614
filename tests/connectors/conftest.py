"""What the tests of every connector share: a plain forward proxy, an authority of our own."""

from collections.abc import Iterator

import pytest

from tests.connectors.proxy_given import proxy
from tests.connectors.tls_given import Authority


@pytest.fixture
def forward_proxy() -> Iterator[tuple[str, list[str]]]:
    """The proxy's URL, and the request lines that went through it."""
    with proxy() as made:
        yield made.url(), made.seen


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The company's own certificate authority, which nothing on this machine trusts by itself."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Another one."""
    return Authority(tmp_path_factory.mktemp("stranger"), "Elsewhere")


@pytest.fixture(scope="session")
def app_key(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of a GitHub App's private key, made once: that takes a while."""
    from tests.connectors.github_given import key_pair

    return key_pair(tmp_path_factory.mktemp("github") / "app.pem")
