"""What the machines found once, each as the shortest story that led to it."""

from collections.abc import Iterator

import pytest

from tests.mirror.mirror_given import USUAL
from tests.mirror.test_mirror_github import Github


@pytest.fixture
def github() -> Iterator[Github]:
    machine = Github()
    machine.a_company(seed=1, issues=6)
    yield machine
    machine.store.close()
    machine.server.stop()


def test_an_issue_that_left_a_renamed_repository_is_known_as_transferred(github: Github) -> None:
    """Its old address leads to the repository's new one, and that to the issue: two redirects, of which one was followed."""
    github.passes(USUAL)
    github.rename(0)
    github.transfer(number=0, to="acme/web")
    assert len(github.gone) == 1
    github.settle()
